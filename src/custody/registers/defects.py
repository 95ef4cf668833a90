"""Defects: what broke a rule, on which items, and whether it was explained, accepted or contested since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.flaws import OpenDefect, each_once
from custody.facts.item import ItemFacts
from custody.facts.shapes import Shape
from custody.ledger.policies import shipped_policy
from custody.registers import cases
from custody.registers.feeds import ItemlessDefects
from custody.registers.register import Part, Register, Row, metadata

POLICY: Final = shipped_policy("cn")
"""Whose words say what is owed; nothing that a register keeps follows from it."""

defect = Table(
    "defect",
    metadata,
    Column("subject", Text, primary_key=True, comment="the item, or the act if it has no items"),
    Column("defect", Text, primary_key=True),
    Column("item", Text),
    Column("case", Text),
    Column("act", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("defect_state", "state", "defect"),
    Index("defect_id", "defect"),
    Index("defect_case", "case", "defect"),
    sqlite_strict=True,
)


def _item_rows(facts: ItemFacts) -> Iterator[Row]:
    for each in each_once(facts.defects):
        yield _row(each, facts.item, facts.item, facts.case)


def _itemless_rows(facts: ItemlessDefects) -> Iterator[Row]:
    for each in facts.defects:
        yield _row(each, facts.act, None, None)


def _row(each: OpenDefect, subject: str, item: str | None, case: str | None) -> Row:
    return {
        "subject": subject, "defect": each.id, "item": item, "case": case, "act": each.act, "code": each.code,
        "rule": each.rule, "severity": each.severity, "state": each.state,
    }  # fmt: skip


REGISTER = Register(
    "defects",
    2,
    (Part(defect, "item", "subject", _item_rows), Part(defect, "itemless", "subject", _itemless_rows)),
)


def search(
    connection: Connection, state: str | None, case: str | None, after: str | None, limit: int
) -> list[Shape]:
    """Return defects ordered by id, each once with all its items."""
    ids = select(defect.c.defect).distinct().order_by(defect.c.defect).limit(limit)
    if state is not None:
        ids = ids.where(defect.c.state == state)
    if case is not None:
        ids = ids.where(defect.c.case == case)
    if after is not None:
        ids = ids.where(defect.c.defect > after)
    wanted = list(connection.scalars(ids))
    rows = select(defect).where(defect.c.defect.in_(wanted)).order_by(defect.c.defect, defect.c.subject)
    found: dict[str, Shape] = {}
    handled: dict[str | None, Shape | None] = {None: None}
    for row in connection.execute(rows).mappings():
        if row["case"] not in handled:
            handled[row["case"]] = cases.find(connection, row["case"])
        shape = found.setdefault(row["defect"], {
            "id": row["defect"], "code": row["code"], "rule": row["rule"], "severity": row["severity"],
            "act": row["act"], "case": row["case"], "state": row["state"], "items": [],
            "owed": owed(row["code"], row["severity"], row["state"], handled[row["case"]]),
        })  # fmt: skip
        shape["items"] += [row["item"]] if row["item"] else []
    return list(found.values())


def owed(code: str, severity: str, state: str, case: Shape | None) -> Shape | None:
    """Return what is owed next for a defect, by which capacity and whom; None once it is accepted.

    An explanation is owed by the owner that the rule data name, or once it is given or the signature is contested, its
    acceptance by the reviewer. ``persons`` are the officers, or the legal reviewer, of the case, where it names them.
    """
    remedy = POLICY.owed(code, severity)
    if remedy is None or state == "accepted":
        return None
    by = remedy.owner if state == "open" else remedy.accepted_by
    officers: list[str] = list(case["officers"]) if case else []
    reviewers = [case["legal_reviewer"]] if case and case["legal_reviewer"] else []
    persons = {"officer": officers, "legal-reviewer": reviewers}.get(by, [])
    return {"by": by, "persons": persons, "accepted_by": remedy.accepted_by, "zh": remedy.zh, "en": remedy.en}
