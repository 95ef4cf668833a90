// What would be decided of an act, told before anybody signs: a refusal with its rule, source and what to do instead; or
// each defect that would be recorded, with the remedy it will need.

import { Offline, post } from "../station/api.js";
import { make } from "../station/dom.js";
import { codeOf, idsIn } from "../station/label.js";
import { _ } from "../station/words.js";
import { INSTEAD } from "./instead.js";

// What is refused where somebody else's thing is as if it were not there.
const UNSEEN = new Set([
  "discrepancy-unknown", "hold-unknown", "loan-not-asked-for", "no-case", "no-such-offer", "reexamination-unrequested",
  "remedy-of-no-defect", "result-unknown", "stock-take-unknown", "unknown-item",
].map(each => `refused/${each}`));

// Severity of a defect: colour, sign, word, and the remedy it takes.
const SEVERITY = () => ({
  minor: ["blue", "ⓘ", _("minor"), _("none is needed; it may be explained.")],
  curable: ["orange", "⚠", _("curable"), _("those concerned explain it or make it good, and a legal reviewer accepts that.")],
  "exclusion-risk": ["red", "⛔", _("exclusion risk"), _("an explanation alone does not cure it: ask the legal reviewer before you go on.")],
});

/** What would be decided of a prepared act now: {outcome, defects, problem}; `unknown` where nobody could be asked, and
 * `unseen` where whoever is signed in does not see the things before somebody who does has signed. */
export async function decided(prepared) {
  try {
    const found = await post("/v1/acts/check", question(prepared));
    const unseen = UNSEEN.has(found.problem?.code) && prepared.signatures.size === 0 && prepared.parties.length > 1;
    return unseen ? { ...found, outcome: "unseen" } : found;
  } catch (error) {
    if (error instanceof Offline) return { outcome: "unknown", defects: [], problem: null };
    if (error.document === undefined) throw error;
    return { outcome: "refused", defects: [], problem: error.document };
  }
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
  const instead = INSTEAD[problem.code];
  return make("section", { class: "notice red", role: "alert", "data-code": problem.code },
    make("p", {}, make("strong", {}, "✗ ", problem.rule ? _("The ledger refuses this.") : _("This cannot be done."))),
    make("p", {}, problem.detail),
    problem.rule && make("p", {}, make("small", {}, source(problem))),
    problem.instead && make("p", { class: "actions" }, instead
      ? make("a", { class: "button", href: address(instead, problem) }, problem.instead)
      : make("button", { type: "button", onclick: onBack }, problem.instead)));
}

function defect(each) {
  const [colour, sign, word, remedy] = SEVERITY()[each.severity];
  return make("li", { "data-code": each.code },
    make("span", { class: `tag ${colour}` }, sign, " ", word), " ", make("span", {}, each.detail), " ",
    make("small", {}, source(each)),
    make("p", {}, make("strong", {}, _("Remedy:")), " ", remedy, " ", each.instead ?? ""));
}

const source = ({ rule, source: text, verified }) =>
  [rule, text, verified === false ? _("wording not checked") : null].filter(Boolean).join(" · ");

const notice = (colour, sign, text) => make("p", { class: `notice ${colour}` }, make("strong", {}, sign, " ", text));

// The sheet of the act to do instead, with the items that the refusal names by id.
function address(type, { facts }) {
  const items = idsIn(facts ?? {}, "item");
  return `/do/${type}${items.length ? `?${items.map(each => `item=${each}`).join("&")}` : ""}`;
}
