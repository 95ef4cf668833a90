"""One turn: what is due as of now is put into the outbox, reported, recommended, and sent.

A turn may be taken at any time, by several processes at once, and be cut off anywhere: the next one makes good what is
missing. Each step writes in transactions of its own, and none depends on the one before having run in this turn.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from custody.desk.store import Desk
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody.registers.reading import MOST
from custody.reminding import outbox, recommendations
from custody.reminding.configured import Configured
from custody.reminding.delivery import deliver
from custody.reminding.directory import Directory
from custody.reminding.ladder import Standing, standing
from custody.reminding.outbox import Reminder
from custody.reminding.report import UNDELIVERED, Told, facts_of, is_empty, keep, kept_report, report_of
from custody.rules.clocks.text import Level
from custody.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Picture:
    """How everything stands at one moment: what runs, what has reached a rung, and who is meant by its names."""

    at: datetime
    policy: Policy
    directory: Directory
    running: tuple[Shape, ...]
    """Every deadline that runs, those among them of which nobody can say when they are due."""
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn did: rows new in the outbox, recommendations drafted, messages by what became of them."""

    new: int
    moot: int
    drafted: tuple[str, ...]
    messages: Counter[str]
    nobody: tuple[Shape, ...]


def look(ledger: Ledger, registers: Registers, at: datetime) -> Picture:
    """Bring the registers up to date and see how everything stands."""
    registers.catch_up()
    ledger.memory.catch_up()
    policy = ledger.governed.policy(ledger.governing(), at)
    running = tuple(_running(registers, at))
    standings = (standing(each, policy.deadlines.get(each["rule"]), at) for each in running)
    return Picture(
        at, policy, Directory(ledger, registers, at.astimezone(policy.zone).date()),
        running, tuple(each for each in standings if each is not None),
    )  # fmt: skip


def _running(registers: Registers, at: datetime) -> Iterator[Shape]:
    last: str | None = None
    while page := registers.deadlines(at=at, after=last, limit=MOST):
        yield from page
        last = page[-1]["deadline"]


def reminders(picture: Picture) -> tuple[list[Reminder], list[Shape]]:
    """Who has to be told of what by now, on every rung reached; and of what nobody answers to the name, each once for
    a rule and a case.

    Where a higher rung tells the same recipient of the same deadline, the lower one is overtaken: one message says it.
    """
    found: list[Reminder] = []
    nobody: dict[tuple[str, str | None, str], Shape] = {}
    for each in picture.standings:
        facts = facts_of(each.deadline)
        highest: dict[str, str] = {}
        told: list[tuple[Level, str]] = []
        for rung in each.reached:
            for name in rung.tells:
                people = picture.directory.people_for(name, each.deadline)
                told += [(rung, person) for person in people]
                highest.update(dict.fromkeys(people, rung.name))
                if not people and rung is each.reached[-1]:
                    nobody.setdefault((facts["rule"], facts["case"], name), {**facts, "tells": name})
        found += [
            Reminder("deadline", each.deadline["deadline"], each.deadline["due"], rung.name, rung.colour, person, facts,
                     overtaken=highest[person] != rung.name)
            for rung, person in dict.fromkeys(told)
        ]  # fmt: skip
    return found, list(nobody.values())


