// One act of this device, told to a person: what it is, where it stands, and what can be done.

import { actOf, thingsOf } from "../station/acts.js";
import { make } from "../station/dom.js";
import { _, counted } from "../station/words.js";
import { comparison } from "./comparing.js";
import { heldBy, RECORDED, REFUSED, REMOVED, WAITING } from "./entries.js";
import { actions } from "./remedies.js";
import { moment } from "../station/moments.js";
import { code, nameOf } from "./telling.js";

/** The card. Who did not sign it is told that it is here, and nothing of what it says. */
export async function cardOf(entry, entries, who) {
  const own = entry.persons.includes(who);
  const card = make("li", { class: "card field-card", "data-act": entry.id, "data-state": entry.state },
    make("h3", {}, nameOf(entry.type), " ", make("small", {}, moment(entry.occurred_at), " · ", entry.persons.join(", "))),
    own && entry.submission ? about(entry) : null,
    standing(entry, entries),
  );
  if (own && entry.problem && [REFUSED, WAITING].includes(entry.state)) {
    card.append(told(entry.problem), await comparison(entry), actions(entry, who));
  } else if (entry.submission && !own) {
    card.append(make("p", { class: "empty" }, _("What it says is shown to whoever signed it, once signed in here.")));
  } else if (own && entry.submission && !navigator.onLine) {
    card.append(actions(entry, who));
  }
  return card;
}

function about(entry) {
  const things = [...thingsOf(actOf(entry.submission.envelope))];
  return make("p", {}, entry.case ? [entry.case, " · "] : null, things.map(each => [code(each), " "]),
    entry.files.length ? ["· ", counted("{n} file", "{n} files", entry.files.length)] : null);
}

function standing(entry, entries) {
  const before = heldBy(entry, entries);
  const [tone, ...said] = {
    [RECORDED]: () => ["green", "✓ ", make("a", { href: `/acts/${entry.id}` },
      _("In the ledger, No. {n}", { n: entry.receipt.position }))],
    [REFUSED]: () => entry.answered ? ["blue", "↪ ", _("Refused; reported as done")] : ["red", "✗ ", stale(entry.problem)
      ? _("The ledger knows otherwise") : _("Refused")],
    [REMOVED]: () => ["blue", "– ", _("Taken out by {person}: {reason}", {
      person: entry.removed.by, reason: entry.removed.reason,
    })],
    [WAITING]: () => before ? ["orange", "… ", _("Waits for {act}, which it rests on", { act: nameOf(before.type) })]
      : entry.problem ? ["orange", "⚠ ", _("Waits for an act that the ledger does not have")]
        : ["orange", "↑ ", _("Kept here, waits to be sent")],
  }[entry.state]();
  return make("p", {}, make("span", { class: `tag ${tone}` }, said));
}

const stale = problem => problem.code === "stale" || problem.code.startsWith("stale/");

function told(problem) {
  const detail = problem.code === "receipt/other" ? _("The answer was no receipt of this act.") : problem.detail;
  return make("div", { class: "notice red" },
    make("p", {}, problem.file ? _("A file of it was refused: ") : null, detail),
    problem.instead ? make("p", {}, problem.instead) : null,
    make("p", {}, make("small", {}, [problem.rule, problem.source, problem.code].filter(Boolean).join(" · "))),
  );
}
