"""What runs a server: its log, request ids, figures, limits, and how it stops."""

from __future__ import annotations

import json
import logging
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from custody import keyfile
from custody.acts.values import encode
from custody.errors import TooMany
from custody.ledger.fsck import verify_database
from custody.sign_in import signed_statement
from custody_api import logs
from custody_api.limits import Limit
from custody_api.operation import Operation
from custody_migrations import migrate
from submissions import a_case
from world import World

Operated = Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]

CUSTODY = "import sys; from custody.cli import main; sys.exit(main())"
CASE = "云公(刑)诈〔2026〕0521"
TOKEN = secrets.token_urlsafe(24)


@contextmanager
def logged(form: logging.Formatter) -> Iterator[list[str]]:
    """The lines that the server's log has meanwhile."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, custody = Kept(), logging.getLogger("custody")
    handler.setFormatter(form)
    before = custody.level
    custody.addHandler(handler)
    custody.setLevel(logging.INFO)
    custody.propagate = False  # a server of another test may have told the root where to log, and that is closed
    try:
        yield lines
    finally:
        custody.removeHandler(handler)
        custody.setLevel(before)
        custody.propagate = True


def _of(lines: list[str], request_id: str) -> dict[str, Any]:
    (line,) = [each for each in map(json.loads, lines) if each.get("request_id") == request_id]
    return dict(line)


def test_each_request_is_one_line_without_what_it_asked_for(sqlite_world: World, operated: Operated) -> None:
    case = sqlite_world.opens_case()
    with logged(logs.Json()) as lines, operated(sqlite_world, "周远", Operation()) as client:
        answer = client.get(f"/v1/cases/{case}", headers={"X-Request-Id": "gateway-0000017"}, params={"at_least": 0})
        assert (answer.status_code, answer.headers["X-Request-Id"]) == (200, "gateway-0000017")
        missing = client.get("/v1/nothing/云公")
        head = client.head("/healthz")
    told = _of(lines, "gateway-0000017")
    assert told.pop("ms") > 0
    assert told.pop("time")
    assert told == {
        "level": "info", "logger": "custody.requests", "message": "request", "request_id": "gateway-0000017",
        "method": "GET", "route": "/v1/cases/{reference:path}", "status": 200, "person": "psb-0211",
        "agency": "psb-yunling",
    }  # fmt: skip
    assert "route" not in _of(lines, missing.headers["X-Request-Id"])
    assert _of(lines, head.headers["X-Request-Id"])["method"] == "HEAD"
    signed_in = next(each for each in map(json.loads, lines) if each["route"] == "/v1/session")
    assert (signed_in["status"], signed_in["person"]) == (201, "psb-0211")
    written = "\n".join(lines)
    for secret in (case, "云公", client.auth._token):  # type: ignore[union-attr]
        assert secret not in written


@pytest.mark.parametrize("given", ["short", "a b c d e f g", "x" * 65, "-leading-dash", "云公云公云公云公".encode()])
def test_a_request_id_that_is_not_well_formed_is_replaced(sqlite_client: httpx.Client, given: str | bytes) -> None:
    value = given if isinstance(given, bytes) else given.encode()
    answer = sqlite_client.get("/healthz", headers=[(b"X-Request-Id", value)])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_a_refusal_is_found_again_by_the_id_of_its_request(world: World, client: httpx.Client) -> None:
    strange = a_case(world, CASE)
    assert client.post("/v1/acts", json=strange).status_code == 201
    again = a_case(world, CASE)
    refused = client.post("/v1/acts", json=again, headers={"X-Request-Id": "station-7_000042"})
    assert (refused.status_code, refused.headers["X-Request-Id"]) == (422, "station-7_000042")
    third = a_case(world, CASE)
    two = "\n".join(json.dumps(each) for each in (third, a_case(world, CASE)))
    batch = client.post(
        "/v1/acts/batch", content=two,
        headers={"Content-Type": "application/jsonl", "X-Request-Id": "station-7_000043"},
    )  # fmt: skip
    assert [json.loads(line)["status"] for line in batch.text.splitlines()] == [422, 422]
    (refused_at, *_) = [each.position for each in world.ledger.journal.read() if each.kind == "refusal"]
    assert refused_at
    found: list[dict[str, Any]] = []
    for _ in range(100):  # the registers follow
        found = client.get("/v1/refusals").json()["refusals"]
        if len(found) == 3:
            break
    assert [each["request"] for each in found] == ["station-7_000042", "station-7_000043", "station-7_000043"]


def test_of_an_exception_the_log_has_the_place_and_not_what_it_quotes() -> None:
    with logged(logs.Json()) as lines, logged(logs.Plain()) as plain:
        try:
            raise ValueError("陈某某 6217000000000000")
        except ValueError as error:
            logging.getLogger("custody.api").error("a\nbatch failed", exc_info=error)
    (line,) = map(json.loads, lines)
    assert line["error"] == "ValueError"
    assert "test_operation.py" in line["at"][0]
    assert "陈某某" not in lines[0] + plain[0]
    assert "error custody.api: a batch failed error=ValueError at=" in plain[0]
    assert "\n" not in plain[0]


def test_figures_count_acts_commits_decisions_and_requests(sqlite_world: World, operated: Operated) -> None:
    with operated(sqlite_world, "周远", Operation(figures="loopback")) as client:
        first = a_case(sqlite_world, CASE)
        assert [client.post("/v1/acts", json=first).status_code for _ in range(2)] == [201, 200]
        assert client.post("/v1/acts", json=a_case(sqlite_world, CASE)).status_code == 422
        assert client.post("/v1/acts", json={"envelope": {}}).status_code == 400
        assert client.get("/v1/cases/" + CASE).status_code == 200
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = {
        (each.name, *sorted(each.labels.values())): each.value
        for family in text_string_to_metric_families(answer.text) for each in family.samples
    }  # fmt: skip
    for outcome in ("recorded", "again", "refused"):
        assert figures["custody_acts_total", *sorted(["case-opening", outcome])] == 1, outcome
    assert figures["custody_acts_total", "malformed", "unread"] == 1
    assert figures["custody_batch_entries_count", "ledger"] == 1
    assert figures["custody_append_seconds_count", "journal"] == 1
    assert figures["custody_decision_seconds_count",] >= 2
    assert figures["custody_requests_total", *sorted(["/v1/acts", "POST", "201"])] == 1
    assert figures["custody_sessions",] == 1
    assert figures["custody_log_entries",] == sqlite_world.ledger.recorder.head().size
    assert figures["custody_checkpoint_age_seconds",] >= 0
    assert ("custody_register_lag_entries", "refusals") in figures
    for personal in (CASE, "psb-0211", "psb-yunling"):
        assert personal not in answer.text


@pytest.mark.parametrize(
    ("figures", "headers", "status"),
    [
        ("nobody", {"Authorization": f"Bearer {TOKEN}"}, 404),
        ("loopback", {}, 200),
        ("loopback", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("loopback", {"Forwarded": "for=192.0.2.60"}, 404),
        ("token", {}, 404),
        ("token", {"Authorization": "Basic Og=="}, 404),
        ("token", {"Authorization": f"Bearer {TOKEN}x"}, 404),
        ("token", {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.60"}, 200),
    ],
)
def test_figures_are_there_for_whom_the_settings_say(
    sqlite_world: World, operated: Operated, figures: Any, headers: dict[str, str], status: int
) -> None:
    with operated(sqlite_world, "周远", Operation(figures=figures, token=TOKEN)) as client:
        answer = httpx.get(f"{client.base_url}/metrics", headers=headers, timeout=30)
        nowhere = httpx.get(f"{client.base_url}/nowhere", headers=headers, timeout=30)
    assert answer.status_code == status
    if status == 404:
        assert answer.json() == nowhere.json()


def test_whoever_writes_too_often_is_told_when_to_come_again(sqlite_world: World, operated: Operated) -> None:
    sqlite_world.is_audited()
    with operated(sqlite_world, "周远", Operation(writes_a_minute=3)) as client:
        acts = [a_case(sqlite_world, f"{CASE}-{number}") for number in range(4)]
        size = sqlite_world.ledger.recorder.head().size
        assert [client.post("/v1/acts", json=each).status_code for each in acts[:3]] == [201, 201, 201]
        limited = client.post("/v1/acts", json=acts[3], headers={"Accept-Language": "en"})
        assert (limited.status_code, limited.json()["code"]) == (429, "too-many/writes")
        assert 1 <= int(limited.headers["Retry-After"]) <= 20
        assert "try again in" in limited.json()["detail"]
        assert sqlite_world.ledger.recorder.head().size == size + 3
        assert client.get("/v1/session").status_code == 200
        signed = _signed_in(sqlite_world, "高岚", str(client.base_url))
        assert client.post("/v1/acts", json=acts[3], headers=signed, auth=httpx.Auth()).status_code == 201


def test_whoever_tries_to_sign_in_too_often_has_to_wait(sqlite_world: World, operated: Operated) -> None:
    with operated(sqlite_world, "周远", Operation(sign_ins_a_minute=3)) as client:
        address = f"{client.base_url}/v1/session"
        answers = [httpx.post(address, json={}, timeout=30) for _ in range(4)]
    assert [each.status_code for each in answers] == [400, 400, 400, 429]
    assert answers[3].json()["code"] == "too-many/sign-ins"
    assert int(answers[3].headers["Retry-After"]) >= 1


def test_a_limit_gives_a_minutes_worth_at_once_and_then_a_steady_rate() -> None:
    now = 0.0
    limit = Limit(60, "too-many/writes", clock=lambda: now)
    for _ in range(60):
        limit.take("psb-0211")
    with pytest.raises(TooMany) as refused:
        limit.take("psb-0211")
    assert refused.value.fields["retry_after"] == 1
    limit.take("psb-0347")
    now = 1.0
    limit.take("psb-0211")
    with pytest.raises(TooMany):
        limit.take("psb-0211")


def _signed_in(world: World, name: str, address: str, now: datetime | None = None) -> dict[str, str]:
    statement = signed_statement(address, encode(secrets.token_bytes(16)), now or world.clock.now, world.key_of(name))
    json_type = {"Content-Type": "application/json"}
    answer = httpx.post(f"{address}/v1/session", content=statement, headers=json_type, timeout=30)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


ACTS = 400
WRITERS = 4


@pytest.mark.parametrize("after", [1, 40])
def test_a_server_that_is_told_to_stop_answers_what_it_took_and_loses_nothing(
    sqlite_world: World, sqlite_url: str, tmp_path: Path, after: int
) -> None:
    world, database = sqlite_world, tmp_path / "ledger.db"
    migrate(world.engine)
    keyfile.write_key(tmp_path / "ledger.db.key", world.log_key.private_key, None)
    keyfile.write_key(tmp_path / "ledger.db.key.journal", world.journal_key.private_key, None)
    acts = [a_case(world, f"{CASE}-{number}") for number in range(ACTS)]
    with subprocess.Popen(
        [sys.executable, "-c", CUSTODY, "serve", "--lang", "en", "--database", str(database), "--port", "0"],
        stdout=subprocess.PIPE, stderr=(tmp_path / "log").open("w"), text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert address is not None
            bearer = _signed_in(world, "周远", address[0], datetime.now(UTC))
            receipts = _stopped_under_load(process, address[0], bearer, acts, after)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert after <= len(receipts) < ACTS, "stopped while there was work"
    for receipt in receipts:
        found = world.ledger.recorder.find(UUID(receipt["act"]).bytes)
        assert found is not None
        assert found[0] == receipt["position"]
    assert verify_database(sqlite_url).findings == []
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    answered = [each for each in lines if each.get("route") == "/v1/acts"]
    assert {each["status"] for each in answered} == {201}
    assert len(answered) == len(receipts), "what was taken in was answered"
    assert not [each for each in lines if each["level"] in ("error", "critical")]


def _stopped_under_load(
    process: subprocess.Popen[str], address: str, bearer: dict[str, str], acts: list[Any], after: int
) -> list[Any]:
    """Submit acts in threads until the server is gone; it is told to stop when some are acknowledged."""
    receipts: list[Any] = []

    def write(part: list[Any]) -> None:
        with httpx.Client(base_url=address, headers=bearer, timeout=60) as client:
            for body in part:
                try:
                    answer = client.post("/v1/acts", json=body)
                except httpx.TransportError:  # it takes no more
                    return
                receipts.append(answer.json())
                if len(receipts) >= after:  # more than one may say so
                    process.send_signal(signal.SIGTERM)

    threads = [threading.Thread(target=write, args=(acts[number::WRITERS],)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return receipts
