// A small verifier of bundles for Node.js (20 or newer), with nothing but its standard library.
//
//   node verify.mjs [--json] [--log-key VKEY] [--witness-policy FILE] BUNDLE.zip
//
// Exit status: 0 sound, 1 findings, 2 not a bundle that can be read, or not asked as above.
//
// It was written from docs/format.md alone, to show that the page suffices, and shares no code with `custody verify` or
// verify.html: three programs that agree are worth more than one that is used three times. Steps have the page's numbers.
// Not taken here: deciding acts again (8), tokens (12), ML-DSA-44, and the schemas of act types.

import { createHash, createPublicKey, verify } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { parseArgs } from "node:util";

const NAMES = ["container", "checkpoint", "inclusion", "acts", "signatures", "order", "completeness", "decisions",
  "sealed-values", "attachments", "witnesses", "time"];
const SENTENCES = new URL("../../src/custody/bundle/sentences.json", import.meta.url);
const words = existsSync(SENTENCES) ? JSON.parse(readFileSync(SENTENCES, "utf8")) : {};
const ACT = "application/vnd.custody.act.v1+json", STATEMENT = "application/vnd.custody.statement.v1+json";
const HEX = /^[0-9a-f]{64}$/, ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d$/, RECORDED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const DECIMAL = /^(0|[1-9]\d{0,15})$/;
const PARTIES = ["genesis", "agency", "enrolment", "person", "revocation", "policy", "log-key"];
const ORIGIN = /^[a-z0-9][a-z0-9.:-]*(\/[A-Za-z0-9._-]+)*$/;
const FILE = new RegExp("^(manifest\\.json|checkpoint|witness-policy\\.txt|statement\\.json|disclosures\\.json"
  + "|(keys/)?(entries/(0|[1-9]\\d*)\\.json|proofs/(0|[1-9]\\d*)\\.tlog-proof|envelopes/[0-9a-f]{64})"
  + "|rules/[0-9a-f]{64}(/[\\w-][\\w.-]*)+|attachments/[0-9a-f]{64}|witnessed/(checkpoint|consistency)"
  + "|timestamps/[1-9]\\d{0,17}/(text|consistency|token\\.der|chain\\.pem|(request|revocation|before)\\.json|(before-)?\\d+\\.crl)"
  + "|report\\.html|report\\.pdf|verify\\.html)$");

const must = (right, what) => { if (!right) throw new Error(what); };
const attempt = (read) => { try { return read(); } catch { return undefined; } };
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hex = (bytes) => sha256(bytes).toString("hex");
const bytesOf = (text, form = "base64") => {
  const bytes = Buffer.from(String(text), form);
  must(bytes.toString(form) === text, form);
  return bytes;
};
const utf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** JSON read strictly: no member twice, nothing behind, no lone surrogates, at most 200 deep. */
function json(bytes) {
  const text = utf8(bytes), value = JSON.parse(text), open = [];
  for (const [token, string, after] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g)) {
    if ("{[".includes(token)) must(open.push(new Set()) <= 200, "too deep");
    else if ("}]".includes(token)) open.pop();
    else {
      const said = JSON.parse(string);
      must(!/[\ud800-\udfff]/u.test(said), "surrogate");
      if (after) { must(!open.at(-1).has(said), "twice"); open.at(-1).add(said); }
    }
  }
  return value;
}

/** The object, if it has these members and no others. */
function exactly(object, ...names) {
  must(typeof object === "object" && object && Object.keys(object).sort().join() === names.sort().join(), names);
  return object;
}

/** Whether all numbers of an act are whole, at any depth. */
const isWhole = (value) => typeof value === "number" ? Number.isInteger(value)
  : typeof value !== "object" || value === null || Object.values(value).every(isWhole);

// ---- the archive: stored members one behind the other, and a directory that lists them so (APPNOTE 4.3, 4.5.3)

