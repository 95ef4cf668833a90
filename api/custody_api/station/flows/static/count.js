// Counting blind: a place, then what lies there. Each scan is kept by the server before it is answered.

import { SHOWN, answered } from "../scanning/answers.js";
import { post } from "../station/api.js";
import * as store from "../station/store.js";
import { _ } from "../station/words.js";

const given = JSON.parse(document.getElementById("flow").textContent);
const by = document.body.dataset.person;
const id = `flow:${by}:${location.pathname}`;
const verdict = document.getElementById("verdict");
const lacks = document.getElementById("lacks");
let here = (await store.get("sheets", id))?.here ?? null;

const stand = () => { document.getElementById("here").textContent = here ? given.places[here] ?? here : "—"; };

function tell(outcome, text) {
  const [sign, colour] = SHOWN[outcome];
  verdict.className = `card verdict ${colour}`;
  verdict.textContent = `${sign} ${text}`;
  answered(outcome, text);
}

async function scanned({ kind, id: label, code }) {
  if (kind === "place") {
    if (!(label in given.places)) return tell("refused", _("This place is not counted."));
    here = label;
    await store.put("sheets", { id, by, here });
    stand();
    return tell("accepted", given.places[label]);
  }
  if (!here) return tell("refused", _("Scan the place first."));
  const said = await post(`/stock-takes/${given.stock_take}/scans`, { code, place: here });
  document.getElementById("scans").textContent = said.number;
  return tell(said.outcome, said.says);
}

if (verdict) {
  stand();
  document.addEventListener("custody:scan", async event => {
    event.preventDefault();
    try {
      await scanned(event.detail);
    } catch (error) {
      tell("refused", `${error.message} ${_("This scan was not kept: scan it again.")}`);
    }
  });
  document.getElementById("done").addEventListener("click", async () => {
    try {
      await post(`/stock-takes/${given.stock_take}/done`);
      await store.remove("sheets", id);
      location.reload();
    } catch (error) {
      lacks.textContent = error.message;
      lacks.hidden = false;
    }
  });
}
