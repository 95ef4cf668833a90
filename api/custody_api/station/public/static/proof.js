// Checks here, on the reader's own device, that the act of the receipt stands in the log: the leaf's path leads to the
// root of a checkpoint (RFC 9162 section 2.1.3.2) that the log signed (C2SP signed-note, Ed25519).

import { concat, fromBase64, hex, sha256, utf8 } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { _ } from "../station/words.js";

class Wrong extends Error {}

const need = (right, what) => { if (!right) throw new Wrong(what); };
const same = (one, two) => hex(one) === hex(two);

/** What a proof shows, once it holds: `{index, size}`. Throws Wrong. */
export async function verified({ origin, index, leaf_hash, proof, keys }) {
  const begin = proof.indexOf("\n\n"), note = proof.slice(begin + 2), path = proof.slice(0, begin).split("\n");
  need(path.shift() === "c2sp.org/tlog-proof@v1", "proof");
  if (path[0]?.startsWith("extra ")) path.shift();
  need(path.shift() === `index ${index}`, "index");
  const gap = note.lastIndexOf("\n\n"), text = note.slice(0, gap + 1), lines = text.split("\n");
  need(gap > 0 && lines[0] === origin && /^[1-9]\d{0,15}$/.test(lines[1]), "checkpoint");
  const size = Number(lines[1]), root = await rootFrom(fromBase64(leaf_hash), index, size, path.map(fromBase64));
  need(root && same(root, fromBase64(lines[2])), "path");
  const signed = await Promise.all(keys.map(key => signs(key, origin, text, note.slice(gap + 2))));
  need(signed.some(Boolean), "signature");
  return { index, size };
}

async function rootFrom(leaf, index, size, path) {
  let at = index, last = size - 1, hash = leaf;
  if (at > last) return null;
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 || at === last) {
      hash = await sha256(concat(Uint8Array.of(1), sibling, hash));
      while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
    } else hash = await sha256(concat(Uint8Array.of(1), hash, sibling));
    at = Math.floor(at / 2); last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

/** Whether a key of the log (`name+id+key`) signed a note; keys of other kinds than Ed25519 are passed over. */
async function signs(key, origin, text, signatures) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(key), typed = fromBase64(encoded);
  if (name !== origin || typed[0] !== 1) return false;
  const line = signatures.split("\n").filter(each => each.startsWith(`\u2014 ${name} `))
    .map(each => fromBase64(each.split(" ")[2])).find(each => hex(each.slice(0, 4)) === id);
  if (!line) return false;
  const imported = await crypto.subtle.importKey("raw", typed.slice(1), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, line.slice(4), utf8(text));
}

const place = document.getElementById("proof");
if (place) {
  try {
    const answer = await fetch(place.dataset.proof, { referrerPolicy: "no-referrer", cache: "no-store" });
    if (answer.ok) {
      const { index, size } = await verified(await answer.json());
      place.replaceChildren(make("span", { class: "verified" }, "✓ ", _(
        "Checked on this device: the act of this receipt is number {number} of {size} in the log, and the log signed that.",
        { number: index + 1, size },
      )));
    }
  } catch (error) {
    if (error instanceof Wrong) {
      place.replaceChildren(make("span", { class: "doubted" }, "✗ ", _(
        "The proof does not hold ({what}). Keep the paper and tell a procuratorate or a court.", { what: error.message },
      )));
    }  // a browser that cannot check says nothing: the proof can be downloaded
  }
}
