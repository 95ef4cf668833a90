// What waits for one's signature: told in the same words as to those who signed before, with the digest that this
// browser computes from the very bytes; to be signed, or declined for a reason that the others read.

import { Offline, Problem, get, post } from "../station/api.js";
import { fromBase64, hex, sha256 } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { _, stated } from "../station/words.js";
import { ACT } from "./authoring.js";
import { refusal, told } from "./decided.js";
import { KeyProblem, atHand, keysOf, readKeyFile, sign } from "./keys.js";
import { partsOf } from "./parts.js";
import { called } from "./party.js";
import { moment } from "../station/moments.js";
import { shown } from "./receipt.js";
import { said } from "./said.js";

const place = document.getElementById("waiting"), me = place.dataset.person;

await list();

async function list() {
  const pending = await waitingNow();
  const mine = pending.filter(each => each.signers.some(one => one.person === me && !one.signed_at));
  const others = pending.filter(each => !mine.includes(each));
  place.replaceChildren(
    ...mine.length ? [] : [make("p", { class: "empty" }, _("Nothing waits for your signature."))],
    ...await lines(mine),
    ...others.length ? [make("h2", {}, _("Signed by you, waiting for others")), ...await lines(others)] : []);
}

async function waitingNow(after = "") {
  const { pending, next } = await get(`/v1/pending?state=waiting${after && `&after=${encodeURIComponent(after)}`}`);
  return next === null ? pending : [...pending, ...await waitingNow(next)];
}

function lines(pending) {
  return Promise.all(pending.map(line));
}

async function line(each) {
  const { name } = await partsOf(each.type);
  return make("article", { class: "card row", "data-pending": each.id },
    make("strong", {}, name), make("span", { class: "grow" }, _("from {person}", { person: each.put_by }), " · ", moment(each.put_at),
      " · ", _("until"), " ", moment(each.expires_at)),
    make("button", { type: "button", "data-do": "open", onclick: () => open(each.id, name) }, _("Read and sign")));
}

async function open(id, name, why = null) {
  const found = await get(`/v1/pending/${id}${why === null ? "" : `?disclose=${encodeURIComponent(why)}`}`);
  const payload = fromBase64(found.envelope.payload);
  const act = JSON.parse(new TextDecoder().decode(payload)), words = await partsOf(found.type);
  const signer = found.signers.find(each => each.person === me && !each.signed_at);
  const wrong = make("div", { role: "alert" });
  const attempt = async work => {
    wrong.replaceChildren();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof KeyProblem || error instanceof Problem || error instanceof Offline)) throw error;
      wrong.replaceChildren(refusal(error.document ?? { code: error.code, detail: error.message }, list));
    }
  };
  const signWith = key => attempt(async () => ended(await post(`/v1/pending/${id}/signatures`, await sign(key, ACT, payload)), name));
  place.replaceChildren(make("section", { class: "hand-over", "data-pending": id },
    make("header", { class: "row" }, make("h2", { class: "grow" }, name), make("button", { type: "button", onclick: list }, _("Back"))),
    await said({ act, payload, digest: hex(await sha256(payload)), disclosed: found.disclosed ?? {} }),
    found.disclosed === null && JSON.stringify(act).includes('"sealed":') && opening(id, name, attempt),
    make("div", { class: "decision" }, found.check && told(found.check, list)),
    make("ul", { class: "parties-so-far" }, found.signers.map(each => make("li", {},
      each.signed_at ? "✓ " : "… ", words.parts[each.part]?.name ?? each.part, " ", make("b", {}, each.person),
      each.signed_at ? [" ", moment(each.signed_at)] : ""))),
    signer && found.check?.outcome !== "refused" && await own(signer, signWith, attempt),
    signer && declining(id, name, attempt), wrong));
}

// The act names the key that signs it: no other will do.
async function own(signer, signWith, attempt) {
  const key = (await keysOf(me)).find(each => each.key === signer.key);
  const file = make("input", { type: "file", id: "waiting-key-file" });
  file.addEventListener("change", () => attempt(async () => {
    const read = await readKeyFile(file.files[0]);
    if (read.key !== signer.key) throw new KeyProblem("key-of-another", _("This act names another key of yours: {key}.", { key: signer.key.slice(0, 8) }));
    await signWith(read);
  }));
  return make("div", { class: "own-keys card" },
    key && atHand(key)
      ? make("button", { type: "button", class: "main", "data-do": "sign", "data-key": "F9", onclick: () => signWith(key) }, _("Sign"), " · ", called(key), make("kbd", {}, "F9"))
      : make("p", {}, _("The key that this act names is not on this device: {key}.", { key: signer.key.slice(0, 8) })),
    make("p", { class: "field" }, make("label", { for: file.id }, _("Key file")), file));
}

// Sealed values are opened by right, for a reason that the journal keeps.
function opening(id, name, attempt) {
  const why = make("input", { id: "why", maxlength: 200, required: true });
  const form = make("form", { class: "card" },
    make("p", { class: "field" }, make("label", { for: why.id }, _("Why you have to read the sealed values; the journal keeps it")), why),
    make("button", { type: "submit", "data-do": "disclose" }, _("Show them")));
  form.addEventListener("submit", event => {
    event.preventDefault();
    attempt(() => open(id, name, stated(why.value)));
  });
  return form;
}

function declining(id, name, attempt) {
  const reason = make("input", { id: "reason", maxlength: 200, required: true });
  const form = make("form", { class: "card" },
    make("p", { class: "field" }, make("label", { for: reason.id }, _("Why you do not sign; the other signers read it")), reason),
    make("button", { type: "submit", "data-do": "decline" }, _("Decline")));
  form.addEventListener("submit", event => {
    event.preventDefault();
    attempt(async () => ended(await post(`/v1/pending/${id}/decline`, { reason: stated(reason.value) }), name));
  });
  return form;
}

async function ended(found, name) {
  const back = make("button", { type: "button", onclick: list }, _("What else waits"));
  if (found.receipt) return place.replaceChildren(await shown(found.receipt, found.envelope, name), back);
  const said = {
    waiting: _("Signed. It still waits for others."), complete: _("Signed by all. The ledger takes it as soon as it can."),
    declined: _("Declined. The other signers read why."),
  };
  const problem = found.ended?.problem;
  place.replaceChildren(make("section", { class: "card", role: "status", "data-state": found.state },
    problem ? refusal(problem, list) : make("p", {}, said[found.state] ?? found.state), back));
}
