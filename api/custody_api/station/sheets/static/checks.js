// What is missing on a sheet, and what the ledger would decide of it: marked on its lines, said below it.

import { insteadOf, sourceOf } from "../signing/instead.js";
import { make } from "../station/dom.js";
import { _, counted } from "../station/words.js";
import { rowsOf } from "./draft.js";
import { differences, mark } from "./lines.js";

/** What still has to be filled in, each with what it is called and the input itself; of a return, what differs, too. */
export function missing(form) {
  const said = form.dataset.act === "return" && form.querySelector('[name="/difference"]');
  const differs = said && [...form.querySelectorAll(".line")].some(each => differences(each).length);
  const wanted = [...form.querySelectorAll("[data-required]"), ...differs ? [said] : []];
  return wanted.filter(isEmpty).map(place => ({
    text: called(place), input: place.dataset.list === undefined ? place : place.querySelector(":scope > [data-add]"),
  }));
}

const isEmpty = place => place.dataset.list === undefined ? !place.value : !rowsOf(place).length;

const called = place =>
  (place.closest(".field")?.querySelector(".called") ?? place.closest("fieldset").querySelector("legend")).textContent.replace("*", "").trim();

/** Redden what is missing, and nothing else. */
export function showMissing(form, list) {
  for (const each of form.querySelectorAll("[data-wrong]")) delete each.dataset.wrong;
  for (const { input } of list) (input.closest(".field") ?? input.closest("fieldset")).dataset.wrong = "";
}

/** Mark the lines by what would be decided, and say below what concerns the sheet as a whole. */
export function showDecision(form, place, decision) {
  const lines = [...form.querySelectorAll(".line")];
  lines.forEach(line => { line.told = null; line.querySelector(".line-says").textContent = ""; });
  const said = decision.defects.map(each => ({ ...each, state: "care" }));
  if (decision.problem) said.push({ ...decision.problem, state: "wrong" });
  place.replaceChildren(...said.map(each => tell(each, lines)));
  lines.forEach(line => mark(line));
}

function tell(said, lines) {
  for (const line of concerned(said, lines)) {
    line.told = { state: said.state, text: said.state === "wrong" ? _("not allowed") : _("defect") };
    line.querySelector(".line-says").textContent = said.detail;
  }
  const [sign, colour] = said.state === "wrong" ? ["✗", "red"] : ["⚠", "orange"];
  return make("div", { class: `notice ${colour}`, role: "status" },
    make("p", {}, `${sign} ${said.detail}`),
    said.instead && make("p", { class: "instead" }, insteadOf(said) ?? said.instead),
    make("p", {}, make("small", {}, sourceOf(said))));
}

function concerned(said, lines) {
  const indexes = Array.isArray(said.items) ? said.items.filter(Number.isInteger) : [];
  return indexes.map(each => lines[each]).filter(Boolean);
}

/** One line that says how the sheet stands: lines, defects, what is missing. */
export function summary(form, list, decision) {
  const lines = form.querySelectorAll(".line").length;
  const defects = decision?.defects.length ?? 0;
  const says = [counted("{n} line", "{n} lines", lines)];
  if (decision?.outcome === "unknown") says.push(_("not checked: the server cannot be reached"));
  else if (decision?.outcome === "refused") says.push(_("would be refused"));
  else if (decision) says.push(defects ? counted("{n} defect", "{n} defects", defects) : _("would be accepted"));
  if (list.length) says.push(_("missing: {names}", { names: [...new Set(list.map(each => each.text))].slice(0, 4).join(_(", ")) }));
  return says.join(" · ");
}
