"""A served ledger whose checkpoints are cosigned in the background: proofs, readiness and figures say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from custody.tlog.note import Verifier
from custody.tlog.policy import WitnessPolicy
from custody.tlog.proof import TlogProof
from custody_api.operation import Operation
from processes import until
from submissions import a_case
from witnesses import ED25519, Running, witness_running
from world import World

Operated = Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]


@pytest.fixture
def court(sqlite_world: World, tmp_path: Path) -> Iterator[Running]:
    """The court's witness."""
    sqlite_world.is_audited()
    logs = [Verifier.parse(key) for key in sqlite_world.ledger.log_keys()]
    with witness_running(tmp_path / "court.db", logs) as running:
        yield running


def policy_of(world: World, *lines: str) -> WitnessPolicy:
    """A policy for a world's ledger."""
    logs = [f"log {key}\n" for key in sorted(world.ledger.log_keys())]
    return WitnessPolicy.parse("".join([*logs, *lines]))


def test_what_is_recorded_is_cosigned_in_the_background_and_proven_with_its_quorum(
    sqlite_world: World, court: Running, operated: Operated
) -> None:
    world, policy = sqlite_world, policy_of(sqlite_world, court.line("court"), "quorum court\n")
    operation = Operation(witness_policy=policy, witness_minutes=60, figures="loopback")
    with operated(world, "审计员", operation) as client:
        body = a_case(world, "云公(刑)诈〔2026〕0520")
        act = client.post("/v1/acts", json=body).json()
        size = world.ledger.recorder.head().size

        def standing() -> dict[str, object]:
            found: dict[str, object] = client.get("/readyz").json()["checks"]["witnesses"]
            return found

        until(lambda: standing()["quorum"]["size"] == size)  # type: ignore[index]
        assert standing() | {"quorum": None} == {
            "ok": True, "quorum": None, "waiting_seconds": 0, "answers": {"cosigned": 1}
        }  # fmt: skip
        for query in ({"witnessed": "true"}, {}):
            proof = TlogProof.parse(client.get(f"/v1/acts/{act['act']}/proof", params=query).text)
            assert policy.accept(proof.checkpoint).size == size
            entry = client.get(f"/v1/acts/{act['act']}/entry").content
            assert proof.verify(entry, *(each.key for each in policy.logs)).size == size
        again = client.post("/v1/acts", json=body).json()
        assert policy.accept(TlogProof.parse(again["proof"]).checkpoint).size == size
        figures = client.get("/metrics").text
        assert f"custody_witnessed_entries {float(size)}" in figures
        assert 'custody_witnesses{answer="cosigned"} 1.0' in figures
        assert ED25519.name in client.get("/log/checkpoint").text


def test_without_a_quorum_nothing_is_called_witnessed_and_readiness_fails_only_after_the_time_that_is_set(
    sqlite_world: World, court: Running, operated: Operated
) -> None:
    world = sqlite_world
    away = f"witness away {ED25519.verifier} http://127.0.0.1:9\n"
    genesis = world.ledger.genesis.id
    world.clock.forward(minutes=5)
    for minutes, ready in ((None, True), (1, False)):
        operation = Operation(witness_policy=policy_of(world, away, "quorum away\n"), witness_minutes=minutes)
        with operated(world, "审计员", operation) as client:
            until(lambda client=client: client.get("/readyz").json()["checks"]["witnesses"]["answers"] != {})
            found = client.get("/readyz").json()["checks"]["witnesses"]
            assert (found["ok"], found["quorum"], found["answers"]) == (ready, {"size": 0}, {"unavailable": 1})
            assert found["waiting_seconds"] >= 300
            unproven = client.get(f"/v1/acts/{genesis}/proof", params={"witnessed": "true"})
            assert (unproven.status_code, unproven.json()["code"]) == (404, "not-found/quorum")
            assert client.get(f"/v1/acts/{genesis}/proof").status_code == 200
