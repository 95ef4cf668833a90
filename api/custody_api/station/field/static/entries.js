// What lies in the queue: one entry for each signed act, as it was signed. Reading only; nothing here writes.

import { base64url, concat, fromBase64, sha256, utf8 } from "../station/bytes.js";

const LABEL = /\b(?:EV1|MF1|KT1)[0-9A-HJKMNP-TV-Z]{13}/g;
const ACT = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Where an act on this device stands. Refused ones stay until the ledger has them or their signer takes them out. */
export const WAITING = "waiting", REFUSED = "refused", RECORDED = "recorded", REMOVED = "removed";

/** The act inside an envelope. */
export const actOf = envelope => JSON.parse(new TextDecoder().decode(fromBase64(envelope.payload)));

/** The exact bytes of an envelope that the ledger keeps: compact JSON. */
export const envelopeBytes = envelope => utf8(JSON.stringify(envelope));

/** The hashes of the files that an act names, wherever it names them. */
export function filesOf(act) {
  const evidence = Array.isArray(act.evidence) ? act.evidence : [];  // an enrolment's is a text
  const stated = [...act.attachments ?? [], ...evidence].map(each => each.sha256);
  const attested = (act.attestations ?? []).map(each => each.attachment).filter(Boolean);
  return [...new Set([...stated, ...attested])];
}

/** The items, manifests and kits that an act names, by id. */
export const thingsOf = act => new Set((JSON.stringify(act).match(LABEL) ?? []).map(each => each.slice(0, 16)));

/** The item that a refusal is about, by its id or a code it bears, or null. */
export function itemOf(problem) {
  const facts = { ...problem.facts, ...problem };
  return [facts.item, facts.code].find(each => /^EV1[0-9A-Z]{13}/.test(each))?.slice(0, 16) ?? null;
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
  const opened = new Map();
  for (const { salt, value } of entry.submission.disclosures ?? []) {
    opened.set(base64url(await sha256(concat(fromBase64(salt), utf8(value)))), value);
  }
  const draft = unsealed(rest, opened);
  draft.signers = rest.signers.map(({ part, person }) => ({ part, person }));
  return draft;
}

function unsealed(value, opened) {
  if (Array.isArray(value)) return value.map(each => unsealed(each, opened));
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1 && names[0] === "sealed" && opened.has(value.sealed)) {
    return { disclose: opened.get(value.sealed) };
  }
  return Object.fromEntries(names.map(name => [name, unsealed(value[name], opened)]));
}
