"""What a receipt is believed by: the keys of the log that this device knows, whatever else is offered."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.tlog.note import Signer, sign_note
from custody_api.station import assets
from pages.conftest import At, Station

SHOWN = """async ([script, receipt]) => {
    const { shown } = await import(script);
    const element = await shown(receipt, { payload: "", signatures: [] }, "");
    return [...element.querySelectorAll("[data-sound]")].map(each => each.dataset.sound);
}"""


def test_a_receipt_that_another_key_vouches_for_is_not_believed_though_the_known_key_is_offered_too(
    station: Station, at: At
) -> None:
    world = station.world
    case = world.opens_case(case="云公(刑)盗〔2026〕0901")
    (item,) = world.seizes(case, world.item())
    receipt = world.checks_in([item]).as_json()
    page, script = at("梁静", "/settings"), assets.address("signing/receipt.js")
    assert page.evaluate(SHOWN, [script, receipt])[1] == "true"

    other = Signer(world.ledger.origin, Ed25519PrivateKey.generate())
    offered = sorted([*world.ledger.log_keys(), str(other.verifier)])
    page.route("**/signing/log-keys", lambda route: route.fulfill(body=json.dumps({"keys": offered}),
                                                                  content_type="application/json"))  # fmt: skip
    assert page.evaluate(SHOWN, [script, receipt])[1] == "true"
    head, _, note = receipt["proof"].partition("\n\n")
    text = note.partition("\n\n")[0] + "\n"
    forged = {**receipt, "proof": f"{head}\n\n{sign_note(text, other)}"}
    assert page.evaluate(SHOWN, [script, forged])[1] == "false"
