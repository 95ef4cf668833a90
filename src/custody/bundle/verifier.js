// What verifies a bundle: bytes, formats, trees and keys, and the steps of docs/format.md, section 7, by its numbers.
// One source for two pages: scripts/pages puts it, without its exports, into verify.html, which stands in every bundle and is
// one file; the station serves it as it is, to verify one act. It shares no code with the other two verifiers of bundles on
// purpose, so that they can disagree. Nothing that is read becomes anything but text.

// ---- 2. Bytes -------------------------------------------------------------------------------------------------------

const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);

/** What was read does not say what it has to. */
export class Wrong extends Error {}
const need = (right, what) => { if (!right) throw new Wrong(what); };
/** What a reader gives, or null where the bytes are not as it wants them. */
const readable = (reader, ...given) => { try { return reader(...given); } catch { return null; } };

const ENCODER = new TextEncoder();
const encode = (text) => ENCODER.encode(text);
const decode = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const toHex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g), (each) => parseInt(each, 16));
const toBase64 = (bytes) => { let text = ""; for (const each of bytes) text += String.fromCharCode(each); return btoa(text); };
const toBase64url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function fromBase64(text) {
  need(typeof text === "string", "base64");
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  need(toBase64(bytes) === text, "base64");
  return bytes;
}

function fromBase64url(text) {
  need(typeof text === "string" && /^[\w-]*$/.test(text), "base64url");
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, "="));
}

