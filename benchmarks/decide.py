"""Deciding: what the rules cost for an act of one item and of four hundred, without its signature check.

``python benchmarks/decide.py [--rounds N]`` prints each step as acts a second, against the bare check of the act's two
signatures on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from custody.facts.gather import gather
from custody.ledger.opening import open_envelope
from custody.rules.judge import decide
from workload import calm_collector, checks_of, database, rate, table, verify
from world import World

_REPEATED = {1: 400, 400: 20}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with database("sqlite") as url:
        calm_collector()
        world = World(url)
        case = world.opens_case()
        for count, repeated in _REPEATED.items():
            items = world.seizes(case, *(world.item(seal=None) for _ in range(count)))
            found: dict[str, list[float]] = {}
            for _ in range(args.rounds):
                for name, step in steps(world, items).items():
                    found.setdefault(name, []).append(rate(partial(_repeat, step, repeated)))
            table(f"A check-in of {count} items", "two signatures, one core", found)
        world.close()


def steps(world: World, items: list[str]) -> dict[str, Callable[[], object]]:
    """Each step from bytes to decision, on the same act."""
    lines = [{"item": item, "condition": "完好", "seal_seen": "none"} for item in items]
    signers = world.signers(deliverer="周远", custodian="梁静")
    draft = {"act": "check-in", "lines": lines, "place": world.places["大库"], "signers": signers}
    envelope, ledger = world.sign(world.prepare(draft)), world.ledger
    opened = open_envelope(envelope, (), ledger.origin)
    facts = gather(opened.act, ledger.memory.view())
    checks = checks_of(ledger, [envelope])
    return {
        "two signatures, one core": lambda: verify(checks),
        "reading strictly": lambda: open_envelope(envelope, (), ledger.origin),
        "gathering facts": lambda: gather(opened.act, ledger.memory.view()),
        "deciding": lambda: decide(opened.act, facts, ledger.policy, ledger.clock()),
    }


def _repeat(step: Callable[[], object], times: int) -> int:
    for _ in range(times):
        step()
    return times


if __name__ == "__main__":
    main()