@dataclass(frozen=True, slots=True)
class Office:
    """What turns are taken with."""

    ledger: Ledger
    registers: Registers
    desk: Desk
    configured: Configured
    clock: Callable[[], datetime]

    def turn(self) -> Outcome:
        """Take one turn. Raises Unavailable; what a channel cannot do is no error but an outcome."""
        picture = look(self.ledger, self.registers, self.clock())
        wanted, nobody = reminders(picture)
        with self.desk.writing() as connection:
            new = outbox.put(connection, wanted, picture.at)
            moot = outbox.make_moot(connection, "deadline", {
                each["deadline"]: each["due"] for each in picture.running if each["due"] is not None
            })  # fmt: skip
        drafted = self._recommend(picture)
        new += self._report(picture, nobody)
        sent = deliver(self.desk, self.configured, picture.policy.zone, self.clock)
        return Outcome(new, moot, tuple(each["reference"] for each in drafted), sent, tuple(nobody))

    def _recommend(self, picture: Picture) -> list[Shape]:
        """Draft what is due to be recommended; whoever has to issue it is told by what stands on the desk, so that a
        crash after the draft loses nobody."""
        drafting = recommendations.Drafting(
            self.desk, self.registers, picture.directory, self.configured, picture.policy.zone, picture.at
        )
        drafted = recommendations.draft((each for each in picture.standings if each.escalated), drafting)
        waiting = [each for each in recommendations.recommendations(self.desk, self.registers, picture.at)
                   if each["state"] == "drafted"]  # fmt: skip
        told = [
            Reminder("recommendation", each["reference"], each["term"], "drafted", "red", person, each)
            for each in waiting
            for person in picture.directory.people_for("legal-reviewer", each)
        ]
        with self.desk.writing() as connection:
            outbox.put(connection, told, picture.at)
            outbox.make_moot(connection, "recommendation", {each["reference"]: each["term"] for each in waiting})
        return drafted

    def _report(self, picture: Picture, nobody: list[Shape]) -> int:
        """From the hour of the report on, make each agency's list of the day, and tell those who sit at the table."""
        local = picture.at.astimezone(picture.policy.zone)
        made = []
        for agency in sorted(self.agencies(picture)) if local.time() >= self.configured.report_at else ():
            with self.desk.reading() as connection:
                report = kept_report(connection, agency, local.date().isoformat())
            report = report or self.report(picture, agency, nobody)
            if is_empty(report):
                continue
            with self.desk.writing() as connection:
                made.append(keep(connection, report, picture.at))
        told = {
            (person, report["agency"]): Reminder(
                "report", f"{report['agency']}/{report['day']}", report["day"], "report", "report", person, report
            )
            for report in made
            for capacity in self.configured.report_tells
            for person in picture.directory.holding(capacity, report["agency"])
        }
        with self.desk.writing() as connection:
            outbox.make_moot(connection, "report", {each.about: each.term for each in told.values()})
            return outbox.put(connection, told.values(), picture.at)

    def report(self, picture: Picture, agency: str, nobody: list[Shape] | None = None) -> Shape:
        """An agency's list as of the picture's moment, without keeping it."""
        nobody = reminders(picture)[1] if nobody is None else nobody
        whose = picture.directory.agency_of
        colours = {each.deadline["deadline"]: each.reached[-1].colour for each in picture.standings}
        ours = [(each, colours.get(each["deadline"])) for each in picture.running if whose(each) == agency]
        with self.desk.reading() as connection:
            undelivered = outbox.listed(connection, UNDELIVERED, MOST)
        told = Told(
            [each for each in recommendations.recommendations(self.desk, self.registers, picture.at)
             if each["agency"] == agency],
            [each for each in undelivered if self._agency_of(each["recipient"]) == agency],
            [each for each in nobody if whose(each) == agency],
        )  # fmt: skip
        day = picture.at.astimezone(picture.policy.zone).date()
        return report_of(agency, picture.directory.agency_name(agency), day, ours, told, picture.policy.zone)

    def agencies(self, picture: Picture) -> set[str]:
        """Those that have something to talk about: deadlines that run, or recommendations without a reply."""
        found = {picture.directory.agency_of(each) for each in picture.running}
        open_ = recommendations.recommendations(self.desk, self.registers, picture.at)
        return {each for each in (*found, *(one["agency"] for one in open_)) if each is not None}

    def _agency_of(self, person: str) -> str | None:
        try:
            return str(self.registers.person(person)["agency"])
        except NotFound:
            return None


def dry_run(picture: Picture, desk: Desk) -> dict[str, list[Reminder]]:
    """What a turn would put into the outbox, by recipient; nothing is written."""
    found: dict[str, list[Reminder]] = defaultdict(list)
    wanted = [each for each in reminders(picture)[0] if not each.overtaken]
    with desk.reading() as connection:
        known = outbox.known_ids(connection, [each.id for each in wanted])
    for each in wanted:
        if each.id not in known:
            found[each.recipient].append(each)
    return dict(found)
