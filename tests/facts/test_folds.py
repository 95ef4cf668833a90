"""Facts are pure folds: act by act or all at once, they come to the same."""

from __future__ import annotations

from datetime import timedelta

from custody.acts.entry import Recorded
from custody.facts.amend import readings
from custody.facts.kinds import KINDS, Need, evolve, fold, must_refold
from custody.ledger.past import Past, histories
from world import World


def played(world: World) -> list[str]:
    """Two phones with a gap that is filled late, a correction, a loan, doubt about a key, and an exit."""
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    items = world.seizes(case, world.item(), world.item())
    handed = world.clock.now
    world.clock.forward(hours=1)
    stored = world.checks_in(items, by="何苗")
    world.corrects(stored.act, {"op": "replace", "path": "/lines/1/condition", "old": "完好", "new": "破损"})
    world.transfers(items, "周远", "何苗", occurred_at=handed.isoformat())
    world.releases(items[1:], signers=world.signers(holder="郑宏", approver="沈建国"))
    world.lends(items[:1])
    world.returns(items[:1], seen="broken")
    world.revokes("周远", since=world.clock.now - timedelta(minutes=30))
    world.adds_key("周远")
    return items


def past(world: World) -> dict[Need, list[Recorded]]:
    """The acts under each tag that a fact is folded from."""
    recorder = world.ledger.recorder
    tags = {tag for _, under in recorder.tagged_rows(0, 10_000) for tag in under}
    needs = [Need(kind, name) for kind, _, name in (tag.partition(":") for tag in sorted(tags)) if kind in KINDS]  # type: ignore[arg-type]
    found = histories(Past(recorder), [need.tag for need in needs])
    return {need: [each for each in found[need.tag] if _concerns(need, each)] for need in needs}


def _concerns(need: Need, recorded: Recorded) -> bool:
    types = KINDS[need.kind].types
    return not types or recorded.act.act in types


def test_facts_evolve_to_what_a_fold_of_everything_gives(world: World) -> None:
    """At every point of every history."""
    played(world)
    for need, history in past(world).items():
        facts = None
        for count, recorded in enumerate(history, start=1):
            again = must_refold(need, recorded)
            facts = fold(need, history[:count]) if again else evolve(need, facts, recorded)
            assert facts == fold(need, history[:count]), need


def test_folding_changes_nothing_that_was_folded_before(world: World) -> None:
    """A fact is a value: what somebody holds on to stays as it was."""
    played(world)
    for need, history in past(world).items():
        prefixes = [fold(need, history[:count]) for count in range(len(history) + 1)]
        shown = [repr(each) for each in prefixes]
        fold(need, history)
        assert [repr(each) for each in prefixes] == shown


def test_a_late_handover_is_read_before_the_act_that_left_the_gap(world: World) -> None:
    one, two = played(world)
    types = [each.type for each in world.facts(one).custody]
    assert types == ["seizure", "transfer", "check-in", "check-out", "return"]
    assert [each.type for each in world.facts(two).custody] == ["seizure", "transfer", "check-in", "release"]


def test_a_correction_of_one_line_leaves_the_other_items_alone(world: World) -> None:
    one, two = played(world)
    acts = [{each.act for each in world.facts(item).acts} for item in (one, two)]
    correction = next(row for row in world.ledger.recorder.rows(0, 10_000) if row.type == "correction")
    recorded = histories(Past(world.ledger.recorder), [f"item:{two}"])[f"item:{two}"]
    target = next(each for each in recorded if each.act.act == "correction").act
    assert [target.id in each for each in acts] == [False, True]
    assert correction.type == target.act


def test_a_history_that_misses_the_target_of_a_correction_still_loads(world: World) -> None:
    """A bundle may hold a correction without the act it amends: that is read as if nothing had been amended."""
    _, two = played(world)
    history = histories(Past(world.ledger.recorder), [f"item:{two}"])[f"item:{two}"]
    without = [each for each in history if each.act.act != "check-in"]
    assert [each.recorded for each in readings(without)] == without
    assert fold(Need("item", two), without) is not None


def test_an_act_ahead_of_the_ledgers_clock_is_read_at_the_ledgers_time(world: World) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case, occurred_at=(world.clock.now + timedelta(hours=5)).isoformat())
    (reading,) = readings(histories(Past(world.ledger.recorder), [f"item:{item}"])[f"item:{item}"])
    assert reading.happened_at == reading.recorded.recorded_at
    assert world.facts(item).custody[0].since == reading.recorded.recorded_at
