"""S6. The disputed examination of tube B.

| line of the scenario | told by |
|---|---|
| 1–7 told 81.6 on 10 June … told 78.9; both stand, with the excursion | `test_the_disputed_examination_of_tube_b` |
| alternative: refused on 15 June, told by the 18th, B stays locked | `test_a_refusal_is_told_in_three_working_days` |
| ⚠ applied for on 20 June | `test_a_late_application_is_still_decided` |
| ✗ B to LAB1, to 顾宁 at LAB2, A's residual as B, opened by one, destroyed while open | `test_results` |
| UK: offered, requested and supplied are three facts | `test_jurisdictions` |

Opening by one person is no rule of the rule data (I-26): the act itself takes two parts, so it is not even signed.
The lock on B while an application is open is `reexamination-open`, not a hold that somebody places.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness import check
from inquiry import chain, deadlines, due, owes, paper, rows, state, statement
from telling import flaws, open_defects, refuses, tells
from world import World
from world_results import (
    SECOND_EXAMINER,
    denies,
    disputes,
    finds,
    grants,
    joins,
    kit_facts,
    observes,
    on,
    tells_result,
    warmth,
)

CASE = "云公(交)刑受〔2026〕0608-11"
SEAL = "F-910552"


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def told_on_wednesday(world: World) -> tuple[str, str, str]:
    """王某's blood: A was examined (81.6), he is told on 10 June at 15:00; B lies in the cold store under F-910552."""
    on(world, 6, 8, 22)
    joins(world, SECOND_EXAMINER, "lab-1")
    world.opens_case(case=CASE, kind="traffic")
    draft = world.draw(CASE)
    draft["tubes"][1]["seal"] = SEAL
    world.act(draft)
    test, reserve = (tube["code"][:16] for tube in draft["tubes"])
    world.checks_in([reserve], place="冷藏")
    world.dispatches([test])
    world.lab_receives([test])
    on(world, 6, 9, 9)
    result = finds(world, test, by=["顾宁", SECOND_EXAMINER])
    assert flaws(result) == {}
    on(world, 6, 10, 15)
    assert flaws(tells_result(world, test, result.act, response="objection")) == {}
    assert due(world, "D12") == "06-15 23:59"
    return test, reserve, result.act


@tells("TEMPERATURE_EXCURSION", "reexamination-open")
def test_the_disputed_examination_of_tube_b(world: World) -> None:
    """12 June: “an alcohol wipe was used”; the recording shows povidone-iodine. 15 June: granted by 沈建国 for the
    second laboratory and 白薇. 16 June: seal seen, 9.4 °C for 25 minutes disclosed; dispatched, received, opened by
    two; 78.9. Both results, both chains and the excursion stand side by side, and nothing is concluded."""
    test, reserve, first = told_on_wednesday(world)
    second = joins(world, "lab2-05", "lab-2")
    on(world, 6, 11, 3)
    warm = observes(world, [reserve], "temperature", temperature=warmth(world, "4.1", "9.4"), in_range=False)
    assert flaws(warm) == {"TEMPERATURE_EXCURSION": ("curable", ())}
    on(world, 6, 12, 10)
    request = disputes(world, test, first, ground="procedure")
    assert state(world, "D12") == "met"
    with refuses(world, "reexamination-open"):
        world.releases([reserve], kind="handed-over", attestations=[],
                       signers=world.signers(holder="梁静", approver="沈建国"))  # fmt: skip
    on(world, 6, 15, 9)
    grants(world, test, request, reserve, reason="核对录像，所用为聚维酮碘；为释疑准予")
    on(world, 6, 16, 8)
    assert world.facts(reserve).seal == SEAL
    assert flaws(observes(world, [reserve], "seal", in_range=True)) == {}
    world.dispatches(
        [reserve], laboratory="lab-2", approved_for="re-examination",
        signers=world.signers(officer="周远", custodian="梁静", approver="沈建国"),
    )  # fmt: skip
    assert flaws(world.lab_receives([reserve], place="二所实验室", by="白薇")) == {}
    world.opens([reserve], SEAL, signers=world.signers(opener="白薇", second="周远"))
    anew = finds(world, reserve, "78.9", by=["白薇", second], opinion="江司鉴〔2026〕毒412号")
    assert flaws(anew) == {}
    assert {due(world, "D11", reserve), state(world, "D11", reserve)} == {"06-24 23:59", "running"}
    on(world, 6, 18, 10)
    tells_result(world, reserve, anew.act)
    assert state(world, "D11", reserve) == "met"
    both_stand(world, test, reserve, first, anew.act)
    with refuses(world, "seal-used"):
        world.seals_up([reserve], numbers=[SEAL], by="白薇")


def both_stand(world: World, test: str, reserve: str, first: str, anew: str) -> None:
    """Two results of the kit, two chains, the excursion, the decision; and no word on which is right."""
    known = kit_facts(world, test).examined
    assert [(each.item, each.act) for each in known.results] == [(test, first), (reserve, anew)]
    assert [each.result for each in known.notices] == [first, anew]
    (decided,) = known.anew
    assert (decided.decision, decided.specimen, decided.laboratory) == ("granted", reserve, "lab-2")
    assert not known.is_open(decided)
    (excursion,) = world.facts(reserve).excursions
    assert (excursion.max, (excursion.until - excursion.since).seconds // 60) == ("9.4", 25)
    assert open_defects(world, reserve) == {"TEMPERATURE_EXCURSION"}
    assert chain(world, test) == ["psb-0211", "psb-0211", world.places["一所实验室"]]
    assert chain(world, reserve) == [
        "psb-0211", world.places["冷藏"], "psb-0211", world.places["二所实验室"],
    ]  # fmt: skip
    for each in (test, reserve):
        beside = " ".join(what for _, _, what, _ in rows(statement(world, each), 1))
        assert all(word in beside for word in ("81.6 mg/100 mL", "78.9 mg/100 mL", "9.4 ℃"))
    assert "78.9" in " ".join(paper(world, "opinion-notice", "item", reserve).texts())


def test_a_refusal_is_told_in_three_working_days(world: World) -> None:
    """Refused on Monday the 15th: told by Thursday the 18th. B is not destroyed before the case is final."""
    test, reserve, first = told_on_wednesday(world)
    on(world, 6, 12, 10)
    request = disputes(world, test, first)
    on(world, 6, 15, 9)
    denies(world, test, request)
    assert due(world, "D13") == "06-18 23:59"
    on(world, 6, 17, 9)
    world.notes(CASE, "refusal-notified", [test])
    assert state(world, "D13") == "met"
    with refuses(world, "tube-destroyed-early"):
        world.releases(
            [reserve], kind="destroyed", recipient=None, attestations=[],
            destruction={"where": "医废中心", "method": "焚烧", "measured": [{"quantity": "3.0", "unit": "mL"}]},
            signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
        )  # fmt: skip


@tells("APPLIED_LATE")
def test_a_late_application_is_still_decided(world: World) -> None:
    """⚠ 20 June, five days after the window: recorded as late, and a person decides."""
    test, reserve, first = told_on_wednesday(world)
    on(world, 6, 20, 9)
    request = disputes(world, test, first)
    (window,) = deadlines(world, "D12")
    assert (window["state"], window["stopped_by"]) == ("lapsed", request)
    assert open_defects(world, test) == {"APPLIED_LATE"}
    assert owes(world, test, "APPLIED_LATE") == ("officer", "legal-reviewer")
    grants(world, test, request, reserve)