function members(file) {
  const length = fstatSync(file).size;
  const at = (offset, size) => {
    const bytes = Buffer.alloc(size);
    must(offset >= 0 && offset + size <= length && readSync(file, bytes, 0, size, offset) === size, "cut short");
    return bytes;
  };
  const wide = (bytes, ...places) => places.map((place) => Number(bytes.readBigUInt64LE(place)));
  const end = at(length - 22, 22);
  must(end.readUInt32LE(0) === 0x06054b50 && end.readUInt32LE(4) === 0 && end.readUInt16LE(20) === 0, "no end of the directory");
  must(end.readUInt16LE(8) === end.readUInt16LE(10), "several disks");
  let [count, size, offset, tail] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16), length - 22];
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    const locator = at(length - 42, 20), large = at(...wide(locator, 8), 56);
    must(locator.readUInt32LE(0) === 0x07064b50 && large.readUInt32LE(0) === 0x06064b50, "no ZIP64 end of the directory");
    [tail] = wide(locator, 8);
    [count, size, offset] = wide(large, 32, 40, 48);
  }
  must(offset + size === tail, "something between the directory and its end");
  const central = at(offset, size), found = [];
  let place = 0, next = 0;
  while (found.length < count) {
    const [flags, method, named, extra, comment] = [8, 10, 28, 30, 32].map((each) => central.readUInt16LE(place + each));
    must(central.readUInt32LE(place) === 0x02014b50 && !(flags & ~0x0800) && !method && !comment, "not stored");
    must((central.readUInt16LE(place + 40) & 0xf000) !== 0xa000, "a link");
    const name = central.subarray(place + 46, place + 46 + named), more = central.subarray(place + 46 + named, place + 46 + named + extra);
    let told = 4;
    const [whole, stored, begins] = [24, 20, 42].map((each) => {
      const value = central.readUInt32LE(place + each);
      return value === 0xffffffff ? wide(more, (told += 8) - 8)[0] : value;
    });
    must(whole === stored && begins === next && (told === 4 || (told === extra && more.readUInt16LE(0) === 1)), "not in order");
    const local = at(begins, 30 + named), short = Math.min(whole, 0xffffffff), data = begins + 30 + named + local.readUInt16LE(28);
    must(local.readUInt32LE(0) === 0x04034b50 && local.readUInt16LE(6) === (local.readUInt16LE(6) & 0x0800) && !local.readUInt16LE(8)
      && local.readUInt32LE(18) === short && local.readUInt32LE(22) === short && local.readUInt16LE(26) === named
      && local.subarray(30).equals(name), "two directories");
    must(short === whole || wide(at(data - 16, 16), 0, 8).every((each) => each === whole), "two sizes");
    found.push({ name: name.toString(), size: whole, read: () => at(data, whole), hash: () => {
      const hash = createHash("sha256");
      for (let done = 0; done < whole; done += 1 << 20) hash.update(at(data + done, Math.min(1 << 20, whole - done)));
      return hash.digest("hex");
    } });
    [place, next] = [place + 46 + named + extra + comment, data + whole];
  }
  must(place === size && next === offset, "something that the directory does not list");
  return found;
}

// ---- notes, keys, trees

function vkey(text) {
  const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);
  const bytes = bytesOf(key);
  must(sha256(`${name}\n`, bytes).toString("hex", 0, 4) === id, "key id");
  return { text, name, id, type: bytes[0], raw: bytes.subarray(1) };
}

function note(bytes) {
  const whole = utf8(bytes), at = whole.lastIndexOf("\n\n");
  must(at > 0 && whole.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(whole), "note");
  const lines = whole.slice(at + 2, -1).split("\n").map((line) => {
    const [, name, blob] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line), signed = bytesOf(blob);
    return { line, name, id: signed.toString("hex", 0, 4), value: signed.subarray(4) };
  });
  return { text: whole.slice(0, at + 1), lines };
}

function checkpointOf(bytes) {
  const read = note(bytes), [origin, size, root, ...end] = read.text.split("\n");
  must(origin && DECIMAL.test(size) && bytesOf(root).length === 32 && end.length === 1, "checkpoint");
  return { ...read, origin, size: Number(size), root: bytesOf(root) };
}

const spkiOf = (raw) => Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
const P = 2n ** 255n - 19n, EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n;

/** A key as section 3 takes it: Ed25519 of full order, or P-256, each in its one form. */
function publicKey(der) {
  const begins = der.toString("hex", 0, der.length === 44 ? 12 : 27);
  if (begins === "302a300506032b6570032100") {
    const y = BigInt(`0x${Buffer.from(der.subarray(12)).reverse().toString("hex")}`) & (2n ** 255n - 1n);
    must(y < P && ![0n, 1n, P - 1n, EIGHT, P - EIGHT].includes(y), "weak key");
  } else must(der.length === 91 && begins === "3059301306072a8648ce3d020106082a8648ce3d03010703420004", "key form");
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

const holds = (key, message, signature) => attempt(() => key.asymmetricKeyType === "ed25519"
  ? verify(null, message, key, signature) : verify("sha256", message, { key, dsaEncoding: "der" }, signature)) ?? false;
const noteHolds = (key, text, value) => holds(publicKey(spkiOf(key.raw)), Buffer.from(text), value);
const pae = (type, body) => Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
const node = (left, right) => sha256(Buffer.of(1), left, right);

/** RFC 9162, 2.1.3.2. */
function includes(leaf, index, size, path, root) {
  let [fn, sn, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
  if (fn > sn) return false;
  for (const other of path) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      hash = node(other, hash);
      while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n; }
    } else hash = node(hash, other);
    fn >>= 1n; sn >>= 1n;
  }
  return sn === 0n && hash.equals(root);
}

