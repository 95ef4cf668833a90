"""A ledger whose checkpoints are cosigned by witnesses that really run; one that is behind what they saw stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from custody.errors import Malformed
from custody.ledger import cosignatures
from custody.ledger.cosignatures import witnessed_checkpoint
from custody.ledger.engine import writes
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer, Verifier, sign_note
from custody.tlog.policy import WitnessPolicy
from custody.witnessing.asking import Asker, Outcome, require_own
from listening import web_server
from witnesses import ED25519, ML_DSA, STRANGER, Running, witness_running
from world import World

AUDIT = Signer("audit.example/w", Ed25519PrivateKey.from_private_bytes(bytes([4]) * 32), KeyType.COSIGNATURE)


@dataclass
class Witnessed:
    """A ledger and its witnesses: the court with keys of both kinds, and the audit office."""

    world: World
    court: Running
    audit: Running

    def policy(self, quorum: str = "all") -> WitnessPolicy:
        """Both of them, or any."""
        ledger = self.world.ledger
        lines = [f"log {key}\n" for key in sorted(ledger.log_keys())]
        lines += [self.court.line("court"), f"witness court-pq {self.court.verifiers[1]} {self.court.url}\n"]
        return WitnessPolicy.parse(
            "".join([*lines, self.audit.line("audit"), f"group w {quorum} court audit\nquorum w\n"])
        )

    def ask(self, policy: WitnessPolicy | None = None) -> list[Outcome | None]:
        """Publish, and ask every witness once."""
        self.world.ledger.publication.publish(at_once=True)
        asker = Asker(self.world.ledger, policy or self.policy())
        return [asker.ask(place) for place in asker.places]


@contextmanager
def running(world: World, folder: Path) -> Iterator[Witnessed]:
    """The witnesses of a world."""
    logs = [Verifier.parse(key) for key in world.ledger.log_keys()]
    with ExitStack() as stack:
        court = stack.enter_context(witness_running(folder / "court.db", logs, ED25519, ML_DSA))
        audit = stack.enter_context(witness_running(folder / "audit.db", logs, AUDIT))
        yield Witnessed(world, court, audit)


@pytest.fixture
def witnessed(sqlite_world: World, tmp_path: Path) -> Iterator[Witnessed]:
    """A world in SQLite with its witnesses."""
    with running(sqlite_world, tmp_path) as found:
        yield found


def whats(outcomes: list[Outcome | None]) -> list[str | None]:
    """What came of it, in short."""
    return [each and each.what for each in outcomes]


def test_every_witness_cosigns_what_is_published_and_is_not_asked_twice(witnessed: Witnessed) -> None:
    publication = witnessed.world.ledger.publication
    assert witnessed_checkpoint(publication, witnessed.policy()) is None
    first = witnessed.world.ledger.recorder.head().size
    assert whats(witnessed.ask()) == ["cosigned", "cosigned"]
    assert whats(witnessed.ask()) == [None, None]
    found = witnessed_checkpoint(publication, witnessed.policy())
    assert found is not None
    assert found.size == first
    assert {each.verifier for each in found.cosigned} == {each.verifier for each in (ED25519, ML_DSA, AUDIT)}
    assert witnessed.policy().accept(found.note).size == first
    assert publication.checkpoint() == found.note


def test_the_newest_quorum_is_found_below_checkpoints_that_lack_one(witnessed: Witnessed) -> None:
    world, policy = witnessed.world, witnessed.policy()
    publication = world.ledger.publication
    witnessed.ask()
    first = world.ledger.recorder.head().size
    world.opens_case()
    court_alone = WitnessPolicy.parse(
        "".join(line for line in str(policy).splitlines(keepends=True) if line.startswith(("log", "witness court")))
        + "quorum court\n"
    )
    assert whats(witnessed.ask(court_alone)) == ["cosigned"]
    newest = world.ledger.recorder.head().size
    assert newest > first
    both, one = witnessed_checkpoint(publication, policy), witnessed_checkpoint(publication, court_alone)
    assert (both and both.size, one and one.size) == (first, newest)
    assert witnessed_checkpoint(publication, policy, above=first) is None
    below = witnessed_checkpoint(publication, court_alone, most=newest - 1)
    assert below is not None
    assert below.size == first


def test_a_witness_that_saw_more_than_was_kept_tells_its_size_and_gets_the_proof_from_there(
    witnessed: Witnessed,
) -> None:
    world = witnessed.world
    world.ledger.publication.publish(at_once=True)
    size = world.ledger.recorder.head().size
    note = world.ledger.recorder.checkpoint(size)
    assert witnessed.court.cosigner.add(f"old 0\n\n{note}".encode()).status == 200  # and nobody heard it
    world.opens_case()
    assert whats(witnessed.ask()) == ["cosigned", "cosigned"]
    assert (cosignatures.newest(world.engine, [ED25519.verifier]) or (0,))[0] == world.ledger.recorder.head().size


def test_a_ledger_restored_from_an_older_backup_is_told_so_by_a_witness_and_stops(witnessed: Witnessed) -> None:
    """The witness cosigned ten entries more than the ledger has: the log's own signature on them is the proof."""
    world = witnessed.world
    head = world.ledger.recorder.head()
    signer = world.ledger.recorder.signer
    assert signer is not None
    lost = sign_note(Checkpoint(world.ledger.origin, head.size + 10, bytes(32)).text, signer)
    assert witnessed.audit.cosigner.add(f"old 0\n\n{lost}".encode()).status == 200
    outcomes = witnessed.ask()
    assert whats(outcomes) == ["cosigned", "rolled-back"]
    assert outcomes[1] is not None
    assert outcomes[1].size == head.size + 10
    damage = world.ledger.recorder.damage
    assert damage is not None
    assert damage.code == "damaged/behind-published"