function same(one, two) {
  return one.length === two.length && one.every((each, at) => each === two[at]);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

const digest = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

let rested = 0;
/** Lets the page live while much is to be done. */
async function breathe() {
  if (performance.now() - rested < 40) return;
  await new Promise((go) => setTimeout(go));
  rested = performance.now();
}

/** SHA-256 piece by piece (FIPS 180-4), for files that should not be in memory whole; WebCrypto takes only whole ones. */
class Sha256 {
  static K = (() => {
    const primes = [], root = (value, power) => Math.floor((value ** power % 1) * 2 ** 32);
    for (let each = 2; primes.length < 64; each++) if (primes.every((prime) => each % prime)) primes.push(each);
    return { cubes: Uint32Array.from(primes, (each) => root(each, 1 / 3)), squares: primes.slice(0, 8).map((each) => root(each, 1 / 2)) };
  })();
  state = Uint32Array.from(Sha256.K.squares);
  words = new Uint32Array(64);
  rest = new Uint8Array(0);
  length = 0;

  update(bytes) {
    this.length += bytes.length;
    const all = this.rest.length ? joined(this.rest, bytes) : bytes, whole = all.length - all.length % 64;
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    for (let at = 0; at < whole; at += 64) this.block(view, at);
    this.rest = all.slice(whole);
    return this;
  }

  block(view, begin) {
    const { words: w, state } = this, k = Sha256.K.cubes, turn = (value, by) => (value >>> by) | (value << (32 - by));
    for (let at = 0; at < 16; at++) w[at] = view.getUint32(begin + at * 4);
    for (let at = 16; at < 64; at++) {
      const one = w[at - 15], two = w[at - 2];
      w[at] = w[at - 16] + (turn(one, 7) ^ turn(one, 18) ^ (one >>> 3)) + w[at - 7] + (turn(two, 17) ^ turn(two, 19) ^ (two >>> 10));
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let at = 0; at < 64; at++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[at] + w[at]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  hex() {
    const end = new Uint8Array((this.rest.length < 56 ? 64 : 128) - this.rest.length), view = new DataView(end.buffer), bits = this.length * 8;
    end[0] = 0x80;
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(end.length - 4, bits % 2 ** 32);
    this.update(end);
    return Array.from(this.state, (word) => word.toString(16).padStart(8, "0")).join("");
  }
}

const PIECE = 2 << 20, WHOLE = 64 << 20;

/** SHA-256 in hex of a file or a part of one, however large. */
async function digestOf(blob, advance = () => {}) {
  if (blob.size <= WHOLE) {
    const found = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    advance(blob.size);
    return toHex(new Uint8Array(found));
  }
  const hash = new Sha256();
  for (let at = 0; at < blob.size; at += PIECE) {
    const piece = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
    hash.update(piece);
    advance(piece.length);
    await breathe();
  }
  return hash.hex();
}

// ---- 3. Formats: JSON, ZIP, notes, envelopes ------------------------------------------------------------------------

const TOKEN = {
  string: /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y,
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, word: /true|false|null/y, blank: /[ \t\r\n]*/y,
};

function unquoted(token) {
  const said = JSON.parse(token);
  need(!/[\ud800-\udfff]/u.test(said), "surrogate");
  return said;
}

/** JSON as section 2 reads it: no member twice, nothing behind, no text that is no Unicode. Objects have no prototype. */
function readJson(bytes) {
  const text = decode(bytes);
  let at = 0;
  const take = (kind) => {
    TOKEN[kind].lastIndex = at;
    const found = TOKEN[kind].exec(text);
    if (found) at += found[0].length;
    return found?.[0];
  };
  const next = (character) => { take("blank"); const is = text[at] === character; if (is) at += 1; return is; };
  function value(depth) {
    need(depth <= 200, "depth");
    if (next("{")) return object(depth);
    if (next("[")) return list(depth);
    const token = take("string") ?? take("number") ?? take("word");
    need(token !== undefined, "value");
    return token[0] === '"' ? unquoted(token) : JSON.parse(token);
  }
  function list(depth) {
    const found = [];
    if (next("]")) return found;
    do found.push(value(depth + 1)); while (next(","));
    need(next("]"), "list");
    return found;
  }
  function object(depth) {
    const found = Object.create(null);
    if (next("}")) return found;
    do {
      take("blank");
      const name = unquoted(take("string") ?? need(false, "name"));
      need(!(name in found) && next(":"), "member");
      found[name] = value(depth + 1);
    } while (next(","));
    need(next("}"), "object");
    return found;
  }
  const read = value(0);
  take("blank");
  need(at === text.length, "more");
  return read;
}

/** Where an archive's directory lies and how many members it lists (APPNOTE 4.3.14 to 4.3.16). */
async function findDirectory(blob, piece) {
  const large = (view, at) => Number(view.getBigUint64(at, true)), end = await piece(blob.size - 22, 22);
  need(end.getUint32(0, true) === 0x06054b50 && end.getUint32(4, true) === 0 && end.getUint16(20, true) === 0, "no end");
  const near = { count: end.getUint16(10, true), length: end.getUint32(12, true), from: end.getUint32(16, true), until: blob.size - 22 };
  need(end.getUint16(8, true) === near.count, "several disks");
  if (near.count !== 0xffff && near.length !== 0xffffffff && near.from !== 0xffffffff) return near;
  const locator = await piece(blob.size - 42, 20), until = large(locator, 8), far = await piece(until, 56);
  need(locator.getUint32(0, true) === 0x07064b50 && far.getUint32(0, true) === 0x06064b50, "no ZIP64 end");
  return { count: large(far, 32), length: large(far, 40), from: large(far, 48), until };
}

/** The members of an archive that every program reads alike: stored one behind the other, and listed so. */
async function readArchive(blob) {
  const piece = async (from, length) => {
    need(from >= 0 && length >= 0 && from + length <= blob.size, "cut short");
    return new DataView(await blob.slice(from, from + length).arrayBuffer());
  };
  const { count, length, from, until } = await findDirectory(blob, piece);
  need(from + length === until, "something between the directory and its end");
  const directory = await piece(from, length), found = [];
  let at = 0, begin = 0;
  while (found.length < count) {
    const member = readDirectoryEntry(directory, at), { name, size } = member, short = Math.min(size, 0xffffffff);
    const local = await piece(begin, 30 + name.length), number = (offset) => local.getUint32(offset, true);
    need(member.begin === begin && number(0) === 0x04034b50 && same(new Uint8Array(local.buffer, 30), name), "two directories");
    need(!(local.getUint16(6, true) & ~0x0800) && !local.getUint16(8, true) && number(18) === short && number(22) === short, "not stored");
    need(local.getUint16(26, true) === name.length, "two names");
    const data = begin + 30 + name.length + local.getUint16(28, true);
    need(data + size <= from, "cut short");
    if (short !== size) {
      const told = await piece(data - 16, 16);
      need([0, 8].every((offset) => Number(told.getBigUint64(offset, true)) === size), "two sizes");
    }
    found.push({ name: new TextDecoder().decode(name), size, blob: blob.slice(data, data + size) });
    at = member.next;
    begin = data + size;
    await breathe();
  }
  need(at === length && begin === from, "something that the directory does not list");
  return found;
}

function readDirectoryEntry(view, at) {
  const short = (offset) => view.getUint16(at + offset, true), long = (offset) => view.getUint32(at + offset, true);
  need(long(0) === 0x02014b50 && !(short(8) & ~0x0800) && short(10) === 0 && short(32) === 0 && (short(40) & 0xf000) !== 0xa000, "not stored");
  const named = short(28), extra = short(30), after = at + 46 + named, name = new Uint8Array(view.buffer, at + 46, named);
  let field = after + 4;
  const [size, stored, begin] = [24, 20, 42].map((offset) => {
    if (long(offset) !== 0xffffffff) return long(offset);
    need(view.getUint16(after, true) === 1 && field + 8 <= after + extra, "ZIP64");
    field += 8;
    return Number(view.getBigUint64(field - 8, true));
  });
  need(size === stored && (field === after + 4 || field === after + extra), "not stored");
  return { name, size, begin, next: after + extra };
}

/** `<name>+<8 hex>+<base64 of type and key>`, C2SP signed-note. */
export async function readVerifierKey(text) {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text);
  need(parts, "verifier key");
  const [, name, id, encoded] = parts, typed = fromBase64(encoded);
  need(toHex((await digest(encode(name + "\n"), typed)).slice(0, 4)) === id, "key id");
  return { text, name, id, type: typed[0], bytes: typed.slice(1) };
}

function readNote(bytes) {
  const text = decode(bytes), gap = text.lastIndexOf("\n\n");
  need(gap > 0 && text.endsWith("\n") && !/[\u0000-\u0009\u000b-\u001f]/.test(text), "note");
  const signatures = text.slice(gap + 2, -1).split("\n").map((line) => {
    const parts = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
    need(parts, "signature line");
    const blob = fromBase64(parts[2]);
    need(blob.length > 4, "signature line");
    return { line, name: parts[1], id: toHex(blob.slice(0, 4)), value: blob.slice(4) };
  });
  return { text: text.slice(0, gap + 1), signatures };
}

function readCheckpoint(bytes) {
  const note = readNote(bytes), lines = note.text.split("\n");
  need(lines.length === 4 && lines[0] && /^(0|[1-9]\d{0,15})$/.test(lines[1]), "checkpoint");
  const root = fromBase64(lines[2]);
  need(root.length === 32, "root");
  return { ...note, origin: lines[0], size: Number(lines[1]), root };
}

function readProof(bytes) {
  const text = decode(bytes), gap = text.indexOf("\n\n"), lines = text.slice(0, gap).split("\n");
  need(gap > 0 && lines.shift() === "c2sp.org/tlog-proof@v1", "proof");
  if (lines[0]?.startsWith("extra ")) fromBase64(lines.shift().slice(6));
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift());
  need(index && lines.length <= 63, "index");
  const path = lines.map(fromBase64);
  need(path.every((each) => each.length === 32), "path");
  return { index: Number(index[1]), path, note: readNote(encode(text.slice(gap + 2))) };
}

/** A tlog-policy file (C2SP): logs, witnesses and groups by their names, the quorum. */
async function readPolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: null };
  for (const line of text.split("\n")) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (!word || word.startsWith("#")) continue;
    if (word === "log") policy.logs.push((await readVerifierKey(rest[0])).text);
    else if (word === "witness") policy.witnesses.set(rest[0], await readVerifierKey(rest[1]));
    else if (word === "group") {
      const of = rest.slice(2), least = rest[1] === "all" ? of.length : rest[1] === "any" ? 1 : Number(rest[1]);
      need(Number.isInteger(least) && least > 0 && least <= of.length, "group");
      need(of.every((each) => policy.witnesses.has(each) || policy.groups.has(each)), "group member");
      policy.groups.set(rest[0], { least, of });
    } else {
      need(word === "quorum" && rest.length === 1 && policy.quorum === null, "policy");
      policy.quorum = rest[0];
    }
  }
  need(policy.quorum === "none" || policy.witnesses.has(policy.quorum) || policy.groups.has(policy.quorum), "quorum");
  return policy;
}