/** RFC 9162, 2.1.4.2. */
function consistent(first, second, path) {
  if (first.size < 1 || first.size > second.size) return false;
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  let [fn, sn] = [BigInt(first.size) - 1n, BigInt(second.size) - 1n];
  const hashes = (BigInt(first.size) & fn) === 0n ? [first.root, ...path] : [...path];
  while (fn & 1n) { fn >>= 1n; sn >>= 1n; }
  let [one, two] = [hashes[0], hashes.shift()];
  if (!one) return false;
  for (const hash of hashes) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      one = node(hash, one); two = node(hash, two);
      while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n; }
    } else two = node(two, hash);
    fn >>= 1n; sn >>= 1n;
  }
  return sn === 0n && one.equals(first.root) && two.equals(second.root);
}

// ---- what a bundle holds, read

function entryOf(bytes) {
  const entry = exactly(json(bytes), "recorded_at", "act", "type", "envelope", "size_bytes", "policy", "defects", "previous");
  const isDefect = ({ id, code, rule, severity, items = [], ...more }) => [id, code, rule].every((each) => each && typeof each === "string")
    && ["minor", "curable", "exclusion-risk"].includes(severity) && items.every(Number.isInteger) && !Object.keys(more).length;
  must(bytes.length <= 65535 && typeof entry.recorded_at === "string" && ID.test(entry.act) && entry.type && typeof entry.type === "string"
    && HEX.test(entry.envelope) && entry.size_bytes > 0 && Number.isInteger(entry.size_bytes) && HEX.test(entry.policy)
    && entry.defects.every(isDefect) && !Array.isArray(entry.previous) && Object.values(entry.previous).every(Number.isInteger), "entry");
  return entry;
}

/** What an authenticator and a browser said beside a passkey's signature. */
function passkeyOf({ authenticatorData, clientDataJSON }) {
  const data = bytesOf(authenticatorData, "base64url"), client = bytesOf(clientDataJSON, "base64url"), said = json(client);
  const { type, challenge, origin, crossOrigin = false } = said, flags = data[32];
  must(client.length <= 2048 && type === "webauthn.get" && typeof crossOrigin === "boolean"
    && [challenge, origin].every((each) => typeof each === "string"), "client data");
  must(data.length === 37 && !(flags & 0xc0) && (flags & 24) !== 16, "authenticator data");
  return { data, flags, challenge, origin, framed: crossOrigin || "topOrigin" in said, signed: Buffer.concat([data, sha256(client)]) };
}

function envelopeOf(bytes, type) {
  const { payloadType, payload, signatures } = exactly(json(bytes), "payloadType", "payload", "signatures");
  const body = bytesOf(payload), read = signatures.map((each) => {
    const { keyid, sig, webauthn } = exactly(each, "keyid", "sig", ..."webauthn" in each ? ["webauthn"] : []);
    must(typeof keyid === "string", "keyid");
    return { keyid, sig: bytesOf(sig), passkey: webauthn === undefined ? undefined : passkeyOf(exactly(webauthn, "authenticatorData", "clientDataJSON")) };
  });
  must(read.length, "signatures");
  return { ofType: payloadType === type, message: pae(payloadType, body), fields: json(body), signatures: read };
}

function actOf(bytes) {
  const envelope = envelopeOf(bytes, ACT), act = envelope.fields;
  if (!attempt(() => isActual(envelope, bytes))) return { fields: act };
  return { ...envelope, said: act };
}

/** Whether an act has the fields that all acts have. */
function isActual({ ofType, fields: act }, bytes) {
  const lists = ["follows", "basis", "attestations", "attachments"];
  must(ofType && bytes.length <= 1 << 20 && isWhole(act) && typeof act.act === "string" && ID.test(act.id) && typeof act.ledger === "string" && TIME.test(act.occurred_at)
    && Number.isInteger(act.seen.size) && bytesOf(act.seen.root, "base64url").length === 32
    && lists.every((name) => Array.isArray(act[name])) && act.signers.length > 0
    && act.signers.every((each) => HEX.test(each.key) && typeof each.person === "string" && typeof each.part === "string"), "act");
  return true;
}

/** Each entry with what belongs to it, in the order of the log. */
function recordsOf(files) {
  const records = [];
  for (const name of files.keys()) {
    const [, folder = "", index] = /^(keys\/)?entries\/(\d+)\.json$/.exec(name) ?? [];
    if (index === undefined) continue;
    const bytes = files.get(name).read(), entry = attempt(() => entryOf(bytes));
    const envelope = entry && `${folder}envelopes/${entry.envelope}`, sealed = files.get(envelope)?.read();
    const timed = entry && RECORDED.test(entry.recorded_at) && !Number.isNaN(Date.parse(entry.recorded_at));
    const other = folder && files.has(`entries/${index}.json`);
    if (!other) records.push({ name, folder, index: Number(index), bytes, entry, timed, envelope, sealed, ...timed && attempt(() => actOf(sealed)) });
  }
  return records.sort((one, two) => one.index - two.index);
}

