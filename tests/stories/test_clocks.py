"""Deadlines: each is started, stopped, and left to go red; what the register shows is what a rebuild makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

import world_objects
from custody.acts import ACT_TYPES
from custody.acts.case import NotedFact
from custody.errors import NotFound
from custody.ledger.policies import shipped_policy
from custody.registers import Registers, differences
from custody.rules.clocks.deadlines import CLOCKS, PLACE_CLOCKS
from telling import refuses, tells
from world import CST, World
from world_orders import FINANCE, SAFE, announces, appraises, cash, deposits, in_effect, joins, orders, share
from world_results import (
    asks,
    decides,
    denies,
    disputes,
    extends,
    finds,
    observes,
    takes,
    tells_result,
    warmth,
)

Deadlines = Callable[..., list[dict[str, Any]]]

NOTED = {f"noted:{fact}" for fact in get_args(NotedFact)}
CHANGES = {"measure-change:lift"}

DRIVING = "云公(交)刑受〔2026〕0312-07"
IDLING = "云公(治)行受〔2026〕0312"


@pytest.fixture
def deadlines(world: World) -> Iterator[Deadlines]:
    """``deadlines("D01")``: the deadlines of a number as they stand now, or ``after`` so much time."""
    registers = Registers(world.engine)

    def asked(rule: str, after: timedelta = timedelta(), **fields: Any) -> list[dict[str, Any]]:
        registers.catch_up()
        return registers.deadlines(at=world.clock() + after, rule=rule, **{"stopped": True, **fields})

    yield asked
    registers.catch_up()
    assert differences(world.engine) == []
    registers.close()


def local(instant: str | None) -> str:
    """An instant as clocks in China show it, to the second."""
    assert instant is not None
    return datetime.fromisoformat(instant).astimezone(CST).strftime("%Y-%m-%d %H:%M:%S")


def goes_red(world: World, asked: Deadlines, rule: str) -> None:
    """The one deadline of a number that runs is blue before, orange after, and red a day after it is due."""
    (now,) = asked(rule, stopped=False)
    left = datetime.fromisoformat(now["due"]) - world.clock()
    ladder = shipped_policy("cn").deadlines[rule].ladder
    blue = min(left, -max(each.after for each in ladder if each.colour == "blue"))
    steps = {left - blue: "blue", left: "blue", left + timedelta(seconds=1): "orange",
             left + timedelta(hours=24, seconds=1): "red", left + timedelta(days=9): "red"}  # fmt: skip
    for after, colour in steps.items():
        assert asked(rule, after, stopped=False)[0]["colour"] == colour, after


def test_every_deadline_of_the_rule_data_has_a_clock_and_every_clock_a_text() -> None:
    texts = shipped_policy("cn").deadlines
    for clocks in (CLOCKS, PLACE_CLOCKS):
        assert [each.rule for each in clocks] == list(dict.fromkeys(each.rule for each in clocks))
    assert {each.rule for each in (*CLOCKS, *PLACE_CLOCKS)} == set(texts) == {f"D{n:02}" for n in range(1, 32)}
    for rule, text in texts.items():
        assert text.zh, rule
        assert text.en, rule
        assert text.source, rule
        assert text.starts, rule
        assert {*text.starts, *text.stops} <= {*ACT_TYPES, *NOTED, *CHANGES}, rule
        assert [each.colour for each in text.ladder][-3:] == ["orange", "red", "red"], rule
        assert text.ladder[0].colour == "blue", rule


def test_what_was_seized_is_due_in_the_store_after_a_day(world: World, deadlines: Deadlines) -> None:
    """D01: 400 items or one, each has its own; the one that is stored in time is met."""
    case = world.opens_case()
    began = world.clock.now
    one, two = world.seizes(case, world.item(), world.item())
    assert local(deadlines("D01")[0]["due"]) == (began + timedelta(hours=24)).strftime("%Y-%m-%d %H:%M:%S")
    receipt = world.checks_in([one])
    by_item = {each["subject"]: each for each in deadlines("D01")}
    assert (by_item[f"item:{one}"]["state"], by_item[f"item:{one}"]["stopped_by"]) == ("met", receipt.act)
    assert by_item[f"item:{two}"]["state"] == "running"
    goes_red(world, deadlines, "D01")


def test_the_day_begins_anew_when_the_officers_are_back(world: World, deadlines: Deadlines) -> None:
    """S2: seized far away on Wednesday, back on Friday evening, due on Saturday evening."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.clock.forward(hours=50)
    back = world.clock.now
    world.notes(case, "returned-to-unit")
    (shown,) = deadlines("D01")
    assert (shown["variant"], local(shown["due"])) == (
        "returned-to-unit", (back + timedelta(hours=24)).strftime("%Y-%m-%d %H:%M:%S"),
    )  # fmt: skip
    world.clock.forward(hours=30)
    world.checks_in([item])
    (shown,) = deadlines("D01")
    assert shown["state"] == "late"
    assert shown["colour"] is None


