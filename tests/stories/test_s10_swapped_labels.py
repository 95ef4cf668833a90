"""S10. A wrong label is corrected without erasing history.

| line of the scenario | told by |
|---|---|
| 1–8 the laboratory reads another IMEI … the explanation is accepted | `test_two_phones_whose_labels_were_swapped…` |
| 7 *as known on* 1 June and *as corrected* | the same; on paper `both_readings_are_printed` |
| ✗ edit the seizure · approve one's own correction · a seal without a photograph | `test_nothing_is_edited…` |
| ✗ 312 in two places on 28 May · the old code again | `test_a_correction_that_cannot_have_happened…` |

The labels stand in the seizure, which binds a code to a device by its IMEI: there was no act of labelling to correct.
An item is its first code for ever (``correction-of-identity``): so the device that bears a code is corrected, not the
code that a device bears, and everything that was done to the thing with that label stays with it. The result of 3 June
is about the phone that was examined; what the third correction binds anew is the IMEI that its text names. The
mismatch is a discrepancy, not a defect: its 情况说明 is the explanation, and the reviewer accepts it by closing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import custody.cli
from custody.acts import ACT_TYPES
from custody.errors import Untrusted
from custody.ledger.history import Moment, item_at
from harness import check
from inquiry import due, known_on, paper, rows, state, statement
from telling import flaws, holder, refuses
from world import CST, World
from world_objects import closes, explains, raises
from world_orders import PHOTO
from world_results import SECOND_EXAMINER, finds, joins, on

CASE = "云公(刑)诈〔2026〕0520"
IMEI_311, IMEI_312 = "358240051114412", "358240051114420"
FIRST_OF_JUNE = datetime(2026, 6, 1, 12, tzinfo=CST)


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def replace(path: str, old: object, new: object) -> dict[str, object]:
    """One value instead of another."""
    return {"op": "replace", "path": path, "old": old, "new": new}


def seized(world: World) -> tuple[list[str], str]:
    """Two identical phones, 0520-311 and 0520-312, taken with photographs of their IMEI and stored on 23 May."""
    joins(world, SECOND_EXAMINER, "lab-1")
    on(world, 5, 23, 9)
    world.opens_case(case=CASE)
    phones = [
        world.item(description=f"黑色手机 0520-{number}", serial=imei, photos=[PHOTO["sha256"]])
        for number, imei in ((311, IMEI_311), (312, IMEI_312))
    ]
    taken = world.act(world.seizure(CASE, phones, attachments=[PHOTO]))
    items = [each["code"][:16] for each in phones]
    world.checks_in(items)
    return items, taken.act


def read_in_the_laboratory(world: World, one: str, two: str) -> str:
    """2 June: LAB1 receives 0520-311, reads an IMEI that ends in 4420, and raises it: both phones are in question."""
    on(world, 6, 2, 9)
    world.dispatches([one], approved_for=None, signers=world.signers(officer="周远", custodian="梁静"))
    on(world, 6, 2, 10)
    remark = "开机读取 IMEI 末四位 4420，清单为 4412"
    assert flaws(world.lab_receives([one], lines=world.lines([one], remark=remark))) == {}
    facts = [{"what": "IMEI", "expected": IMEI_311, "found": IMEI_312}]
    raised = raises(world, CASE, [one, two], "identity", by="顾宁", facts=facts)
    assert due(world, "D27") == "06-05 23:59"
    with refuses(world, "item-in-question"):
        world.lends([two])
    return raised


def test_two_phones_whose_labels_were_swapped_at_intake(world: World) -> None:
    """Raised by the laboratory, proved by the photographs of the seizure, corrected by 梁静 with 高岚, labelled anew,
    explained and closed. What was known on 1 June is read as it was known then."""
    (one, two), taken = seized(world)
    codes = [world.facts(each).code for each in (one, two)]
    raised = read_in_the_laboratory(world, one, two)
    on(world, 6, 3, 15)
    result = finds(
        world, one, value=f"已提取，IMEI {IMEI_311}", plain=True, opinion="江公鉴(电)字〔2026〕311号", unit=None,
        residual=None, by=["顾宁", SECOND_EXAMINER],
    )  # fmt: skip
    on(world, 6, 4, 9)
    photos = {"evidence": [PHOTO["sha256"]], "reason": "入库时两部手机标签贴反，扣押照片可见 IMEI"}
    world.corrects(taken, replace("/items/0/serial", IMEI_311, IMEI_312), **photos)
    world.corrects(taken, replace("/items/1/serial", IMEI_312, IMEI_311), **photos)
    world.labels(one, by="顾宁", reason="swapped")
    world.labels(two, reason="swapped")
    said, reads = (f"已提取，IMEI {each}" for each in (IMEI_311, IMEI_312))
    world.corrects(result.act, replace("/value", said, reads), **photos)
    (read,) = world.facts(one).examined.results
    assert (read.act, read.value) == (result.act, reads)
    assert [world.facts(each).taken.serial for each in (one, two)] == [IMEI_312, IMEI_311]
    assert [known_on(world, each, FIRST_OF_JUNE)["code"] for each in (one, two)] == codes
    as_known(world, one, two, codes)
    explains(world, raised, [one, two], by="梁静")
    assert state(world, "D27") == "met"
    closes(world, raised, [one, two], "explained")
    assert world.facts(one).thing.open_questions == ()
    both_readings_are_printed(world, one)
    with refuses(world, "code-used"):
        world.seizes(CASE, world.item(code=codes[0]))
    with refuses(world, "code-used"):
        world.labels(two, code=codes[0])


def as_known(world: World, one: str, two: str, codes: list[str]) -> None:
    """1 June: 311 was the phone …4412, as was known then; it is the phone …4420, as we know now. It lay in the store
    both ways; what was done with each label stays with it."""
    reader = world.ledger.recorder
    known = [item_at(reader, each, Moment(known_at=FIRST_OF_JUNE)) for each in codes]
    corrected = [item_at(reader, each, Moment(as_of=FIRST_OF_JUNE)) for each in codes]
    assert [(each["item"], each["serial"]) for each in known] == [(one, IMEI_311), (two, IMEI_312)]
    assert [(each["item"], each["serial"]) for each in corrected] == [(one, IMEI_312), (two, IMEI_311)]
    assert {each["asked"]["state"] for each in (*known, *corrected)} == {"in-force"}
    assert {each["custody"]["holder"] for each in (*known, *corrected)} == {world.places["大库"]}
    assert item_at(reader, codes[0])["asked"]["state"] == "retired"
    assert holder(world, one) == world.places["一所实验室"]


def both_readings_are_printed(world: World, one: str) -> None:
    """The seizure list prints each old value and what replaced it; the statement of continuity names what corrected."""
    printed = " ".join(paper(world, "seizure-list", "case", CASE).remarks)
    assert f"{IMEI_311} → {IMEI_312}" in printed
    assert f"{IMEI_312} → {IMEI_311}" in printed
    chain = statement(world, one)
    assert len([each for each in chain.remarks if each.startswith("更正")]) == 2  # of the seizure, and of the result
    assert "经更正" in rows(chain)[0][-1]


def test_nothing_is_edited_and_nobody_approves_his_own_correction(world: World) -> None:
    """✗ There is no act and no command that edits a seizure. ✗ 梁静 approves what she writes; 周远, who signed the
    seizure, approves its correction. ✗ A seal number without a photograph that shows it."""
    names = [*ACT_TYPES, *custody.cli.commands()]
    assert not [each for each in names if "edit" in each or "delete" in each or "update" in each]
    (one, _), taken = seized(world)
    size = world.ledger.recorder.head().size
    swap = replace("/items/0/serial", IMEI_311, IMEI_312)
    with pytest.raises(Untrusted):
        world.corrects(taken, swap, author="梁静", approver="梁静")
    assert world.ledger.recorder.head().size == size
    world.changes("何苗", add=[{"capacity": "legal-reviewer"}])
    with refuses(world, "correction-self-approved") as told:
        world.corrects(taken, swap, approver="何苗")
    assert told.facts == {"approver": ["psb-0347"]}
    with refuses(world, "correction-without-evidence"):
        world.corrects(taken, replace("/items/0/seal", world.facts(one).seal, "F-520311"))


def test_a_correction_that_cannot_have_happened_is_refused(world: World) -> None:
    """✗ 312 lay in the store on 28 May; no correction lets 何苗 have it there and then, too."""
    (_, two), _ = seized(world)
    on(world, 5, 28, 10)
    world.lends([two])
    back = world.returns([two])
    header: dict[str, Any] = {"basis": [], "attestations": [], "attachments": []}
    elsewhere = {
        "op": "insert", "path": "",
        "new": {
            "act": "transfer", "occurred_at": datetime(2026, 5, 28, 10, 0, 30, tzinfo=CST).isoformat(),
            "lines": world.lines([two]), "purpose": "补入", "from": {"place": world.places["大库"]},
            "to": {"person": "psb-0347"}, **header,
        },
    }  # fmt: skip
    with refuses(world, "correction-impossible"):
        world.corrects(back.act, elsewhere)
    assert holder(world, two) == world.places["大库"]
