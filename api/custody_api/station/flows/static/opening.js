// A stock-take is opened: its places, who counts, and a random draw if not everything is counted.

import { post } from "../station/api.js";
import { _ } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin } from "./flow.js";

const form = document.getElementById("opening");
const boxOf = place => form.querySelector(`[name=place][value="${place}"]`);

form.addEventListener("submit", event => event.preventDefault());

function draw(state) {
  for (const each of form.querySelectorAll("[name=place]")) each.checked = state.places.includes(each.value);
  for (const name of ["first", "second", "draw"]) form.elements[name].value = state[name];
}

async function draft(state) {
  if (!state.places.length) throw new Lacking(_("Choose what is counted."));
  if (!state.first || !state.second) throw new Lacking(_("Two people count, of whom one does not keep the store."));
  const asked = { places: state.places, counters: [state.first, state.second], draw: state.draw === "" ? null : Number(state.draw) };
  return { ...await post("/stock-takes/opening", asked), occurred_at: withOffset() };
}

const flow = await begin({
  fresh: { places: [], first: "", second: "", draw: "" }, draw, draft,
  recorded: ({ act }) => { if (act) form.dataset.opened = act; },
  scans: { place: async ({ id, code }, change, state) => {
    if (!boxOf(id)) return ["unknown", code];
    if (state.places.includes(id)) return ["already", code];
    await change(it => { it.places.push(id); });
    return ["accepted", code];
  } },
});

form.addEventListener("change", () => flow.note(it => {
  it.places = [...form.querySelectorAll("[name=place]:checked")].map(each => each.value);
  for (const name of ["first", "second", "draw"]) it[name] = form.elements[name].value.trim();
}));
