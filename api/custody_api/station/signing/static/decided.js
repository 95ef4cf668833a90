// What would be decided of an act, told before anybody signs: a refusal with its rule, source and what to do instead; or
// each defect that would be recorded, with the remedy it will need.

import { term } from "../sheets/sentences.js";
import { make } from "../station/dom.js";
import { codeOf, idsIn } from "../station/label.js";
import { _, lang } from "../station/words.js";
import { decisionOn } from "./asking.js";
import { insteadOf, sourceOf } from "./instead.js";

// What is refused where somebody else's thing is as if it were not there.
const UNSEEN = new Set([
  "discrepancy-unknown", "hold-unknown", "loan-not-asked-for", "no-case", "no-such-offer", "reexamination-unrequested",
  "remedy-of-no-defect", "result-unknown", "stock-take-unknown", "unknown-item",
].map(each => `refused/${each}`));

// Severity of a defect: the remedy it takes.
const REMEDIES = {
  minor: () => _("none is needed; it may be explained."),
  curable: () => _("those concerned explain it or make it good, and a legal reviewer accepts that."),
  "exclusion-risk": () => _("an explanation alone does not cure it: ask the legal reviewer before you go on."),
};

/** What would be decided of a prepared act now: {outcome, defects, problem}; `unknown` where nobody could be asked, and
 * `unseen` where whoever is signed in does not see the things before somebody who does has signed. */
export async function decided(prepared) {
  const found = await decisionOn("/v1/acts/check", question(prepared));
  const unseen = UNSEEN.has(found.problem?.code) && prepared.signatures.size === 0 && prepared.parties.length > 1;
  return unseen ? { ...found, outcome: "unseen" } : found;
}

// Before anybody signs, by what lies before the signed-in person; then by what those see who signed.
function question(prepared) {
  if (prepared.signatures.size > 0) return { ...prepared.submission(), unfinished: true };
  return { act: prepared.act, presented: idsIn(prepared.act, "item").map(codeOf) };
}

/** The same as elements. */
export function told({ outcome, defects, problem }, onBack) {
  if (outcome === "refused") return [refusal(problem, onBack)];
  if (outcome === "unknown") {
    return [notice("orange", "⚠", _("The server cannot be reached: what would be decided shows when this is sent."))];
  }
  if (outcome === "unseen") {
    return [notice("orange", "⚠", _("Whoever is signed in here does not see these things yet. What would be decided shows once the giving side has signed, before the other does."))];
  }
  if (defects.length === 0) return [notice("green", "✓", _("This will be recorded without a defect."))];
  return [
    notice("orange", "⚠", _("This will be recorded with defects: {n}.", { n: defects.length })),
    make("ul", { class: "defects" }, defects.map(defect)),
  ];
}

/** A refusal, or whatever else the server would not do. */
export function refusal(problem, onBack) {
  return make("section", { class: "notice red", role: "alert", "data-code": problem.code },
    make("p", {}, make("strong", {}, "✗ ", problem.rule ? _("The ledger refuses this.") : _("This cannot be done."))),
    make("p", {}, problem.detail),
    problem.rule && make("p", {}, make("small", {}, sourceOf(problem))),
    problem.instead && make("p", { class: "actions" },
      insteadOf(problem) ?? make("button", { type: "button", onclick: onBack }, problem.instead)));
}

function defect(each) {
  return make("li", { "data-code": each.code },
    make("span", { class: `tag ${each.severity}` }, term(each.severity, "severity", lang)), " ", make("span", {}, each.detail), " ",
    make("small", {}, sourceOf(each)),
    make("p", {}, make("strong", {}, _("Remedy:")), " ", REMEDIES[each.severity](), " ", each.instead ?? ""));
}

const notice = (colour, sign, text) => make("p", { class: `notice ${colour}` }, make("strong", {}, sign, " ", text));
