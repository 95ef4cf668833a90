// Lines of a manifest are taken back before they are answered.

import { _, stated } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers } from "./flow.js";

const form = document.getElementById("lines");

const flow = await begin({
  fresh: { items: [], reason: "" }, draw, draft,
  scans: { item: async ({ id, code }, change) => {
    if (!given.lines.some(each => each.item === id)) return ["refused", _("This is on no open line of the manifest: {code}", { code })];
    await change(it => { it.items = [...new Set([...it.items, id])]; });
    return ["accepted", code];
  } },
});

form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("change", () => flow.note(it => {
  it.items = [...form.querySelectorAll("[name=item]:checked")].map(each => each.value);
  it.reason = stated(form.elements.reason.value);
}));

function draw(state) {
  for (const each of form.querySelectorAll("[name=item]")) each.checked = state.items.includes(each.value);
  form.elements.reason.value = state.reason;
}

function draft(state) {
  if (!state.items.length || !state.reason) throw new Lacking(_("Choose the lines, and say why they are taken back."));
  return { act: "offer-withdrawal", occurred_at: withOffset(), manifest: given.manifest, items: state.items, reason: state.reason, signers: signers({ deliverer: given.deliverer }) };
}
