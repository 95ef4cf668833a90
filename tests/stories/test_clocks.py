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
from custody.rules.clocks.deadlines import CLOCKS
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
    assert [each.rule for each in CLOCKS] == list(dict.fromkeys(each.rule for each in CLOCKS))
    assert {each.rule for each in CLOCKS} == set(texts)
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
