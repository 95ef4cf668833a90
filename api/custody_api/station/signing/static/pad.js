// The pad for people without a key here: a drawn signature, the picture of a fingerprint, or that they refused or were
// not there. It becomes an attestation of the act; what was drawn, an attachment of it.

import { make } from "../station/dom.js";
import { _, stated } from "../station/words.js";
import { attach, drawn } from "./photos.js";

const KINDS = () => [
  ["handwritten", _("Signs by hand")],
  ["fingerprint", _("Gives a fingerprint")],
  ["refused", _("Refuses to sign")],
  ["absent", _("Is not there")],
];

/** Ask how somebody stands to what is said; {attestation, attachment} or null. `title` names the part. */
export function attest(part, title) {
  const ink = pad(), print = make("input", { type: "file", id: "pad-print", accept: "image/*", capture: "environment" });
  const name = make("input", { id: "pad-name", required: true, maxlength: 200, autocomplete: "off" });
  const who = whoElse(part), note = make("textarea", { id: "pad-note", maxlength: 2000 });
  const kinds = KINDS().map(([kind, text], at) => make("label", { class: "choice" },
    make("input", { type: "radio", name: "pad-kind", value: kind, checked: at === 0 }), text));
  const wrong = make("p", { role: "alert", class: "wrong" });
  const shown = { handwritten: ink.element, fingerprint: field(_("Picture of the fingerprint"), print) };
  const form = make("form", { method: "dialog" },
    make("h2", {}, title), field(_("Name"), name), who.map(([text, input]) => field(text, input)),
    make("p", {}, make("small", {}, _("Name, document and address are sealed: the log shows that they were given, not what they say."))),
    make("fieldset", {}, make("legend", {}, _("How")), kinds), Object.values(shown),
    field(_("What was seen, and who says so"), note), wrong,
    make("div", { class: "actions" },
      make("button", { type: "submit", class: "main" }, _("Put it down")),
      make("button", { type: "button", value: "back", onclick: () => dialog.close() }, _("Back"), make("kbd", {}, "Esc"))));
  const dialog = make("dialog", { class: "pad", "aria-label": title }, form);
  const show = () => { for (const [kind, each] of Object.entries(shown)) each.hidden = kind !== chosen(form); };
  form.addEventListener("change", show);
  document.body.append(dialog);
  dialog.showModal();
  show();
  return new Promise(done => {
    let made = null;
    form.addEventListener("submit", async event => {
      event.preventDefault();
      const kind = chosen(form), said = wrongWith(kind, ink, print, note);
      wrong.textContent = said ?? "";
      if (said !== null) return;
      made = await attestation(part, kind, [name, ...who.map(([, input]) => input), note], ink, print);
      dialog.close();
    });
    dialog.addEventListener("close", () => { dialog.remove(); done(made); });
  });
}

const chosen = form => new FormData(form).get("pad-kind");

function wrongWith(kind, ink, print, note) {
  if (kind === "handwritten" && ink.empty()) return _("Nothing was drawn yet.");
  if (kind === "fingerprint" && !print.files[0]?.type.startsWith("image/")) return _("There is no picture of the fingerprint yet.");
  if ((kind === "refused" || kind === "absent") && !note.value.trim()) return _("Say what was seen, and who saw it.");
  return null;
}

// What else is asked of whoever stands in a part: who it is and how to reach them, and of whoever needs one, a licence.
function whoElse(part) {
  const asked = [["document", _("Identity document, kind and number")], ["contact", _("Telephone or address")],
    ...["medic", "examiner"].includes(part) ? [["licence", _("Licence")]] : []];
  return asked.map(([what, text]) => [text, make("input", { id: `pad-${what}`, maxlength: 200, autocomplete: "off" })]);
}

const OPEN = ["pad-licence", "pad-note"];

async function attestation(part, kind, inputs, ink, print) {
  const blob = { handwritten: ink.file, fingerprint: async () => print.files[0] }[kind];
  const attachment = blob ? await attach(await blob(), "signature") : null;
  const made = { part, kind };
  for (const input of inputs) {
    const text = stated(input.value);
    if (text) made[input.id.slice("pad-".length)] = OPEN.includes(input.id) ? text : { disclose: text };
  }
  if (attachment) made.attachment = attachment.sha256;
  return { attestation: made, attachment };
}

function field(text, input) {
  return make("p", { class: "field" }, make("label", { for: input.id }, text), input);
}

/** A sheet to draw on, by finger, pen or mouse. */
function pad() {
  const canvas = make("canvas", { width: 900, height: 300, class: "ink", role: "img", "aria-label": _("Sign here") });
  const pen = canvas.getContext("2d");
  let last = null, strokes = 0;
  const at = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    strokes = 0;
  };
  canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); last = at(event); });
  canvas.addEventListener("pointerup", () => { last = null; });
  canvas.addEventListener("pointermove", event => {
    if (last === null) return;
    const next = at(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    Object.assign(pen, { lineWidth: 4, lineCap: "round", strokeStyle: "#111" });
    pen.stroke();
    last = next;
    strokes += 1;
  });
  clear();
  const again = make("button", { type: "button", onclick: clear }, _("Clear the sheet"));
  return { element: make("div", {}, canvas, again), empty: () => strokes < 5, file: () => drawn(canvas) };
}
