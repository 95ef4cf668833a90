"""Defects: what broke a rule, on which items, and whether it was explained, accepted or contested since."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.flaws import OpenDefect, each_once
from custody.facts.item import ItemFacts
from custody.facts.shapes import Shape
from custody.registers.feeds import ItemlessDefects
from custody.registers.register import Part, Register, Row, metadata

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
    for row in connection.execute(rows).mappings():
        shape = found.setdefault(row["defect"], {
            "id": row["defect"], "code": row["code"], "rule": row["rule"], "severity": row["severity"],
            "act": row["act"], "case": row["case"], "state": row["state"], "items": [],
        })  # fmt: skip
        shape["items"] += [row["item"]] if row["item"] else []
    return list(found.values())