/** Keys by their id: whose, since which entry, of which agency, until which; a passkey's bindings. */
function keysOf(records) {
  const keys = new Map();
  for (const { said: act, index } of records.filter((each) => each.said)) {
    const bears = act.act === "enrolment" ? act : ["genesis", "agency"].includes(act.act) ? act.administrator : null;
    const der = attempt(() => bytesOf(bears.public_key, "base64url"));
    const agency = act.act === "genesis" ? act.first_agency?.agency : act.agency;
    if (der && !keys.has(hex(der)) && [bears.person, agency].every((each) => typeof each === "string")) {
      const passkey = bears.kind === "passkey" ? bears.passkey : null;
      keys.set(hex(der), { key: attempt(() => publicKey(der)), person: bears.person, agency, index, passkey });
    }
    const ended = act.act === "revocation" && keys.get(act.key);
    if (ended && ended.revoked === undefined) Object.assign(ended, { revoked: index, since: act.since });
  }
  return keys;
}

// ---- the steps; `say.found` and `say.unchecked` report, `say.checked` counts

function checkContainer(b, say) {
  const list = b.members;
  for (const { name } of list) {
    say.checked += 1;
    const other = name.startsWith("keys/entries/") && b.files.has(name.slice(5));
    if (!FILE.test(name) || other || list.filter((each) => each.name === name).length > 1) say.found("file-name", name);
  }
  b.manifest = attempt(() => {
    must(list[0].name === "manifest.json", "not the first");
    const read = exactly(json(list[0].read()), "format", "ledger", "subject", "size", "files");
    const { kind, id } = exactly(read.subject, "kind", "id");
    must(read.format === "custody-bundle/1" && ORIGIN.test(read.ledger) && Number.isInteger(read.size) && read.size > 0
      && ["item", "case"].includes(kind) && typeof id === "string" && id, "manifest");
    must(read.files.every((each) => exactly(each, "name", "sha256", "size_bytes") && typeof each.name === "string"
      && HEX.test(each.sha256) && Number.isInteger(each.size_bytes) && each.size_bytes >= 0), "files");
    return read;
  });
  if (!b.manifest) return say.found("manifest", "manifest.json");
  const listed = new Map(b.manifest.files.map((file) => [file.name, file])), names = b.manifest.files.map((file) => file.name);
  if (names.some((name, at) => name === "manifest.json" || (at && name <= names[at - 1]))) say.found("manifest", "manifest.json");
  for (const name of b.files.keys()) if (name !== "manifest.json" && !listed.has(name)) say.found("file-unlisted", name);
  for (const name of new Set([...listed.keys(), "checkpoint", "witness-policy.txt", "statement.json"])) {
    const file = b.files.get(name), as = listed.get(name);
    if (!file) say.found("file-missing", name);
    else if (as && (file.size !== as.size_bytes || file.hash() !== as.sha256)) say.found("file-changed", name);
  }
}

function checkCheckpoint(b, say) {
  if (!b.files.has("checkpoint")) return say.unchecked("earlier-step", "checkpoint");
  b.checkpoint = attempt(() => checkpointOf(b.files.get("checkpoint").read()));
  if (!b.checkpoint) return say.found("checkpoint", "checkpoint");
  say.checked += 1;
  if (b.checkpoint.origin !== b.manifest.ledger) say.found("checkpoint", "checkpoint");
  const given = b.options.keys, acts = b.records.filter((each) => each.said && each.index < b.checkpoint.size), changes = acts.filter(({ said }) => said.act === "log-key");
  const ended = changes.filter(({ index }) => index < b.checkpoint.size - 1).flatMap(({ said }) => said.ended);
  const named = [...acts.filter(({ said, index }) => said.act === "genesis" && index === 0).flatMap(({ said }) => said.log_keys),
    ...changes.flatMap(({ said }) => said.added)].filter((text) => !ended.includes(text));
  b.trusted = [...new Set(given.length ? given : named)].map((text) => attempt(() => vkey(text))).filter((key) => key && (given.length || key.name === b.checkpoint.origin));
  if (b.checkpoint.size !== b.manifest.size) say.found("checkpoint-size", "checkpoint");
  const signed = [];
  let wrong = false;
  for (const { name, id, value } of b.checkpoint.lines) {
    const key = b.trusted.find((each) => each.name === name && each.id === id);
    if (key && key.type !== 1) say.unchecked("algorithm", "checkpoint", { key: key.text });
    else if (key && noteHolds(key, b.checkpoint.text, value)) signed.push(key);
    else if (key) wrong = true;
  }
  if (wrong || !signed.length) return say.found("checkpoint-signature", "checkpoint");
  const right = signed.find((key) => named.includes(key.text));
  b.logKey = { key: (right ?? signed[0]).text, from: given.length ? "verifier" : "bundle" };
  if (!right && named.length) say.found("log-key", "checkpoint", { key: signed[0].text });
  if (!given.length) say.unchecked("log-key-came-along", "checkpoint", { key: b.logKey.key });
}

