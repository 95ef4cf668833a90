"""What is wrong with a request is said in a problem document: stable code, a sentence, the facts, never a traceback."""

from __future__ import annotations

import base64
import json
import logging
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from custody.acts import PAYLOAD_TYPE
from custody.acts.values import encode
from custody.signing import sign, write_envelope
from custody_api import problems
from custody_api.app import create_app
from custody_api.bodies import LARGEST_SUBMISSION, MOST_LINES
from submissions import a_case, body_of, submission
from world import World

JSON = {"Content-Type": "application/json"}
JSONL = {"Content-Type": "application/jsonl"}


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which has the form that every one has."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:custody:{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in answer.text
    return body


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (b"", "(whole)"),
        (b"{", "(whole)"),
        (b'"\xff"', "(whole)"),
        (b"[" * 100_000, "(whole)"),
        (b'{"envelope": {}, "envelope": {}}', "(whole)"),
        (b"[]", "(whole)"),
        (b'{"envelope": "text"}', "envelope"),
        (b'{"envelope": {"payload": 0.5}}', "envelope"),
        (b'{"envelope": {"payload": "\\ud800"}}', "(whole)"),
        (b'{"envelope": {}, "disclosures": {}}', "disclosures"),
        (b'{"envelope": {}, "disclosures": [{"salt": "AAAA", "value": "x"}]}', "disclosures/salt"),
        (b'{"envelope": {}, "disclosures": [], "more": 1}', "(whole)"),
    ],
)
def test_malformed_bodies_are_told_which_field(sqlite_client: httpx.Client, sent: bytes, field: str) -> None:
    body = refused(sqlite_client.post("/v1/acts", content=sent, headers=JSON), 400, "malformed/submission")
    assert body["field"] == field
    assert body["expected"]
    assert body["got"]


def test_a_malformed_envelope_or_act_names_the_field_expected_and_got(world: World, client: httpx.Client) -> None:
    sound = a_case(world, "云公(刑)诈〔2026〕0611")
    twisted = {**sound["envelope"], "payload": "no base64"}
    body = refused(client.post("/v1/acts", json={"envelope": twisted}), 400, "malformed/envelope")
    assert (body["field"], body["got"]) == ("payload", "'no base64'")
    act = json.loads(base64.b64decode(sound["envelope"]["payload"])) | {"kind": "civil"}
    payload = base64.b64encode(json.dumps(act).encode()).decode()
    wrong = {"envelope": {**sound["envelope"], "payload": payload}}
    body = refused(client.post("/v1/acts", json=wrong), 400, "malformed/act")
    assert body["field"] == "kind"
    assert "criminal" in body["expected"]
    assert body["got"] == "'civil'"


def test_a_signature_that_is_missing_extra_unknown_or_by_the_wrong_hand_is_named(
    world: World, client: httpx.Client
) -> None:
    sound = a_case(world, "云公(刑)诈〔2026〕0612")
    payload = base64.b64decode(sound["envelope"]["payload"])
    key_id = sound["envelope"]["signatures"][0]["keyid"]

    def signed_by(*names: str) -> dict[str, Any]:
        keys = [world.key_of(name) for name in names]
        return {"envelope": json.loads(write_envelope(PAYLOAD_TYPE, payload, sign(PAYLOAD_TYPE, payload, keys)))}

    missing = refused(client.post("/v1/acts", json=signed_by("何苗")), 403, "untrusted/signature-missing")
    assert missing["key"] == key_id
    refused(client.post("/v1/acts", json=signed_by("周远", "何苗")), 403, "untrusted/signature-extra")
    by_medic = submission(world, {**json.loads(payload), "signers": world.signers(officer="唐敏")})
    incapable = refused(client.post("/v1/acts", json=by_medic), 403, "untrusted/capacity")
    assert (incapable["person"], incapable["part"]) == ("med-301", "officer")
    world.new_key("psb-0211")  # a key that nobody enrolled
    unknown = a_case(world, "云公(刑)诈〔2026〕0613")
    body = refused(client.post("/v1/acts", json=unknown), 403, "untrusted/unknown-key")
    assert body["person"] == "psb-0211"


def test_a_stale_act_learns_which_act_came_between(world: World, client: httpx.Client) -> None:
    (item,) = world.seizes(world.opens_case())
    late = submission(world, {
        "act": "transfer", "lines": world.lines([item]), "from": {"person": "psb-0211"},
        "to": {"person": "psb-0347"}, "purpose": "交接", "signers": world.signers(deliverer="周远", receiver="何苗"),
    })  # fmt: skip
    between = world.checks_in([item])
    body = refused(client.post("/v1/acts", json=late), 409, "stale")
    assert (body["act"], body["item"]) == (between.act, item)


