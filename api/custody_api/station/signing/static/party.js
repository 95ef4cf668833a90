// A party's column: the own name, then the own key; green with the time once signed.

import { make } from "../station/dom.js";
import { _ } from "../station/words.js";
import { KeyProblem, atHand, readKeyFile } from "./keys.js";
import { moment } from "../station/moments.js";

/** A column of the panel. `panel` has `prepared`, `open`, `alone(work)`, `tell(error)`, `signed(party)`, `choose(party, key)`, `redraw()`. */
export function column(panel, party, at) {
  const signedAt = panel.prepared.signedAt(party), open = panel.open === party && !signedAt;
  const part = panel.words.parts[party.part]?.name ?? party.part;
  const touch = async () => {
    panel.open = open ? null : party;
    await panel.redraw();
    panel.container.querySelector(".party[data-open] [data-do=sign]")?.focus();
  };
  return make("section", { class: "party", "data-person": party.person, "data-part": party.part, "data-state": signedAt ? "signed" : "waiting", "data-open": open },
    make("h3", {}, make("button", { type: "button", "aria-expanded": String(open), disabled: Boolean(signedAt), onclick: touch },
      make("kbd", {}, at + 1), " ", part, " ", make("b", {}, party.key.name ?? party.person))),
    signedAt
      ? make("p", { class: "tag green" }, "✓ ", _("signed"), " ", moment(signedAt))
      : make("p", { class: "tag" }, "… ", _("not signed yet")),
    open && keys(panel, party));
}

function keys(panel, party) {
  const wrong = make("p", { role: "alert", class: "wrong" });
  const attempt = async work => {
    wrong.textContent = "";
    try {
      await panel.alone(work);
    } catch (error) {
      if (!(error instanceof KeyProblem)) return panel.tell(error);
      wrong.textContent = error.message;
    }
  };
  const others = party.keys.filter(each => each !== party.key && atHand(each));
  return make("div", { class: "own-keys" },
    atHand(party.key)
      ? make("button", { type: "button", class: "main", "data-do": "sign", "data-signs": true, disabled: panel.refused, onclick: () => attempt(() => signWith(panel, party, party.key)) }, called(party.key))
      : make("p", {}, _("The key of {person} is not on this device: choose its file.", { person: party.person })),
    others.map(key => make("button", { type: "button", onclick: () => attempt(() => panel.choose(party, key)) }, _("Use another key: {key}", { key: called(key) }))),
    keyFile(panel, party, attempt), wrong);
}

async function signWith(panel, party, key) {
  await panel.prepared.sign(party, key);
  await panel.signed(party);
}

function keyFile(panel, party, attempt) {
  const input = make("input", { type: "file", id: `key-file-${party.part}-${party.person}`, "data-do": "key-file", "data-signs": true, disabled: panel.refused });
  input.addEventListener("change", () => attempt(async () => {
    const key = await readKeyFile(input.files[0]);
    const named = party.keys.find(each => each.key === key.key);
    if (named === undefined) throw new KeyProblem("key-of-another", _("This is no key of {person} that signs.", { person: party.person }));
    if (named.key !== party.key.key) await panel.choose(party, named);
    await signWith(panel, party, key);
  }));
  return make("p", { class: "field" }, make("label", { for: input.id }, _("Key file")), input);
}

/** What a key is called. */
export function called(key) {
  const kinds = { device: _("Key of this device"), passkey: _("Passkey"), file: _("Key file"), token: _("Token") };
  return `${kinds[key.kind] ?? key.kind} · ${key.key.slice(0, 8)}`;
}
