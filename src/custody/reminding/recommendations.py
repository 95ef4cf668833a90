"""执法建议书: drafted with a number when a deadline has reached its last rung, followed to its reply.

The number is the desk's, the paper is an act: the legal reviewer signs ``noted`` with ``recommendation-issued`` and the
number as its first basis; the reply is ``recommendation-answered`` under the same number (ADR 0011). What the acts say
is read from the register of cases, never kept here. Numbers of an agency and a year have no gaps: the next is the
lowest that neither the desk nor an act has, taken while no other draft is made, and one that is void keeps its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import recommendation
from custody.errors import Conflict, NotFound
from custody.facts.shapes import Shape
from custody.registers import Registers
from custody.registers.reading import MOST
from custody.reminding.configured import Configured
from custody.reminding.directory import Directory
from custody.reminding.ladder import Standing
from custody.reminding.messages import local

ISSUED: Final = "recommendation-issued"
ANSWERED: Final = "recommendation-answered"


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafting needs to know beside the deadline."""

    desk: Desk
    registers: Registers
    directory: Directory
    configured: Configured
    zone: tzinfo
    at: datetime


def draft(escalated: Iterable[Standing], drafting: Drafting) -> list[Shape]:
    """Draft one for each deadline on its last rung that has none to this term; returns the new ones."""
    with drafting.desk.reading() as connection:
        known = _drafted(connection)
    wanted = [each for each in escalated if _key(each) not in known and each.deadline["case"] is not None]
    if not wanted:
        return []
    issued = _references_issued(drafting.registers)
    made = []
    with drafting.desk.writing(alone=True) as connection:
        known = _drafted(connection)  # another process may have been here
        for each in wanted:
            agency = drafting.directory.agency_of(each.deadline)
            if _key(each) in known or agency is None:
                continue
            year = drafting.at.astimezone(drafting.zone).year
            row = _row(each, agency, year, _next(connection, agency, year, drafting.configured, issued), drafting)
            connection.execute(insert(recommendation), row)
            made.append(row)
    return made


def _key(each: Standing) -> tuple[str, str]:
    return each.deadline["deadline"], each.deadline["due"]


def _drafted(connection: Connection) -> set[tuple[str, str]]:
    """Deadline and term of all that were drafted."""
    return {(row.deadline, row.term) for row in connection.execute(
        select(recommendation.c.deadline, recommendation.c.term)
    )}  # fmt: skip


def _next(connection: Connection, agency: str, year: int, configured: Configured, issued: frozenset[str]) -> int:
    column = recommendation.c
    taken = set(connection.scalars(select(column.number).where(column.agency == agency, column.year == year)))
    return next(
        number for number in count(1)
        if number not in taken and configured.reference(agency, year, number) not in issued
    )  # fmt: skip


def _references_issued(registers: Registers) -> frozenset[str]:
    """What acts bear, also those that followed a desk that was lost."""
    return frozenset(
        reference for case in _cases(registers) for each in case["noted"] if each["fact"] == ISSUED
        for reference in each["basis"]
    )  # fmt: skip


def _cases(registers: Registers) -> Iterator[Shape]:
    last: str | None = None
    while page := registers.cases(after=last, limit=MOST):
        yield from page
        last = page[-1]["case"]


def _row(each: Standing, agency: str, year: int, number: int, drafting: Drafting) -> dict[str, Any]:
    at, zone = drafting.at, drafting.zone
    reply_by = at + timedelta(days=drafting.configured.reply_days)
    return {
        "agency": agency, "year": year, "number": number,
        "reference": drafting.configured.reference(agency, year, number),
        "deadline": each.deadline["deadline"], "term": each.deadline["due"], "case": each.deadline["case"],
        "subject": each.deadline["subject"],
        "statement": _statement(each, at, reply_by, zone), "drafted_at": instant(at), "reply_by": instant(reply_by),
    }  # fmt: skip


def _statement(each: Standing, at: datetime, reply_by: datetime, zone: tzinfo) -> str:
    """Problem, basis, demand and the day of the reply; the legal reviewer words it as it should be."""
    hours = int((at - each.due).total_seconds()) // 3600
    checked = "" if each.text.verified else "（依据未经核对）"
    return (
        f"经查，{each.deadline['subject']} 的“{each.text.zh}”（{each.text.rule}）"
        f"应于 {local(each.deadline['due'], zone)} 前完成，至 {local(instant(at), zone)} 仍未完成，"
        f"已逾期 {hours} 小时。依据：{each.text.source}{checked}。"
        f"建议立即整改，并于 {local(instant(reply_by), zone)[:10]} 前书面答复。"
    )


def recommendations(desk: Desk, registers: Registers, at: datetime, *, closed: bool = False) -> list[Shape]:
    """Recommendations with what the acts say of them, the oldest first; without ``closed``, those that are open."""
    with desk.reading() as connection:
        rows = connection.execute(select(recommendation).order_by(
            recommendation.c.drafted_at, recommendation.c.agency, recommendation.c.number
        )).mappings().all()  # fmt: skip
    cases = registers.cases_named({row["case"] for row in rows})  # one that was corrected away has nothing noted
    found = [_shape(row, cases.get(row["case"], {}).get("noted", ()), at) for row in rows]
    return [each for each in found if closed or each["state"] in ("drafted", "issued")]


def find(desk: Desk, registers: Registers, reference: str, at: datetime) -> Shape:
    """One recommendation. Raises NotFound."""
    for each in recommendations(desk, registers, at, closed=True):
        if each["reference"] == reference:
            return each
    raise NotFound("not-found/recommendation", "There is no recommendation of this number.", asked=reference)


def make_void(desk: Desk, registers: Registers, reference: str, reason: str, at: datetime) -> None:
    """Give one up that was not issued; its number stays used. Raises NotFound, Conflict."""
    known = find(desk, registers, reference, at)
    if known["state"] != "drafted":
        raise Conflict(
            "conflict/recommendation", "Only what was not issued yet can be made void.",
            reference=reference, state=known["state"],
        )  # fmt: skip
    with desk.writing(alone=True) as connection:
        connection.execute(
            update(recommendation).where(recommendation.c.reference == reference)
            .values(void_reason=reason, voided_at=instant(at))
        )  # fmt: skip


def act_of(found: Shape, noter: str) -> Shape:
    """The act that takes a recommendation further, for ``custody act``: its issue, or its reply."""
    issue = found["state"] == "drafted"
    kind, _, item = found["subject"].partition(":")
    return {
        "act": "noted", "case": found["case"], "fact": ISSUED if issue else ANSWERED,
        "items": [item] if kind == "item" else [], "basis": [found["reference"]],
        "statement": found["statement"] if issue else "…", "signers": [{"part": "noter", "person": noter}],
    }  # fmt: skip


def _shape(row: RowMapping, noted: Iterable[Shape], at: datetime) -> Shape:
    ours = [each for each in noted if row["reference"] in each["basis"]]
    issued = next((each["at"] for each in ours if each["fact"] == ISSUED), None)
    answered = next((each["at"] for each in ours if each["fact"] == ANSWERED), None) if issued else None
    state = "answered" if answered else "issued" if issued else "void" if row["void_reason"] else "drafted"
    late = state == "issued" and datetime.fromisoformat(row["reply_by"]) < at
    return {
        **{name: row[name] for name in (
            "reference", "agency", "year", "number", "deadline", "term", "case", "subject", "statement", "drafted_at",
            "reply_by", "void_reason",
        )},
        "state": state, "issued_at": issued, "answered_at": answered, "late": late,
    }  # fmt: skip
