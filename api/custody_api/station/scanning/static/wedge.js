// Wedge scanners type what they read. A scan is told from typing by its speed, and taken by the physical keys, so that
// neither the keyboard's layout nor an input method changes it.
//
// 1. Keys that follow each other within `gap` ms are one burst; hands are slower. Enter, Tab or a pause end it.
// 2. Where nothing asks for text, characters are held back until it is clear what they are: a burst is a scan whatever it
//    says, so that a misread never presses a key of the page; a key alone is given back to the page as it was.
// 3. Where a field asks for text, the keys stay its own. Only if a whole burst is a sound code, the field is put back as
//    it was and the code is a scan.

import { asksForText, characterOf } from "./keyboard.js";
import { read } from "../station/label.js";

export const DEFAULTS = { prefix: "", suffix: "", gap: 60 };

const SHORTEST = 6; // characters of a burst that no hand types within `gap`, though no Enter ended it
const SHORTEST_ENDED = 3; // the same with Enter: the shortest misreads have three
const AFTER = 300; // ms in which an Enter that a scanner sends late, or what an input method composed, still belongs to it
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
const SHIFTS = /^(Shift|CapsLock|AltRight$)/;

/** Listens to the keys of a window.
 *
 * `settings()` gives `{prefix, suffix, gap}`; `scanned(line)` gets a whole scan, also one that is no label;
 * `typed(character, event)` gets what was typed by hand where nothing asks for text, and returns whether it took it. */
export class Wedge {
  constructor(view, { settings, scanned, typed }) {
    Object.assign(this, { view, settings, scanned, typed });
    this.givenBack = new WeakSet();
    this.timer = null;
    this.guarded = null;
    this.finished = -Infinity;
    this.forget();
    view.addEventListener("keydown", (event) => this.pressed(event), true);
    for (const name of ["input", "compositionend"]) view.addEventListener(name, (event) => this.guard(event), true);
  }

  forget() {
    clearTimeout(this.timer);
    this.held = [];
    this.line = "";
    this.before = null;
    this.last = -Infinity;
  }

  pressed(event) {
    if (this.givenBack.has(event) || SHIFTS.test(event.code)) return;
    const fast = event.timeStamp - this.last <= this.settings().gap;
    const modified = event.ctrlKey || event.metaKey || (event.altKey && !event.getModifierState("AltGraph"));
    if (!fast || modified || event.repeat) this.settle();
    if (modified || event.repeat) return;
    if (ENDS.has(event.code) || ENDS.has(event.key)) this.ended(event);
    else this.continued(event);
  }

  /** A key that may belong to a burst. */
  continued(event) {
    const character = characterOf(event);
    if (character === null || !this.belongs(character)) {
      this.settle();
      return;
    }
    const field = asksForText(event.target) ? event.target : null;
    if (!this.line) this.before = field && remembered(field);
    this.line += character;
    this.last = event.timeStamp;
    if (!field) {
      stopped(event);
      this.held.push(event);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), this.settings().gap);
  }

  /** Letters and digits begin a burst, and what a prefix begins with; within one, everything goes on. */
  belongs(character) {
    return /[0-9A-Z]/.test(character) || this.line.length > 0 || this.settings().prefix.startsWith(character);
  }

  /** Enter or Tab: a scanner's own at the end of what it sent, or somebody's. */
  ended(event) {
    const field = this.before?.field;
    if (field ? this.isSound() : this.line.length >= SHORTEST_ENDED) {
      stopped(event);
      this.finish();
      this.finished = -Infinity;
    } else if (field?.localName === "input" && this.line.length >= SHORTEST) {
      stopped(event); // a serial number that is scanned into its field does not send the form
      this.forget();
    } else if (event.timeStamp - this.finished <= AFTER) {
      stopped(event);
      this.finished = -Infinity;
    } else {
      this.settle();
    }
  }

  isSound() {
    try {
      return Boolean(read(this.line, this.settings()));
    } catch {
      return false;
    }
  }

  /** The burst is a scan. */
  finish() {
    const { line, last, before } = this;
    this.forget();
    this.finished = last;
    this.guarded = before && { ...before, until: last + AFTER };
    if (before) putBack(before);
    this.scanned(line);
  }

  /** Nothing more follows at a scanner's speed: decide what the burst was. */
  settle() {
    const { held, line } = this;
    if (this.before ? this.isSound() : held.length >= SHORTEST) {
      this.finish();
      return;
    }
    this.forget();
    if (held.length === 1 && !this.typed(line, held[0])) this.giveBack(held[0]);
    else if (held.length > 1) [...line].forEach((each, index) => this.typed(each, held[index]));
  }

  /** Let the page have a key that was held back. */
  giveBack(event) {
    const { key, code, shiftKey, target } = event;
    const again = new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true });
    this.givenBack.add(again);
    const own = target.isConnected && !target.hasAttribute("data-scan-line");
    (own ? target : this.view.document.body).dispatchEvent(again);
  }

  /** An input method may still write what it composed into the field that was put back. */
  guard(event) {
    const kept = this.guarded;
    if (kept?.field !== event.target || event.timeStamp > kept.until) return;
    if (kept.field.value !== kept.value) putBack(kept);
  }
}

function stopped(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function remembered(field) {
  return { field, value: field.value, at: field.selectionStart ?? null };
}

function putBack({ field, value, at }) {
  if (value === undefined) return; // an editable element has no value to go back to
  field.value = value;
  if (at !== null) field.setSelectionRange(at, at);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
