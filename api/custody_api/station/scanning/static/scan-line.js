// The line at the top of every page that always listens: wedge, camera, photo, typed. Whatever is scanned goes to the
// sheet that is open, or else shows its card.

import { _ } from "../station/words.js";
import { answered } from "./answers.js";
import { Card } from "./card.js";
import { asksForText } from "./keyboard.js";
import { CODE_LENGTH, parse, progress, read, spaced } from "../station/label.js";
import { preferences, ready } from "./preferences.js";
import { Wedge } from "./wedge.js";

const PAUSE = 700; // ms after which what an Android scanner writes into the line is a new scan
const AFTER = 300; // ms after a scan in which an input method may still write what it made of the keys

/** A sound code was scanned: the sheet that is open takes it, or its card is shown. */
async function scanned(code, source) {
  const detail = { ...parse(code), source };
  const event = new CustomEvent("custody:scan", { detail, cancelable: true });
  if (document.dispatchEvent(event)) await card.show(code);
  else card.close();
}

/** A line was scanned or typed, whatever it is. Only a sound code is acted on. */
function lineScanned(line, source) {
  let code;
  try {
    ({ code } = read(line, preferences));
  } catch (error) {
    card.close();
    answered("refused", `${line.slice(0, 40)} · ${wrongText(error.reason)}`);
    return;
  }
  scanned(code, source);
}

function wrongText(reason) {
  return reason === "label-check"
    ? _("The check characters do not agree: scan again, or replace the label.")
    : _("This is not a label of this system.");
}

/** The visible line: what is typed by hand, with its check characters checked while they come. */
class Line {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("[data-scan-line]");
    this.hint = document.getElementById("scan-hint");
    this.written = 0;
    this.quiet = 0;
    // A field that cannot be edited engages no input method; what is typed comes from the physical keys instead.
    this.byKeys = matchMedia("(pointer: fine)").matches;
    if (this.byKeys) this.input.readOnly = true;
    else this.input.inputMode = "none"; // scanners of handhelds can write into it, and no keyboard covers the page
    this.input.addEventListener("input", (event) => this.inserted(event));
    this.input.addEventListener("click", () => this.touched());
    this.input.addEventListener("paste", (event) => this.pasted(event));
    this.input.addEventListener("blur", () => this.byKeys || (this.input.inputMode = "none"));
    form.addEventListener("submit", (event) => this.sent(event));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  get text() {
    return this.input.value;
  }

  set text(text) {
    this.input.value = text;
    this.tell();
  }

  /** A character typed by hand. Digits in an empty line are the page's: they choose, unless that is not wished. */
  typed(character, event) {
    if (!this.byKeys && event.key === "Process") return true; // the input method writes it into the line itself
    const own = /^[0-9a-z]$/i.test(event.key) ? event.key.toUpperCase() : character;
    if (!this.text && /[0-9]/.test(own)) return !preferences.digits;
    this.text = spaced((this.text + own).replaceAll(" ", "").slice(0, 2 * CODE_LENGTH));
    return true;
  }

