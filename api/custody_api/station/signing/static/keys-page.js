// One's keys in the ledger, the keys that this device holds, and the enrolment of a new one.

import { get } from "../station/api.js";
import { make } from "../station/dom.js";
import { _, stated } from "../station/words.js";
import { present } from "./hand-over.js";
import { KeyProblem, forget, held, importFile, keep, keysOf, makeDeviceKey, makePasskey, readKeyFile } from "./keys.js";
import { called } from "./party.js";

const place = document.getElementById("keys"), panel = document.getElementById("hand-over");
const { person: me, agency } = place.dataset;

await draw();

async function draw() {
  const holders = new Set([me, ...(await held()).map(each => each.person)]);
  const [own, people, signing] = await Promise.all([
    get(`/v1/people/${encodeURIComponent(me)}`), get(`/v1/people?agency=${encodeURIComponent(agency)}&limit=200`),
    ...[...holders].map(keysOf),
  ]);
  const here = await held();
  const administrators = people.people.filter(each => each.capacities.some(one => one.capacity === "administrator"));
  place.hidden = false;
  place.replaceChildren(enrolled(own.keys, here), onDevice(here, own.keys), newKey(signing.length > 0, administrators));
}

function enrolled(keys, here) {
  const held = new Set(here.map(each => each.key));
  return make("section", { class: "card" }, make("h2", {}, _("Your keys in the ledger")),
    make("div", { class: "wide" }, make("table", {},
      make("thead", {}, make("tr", {}, [_("Key"), _("State"), _("Enrolled by"), _("Where")].map(each => make("th", { scope: "col" }, each)))),
      make("tbody", {}, keys.map(each => make("tr", { "data-key-id": each.key },
        make("td", {}, called(each)), make("td", {}, state(each)), make("td", {}, each.enrolled_by),
        make("td", {}, held.has(each.key) ? _("on this device") : each.kind === "passkey" ? _("in an authenticator") : _("elsewhere"))))))));
}

function onDevice(keys, enrolled) {
  const line = key => make("tr", { "data-key-id": key.key },
    make("td", {}, key.name ?? key.person, key.name ? ` · ${key.person}` : ""), make("td", {}, called(key)), make("td", {}, state(key)),
    make("td", { class: "row" },
      !key.live && !key.revoked && key.public_key && key.person === me
        && make("button", { type: "button", "data-do": "enrol", onclick: () => fill(key) }, _("Enrol")),
      forgetting(key)));
  return make("section", { class: "card" }, make("h2", {}, _("Keys that this device holds")),
    keys.length === 0 ? make("p", { class: "empty" }, _("None.")) : make("div", { class: "wide" }, make("table", {}, make("tbody", {}, keys.map(line)))),
    bringing(enrolled));
}

// A key file's key, kept here from now on so that nobody can export it again.
function bringing(enrolled) {
  const input = make("input", { type: "file", id: "bring-file" }), wrong = make("p", { role: "alert", class: "wrong" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    try {
      const { key } = await readKeyFile(file);
      if (!enrolled.some(each => each.live && each.key === key)) throw new KeyProblem("key-of-another", _("This is no key of {person} that signs.", { person: me }));
      await importFile(file, me);
      await draw();
    } catch (error) {
      if (!(error instanceof KeyProblem)) throw error;
      wrong.textContent = error.message;
    }
  });
  return make("p", { class: "field" }, make("label", { for: input.id }, _("Keep the key of a file on this device, too")), input, wrong);
}

function state(key) {
  if (key.revoked || key.live === false && key.revoked_at) return make("span", { class: "tag red" }, "✗ ", _("revoked"));
  return key.live ? make("span", { class: "tag green" }, "✓ ", _("signs")) : make("span", { class: "tag orange" }, "… ", _("not enrolled yet"));
}

// What is lost is said, and then pressed again: a device key is nowhere else.
function forgetting(key) {
  const button = make("button", { type: "button", "data-do": "forget" }, _("Forget"));
  button.addEventListener("click", async () => {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = "";
      button.textContent = key.kind === "device" ? _("Forget for good: it is nowhere else") : _("Forget on this device");
      return;
    }
    await forget(key.key);
    await draw();
  });
  return button;
}

function newKey(confirms, administrators) {
  const field = (id, text, attributes = {}, ...inner) => make("p", { class: "field" }, make("label", { for: id }, text),
    make(inner.length ? "select" : "input", { id, name: id, required: true, ...attributes }, inner));
  const wrong = make("p", { role: "alert", class: "wrong" });
  const form = make("form", { class: "fields", id: "new-key" },
    field("name", _("Your name"), { maxlength: 200, autocomplete: "off" }),
    field("evidence", _("How the administrator knows you"), { maxlength: 2000 }),
    field("administrator", _("Administrator"), {}, administrators.map(each => make("option", { value: each.person }, each.person))),
    field("confirmer", _("Who confirms it: you with an older key, or a legal reviewer or supervisor"), { value: confirms ? me : "" }));
  const attempt = work => async () => {
    wrong.textContent = "";
    if (!form.reportValidity()) return;
    try {
      await enrol(await work(), Object.fromEntries(new FormData(form)));
    } catch (error) {
      if (!(error instanceof KeyProblem)) throw error;
      wrong.textContent = error.message;
    }
  };
  const known = async () => (await get(`/v1/people/${encodeURIComponent(me)}`)).keys.filter(each => each.live && each.passkey).map(each => each.passkey.credential);
  return make("section", { class: "card" }, make("h2", {}, _("A new key")),
    make("p", {}, _("It signs nothing until its enrolment is in the ledger: the administrator, the new key and whoever confirms it sign that.")),
    form,
    make("div", { class: "actions" },
      make("button", { type: "button", class: "main", "data-do": "device-key", onclick: attempt(() => makeDeviceKey(me)) }, _("Make a key of this device")),
      make("button", { type: "button", "data-do": "passkey", onclick: attempt(async () => makePasskey(me, await known())) }, _("Make a passkey"))), wrong);
}

function fill(key) {
  const form = document.getElementById("new-key");
  if (form.reportValidity()) enrol(key, Object.fromEntries(new FormData(form)));
}

async function enrol(key, { name, evidence, administrator, confirmer }) {
  const draft = {
    act: "enrolment",
    signers: [
      { part: "administrator", person: administrator }, { part: "subject", person: me, key: key.key },
      { part: "confirmer", person: confirmer.trim() },
    ],
    person: me, subject: "person", name: { disclose: stated(name) }, agency, public_key: key.public_key,
    kind: key.kind, ...key.passkey ? { passkey: key.passkey } : {}, evidence: stated(evidence),
  };
  place.hidden = true;
  await present(panel, draft, {
    onRecorded: async () => { await keep({ ...key, name: name.trim(), live: true }); await draw(); },
    onKept: draw, onBack: draw,
  });
}
