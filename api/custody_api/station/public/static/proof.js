// Checks here, on the reader's own device, that the act of the receipt stands in the log, and that the log signed that.

import { fromBase64 } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { Wrong, sizeProved } from "../station/verifier.js";
import { _ } from "../station/words.js";

const place = document.getElementById("proof");
try {
  const answer = await fetch(place.dataset.proof, { referrerPolicy: "no-referrer", cache: "no-store" });
  if (answer.ok) {
    const { origin, index, leaf_hash, proof, keys } = await answer.json();
    const size = await sizeProved(proof, { origin, index, leaf: fromBase64(leaf_hash), keys });
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
