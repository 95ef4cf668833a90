// Every scan is answered, with sight and sound, where the eye already is.

import { _ } from "../station/words.js";
import { sound } from "./sounds.js";

/** The sign, the colour and the word of each outcome. */
export const SHOWN = {
  accepted: ["✓", "green", () => _("Scanned")],
  already: ["↺", "blue", () => _("Already scanned")],
  "wrong-place": ["⚠", "orange", () => _("Wrong place")],
  unknown: ["?", "orange", () => _("Unknown label")],
  refused: ["✗", "red", () => _("Not taken")],
};

/** Answer a scan: `accepted`, `already`, `wrong-place`, `unknown` or `refused`, and a sentence in the page's language. */
export function answered(outcome, text = "") {
  const [sign, colour, word] = SHOWN[outcome];
  sound(outcome);
  const place = document.getElementById("scan-answer");
  if (!place) return;
  place.className = colour;
  place.dataset.outcome = outcome;
  place.replaceChildren(strong(`${sign} ${word()}`), ` ${text}`);
}

function strong(text) {
  const made = document.createElement("strong");
  made.textContent = text;
  return made;
}
