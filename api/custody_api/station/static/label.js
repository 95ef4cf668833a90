// The text on a label: twenty characters, the last four a CRC-20 over the sixteen before (docs/format.md section 8).
// Nothing is ever corrected: a text is a label's, or it is refused with the reason.

const KINDS = { EV1: "item", ST1: "place", MF1: "manifest", KT1: "kit" };
export const CODE_LENGTH = 20;
const ID_LENGTH = 16;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ANY = `(?:${Object.keys(KINDS).join("|")})[${ALPHABET}]{13}`;
const ID = new RegExp(`^${ANY}$`);
const IDS = new RegExp(`\\b${ANY}`, "g");
const POLYNOMIAL = 0x8359f;
const MASK = 0xfffff;

/** A text that is no label's. `reason`: `label` (the pattern) or `label-check` (the check characters). */
export class NoLabel extends Error {
  constructor(reason, got) {
    super(reason);
    this.reason = reason;
    this.got = got.slice(0, 40);
  }
}

/** The four check characters of a 16-character id of the alphabet. */
function checkCharacters(id) {
  let register = MASK;
  for (const character of id) {
    const value = ALPHABET.indexOf(character);
    for (let bit = 16; bit; bit >>= 1) {
      const carry = (register >> 19) ^ (value & bit ? 1 : 0);
      register = (register << 1) & MASK;
      if (carry) register ^= POLYNOMIAL;
    }
  }
  return [15, 10, 5, 0].map((shift) => ALPHABET[(register >> shift) & 31]).join("");
}

/** `{kind, id, code}` of a code exactly as printed. Throws NoLabel. */
export function parse(code) {
  const id = code.slice(0, ID_LENGTH);
  if (code.length !== CODE_LENGTH || !ID.test(id)) throw new NoLabel("label", code);
  if (checkCharacters(id) !== code.slice(ID_LENGTH)) throw new NoLabel("label-check", code);
  return { kind: KINDS[code.slice(0, 3)], id, code };
}

/** `{kind, id, code}` in a scanned or typed line: full-width forms become plain, spaces go, letters become capitals, and
 * a prefix and suffix that the scanner is set to send are taken off. Throws NoLabel. */
export function read(line, { prefix = "", suffix = "" } = {}) {
  let code = plain(line);
  const [before, after] = [plain(prefix), plain(suffix)];
  if (before && code.startsWith(before)) code = code.slice(before.length);
  if (after && code.endsWith(after)) code = code.slice(0, -after.length);
  return parse(code);
}

/** What is wrong with a code that is still being typed: `{length, sound}`, or `{length, wrong}` with the reason. */
export function progress(line) {
  const code = plain(line);
  const start = code.slice(0, 3);
  const begun = Object.keys(KINDS).some((each) => each.startsWith(start));
  const body = [...code.slice(3)].every((each) => ALPHABET.includes(each));
  if (!begun || !body || code.length > CODE_LENGTH) return { length: code.length, wrong: "label" };
  if (code.length < CODE_LENGTH) return { length: code.length };
  const sound = checkCharacters(code.slice(0, ID_LENGTH)) === code.slice(ID_LENGTH);
  return sound ? { length: code.length, sound } : { length: code.length, wrong: "label-check" };
}

/** The code of the label that a text names by its code or its id; null for any other text. */
export function codeOf(text) {
  const id = text.slice(0, ID_LENGTH);
  const code = ID.test(id) ? id + checkCharacters(id) : null;
  return text === id || text === code ? code : null;
}

/** The ids of some kinds that are named anywhere in a value, by themselves or in codes; each once. */
export const idsIn = (value, ...kinds) => [...new Set(JSON.stringify(value).match(IDS)?.map((each) => each.slice(0, ID_LENGTH)))]
  .filter((each) => kinds.includes(KINDS[each.slice(0, 3)]));

/** A code as people read it: `EV1 XXXX XXXX XXXXX CCCC`. */
export function spaced(code) {
  return [code.slice(0, 3), code.slice(3, 7), code.slice(7, 11), code.slice(11, 16), code.slice(16)]
    .filter(Boolean)
    .join(" ");
}

function plain(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Cc}]/gu, "");
}