const HASH = /^[0-9a-f]{64}$/, ACT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d$/;
const ORIGIN = /^[a-z0-9][a-z0-9.:-]*(\/[A-Za-z0-9._-]+)*$/;
const isText = (value) => typeof value === "string", isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const hasOnly = (value, names) => isObject(value) && Object.keys(value).sort().join() === [...names].sort().join();

function isDefect(value) {
  return hasOnly(value, ["id", "code", "rule", "severity", ...isObject(value) && "items" in value ? ["items"] : []])
    && [value.id, value.code, value.rule].every((each) => isText(each) && each) && ["minor", "curable", "exclusion-risk"].includes(value.severity)
    && (value.items === undefined || (Array.isArray(value.items) && value.items.every(Number.isSafeInteger)));
}

/** Whether an entry states its time as ledgers write it. */
const isTimed = (entry) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(entry.recorded_at) && !Number.isNaN(Date.parse(entry.recorded_at));

/** Whether every number in something is whole. */
const allWhole = (value) => typeof value === "number" ? Number.isInteger(value) : typeof value !== "object" || value === null || Object.values(value).every(allWhole);

function readEntry(bytes) {
  const entry = readJson(bytes);
  need(bytes.length <= 65535 && hasOnly(entry, ["recorded_at", "act", "type", "envelope", "size_bytes", "policy", "defects", "previous"]), "entry");
  need(isText(entry.recorded_at) && ACT_ID.test(entry.act) && isText(entry.type) && entry.type && HASH.test(entry.envelope) && HASH.test(entry.policy), "entry");
  need(isWhole(entry.size_bytes) && entry.size_bytes && Array.isArray(entry.defects) && entry.defects.every(isDefect) && isObject(entry.previous), "entry");
  need(Object.values(entry.previous).every(Number.isSafeInteger), "previous");
  return entry;
}

/** What stands beside a passkey's signature, well formed or not at all. */
function readAssertion(given) {
  need(hasOnly(given, ["authenticatorData", "clientDataJSON"]), "assertion");
  const { authenticatorData, clientDataJSON } = given;
  const data = fromBase64url(authenticatorData), client = fromBase64url(clientDataJSON), bit = (value) => (data[32] & value) !== 0;
  need(client.length <= 2048 && data.length === 37 && !bit(0x40) && !bit(0x80) && (bit(0x08) || !bit(0x10)), "assertion");
  const said = readJson(client);
  need(isObject(said) && said.type === "webauthn.get" && isText(said.challenge) && isText(said.origin), "client data");
  need(["undefined", "boolean"].includes(typeof said.crossOrigin), "client data");
  return { data, client, said, present: bit(0x01), verified: bit(0x04), eligible: bit(0x08), copied: bit(0x10) };
}

function readEnvelope(bytes) {
  const read = readJson(bytes);
  need(hasOnly(read, ["payload", "payloadType", "signatures"]) && isText(read.payloadType) && read.signatures.length > 0, "envelope");
  const type = read.payloadType, payload = fromBase64(read.payload), signatures = read.signatures.map((each) => {
    need(hasOnly(each, ["keyid", "sig"]) || hasOnly(each, ["keyid", "sig", "webauthn"]), "signature");
    need(isText(each.keyid), "keyid");
    return { keyid: each.keyid, sig: fromBase64(each.sig), assertion: "webauthn" in each ? readAssertion(each.webauthn) : null };
  });
  // Pre-authentication encoding of DSSE.
  const message = joined(encode(`DSSEv1 ${encode(type).length} ${type} ${payload.length} `), payload);
  return { type, payload: readJson(payload), signatures, message };
}

/** An envelope's act, and what stands in it even where that is no act. */
function readAct(bytes) {
  const envelope = readEnvelope(bytes);
  const right = envelope.type === "application/vnd.custody.act.v1+json" && readable(requireAct, envelope.payload, bytes.length);
  return right ? { ...envelope, fields: envelope.payload, act: envelope.payload } : { fields: envelope.payload };
}

function requireAct(act, size) {
  need(size <= 1 << 20 && allWhole(act) && isObject(act) && isText(act.act) && ACT_ID.test(act.id) && isText(act.ledger) && MOMENT.test(act.occurred_at), "act");
  need(isObject(act.seen) && isWhole(act.seen.size) && fromBase64url(act.seen.root).length === 32, "seen");
  for (const name of ["follows", "signers", "basis", "attestations", "attachments"]) need(Array.isArray(act[name]), name);
  need(act.signers.length && act.signers.every((each) => isText(each.part) && isText(each.person) && HASH.test(each.key)), "signers");
  need([...act.attestations, ...act.attachments].every(isObject), "attachments");
  return true;
}

// ---- 4. Trees and keys ----------------------------------------------------------------------------------------------

/** The hash of a leaf (RFC 9162, 2.1.1). */
export const leafOf = (entry) => digest(Uint8Array.of(0), entry);
const branch = (left, right) => digest(Uint8Array.of(1), left, right);
const half = (value) => Math.floor(value / 2);

/** The root that a leaf's path leads to (RFC 9162, 2.1.3.2), or null where the path is not of that length. */
async function rootFrom(leaf, index, size, path) {
  let at = index, last = size - 1, hash = leaf;
  if (at > last) return null;
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 || at === last) {
      hash = await branch(sibling, hash);
      while (at % 2 === 0 && at !== 0) { at = half(at); last = half(last); }
    } else hash = await branch(hash, sibling);
    at = half(at); last = half(last);
  }
  return last === 0 ? hash : null;
}