def test_what_stays_in_its_place_has_its_papers_delivered(world: World, deadlines: Deadlines) -> None:
    """D02, and no handover of the thing itself."""
    case = world.opens_case()
    item = world.item(category="funds", seal=None, keeper={"disclose": "云岭农商行"})
    (frozen,) = world.seizes(case, item, measure="frozen")
    assert deadlines("D01") == []
    goes_red(world, deadlines, "D02")
    world.notes(case, "documents-delivered", [frozen], signers=world.signers(noter="梁静"))
    assert deadlines("D02")[0]["state"] == "met"


def test_a_loan_is_due_when_it_was_approved_to_be(world: World, deadlines: Deadlines) -> None:
    """D03: at the instant of the approval; and a day after what it was lent for is over."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.checks_in([item])
    began = world.clock.now
    world.lends([item], hours=48)
    assert local(deadlines("D03")[0]["due"]) == (began + timedelta(hours=48)).strftime("%Y-%m-%d %H:%M:%S")
    goes_red(world, deadlines, "D03")
    world.notes(case, "loan-purpose-ended", [item])
    assert {each["variant"] for each in deadlines("D03", stopped=False)} == {"", "purpose-ended"}
    world.clock.forward(hours=25)
    world.returns([item])
    assert {each["variant"]: each["state"] for each in deadlines("D03")} == {"": "met", "purpose-ended": "late"}


@pytest.mark.parametrize(("kind", "due"), [("criminal", "2026-03-15"), ("administrative", "2026-03-12")])
def test_what_is_irrelevant_is_given_back(world: World, deadlines: Deadlines, kind: str, due: str) -> None:
    """D04: in three days in a criminal case, at once in another."""
    case = world.opens_case(kind=kind)
    (item,) = world.seizes(case)
    world.checks_in([item])
    world.notes(case, "found-irrelevant", [item])
    (shown,) = deadlines("D04")
    assert local(shown["due"]) == f"{due} 23:59:59"
    goes_red(world, deadlines, "D04")
    world.releases([item])
    assert deadlines("D04")[0]["state"] == "met"


def test_an_administrative_seizure_ends_after_thirty_days_without_the_examination(
    world: World, deadlines: Deadlines
) -> None:
    """D06: 12 March and thirty days; while a laboratory has the item, nothing runs; its five days come on top."""
    case = world.opens_case(kind="administrative")
    (item,) = world.seizes(case)
    assert local(deadlines("D06")[0]["due"]) == "2026-04-11 23:59:59"
    goes_red(world, deadlines, "D06")
    world.dispatches([item])
    world.lab_receives([item])
    assert (deadlines("D06")[0]["state"], deadlines("D06")[0]["due"]) == ("suspended", None)
    world.clock.forward(days=5)
    world.transfers([item], "顾宁", "周远", **{"from": {"place": world.places["一所实验室"]}})
    assert local(deadlines("D06")[0]["due"]) == "2026-04-16 23:59:59"
    world.checks_in([item])
    world.clock.forward(days=40)
    world.releases([item])
    assert deadlines("D06")[0]["state"] == "lapsed"


def test_a_registration_in_advance_lapses_after_seven_days(world: World, deadlines: Deadlines) -> None:
    """D07."""
    case = world.opens_case(kind="administrative")
    item = world.item(seal=None, keeper={"disclose": "店主"})
    world.seizes(case, item, measure="registered")
    assert local(deadlines("D07")[0]["due"]) == "2026-03-19 23:59:59"
    goes_red(world, deadlines, "D07")


def test_a_freeze_lapses_after_six_months(world: World, deadlines: Deadlines) -> None:
    """D08."""
    case = world.opens_case()
    item = world.item(category="funds", seal=None, keeper={"disclose": "云岭农商行"})
    world.seizes(case, item, measure="frozen")
    assert local(deadlines("D08")[0]["due"]) == "2026-09-12 23:59:59"
    goes_red(world, deadlines, "D08")


def test_blood_is_submitted_at_once_and_in_five_working_days(world: World, deadlines: Deadlines) -> None:
    """D09 in S1: drawn on a Thursday, due on the Thursday after; B, the reserve, is not to be submitted. D10 begins."""
    test, _ = world.draws(world.opens_case(case=DRIVING, kind="traffic"))
    shown = {each["variant"]: each for each in deadlines("D09")}
    assert {each["subject"] for each in shown.values()} == {f"item:{test}"}
    assert local(shown[""]["due"]) == "2026-03-19 23:59:59"
    (soft,) = [each for each in deadlines("D09", timedelta(hours=25)) if each["variant"] == "at-once"]
    assert soft["colour"] == "orange"
    world.dispatches([test])
    world.lab_receives([test])
    assert {each["state"] for each in deadlines("D09")} == {"met"}
    assert local(deadlines("D10")[0]["due"]) == "2026-03-17 23:59:59"
    goes_red(world, deadlines, "D10")


def test_blood_drawn_before_the_national_holiday(world: World, deadlines: Deadlines) -> None:
    """Drawn on 2026-09-30: off from 1 to 7 October, Saturday the 10th is worked."""
    world.clock.now = datetime(2026, 9, 30, 23, 10, tzinfo=CST)
    world.draws(world.opens_case(case=DRIVING, kind="traffic"))
    (hard,) = [each for each in deadlines("D09") if not each["variant"]]
    assert local(hard["due"]) == "2026-10-13 23:59:59"


def test_without_the_calendar_of_next_year_nobody_says_when_it_is_due(world: World, deadlines: Deadlines) -> None:
    """Drawn on 30 December: the year that is missing is named, and the deadline stays on the list."""
    world.clock.now = datetime(2026, 12, 30, 10, 0, tzinfo=CST)
    test, _ = world.draws(world.opens_case(case=DRIVING, kind="traffic"))
    (hard,) = [each for each in deadlines("D09", stopped=False) if not each["variant"]]
    assert (hard["due"], hard["missing_year"], hard["state"]) == (None, 2027, "no-calendar")
    world.dispatches([test])
    world.lab_receives([test])
    assert {each["state"] for each in deadlines("D09")} == {"met"}


def test_a_detained_vehicle_reaches_the_yard_in_a_day(world: World, deadlines: Deadlines) -> None:
    """D14 in S1, and D15 once the papers are there: ten working days."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    (car,) = world.seizes(case, world.item(category="vehicle", seal=None))
    goes_red(world, deadlines, "D14")
    world.checks_in([car], place="车场")
    assert deadlines("D14")[0]["state"] == "met"
    world.notes(case, "papers-produced")
    assert local(deadlines("D15")[0]["due"]) == "2026-03-26 23:59:59"
    goes_red(world, deadlines, "D15")
    world.releases([car])
    assert deadlines("D15")[0]["state"] == "met"