function checkInclusion(b, say) {
  const lines = new Set(b.checkpoint?.lines.map((each) => each.line));
  for (const name of b.files.keys()) {
    const entry = name.replace("proofs/", "entries/").replace(".tlog-proof", ".json");
    if (name.endsWith(".tlog-proof") && !b.files.has(entry)) say.found("proof", name);
  }
  for (const { name, bytes, index } of b.records) {
    const where = name.replace("entries/", "proofs/").replace(".json", ".tlog-proof");
    if (!b.files.has(where)) { say.found("proof-missing", name); continue; }
    if (!b.checkpoint) { say.unchecked("earlier-step", where); continue; }
    say.checked += 1;
    const proof = attempt(() => {
      const [head, ...rest] = utf8(b.files.get(where).read()).split("\n\n");
      const [first, ...parts] = head.split("\n").filter((line, at) => at !== 1 || !line.startsWith("extra "));
      const path = parts.slice(1).map((hash) => bytesOf(hash));
      must(first === "c2sp.org/tlog-proof@v1" && path.every((hash) => hash.length === 32), "proof");
      return { index: parts[0], path, checkpoint: note(Buffer.from(rest.join("\n\n"))) };
    });
    if (!proof) say.found("proof", where);
    else if (proof.checkpoint.text !== b.checkpoint.text || !proof.checkpoint.lines.every((each) => lines.has(each.line)))
      say.found("proof-checkpoint", where);
    else if (proof.index !== `index ${index}`
      || !includes(sha256(Buffer.of(0), bytes), index, b.checkpoint.size, proof.path, b.checkpoint.root)) say.found("proof", where);
  }
}