/** Whether the tree of one checkpoint begins that of another (RFC 9162, 2.1.4.2). */
async function isPrefix(older, newer, path) {
  if (older.size === 0 || older.size > newer.size) return false;
  if (older.size === newer.size) return !path.length && same(older.root, newer.root);
  let at = older.size - 1, last = newer.size - 1;
  while (at % 2) { at = half(at); last = half(last); }
  const hashes = at === 0 ? [older.root, ...path] : path;
  if (!hashes.length) return false;
  let [one, two] = [hashes[0], hashes[0]];
  for (const hash of hashes.slice(1)) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      one = await branch(hash, one); two = await branch(hash, two);
      while (at % 2 === 0 && at !== 0) { at = half(at); last = half(last); }
    } else two = await branch(two, hash);
    at = half(at); last = half(last);
  }
  return last === 0 && same(one, older.root) && same(two, newer.root);
}

const ED25519 = fromHex("302a300506032b6570032100"), P256 = fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
const PRIME = 2n ** 255n - 19n, OF_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n;
const WEAK = [0n, 1n, PRIME - 1n, OF_ORDER_8, PRIME - OF_ORDER_8];

/** The algorithm of a SubjectPublicKeyInfo that may be enrolled (section 3), or null. */
function algorithmOf(spki) {
  const begins = (prefix, length) => spki.length === length && same(spki.slice(0, prefix.length), prefix);
  if (begins(P256, 91)) return "P-256";
  if (!begins(ED25519, 44)) return null;
  const y = BigInt("0x" + toHex(spki.slice(12).reverse())) & (2n ** 255n - 1n);
  return y < PRIME && !WEAK.includes(y) ? "Ed25519" : null;
}

/** ECDSA's two numbers out of their DER, as WebCrypto wants them: 32 bytes each. */
function rawSignature(der) {
  let at = 2;
  need(der[0] === 0x30 && der[1] === der.length - 2 && der.length < 128, "DER");
  const number = () => {
    const length = der[at + 1], value = der.slice(at + 2, at + 2 + length);
    need(der[at] === 2 && length && value.length === length && value[0] < 128 && !(value[0] === 0 && length > 1 && value[1] < 128), "DER");
    at += 2 + length;
    const bare = value[0] === 0 ? value.slice(1) : value;
    need(bare.length <= 32, "DER");
    return joined(new Uint8Array(32 - bare.length), bare);
  };
  const [r, s] = [number(), number()];
  need(at === der.length, "DER");
  return joined(r, s);
}

const imported = new Map();