def test_drugs_are_submitted_in_three_days_and_over_a_holiday_on_the_first_working_day(
    world: World, deadlines: Deadlines
) -> None:
    """D16 in S5: seized on 3 April, 4 to 6 April are off."""
    world.clock.now = datetime(2026, 4, 3, 15, 20, tzinfo=CST)
    (drugs,) = world.seizes(world.opens_case(), world.item(category="drugs", quantity="312.46", unit="g"))
    assert local(deadlines("D16")[0]["due"]) == "2026-04-07 23:59:59"
    goes_red(world, deadlines, "D16")
    both = world.signers(officer=["周远", "何苗"], approver="刘振")
    world.dispatches([drugs], signers=both)
    world.lab_receives([drugs])
    assert deadlines("D16")[0]["state"] == "met"


def test_cash_that_proves_nothing_goes_to_the_account(world: World, deadlines: Deadlines) -> None:
    """D17: a day after it came into the store; marked notes stay."""
    joins(world, FINANCE, "finance")
    case = world.opens_case()
    bulk, marked = world.seizes(case, cash(world, "1284300.00"), world.item(category="cash", seal=None))
    assert deadlines("D17") == []
    world.checks_in([bulk, marked], place="贵重", to=SAFE)
    assert [each["subject"] for each in deadlines("D17")] == [f"item:{bulk}"]
    goes_red(world, deadlines, "D17")
    deposits(world, [bulk], "1284300.00")
    assert deadlines("D17")[0]["state"] == "met"


def test_valuables_are_appraised(world: World, deadlines: Deadlines) -> None:
    """D18."""
    (ring,) = world.seizes(world.opens_case(), world.item(category="valuables", description="金项链"))
    assert local(deadlines("D18")[0]["due"]) == "2026-03-19 23:59:59"
    goes_red(world, deadlines, "D18")
    appraises(world, [ring])
    assert deadlines("D18")[0]["state"] == "met"


def test_what_was_announced_and_not_claimed_is_disposed_of(world: World, deadlines: Deadlines) -> None:
    """D05: six months from the first day of the announcement, 31 March to the end of September."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    announces(world, [item], "2026-03-31", "2026-09-30")
    assert local(deadlines("D05")[0]["due"]) == "2026-09-30 23:59:59"
    goes_red(world, deadlines, "D05")
    world.clock.now = datetime(2026, 10, 8, 9, 0, tzinfo=CST)
    orders(world, [item], share("remitted"), ground="unclaimed")
    assert deadlines("D05")[0]["state"] == "lapsed"


def test_an_order_is_carried_out_once_it_is_in_effect(world: World, deadlines: Deadlines) -> None:
    """D21: no clock while the judgment may be appealed; the order that replaces it has one."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    first = orders(world, [item], share("returned", to="赵某"))
    assert deadlines("D21") == []
    order = orders(world, [item], share("returned", to="赵某"), replaces=first, **in_effect(world))
    assert local(deadlines("D21")[0]["due"]) == "2026-04-13 23:59:59"
    goes_red(world, deadlines, "D21")
    world.releases([item], ordered_by=order)
    assert deadlines("D21")[0]["state"] == "met"


