// A correction: the act's own form, filled with how it reads now. What is changed there is said as old → new; a line of
// it, or the whole act, may be voided.

import { Lacking, begin, given, signers } from "../flows/flow.js";
import { make } from "../station/dom.js";
import { withOffset } from "../station/moments.js";
import { _, stated } from "../station/words.js";
import { PLACES, changedIn, fillForm, pointerOf, readDraft, readInput, valueAt, writeInput } from "./draft.js";
import { letGrow } from "./growing.js";
import { offerKnown } from "./known.js";
import { describePlace } from "./lines.js";

const NAMES_THINGS = '[data-type="item"], [data-type="code"], [data-type="kit"], [data-type="manifest"]';

const [work, form, table, reason, approver, evidence] =
  ["work", "form", "changes", "reason", "approver", "evidence"].map(id => document.getElementById(id));
const rows = () => [...form.querySelectorAll(`[data-list="/${given.list}"] > ol > li`)];
const pathOf = index => `/${given.list}/${index + given.first}`;

letGrow(form, ({ type }) => { if (type === "click") noted(); });  // what changes is noted below
offerKnown(work);
fillForm(form, given.reads);
await Promise.all([...form.querySelectorAll('[data-type="place"]')].map(describePlace));
const before = readDraft(form), read = new Map();
for (const place of form.querySelectorAll(PLACES)) read.set(pointerOf(place), told(place));

/** What stands in an input, or in all of a list or group, in words. */
function told(place) {
  const inputs = place.name ? [place] : [...place.querySelectorAll("select, textarea, input:not([type=checkbox])")];
  return inputs.map(word).filter(Boolean).join(" · ") || "—";
}

function word(input) {
  if (!input.value) return input.dataset.sealed ? _("kept sealed") : "";
  if (input.matches("select")) return input.selectedOptions[0].textContent;
  const called = input.dataset.type === "place" && input.closest(".field").querySelector(".told")?.dataset.called;
  if (called) return `${called} (${input.value})`;
  return input.dataset.type === "moment" ? input.value.replace("T", " ") : input.value;
}

/** What a place in the form is called, with what it stands in. */
function called(place) {
  const names = [];
  for (let each = place; each !== form; each = each.parentElement) {
    const line = rows().indexOf(each);
    if (line >= 0) names.unshift(_("line {n}", { n: line + given.first + 1 }));
    else if (each.matches(".field, fieldset:not(.lines)")) {
      const own = each.querySelector(":scope > label > .called, :scope > legend").textContent.replace("*", "").trim();
      if (own !== names[0]) names.unshift(own);
    }
  }
  return names.join(" › ");
}

/** What was changed in lines that are not voided: {place, pointer, is}. */
const changed = state => state.voids.includes("") ? []
  : changedIn(form, before).filter(({ place }) => !state.voids.includes(pathOf(rows().findIndex(each => each.contains(place)))));

function replacement({ place, pointer, is }) {
  const empty = place.dataset.list === undefined ? null : [];
  const at = given.list ? pointer.replace(new RegExp(`^/${given.list}/(\\d+)`), (whole, index) => pathOf(Number(index))) : pointer;
  return { op: "replace", path: at, old: valueAt(given.reads, pointer) ?? null, new: is ?? empty };
}

function draw(state) {
  fillForm(form, state.said);
  reason.value = state.reason;
  approver.value = state.approver;
  rows().forEach(head);
  for (const each of form.querySelectorAll(NAMES_THINGS)) each.readOnly = true;
  for (const each of form.querySelectorAll('[data-type="place"]')) describePlace(each);
  for (const each of work.querySelectorAll("[data-void]")) each.checked = state.voids.includes(each.dataset.void);
  drawChanges(state);
}