def test_an_act_that_follows_one_not_recorded_yet_is_told_what_it_awaits(world: World, client: httpx.Client) -> None:
    other = "019cdf51-6200-7a3c-9b1e-5d0f2c8a4e71"
    body = a_case(world, "云公(刑)诈〔2026〕0614", follows=[other])
    refused(client.post("/v1/acts", json=body), 409, f"awaits/{other}")


def test_another_payload_under_the_same_id_is_a_conflict(world: World, client: httpx.Client) -> None:
    prepared = world.prepare({
        "act": "case-opening", "case": "云公(刑)诈〔2026〕0615", "kind": "criminal", "lead": "psb-yunling",
        "officers": ["psb-0211"], "legal_reviewer": "psb-0077", "incident": None, "intake": None, "minor": False,
        "signers": world.signers(officer="周远"),
    })  # fmt: skip
    client.post("/v1/acts", json=body_of(prepared, world.sign(prepared)))
    other = a_case(world, "云公(刑)诈〔2026〕0616", id=prepared.act.id)
    body = refused(client.post("/v1/acts", json=other), 409, "conflict/act-id")
    assert body["act"] == prepared.act.id


def test_a_refusal_names_rule_source_and_what_to_do_instead_in_the_callers_language(
    world: World, client: httpx.Client
) -> None:
    body = submission(world, world.seizure("云公(刑)诈〔2026〕0000", [world.item()]))
    chinese = client.post("/v1/acts", json=body)
    english = client.post("/v1/acts", json=body, headers={"Accept-Language": "en-GB, zh;q=0.5"})
    first = refused(chinese, 422, "refused/no-case")
    second = refused(english, 422, "refused/no-case")
    assert (first["detail"], second["detail"]) == (
        "物品须归属已登记的案件。", "An item belongs to a case that is in the ledger.",
    )  # fmt: skip
    assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
    assert (first["rule"], first["verified"]) == ("I-01", True)
    assert first["source"]
    assert first["instead"].startswith("先登记案件")
    assert second["instead"].startswith("Open the case first")