def test_the_court_gets_its_receipt_in_a_month(world: World, deadlines: Deadlines) -> None:
    """D22: a month from service; 12 April is a Sunday."""
    case = world.opens_case()
    world.notes(case, "judgment-served")
    assert local(deadlines("D22")[0]["due"]) == "2026-04-13 23:59:59"
    goes_red(world, deadlines, "D22")
    world.notes(case, "receipt-to-court-sent")
    assert deadlines("D22")[0]["state"] == "met"


def test_a_complaint_is_answered_in_thirty_days(world: World, deadlines: Deadlines) -> None:
    """D28: until the hold that it brought is lifted; other holds have no clock."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.holds(case, [item], reason="claim")
    assert deadlines("D28") == []
    hold = world.holds(case, [item])
    assert local(deadlines("D28")[0]["due"]) == "2026-04-13 23:59:59"
    goes_red(world, deadlines, "D28")
    world.lifts(hold, case, [item])
    assert deadlines("D28")[0]["state"] == "met"


def test_what_was_done_on_the_spot_is_reported_in_a_day(world: World, deadlines: Deadlines) -> None:
    """D29."""
    case = world.opens_case(case=IDLING, kind="administrative")
    world.seizes(case, authority="on-the-spot")
    goes_red(world, deadlines, "D29")
    world.notes(case, "measure-reported")
    assert deadlines("D29")[0]["state"] == "met"


def test_a_correction_moves_a_deadline(world: World, deadlines: Deadlines) -> None:
    """Deadlines follow the acts as they read: an item that was never there is due nowhere."""
    case = world.opens_case()
    receipt = world.act(world.seizure(case, [world.item(), world.item()]))
    assert len(deadlines("D01")) == 2
    world.corrects(receipt.act, {"op": "void", "path": "/items/0", "old": None, "new": None}, author="周远")
    assert len(deadlines("D01")) == 1


def test_the_list_is_by_due_and_goes_on_where_it_ended(world: World, deadlines: Deadlines) -> None:
    case = world.opens_case()
    world.seizes(case, *(world.item() for _ in range(5)))
    world.notes(case, "judgment-served")
    registers = Registers(world.engine)
    registers.catch_up()
    whole = registers.deadlines(at=world.clock(), case=case)
    paged: list[dict[str, Any]] = []
    while page := registers.deadlines(
        at=world.clock(), case=case, limit=2, after=paged[-1]["deadline"] if paged else None
    ):
        paged += page
    registers.close()
    assert paged == whole
    assert [each["due"] for each in whole] == sorted(each["due"] for each in whole)
    assert len(deadlines("D01", timedelta(hours=22), colour="blue")) == 5
    assert deadlines("D01", colour="blue") == []


def test_the_three_clearances_list_what_must_be_done(world: World, deadlines: Deadlines) -> None:
    """日清: what has to be handed over today; 月清: the loan and the measure; 季清: what was ordered."""
    case = world.opens_case()
    since = world.clock()
    stored, late, carried = world.seizes(case, world.item(), world.item(), world.item())
    world.checks_in([stored])
    world.lends([stored], hours=24)
    registers = Registers(world.engine)
    registers.catch_up()
    daily = registers.clearance("daily", world.clock())
    assert {each["subject"] for each in daily["handovers"]} == {f"item:{late}", f"item:{carried}"}
    assert [each["subject"] for each in registers.clearance("monthly", world.clock())["loans"]] == [f"item:{stored}"]
    assert registers.clearance("quarterly", world.clock())["undisposed"] == []
    world.clock.forward(hours=40)
    world.checks_in([late])
    orders(world, [late], share("returned", to="赵某"), **in_effect(world))
    registers.catch_up()
    assert len(registers.clearance("quarterly", world.clock())["undisposed"]) == 1
    figures = registers.statistics(since, world.clock())
    assert (figures["taken"], figures["stored"], figures["check_in_rate"]) == (3, 2, "0.6667")
    assert (figures["late_handovers"], figures["overdue_loans"], figures["undisposed"]) == (2, 1, 0)
    assert figures["open_defects"] == 1
    with pytest.raises(NotFound):
        registers.clearance("yearly", world.clock())
    registers.close()


def test_a_result_is_told_and_may_be_disputed_for_three_working_days(world: World, deadlines: Deadlines) -> None:
    """D10 to D13 in S6: told on Wednesday 10 June, the window ends on Monday the 15th; refused, told in three days."""
    world.clock.now = datetime(2026, 6, 8, 9, 0, tzinfo=CST)
    case = world.opens_case(case=DRIVING, kind="traffic")
    tube, _ = world.draws(case)
    world.dispatches([tube])
    world.lab_receives([tube])
    result = finds(world, tube).act
    assert deadlines("D10")[0]["state"] == "met"
    assert local(deadlines("D11")[0]["due"]) == "2026-06-15 23:59:59"
    goes_red(world, deadlines, "D11")
    world.clock.now = datetime(2026, 6, 10, 15, 0, tzinfo=CST)
    tells_result(world, tube, result)
    assert deadlines("D11")[0]["state"] == "met"
    assert local(deadlines("D12")[0]["due"]) == "2026-06-15 23:59:59"
    goes_red(world, deadlines, "D12")
    request = disputes(world, tube, result)
    assert deadlines("D12")[0]["state"] == "met"
    world.clock.now = datetime(2026, 6, 15, 10, 0, tzinfo=CST)
    denies(world, tube, request)
    assert local(deadlines("D13")[0]["due"]) == "2026-06-18 23:59:59"
    goes_red(world, deadlines, "D13")
    world.notes(case, "refusal-notified", [tube])
    assert deadlines("D13")[0]["state"] == "met"


def test_an_extended_loan_is_due_at_its_new_time(world: World, deadlines: Deadlines) -> None:
    """D03 again: the decision that extends it names another instant."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    loan = asks(world, [item])
    decides(world, loan, [item])
    takes(world, loan, [item])
    later = world.clock.now + timedelta(hours=72)
    extends(world, loan, [item], hours=72)
    assert local(deadlines("D03")[0]["due"]) == later.strftime("%Y-%m-%d %H:%M:%S")
    world.clock.forward(hours=60)
    world.returns([item])
    assert deadlines("D03")[0]["state"] == "met"


