// Making an act to sign: from a draft to the exact payload bytes, its disclosures, and the envelope around them; byte
// for byte as custody.authoring makes them. A draft leaves out what its client knows better (id, ledger, seen, the
// signers' keys) and writes a sealed value as {"disclose": "…"}.

import { commitment } from "../station/acts.js";
import { base64, base64url, concat, fromBase64, hex, sha256, urlSafe, utf8 } from "../station/bytes.js";
import { withOffset } from "../station/moments.js";

export const ACT = "application/vnd.custody.act.v1+json";
export const SIGN_IN = "application/vnd.custody.sign-in.v1+json";

// What a draft may leave out because it is empty most of the time.
const EMPTY = { follows: [], basis: [], attestations: [], attachments: [] };

// Act type: the part that signs with the key that the act itself brings, and where that key stands.
const BRINGS_KEY = {
  genesis: ["administrator", draft => draft.administrator?.public_key],
  agency: ["new-administrator", draft => draft.administrator?.public_key],
  enrolment: ["subject", draft => draft.public_key],
};

/** There is no key for a signer: `person` is who. */
export class NoKey extends Error {
  constructor(person) {
    super(`there is no key for ${person}`);
    this.person = person;
  }
}

/** A UUIDv7 (RFC 9562 section 5.7) from a Unix time in milliseconds and 10 random bytes. */
export function newActId(milliseconds = Date.now(), randomness = crypto.getRandomValues(new Uint8Array(10))) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(milliseconds) << 16n);
  bytes.set(randomness, 6);
  bytes[6] = 0x70 | bytes[6] & 0x0f;
  bytes[8] = 0x80 | bytes[8] & 0x3f;
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** Complete a draft: {act, payload, disclosures}. `keys` gives the key id of each signing person; what the draft states
 * itself stays. `follows` are ids of acts that must be recorded first. Throws NoKey. */
export async function complete(draft, { ledger, seen, keys = {}, follows = [], id = newActId(), salt = newSalt }) {
  const disclosures = [];
  const said = { ...EMPTY, occurred_at: withOffset(), ...draft };
  said.follows = [...new Set([...said.follows, ...follows])];
  const sealed = await seal(said, salt, disclosures);
  const act = { act: sealed.act, id, ledger, seen, ...sealed };
  act.signers = await Promise.all((act.signers ?? []).map(async signer => await withKey(draft, signer, keys)));
  return { act, payload: utf8(JSON.stringify(act)), disclosures };
}

/** DSSE's pre-authentication encoding: exactly the bytes that are signed. */
export function pae(type, payload) {
  return concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);
}

/** The envelope, with whatever signatures there are: {keyid, sig, webauthn?} each. */
export function envelope(type, payload, signatures) {
  return { payloadType: type, payload: base64(payload), signatures };
}

/** The statement with which a key's owner signs in here: built by this page, so that no server chose a byte of it. */
export function signInStatement(origin = location.origin, now = new Date()) {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return utf8(JSON.stringify({ origin, nonce, time: now.toISOString().replace("Z", "+00:00") }));
}

/** The size and root of a signed note, as an act states what was seen; with the log's name. */
export function headOf(note) {
  const [ledger, size, root] = note.split("\n", 3);
  return { ledger, seen: { size: Number(size), root: urlSafe(root) } };
}

const newSalt = () => crypto.getRandomValues(new Uint8Array(32));

async function seal(value, salt, disclosures) {
  if (Array.isArray(value)) {
    const sealed = [];
    for (const each of value) sealed.push(await seal(each, salt, disclosures));
    return sealed;
  }
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1 && typeof value.disclose === "string") return await commit(value.disclose, salt(), disclosures);
  const entries = [];
  for (const name of names) entries.push([name, await seal(value[name], salt, disclosures)]);
  return Object.fromEntries(entries);
}

async function commit(value, salt, disclosures) {
  disclosures.push({ salt: base64url(salt), value });
  return { sealed: await commitment(salt, value) };
}

async function withKey(draft, signer, keys) {
  if ("key" in signer) return signer;
  const [part, brought] = BRINGS_KEY[draft.act] ?? [];
  const spki = part === signer.part ? brought(draft) : undefined;
  const key = spki ? hex(await sha256(fromBase64(spki))) : keys[signer.person];
  if (key === undefined) throw new NoKey(signer.person);
  return { ...signer, key };
}