def test_a_ledger_whose_past_was_rewritten_is_told_so_by_a_witness_and_stops(witnessed: Witnessed) -> None:
    world = witnessed.world
    signer, size = world.ledger.recorder.signer, world.ledger.recorder.head().size
    assert signer is not None
    other = sign_note(Checkpoint(world.ledger.origin, size - 1, bytes(32)).text, signer)
    assert witnessed.court.cosigner.add(f"old 0\n\n{other}".encode()).status == 200
    assert whats(witnessed.ask()) == ["rolled-back", "cosigned"]
    assert world.ledger.recorder.damage is not None
    assert world.ledger.recorder.damage.code == "damaged/other-than-published"
    assert len(witnessed.court.cosigner.contradictions()) == 1


def told(size: bytes) -> bytes:
    """An answer that tells a size, as it goes over the wire."""
    head = b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: %d\r\n\r\n" % len(size)
    return head + size


SAID: dict[str, tuple[list[tuple[int, bytes] | bytes | None], str]] = {
    "another root": ([(409, b"")], "contradicts"),
    "no proof": ([(422, b"")], "contradicts"),
    "a size beyond the log": ([told(b"999999\n")], "contradicts"),
    "a size that is none": ([told(b"-1\n")], "contradicts"),
    "another size each time": ([told(b"%d\n" % size) for size in (1, 2, 3, 4)], "declined"),
    "not known": ([(404, b"")], "declined"),
    "not signed": ([(403, b"")], "declined"),
    "elsewhere": ([(302, b"")], "declined"),
    "later": ([(503, b"")], "unavailable"),
    "no HTTP": ([b"nonsense"], "unavailable"),
    "nothing": ([(200, b"")], "declined"),
    "no text": ([(200, b"\xff" * 50)], "declined"),
    "too much": ([(200, b"x" * 70_000)], "unavailable"),
}


@pytest.mark.parametrize(("answers", "what"), SAID.values(), ids=SAID)
def test_what_a_witness_merely_says_stops_nothing(
    witnessed: Witnessed, answers: list[tuple[int, bytes] | bytes | None], what: str
) -> None:
    world = witnessed.world
    with web_server() as web:
        web.answers = list(answers)
        policy = WitnessPolicy.parse(f"witness w {ED25519.verifier} {web.url}\nquorum w\n")
        assert whats(witnessed.ask(policy)) == [what]
    assert world.ledger.recorder.damage is None
    assert cosignatures.newest(world.engine, [ED25519.verifier]) is None


def test_a_cosignature_that_is_false_or_of_another_key_is_not_kept(witnessed: Witnessed) -> None:
    world = witnessed.world
    world.ledger.publication.publish(at_once=True)
    note = Note.parse(world.ledger.publication.checkpoint())
    false = ED25519.sign("another text\n", 1_000)
    for line in (false, AUDIT.sign(note.text, 1_000), STRANGER.sign(note.text)):
        with web_server() as web:
            web.usual = (200, line.line().encode())
            policy = WitnessPolicy.parse(f"witness w {ED25519.verifier} {web.url}\nquorum w\n")
            assert whats(witnessed.ask(policy)) == ["declined"]
    assert "court.example" not in world.ledger.publication.checkpoint()


def test_a_line_changed_in_the_database_counts_for_nothing(witnessed: Witnessed) -> None:
    world, policy = witnessed.world, witnessed.policy()
    witnessed.ask()
    with writes(world.engine).begin() as connection:
        connection.execute(text("DROP TRIGGER cosignature_no_update"))
        false = AUDIT.sign("another text\n", 1_000).line()
        connection.execute(text("UPDATE cosignature SET line = :line WHERE witness LIKE 'audit%'"), {"line": false})
    assert witnessed_checkpoint(world.ledger.publication, policy) is None
    assert witnessed_checkpoint(world.ledger.publication, witnessed.policy("any")) is not None
    with writes(world.engine).begin() as connection:
        connection.execute(text("UPDATE cosignature SET line = 'no line'"))
    found = cosignatures.newest(world.engine, [AUDIT.verifier])
    assert (found or (0,))[0] == world.ledger.recorder.head().size
    assert "no line" not in world.ledger.publication.checkpoint()


def test_a_policy_of_another_log_is_turned_away(witnessed: Witnessed) -> None:
    require_own(witnessed.policy(), witnessed.world.ledger)
    require_own(WitnessPolicy.parse("quorum none\n"), witnessed.world.ledger)
    with pytest.raises(Malformed):
        require_own(WitnessPolicy.parse(f"log {STRANGER.verifier}\nquorum none\n"), witnessed.world.ledger)
