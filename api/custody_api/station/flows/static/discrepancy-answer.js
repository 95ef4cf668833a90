// A discrepancy is explained, or closed by a reviewer; a loss before a supervisor, with who answers for it.

import { _, stated } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers } from "./flow.js";

const form = document.getElementById("answer");
const NAMES = ["step", "outcome", "reviewer", "supervisor", "responsibility", "statement"];

function draw(state) {
  for (const name of NAMES) form.elements[name].value = state[name];
  document.getElementById("closing").hidden = state.step !== "closed";
}

function draft(state) {
  const { step, outcome, reviewer, supervisor, responsibility, statement } = state;
  if (!step || !statement) throw new Lacking(_("Choose what is said of it, and state it."));
  const closes = step === "closed";
  if (closes && !reviewer) throw new Lacking(_("A legal reviewer closes it: not who raised it."));
  if (closes && outcome === "lost" && !(supervisor && responsibility)) throw new Lacking(_("A loss is closed before a supervisor, with the document on who answers for it."));
  const about = { step, discrepancy: given.discrepancy };
  return {
    act: "discrepancy", occurred_at: withOffset(), case: given.case, items: given.items, statement,
    report: closes ? { ...about, outcome, responsibility: responsibility || null } : about,
    signers: closes ? signers({ reviewer, supervisor: outcome === "lost" ? supervisor : null }) : signers({ reporter: given.person }),
  };
}

const flow = await begin({
  fresh: { step: "", outcome: "found", reviewer: given.reviews ? given.person : "", supervisor: "", responsibility: "", statement: "" }, draw, draft,
});

form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("change", () => flow.note(it => { for (const name of NAMES) it[name] = stated(form.elements[name].value); })
  .then(() => { document.getElementById("closing").hidden = flow.state().step !== "closed"; }));
