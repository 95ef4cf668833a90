// When a camera is believed: two frames after each other show the same single label.

import { parse } from "../station/label.js";

const AWAY = 8; // frames without a code after which the same label may be scanned again

/** Takes the texts of frame after frame and says what to make of each. */
export class Agreement {
  constructor() {
    this.last = null;
    this.told = null;
    this.empty = 0;
  }

  /** `{code}` once two frames agree on one label that was not in view before; `{problem}` once for two labels in view
   * (`several`) or for a code that no label bears (`foreign`, `check-characters`), which two frames show as well;
   * otherwise null. */
  frame(texts) {
    const found = [...new Set(texts)];
    if (found.length === 0) {
      this.empty += 1;
      this.last = null;
      if (this.empty >= AWAY) this.told = null;
      return null;
    }
    this.empty = 0;
    const said = verdict(found);
    const key = JSON.stringify(said);
    const agrees = key === this.last;
    this.last = key;
    if (!agrees || key === this.told) return null;
    this.told = key;
    return said;
  }
}

function verdict(texts) {
  if (texts.length > 1) return { problem: "several" };
  try {
    return { code: parse(texts[0]).code };
  } catch (error) {
    return { problem: error.reason === "label-check" ? "check-characters" : "foreign" };
  }
}
