// An act on its way to being signed here: its exact bytes, who signs with which key, and the signatures so far. A
// signature counts for the bytes that it was given for; whatever changes the act makes other bytes, and drops them. What
// there is is kept on this device, so that a closed page loses nothing.

import { followed } from "../field/queue.js";
import { lastSeen, see } from "../field/seen.js";
import { Offline, get } from "../station/api.js";
import { hex, sha256, utf8 } from "../station/bytes.js";
import * as store from "../station/store.js";
import { _ } from "../station/words.js";
import { ACT, NoKey, complete, envelope, headOf, newActId } from "./authoring.js";
import { KeyProblem, atHand, held, keysOf, sign } from "./keys.js";

const KEPT_MILLISECONDS = 24 * 3600_000;
const GIVES = new Set(["deliverer", "outgoing", "holder"]);

/** An act with its parties: `parties` are {part, person, keys, key}, whoever gives first. */
export class Prepared {
  constructor(name, draft) {
    Object.assign(this, { name, draft, id: newActId(), parties: [], signatures: new Map() });
  }

  /** From a draft, or as this device kept it from before. Throws NoKey, Problem. */
  static async of(draft) {
    const name = `signing:${hex(await sha256(utf8(JSON.stringify(draft))))}`;
    const made = new Prepared(name, structuredClone(draft)), kept = await store.get("settings", name);
    const fresh = kept !== undefined && Date.now() < kept.until;
    if (fresh) made.draft = kept.draft;
    if (fresh && kept.signatures.length > 0) await made.#take(kept);
    made.parties = await partiesOf(made.draft, made.act?.signers ?? []);
    const named = made.act?.signers.map(each => each.key);
    if (!named || !made.parties.every(each => named.includes(each.key.key))) await made.compose();
    return made;
  }

  // What is shown is read from the very bytes that are signed.
  async #take({ payload, disclosures, signatures }) {
    const act = JSON.parse(new TextDecoder().decode(payload)), given = new Map(signatures.map(each => [each.keyid, each]));
    const digest = hex(await sha256(payload));
    Object.assign(this, { id: act.id, act, payload, disclosures, signatures: given, digest });
  }

  /**
   * Make the bytes anew, with the head of the log as it is now, of a `draft` or with another `key` of a `party`. All of it
   * is taken at once, when the bytes are there; until then, and if they cannot be made, everything stays as it was. Says
   * how many signatures no longer count.
   */
  async compose({ draft = this.draft, party, key } = {}) {
    const signers = this.parties.map(each => ({ part: each.part, person: each.person, key: (each === party ? key : each.key).key }));
    const about = await head();
    const signed = { ...draft, signers }, follows = await followed(signed, signers.map(each => each.key));
    const made = await complete(signed, { ...about, id: this.id, follows }), digest = hex(await sha256(made.payload));
    const dropped = this.signatures.size;
    this.signatures.clear();
    if (party) party.key = key;
    Object.assign(this, made, { draft, digest });
    await this.keep();
    return dropped;
  }

  /** Change what is said. Says how many signatures no longer count. */
  async change(work) {
    const draft = structuredClone(this.draft);
    work(draft);
    return await this.compose({ draft });
  }

  /** Sign with another of one's keys. */
  async choose(party, key) {
    return await this.compose({ party, key });
  }

  /** One party's signature, with the key chosen, or the same from its file. Throws KeyProblem. */
  async sign(party, key = party.key) {
    if (key.key !== party.key.key) throw new Error("the act names another key");
    const { payload } = this, signature = await sign(key, ACT, payload);
    if (payload !== this.payload) throw new KeyProblem("bytes-changed", _("The act has changed while it was being signed. Read it, and sign again."));
    this.signatures.set(signature.keyid, { ...signature, at: new Date().toISOString() });
    await this.keep();
  }

  /** When a party signed these bytes, or undefined. */
  signedAt(party) {
    return this.signatures.get(party.key.key)?.at;
  }

  get missing() {
    return this.parties.filter(each => this.signedAt(each) === undefined);
  }

  /** As it is sent: complete or not. */
  submission() {
    const signatures = this.act.signers.map(each => this.signatures.get(each.key)).filter(Boolean);
    const bare = signatures.map(({ at: _at, ...each }) => each);
    return { envelope: envelope(ACT, this.payload, bare), disclosures: this.disclosures };
  }

  async keep() {
    await store.put("settings", {
      name: this.name, until: Date.now() + KEPT_MILLISECONDS, draft: this.draft, payload: this.payload, disclosures: this.disclosures, signatures: [...this.signatures.values()],
    });
  }

  async forget() {
    await store.remove("settings", this.name);
  }
}

// `before` are the signers of the bytes that were kept, each with the key chosen then.
async function partiesOf(draft, before) {
  const parties = await Promise.all((draft.signers ?? []).map(async signer => {
    const keys = await keysFor(signer);
    const chosen = before.find(each => each.part === signer.part && each.person === signer.person)?.key;
    const key = keys.find(each => each.key === chosen) ?? keys.find(atHand) ?? keys[0];
    if (key === undefined) throw new NoKey(signer.person);
    return { part: signer.part, person: signer.person, keys, key };
  }));
  return parties.sort((one, other) => GIVES.has(other.part) - GIVES.has(one.part));
}

// A signer whose key is stated signs with that one; it may not be enrolled yet, as the key that an enrolment brings.
async function keysFor(signer) {
  if (signer.key === undefined) return await keysOf(signer.person);
  const here = (await held()).find(each => each.key === signer.key);
  if (here !== undefined) return [here];
  const listed = await keysOf(signer.person);
  return [listed.find(each => each.key === signer.key) ?? { key: signer.key, kind: "file", person: signer.person }];
}

// The head of the log, as whoever signs states it to have been seen; without a network the last that was seen.
async function head() {
  const ledger = document.body.dataset.ledger;
  try {
    const note = await get("/v1/head");
    await see(ledger, note);
    return headOf(note);
  } catch (error) {
    const seen = error instanceof Offline ? await lastSeen(ledger) : undefined;
    if (seen === undefined) throw error;
    return { ledger, seen };
  }
}
