// The settings of this device: each is kept as soon as it is changed.

import { _ } from "../station/words.js";
import { answered } from "./answers.js";
import { read, spaced } from "../station/label.js";
import { prefer, preferences, ready } from "./preferences.js";
import { voiceFor } from "./sounds.js";

const form = document.getElementById("scan-settings");
const NUMBERS = new Set(["gap", "volume"]);

await ready;
for (const field of form.elements) {
  if (!field.name) continue;
  if (field.type === "checkbox") field.checked = preferences[field.name];
  else field.value = preferences[field.name];
}
tell();
speechSynthesis?.addEventListener?.("voiceschanged", tell); // voices are found after the page is there

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", async ({ target }) => {
  if (!target.name || !target.reportValidity()) return;
  const value = target.type === "checkbox" ? target.checked : NUMBERS.has(target.name) ? Number(target.value) : target.value;
  await prefer({ [target.name]: value });
  document.getElementById("kept").textContent = `✓ ${_("Kept on this device.")}`;
  tell();
});
form.addEventListener("click", ({ target }) => {
  const { outcome } = target.closest("[data-outcome]")?.dataset ?? {};
  if (outcome) answered(outcome, target.textContent.slice(2));
});
document.getElementById("leave").addEventListener("click", async () => {
  await prefer({ place: null });
  tell();
});

// What the scanner types here stays: the line shows what came, and whether it is a code with these settings.
document.getElementById("trial").addEventListener("input", ({ target }) => tried(target.value));
document.addEventListener("custody:scan", (event) => {
  if (document.activeElement !== document.getElementById("trial")) return;
  event.preventDefault();
  answered("accepted", spaced(event.detail.code));
  tried(event.detail.code);
});

function tried(text) {
  const place = document.getElementById("trial-said");
  try {
    place.textContent = `✓ ${spaced(read(text, preferences).code)}`;
  } catch (error) {
    const why = error.reason === "label-check" ? _("The check characters do not agree: scan again, or replace the label.")
      : _("This is not a label of this system.");
    place.textContent = text ? `✗ ${JSON.stringify(text)} · ${why}` : "";
  }
}

function tell() {
  const { speech, place } = preferences;
  const mute = speech !== "off" && !voiceFor(speech);
  document.getElementById("speech-note").textContent = mute ? _("This device has no voice of its own for it.") : "";
  document.getElementById("standing").textContent = place
    ? _("You stand at {name}.", { name: place.name })
    : _("You stand nowhere in particular.");
  document.getElementById("leave").hidden = !place;
}
