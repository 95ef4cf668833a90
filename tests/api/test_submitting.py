"""Acts go in over HTTP: receipts, proofs, repetition, many at once."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import httpx

from custody.tlog.proof import TlogProof
from submissions import a_case, submission
from world import World


def test_a_signed_act_gets_a_receipt_whose_proof_verifies(world: World, client: httpx.Client) -> None:
    answer = client.post("/v1/acts", json=a_case(world, "云公(刑)诈〔2026〕0601"))
    receipt = answer.json()
    assert answer.status_code == 201
    assert receipt["position"] == receipt["index"] + 1 == world.ledger.recorder.head().size
    entry = base64.b64decode(receipt["entry"])
    TlogProof.parse(receipt["proof"]).verify(entry, world.log_key.verifier)
    fresh = client.get(f"{answer.headers['location']}/proof")
    assert fresh.headers["content-type"].startswith("text/plain")
    TlogProof.parse(fresh.text).verify(entry, world.log_key.verifier)


def test_the_same_act_again_gets_the_same_receipt(world: World, client: httpx.Client) -> None:
    body = a_case(world, "云公(刑)诈〔2026〕0602")
    first = client.post("/v1/acts", json=body)
    client.post("/v1/acts", json=a_case(world, "云公(刑)诈〔2026〕0603"))
    again = client.post("/v1/acts", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_exact_bytes_are_served_and_hash_to_what_the_entry_says(world: World, client: httpx.Client) -> None:
    body = a_case(world, "云公(刑)诈〔2026〕0604")
    receipt = client.post("/v1/acts", json=body).json()
    entry = client.get(f"/v1/acts/{receipt['act']}/entry").content
    envelope = client.get(f"/v1/acts/{receipt['act']}/envelope").content
    assert entry == base64.b64decode(receipt["entry"])
    assert json.loads(entry)["envelope"] == hashlib.sha256(envelope).hexdigest()
    assert json.loads(envelope) == body["envelope"]


def test_a_recorded_act_is_shown_decoded_with_its_signers_by_id(world: World, client: httpx.Client) -> None:
    receipt = client.post("/v1/acts", json=a_case(world, "云公(刑)诈〔2026〕0605")).json()
    shown = client.get(f"/v1/acts/{receipt['act']}").json()
    assert shown["type"] == "case-opening"
    assert shown["position"] == receipt["position"]
    assert shown["act"]["case"] == "云公(刑)诈〔2026〕0605"
    assert [(each["part"], each["person"]) for each in shown["signers"]] == [("officer", "psb-0211")]
    assert client.get(shown["links"]["proof"]).status_code == 200


def test_fifty_clients_at_once_all_get_receipts_and_none_is_lost(world: World, client: httpx.Client) -> None:
    before = world.ledger.recorder.head().size
    bodies = [a_case(world, f"云公(刑)诈〔2026〕{number:04}") for number in range(700, 750)]
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda body: client.post("/v1/acts", json=body), bodies))
    assert {answer.status_code for answer in answers} == {201}
    receipts = [answer.json() for answer in answers]
    assert sorted(receipt["position"] for receipt in receipts) == list(range(before + 1, before + 51))
    for receipt in receipts:
        TlogProof.parse(receipt["proof"]).verify(base64.b64decode(receipt["entry"]), world.log_key.verifier)
    assert [row.position for row in world.ledger.recorder.rows(0, 1000)] == list(range(1, before + 51))


def test_a_batch_answers_each_line_in_order_and_goes_on_after_bad_ones(world: World, client: httpx.Client) -> None:
    good = [json.dumps(a_case(world, f"云公(刑)诈〔2026〕{number:04}")).encode() for number in range(800, 804)]
    forged = json.loads(good[3])
    forged["envelope"]["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    lines = [good[0], b"{not json", good[1], b"", json.dumps(forged).encode(), good[0], good[2]]
    answer = client.post(
        "/v1/acts/batch", content=b"\n".join(lines) + b"\n", headers={"Content-Type": "application/jsonl"}
    )
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200
    assert [each.get("code") for each in results] == [
        None, "malformed/submission", None, "malformed/submission", "untrusted/signature", None, None,
    ]  # fmt: skip
    assert results[5] == results[0]
    positions = [results[index]["position"] for index in (0, 2, 6)]
    assert positions == list(range(positions[0], positions[0] + 3))


def test_a_batch_may_lean_on_its_own_earlier_lines(world: World, client: httpx.Client) -> None:
    case = "云公(刑)诈〔2026〕0810"
    lines = [a_case(world, case), submission(world, world.seizure(case, [world.item(), world.item()]))]
    answer = client.post(
        "/v1/acts/batch", content="\n".join(map(json.dumps, lines)), headers={"Content-Type": "application/jsonl"}
    )
    assert ["position" in json.loads(line) for line in answer.text.splitlines()] == [True, True]


def test_a_large_batch_is_verified_in_processes_and_recorded_whole(world: World, client: httpx.Client) -> None:
    before = world.ledger.recorder.head().size
    lines = [json.dumps(a_case(world, f"云公(刑)诈〔2026〕{number:04}")) for number in range(1000, 1300)]
    answer = client.post(
        "/v1/acts/batch", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    positions = [json.loads(line)["position"] for line in answer.text.splitlines()]
    assert positions == list(range(before + 1, before + 301))


def test_a_dry_run_says_what_would_be_decided_and_records_nothing(world: World, client: httpx.Client) -> None:
    case = world.opens_case()
    size = world.ledger.recorder.head().size
    sound = submission(world, world.seizure(case, [world.item()]))
    assert client.post("/v1/acts/check", json=sound).json() == {
        "outcome": "accepted", "defects": [], "problem": None,
    }  # fmt: skip
    alone = world.seizure(case, [world.item()], signers=world.signers(officer="周远"), attestations=[])
    marked = client.post("/v1/acts/check", json=submission(world, alone)).json()
    assert marked["outcome"] == "accepted-with-defects"
    assert {each["code"] for each in marked["defects"]} >= {"ONE_OFFICER"}
    assert all(each["source"] and each["detail"] for each in marked["defects"])
    strange = submission(world, world.seizure("云公(刑)诈〔2026〕9999", [world.item()]))
    refused = client.post("/v1/acts/check", json=strange).json()
    assert (refused["outcome"], refused["problem"]["code"], refused["problem"]["status"]) == (
        "refused", "refused/no-case", 422,
    )  # fmt: skip
    assert world.ledger.recorder.head().size == size


def test_a_dry_run_takes_an_act_that_nobody_has_signed_yet(world: World, client: httpx.Client) -> None:
    case = world.opens_case()
    prepared = world.prepare(world.seizure(case, [world.item()]))
    answer = client.post("/v1/acts/check", json={"act": json.loads(prepared.payload)})
    assert answer.json()["outcome"] == "accepted"