def test_a_fridge_that_was_too_warm_is_acknowledged_at_once(world: World, deadlines: Deadlines) -> None:
    """D25: half an hour."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    _, reserve = world.draws(case)
    world.checks_in([reserve], place="冷藏")
    observes(world, [reserve], "temperature", temperature=warmth(world, "3.9", "5.1"), in_range=True)
    assert deadlines("D25") == []
    seen = world.clock.now
    observes(world, [reserve], "temperature", temperature=warmth(world, "4.0", "11.6"), in_range=False)
    assert local(deadlines("D25")[0]["due"]) == (seen + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
    goes_red(world, deadlines, "D25")
    world.notes(case, "excursion-acknowledged")
    assert deadlines("D25")[0]["state"] == "met"


def test_an_offer_is_answered_before_it_expires(world: World, deadlines: Deadlines) -> None:
    """D20: line by line; what nobody answers stays with the sender, and goes red."""
    case = world.opens_case()
    one, two = world.seizes(case, world.item(), world.item())
    world.checks_in([one, two])
    manifest = world.offers([one, two])
    world.answers(manifest, [one])
    states = {each["subject"]: each["state"] for each in deadlines("D20")}
    assert states == {f"item:{one}": "met", f"item:{two}": "running"}
    goes_red(world, deadlines, "D20")


def test_the_reserve_is_kept_for_its_time_once_the_case_is_final(world: World, deadlines: Deadlines) -> None:
    """D24: from the day the case is final; nothing is destroyed by a clock."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    _, reserve = world.draws(case)
    world.checks_in([reserve], place="冷藏")
    assert deadlines("D24") == []
    world.steps(case, final=True)
    assert [each["subject"] for each in deadlines("D24")] == [f"item:{reserve}"]
    assert local(deadlines("D24")[0]["due"]) == "2026-09-08 23:59:59"
    goes_red(world, deadlines, "D24")


def test_a_case_that_was_sent_back_is_investigated_for_a_month(world: World, deadlines: Deadlines) -> None:
    """D23: from when the procuratorate sent it back, until it has it again."""
    case = world.opens_case()
    world.steps(case, "prosecution")
    assert deadlines("D23") == []
    world.steps(case, "investigation", by="江检")
    assert local(deadlines("D23")[0]["due"]) == "2026-04-13 23:59:59"
    goes_red(world, deadlines, "D23")
    world.steps(case, "prosecution")
    assert deadlines("D23")[0]["state"] == "met"


