// The badge in the frame of every page: whether there is a network, and how many acts of this device the ledger does
// not have yet. Whatever page is open sends them: when it opens, when the network comes back, and from time to time.

import { get as ask } from "../station/api.js";
import { make } from "../station/dom.js";
import { get, put as keep } from "../station/store.js";
import { _, counted, lang } from "../station/words.js";
import { notYet } from "./entries.js";
import { queued, send, tidy } from "./queue.js";
import { see } from "./seen.js";
import { QUEUE } from "./sending.js";

const AGAIN_AFTER = 60_000;

const place = document.getElementById("field-badge");
let ended = null;

/** How sending ended the last time in this page: "sent", "offline", "signed-out", "later"; null before. */
export const lastEnd = () => ended;

/** Send what waits, and show what is left. */
export async function sendAndShow() {
  if (navigator.onLine && notYet(await queued()).length) ended = await send();
  else if (navigator.onLine) ended = null;
  await show();
}

async function show() {
  const left = notYet(await queued()), refused = left.filter(each => each.state === "refused").length;
  const connected = navigator.onLine && ended !== "offline";
  const signIn = left.length && ended === "signed-out";
  document.dispatchEvent(new CustomEvent("custody:queue", { detail: { ended } }));
  if (!place) return;
  place.replaceChildren(make(
    "a",
    {
      class: `field-badge ${!connected ? "away" : refused || signIn ? "attention" : left.length ? "waiting" : "clear"}`,
      href: signIn ? `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` : "/field",
    },
    make("span", {}, connected ? _("● Online") : _("○ Offline")), " ",
    make("span", {}, left.length
      ? counted("{n} act not yet in the ledger", "{n} acts not yet in the ledger", left.length)
      : _("all sent")),
    refused ? make("span", {}, " ", counted("⚠ {n} refused", "⚠ {n} refused", refused)) : null,
    signIn ? make("span", {}, " ", _("▸ sign in to send")) : null,
  ));
}

/** What the device remembers of the server: its language, who is signed in, and the newest checkpoint. */
async function remember() {
  const { ledger } = document.body.dataset;
  await keep("settings", { name: "language", lang });
  const who = await whose();
  if (who === null) return;
  await keep("settings", { name: "who", ...who });
  if (who.person) await see(ledger, await ask("/v1/head"));
}

/** Who is signed in, with which capacities; a kept page has to ask. Null if that cannot be known now. */
async function whose() {
  const isKept = document.querySelector('meta[name="custody-kept"]'), stated = document.body.dataset.person;
  if (!isKept) {
    const before = await get("settings", "who");
    if (!stated || before?.person === stated) return before?.person === stated ? before : { person: "" };
  }
  if (!navigator.onLine) return null;
  try {
    const { person, capacities } = await ask("/v1/session");
    return { person, capacities };
  } catch (error) {
    return error.status === 401 ? { person: "" } : null;
  }
}

new BroadcastChannel(QUEUE).addEventListener("message", show);
const begin = async () => {
  await Promise.allSettled([remember(), tidy()]);
  await sendAndShow();
};
addEventListener("online", begin);
addEventListener("offline", show);
setInterval(sendAndShow, AGAIN_AFTER);
await show();
await begin();
