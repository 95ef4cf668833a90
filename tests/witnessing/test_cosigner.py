"""A witness never cosigns two checkpoints that contradict each other: not when killed, nor when asked at once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from custody.errors import Conflict, NotFound
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note
from custody.tlog.witness import LONGEST, SIZE_TYPE, monitoring_path
from custody.witnessing import cosigner
from custody.witnessing.cosigner import Cosigner, found
from witnesses import ED25519, LOG, ML_DSA, OTHER_LOG, STRANGER, Running, grown, request, witness_running

TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state of a witness that signed nothing yet."""
    found(tmp_path / "witness.db")
    return tmp_path / "witness.db"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A witness with keys of both kinds, as a server."""
    with witness_running(tmp_path / "served.db", [LOG.verifier], ED25519, ML_DSA) as witness:
        yield witness


def opened(state: Path, now: float = 1_000.0) -> closing[Cosigner]:
    """The witness over a state, at some time."""
    return closing(Cosigner(state, [LOG.verifier], [ED25519], clock=lambda: now))


def test_every_answer_of_the_specification_over_http(running: Running) -> None:
    def post(body: bytes) -> httpx.Response:
        return httpx.post(f"{running.url}/add-checkpoint", content=body, timeout=30)

    first = post(request(0, 5))
    assert first.status_code == 200, first.text
    text = Checkpoint(LOG.name, 5, grown(5).root()).text
    signed = Note.parse(f"{text}\n{first.text}").signed_by(running.verifiers)
    assert [each.verifier for each in signed] == running.verifiers
    assert all(each.checked and each.time for each in signed)

    stale = post(request(3, 9))
    assert (stale.status_code, stale.text, stale.headers["content-type"]) == (409, "5\n", SIZE_TYPE)
    other = post(request(5, 5, "two"))
    assert (other.status_code, other.headers["content-type"]) == (409, "text/plain; charset=utf-8")
    statuses = {
        "malformed": post(b"old x\n\n"), "an old size above": post(request(5, 4).replace(b"old 5", b"old 9")),
        "unsigned": post(request(5, 9, signer=STRANGER)),
        "unknown": post(request(0, 5, signer=OTHER_LOG)),
        "another history": post(request(5, 9, "two")), "too large": post(b"x" * (LONGEST + 1)),
    }  # fmt: skip
    assert [each.status_code for each in statuses.values()] == [400, 400, 403, 404, 422, 413]
    assert post(request(5, 9)).status_code == 200
    assert httpx.get(f"{running.url}/add-checkpoint").status_code == 405
    assert httpx.get(f"{running.url}/healthz").status_code == 200
    assert post(request(9, 9)).headers["cache-control"] == "no-store"


def test_whoever_monitors_sees_the_last_checkpoint_with_all_signatures(running: Running) -> None:
    address = f"{running.url}/{monitoring_path(LOG.name)}"
    assert httpx.get(address).status_code == 404
    httpx.post(f"{running.url}/add-checkpoint", content=request(0, 5))
    note = Note.parse(httpx.get(address).text)
    assert note.verified([LOG.verifier, *running.verifiers]) == (LOG.verifier, *running.verifiers)
    assert httpx.get(f"{running.url}/{'0' * 64}/checkpoint").status_code == 404
    assert httpx.get(address, headers={"Host": "elsewhere.example"}).status_code == 421


def test_too_many_requests_from_one_address_are_turned_away(state: Path) -> None:
    with witness_running(state, [LOG.verifier], a_minute=5) as witness, httpx.Client(timeout=30) as client:
        answers = [client.post(f"{witness.url}/add-checkpoint", content=b"") for _ in range(6)]
    assert [each.status_code for each in answers] == [400] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from custody.witnessing.cosigner import Cosigner
from witnesses import ED25519, LOG, request
class Killed(Cosigner):
    def _commit(self):
        if sys.argv[3] == "after":
            super()._commit()
        os.kill(os.getpid(), signal.SIGKILL)
Killed(Path(sys.argv[2]), [LOG.verifier], [ED25519]).add(request(5, 9))
"""