def test_what_is_too_large_is_stopped_on_the_way_and_told_how_to_split(world: World, client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST_SUBMISSION // 65_536 + 2):
            yield bytes(65_536)

    declared = client.post("/v1/acts", content=bytes(LARGEST_SUBMISSION + 1), headers=JSON)
    assert "1,000" in refused(declared, 413, "too-large/body")["split"]
    refused(client.post("/v1/acts", content=endless(), headers=JSON), 413, "too-large/body")
    act = a_case(world, "云公(刑)诈〔2026〕0617")["envelope"]
    heavy = {**act, "payload": base64.b64encode(bytes(900_000)).decode()}
    body = refused(client.post("/v1/acts", json={"envelope": heavy}), 413, "malformed/envelope-size")
    assert body["limit"] == 1 << 20
    size = world.ledger.recorder.head().size
    lines = json.dumps(a_case(world, "云公(刑)诈〔2026〕0618")) + "\n" + "{}\n" * MOST_LINES
    body = refused(client.post("/v1/acts/batch", content=lines, headers=JSONL), 413, "too-large/batch")
    assert body["lines"] == MOST_LINES
    assert world.ledger.recorder.head().size == size


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process that holds the write lock of a SQLite file."""
    script = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
    finally:
        process.communicate()


def test_a_locked_database_asks_to_come_again_and_nothing_is_half_written(
    sqlite_world: World, sqlite_client: httpx.Client, tmp_path: Path
) -> None:
    world, client = sqlite_world, sqlite_client

    @event.listens_for(world.engine, "connect")
    def _impatient(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 100")

    world.engine.dispose()
    body = a_case(world, "云公(刑)诈〔2026〕0619")
    size = world.ledger.recorder.head().size
    with locked(tmp_path / "ledger.db"):
        answer = client.post("/v1/acts", json=body)
        problem = refused(answer, 503, "unavailable/database")
        batch = client.post("/v1/acts/batch", content=json.dumps(body), headers=JSONL)
        assert client.get("/log/checkpoint").status_code == 200  # reading goes on
    assert int(answer.headers["retry-after"]) > 0
    assert "cause" not in problem
    assert json.loads(batch.text)["code"] == "unavailable/database"
    assert world.ledger.recorder.head().size == size
    assert client.post("/v1/acts", json=body).status_code == 201


def test_a_damaged_tree_stops_writing_and_says_where(
    sqlite_world: World, sqlite_client: httpx.Client, tmp_path: Path
) -> None:
    size = sqlite_world.ledger.recorder.head().size
    with sqlite3.connect(tmp_path / "ledger.db") as intruder:
        intruder.execute("DROP TRIGGER ledger_head_grows")
        intruder.execute("UPDATE ledger_head SET root = zeroblob(32)")
    intruder.close()
    for case in ("云公(刑)诈〔2026〕0620", "云公(刑)诈〔2026〕0621"):
        answer = sqlite_client.post("/v1/acts", json=a_case(sqlite_world, case, seen=_seen(sqlite_world)))
        body = refused(answer, 503, "damaged/tree")
        assert (body["log"], body["size"]) == ("ledger", size)


def _seen(world: World) -> dict[str, Any]:
    """The newest checkpoint that was signed, whatever the head row says."""
    size = world.ledger.recorder.head().size
    root = world.ledger.recorder.root_at(size)
    assert root is not None
    return {"size": size, "root": encode(root)}


def test_what_does_not_exist_is_not_found(sqlite_client: httpx.Client) -> None:
    for path, code in {
        "/docs": "not-found/route",
        "/v1/acts/019cdf51-6200-7a3c-9b1e-5d0f2c8a4e71": "not-found/act",
        "/v1/acts/019CDF51-6200-7A3C-9B1E-5D0F2C8A4E71/entry": "not-found/act",
        "/v1/acts/x/proof": "not-found/act",
        "/v1/items/EV1BHP5N40BAQPAA": "not-found/item",
        "/v1/items/EV1BHP5N40BAQPAA/history": "not-found/item",
        "/v1/cases/none": "not-found/case",
        "/v1/cases/none/items": "not-found/case",
        "/v1/kits/none": "not-found/kit",
        "/v1/people/none": "not-found/person",
        "/v1/places/none/items": "not-found/place",
        "/v1/schemas/none": "not-found/act-type",
        "/v1/labels/none.png": "not-found/label",
        "/log/tile/9/000": "not-found/tile",
    }.items():
        refused(sqlite_client.get(path), 404, code)


def test_a_wrong_method_media_type_or_parameter_is_told_so(sqlite_client: httpx.Client) -> None:
    answer = sqlite_client.put("/v1/acts", content=b"{}")
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    refused(sqlite_client.post("/v1/acts", data={"envelope": "x"}), 415, "malformed/media-type")
    refused(sqlite_client.post("/v1/scans", json={}), 415, "malformed/media-type")
    for query, field in {
        "limit=0": "limit", "limit=many": "limit", "at_least=-1": "at_least", "casse=x": "casse",
        "overdue=2": "overdue",
    }.items():  # fmt: skip
        body = refused(sqlite_client.get(f"/v1/items?{query}"), 400, "malformed/query")
        assert body["field"] == field
    body = refused(sqlite_client.get("/v1/items/x?as_of=yesterday"), 400, "malformed/query")
    assert body["field"] == "as_of"
    refused(sqlite_client.get("/v1/items/x?as_of=2026-03-12T08:00:00"), 400, "malformed/query")


def test_another_host_name_is_not_answered(sqlite_client: httpx.Client) -> None:
    refused(sqlite_client.get("/healthz", headers={"Host": "evidence.example"}), 421, "misdirected/host")
    refused(sqlite_client.get("/healthz", headers={"Host": "127.0.0.1.evidence.example"}), 421, "misdirected/host")
    assert sqlite_client.get("/healthz", headers={"Host": "localhost:8000"}).status_code == 200
    assert sqlite_client.get("/healthz", headers={"Host": "[::1]:8000"}).status_code == 200


def test_a_caller_who_hangs_up_half_way_records_nothing_and_alarms_nobody(
    sqlite_world: World, sqlite_client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    size = sqlite_world.ledger.recorder.head().size
    url = sqlite_client.base_url
    bearer = sqlite_client.get("/v1/session").request.headers["Authorization"].encode()
    with caplog.at_level(logging.INFO, logger=problems.log.name):
        with socket.create_connection((url.host, url.port)) as connection:
            connection.sendall(
                b"POST /v1/acts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Authorization: " + bearer + b"\r\n"
                b'Content-Length: 1000\r\n\r\n{"envelope":'
            )
        for _ in range(2_000):
            assert sqlite_client.get("/healthz").status_code == 200
            if "broke off" in caplog.text:
                break
    assert "broke off" in caplog.text
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert sqlite_world.ledger.recorder.head().size == size


@pytest.mark.anyio
async def test_an_unforeseen_error_tells_the_caller_nothing_and_the_log_everything(
    sqlite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(sqlite_world.ledger)

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("the secret is in the cellar")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with caplog.at_level(logging.ERROR, logger=problems.log.name):
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/fails", headers={"Accept-Language": "en"})
    body = refused(answer, 500, "internal/error")
    assert body.keys() == {"type", "title", "status", "detail", "code"}
    assert "cellar" not in answer.text
    assert "the secret is in the cellar" in caplog.text
