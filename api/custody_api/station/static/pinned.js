// The keys of a ledger's log that this device trusts: those it saw first, and what proved acts of the log named since.

import { fromBase64 } from "./bytes.js";
import * as store from "./store.js";

const ED25519 = 1;
const settingOf = ledger => `log-keys:${ledger}`;

// A verifier key: name, id, and in base64 the algorithm and the key (c2sp.org/signed-note).
const isOf = (ledger, key) => key.startsWith(`${ledger}+`) && fromBase64(key.slice(ledger.length + 1).replace(/^[^+]*\+/, ""))[0] === ED25519;

/** The keys to verify with: {keys, since, first}. On first sight those offered, which are kept once something held by them. */
export async function pinned(ledger, offered, anew = false) {
  const kept = anew ? undefined : await store.get("settings", settingOf(ledger));
  if (kept) return { keys: kept.keys, since: kept.since, first: false };
  return { keys: offered.filter(each => isOf(ledger, each)), since: new Date().toISOString(), first: true };
}

/** Trust these from now on. */
export const keep = (ledger, keys, since) => store.put("settings", { name: settingOf(ledger), keys, since });
