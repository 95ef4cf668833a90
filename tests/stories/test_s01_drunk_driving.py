"""S1. Drunk driving: from the stop to the judgment in 18 hours and 33 minutes.

| line of the scenario | told by |
|---|---|
| 22:08 the stop, to 16:41 the judgment; who holds, who answers; every clock | `test_from_the_stop_to_the_judgment…` |
| effective on 24 March; car returned; B to be destroyed from 20 September | the same, last act |
| ✗ 周远 takes B in himself · ✗ 23:10 B for the same laboratory | `test_tube_b_stays…` |
| ✗ 14 March: B destroyed, car returned | `test_nothing_leaves_before_the_judgment_is_effective` |
| ✗ a lot out of date | `test_no_draw_begins…` |
| ⚠ alcohol wipe · ⚠ 11.6 °C for 47 minutes | `test_an_alcohol_wipe…`, `test_a_warm_fridge…` |
| working days over a holiday | `test_blood_drawn_on_the_eve_of_the_national_day…` |

The kit's own number (BK-260312-07) stands on no act: a kit is named by its label. The breath test (168 mg/100 mL)
belongs to the police report that the case names as its incident; no act keeps it. The scenario does not name the step
at 01:21, when the case becomes a criminal one: without it, it could not be submitted for prosecution.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custody.errors import Refused
from harness import check
from inquiry import chain, due, fact, known_on, owes, paper, rows, state, statement, whereabouts
from telling import also, defect, flaws, open_defects, refuses
from world import CST, World
from world_objects import PAPER
from world_orders import orders, share
from world_results import SECOND_EXAMINER, finds, joins, observes, on, tells_result, warmth

CASE = "云公(交)刑受〔2026〕0312-07"
VOUCHER = "云公交强〔2026〕0312号"
JUDGMENT = "（2026）云0311刑初字第97号"
DRIVER = {"part": "holder", "name": {"disclose": "陈某某"}, "kind": "handwritten"}


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def stopped(world: World) -> list[str]:
    """22:19 to 22:26: the case, the voucher for the measure on the spot, the car and three articles that lay in it."""
    joins(world, SECOND_EXAMINER, "lab-1")
    on(world, 3, 12, 22, 19)
    world.opens_case(case=CASE, kind="traffic", incident="110-20260312-2208")
    world.act(
        {
            "act": "instrument", "case": CASE, "reference": VOUCHER, "type": "on-the-spot-measure",
            "issuer": "江州市公安局云岭分局交通警察大队", "approver_level": None, "date": "2026-03-12",
            "attachment": PAPER["sha256"], "attachments": [PAPER], "signers": world.signers(officer="周远"),
            "occurred_at": datetime(2026, 3, 12, 22, 19, tzinfo=CST).isoformat(),
        }
    )  # fmt: skip
    on(world, 3, 12, 22, 26)
    car = world.item(
        category="vehicle", description="白色轿车", unit="辆", seal=None,
        details={"kind": "vehicle", "make": "江淮", "model": "A5", "vin": {"disclose": "LSVA2026X8"},
                 "plate": {"disclose": "江A·6F2X8"}, "colour": "白", "odometer_km": 46_212},
    )  # fmt: skip
    contents = [world.item(description=each, unit="件", seal=None) for each in ("公文包", "保温杯", "雨伞")]
    return world.seizes(
        CASE, car, *contents, authority="on-the-spot", instrument=VOUCHER, attestations=[world.witness(), DRIVER]
    )  # fmt: skip


def drawn(world: World, **fields: Any) -> tuple[str, str]:
    """22:41: two tubes of 3.0 mL, sealed at 22:47 as F-880731 and F-880732; the driver signs for both."""
    on(world, 3, 12, 22, 41)
    draft = world.draw(CASE, **fields)
    for tube, seal in zip(draft["tubes"], ("F-880731", "F-880732"), strict=True):
        tube.update(seal=seal, sealed_at=datetime(2026, 3, 12, 22, 47, tzinfo=CST).isoformat())
    draft["occurred_at"] = datetime(2026, 3, 12, 22, 41, tzinfo=CST).isoformat()
    on(world, 3, 12, 22, 47)
    world.act(draft)
    one, two = (tube["code"][:16] for tube in draft["tubes"])
    return one, two


def stored_and_sent(world: World, test: str, reserve: str) -> None:
    """22:52 B into the cold store at 4.1 °C; 22:58 A on its way, approved as urgent; 23:05 received at 5.0 °C."""
    on(world, 3, 12, 22, 52)
    assert flaws(world.checks_in([reserve], place="冷藏")) == {}
    observes(world, [reserve], "temperature", temperature=warmth(world, "4.1", "4.1", 1), in_range=True)
    on(world, 3, 12, 22, 58)
    assert flaws(world.dispatches([test], transport_temperature={"min": "4.8", "max": "5.0"})) == {}
    on(world, 3, 12, 23, 5)
    received = world.lines([test], condition="封签完好，5.0 ℃")
    assert flaws(world.lab_receives([test], lines=received)) == {}


def passes(world: World, items: list[str], by: str, to: str, stage: str, accepts: str, times: tuple[Any, Any]) -> None:
    """Control goes on paper: offered at one time, accepted after a look at the list at another."""
    on(world, *times[0])
    offer = world.offers(items, to, stage, by)
    on(world, *times[1])
    assert flaws(world.answers(offer, items, by=accepts)) == {}


def judged(world: World) -> tuple[list[str], str, str, str]:
    """The whole day, act by act. Returns the car with what lay in it, A, B, and the order of the court."""
    things = stopped(world)
    car = things[0]
    assert {due(world, "D29"), due(world, "D01", car), due(world, "D14", car)} == {"03-13 22:19", "03-13 22:26"}
    test, reserve = drawn(world)
    assert (due(world, "D09", variant="at-once"), due(world, "D09")) == ("03-13 22:41", "03-19 23:59")
    stored_and_sent(world, test, reserve)
    on(world, 3, 13, 0, 52)
    result = finds(world, test, "172.4", by=["顾宁", SECOND_EXAMINER])
    assert (flaws(result), due(world, "D11")) == ({}, "03-20 23:59")
    on(world, 3, 13, 1, 20)
    told = tells_result(world, test, result.act, person={"disclose": "陈某某"})
    assert (flaws(told), state(world, "D11"), due(world, "D12")) == ({}, "met", "03-18 23:59")
    world.steps(CASE, "investigation")  # more than 80 mg/100 mL: filed as a crime
    on(world, 3, 13, 8, 10)
    assert flaws(world.checks_in(things, place="车场")) == {}
    assert (state(world, "D01", car), state(world, "D14", car)) == ("met", "met")
    world.notes(CASE, "measure-reported")
    assert state(world, "D29") == "met"
    moved = [car, test, reserve]
    passes(world, moved, "周远", "pro-yunling", "prosecution", "江检", ((3, 13, 9, 30), (3, 13, 9, 52)))
    world.steps(CASE, "prosecution", by="江检")
    passes(world, moved, "江检", "crt-yunling", "trial", "钱法官", ((3, 13, 11, 10), (3, 13, 11, 25)))
    world.steps(CASE, "trial", by="钱法官")
    on(world, 3, 13, 16, 41)
    order = orders(
        world, [car], share("returned", to="陈某某"), instrument=JUDGMENT, signers=world.signers(officer="钱法官")
    )
    return things, test, reserve, order


def destroyed(world: World, reserve: str, **fields: Any) -> Any:
    """B is destroyed at the centre's."""
    return world.releases(
        [reserve], kind="destroyed", recipient=None, attestations=[],
        destruction={"where": "医疗废物处置点", "method": "高温灭活", "measured": [{"quantity": "3.0", "unit": "mL"}]},
        signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]), **fields,
    )  # fmt: skip


