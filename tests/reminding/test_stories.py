"""Who is told of what and when: blue, orange, red, once a level; the morning report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from custody.desk.tables import outbox
from custody.ledger.policies import shipped_policy
from custody.reminding.turn import Office, look, reminders
from custody.rules.clocks.deadline import level_of
from listening import Web
from world import CST, World
from world_orders import joins
from world_results import asks, decides, extends, takes

MakeOffice = Callable[..., Office]

OFFICER, REVIEWER, HEAD, PRINCIPAL, SUPERVISOR = "psb-0211", "psb-0077", "psb-0102", "psb-0001", "psb-0900"


def heard(push: Web, kind: str = "deadline") -> Counter[tuple[str, str, str]]:
    """How often each recipient was told of each rule on each level; then it is forgotten."""
    told: Counter[tuple[str, str, str]] = Counter()
    for request in push.posted:
        data = json.loads(request.body)["data"]
        if data["kind"] == kind:
            told.update((data["recipient"], each.get("rule", ""), each["level"]) for each in data["reminders"])
    push.posted.clear()
    return told


def states(office: Office) -> Counter[str]:
    with office.desk.reading() as connection:
        return Counter(connection.scalars(select(outbox.c.state)))


def at(world: World, hour: int) -> None:
    """Go on to the next time that clocks show this hour."""
    now = world.clock.now.astimezone(CST)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    world.clock.now = then if then > now else then + timedelta(days=1)


def test_a_handover_is_reminded_of_blue_then_orange_then_red(
    staffed: World, office_of: MakeOffice, push: Web
) -> None:
    """D01: four hours before, officer and reviewer; at due, the unit head, too; a day later, the principal head."""
    office = office_of(staffed, report_tells=())
    case = staffed.opens_case()
    staffed.seizes(case)
    began = staffed.clock.now - timedelta(minutes=1)
    steps: list[tuple[timedelta, str, set[str]]] = [
        (timedelta(hours=1), "", set()),
        (timedelta(hours=20), "-4h", {OFFICER, REVIEWER}),
        (timedelta(hours=24), "", set()),
        (timedelta(hours=24, seconds=1), "+0h", {OFFICER, REVIEWER, HEAD}),
        (timedelta(hours=48, seconds=1), "+24h", {OFFICER, REVIEWER, HEAD, PRINCIPAL}),
        (timedelta(hours=96, seconds=1), "+72h", {OFFICER, REVIEWER, HEAD, PRINCIPAL, SUPERVISOR}),
        (timedelta(hours=500), "", set()),
    ]
    for after, level, people in steps:
        staffed.clock.now = began + after
        outcome = office.turn()
        assert outcome.nobody == ()
        assert heard(push) == {(person, "D01", level): 1 for person in people}, after
        assert office.turn().new == 0
        assert heard(push) == {}


def test_what_is_done_in_time_is_reminded_of_by_nobody(world: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(world)
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    world.clock.forward(days=9)
    office.turn()
    assert heard(push) == {}


def test_four_hundred_items_are_one_message_to_each(staffed: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(staffed)
    staffed.seizes(staffed.opens_case(), *(staffed.item() for _ in range(400)))
    staffed.clock.forward(hours=21)
    assert office.turn().messages == {"sent": 2}
    bodies = [json.loads(each.body)["data"] for each in push.posted]
    assert [len(each["reminders"]) for each in bodies] == [400, 400]
    assert all("另有 380 项" in each["text"] and len(each["text"].splitlines()) == 23 for each in bodies)
    assert heard(push) == {(person, "D01", "-4h"): 400 for person in (OFFICER, REVIEWER)}


def test_a_level_that_was_slept_through_is_overtaken_and_nobody_is_left_out(
    staffed: World, office_of: MakeOffice, push: Web
) -> None:
    office = office_of(staffed, report_tells=())
    staffed.seizes(staffed.opens_case())
    staffed.clock.forward(hours=49)
    office.turn()
    assert heard(push) == {(person, "D01", "+24h"): 1 for person in (OFFICER, REVIEWER, HEAD, PRINCIPAL)}
    assert states(office) == {"sent": 4, "overtaken": 2 + 3}


def test_who_is_told_of_a_loan_is_who_has_it_and_who_keeps_the_place(
    world: World, office_of: MakeOffice, push: Web
) -> None:
    """D03: the borrower, and the custodians; extended, it is another term, told anew and once."""
    office = office_of(world)
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    loan = asks(world, items)
    decides(world, loan, items)
    takes(world, loan, items)
    world.clock.forward(hours=23)
    office.turn()
    first = heard(push)
    assert set(first) == {(OFFICER, "D03", "-2h"), ("cen-01", "D03", "-2h"), ("cen-02", "D03", "-2h")}
    extends(world, loan, items, 48)
    office.turn()
    assert heard(push) == {}
    world.clock.now = due_of(office, "D03") - timedelta(hours=1)
    office.turn()
    assert heard(push) == first
    office.turn()
    assert heard(push) == {}


def due_of(office: Office, rule: str) -> datetime:
    office.registers.catch_up()
    (found,) = office.registers.deadlines(at=office.clock(), rule=rule)
    return datetime.fromisoformat(found["due"])


def test_a_reminder_that_waits_is_taken_back_when_the_thing_is_done(
    world: World, office_of: MakeOffice, push: Web
) -> None:
    office = office_of(world)
    push.usual = (503, b"")
    items = world.seizes(world.opens_case())
    world.clock.forward(hours=21)
    assert office.turn().messages == {"later": 2}
    world.checks_in(items)
    push.posted.clear()
    push.usual = (204, b"")
    world.clock.forward(hours=1)
    assert office.turn().moot == 2
    assert heard(push) == {}
    assert states(office) == {"moot": 2}


def test_what_a_correction_takes_back_is_reminded_of_again(world: World, office_of: MakeOffice, push: Web) -> None:
    """It had become moot by a check-in that, as it turns out, was not so."""
    office = office_of(world)
    push.usual = (503, b"")
    items = world.seizes(world.opens_case())
    world.clock.forward(hours=21)
    office.turn()
    stored = world.checks_in(items)
    office.turn()
    assert states(office) == {"moot": 2}
    world.corrects(stored.act, {"op": "void", "path": ""})
    push.usual = (204, b"")
    push.posted.clear()
    world.clock.forward(minutes=1)
    office.turn()
    assert heard(push) == {(OFFICER, "D01", "-4h"): 1, (REVIEWER, "D01", "-4h"): 1}


def test_where_nobody_answers_to_a_name_it_is_said_and_the_others_are_told(
    world: World, office_of: MakeOffice, push: Web
) -> None:
    """Nobody is principal head here."""
    office = office_of(world, report_tells=())
    world.seizes(world.opens_case())
    world.clock.forward(hours=50)
    outcome = office.turn()
    assert [(each["rule"], each["tells"]) for each in outcome.nobody] == [("D01", "approver-3")]
    assert set(heard(push)) == {(person, "D01", "+24h") for person in (OFFICER, REVIEWER, HEAD)}
    joins(world, "psb-0001", "approver-3")
    people = {**office.configured.people, "psb-0001": {"push": "psb-0001@here"}}
    office = replace(office, configured=replace(office.configured, people=people))
    assert office.turn().nobody == ()
    assert heard(push) == {("psb-0001", "D01", "+24h"): 1}


def test_an_officer_who_left_is_not_told(world: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(world)
    world.seizes(world.opens_case())
    world.changes("周远", left=True)
    world.clock.forward(hours=21)
    assert [each["tells"] for each in office.turn().nobody] == ["officer"]
    assert set(heard(push)) == {(REVIEWER, "D01", "-4h")}


def test_who_has_no_address_waits_until_there_is_one(world: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(world)
    people = {name: ways for name, ways in office.configured.people.items() if name != REVIEWER}
    world.seizes(world.opens_case())
    world.clock.forward(hours=21)
    poorer = replace(office, configured=replace(office.configured, people=people))
    assert poorer.turn().messages == {"sent": 1, "no-address": 1}
    assert heard(push) == {(OFFICER, "D01", "-4h"): 1}
    assert office.turn().messages == {"sent": 1}
    assert heard(push) == {(REVIEWER, "D01", "-4h"): 1}


def test_the_rungs_reached_are_those_that_the_register_colours_by(world: World, office_of: MakeOffice) -> None:
    office = office_of(world)
    world.seizes(world.opens_case())
    world.draws(world.opens_case(case="云公(交)刑受〔2026〕0312-07", kind="traffic"))
    for _ in range(40):
        world.clock.forward(hours=3)
        picture = look(office.ledger, office.registers, office.clock())
        reached = {each.deadline["deadline"]: each.reached[-1] for each in picture.standings}
        for shown in picture.running:
            text = shipped_policy("cn").deadlines[shown["rule"]]
            due = datetime.fromisoformat(shown["due"])
            rung = level_of(text, datetime.fromisoformat(shown["started_at"]), due, None, office.clock())
            assert reached.get(shown["deadline"]) == rung
            assert shown["colour"] == (rung.colour if rung else None)
            assert set(shown["tells"]) == set(rung.tells if rung else ())


# -- the morning report


def test_each_agency_has_one_list_a_day_and_it_stays_as_it_was_made(
    staffed: World, office_of: MakeOffice, push: Web
) -> None:
    office = office_of(staffed)
    items = staffed.seizes(staffed.opens_case())
    at(staffed, 7)
    office.turn()
    assert heard(push, "report") == {}
    staffed.clock.forward(days=2)
    heard(push)
    at(staffed, 8)
    office.turn()
    reports = sent_reports(push)
    assert {each["recipient"] for each in reports} == {HEAD, PRINCIPAL, REVIEWER}
    (first,) = {json.dumps(each["reminders"][0]["red"]) for each in reports}
    assert [each["rule"] for each in json.loads(first)] == ["D01"]
    assert reports[0]["title"] == "点调会清单 江州市公安局云岭分局 2026-03-15"
    staffed.checks_in(items)
    at(staffed, 12)
    office.turn()
    assert sent_reports(push) == []
    at(staffed, 9)
    office.turn()
    assert sent_reports(push) == []  # nothing runs and nothing is open: there is nothing to talk about


def sent_reports(push: Web) -> list[dict[str, Any]]:
    found = [json.loads(each.body)["data"] for each in push.posted]
    push.posted.clear()
    return [each for each in found if each["kind"] == "report"]


def test_the_list_names_what_is_due_today_and_what_did_not_arrive(
    world: World, office_of: MakeOffice, push: Web
) -> None:
    office = office_of(world)
    world.seizes(world.opens_case())
    push.usual = (410, b"")
    at(world, 5)
    office.turn()
    at(world, 8)
    picture = look(office.ledger, office.registers, office.clock())
    report = office.report(picture, "psb-yunling")
    assert [each["rule"] for each in report["today"] + report["orange"]] == ["D01"]
    assert {each["state"] for each in report["undelivered"]} == {"dead"}
    assert {each["recipient"] for each in report["undelivered"]} == {OFFICER, REVIEWER}


def test_a_report_in_a_message_is_cut_and_says_so(staffed: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(staffed)
    staffed.seizes(staffed.opens_case(), *(staffed.item() for _ in range(60)))
    staffed.clock.forward(hours=50)
    at(staffed, 9)
    office.turn()
    report = sent_reports(push)[0]
    assert len(report["reminders"][0]["red"]) == 60
    assert "另有 10 项" in report["text"]


def test_messages_speak_english_too(world: World, office_of: MakeOffice, push: Web) -> None:
    office = office_of(world, lang="en")
    world.seizes(world.opens_case())
    world.clock.forward(hours=21)
    office.turn()
    assert json.loads(push.posted[0].body)["data"]["title"] == "Blue: 1 deadlines are coming"


def test_a_dry_look_writes_nothing(world: World, office_of: MakeOffice) -> None:
    office = office_of(world)
    world.seizes(world.opens_case())
    world.clock.forward(hours=21)
    found, nobody = reminders(look(office.ledger, office.registers, office.clock()))
    assert len(found) == 2
    assert nobody == []
    assert states(office) == {}


def test_an_agency_above_answers_where_nobody_does_below(world: World, office_of: MakeOffice) -> None:
    """A case of the centre: its unit head is the one of the agency above."""
    office = office_of(world)
    directory = look(office.ledger, office.registers, office.clock()).directory
    assert directory.holding("approver-1", "center") == (HEAD,)
    assert directory.holding("custodian", "center") == ("cen-01", "cen-02")
    assert directory.holding("approver-3", "center") == ()