// What a line is about, and whether it is voided.
function head(row, index) {
  const line = row.querySelector(".line"), path = pathOf(index);
  const thing = given.things[line.querySelector(NAMES_THINGS)?.value.slice(0, 16)];
  if (thing) line.dataset.known = "";
  line.querySelector(".thing").textContent = [_("line {n}", { n: index + given.first + 1 }), thing].filter(Boolean).join(" · ");
  line.querySelector(".beside").replaceChildren(given.voided.includes(index + given.first)
    ? make("p", { class: "tag red" }, `✗ ${_("voided")}`)
    : make("label", { class: "choice" }, make("input", { type: "checkbox", "data-void": path }), _("Void this line: it does not hold")));
}

function drawChanges(state) {
  for (const each of form.querySelectorAll(".was")) each.remove();
  const found = changed(state);
  for (const { place, pointer } of found) {
    (place.name ? place.closest(".field") : place).append(make("p", { class: "was" }, _("Was:"), " ", make("del", { class: "old" }, read.get(pointer) ?? "—")));
  }
  const voided = state.voids.map(path => [path ? _("line {n}", { n: Number(path.split("/")[2]) + 1 }) : _("the whole act"),
    make("td", { class: "red" }, `✗ ${_("voided")}`)]);
  const replaced = found.map(({ place, pointer }) => [called(place),
    make("td", {}, make("del", { class: "old" }, read.get(pointer) ?? "—"), " → ", make("ins", {}, told(place)))]);
  const lines = [...replaced, ...voided].map(([name, cell]) => make("tr", {}, make("th", { scope: "row" }, name), cell));
  table.replaceChildren(...lines.length ? lines : [make("tr", {}, make("td", {}, table.dataset.none))]);
  evidence.textContent = state.evidence.length ? _("Photographs that show it: {n}.", { n: state.evidence.length }) : "";
}

function draft(state) {
  const emptied = changed(state).find(({ place, is }) => is === undefined && "required" in place.dataset);
  if (emptied) throw new Lacking(_("This has to say something: {name}.", { name: called(emptied.place) }));
  const changes = [...changed(state).map(replacement), ...(state.voids.includes("") ? [""] : state.voids).map(path => ({ op: "void", path, old: null, new: null }))];
  if (!changes.length) throw new Lacking(_("Say what is to read differently."));
  if (!state.reason || !state.approver) throw new Lacking(_("A correction has a reason, and an approver who is somebody else."));
  return {
    act: "correction", occurred_at: withOffset(), target: given.target, changes, reason: state.reason,
    evidence: state.evidence.map(each => each.sha256), attachments: state.evidence,
    signers: signers({ author: given.author, approver: state.approver }),
  };
}

/** A place's label fills the field for a place that has the focus, else the only one. */
async function takePlace({ id }) {
  const inputs = [...form.querySelectorAll('[data-type="place"]')];
  const input = inputs.find(each => each === document.activeElement) ?? (inputs.length === 1 ? inputs[0] : null);
  if (!input) return ["refused", _("Go to the field that names the place first.")];
  if (readInput(input) === id) return ["already", id];
  writeInput(input, id);
  await describePlace(input);
  await noted();
  return ["accepted", word(input)];
}

const flow = await begin({
  fresh: { said: given.reads, voids: [], reason: "", approver: "", evidence: [] }, draw, draft, scans: { place: takePlace },
});

async function noted() {
  const kept = flow.note(it => {
    it.said = readDraft(form);
    it.voids = [...work.querySelectorAll("[data-void]:checked")].map(each => each.dataset.void);
    it.reason = stated(reason.value);
    it.approver = approver.value.trim();
  });
  drawChanges(flow.state());
  await kept;
}

work.addEventListener("change", async ({ target }) => {
  await noted();
  if (target.dataset.type === "place") await describePlace(target).then(() => drawChanges(flow.state()));
});
document.getElementById("photo").addEventListener("click", async () => {
  const { take } = await import("../signing/photos.js");
  const taken = await take();
  if (taken.length) await flow.change(it => { it.evidence.push(...taken); });
});