def test_from_the_stop_to_the_judgment_in_18_hours_and_33_minutes(world: World) -> None:
    """The whole table: what is where, and who answers for it, at each of its times; afterwards, the judgment takes
    effect, the car goes home, and B may be destroyed half a year later."""
    things, test, reserve, order = judged(world)
    car = things[0]
    officer, yard, fridge, lab = "psb-0211", *(world.places[each] for each in ("车场", "冷藏", "一所实验室"))
    table = [
        # time, the car, tube A, tube B, who answers for all three
        ((12, 22, 27), officer, None, None, "psb-yunling"),
        ((12, 22, 48), officer, officer, officer, "psb-yunling"),
        ((12, 22, 53), officer, officer, fridge, "psb-yunling"),
        ((12, 23, 5), officer, lab, fridge, "psb-yunling"),
        ((13, 1, 20), officer, lab, fridge, "psb-yunling"),
        ((13, 8, 10), yard, lab, fridge, "psb-yunling"),
        ((13, 9, 51), yard, lab, fridge, "psb-yunling"),
        ((13, 9, 52), yard, lab, fridge, "pro-yunling"),
        ((13, 11, 24), yard, lab, fridge, "pro-yunling"),
        ((13, 11, 25), yard, lab, fridge, "crt-yunling"),
        ((13, 16, 41), yard, lab, fridge, "crt-yunling"),
    ]
    for time, *where, agency in table:
        then = datetime(2026, 3, *time, tzinfo=CST)
        for item, there in zip((car, test, reserve), where, strict=True):
            assert there is None or whereabouts(world, item, then) == (there, agency), (time, item)
    assert known_on(world, car, world.clock.now)["disposition"]["effective_at"] is None
    the_day_on_paper(world, car, test, reserve)
    on(world, 3, 24, 9)
    world.steps(CASE, by="钱法官", effective=JUDGMENT, final=True)
    assert due(world, "D24", reserve) == "09-20 23:59"
    world.releases([car], ordered_by=order, recipient={
        "name": {"disclose": "陈某某"}, "capacity": "right-holder", "authorisation": None, "authority_staff": False,
    })  # fmt: skip
    assert chain(world, car) == [officer, yard, None]
    assert len(rows(statement(world, car))) == 3
    assert rows(paper(world, "return-list", "item", car))
    until = orders(
        world, [reserve], share("destroyed"), instrument=JUDGMENT, signers=world.signers(officer="钱法官")
    )
    on(world, 9, 19, 9)
    with refuses(world, "tube-destroyed-early"):
        destroyed(world, reserve, ordered_by=until)
    on(world, 9, 20, 9)
    destroyed(world, reserve, ordered_by=until)
    assert chain(world, reserve) == [officer, fridge, None]


