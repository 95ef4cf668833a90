"""Acts completed in a browser: the same bytes as the ledger's own library makes, and taken by it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from custody.acts import ACT_TYPES, PAYLOAD_TYPE, parse_act
from custody.acts.examples import example
from custody.acts.values import decode, encode, seal_commitment, sealed_in
from custody.authoring import new_act_id, prepare
from custody.signing import pae
from pages.signing.scripts import page_with_scripts

SEEN: Final = {"size": 7, "root": encode(bytes(range(32)))}
LEDGER: Final = "custody.example/yunling"
MILLISECONDS: Final = 1_773_280_861_234
"""2026-03-12T02:01:01.234Z."""


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A page that can load the station's scripts."""
    with page_with_scripts(browser) as page:
        yield page


def made(page: Page, script: str, given: Any = None) -> Any:
    """What a function of (the module, what is given) returns; bytes come back in base64."""
    return page.evaluate(
        """async given => {
            const authoring = await import("/static/signing/authoring.js");
            const { base64, fromBase64 } = await import("/static/station/bytes.js");
            const moments = await import("/static/station/moments.js");
            return await (WORK)(given, authoring, { base64, fromBase64 }, moments);
        }""".replace("WORK", script),
        given,
    )


COMPLETED: Final = """async ({ drafts, ...about }, { complete }, { base64, fromBase64 }) => {
    const found = [];
    for (const draft of drafts) {
        let salts = 0;
        const salt = () => new Uint8Array(32).fill(++salts);
        const { payload, disclosures } = await complete(draft, { ...about, ...(about.salted ? { salt } : {}) });
        found.push({ payload: base64(payload), disclosures });
    }
    return found;
}"""


def signers(draft: dict[str, Any]) -> dict[str, str]:
    """A key id for everybody who signs an example."""
    return {signer["person"]: f"{number:064x}" for number, signer in enumerate(draft["signers"])}


def test_every_example_completes_to_the_very_bytes_that_the_library_makes(modules: Page) -> None:
    drafts = [example(name) for name in ACT_TYPES]
    keys = {person: key for draft in drafts for person, key in signers(draft).items()}
    act_id = new_act_id(MILLISECONDS, bytes(range(10)))
    about = {"drafts": drafts, "ledger": LEDGER, "seen": SEEN, "keys": keys, "id": act_id, "salted": True}
    for draft, found in zip(drafts, made(modules, COMPLETED, about), strict=True):
        salts = partial(next, iter([bytes([number]) * 32 for number in range(1, 256)]))
        brought = {"genesis", "agency", "enrolment"} & {draft["act"]}
        payload = base64.b64decode(found["payload"])
        if brought:  # the key that the act brings signs it, as `custody act` has it
            draft["signers"] = [{**each, "key": key["key"]} for each, key in zip(
                draft["signers"], json.loads(payload)["signers"], strict=True
            )]  # fmt: skip
        expected = prepare(draft, act_id=act_id, ledger=LEDGER, seen=SEEN, keys=keys, salts=salts)
        assert json.loads(payload) == json.loads(expected.payload), draft["act"]
        assert payload == expected.payload, draft["act"]
        assert found["disclosures"] == [each.as_json() for each in expected.disclosures]


def test_what_is_sealed_is_salted_with_chance_and_commits_to_its_value(modules: Page) -> None:
    drafts = [example(name) for name in ("enrolment", "seizure", "seizure")]
    keys = {person: key for draft in drafts for person, key in signers(draft).items()}
    about = {"drafts": drafts, "ledger": LEDGER, "seen": SEEN, "keys": keys}
    results = made(modules, COMPLETED, about)
    salts = [each["salt"] for found in results for each in found["disclosures"]]
    assert len(set(salts)) == len(salts) > 3
    ids = set()
    for found in results:
        payload = base64.b64decode(found["payload"])
        act = parse_act(payload)
        ids.add(act.id)
        commitments = [seal_commitment(decode(each["salt"]), each["value"]) for each in found["disclosures"]]
        assert sealed_in(json.loads(payload)) == commitments
    assert len(ids) == len(results)


def test_the_key_that_an_act_brings_signs_it(modules: Page) -> None:
    draft = example("enrolment")
    about = {"drafts": [draft], "ledger": LEDGER, "seen": SEEN, "keys": signers(draft)}
    (found,) = made(modules, COMPLETED, about)
    act = parse_act(base64.b64decode(found["payload"]))
    assert act.signed_by("subject")[0].key == made(
        modules,
        """async (spki, _, { fromBase64 }) => {
            const digest = await crypto.subtle.digest("SHA-256", fromBase64(spki));
            return [...new Uint8Array(digest)].map(each => each.toString(16).padStart(2, "0")).join("");
        }""",
        draft["public_key"],
    )


def test_who_has_no_key_is_named(modules: Page) -> None:
    draft = example("check-in")
    about = {"draft": draft, "ledger": LEDGER, "seen": SEEN}
    person = made(
        modules, "async ({ draft, ...about }, { complete }) => await complete(draft, about).catch(each => each.person)",
        about,
    )  # fmt: skip
    assert person == draft["signers"][0]["person"]


def test_ids_time_and_the_signed_bytes_are_as_the_library_writes_them(modules: Page) -> None:
    found = made(
        modules,
        """({ milliseconds, randomness }, { newActId, pae, ACT }, { base64 }, { local, withOffset }) => ({
            id: newActId(milliseconds, new Uint8Array(randomness)),
            pae: base64(pae(ACT, new TextEncoder().encode("涉案财物"))),
            time: withOffset(local(milliseconds)),
        })""",
        {"milliseconds": MILLISECONDS, "randomness": list(range(246, 256))},
    )
    assert found["id"] == new_act_id(MILLISECONDS, bytes(range(246, 256)))
    assert base64.b64decode(found["pae"]) == pae(PAYLOAD_TYPE, "涉案财物".encode())
    assert found["time"] == "2026-03-12T10:01:01+08:00"


def test_acts_follow_what_must_be_recorded_first(modules: Page) -> None:
    before = new_act_id(MILLISECONDS, bytes(10))
    draft = example("relocation")
    about = {"drafts": [draft], "ledger": LEDGER, "seen": SEEN, "keys": signers(draft), "follows": [before, before]}
    (found,) = made(modules, COMPLETED, about)
    assert parse_act(base64.b64decode(found["payload"])).follows == (before,)
