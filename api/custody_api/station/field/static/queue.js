// The queue of signed acts. An act that `put` has taken is on the disk, whole, with its photographs: only then may
// anybody be told that it is safe. It leaves the device in two ways: its receipt has come, or its signer took it out,
// for a reason, after saving it as a file.

import { actOf, envelopeBytes, filesOf, thingsOf } from "../station/acts.js";
import { hex, sha256 } from "../station/bytes.js";
import { all, get, put as keep, remove as forgetRecord, transact } from "../station/store.js";
import { _, language } from "../station/words.js";
import { inOrder, RECORDED, REMOVED, restsOn, WAITING } from "./entries.js";
import { forget, note, QUEUE, send as sendNow, tell } from "./sending.js";

const RECEIPTS_STAY_DAYS = 30;
const LARGEST_ACT = 2 << 20;  // an envelope and what it discloses, as the ledger takes them

/** What a full device, a missing photograph or an unfinished act is told as. The act is not kept. */
export class NotKept extends Error {}

/** Every entry of the queue, in the order of signing. */
export const queued = async () => inOrder(await all("queue"));

/**
 * Make sure, before anybody signs, that an act will fit, by writing as much: what browsers say of the room that is left
 * is made up. Resolves with whether the browser promised to keep what is here under pressure. Throws NotKept.
 */
export async function makeRoom() {
  try {
    await keep("settings", { name: "room", bytes: new Uint8Array(LARGEST_ACT) });
  } catch {
    throw new NotKept(_("This device is full: make room before anybody signs."));
  } finally {
    await forgetRecord("settings", "room");
  }
  return await navigator.storage?.persist?.() ?? false;
}

/** The acts on this device that an act to be signed has to name in `follows`: of these keys, and not in the ledger. */
export async function followed(draft, keys) {
  return inOrder(await all("queue"))
    .filter(each => each.state === WAITING)
    .filter(each => each.keys.some(key => keys.includes(key)) && restsOn(draft, actOf(each.submission.envelope)))
    .map(each => each.id);
}

/** Whether an act that is kept here names a thing. */
export const isNamed = async thing =>
  (await all("queue")).some(each => each.submission && thingsOf(actOf(each.submission.envelope)).has(thing));

/** Keep a signed act, `{envelope, disclosures}`, until the ledger has it. It is safe once this resolves. Throws NotKept. */
export async function put(submission) {
  const act = actOf(submission.envelope);
  const signed = new Set(submission.envelope.signatures.map(each => each.keyid));
  const missing = act.signers.filter(each => !signed.has(each.key));
  if (missing.length) {
    throw new NotKept(_("{persons} did not sign yet.", { persons: missing.map(each => each.person).join(", ") }));
  }
  const entry = {
    id: act.id, type: act.act, case: act.case ?? null, occurred_at: act.occurred_at, put_at: new Date().toISOString(),
    persons: act.signers.map(each => each.person), keys: act.signers.map(each => each.key), files: filesOf(act),
    state: WAITING, problem: null, submission,
  };
  try {
    await added(entry, act);
  } catch (error) {
    if (error instanceof NotKept) throw error;
    throw new NotKept(_("This device could not keep the act ({why}). Do not leave this page.", { why: error?.name }));
  }
  tell();
  await later();
  return entry;
}

/** Write an entry behind those that are there, if the files it names are; all in one transaction. */
async function added(entry, act) {
  let fault = null;
  await transact(["queue", "files"], "readwrite", it => {
    const queue = it.objectStore("queue");
    it.objectStore("files").getAllKeys().onsuccess = ({ target: { result: there } }) => {
      const absent = entry.files.filter(each => !there.includes(each));
      queue.getAll().onsuccess = ({ target: { result: before } }) => {
        const same = before.find(each => each.id === entry.id);
        if (same) return;
        if (absent.length) {
          fault = new NotKept(_("A photograph of this act is not on this device any more: take it again."));
          return;
        }
        const number = Math.max(0, ...before.map(each => each.number)) + 1;
        const open = before.filter(each => each.state === WAITING);  // who signs after a refusal knows of it
        const after = open.filter(each => restsOn(act, actOf(each.submission.envelope))).map(each => each.id);
        queue.put({ ...entry, number, after });
      };
    };
  });
  if (fault) throw fault;
}

/** Send what waits; from wherever this runs, once at a time. Resolves with how it ended (`sending.js`). */
export const send = () => sendNow(language);

/** Let the browser send when it is online again, also when no page is open any more. */
async function later() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register(QUEUE);
  } catch {
    // The page sends when it is open: most browsers have nothing else.
  }
}

/** Send an act once more that was refused: what stood against it may be mended. */
export async function again(id) {
  await note(id, { state: WAITING, problem: null });
  tell();
  return send();
}

/** An act with everything that belongs to it, as a file to be saved. Whoever saved it may then take it out. */
export async function exported(id) {
  const entry = await get("queue", id);
  const files = [];
  for (const name of entry.files) {
    const kept = await get("files", name);
    if (kept) files.push({ ...kept, blob: undefined, content: await dataOf(kept.blob) });
  }
  const { submission, problem, put_at, number, after } = entry;
  return new Blob([JSON.stringify({ ...submission, files, problem, put_at, number, after }, null, 1)], {
    type: "application/json",
  });
}

const dataOf = blob => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});

/** The file was saved. */
export async function wasExported(id) {
  await note(id, { exported_at: new Date().toISOString() });
  tell();
}

/** Take an act out that the ledger does not have. Its type, time, hash and the reason stay. Throws NotKept. */
export async function remove(id, reason, by) {
  const entry = await get("queue", id);
  if (!reason.trim()) throw new NotKept(_("Say why it is taken out."));
  if (!entry.exported_at) throw new NotKept(_("Save it as a file first."));
  if (!entry.persons.includes(by)) throw new NotKept(_("Only somebody who signed it takes it out."));
  const envelope = hex(await sha256(envelopeBytes(entry.submission.envelope)));
  await forget(id, entry.state, kept => ({
    ...kept, state: REMOVED, ended_at: new Date().toISOString(), removed: { reason: reason.trim(), by, envelope },
  }));
  tell();
}

/** A refused act was reported as done: another act, in the ledger, embeds it. */
export async function answeredBy(id, act) {
  await note(id, { answered: act });
  tell();
}

/** Receipts and notes of what was taken out stay for a month; of the settings, what says `until` when, until then. */
export async function tidy() {
  for (const each of await all("settings")) if (each.until <= Date.now()) await forgetRecord("settings", each.name);
  const before = new Date(Date.now() - RECEIPTS_STAY_DAYS * 86_400_000).toISOString();
  const old = (await all("queue")).filter(each => [RECORDED, REMOVED].includes(each.state) && each.ended_at < before);
  if (old.length) {
    await transact(["queue"], "readwrite", it => {
      for (const each of old) it.objectStore("queue").delete(each.id);
    });
  }
}
