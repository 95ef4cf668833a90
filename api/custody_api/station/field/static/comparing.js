// Two stories side by side: what this device says of an item, and what the ledger says. Asked anew each time it is
// shown, and not kept.

import { actOf } from "../station/acts.js";
import { get, Offline, Problem } from "../station/api.js";
import { make } from "../station/dom.js";
import { _ } from "../station/words.js";
import { itemOf } from "./entries.js";
import { moment } from "../station/moments.js";
import { code, nameOf } from "./telling.js";

/** The comparison for a refused act, if the refusal names an item or an act between; else nothing. */
export async function comparison(entry) {
  const facts = { ...entry.problem.facts, ...entry.problem }, item = itemOf(entry.problem);
  const between = typeof facts.act === "string" && facts.act !== entry.id ? facts.act : null;
  if (!item && !between) return "";
  const columns = [
    column(_("This device says"), here(entry, item)),
    column(_("The ledger says"), await there(item, between)),
  ];
  return make("div", { class: "field-compared" }, columns);
}

const column = (title, rows) => make("section", {}, make("h4", {}, title), make("dl", { class: "facts" }, rows));

const row = (name, ...value) => [make("dt", {}, name), make("dd", {}, ...value)];

function here(entry, item) {
  const act = actOf(entry.submission.envelope);
  const taker = act.to?.person ?? act.to?.place ?? act.place ?? null;
  return [
    row(_("Act"), nameOf(act.act)),
    row(_("When"), moment(act.occurred_at)),
    item ? row(_("Item"), code(item)) : [],
    row(_("Signed by"), entry.persons.join(", ")),
    act.from?.person ? row(_("From"), act.from.person) : [],
    taker ? row(_("To"), taker) : [],
    row(_("Had seen the ledger up to"), _("No. {n}", { n: act.seen.size })),
  ];
}

async function there(item, between) {
  if (!navigator.onLine) return row(_("Act"), _("Cannot be asked without a network."));
  const [act, thing] = await Promise.all([
    between ? asked(`/v1/acts/${between}`) : null, item ? asked(`/v1/items/${item}`) : null,
  ]);
  if (act === undefined && thing === undefined) return row(_("Act"), _("Sign in to see it."));
  return [
    act ? [
      row(_("Act"), make("a", { href: `/acts/${act.id}` }, nameOf(act.type)), " ", _("No. {n}", { n: act.position })),
      row(_("Recorded"), moment(act.recorded_at)),
      row(_("Signed by"), act.signers.map(each => each.person).join(", ")),
    ] : [],
    thing ? [
      row(_("Item"), make("a", { href: `/items/${thing.item}` }, code(thing.item))),
      row(_("Held by"), thing.custody?.holder ?? _("nobody any more")),
    ] : [],
  ];
}

async function asked(path) {
  try {
    return await get(path);
  } catch (error) {
    if (error instanceof Problem || error instanceof Offline) return undefined;
    throw error;
  }
}
