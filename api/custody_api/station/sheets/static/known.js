// What may stand in a field, from what the reader may look up: people, agencies, places, cases; or the words of its own.
// Asked for once, when such a field first has the focus; whatever is typed beside it stays as it is typed.

import { get } from "../station/api.js";
import { make } from "../station/dom.js";
import { lang } from "../station/words.js";
import { wordsOf } from "./draft.js";

const terms = (async () => lang === "zh" ? (await fetch(new URL("./terms.json", import.meta.url))).json() : {})();
const term = async word => (await terms)[word] ?? word.replaceAll("-", " ");

const SOURCES = {
  person: { path: "/v1/people?limit=500", option: async each => [each.person,
    [each.agency, ...await Promise.all(each.capacities.map(grant => term(grant.capacity)))].join(" · ")] },
  agency: { path: "/v1/people?limit=500", option: async each => [each.agency, ""] },
  place: { path: "/v1/places?limit=500", option: async each => [each.place, `${each.name} · ${each.agency}`] },
  case: { path: "/v1/cases?limit=200", option: async each => [each.case, await term(each.kind ?? "")] },
};

const asked = {};

async function offer(kind) {
  const { path, option } = SOURCES[kind];
  const page = await get(path);
  const found = await Promise.all(Object.values(page).find(Array.isArray).map(option));
  const options = new Map(found.filter(([value]) => value));
  list(kind, [...options]);
}

const offerWords = async input => list(input.dataset.type, wordsOf(input).map(([, word]) => [word, ""]));

const list = (kind, options) => document.body.append(make("datalist", { id: `known-${kind}` },
  options.map(([value, text]) => make("option", { value }, text))));

/** Offer what is known wherever it is asked for in a form. */
export function offerKnown(form) {
  form.addEventListener("focusin", event => {
    const input = event.target, kind = input.dataset.type;
    if (!SOURCES[kind] && !input.dataset.words) return;
    input.setAttribute("list", `known-${kind}`);
    asked[kind] ??= (input.dataset.words ? offerWords(input) : offer(kind)).catch(() => { delete asked[kind]; });
  });
}
