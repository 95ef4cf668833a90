// An approver decides on a loan: digits choose.

import { asksForText } from "../scanning/keyboard.js";
import { _, stated } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers } from "./flow.js";

const form = document.getElementById("decision");

function draw(state) {
  for (const each of form.querySelectorAll("[name=item]")) each.checked = state.items.includes(each.value);
  for (const name of ["decision", "due", "reason"]) form.elements[name].value = state[name];
}

function draft({ items, decision, due, reason }) {
  if (!items.length || !decision) throw new Lacking(_("Choose the things and the decision."));
  if (decision === "extend" && !due) throw new Lacking(_("Say until when it is extended."));
  if (decision === "reject" && !reason) throw new Lacking(_("Say why it is rejected."));
  return {
    act: "loan-decision", occurred_at: withOffset(), loan: given.loan, decision, items,
    due: due && decision !== "reject" ? withOffset(due) : null, reason: reason || null, signers: signers({ approver: given.approver }),
  };
}

const flow = await begin({ fresh: { items: given.items, decision: "", due: "", reason: "" }, draw, draft });

const read = () => flow.note(it => {
  it.items = [...form.querySelectorAll("[name=item]:checked")].map(each => each.value);
  for (const name of ["decision", "due", "reason"]) it[name] = stated(form.elements[name].value);
});

form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("change", read);
document.addEventListener("keydown", event => {
  if (event.defaultPrevented || asksForText(event.target) || event.target.matches("select") || event.ctrlKey || event.altKey || event.metaKey) return;
  const choice = form.querySelectorAll("[name=decision]")[Number(event.key) - 1];
  if (!choice || document.getElementById("work").hidden) return;
  choice.checked = true;
  read();
});
