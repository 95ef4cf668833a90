// Which character a key bears on the layout that scanners are programmed for, whatever the layout or input method here.

const ROWS = {
  Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:",
  Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?", Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$",
  Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*", Digit9: "9(", Digit0: "0)", Space: "  ",
};
const NUMPAD = { Decimal: ".", Divide: "/", Multiply: "*", Subtract: "-", Add: "+" };
const NO_TEXT = new Set(["button", "checkbox", "radio", "submit", "reset", "file", "range", "color", "image", "hidden"]);

/** The character of a keydown by its physical key, letters as capitals; null if it bears none.
 *
 * While an input method composes, `key` is `Process` but `code` is still the key. Some Android keyboards send no code:
 * then what the key says it is counts. */
export function characterOf(event) {
  const { code, key, shiftKey } = event;
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (code in ROWS) return ROWS[code][shiftKey ? 1 : 0];
  if (code.startsWith("Numpad")) {
    const rest = code.slice(6);
    return /^[0-9]$/.test(rest) ? rest : (NUMPAD[rest] ?? null);
  }
  return (code === "" || code === "Unidentified") && [...key].length === 1 ? key.toUpperCase() : null;
}

/** Whether an element asks for text, or chooses by letters, so that keys belong to it. The scan line does not. */
export function asksForText(element) {
  if (!element || element.hasAttribute?.("data-scan-line")) return false;
  if (element.isContentEditable) return true;
  const name = element.localName;
  return name === "textarea" || name === "select" || (name === "input" && !NO_TEXT.has(element.type));
}
