// What lies in the queue: one entry for each signed act, as it was signed. Reading only; nothing here writes.

import { actOf, disclosed, opened, thingsOf } from "../station/acts.js";
import { idsIn } from "../station/label.js";

const ACT = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Where an act on this device stands. Refused ones stay until the ledger has them or their signer takes them out. */
export const WAITING = "waiting", REFUSED = "refused", RECORDED = "recorded", REMOVED = "removed";

/** The item that a refusal is about, by its id or a code it bears, or null. */
export function itemOf(problem) {
  const facts = { ...problem.facts, ...problem };
  return idsIn([facts.item, facts.code], "item")[0] ?? null;
}

/** Whether a later act rests on an earlier one: a thing that both name, the act itself, or what it brought about. */
export function restsOn(later, earlier) {
  const written = JSON.stringify({ ...later, follows: [] });
  if (written.match(ACT)?.includes(earlier.id)) return true;
  if (earlier.act === "case-opening" && later.case === earlier.case) return true;
  if (earlier.act === "place" && written.includes(earlier.place)) return true;
  const things = thingsOf(earlier);
  return [...thingsOf(later)].some(each => things.has(each));
}

/** Entries in the order they were signed in on this device. */
export const inOrder = entries => [...entries].sort((one, other) => one.number - other.number);

/** The entry that is sent next: the first that waits, was not tried in this round, and rests on nothing that waits. */
export function due(entries, tried) {
  return inOrder(entries).find(each => each.state === WAITING && !tried.has(each.id) && !heldBy(each, entries));
}

/** The act that another one waits for: the first it rests on that may still be recorded. */
export const heldBy = (entry, entries) =>
  entry.state === WAITING ? notYet(entries).find(each => !each.answered && entry.after.includes(each.id)) : undefined;

/** Acts that the ledger does not have yet. */
export const notYet = entries => entries.filter(each => each.state === WAITING || each.state === REFUSED);

/** The act as a draft to sign anew: without what its client adds, its sealed values in the open again. */
export async function draftOf(entry) {
  const { id, ledger, seen, follows, ...rest } = actOf(entry.submission.envelope);
  const values = await disclosed(entry.submission.disclosures ?? []);
  const draft = opened(rest, each => values.has(each.sealed) ? { disclose: values.get(each.sealed) } : each);
  draft.signers = rest.signers.map(({ part, person }) => ({ part, person }));
  return draft;
}
