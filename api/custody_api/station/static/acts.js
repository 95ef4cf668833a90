// What stands in a signed act. Reading only.

import { base64url, concat, fromBase64, hex, sha256, utf8 } from "./bytes.js";
import { idsIn } from "./label.js";

/** The act inside an envelope. */
export const actOf = envelope => JSON.parse(new TextDecoder().decode(fromBase64(envelope.payload)));

/** The exact bytes of an envelope that the ledger keeps: compact JSON. */
export const envelopeBytes = envelope => utf8(JSON.stringify(envelope));

/** Whether what a receipt's entry commits to is this envelope. */
export async function commitsTo(receipt, envelope) {
  const entry = JSON.parse(new TextDecoder().decode(fromBase64(receipt.entry)));
  return entry.act === receipt.act && entry.envelope === hex(await sha256(envelopeBytes(envelope)));
}

/** The hashes of the files that an act names, wherever it names them. */
export function filesOf(act) {
  const evidence = Array.isArray(act.evidence) ? act.evidence : [];  // hashes of a correction; an enrolment's is a text
  const stated = [...(act.attachments ?? []).map(each => each.sha256), ...evidence];
  const attested = (act.attestations ?? []).map(each => each.attachment).filter(Boolean);
  return [...new Set([...stated, ...attested])];
}

/** The items, manifests and kits that an act names, by id. */
export const thingsOf = act => new Set(idsIn(act, "item", "manifest", "kit"));

/** A value under its salt, as an act names it before it is opened: base64url of the SHA-256 of both. */
export const commitment = async (salt, value) => base64url(await sha256(concat(salt, utf8(value))));

/** What disclosures, {salt, value} each, say: a map from commitments to values. */
export async function disclosed(disclosures) {
  return new Map(await Promise.all(disclosures.map(async ({ salt, value }) => [await commitment(fromBase64(salt), value), value])));
}

/** An act with each of its sealed values, {sealed}, as `told` gives it. */
export function opened(value, told) {
  if (Array.isArray(value)) return value.map(each => opened(each, told));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.sealed === "string") return told(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, opened(each, told)]));
}