/** Whether a signature is this key's: true, false, or null where this browser lacks the algorithm. */
async function holds(spki, message, signature) {
  const algorithm = algorithmOf(spki), p256 = algorithm === "P-256", id = toHex(spki);
  if (!algorithm) return false;
  let key;
  try {
    if (!imported.has(id)) imported.set(id, crypto.subtle.importKey("spki", spki, p256 ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" }, false, ["verify"]));
    key = await imported.get(id);
  } catch (error) {
    return error.name === "NotSupportedError" ? null : false;
  }
  const raw = p256 ? readable(rawSignature, signature) : signature;
  return raw !== null && crypto.subtle.verify(p256 ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" }, key, raw, message);
}

const spkiOf = (verifierKey) => joined(ED25519, verifierKey.bytes);

/** The size of the tree in which a proof (C2SP tlog-proof, as text) places a leaf, and that one of these keys of the log
 * signed. Throws Wrong; something else where this browser lacks the algorithm. */
export async function sizeProved(text, { origin, index, leaf, keys }) {
  const proof = readable(readProof, encode(text)), note = encode(text.slice(text.indexOf("\n\n") + 2));
  need(proof, "proof");
  need(proof.index === index, "index");
  const checkpoint = readable(readCheckpoint, note);
  need(checkpoint?.origin === origin, "checkpoint");
  const root = await rootFrom(leaf, index, checkpoint.size, proof.path);
  need(root && same(root, checkpoint.root), "path");
  const known = await Promise.all(keys.map((each) => readVerifierKey(each).catch(() => null)));
  const signed = checkpoint.signatures.flatMap(({ name, id, value }) => known
    .filter((key) => key?.type === 1 && key.name === origin && key.name === name && key.id === id)
    .map((key) => holds(spkiOf(key), encode(checkpoint.text), value)));
  const held = await Promise.all(signed);
  if (held.includes(null)) throw new Error("algorithm");
  need(held.includes(true), "signature");
  return checkpoint.size;
}

/** Every key that an act of the bundle brought, by its id, with whose it is and until which index it signs. */
async function enrolledKeys(records) {
  const keys = new Map();
  for (const { act, index } of records) {
    if (!act) continue;
    const brought = act.act === "enrolment" ? act : act.act === "genesis" || act.act === "agency" ? act.administrator : null;
    const spki = isObject(brought) ? readable(fromBase64url, brought.public_key) : null;
    if (spki) {
      const id = toHex(await digest(spki)), agency = act.act === "genesis" ? act.first_agency?.agency : act.agency;
      const passkey = brought.kind === "passkey" ? brought.passkey ?? {} : null;
      if (!keys.has(id) && isText(brought.person) && isText(agency)) keys.set(id, { id, spki, index, agency, passkey, person: brought.person, name: brought.name?.sealed, revokedAt: Infinity, since: null });
    }
    const revoked = act.act === "revocation" ? keys.get(act.key) : undefined;
    if (revoked && revoked.revokedAt === Infinity) { revoked.revokedAt = index; revoked.since = act.since ?? null; }
  }
  return keys;
}

// ---- 5. The steps ---------------------------------------------------------------------------------------------------
// Each takes the bundle as far as it was read, and the step to report to: `found`, `open` (not checked), `checked`.

export const STEPS = [];
const step = (name, take) => STEPS.push({ name, take });

const ALLOWED = [
  /^(manifest\.json|checkpoint|witness-policy\.txt|statement\.json|disclosures\.json|report\.html|report\.pdf|verify\.html)$/,
  /^(keys\/)?(entries\/(0|[1-9]\d*)\.json|proofs\/(0|[1-9]\d*)\.tlog-proof|envelopes\/[0-9a-f]{64})$/,
  /^attachments\/[0-9a-f]{64}$/, /^witnessed\/(checkpoint|consistency)$/,
  /^timestamps\/[1-9]\d{0,17}\/(text|consistency|token\.der|chain\.pem|(request|revocation|before)\.json|(before-)?\d+\.crl)$/,
];

function mayBeNamed(name) {
  const [top, policy, ...path] = name.split("/");
  if (top === "rules") return HASH.test(policy) && path.length > 0 && path.every((part) => /^[\w-][\w.-]*$/.test(part));
  return ALLOWED.some((each) => each.test(name));
}

function readManifest(bytes) {
  const read = readJson(bytes);
  need(hasOnly(read, ["format", "ledger", "subject", "size", "files"]) && hasOnly(read.subject, ["kind", "id"]), "manifest");
  need(read.format === "custody-bundle/1" && isText(read.ledger) && ORIGIN.test(read.ledger) && isWhole(read.size) && read.size, "manifest");
  need(["item", "case"].includes(read.subject.kind) && isText(read.subject.id) && read.subject.id && Array.isArray(read.files), "manifest");
  need(read.files.every((each) => hasOnly(each, ["name", "sha256", "size_bytes"]) && isText(each.name) && HASH.test(each.sha256) && isWhole(each.size_bytes)), "manifest");
  return read;
}

step("container", async (bundle, its, advance) => {
  const members = await readArchive(bundle.blob).catch(() => null);
  if (!members) return its.found("container", "");
  bundle.files = new Map();
  for (const member of members) {
    its.checked += 1;
    if (bundle.files.has(member.name) || !mayBeNamed(member.name)) its.found("file-name", member.name);
    if (!bundle.files.has(member.name)) bundle.files.set(member.name, member);
  }
  for (const name of bundle.files.keys())
    if (name.startsWith("keys/entries/") && bundle.files.has(name.slice(5))) its.found("file-name", name);
  const manifest = members[0]?.name === "manifest.json" ? await bundle.bytes("manifest.json") : null;
  bundle.manifest = manifest && readable(readManifest, manifest);
  if (!bundle.manifest) return its.found("manifest", "manifest.json");
  const listed = new Map(bundle.manifest.files.map((each) => [each.name, each]));
  if (bundle.manifest.files.some(({ name }, at, all) => name === "manifest.json" || (at > 0 && name <= all[at - 1].name)))
    its.found("manifest", "manifest.json");
  const total = members.reduce((sum, each) => sum + each.size, 1);
  for (const name of ["checkpoint", "witness-policy.txt", "statement.json"])
    if (!listed.has(name) && !bundle.files.has(name)) its.found("file-missing", name);
  for (const [name, { sha256, size_bytes }] of listed) {
    const member = bundle.files.get(name);
    if (!member) { its.found("file-missing", name); continue; }
    member.sha256 = await digestOf(member.blob, (bytes) => advance(bytes / total));
    if (member.sha256 !== sha256 || member.size !== size_bytes) its.found("file-changed", name);
    await breathe();
  }
  for (const name of bundle.files.keys()) if (name !== "manifest.json" && !listed.has(name)) its.found("file-unlisted", name);
});

/** The log's keys that may sign a checkpoint of a size, as the acts of the bundle name them. */
export function logKeysNamed(records, size) {
  const named = new Set(), changes = records.filter(({ act, index }) => act?.act === "log-key" && index < size);
  const listed = (keys) => Array.isArray(keys) ? keys.filter(isText) : [];
  for (const { act, index } of records) if (index === 0 && act?.act === "genesis") listed(act.log_keys).forEach((key) => named.add(key));
  for (const { act } of changes) listed(act.added).forEach((key) => named.add(key));
  for (const { act, index } of changes) if (index < size - 1) listed(act.ended).forEach((key) => named.delete(key));
  return named;
}

step("checkpoint", async (bundle, its) => {
  const bytes = await bundle.bytes("checkpoint"), read = bytes && readable(readCheckpoint, bytes);
  if (!bytes) return its.open("earlier-step", "checkpoint");
  if (!read) return its.found("checkpoint", "checkpoint");
  bundle.checkpoint = read;
  its.checked += 1;
  const named = logKeysNamed(bundle.records, read.size), trusted = [];
  for (const text of bundle.given.length ? bundle.given : named) trusted.push(await readVerifierKey(text).catch(() => null));
  bundle.stating = trusted.filter((key) => key?.type === 1 && (bundle.given.length || key.name === read.origin));
  if (read.origin !== bundle.manifest.ledger) its.found("checkpoint", "checkpoint");
  if (read.size !== bundle.manifest.size) its.found("checkpoint-size", "checkpoint");
  const good = [];
  let wrong = false, unknown = false;
  for (const { name, id, value } of read.signatures) {
    const key = trusted.find((each) => each && each.name === name && each.id === id && name === read.origin);
    if (!key) continue;
    const right = key.type === 1 ? await holds(spkiOf(key), encode(read.text), value) : null;
    if (right) good.push(key);
    else if (right === null) { its.open("algorithm", "checkpoint", { key: key.text }); unknown ||= key.type === 1; }
    else wrong = true;
  }
  if (wrong || !good.length) return wrong || !unknown ? its.found("checkpoint-signature", "checkpoint") : undefined;
  const current = good.find((key) => named.has(key.text));
  bundle.logKey = { key: (current ?? good[0]).text, from: bundle.given.length ? "verifier" : "bundle" };
  if (!current && named.size) its.found("log-key", "checkpoint", { key: bundle.logKey.key });
  if (!bundle.given.length) its.open("log-key-came-along", "checkpoint", { key: bundle.logKey.key });
});

step("inclusion", async (bundle, its, advance) => {
  const { checkpoint, records } = bundle, lines = new Set(checkpoint?.signatures.map((each) => each.line));
  for (const name of bundle.files.keys())
    if (/^(keys\/)?proofs\//.test(name) && !bundle.files.has(name.replace("proofs/", "entries/").replace(/tlog-proof$/, "json"))) its.found("proof", name);
  for (const { folder, name, index, bytes } of records) {
    const where = `${folder}proofs/${index}.tlog-proof`;
    advance(1 / records.length);
    if (!bundle.files.has(where)) { its.found("proof-missing", name); continue; }
    if (!checkpoint) { its.open("earlier-step", where); continue; }
    its.checked += 1;
    const proof = readable(readProof, await bundle.bytes(where));
    if (!proof) its.found("proof", where);
    else if (proof.note.text !== checkpoint.text || !proof.note.signatures.every((each) => lines.has(each.line))) its.found("proof-checkpoint", where);
    else {
      const root = proof.index === index ? await rootFrom(await leafOf(bytes), index, checkpoint.size, proof.path) : null;
      if (!root || !same(root, checkpoint.root)) its.found("proof", where);
    }
    await breathe();
  }
});

const GOVERNING = new Set(["genesis", "agency", "enrolment", "person", "revocation", "policy", "log-key"]);

step("acts", async (bundle, its) => {
  const named = new Set(bundle.records.map((each) => each.envelope));
  const ledger = bundle.checkpoint?.origin ?? bundle.manifest.ledger;
  for (const { name, folder, entry, envelope, sealed, act } of bundle.records) {
    its.checked += 1;
    if (!entry || !isTimed(entry)) its.found("entry", name);
    else if (!sealed && folder && GOVERNING.has(entry.type)) its.found("envelope-missing", envelope);
    else if (!sealed) its.open("envelope-left-out", name);
    else {
      if (sealed.length !== entry.size_bytes || toHex(await digest(sealed)) !== entry.envelope) its.found("envelope-changed", envelope);
      if (!act) its.found("act", envelope);
      else {
        if (act.id !== entry.act || act.act !== entry.type) its.found("act-differs", envelope);
        if (act.ledger !== ledger) its.found("other-ledger", envelope);
      }
    }
    await breathe();
  }
  for (const name of bundle.files.keys()) if (/^(keys\/)?envelopes\//.test(name) && !named.has(name)) its.found("envelope-changed", name);
});

/** What a passkey signed, if everything is so that section 3 asks of it. Throws where it is not. */
async function passkeySigned({ data, client, said, present, verified, eligible, copied }, passkey, message, enrolling) {
  need(said.challenge === toBase64url(await digest(message)), "challenge");
  need(passkey.origins.includes(said.origin) && !said.crossOrigin && !("topOrigin" in said), "page");
  need(same(data.slice(0, 32), await digest(encode(passkey.rp_id))), "site");
  need(present && verified && eligible === passkey.backup_eligible && (!enrolling || copied === passkey.backed_up), "flags");
  return joined(data, await digest(client));
}

async function signatureHolds(key, { sig, assertion }, message, index) {
  if ((assertion !== null) !== (key.passkey !== null)) return false;
  const signed = assertion ? await passkeySigned(assertion, key.passkey, message, key.index === index).catch(() => null) : message;
  return signed !== null && holds(key.spki, signed, sig);
}

step("signatures", async (bundle, its, advance) => {
  for (const { index, entry, envelope, act, signatures, message } of bundle.records) {
    advance(1 / bundle.records.length);
    if (!act) continue;
    for (const { keyid } of signatures)
      if (!act.signers.some((each) => each.key === keyid)) its.found("signature-extra", envelope, { key: keyid });
    for (const signer of act.signers) {
      its.checked += 1;
      const about = { person: signer.person, key: signer.key }, key = bundle.keys.get(signer.key);
      const signed = signatures.filter((each) => each.keyid === signer.key);
      if (!signed.length) { its.found("signature-missing", envelope, about); continue; }
      if (!key || key.index > index || !algorithmOf(key.spki)) { its.found("key-unknown", envelope, about); continue; }
      if (key.person !== signer.person) its.found("key-person", envelope, about);
      if (key.revokedAt < index) its.found("key-revoked", envelope, about);
      else if (key.since && Date.parse(entry.recorded_at) >= Date.parse(key.since)) its.found("key-doubted", envelope, about);
      const right = await Promise.all(signed.map((each) => signatureHolds(key, each, message, index)));
      if (signed.length > 1 || right.includes(false)) its.found("signature-false", envelope, about);
      else if (right.includes(null)) its.open("algorithm", envelope, about);
    }
    await breathe();
  }
});

step("order", async (bundle, its) => {
  const newest = new Map(), linked = (name) => /^(item|person):/.test(name) && bundle.statement && name in bundle.statement.acts;
  let before = null;
  for (const { name, index, entry } of bundle.records) {
    if (!entry) continue;
    its.checked += 1;
    if (isTimed(entry)) {
      if (before && entry.recorded_at < before.recorded_at) its.found("time-back", name);
      before = entry;
    }
    for (const [about, previous] of Object.entries(entry.previous)) {
      if (!linked(about)) continue;
      if (previous !== (newest.get(about) ?? -1)) its.found("link", name, { name: about });
      newest.set(about, index);
    }
  }
  if (!bundle.statement) its.open("earlier-step", "statement.json");
});

/** Whether an act is on a name, by the page's table. */
function isOn(bundle, { folder, index, entry, act }, name) {
  const colon = name.indexOf(":"), kind = name.slice(0, colon), id = name.slice(colon + 1);
  switch (kind) {
    case "item": case "person": return name in entry.previous;
    case "case": return id === bundle.manifest.subject.id && !folder && (!act || (act.case ?? id) === id
      || Object.keys(entry.previous).some((each) => each.startsWith("item:") && each in bundle.statement.acts));
    case "key": return bundle.keys.get(id)?.index === index || (act?.act === "revocation" && act.key === id);
    case "agency": return (act?.act === "genesis" && act.first_agency?.agency === id)
      || (act?.act === "agency" && (act.agency === id || act.successor === id));
    case "governing": return act?.act === "policy" || act?.act === "log-key";
    default: return false;
  }
}

function namesToState(bundle) {
  const { kind, id } = bundle.manifest.subject, names = new Set([`${kind}:${id}`, "governing:all"]);
  for (const { act, entry, folder } of bundle.records) {
    if (!entry) continue;
    const linked = Object.entries(entry.previous);
    if (kind === "case" && !folder && (!act || act.case === id))
      for (const [name, previous] of linked) if (name.startsWith("item:") && previous === -1) names.add(name);
    const signing = act ? act.signers.map((each) => each.key) : linked.filter(([name]) => name.startsWith("key:")).map(([name]) => name.slice(4));
    for (const key of signing.map((each) => bundle.keys.get(each)))
      if (key) names.add(`key:${key.id}`).add(`person:${key.person}`).add(`agency:${key.agency}`);
  }
  return names;
}

step("completeness", async (bundle, its, advance) => {
  const { statement, checkpoint } = bundle;
  if (!bundle.files.has("statement.json")) return its.open("earlier-step", "statement.json");
  if (!statement) return its.found("statement", "statement.json");
  const [signature] = bundle.stated.signatures;
  let right = false;
  for (const key of bundle.stating)
    if (toHex(await digest(spkiOf(key))) === signature.keyid) right = await holds(spkiOf(key), bundle.stated.message, signature.sig);
  if (!bundle.stating.length) its.open("earlier-step", "statement.json");
  else if (right === null) its.open("algorithm", "statement.json");
  else if (!right) its.found("statement-signature", "statement.json");
  if (!checkpoint) its.open("earlier-step", "statement.json");
  else if (statement.ledger !== checkpoint.origin || statement.size !== checkpoint.size || statement.root !== toBase64url(checkpoint.root))
    its.found("statement-checkpoint", "statement.json");
  const names = Object.entries(statement.acts);
  for (const [name, { count, last }] of names) {
    its.checked += 1;
    advance(1 / names.length);
    const on = bundle.records.filter((each) => each.entry && isOn(bundle, each, name));
    if (on.length !== count || (on.at(-1)?.index ?? -1) !== last) its.found("left-out", name, { stated: count, there: on.length });
    await breathe();
  }
  const there = new Set(bundle.records.map((each) => each.index));
  for (const [name, listed] of Object.entries(statement.facts)) {
    its.checked += 1;
    if (!listed.every((index) => there.has(index))) its.found("left-out", name);
  }
  const { kind, id } = bundle.manifest.subject;
  for (const each of bundle.records)
    if (each.entry && !each.folder && !isOn(bundle, each, `${kind}:${id}`)) its.found("left-out", each.name);
  for (const name of namesToState(bundle)) if (!(name in statement.acts)) its.found("not-stated", name);
});

step("decisions", async (_, its) => its.open("not-taken-here", "rules"));

function commitmentsIn(value, found) {
  if (Array.isArray(value)) value.forEach((each) => commitmentsIn(each, found));
  else if (isObject(value)) {
    if (isText(value.sealed)) found.add(value.sealed);
    Object.values(value).forEach((each) => commitmentsIn(each, found));
  }
}

function readDisclosures(bytes) {
  const read = readJson(bytes);
  need(hasOnly(read, ["disclosures"]), "disclosures");
  return read.disclosures.map((each) => {
    const { salt, value } = each;
    need(hasOnly(each, ["salt", "value"]), "disclosure");
    need(fromBase64url(salt).length === 32 && isText(value), "disclosure");
    return [fromBase64url(salt), value];
  });
}

step("sealed-values", async (bundle, its) => {
  const sealed = new Set(), bytes = await bundle.bytes("disclosures.json");
  for (const { fields } of bundle.records) commitmentsIn(fields, sealed);
  const list = bytes ? readable(readDisclosures, bytes) : [];
  if (!list) its.found("disclosures", "disclosures.json");
  for (const [salt, value] of list ?? []) {
    its.checked += 1;
    const commitment = toBase64url(await digest(salt, encode(value)));
    if (sealed.has(commitment)) bundle.opened.set(commitment, value);
    else its.found("disclosure-foreign", "disclosures.json", { sealed: commitment });
    await breathe();
  }
  const count = sealed.size - bundle.opened.size;
  if (count) its.open("sealed-closed", "disclosures.json", { count });
});

/** The hashes of the files that an act names, and of those that an act names which it inserts. */
function filesNamed(act) {
  const named = [...act.attachments.map((each) => each.sha256), ...act.attestations.map((each) => each.attachment)];
  if (act.act === "correction") {
    named.push(...act.evidence);
    for (const change of act.changes) if (change.op === "insert") named.push(...filesNamed(change.new));
  }
  return named.filter(Boolean);
}

step("attachments", async (bundle, its) => {
  const named = new Set(bundle.records.flatMap(({ act }) => (act && readable(filesNamed, act)) ?? []));
  for (const [name, member] of bundle.files) {
    if (!name.startsWith("attachments/")) continue;
    const hash = name.slice("attachments/".length);
    its.checked += 1;
    member.sha256 ??= await digestOf(member.blob);
    if (member.sha256 !== hash) its.found("attachment-changed", name);
    if (!named.has(hash)) its.found("attachment-foreign", name);
  }
  const count = [...named].filter((each) => !bundle.files.has(`attachments/${each}`)).length;
  if (count) its.open("attachments-left-out", "", { count });
});

const LATEST = 253402300799n;  // the last second of the year 9999
const written = (seconds) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, ".000000Z");

/** The witnesses who cosigned a checkpoint: those of whom that is certain, and those whose algorithm is not here. */
async function cosigners(policy, where, checkpoint, its) {
  const certain = new Set(), possible = new Set();
  for (const [witness, key] of policy.witnesses) {
    for (const { name, id, value } of checkpoint.signatures) {
      if (name !== key.name || id !== key.id) continue;
      const seconds = value.length === 72 ? new DataView(value.buffer, value.byteOffset).getBigUint64(0) : null;
      const message = encode(`cosignature/v1\ntime ${seconds}\n${checkpoint.text}`);
      const right = key.type === 4 ? seconds !== null && await holds(spkiOf(key), message, value.slice(8)) : null;
      if (right === null) { possible.add(witness); its.open("algorithm", where, { witness }); continue; }
      its.checked += 1;
      if (right) {
        certain.add(witness);
        possible.add(witness);
        if (seconds <= LATEST) its.showed("witnessed", where, { witness: key.name, size: checkpoint.size, time: written(Number(seconds)) });
      }
      else its.found("witness-signature", where, { witness });
    }
  }
  return { certain, possible };
}

function isReached(policy, name, who) {
  const group = policy.groups.get(name);
  return group ? group.of.filter((each) => isReached(policy, each, who)).length >= group.least : who.has(name);
}

step("witnesses", async (bundle, its) => {
  const bytes = await bundle.bytes("witness-policy.txt");
  if (!bundle.checkpoint || !bytes) return its.open("earlier-step", "checkpoint");
  const text = bundle.givenPolicy ?? readable(decode, bytes);
  const policy = text === null ? null : await readPolicy(text).catch(() => null);
  if (!policy) return its.found("quorum", "witness-policy.txt");
  if (policy.quorum === "none") return its.open("no-witnesses", "witness-policy.txt");
  if (!bundle.givenPolicy) its.open("policy-came-along", "witness-policy.txt");
  const seen = [["checkpoint", bundle.checkpoint]];
  if (bundle.files.has("witnessed/checkpoint")) {
    const older = readable(readCheckpoint, await bundle.bytes("witnessed/checkpoint")), lines = await bundle.bytes("witnessed/consistency");
    const path = lines && readable(() => decode(lines).split("\n").filter(Boolean).map(fromBase64));
    if (older && path && older.origin === bundle.checkpoint.origin && await isPrefix(older, bundle.checkpoint, path)) seen.push(["witnessed/checkpoint", older]);
    else its.found("witness-consistency", "witnessed/checkpoint");
  }
  let certain = false, possible = false;
  for (const [where, checkpoint] of seen) {
    const who = await cosigners(policy, where, checkpoint, its);
    certain ||= isReached(policy, policy.quorum, who.certain);
    possible ||= isReached(policy, policy.quorum, who.possible);
  }
  if (!certain && !possible) its.found("quorum", "checkpoint");
});

step("time", async (bundle, its) => {
  const dated = [...bundle.files.keys()].some((name) => name.startsWith("timestamps/"));
  its.open(dated ? "not-taken-here" : "no-token", "timestamps");
});

// ---- 6. One verification --------------------------------------------------------------------------------------------

/** Entries in the order of the log, each with the act in its envelope as far as these can be read. */
async function readRecords(bundle) {
  const records = [];
  for (const name of bundle.files.keys()) {
    const parts = /^(keys\/)?entries\/(0|[1-9]\d*)\.json$/.exec(name);
    if (!parts) continue;
    const folder = parts[1] ?? "", bytes = await bundle.bytes(name), entry = readable(readEntry, bytes);
    const envelope = entry ? `${folder}envelopes/${entry.envelope}` : null, sealed = envelope ? await bundle.bytes(envelope) : null;
    const said = sealed && isTimed(entry) ? readable(readAct, sealed) : null, twice = folder && bundle.files.has(name.slice(5));
    if (!twice) records.push({ name, folder, index: Number(parts[2]), bytes, entry, envelope, sealed, act: null, ...said });
    await breathe();
  }
  return records.sort((one, two) => one.index - two.index);
}

function readStatement(bytes) {
  const stated = readEnvelope(bytes), said = stated.payload;
  need(stated.type === "application/vnd.custody.statement.v1+json" && stated.signatures.length === 1, "statement");
  need(hasOnly(said, ["ledger", "size", "root", "acts", "facts"]) && isText(said.ledger) && ORIGIN.test(said.ledger) && isWhole(said.size) && said.size, "statement");
  need(fromBase64url(said.root).length === 32 && isObject(said.acts), "statement");
  need(Object.values(said.acts).every((each) => hasOnly(each, ["count", "last"]) && isWhole(each.count) && (each.last === -1 || isWhole(each.last))), "acts");
  need(isObject(said.facts) && Object.values(said.facts).every((each) => Array.isArray(each) && each.every(isWhole)), "facts");
  return stated;
}

export async function readContents(bundle) {
  bundle.records = await readRecords(bundle);
  bundle.keys = await enrolledKeys(bundle.records);
  const bytes = await bundle.bytes("statement.json");
  bundle.stated = bytes && readable(readStatement, bytes);
  bundle.statement = bundle.stated?.payload ?? null;
}

/** Every step with nothing found yet; ``sentences`` says in words what a code means, kind by kind. */
export function newReport(sentences) {
  const line = (kind, code, where, more) => {
    const { zh, en } = sentences[kind]?.[code] ?? { zh: code, en: code };
    return { code, where, zh: fill(zh, more), en: fill(en, more), ...more };
  };
  return STEPS.map(({ name }, at) => ({
    step: at + 1, name, checked: 0, findings: [], not_checked: [], shown: [],
    found(code, where, more = {}) { this.findings.push(line("findings", code, where, more)); },
    showed(code, where, more = {}) { this.shown.push(line("shown", code, where, more)); },
    open(code, where, more = {}) { this.not_checked.push(line("not_checked", code, where, more)); },
  }));
}

/** A bundle of which nothing was read yet but what is told; ``files`` maps names to what has a ``blob``. */
export function newBundle(told) {
  return {
    blob: null, given: [], givenPolicy: null, files: null, manifest: null, records: [], keys: new Map(), opened: new Map(), stating: [], ...told,
    async bytes(name) { const found = this.files?.get(name); return found ? new Uint8Array(await found.blob.arrayBuffer()) : null; },
  };
}
