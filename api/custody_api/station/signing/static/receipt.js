// The receipt: the number in the log, what this browser verified of it, and how to take it along.

import { commitsTo } from "../station/acts.js";
import { get } from "../station/api.js";
import { fromBase64 } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { moment } from "../station/moments.js";
import { keep, pinned } from "../station/pinned.js";
import { leafOf, sizeProved } from "../station/verifier.js";
import { _, locale } from "../station/words.js";
import { checkpointOf } from "../field/seen.js";
import { headOf } from "./authoring.js";

/** A receipt as an element. `envelope` is what was sent. */
export async function shown(receipt, envelope, name) {
  const number = new Intl.NumberFormat(locale).format(receipt.position);
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
  const said = [[await commitsTo(receipt, envelope), _("The entry names exactly the bytes that were signed here.")], await proof(receipt)];
  return make("ul", { class: "checks" }, said.map(([sound, text]) =>
    make("li", { class: sound ? "green" : "red", "data-sound": String(sound) }, sound ? "✓ " : "✗ ", text)));
}

// Whether the entry stands in a checkpoint that a key signed which this device knows; no other is believed.
async function proof({ entry, index, proof: text }) {
  const ledger = document.body.dataset.ledger, { keys } = await get("/signing/log-keys"), trust = await pinned(ledger, keys);
  if (!keys.some(each => trust.keys.includes(each))) {
    return [false, _("The log signs with a key that this device does not know: ask an auditor whether it was changed.")];
  }
  try {
    const leaf = await leafOf(fromBase64(entry)), size = await sizeProved(text, { origin: ledger, index, leaf, keys: trust.keys });
    if (trust.first) await keep(ledger, trust.keys, trust.since);
    return [true, _("The entry stands in the log, in a checkpoint over {size} entries that the log signed.", { size })];
  } catch {
    return [false, _("The proof does not hold: tell whoever runs the ledger, and an auditor.")];
  }
}

/** What a paper would say of it: CL1, the log's name, size and root of the checkpoint, the index. */
export function claim({ proof: text, index }) {
  const { ledger, seen } = headOf(checkpointOf(text));
  return `CL1 ${ledger} ${seen.size} ${seen.root} ${index}`;
}