def test_an_extended_measure_ends_on_its_new_day_and_a_lifted_one_is_over(world: World, deadlines: Deadlines) -> None:
    """D06 and D08: what the papers say comes before the term of the law."""
    case = world.opens_case(case=IDLING, kind="public-order")
    (item,) = world.seizes(case, expires="2026-04-11")
    assert local(deadlines("D06")[0]["due"]) == "2026-04-11 23:59:59"
    world_objects.extends(world, [item], "2026-05-11")
    assert local(deadlines("D06")[0]["due"]) == "2026-05-11 23:59:59"
    goes_red(world, deadlines, "D06")
    world_objects.lifts_measure(world, [item])
    assert deadlines("D06")[0]["state"] == "met"


def test_a_discrepancy_is_explained_in_three_days(world: World, deadlines: Deadlines) -> None:
    """D27."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.checks_in([item])
    raised = world_objects.raises(world, case, [item], "seal")
    assert local(deadlines("D27")[0]["due"]) == "2026-03-15 23:59:59"
    goes_red(world, deadlines, "D27")
    world_objects.explains(world, raised, [item])
    assert deadlines("D27")[0]["state"] == "met"


def approved(world: World, by: str = "沈建国") -> list[dict[str, str]]:
    """Noted by the officer, approved by somebody."""
    return world.signers(noter="周远", approver=by)


def both_dates(shown: dict[str, Any]) -> tuple[str, str]:
    """When an extended deadline was due before, and when it is due now."""
    return local(shown["first_due"])[:10], local(shown["due"])[:10]


@tells("term-extension-unapproved", "term-extended-before")
def test_the_verification_of_a_vehicle_is_extended_once_by_who_may(world: World, deadlines: Deadlines) -> None:
    """D15: ten working days become fifteen, both dates are shown; a unit head may not, and nobody may twice."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    (car,) = world.seizes(case, world.item(category="vehicle", seal=None))
    world.checks_in([car], place="车场")
    world.notes(case, "papers-produced")
    assert (deadlines("D15")[0]["first_due"], deadlines("D15")[0]["extended_by"]) == (None, None)
    with refuses(world, "term-extension-unapproved") as told:
        world.notes(case, "verification-extended", [car])
    assert told.facts == {"deadline": "D15", "expected": "approver-2"}
    with refuses(world, "term-extension-unapproved"):
        world.notes(case, "verification-extended", [car], signers=approved(world, "刘振"))
    extended = world.notes(case, "verification-extended", [car], signers=approved(world))
    (shown,) = deadlines("D15")
    assert (both_dates(shown), shown["extended_by"]) == (("2026-03-26", "2026-04-02"), extended.act)
    for items in ([car], []):
        with refuses(world, "term-extended-before"):
            world.notes(case, "verification-extended", items, signers=approved(world))
    goes_red(world, deadlines, "D15")


def test_a_term_that_is_over_is_not_extended_any_more(world: World, deadlines: Deadlines) -> None:
    """D15 again: what an approver notes afterwards is recorded, and moves nothing."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    (car,) = world.seizes(case, world.item(category="vehicle", seal=None))
    world.checks_in([car], place="车场")
    world.notes(case, "papers-produced")
    world.clock.forward(days=20)
    world.notes(case, "verification-extended", [car], signers=approved(world))
    (shown,) = deadlines("D15")
    assert (local(shown["due"]), shown["first_due"], shown["extended_by"]) == ("2026-03-26 23:59:59", None, None)


@tells("term-extension-unapproved")
def test_the_submission_of_drugs_is_extended_to_seven_days(world: World, deadlines: Deadlines) -> None:
    """D16: with the unit head's approval, on the packets named and no others."""
    case = world.opens_case()
    one, two = world.seizes(case, *(world.item(category="drugs", quantity="3.1", unit="g") for _ in range(2)))
    with refuses(world, "term-extension-unapproved"):
        world.notes(case, "submission-extended", [one])
    world.notes(case, "submission-extended", [one], signers=approved(world, "刘振"))
    by_item = {each["subject"]: each for each in deadlines("D16")}
    assert both_dates(by_item[f"item:{one}"]) == ("2026-03-16", "2026-03-19")
    assert local(by_item[f"item:{two}"]["due"]) == "2026-03-16 23:59:59"
    assert by_item[f"item:{two}"]["first_due"] is None


@pytest.mark.parametrize(("regime", "due"), [("administrative", "2026-12-31"), ("criminal", "2026-09-30")])
def test_waiting_for_the_owner_is_extended_by_three_months_where_the_law_says_so(
    world: World, deadlines: Deadlines, regime: str, due: str
) -> None:
    """D05: six months and three more in administrative cases; in criminal ones nothing extends it."""
    case = world.opens_case(kind=regime)
    (item,) = world.seizes(case)
    world.checks_in([item])
    announces(world, [item], "2026-03-31", "2026-12-31", regime=regime)
    world.clock.now = datetime(2026, 9, 1, 9, 0, tzinfo=CST)
    world.notes(case, "claim-period-extended", [item], signers=approved(world))
    (shown,) = deadlines("D05")
    assert local(shown["due"])[:10] == due
    assert (shown["first_due"] is None) == (regime == "criminal")


