// A discrepancy is raised: of things, with what was expected and found; or of a refused act that was done all the same.

import { get } from "../station/api.js";
import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, stated } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers } from "./flow.js";

const form = document.getElementById("discrepancy");
const NAMES = ["kind", "case", "what", "expected", "found", "statement"];

function draw(state) {
  for (const name of NAMES) form.elements[name].value = state[name];
  document.getElementById("items").replaceChildren(...state.items.map(each =>
    make("li", { "data-item": each.item }, make("b", {}, each.description), " ", make("span", { class: "code" }, spaced(each.code)))));
}

async function add({ id, code }, change, state) {
  if (state.items.some(each => each.item === id)) return ["already", code];
  const item = await get(`/v1/items/${code}`);
  await change(it => {
    it.items.push({ item: id, code: item.code, description: item.description });
    it.case ||= item.case;
  });
  return ["accepted", item.description];
}

function draft(state) {
  if (!state.statement) throw new Lacking(_("Say what does not agree."));
  if (!state.items.length && !given.envelope) throw new Lacking(_("Scan the things in question."));
  if ((state.expected || state.found) && !state.what) throw new Lacking(_("Say what was compared."));
  const facts = state.what ? [{ what: state.what, expected: state.expected || null, found: state.found || null }] : [];
  return {
    act: "discrepancy", occurred_at: withOffset(), case: state.case || null, items: state.items.map(each => each.item),
    report: { step: "raised", kind: state.kind, facts, envelope: given.envelope ?? null }, statement: state.statement,
    signers: signers({ reporter: given.reporter }),
  };
}

const flow = await begin({
  fresh: { kind: given.kind || form.elements.kind.value, case: given.case ?? "", items: given.items, what: "", expected: "", found: "", statement: "" },
  draw, draft, scans: { item: add },
});

form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("change", () => flow.note(it => { for (const name of NAMES) it[name] = stated(form.elements[name].value); }));
