// The officer's page: what can be taken down here, and every act of this device that is not in the ledger yet, with
// what became of it and what can be done. Nothing leaves the list but by a receipt, or by its signer's own hand.

import { announce, make } from "../station/dom.js";
import { held, keysOf } from "../signing/keys.js";
import { keptSheets } from "../sheets/sheet.js";
import { get } from "../station/store.js";
import { _, counted } from "../station/words.js";
import { lastEnd, sendAndShow } from "./badge.js";
import { cardOf } from "./card.js";
import { notYet } from "./entries.js";
import { makeRoom, queued } from "./queue.js";
import { moment } from "../station/moments.js";
import { nameOf, sheetOf } from "./telling.js";

const list = document.getElementById("field-queue"), ended = document.getElementById("field-ended");
const state = document.getElementById("field-state"), sending = document.getElementById("field-send");
const begun = document.getElementById("field-begun");

const ENDINGS = {
  "offline": () => _("The server cannot be reached. Everything stays here, and is sent when it can."),
  "signed-out": () => _("Your session is over: sign in, and everything here is sent. Nothing is lost."),
  "later": () => _("The server cannot take acts just now. They stay here, and are sent again."),
};

let drawing = 0;

/** Draw the list anew; a card in which somebody is writing stays as it is. */
async function show() {
  const mine = ++drawing;
  const entries = await queued(), who = (await get("settings", "who"))?.person ?? "";
  const left = notYet(entries), gone = entries.filter(each => !left.includes(each)).reverse();
  const drawn = acts => Promise.all(acts.map(each => kept(each) ?? cardOf(each, entries, who)));
  const [cards, past, sheets] = await Promise.all([drawn(left), drawn(gone), who ? keptSheets(who) : []]);
  if (mine !== drawing) return;  // it was drawn again meanwhile, from what is newer
  list.replaceChildren(...cards);
  ended.hidden = !gone.length;
  ended.querySelector("ol").replaceChildren(...past);
  begun.hidden = !sheets.length;
  begun.replaceChildren(...sheets.map(each => make("li", {}, make("a", { href: sheetOf(each.act, each.id) },
    _("Go on with: {act}", { act: nameOf(each.act) }), " ", make("small", {}, moment(each.kept_at))))));
  sending.hidden = !left.length;
  state.textContent = left.length
    ? [counted("{n} act not yet in the ledger", "{n} acts not yet in the ledger", left.length), ENDINGS[lastEnd()]?.()]
      .filter(Boolean).join(" · ")
    : _("Everything that was signed here is in the ledger.");
}

const kept = ({ id }) => {
  const card = list.querySelector(`[data-act="${id}"]`);
  return card?.querySelector("[data-open]") ? card : null;
};

/** Let the device keep these pages, and say at once where it has no room. */
async function prepare() {
  document.getElementById("field-kept").textContent = await makeRoom()
    ? _("This device keeps what you sign until the ledger has it.")
    : _("This device keeps what you sign, but its browser may clear it when space runs out: install this page, or send soon.");
}

/** Ask about the keys on this device while there is a network: without one, those known to sign are believed. */
async function askAboutKeys() {
  for (const person of new Set((await held()).map(each => each.person))) await keysOf(person);
}

sending.addEventListener("click", sendAndShow);
document.addEventListener("custody:queue", show);
await show();
try {
  await prepare();
} catch (error) {
  announce(error.message);
  document.getElementById("field-kept").textContent = `⚠ ${error.message}`;
}
if (navigator.onLine) {  // what fails, the next visit tries again
  await Promise.allSettled([askAboutKeys(), navigator.serviceWorker?.register("/sw.js", { type: "module" })]);
}
