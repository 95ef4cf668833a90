// The keys people sign with here. None of them ever leaves: a device key is made in the browser and cannot be exported,
// a passkey stays in its authenticator, a key file is read into a key that cannot be exported, and kept only where its holder
// says so on `/keys`.
//
// A key is {key, kind, person, algorithm?, privateKey?, public_key?, passkey?}: `key` is its id, `passkey` as the
// enrolment states it. What this device holds stands in the store `keys`; passkeys stand there, too, without a secret,
// so that they are found again before anybody is signed in.

import { Offline, get } from "../station/api.js";
import { base64, base64url, fromBase64, hex, sha256, utf8 } from "../station/bytes.js";
import * as store from "../station/store.js";
import { _ } from "../station/words.js";
import { pae } from "./authoring.js";

const ED25519 = { name: "Ed25519" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };
const WITH_SHA256 = { name: "ECDSA", hash: "SHA-256" };
const ES256 = -7, EDDSA = -8;

/** Why a key cannot be used: `code` for programs, the message for people. */
export class KeyProblem extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The keys of this device, everybody's or one person's. */
export async function held(person) {
  const all = await store.all("keys");
  return person === undefined ? all : all.filter(each => each.person === person);
}

/** Keep a key on this device. */
export async function keep(key) {
  await store.put("keys", key);
}

/** Forget a key here. A device key is gone for good: it is nowhere else. */
export async function forget(id) {
  await store.remove("keys", id);
}

/** A new key of this device. Its secret is in the browser's own keeping; nobody can export it, this page neither. */
export async function makeDeviceKey(person) {
  const [pair, algorithm] = await generated();
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const made = {
    key: hex(await sha256(spki)), kind: "device", person, algorithm, privateKey: pair.privateKey,
    public_key: base64url(spki), made_at: new Date().toISOString(), live: false,
  };
  await keep(made);
  return made;
}

/** The key in a file, kept on this device from now on so that nobody can export it; `name` is what its holder is called. */
export async function importFile(file, person, name) {
  const key = { ...await readKeyFile(file), person, name, made_at: new Date().toISOString(), live: false };
  await keep(key);
  return key;
}

async function generated() {
  try {
    return [await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]), "ed25519"];
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return [await crypto.subtle.generateKey(P256, false, ["sign", "verify"]), "p256"];
  }
}

/** A new passkey of this site. `known` are the credentials the person has already: an authenticator that holds one of
 * them makes no second, which would take the place of the first. */
export async function makePasskey(person, known = [], algorithms = [ES256, EDDSA]) {
  const made = await asked(() => navigator.credentials.create({ publicKey: {
    rp: { id: location.hostname, name: "custody" },
    user: { id: utf8(person), name: person, displayName: person },
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    pubKeyCredParams: algorithms.map(alg => ({ type: "public-key", alg })),
    excludeCredentials: known.map(credential),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  } }));
  const spki = made.response.getPublicKey();
  if (spki === null) throw new KeyProblem("passkey-algorithm", _("This authenticator makes keys that cannot be enrolled here."));
  const flags = new Uint8Array(made.response.getAuthenticatorData())[32];
  const passkey = {
    key: hex(await sha256(new Uint8Array(spki))), kind: "passkey", person, public_key: base64url(new Uint8Array(spki)),
    passkey: {
      rp_id: location.hostname, origins: [location.origin], credential: base64url(new Uint8Array(made.rawId)),
      backup_eligible: (flags & 0x08) !== 0, backed_up: (flags & 0x10) !== 0,
    },
    made_at: new Date().toISOString(), live: false,
  };
  await keep(passkey);
  return passkey;
}

/** The key in a file: PKCS#8 PEM, Ed25519 or P-256, not encrypted. It is not kept. */
export async function readKeyFile(file) {
  const text = await file.text();
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    throw new KeyProblem("key-file-encrypted", _("This key file is encrypted. Only the command line opens it: custody sign-in, custody act."));
  }
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)?.[1];
  if (body === undefined) throw notAKeyFile();
  let der;
  try {
    der = fromBase64(body.replaceAll(/\s/g, ""));
  } catch {
    throw notAKeyFile();
  }
  try {
    const found = await imported(der, "ed25519", ED25519) ?? await imported(der, "p256", P256);
    if (found === null) throw notAKeyFile();
    return found;
  } finally {
    der.fill(0);
  }
}

const notAKeyFile = () =>
  new KeyProblem("key-file", _("This is no key file that signs here: PKCS#8 PEM, Ed25519 or P-256."));