def the_day_on_paper(world: World, car: str, test: str, reserve: str) -> None:
    """The list of four articles, the form of the draw, the notice with the result, and where each tube was."""
    assert len(rows(paper(world, "seizure-list", "case", CASE))) == 4
    form = " ".join(paper(world, "blood-draw-form", "case", CASE).texts())
    assert all(each in form for each in ("F-880731", "F-880732", "25K118", "云A-2241", "聚维酮碘", "陈某某"))
    assert "172.4" in " ".join(paper(world, "opinion-notice", "case", CASE).texts())
    assert len(rows(paper(world, "case-file-list", "case", CASE))) == 3
    assert [len(rows(statement(world, each))) for each in (car, test, reserve)] == [2, 3, 2]
    (result,) = fact(world, "kit", world.facts(test).kit).examined.results
    assert (result.residual.quantity, result.residual.unit) == ("1.2", "mL")


def test_tube_b_stays_in_the_cold_store(world: World) -> None:
    """✗ 周远, a custodian too, takes B in himself. ✗ 23:10: somebody scans B for the same laboratory, to be sure."""
    stopped(world)
    test, reserve = drawn(world)
    world.changes("周远", add=[{"capacity": "custodian"}])
    with refuses(world, "officer-is-custodian"):
        world.checks_in([reserve], place="冷藏", by="何苗", to="周远")
    stored_and_sent(world, test, reserve)
    on(world, 3, 12, 23, 10)
    with refuses(world, "reserve-tube-without-reexamination") as told:
        world.dispatches([reserve], approved_for=None, signers=world.signers(officer="周远", custodian="梁静"))
    assert "same-laboratory" in also(told)
    assert chain(world, reserve) == ["psb-0211", world.places["冷藏"]]