def test_an_extended_measure_shows_both_days(world: World, deadlines: Deadlines) -> None:
    """D06 and D03, which other acts extend, keep their first date, too."""
    case = world.opens_case(case=IDLING, kind="public-order")
    (item,) = world.seizes(case, expires="2026-04-11")
    world_objects.extends(world, [item], "2026-05-11")
    assert both_dates(deadlines("D06")[0]) == ("2026-04-11", "2026-05-11")
    world.checks_in([item])
    loan = asks(world, [item])
    decides(world, loan, [item])
    takes(world, loan, [item])
    extends(world, loan, [item], hours=72)
    (shown,) = deadlines("D03")
    assert shown["first_due"] < shown["due"]


def test_every_item_is_on_a_manifest_when_its_case_goes_on(world: World, deadlines: Deadlines) -> None:
    """D19: what the procuratorate refuses while the case is there is due at once, until it is offered anew; what it
    accepts, and what waits for its answer, is not."""
    case = world.opens_case()
    one, two, three = world.seizes(case, world.item(), world.item(), world.item())
    world.checks_in([one, two, three])
    manifest = world.offers([one, two, three])
    world.steps(case, "prosecution")
    assert deadlines("D19") == []
    world.answers(manifest, [one], lines=[
        *world.answer_lines([one]),
        {"item": two, "moves": "control", "decision": "refused", "reason": "missing-document"},
    ])  # fmt: skip
    (shown,) = deadlines("D19")
    assert (shown["subject"], shown["state"], shown["due"]) == (f"item:{two}", "running", shown["started_at"])
    assert deadlines("D19", stopped=False)[0]["colour"] == "orange"
    assert deadlines("D19", timedelta(hours=25), stopped=False)[0]["colour"] == "red"
    world.offers([two])
    assert [each["state"] for each in deadlines("D19")] == ["late"]


def test_what_is_withdrawn_is_due_on_a_manifest_until_the_case_comes_back(world: World, deadlines: Deadlines) -> None:
    """D19 again, and D23: the case is sent back for further investigation."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.checks_in([item])
    manifest = world.offers([item])
    world.steps(case, "prosecution")
    world.withdraws(manifest, [item])
    assert [each["state"] for each in deadlines("D19")] == ["running"]
    world.steps(case, "investigation", by="江检")
    assert deadlines("D19", stopped=False) == []
    assert [each["state"] for each in deadlines("D23")] == ["running"]


def test_a_further_investigation_ends_when_the_procuratorate_accepts_again(
    world: World, deadlines: Deadlines
) -> None:
    """D23 by manifests alone, as in S8: control goes there, comes back, and goes there again."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.checks_in([item])
    world.answers(world.offers([item]), [item])
    assert deadlines("D23") == []
    back = world.offers([item], to="psb-yunling", stage="investigation", by="江检")
    assert deadlines("D23") == []
    world.answers(back, [item], by="周远")
    assert local(deadlines("D23")[0]["due"]) == "2026-04-13 23:59:59"
    goes_red(world, deadlines, "D23")
    again = world.answers(world.offers([item]), [item])
    (shown,) = deadlines("D23")
    assert (shown["state"], shown["stopped_by"]) == ("met", again.act)


