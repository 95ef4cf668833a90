"""What is erased goes in the transaction of the act that says so, whichever way the act is appended."""

from __future__ import annotations

import pytest

from custody.acts.values import decode
from custody.errors import Damaged, Refused
from custody.ledger.reader import Reader
from world import World
from world_orders import erases


def seized(world: World) -> tuple[str, list[str]]:
    """A seizure, and the commitments of the names of its witness and of the holder."""
    case = world.opens_case()
    receipt = world.act(world.seizure(case, [world.item()]))
    recorded = world.ledger.memory.record(receipt.act)
    assert recorded is not None
    return receipt.act, [each.name.sealed for each in recorded.act.attestations]


def kept(world: World, names: list[str]) -> int:
    """How many of these are still disclosed."""
    return len(Reader(world.engine).disclosures([decode(each) for each in names]))


@pytest.mark.parametrize("elsewhere", [False, True], ids=["head as foreseen", "head moved by another process"])
def test_the_disclosure_goes_with_the_append(database_url: str, elsewhere: bool) -> None:
    world = World(database_url)
    act, names = seized(world)
    assert kept(world, names) == len(names) == 2
    if elsewhere:
        other, here = world.opened_again(), world.ledger
        world.ledger = other
        world.opens_case(case="云公(刑)盗〔2026〕0077")
        world.ledger = here
        other.close()
    erases(world, act, names)
    assert kept(world, names) == 0
    world.close()


def test_an_erasure_that_is_not_recorded_erases_nothing(world: World) -> None:
    """Refused while the case is held; and where the database fails, the name is still there to be erased again."""
    act, names = seized(world)
    hold = world.holds("云公(刑)诈〔2026〕0520")
    with pytest.raises(Refused):
        erases(world, act, names)
    assert kept(world, names) == len(names) == 2
    world.lifts(hold, "云公(刑)诈〔2026〕0520")
    refusing = "CREATE TRIGGER stays BEFORE DELETE ON disclosure BEGIN SELECT RAISE(ABORT, 'it stays'); END"
    size = world.ledger.recorder.head().size
    with world.engine.begin() as connection:
        connection.exec_driver_sql(refusing)
    with pytest.raises(Damaged):
        erases(world, act, names)
    assert world.ledger.recorder.head().size == size
    with world.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER stays")
    world.ledger.close()
    world.ledger = world.opened_again()  # one that met damage only reads
    assert kept(world, names) == len(names) == 2
    erases(world, act, names)
    assert kept(world, names) == 0