function checkActs(b, say) {
  const ledger = b.checkpoint?.origin ?? b.manifest.ledger;
  for (const { name, folder, entry, timed, envelope, sealed, said } of b.records) {
    say.checked += 1;
    if (!timed) say.found("entry", name);
    else if (!sealed) folder && PARTIES.includes(entry.type) ? say.found("envelope-missing", envelope) : say.unchecked("envelope-left-out", name);
    else {
      if (hex(sealed) !== entry.envelope || sealed.length !== entry.size_bytes) say.found("envelope-changed", envelope);
      if (!said) { say.found("act", envelope); continue; }
      if (said.id !== entry.act || said.act !== entry.type) say.found("act-differs", envelope);
      if (said.ledger !== ledger) say.found("other-ledger", envelope);
    }
  }
  const named = new Set(b.records.map((each) => each.envelope));
  for (const name of b.files.keys()) if (/^(keys\/)?envelopes\//.test(name) && !named.has(name)) say.found("envelope-changed", name);
}

/** Whether all is so that section 3 asks of a passkey's signature, apart from the signature itself. */
function passkeyIsRight({ data, flags, challenge, origin, framed }, passkey, message, enrolling) {
  const [eligible, copied] = [Boolean(flags & 8), Boolean(flags & 16)];
  return challenge === sha256(message).toString("base64url") && passkey.origins.includes(origin) && !framed
    && data.subarray(0, 32).equals(sha256(passkey.rp_id)) && (flags & 5) === 5
    && eligible === passkey.backup_eligible && (!enrolling || copied === passkey.backed_up);
}

function signatureHolds({ key, passkey: enrolled, index: since }, { sig, passkey: used }, message, index) {
  if (Boolean(used) !== Boolean(enrolled)) return false;
  const right = !used || attempt(() => passkeyIsRight(used, enrolled, message, index === since));
  return Boolean(right) && holds(key, used?.signed ?? message, sig);
}

function checkSignatures(b, say) {
  for (const { index, entry, envelope: where, said, signatures, message } of b.records.filter((each) => each.said)) {
    for (const { keyid } of signatures)
      if (!said.signers.some((each) => each.key === keyid)) say.found("signature-extra", where, { key: keyid });
    for (const { key: id, person } of said.signers) {
      say.checked += 1;
      const key = b.keys.get(id), about = { person, key: id }, its = signatures.filter((each) => each.keyid === id);
      if (!its.length) { say.found("signature-missing", where, about); continue; }
      if (!key?.key || key.index > index) { say.found("key-unknown", where, about); continue; }
      if (key.person !== person) say.found("key-person", where, about);
      if (key.revoked < index) say.found("key-revoked", where, about);
      else if (key.since && Date.parse(entry.recorded_at) >= Date.parse(key.since)) say.found("key-doubted", where, about);
      if (its.length > 1 || its.some((each) => !signatureHolds(key, each, message, index))) say.found("signature-false", where, about);
    }
  }
}

function checkOrder(b, say) {
  const known = b.records.filter((each) => each.entry), last = new Map();
  let before = "";
  const stated = new Set(Object.keys(b.statement?.acts ?? {}).filter((name) => /^(item|person):/.test(name)));
  for (const { name, index, entry, timed } of known) {
    say.checked += 1;
    if (timed && entry.recorded_at < before) say.found("time-back", name);
    if (timed) before = entry.recorded_at;
    for (const [about, before] of Object.entries(entry.previous).filter(([each]) => stated.has(each))) {
      if (before !== (last.get(about) ?? -1)) say.found("link", name, { name: about });
      last.set(about, index);
    }
  }
  if (!b.statement) say.unchecked("earlier-step", "statement.json");
}

function statementOf({ ofType, fields, signatures }) {
  const stated = exactly(fields, "ledger", "size", "root", "acts", "facts"), isCount = (value, least) => Number.isInteger(value) && value >= least;
  must(ofType && signatures.length === 1 && isCount(stated.size, 1) && ORIGIN.test(stated.ledger) && bytesOf(stated.root, "base64url").length === 32, "statement");
  must(Object.values(stated.acts).every((each) => isCount(exactly(each, "count", "last").count, 0) && isCount(each.last, -1)), "acts");
  must(Object.values(stated.facts).every((each) => Array.isArray(each) && each.every((index) => isCount(index, 0))), "facts");
  return stated;
}

/** The indexes of the acts in the bundle that are on a name. */
function actsOn(b, name) {
  const [, kind, id] = /^([a-z]+):(.*)$/s.exec(name) ?? [], its = b.statement.acts;
  const on = {
    item: ({ entry }) => name in entry.previous,
    person: ({ entry }) => name in entry.previous,
    case: ({ folder, entry, said }) => id === b.manifest.subject.id && !folder && (!said || (said.case ?? id) === id || Object.keys(entry.previous).some(
      (each) => each.startsWith("item:") && each in its)),
    key: ({ said, index }) => b.keys.get(id)?.index === index || (said?.act === "revocation" && said.key === id),
    agency: ({ said }) => (said?.act === "genesis" && said.first_agency?.agency === id)
      || (said?.act === "agency" && [said.agency, said.successor].includes(id)),
    governing: ({ said }) => ["policy", "log-key"].includes(said?.act),
  }[kind];
  return b.records.filter((each) => on && each.entry && on(each)).map((each) => each.index);
}

function checkCompleteness(b, say) {
  if (!b.files.has("statement.json")) return say.unchecked("earlier-step", "statement.json");
  if (!b.statement) return say.found("statement", "statement.json");
  const [signature] = b.sealedStatement.signatures;
  const key = b.trusted?.find((each) => each.type === 1 && hex(spkiOf(each.raw)) === signature.keyid);
  if (!b.trusted?.some((each) => each.type === 1)) say.unchecked("earlier-step", "statement.json");
  else if (!key || !holds(publicKey(spkiOf(key.raw)), b.sealedStatement.message, signature.sig))
    say.found("statement-signature", "statement.json");
  const { ledger, size, root, acts, facts } = b.statement;
  if (!b.checkpoint) say.unchecked("earlier-step", "statement.json");
  else if (ledger !== b.checkpoint.origin || size !== b.checkpoint.size || root !== b.checkpoint.root.toString("base64url"))
    say.found("statement-checkpoint", "statement.json");
  for (const [name, { count, last }] of Object.entries(acts)) {
    say.checked += 1;
    const on = actsOn(b, name);
    if (on.length !== count || (on.at(-1) ?? -1) !== last) say.found("left-out", name, { stated: count, there: on.length });
  }
  const indexes = new Set(b.records.map((each) => each.index));
  for (const [name, listed] of Object.entries(facts)) {
    say.checked += 1;
    if (!listed.every((index) => indexes.has(index))) say.found("left-out", name);
  }
  const { kind, id } = b.manifest.subject, subject = `${kind}:${id}`;
  const needed = new Set([subject, "governing:all"]), on = new Set(actsOn(b, subject));
  for (const { said, entry, folder, name, index } of b.records.filter((each) => each.entry)) {
    const names = Object.keys(entry.previous), here = names.filter((each) => each.startsWith("item:") && entry.previous[each] === -1);
    if (kind === "case" && !folder && (!said || said.case === id)) here.forEach((each) => needed.add(each));
    if (!folder && !on.has(index)) say.found("left-out", name);
    for (const each of said ? said.signers.map(({ key }) => key) : names.filter((each) => each.startsWith("key:")).map((each) => each.slice(4))) {
      const key = b.keys.get(each);
      if (key) needed.add(`key:${each}`).add(`person:${key.person}`).add(`agency:${key.agency}`);
    }
  }
  for (const name of needed) if (!(name in acts)) say.found("not-stated", name);
}

function* sealedIn(value) {
  if (value === null || typeof value !== "object") return;
  if (typeof value.sealed === "string") yield value.sealed;
  for (const each of Object.values(value)) yield* sealedIn(each);
}

function checkSealedValues(b, say) {
  const closed = new Set(b.records.flatMap((each) => [...sealedIn(each.fields)])), opened = new Set();
  const file = b.files.get("disclosures.json"), list = file ? attempt(() => exactly(json(file.read()), "disclosures").disclosures.map((each) => {
    const { salt, value } = exactly(each, "salt", "value");
    must(bytesOf(salt, "base64url").length === 32 && typeof value === "string", "disclosure");
    return sha256(bytesOf(salt, "base64url"), value).toString("base64url");
  })) : [];
  if (!list) say.found("disclosures", "disclosures.json");
  for (const commitment of list ?? []) {
    say.checked += 1;
    if (closed.has(commitment)) opened.add(commitment);
    else say.found("disclosure-foreign", "disclosures.json", { sealed: commitment });
  }
  if (closed.size > opened.size) say.unchecked("sealed-closed", "disclosures.json", { count: closed.size - opened.size });
}

/** The files that an act names, and those that acts name which it inserts. */
const filesOf = (act) => [...act.attachments.map((each) => each?.sha256), ...act.attestations.map((each) => each?.attachment),
  ...(act.act === "correction" ? [...act.evidence, ...act.changes.flatMap(({ op, new: inserted }) => op === "insert" ? filesOf(inserted) : [])] : []),
].filter((each) => each);

function checkAttachments(b, say) {
  const named = new Set(b.records.flatMap((each) => (each.said && attempt(() => filesOf(each.said))) ?? []));
  for (const [name, file] of b.files) {
    if (!name.startsWith("attachments/")) continue;
    say.checked += 1;
    if (!named.has(name.slice(12))) say.found("attachment-foreign", name);
    if (file.hash() !== name.slice(12)) say.found("attachment-changed", name);
  }
  const out = [...named].filter((each) => !b.files.has(`attachments/${each}`)).length;
  if (out) say.unchecked("attachments-left-out", "", { count: out });
}

/** A tlog-policy: witnesses by name, groups by name, the quorum. */
function policyOf(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: undefined };
  for (const line of text.split("\n").map((each) => each.trim()).filter((each) => each && !each.startsWith("#"))) {
    const [word, name, ...rest] = line.split(/\s+/);
    if (word === "log") policy.logs.push(vkey(name).text);
    else if (word === "witness") policy.witnesses.set(name, vkey(rest[0]));
    else if (word === "group") policy.groups.set(name, { least: { all: rest.length - 1, any: 1 }[rest[0]] ?? Number(rest[0]), of: rest.slice(1) });
    else { must(word === "quorum" && policy.quorum === undefined, "policy"); policy.quorum = name; }
  }
  must(policy.quorum !== undefined, "quorum");
  return policy;
}