  pressed(event) {
    if (event.defaultPrevented || asksForText(event.target)) return;
    if (!this.text) {
      if (event.key === "Enter" && event.target === this.input) goOn(event);
      return;
    }
    const does = { Enter: () => this.sent(event), Escape: () => (this.text = ""), Backspace: () => this.shorten() };
    if (!does[event.key] || (event.target === this.input && !this.byKeys && event.key === "Backspace")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does[event.key]();
  }

  shorten() {
    this.text = spaced(this.text.replaceAll(" ", "").slice(0, -1));
  }

  sent(event) {
    event.preventDefault();
    const line = this.text;
    this.text = "";
    if (line) lineScanned(line, "typed");
  }

  /** A burst that was scanned, with what stands in the line if only both together are a code: some scanners, and
   * machines that just woke up, let a pause come after the first keys. */
  taken(burst) {
    const whole = this.text.replaceAll(" ", "") + burst;
    this.text = "";
    this.quiet = performance.now() + AFTER;
    return progress(withoutEnds(whole)).sound ? whole : burst;
  }

  /** Text that came without keys: from a handheld's scanner, or from a keyboard on the screen. */
  inserted(event) {
    if (event.timeStamp < this.quiet) {
      this.text = "";
      return;
    }
    const late = event.timeStamp - this.written > PAUSE;
    this.written = event.timeStamp;
    if (this.input.inputMode !== "none") {
      this.tell();
      return;
    }
    if (late && event.data) this.input.value = event.data;
    this.tell();
    if (progress(withoutEnds(this.text)).sound) {
      const line = this.text;
      this.text = "";
      lineScanned(line, "wedge");
    }
  }

  pasted(event) {
    event.preventDefault();
    this.text = event.clipboardData.getData("text").slice(0, 2 * CODE_LENGTH).trim();
  }

  /** A finger on the line asks for the keyboard on the screen. */
  touched() {
    if (this.byKeys || this.input.inputMode === "text") return;
    this.input.inputMode = "text";
    this.input.blur();
    this.input.inputMode = "text";
    this.input.focus();
  }

  tell() {
    const { length, sound, wrong } = progress(withoutEnds(this.text));
    this.input.setAttribute("aria-invalid", String(Boolean(wrong)));
    this.hint.className = wrong ? "red" : sound ? "green" : "";
    if (!length) this.hint.textContent = "";
    else if (sound) this.hint.textContent = `✓ ${_("The check characters agree: Enter")}`;
    else if (wrong) this.hint.textContent = `✗ ${wrongText(wrong)}`;
    else this.hint.textContent = _("{n} of {all} characters", { n: length, all: CODE_LENGTH });
  }
}

/** Enter in the empty line is the page's: an open sheet goes on with it. */
function goOn(event) {
  event.preventDefault();
  const again = new KeyboardEvent("keydown", { key: "Enter", code: event.code, bubbles: true, cancelable: true });
  (document.querySelector("main form[data-act]") ?? document.body).dispatchEvent(again);
}

function withoutEnds(text) {
  try {
    return read(text, preferences).code;
  } catch {
    return text;
  }
}

/** Focus that nothing has goes to the line, so that it is never lost; `main` has it where somebody clicked on nothing,
 * but keeps it for who skipped to the content by a key. */
function keepFocus(input) {
  const back = (...nothing) => {
    const free = [document.body, null, ...nothing].includes(document.activeElement);
    if (free && document.hasFocus() && getSelection().isCollapsed) input.focus({ preventScroll: true });
  };
  document.addEventListener("focusout", () => setTimeout(back));
  document.addEventListener("pointerup", () => setTimeout(() => back(document.getElementById("main"))));
  addEventListener("focus", () => setTimeout(back));
  back();
}

/** The camera and the photo, loaded when they are first wanted. */
class Eye {
  constructor(form) {
    this.button = form.querySelector("[data-scan-camera]");
    this.file = form.querySelector("[data-scan-file]");
    this.view = document.getElementById("scan-camera");
    this.camera = null;
    this.button.addEventListener("click", () => (this.camera?.isOpen ? this.close() : this.open()));
    form.querySelector("[data-scan-photo]").addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.photo());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  async open() {
    const { Camera, problemText } = await import("./camera.js");
    this.camera ??= new Camera(this.view.querySelector("video"), ({ code, problem }) => {
      if (code) scanned(code, "camera");
      else answered("refused", problemText(problem));
    });
    try {
      await this.camera.open();
    } catch {
      answered("refused", _("No camera may be used here: see the browser's settings, or type the code."));
      return;
    }
    this.show(true);
  }

  close() {
    this.camera?.close();
    this.show(false);
  }

  show(open) {
    this.view.hidden = !open;
    this.button.setAttribute("aria-pressed", String(open));
  }

  async photo() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    const { problemText, readPicture } = await import("./camera.js");
    const { code, problem, detail } = await readPicture(file).catch((error) => ({ detail: error.message }));
    if (code) scanned(code, "photo");
    else answered("refused", detail ?? problemText(problem));
  }
}

const place = document.getElementById("scan-line");
const card = new Card(document.getElementById("scan-card"));

if (place) {
  const form = place.querySelector("form");
  const line = new Line(form);
  new Eye(form);
  new Wedge(window, {
    settings: () => preferences,
    scanned: (text) => lineScanned(line.taken(text), "wedge"),
    typed: (character, event) => line.typed(character, event),
  });
  keepFocus(line.input);
  await ready;
  place.dataset.listens = "";
}
