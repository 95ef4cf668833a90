// The page of a sheet: opens it, offers what was begun before, and lets its keys work.

import { make } from "../station/dom.js";
import { short } from "../station/moments.js";
import { _ } from "../station/words.js";
import { thingsOfLoan } from "./alike.js";
import { offerKnown } from "./known.js";
import { Sheet, beginning, keptSheets, named, sizeOf } from "./sheet.js";

const at = id => document.getElementById(id);
const form = at("form");
const address = new URLSearchParams(location.search);

/** The sheet that is open on this page. */
export const sheet = new Sheet(form, {
  below: at("below"), sign: at("sign"), presented: at("presented"), person: document.body.dataset.person, onRecorded: afterwards,
});
offerKnown(form);

async function open() {
  const kept = await keptSheets(document.body.dataset.person, form.dataset.act);
  const wanted = kept.find(each => each.id === address.get("sheet"));
  await sheet.begin(wanted?.draft ?? beginning(form, address), wanted?.id);
  for (const scan of wanted ? [] : [...named(address), ...await ofLoan()]) await sheet.put(scan);
  if (!wanted && kept.length) offer(kept[0]);
  form.dataset.ready = "";
}

const ofLoan = () => form.dataset.act === "loan-decision" && address.get("loan") ? thingsOfLoan(address.get("loan")) : [];

const FITS = {
  "return-list": draft => draft.kind !== "destroyed", "destruction-list": draft => draft.kind === "destroyed",
  recommendation: draft => draft.fact === "recommendation-issued",
};

// The papers of what was recorded, and the next sheet.
function afterwards(receipt, draft) {
  const papers = Object.entries(JSON.parse(at("after").dataset.papers)).filter(([kind]) => FITS[kind]?.(draft) ?? true);
  at("after").replaceChildren(...papers.map(([kind, name]) =>
    make("a", { class: "button", href: `/v1/papers/${kind}?act=${receipt.act}`, target: "_blank" }, name)),
  make("a", { class: "button main", href: location.pathname }, _("Another sheet")));
  at("after").hidden = false;
}

function offer(kept) {
  const goOn = make("button", { type: "button", class: "main", onclick: async () => {
    at("kept").hidden = true;
    await sheet.begin(kept.draft, kept.id);
  } }, _("Go on with it"));
  at("kept").replaceChildren(
    make("p", {}, _("A sheet begun {when} with {n} lines was not recorded.", { when: short(kept.kept_at), n: sizeOf(kept.draft) })), goOn);
  at("kept").hidden = false;
}

at("undo").addEventListener("click", () => sheet.undo());
at("sign").addEventListener("click", () => sheet.toSign());
at("photo").addEventListener("click", async () => {
  const line = document.activeElement?.closest(".line");
  const { take } = await import("../signing/photos.js");
  for (const each of await take()) sheet.attach(each, line);
});
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && !event.defaultPrevented && at("presented").hidden && !document.querySelector("dialog[open]")) location.assign(at("back").href);
});

await open();