// The public half is only to be had from a key that can be exported; that one lives no longer than this function.
async function imported(der, algorithm, parameters) {
  try {
    const open = await crypto.subtle.importKey("pkcs8", der, parameters, true, ["sign"]);
    const { d: _secret, key_ops: _operations, ext: _extractable, ...rest } = await crypto.subtle.exportKey("jwk", open);
    const half = await crypto.subtle.importKey("jwk", rest, parameters, true, ["verify"]);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", half));
    const privateKey = await crypto.subtle.importKey("pkcs8", der, parameters, false, ["sign"]);
    return { key: hex(await sha256(spki)), kind: "file", algorithm, privateKey, public_key: base64url(spki) };
  } catch {
    return null;  // a key of another kind, or none
  }
}

/** The keys with which a person can sign, those at hand first: enrolled and live as the ledger says, each with what
 * this device holds of it. Without a network those that were live when the ledger last said so. */
export async function keysOf(person) {
  const here = new Map((await held(person)).map(each => [each.key, each]));
  let listed;
  try {
    listed = (await get(`/v1/people/${encodeURIComponent(person)}`)).keys;
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return [...here.values()].filter(each => each.live);
  }
  const live = listed.filter(each => each.live);
  await remember(live, listed, here);
  const found = live.map(each => here.get(each.key) ?? { ...each, person });
  return found.sort((one, other) => rank(one) - rank(other));
}

/** Whether a key can sign on this page now; a key file's has to be chosen first. */
export function atHand(key) {
  return key.privateKey !== undefined || (key.kind === "passkey" && isOfThisSite(key.passkey));
}

const rank = key => (key.privateKey ? 0 : atHand(key) ? 1 : key.kind === "file" ? 2 : 3);

const isOfThisSite = passkey =>
  passkey.origins.includes(location.origin)
  && (location.hostname === passkey.rp_id || location.hostname.endsWith(`.${passkey.rp_id}`));

// Note what the ledger says of the keys held here: live, revoked, or not enrolled yet.
async function remember(live, listed, here) {
  const known = new Set(live.map(each => each.key));
  for (const each of here.values()) {
    const stands = known.has(each.key);
    const revoked = !stands && listed.some(other => other.key === each.key);
    if (each.live !== stands || Boolean(each.revoked) !== revoked) {
      const changed = { ...each, live: stands, revoked };
      here.set(each.key, changed);
      await keep(changed);
    }
  }
}

/** One signature: {keyid, sig, webauthn?}, of exactly these bytes. */
export async function sign(key, type, payload) {
  const message = pae(type, payload);
  if (key.kind === "passkey") {
    const said = await assertion(message, [credential(key.passkey.credential)], key.passkey.rp_id);
    return signature(key.key, said.response);
  }
  if (key.privateKey === undefined) throw new KeyProblem("key-elsewhere", _("This key is not on this device."));
  const value = new Uint8Array(await crypto.subtle.sign(key.algorithm === "p256" ? WITH_SHA256 : ED25519, key.privateKey, message));
  return { keyid: key.key, sig: base64(key.algorithm === "p256" ? der(value) : value) };
}

/** Let the browser offer whatever passkeys it has of this site. `named` finds the key's id: ({credential, person}) → id. */
export async function signWithAny(type, payload, named) {
  const said = await assertion(pae(type, payload), [], location.hostname);
  const handle = said.response.userHandle;
  const person = handle === null ? "" : new TextDecoder().decode(handle);
  return signature(await named({ credential: base64url(new Uint8Array(said.rawId)), person }), said.response);
}

async function assertion(message, allowCredentials, rpId) {
  const challenge = await sha256(message);
  return await asked(() => navigator.credentials.get({ publicKey: {
    rpId, challenge, allowCredentials, userVerification: "required",
  } }));
}

function signature(keyid, said) {
  const webauthn = {
    authenticatorData: base64url(new Uint8Array(said.authenticatorData)),
    clientDataJSON: base64url(new Uint8Array(said.clientDataJSON)),
  };
  return { keyid, sig: base64(new Uint8Array(said.signature)), webauthn };
}

const credential = id => ({ type: "public-key", id: fromBase64(id) });

async function asked(ask) {
  try {
    return await ask();
  } catch (error) {
    if (error.name === "InvalidStateError") throw new KeyProblem("passkey-there", _("This authenticator holds a passkey of yours already."));
    if (error.name === "NotAllowedError") throw new KeyProblem("passkey-none", _("No passkey answered: nothing was signed."));
    throw error;
  }
}

// WebCrypto gives r ‖ s; the ledger reads ECDSA signatures in DER (RFC 3279 section 2.2.3).
function der(raw) {
  const integer = bytes => {
    let at = 0;
    while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
    const shortest = bytes[at] & 0x80 ? [0, ...bytes.slice(at)] : [...bytes.slice(at)];
    return [0x02, shortest.length, ...shortest];
  };
  const body = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))];
  return new Uint8Array([0x30, body.length, ...body]);
}