const instant = (seconds) => `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.000000Z`;

const reached = ({ witnesses, groups }, name, who) => witnesses.has(name) ? who.has(name)
  : groups.has(name) && groups.get(name).of.filter((each) => reached({ witnesses, groups }, each, who)).length >= groups.get(name).least;

function cosigned(policy, checkpoint, where, say) {
  const sure = new Set(), perhaps = new Set();
  for (const [witness, key] of policy.witnesses)
    for (const { value } of checkpoint.lines.filter((each) => each.name === key.name && each.id === key.id)) {
      perhaps.add(witness);
      if (key.type !== 4) { say.unchecked("algorithm", where, { witness }); continue; }
      const time = attempt(() => value.readBigUInt64BE(0));
      say.checked += 1;
      if (noteHolds(key, `cosignature/v1\ntime ${time}\n${checkpoint.text}`, value.subarray(8))) {
        sure.add(witness);
        if (time <= 253402300799n) say.showed("witnessed", where, { witness: key.name, size: checkpoint.size, time: instant(time) });
      } else { say.found("witness-signature", where, { witness }); perhaps.delete(witness); }
    }
  return { sure, perhaps };
}

function checkWitnesses(b, say) {
  if (!b.checkpoint || !b.files.has("witness-policy.txt")) return say.unchecked("earlier-step", "checkpoint");
  const policy = attempt(() => policyOf(b.options.policy ?? utf8(b.files.get("witness-policy.txt").read())));
  if (!policy) return say.found("quorum", "witness-policy.txt");
  if (policy.quorum === "none") return say.unchecked("no-witnesses", "witness-policy.txt");
  if (!b.options.policy) say.unchecked("policy-came-along", "witness-policy.txt");
  const sure = [], perhaps = [], seen = [["checkpoint", b.checkpoint]];
  const older = b.files.has("witnessed/checkpoint") && attempt(() => checkpointOf(b.files.get("witnessed/checkpoint").read()));
  const path = attempt(() => utf8(b.files.get("witnessed/consistency").read()).split("\n").filter(Boolean).map((line) => bytesOf(line)));
  if (older && path && older.origin === b.checkpoint.origin && consistent(older, b.checkpoint, path)) seen.push(["witnessed/checkpoint", older]);
  else if (b.files.has("witnessed/checkpoint")) say.found("witness-consistency", "witnessed/checkpoint");
  for (const [where, checkpoint] of seen) {
    const who = cosigned(policy, checkpoint, where, say);
    sure.push(reached(policy, policy.quorum, who.sure)); perhaps.push(reached(policy, policy.quorum, who.perhaps));
  }
  if (!sure.includes(true) && !perhaps.includes(true)) say.found("quorum", "checkpoint");
}