def test_nothing_leaves_before_the_judgment_is_effective(world: World) -> None:
    """✗ 14 March: B is to be destroyed, the car to go home. The judgment can still be appealed."""
    things, _, reserve, order = judged(world)
    on(world, 3, 14, 9)
    with refuses(world, "tube-destroyed-early") as told:
        destroyed(world, reserve)
    assert "release-without-order" in also(told)
    with refuses(world, "order-not-effective"):
        world.releases(things[:1], ordered_by=order)


def test_no_draw_begins_with_tubes_out_of_date(world: World) -> None:
    """✗ The lot expired in February: while the draw is only planned, it is refused."""
    stopped(world)
    draft = world.draw(CASE)
    for tube in draft["tubes"]:
        tube["expiry"] = "2026-02-28"
    before = world.ledger.recorder.head()
    with pytest.raises(Refused) as raised:
        world.ledger.check_act(world.prepare(draft).act)
    assert (raised.value.code, raised.value.fields["rule"]) == ("refused/draw-not-allowed", "I-19")
    assert world.ledger.recorder.head() == before


def test_an_alcohol_wipe_is_stored_and_the_reviewer_knows(world: World) -> None:
    """⚠ The tubes exist, and are stored; the defect is a risk to the result, and 高岚 has to accept what is said."""
    stopped(world)
    _, reserve = drawn(world, disinfectant={"name": "75%酒精", "alcohol_free": False})
    assert open_defects(world, reserve) == {"ALCOHOL_DISINFECTANT"}
    found = defect(world, reserve, "ALCOHOL_DISINFECTANT")
    assert (found.rule, found.severity) == ("BL-04", "exclusion-risk")
    assert owes(world, reserve, "ALCOHOL_DISINFECTANT") == ("officer", "legal-reviewer")
    assert any("ALCOHOL_DISINFECTANT" in each for each in paper(world, "blood-draw-form", "case", CASE).remarks)


def test_a_warm_fridge_stands_beside_the_result(world: World) -> None:
    """⚠ 11.6 °C for 47 minutes: due within half an hour, acknowledged; the excursion is shown with the kit's result."""
    stopped(world)
    test, reserve = drawn(world)
    stored_and_sent(world, test, reserve)
    on(world, 3, 13, 0, 52)
    finds(world, test, "172.4", by=["顾宁", SECOND_EXAMINER])
    on(world, 3, 13, 4, 0)
    warm = observes(world, [reserve], "temperature", temperature=warmth(world, "4.1", "11.6", 47), in_range=False)
    assert flaws(warm) == {"TEMPERATURE_EXCURSION": ("curable", ())}
    assert due(world, "D25") == "03-13 04:30"
    world.notes(CASE, "excursion-acknowledged", [reserve], signers=world.signers(noter="梁静"))
    assert state(world, "D25") == "met"
    assert owes(world, reserve, "TEMPERATURE_EXCURSION")
    (shown,) = known_on(world, reserve, world.clock.now)["excursions"]
    assert (shown["min"], shown["max"]) == ("4.1", "11.6")
    (result,) = fact(world, "kit", world.facts(reserve).kit).examined.results
    assert result.item == test
    beside = [what for _, _, what, _ in rows(statement(world, reserve), 1)]
    assert ["172.4 mg/100 mL" in beside[0], "11.6 ℃" in beside[1], "未处理" in beside[2]] == [True, True, True]


def test_blood_drawn_on_the_eve_of_the_national_day(tmp_path: Path) -> None:
    """Drawn on Tuesday, 30 September 2025 at 23:10: eight days are off, Saturday the 11th is worked. Due at the end of
    14 October; counting Mondays to Fridays would say the 7th, natural days the 5th."""
    world = World(f"sqlite:///{tmp_path / '2025.db'}", begins=datetime(2025, 9, 30, 8, tzinfo=CST))
    world.clock.now = datetime(2025, 9, 30, 23, 10, tzinfo=CST)
    world.draws(world.opens_case(case="云公(交)刑受〔2025〕0930-02", kind="traffic"))
    assert due(world, "D09") == "10-14 23:59"
    world.close()


