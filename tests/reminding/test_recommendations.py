"""执法建议书: drafted on the last rung, numbered without gaps, open until it is answered or void."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from custody.desk.tables import recommendation
from custody.errors import Conflict, NotFound
from custody.reminding.recommendations import act_of, find, make_void, recommendations
from custody.reminding.turn import Office
from listening import Web
from papers import drawn
from world import World

MakeOffice = Callable[..., Office]

FIRST = "psb-yunling执建〔2026〕1号"


def known(office: Office, *, closed: bool = True) -> list[dict[str, Any]]:
    office.registers.catch_up()
    return recommendations(office.desk, office.registers, office.clock(), closed=closed)


def escalates(world: World, office: Office, case: str, items: int = 1) -> list[str]:
    """Items of a case that stay out of the store until the last rung is reached."""
    held = world.seizes(world.opens_case(case=case), *(world.item() for _ in range(items)))
    world.clock.forward(hours=97)
    office.turn()
    return held


def signs(world: World, office: Office, reference: str, **fields: Any) -> None:
    """The legal reviewer signs the act that was drafted."""
    office.registers.catch_up()
    draft = act_of(find(office.desk, office.registers, reference, office.clock()), "psb-0077")
    world.act({**draft, **fields})


def test_the_last_rung_drafts_one_and_the_reviewer_is_told(staffed: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(staffed, report_tells=())
    held = staffed.seizes(staffed.opens_case())
    staffed.clock.forward(hours=95)
    assert office.turn().drafted == ()
    staffed.clock.forward(hours=2)
    push.posted.clear()
    assert office.turn().drafted == (FIRST,)
    assert office.turn().drafted == ()
    told = [json.loads(each.body)["data"] for each in push.posted]
    (one,) = [each for each in told if each["kind"] == "recommendation"]
    assert one["recipient"] == "psb-0077"
    assert FIRST in one["title"]
    (found,) = known(office)
    assert found["state"] == "drafted"
    for said in ("D01", "涉案财物移交保管", f"item:{held[0]}", "已逾期", "行程第190条", "依据未经核对"):
        assert said in found["statement"]


def test_it_is_open_until_it_is_answered(staffed: World, office_of: MakeOffice) -> None:
    office = office_of(staffed)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520")
    assert [each["state"] for each in known(office, closed=False)] == ["drafted"]
    signs(staffed, office, FIRST)
    (issued,) = known(office, closed=False)
    assert (issued["state"], issued["late"]) == ("issued", False)
    staffed.clock.forward(days=16)
    assert known(office, closed=False)[0]["late"]
    signs(staffed, office, FIRST, statement="已入库，并已约谈责任人。")
    assert known(office, closed=False) == []
    (answered,) = known(office)
    assert answered["state"] == "answered"
    assert answered["issued_at"] < answered["answered_at"]


def test_its_paper_bears_the_number_and_the_reply_that_names_it(staffed: World, office_of: MakeOffice) -> None:
    office = office_of(staffed)
    case = "云公(刑)诈〔2026〕0520"
    escalates(staffed, office, case, items=2)
    second = FIRST.replace("1号", "2号")
    for each in (FIRST, second):
        signs(staffed, office, each)
    signs(staffed, office, second, statement="已整改。")
    texts = [list(paper.texts()) for paper in drawn(staffed, "recommendation", "case", case)]
    assert [FIRST in " ".join(each) for each in texts] == [True, False]
    assert ["尚未答复" in each for each in texts] == [True, False]


def test_numbers_of_an_agency_and_a_year_have_no_gaps(staffed: World, office_of: MakeOffice) -> None:
    office = office_of(staffed)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520", items=3)
    make_void(office.desk, office.registers, FIRST.replace("1号", "2号"), "重复", office.clock())
    escalates(staffed, office, "云公(刑)盗〔2026〕0611", items=2)
    staffed.clock.forward(days=300)
    staffed.clock.now = staffed.clock.now.replace(year=2027, month=2)
    escalates(staffed, office, "云公(刑)盗〔2027〕0001")
    numbers = [(each["year"], each["number"]) for each in known(office)]
    assert numbers == [(2026, 1), (2026, 2), (2026, 3), (2026, 4), (2026, 5), (2027, 1)]


def test_two_at_once_take_different_numbers(staffed: World, office_of: MakeOffice) -> None:
    offices = [office_of(staffed), office_of(staffed)]
    staffed.seizes(staffed.opens_case(), *(staffed.item() for _ in range(20)))
    staffed.clock.forward(hours=97)
    with ThreadPoolExecutor(2) as threads:
        drafted = [each for done in threads.map(lambda office: office.turn().drafted, offices) for each in done]
    assert len(drafted) == len(set(drafted)) == 20
    assert [each["number"] for each in known(offices[0])] == list(range(1, 21))


def test_two_at_once_take_different_numbers_on_postgresql(postgres_url: str, office_of: MakeOffice) -> None:
    world = World(postgres_url)
    offices = [office_of(world), office_of(world)]
    world.seizes(world.opens_case(), *(world.item() for _ in range(9)))
    world.clock.forward(hours=97)
    with ThreadPoolExecutor(2) as threads:
        drafted = [each for done in threads.map(lambda office: office.turn().drafted, offices) for each in done]
    assert len(drafted) == len(set(drafted)) == 9
    assert [each["number"] for each in known(offices[0])] == list(range(1, 10))


def test_a_desk_that_was_lost_takes_no_number_twice_and_leaves_none_out(
    staffed: World, office_of: MakeOffice
) -> None:
    office = office_of(staffed)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520", items=3)
    for number in (1, 3):
        signs(staffed, office, FIRST.replace("1号", f"{number}号"))
    with office.desk.writing() as connection:
        connection.execute(delete(recommendation))
    escalates(staffed, office, "云公(刑)盗〔2026〕0611")
    assert [each["number"] for each in known(office)] == [2, 4, 5, 6]


def test_only_what_was_not_issued_can_be_made_void(staffed: World, office_of: MakeOffice) -> None:
    office = office_of(staffed)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520", items=2)
    signs(staffed, office, FIRST)
    office.registers.catch_up()
    with pytest.raises(Conflict):
        make_void(office.desk, office.registers, FIRST, "误", office.clock())
    with pytest.raises(NotFound):
        make_void(office.desk, office.registers, "云公法建〔2026〕99号", "误", office.clock())
    second = FIRST.replace("1号", "2号")
    make_void(office.desk, office.registers, second, "已当场整改", office.clock())
    assert [each["state"] for each in known(office)] == ["issued", "void"]
    office.turn()
    assert len(known(office)) == 2


def test_a_term_that_was_extended_and_missed_again_is_recommended_again(
    staffed: World, office_of: MakeOffice
) -> None:
    """D01 anew from the return to the unit: another term of another deadline."""
    office = office_of(staffed)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520")
    staffed.notes("云公(刑)诈〔2026〕0520", "returned-to-unit")
    staffed.clock.forward(hours=50)
    assert office.turn().drafted == ()
    staffed.clock.forward(hours=50)
    assert len(office.turn().drafted) == 1


def test_an_agency_is_called_in_numbers_as_it_is_configured(staffed: World, office_of: MakeOffice) -> None:
    office = office_of(staffed)
    named = replace(office.configured, number="{agency}建〔{year}〕{number}号", agencies={"psb-yunling": "云公法"})
    office = replace(office, configured=named)
    escalates(staffed, office, "云公(刑)诈〔2026〕0520")
    assert [each["reference"] for each in known(office)] == ["云公法建〔2026〕1号"]


def test_a_reviewer_who_was_not_reached_is_not_told_of_what_was_issued_meanwhile(
    staffed: World, office_of: MakeOffice, push: Web
) -> None:
    office = office_of(staffed, report_tells=())
    push.usual = (503, b"")
    escalates(staffed, office, "云公(刑)诈〔2026〕0520")
    signs(staffed, office, FIRST)
    push.usual = (204, b"")
    push.posted.clear()
    staffed.clock.forward(hours=1)
    office.turn()
    assert "recommendation" not in {json.loads(each.body)["data"]["kind"] for each in push.posted}


def test_one_that_is_late_stays_in_the_morning_report(staffed: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(staffed)
    held = escalates(staffed, office, "云公(刑)诈〔2026〕0520")
    signs(staffed, office, FIRST)
    staffed.checks_in(held)
    staffed.clock.now = (staffed.clock.now + timedelta(days=20)).replace(hour=9)
    push.posted.clear()
    office.turn()
    sent = [json.loads(each.body)["data"] for each in push.posted]
    reports = [each for each in sent if each["kind"] == "report"]
    (shown,) = reports[0]["reminders"][0]["recommendations"]
    assert (shown["reference"], shown["state"], shown["late"]) == (FIRST, "issued", True)