def test_a_cold_store_that_was_too_warm_is_seen_by_somebody_else(world: World, deadlines: Deadlines) -> None:
    """D25 of a place: whoever saw it first cannot acknowledge it alone; a reading in range, or a colleague, does."""
    where = {"place": world.places["冷藏"], "listing": None}

    def reads(high: str, fine: bool, by: str = "梁静") -> str:
        listing = world.lists([])
        return observes(world, [], "temperature", by=by, temperature=warmth(world, "4.0", high), in_range=fine,
                        **{**where, "listing": listing}).act  # fmt: skip

    reads("7.9", True)
    assert deadlines("D25") == []
    seen = world.clock.now
    reads("11.6", False)
    (shown,) = deadlines("D25")
    assert (shown["subject"], shown["case"]) == (f"place:{world.places['冷藏']}", None)
    assert local(shown["due"]) == (seen + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
    goes_red(world, deadlines, "D25")
    reads("11.2", False)
    assert {each["state"] for each in deadlines("D25")} == {"running"}
    known = reads("10.8", False, by="郑宏")
    assert [each["stopped_by"] for each in deadlines("D25")] == [known, known, None]
    reads("6.1", True)
    assert {each["state"] for each in deadlines("D25")} == {"met"}


def test_stores_are_counted_in_their_rhythm(world: World, deadlines: Deadlines) -> None:
    """D26: thirty days for drugs and valuables, ninety for others, none for laboratories; each closed stock-take begins
    anew."""
    by_place = {each["subject"].removeprefix("place:"): each for each in deadlines("D26")}
    assert by_place.keys() == {world.places[each] for each in ("大库", "冷藏", "车场", "贵重", "毒品库")}
    assert {local(by_place[world.places[each]]["due"])[:10] for each in ("贵重", "毒品库")} == {"2026-04-11"}
    assert local(by_place[world.places["大库"]]["due"])[:10] == "2026-06-10"
    world.clock.now = datetime(2026, 6, 1, 9, 0, tzinfo=CST)
    opening = world.opens_stock_take("大库", book=[])
    world.counts(opening, "大库", book=[], scanned=[])
    hall = f"place:{world.places['大库']}"
    assert [each["state"] for each in deadlines("D26") if each["subject"] == hall] == ["running"]
    closed = world.closes_stock_take(opening)
    one, two = sorted((each for each in deadlines("D26") if each["subject"] == hall), key=lambda each: each["due"])
    assert (one["state"], one["stopped_by"], two["act"]) == ("met", closed.act, closed.act)
    assert (local(two["due"])[:10], two["state"]) == ("2026-08-30", "running")
    assert {each["colour"] for each in deadlines("D26", stopped=False, colour="red")} == {"red"}


def test_a_registered_paper_without_its_items_is_an_alert_the_next_day(world: World, deadlines: Deadlines) -> None:
    """D30: the decision is in the ledger, and nothing that was seized by it; until a seizure names it."""
    case = world.opens_case()
    world.seizes(case, instrument="云公扣字〔2026〕11号")
    world_objects.registers(world, case, "云公扣字〔2026〕11号")
    assert deadlines("D30") == []
    world_objects.registers(world, case, "云公扣字〔2026〕12号")
    (shown,) = deadlines("D30")
    assert shown["subject"] == f"case:{case}"
    goes_red(world, deadlines, "D30")
    world.seizes(case, instrument="云公扣字〔2026〕13号")
    assert deadlines("D30")[0]["state"] == "running"
    world.clock.forward(hours=30)
    world.seizes(case, instrument="云公扣字〔2026〕12号", occurred_at="2026-03-12T09:00:00+08:00")
    assert deadlines("D30")[0]["state"] == "late"


def test_a_list_that_shows_more_than_the_ledger_is_an_alert_the_next_day(world: World, deadlines: Deadlines) -> None:
    """D30 again: the case system's list has a line that nobody registered; entering it, when, counts, not taking it."""
    case = world.opens_case()
    world.seizes(case)
    before = world.clock.now.isoformat()
    world.clock.forward(hours=2)
    world.notes(case, "items-unregistered", statement="清单第77行", basis=["云公扣字〔2026〕12号"])
    goes_red(world, deadlines, "D30")
    world.seizes(case, occurred_at=before)
    assert deadlines("D30")[0]["state"] == "met"


def test_data_are_unfrozen_in_three_days(world: World, deadlines: Deadlines) -> None:
    """D31: from the decision, on what is digital and frozen; funds have other clocks."""
    case = world.opens_case()
    kept = {"seal": None, "keeper": {"disclose": "云岭数据中心"}}
    data, funds = world.seizes(
        case, world.item(category="digital", **kept), world.item(category="funds", **kept), measure="frozen"
    )
    world.notes(case, "unfreezing-decided")
    assert [each["subject"] for each in deadlines("D31")] == [f"item:{data}"]
    assert local(deadlines("D31")[0]["due"]) == "2026-03-15 23:59:59"
    goes_red(world, deadlines, "D31")
    world_objects.lifts_measure(world, [data, funds])
    assert deadlines("D31")[0]["state"] == "met"


def test_an_agency_finds_what_it_answers_for(world: World, deadlines: Deadlines) -> None:
    """By what it controls or holds, by its cases, by its places."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.notes(case, "judgment-served")
    found = {agency: {each["rule"] for each in deadlines("D01", agency=agency)} for agency in ("psb-yunling", "lab-1")}
    assert found == {"psb-yunling": {"D01"}, "lab-1": set()}
    assert [each["subject"] for each in deadlines("D22", agency="psb-yunling")] == [f"case:{case}"]
    assert deadlines("D22", agency="center") == []
    assert len(deadlines("D26", agency="center")) == 5
    registers = Registers(world.engine)
    registers.catch_up()
    (shown,) = registers.items(case=case)
    registers.close()
    assert [(each["rule"], each["due"]) for each in shown["deadlines"]] == [("D01", deadlines("D01")[0]["due"])]
    world.checks_in([item])
    registers = Registers(world.engine)
    registers.catch_up()
    assert registers.item(item)["deadlines"] == []
    registers.close()
