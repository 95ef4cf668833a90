// The receipt: the number in the log, what this browser verified of it, and how to take it along.

import { make } from "../station/dom.js";
import { _, lang } from "../station/words.js";
import { headOf } from "./authoring.js";
import { commitsTo } from "./submitting.js";

/** A receipt as an element. `envelope` is what was sent. */
export async function shown(receipt, envelope, name) {
  const number = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB").format(receipt.position);
  return make("section", { class: "receipt card", "data-position": receipt.position, role: "status" },
    make("h2", { class: "green notice" }, "✓ ", _("Recorded as number {number}", { number })),
    make("p", {}, name, " · ", moment(receipt.recorded_at)),
    receipt.defects.length > 0 && make("p", { class: "notice orange" }, "⚠ ", _("Defects recorded: {n}.", { n: receipt.defects.length })),
    await checks(receipt, envelope),
    make("p", { class: "code" }, make("small", {}, receipt.act)),
    make("div", { class: "actions" },
      make("a", { class: "button", href: `/acts/${receipt.act}` }, _("Open the act")),
      make("button", { type: "button", onclick: () => window.print() }, _("Print"))),
    make("figure", {}, make("img", { class: "claim", alt: _("QR code of the place in the log"), src: `/signing/claim.svg?text=${encodeURIComponent(claim(receipt))}` }),
      make("figcaption", { class: "code" }, make("small", {}, claim(receipt)))));
}

async function checks(receipt, envelope) {
  const said = [[await commitsTo(receipt, envelope), _("The entry names exactly the bytes that were signed here.")]];
  const proved = await proof(receipt);
  if (proved !== null) said.push([proved, _("The entry stands in the log of a checkpoint that the log signed.")]);
  return make("ul", { class: "checks" }, said.map(([sound, text]) =>
    make("li", { class: sound ? "green" : "red", "data-sound": String(sound) }, sound ? "✓ " : "✗ ", text)));
}

/** What a paper would say of it: CL1, the log's name, size and root of the checkpoint, the index. */
export function claim({ proof: text, index }) {
  const { ledger, seen } = headOf(text.slice(text.indexOf("\n\n") + 2));
  return `CL1 ${ledger} ${seen.size} ${seen.root} ${index}`;
}

// Whoever looks at acts verifies proofs; where that is not there, nothing is said of it.
async function proof(receipt) {
  return null;
}

/** A moment, local and with the weekday. */
export function moment(instant) {
  const about = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return make("time", { datetime: instant, title: instant },
    new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", about).format(new Date(instant)));
}