@pytest.mark.parametrize(
    ("killed", "same", "other"), [("before", (200, ""), (422, "")), ("after", (409, "9\n"), (409, "9\n"))]
)
def test_a_witness_that_is_killed_remembers_what_it_may_have_signed(
    state: Path, killed: str, same: tuple[int, str], other: tuple[int, str]
) -> None:
    with opened(state) as witness:
        assert witness.add(request(0, 5)).status == 200
    ended = subprocess.run([sys.executable, "-c", KILLED, TESTS, str(state), killed], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    with opened(state) as witness:
        for history, expected in (("two", other), ("one", same)):
            answer = witness.add(request(5, 9, history))
            assert (answer.status, answer.body if expected[1] else "") == expected
        assert witness.add(request(9, 9)).status == 200


def test_of_two_histories_told_at_once_by_many_threads_one_is_cosigned(state: Path) -> None:
    bodies = [request(0, size, history) for size in (4, 5, 6) for history in ("one", "two")]
    with opened(state) as witness, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(witness.add, bodies * 4))
        assert {each.status for each in answers} <= {200, 409}
        sizes = [body for body, answer in zip(bodies * 4, answers, strict=True) if answer.status == 200]
        assert len(set(sizes)) == 1


RIVAL = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from custody.witnessing.cosigner import Cosigner
from witnesses import ED25519, LOG, request
witness = Cosigner(Path(sys.argv[2]), [LOG.verifier], [ED25519])
print("ready", flush=True)
sys.stdin.readline()
old = 0
for size in range(3, 12):
    answer = witness.add(request(old, size, sys.argv[3]))
    print(size, answer.status, flush=True)
    if answer.status == 200:
        old = size
    elif answer.status == 409 and answer.media_type == "text/x.tlog.size":
        old = int(answer.body)
"""


def test_of_two_processes_with_rival_histories_only_one_is_ever_cosigned(state: Path) -> None:
    command = [sys.executable, "-c", RIVAL, TESTS, str(state)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    rivals = {each: subprocess.Popen([*command, each], **pipes) for each in ("one", "two")}  # type: ignore[call-overload]
    for each in rivals.values():
        assert each.stdout.readline() == "ready\n"
    for each in rivals.values():
        each.stdin.write("\n")
        each.stdin.flush()
    said = {history: each.communicate(timeout=60)[0].split("\n") for history, each in rivals.items()}
    signed = {history: [line for line in lines if line.endswith(" 200")] for history, lines in said.items()}
    assert sorted(map(bool, signed.values())) == [False, True], signed
    with opened(state) as witness:
        assert witness.contradictions()


def test_what_contradicts_is_kept_once_as_it_came(
    state: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosigner.alarm, "disabled", False)  # others in this process may have set up logging anew
    with opened(state) as witness:
        witness.add(request(0, 5))
        for _ in range(2):
            witness.add(request(5, 5, "two"))
            witness.add(request(5, 9, "two"))
            witness.add(request(5, 9, "two", signer=STRANGER))  # not the log's word
        kept = witness.contradictions()
    assert [(each.refusal, each.request) for each in kept] == [
        ("other_root", request(5, 5, "two")), ("not_consistent", request(5, 9, "two"))
    ]  # fmt: skip
    assert "contradicts" in caplog.text


def test_the_same_checkpoint_gets_a_fresh_time_after_a_minute_and_never_an_earlier_one(state: Path) -> None:
    def times(now: float) -> int | None:
        with opened(state, now) as witness:
            answer = witness.add(request(5, 5))
        note = Note.parse(f"{Checkpoint(LOG.name, 5, grown(5).root()).text}\n{answer.body}")
        return note.signed_by([ED25519.verifier])[0].time

    with opened(state, 1_000) as witness:
        witness.add(request(0, 5))
    assert [times(now) for now in (1_030, 1_060, 500, 1_200)] == [1_000, 1_060, 1_060, 1_200]


def test_a_state_is_founded_once_and_only_grows(state: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        found(state)
    with pytest.raises(NotFound):
        opened(tmp_path / "other.db")
    assert state.stat().st_mode & 0o077 == 0
    with opened(state) as witness:
        witness.add(request(0, 5))
    with closing(sqlite3.connect(state)) as connection:
        for statement in (
            "UPDATE latest SET size = 4", "UPDATE latest SET root = zeroblob(32)", "DELETE FROM latest",
        ):  # fmt: skip
            with pytest.raises(sqlite3.IntegrityError, match="not taken back"):
                connection.execute(statement)


def test_a_state_that_cannot_be_written_is_told_and_nothing_is_signed(running: Running) -> None:
    httpx.post(f"{running.url}/add-checkpoint", content=request(0, 5))
    running.cosigner._db.execute("PRAGMA query_only = ON")
    answer = httpx.post(f"{running.url}/add-checkpoint", content=request(5, 9))
    assert (answer.status_code, "court" in answer.text) == (503, False)
    running.cosigner._db.execute("PRAGMA query_only = OFF")
    assert httpx.post(f"{running.url}/add-checkpoint", content=request(5, 9)).status_code == 200
