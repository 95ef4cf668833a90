// What is about to be said: in plain sentences, with the count and the digest of the exact bytes above them.

import { sentences } from "../sheets/sentences.js";
import { disclosed as read, opened, thingsOf } from "../station/acts.js";
import { make } from "../station/dom.js";
import { _, lang } from "../station/words.js";
import { held } from "./keys.js";

/** An act as people read it before they sign it; `payload` are the exact bytes, `digest` their SHA-256 in hex. What its
 * sealed values say is in `disclosures`, {salt, value} each, or in `disclosed`, by commitment. */
export async function said({ act, payload, digest, disclosures = [], disclosed = {} }) {
  const values = new Map([...await read(disclosures), ...Object.entries(disclosed)]);
  const open = opened(act, each => values.get(each.sealed) ?? _("(sealed)"));
  return make("section", { class: "said" },
    make("p", { class: "row" },
      make("strong", { "data-count": thingsOf(act).size }, _("Things named: {n}", { n: thingsOf(act).size })),
      make("span", {}, _("SHA-256 of the exact bytes:"), " ",
        make("span", { class: "code digest", "data-digest": digest }, digest.match(/.{8}/g).join(" ")))),
    make("div", { class: "sentences", tabindex: "0", role: "region", "aria-label": _("What will be signed") },
      make("ol", {}, sentences(open, lang, await names()).map(each => make("li", {}, each)))),
    make("details", {}, make("summary", {}, _("Field by field, as it is signed")), fields(open)),
    make("details", {}, make("summary", {}, _("The exact bytes")), make("pre", {}, new TextDecoder().decode(payload))));
}

// What the people are called whose keys this device holds; everybody else goes by id.
async function names() {
  return Object.fromEntries((await held()).filter(each => each.name).map(each => [each.person, `${each.name} (${each.person})`]));
}

const TAKEN_FOR_GRANTED = new Set(["id", "ledger", "seen", "follows", "signers"]);

// Field by field, whatever the act says.
function fields(act) {
  const told = Object.entries(act).filter(([name, value]) => !TAKEN_FOR_GRANTED.has(name) && !empty(value));
  return make("dl", { class: "facts" }, told.map(([name, value]) => [make("dt", {}, name.replaceAll("_", " ")), make("dd", {}, tell(value))]));
}

const empty = value => value === null || value === "" || (Array.isArray(value) && value.length === 0);

function tell(value) {
  if (Array.isArray(value)) return make("ol", {}, value.map(each => make("li", {}, tell(each))));
  if (value === null || typeof value !== "object") return String(value);
  return make("dl", { class: "facts" }, Object.entries(value).filter(([, each]) => !empty(each))
    .map(([name, each]) => [make("dt", {}, name.replaceAll("_", " ")), make("dd", {}, tell(each))]));
}