const checkDecisions = (_, say) => say.unchecked("not-taken-here", "rules");
const checkTime = (b, say) => say.unchecked([...b.files.keys()].some((each) => each.startsWith("timestamps/"))
  ? "not-taken-here" : "no-token", "timestamps");

const STEPS = [checkContainer, checkCheckpoint, checkInclusion, checkActs, checkSignatures, checkOrder, checkCompleteness,
  checkDecisions, checkSealedValues, checkAttachments, checkWitnesses, checkTime];

// ---- the report

function said(kind, code, where, more = {}) {
  const fill = (text) => (text ?? code).replace(/\{(\w+)\}/g, (_, name) => more[name]);
  return { code, where, ...more, zh: fill(words[kind]?.[code]?.zh), en: fill(words[kind]?.[code]?.en) };
}

function verifyBundle(path, options) {
  const steps = NAMES.map((name, at) => ({ step: at + 1, name, checked: 0, findings: [], not_checked: [] })), b = { options };
  const sayOf = (step) => ({
    get checked() { return step.checked; }, set checked(count) { step.checked = count; },
    found: (code, where, more) => step.findings.push(said("findings", code, where, more)),
    unchecked: (code, where, more) => step.not_checked.push(said("not_checked", code, where, more)),
    showed: (code, where, more) => (step.shown ??= []).push(said("shown", code, where, more)),
  });
  const file = openSync(path);
  b.members = attempt(() => members(file));
  if (!b.members) sayOf(steps[0]).found("container", "");
  b.files = new Map();
  for (const each of b.members ?? []) if (!b.files.has(each.name)) b.files.set(each.name, each);
  STEPS.forEach((take, at) => {
    const ready = at === 0 ? b.members : b.manifest;
    if (at === 1 && ready) {
      b.records = recordsOf(b.files);
      b.keys = keysOf(b.records);
      b.sealedStatement = attempt(() => envelopeOf(b.files.get("statement.json").read(), STATEMENT));
      b.statement = attempt(() => statementOf(b.sealedStatement));
    }
    if (ready) take(b, sayOf(steps[at]));
    else if (at) sayOf(steps[at]).unchecked("earlier-step", "manifest.json");
  });
  closeSync(file);
  const { ledger = null, subject = null, size = null } = b.manifest ?? {};
  return { ledger, subject, size, log_key: b.logKey ?? null, steps, sound: steps.every((step) => step.findings.length === 0) };
}

function tell(report) {
  const language = /^zh/i.test(process.env.LC_ALL || process.env.LANG || "") ? "zh" : "en", out = [];
  for (const { step, name, checked, findings, not_checked, shown = [] } of report.steps) {
    out.push(`${findings.length ? "✗" : checked ? "✓" : "–"} ${String(step).padStart(2)} ${words.steps?.[name]?.[language] ?? name} (${checked})`);
    for (const each of findings) out.push(`     ✗ ${each.where}: ${each[language]} [${each.code}]`);
    for (const each of shown) out.push(`     + ${each[language]}`);
    for (const each of not_checked) out.push(`     – ${each.where}: ${each[language]} [${each.code}]`);
  }
  if (report.log_key) out.push(report.log_key.key);
  const count = report.steps.reduce((sum, step) => sum + step.findings.length, 0), verdict = report.sound ? "sound" : "not-sound";
  out.push((words.verdicts?.[verdict]?.[language] ?? verdict).replace("{count}", count));
  return out.join("\n");
}

function main() {
  const options = { json: { type: "boolean" }, "log-key": { type: "string", multiple: true }, "witness-policy": { type: "string" } };
  const { values, positionals: [path, ...more] } = parseArgs({ options, allowPositionals: true });
  must(path && !more.length, "node verify.mjs [--json] [--log-key VKEY] [--witness-policy FILE] BUNDLE.zip");
  const policy = values["witness-policy"] && readFileSync(values["witness-policy"], "utf8");
  const keys = [...(values["log-key"] ?? []), ...(policy ? policyOf(policy).logs : [])];
  keys.forEach(vkey);
  const report = verifyBundle(path, { keys, policy });
  console.log(values.json ? JSON.stringify(report) : tell(report));
  return report.steps[0].findings.some((each) => each.code === "container") ? 2 : Number(!report.sound);
}

try { process.exitCode = main(); } catch (error) { console.error(error.message); process.exitCode = 2; }
