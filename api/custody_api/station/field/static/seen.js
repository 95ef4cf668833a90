// The newest checkpoint that this device saw of a ledger: what `seen` states in an act that is signed without a network.

import { urlSafe } from "../station/bytes.js";
import { get, put as keep } from "../station/store.js";

/** The newest checkpoint that this device saw of a ledger, `{size, root}`, or undefined. */
export async function lastSeen(ledger) {
  const kept = await get("settings", `seen ${ledger}`);
  return kept && { size: kept.size, root: kept.root };
}

/** Remember a checkpoint, the text of a signed note, if it is of this ledger and newer than the one before. */
export async function see(ledger, note) {
  const [origin, size, root] = note.split("\n");
  const kept = await get("settings", `seen ${ledger}`);
  if (origin !== ledger || !/^[0-9]+$/.test(size) || (kept && kept.size > Number(size))) return;
  await keep("settings", { name: `seen ${ledger}`, size: Number(size), root: urlSafe(root), note });
}

/** The checkpoint in a proof (C2SP tlog-proof, as text). */
export const checkpointOf = proof => proof.slice(proof.indexOf("\n\n") + 2);
