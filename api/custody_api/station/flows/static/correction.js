// A correction: old → new, field by field; or something is voided.

import { make } from "../station/dom.js";
import { _ } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers } from "./flow.js";

const rows = document.getElementById("fields");
const [voids, reason, approver] = ["void", "reason", "approver"].map(id => document.getElementById(id));
const fieldAt = Object.fromEntries(given.fields.map(each => [each.path, each]));
const inputs = [...rows.querySelectorAll("tr")].map(row => [row.dataset.path, row.querySelector("input, select")]);

/** A value as the field has it: text stays text, numbers and yes or no are read. */
function valueOf({ kind }, text) {
  if (kind === "sealed") return { disclose: text };
  if (kind === "bool") return text === "true";
  return kind === "int" && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

const changesOf = state => [
  ...Object.entries(state.values).filter(([, text]) => text !== "").map(([path, text]) =>
    ({ op: "replace", path, old: fieldAt[path].value, new: valueOf(fieldAt[path], text) })),
  ...(state.voids ? [{ op: "void", path: state.voids === "*" ? "" : state.voids, old: null, new: null }] : []),
];

const shown = value => value === null ? "—" : typeof value === "object" ? `🔒 ${value.disclose ?? ""}` : String(value);

function draw(state) {
  for (const [path, input] of inputs) input.value = state.values[path] ?? "";
  voids.value = state.voids;
  reason.value = state.reason;
  approver.value = state.approver;
  drawChanges(state);
}

function drawChanges(state) {
  document.getElementById("changes").replaceChildren(...changesOf(state).map(each => make("tr", {},
    make("th", { scope: "row", class: "code" }, each.path || _("the whole act")),
    each.op === "void" ? make("td", { class: "red" }, `✗ ${_("voided")}`)
      : make("td", {}, make("del", { class: "old" }, shown(each.old)), " → ", make("ins", {}, shown(each.new))))));
}

function draft(state) {
  const changes = changesOf(state);
  if (!changes.length) throw new Lacking(_("Say what is to read differently."));
  if (!state.reason || !state.approver) throw new Lacking(_("A correction has a reason, and an approver who is somebody else."));
  return {
    act: "correction", occurred_at: withOffset(), target: given.target, changes, reason: state.reason, evidence: [],
    signers: signers({ author: given.author, approver: state.approver }),
  };
}

const flow = await begin({ fresh: { values: {}, voids: "", reason: "", approver: "" }, draw, draft });

document.getElementById("work").addEventListener("change", () => flow.note(it => {
  for (const [path, input] of inputs) it.values[path] = input.value.normalize("NFC").trim();
  it.voids = voids.value;
  it.reason = reason.value.normalize("NFC").trim();
  it.approver = approver.value.trim();
}).then(() => drawChanges(flow.state())));
