"""Handling: what an inspector looks for patterns in: loans, returns, weighings, viewings; as the acts say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text

from custody.acts.custody import CheckOut, Moving, Return
from custody.acts.entry import instant
from custody.acts.keeping import Viewing
from custody.registers.feeds import Touching
from custody.registers.register import Part, Position, Register, Row, metadata

handled = Table(
    "handled",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("item", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("person", Text, nullable=False, comment="the borrower, or who signed first"),
    Column("at", Text, nullable=False),
    Column("hour", Integer, nullable=False, comment="0 to 23, where it happened"),
    Index("handled_type", "type", "item", "person"),
    sqlite_strict=True,
)

measured = Table(
    "measured",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("item", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("quantity", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("measured_item", "item", "unit", "position"),
    sqlite_strict=True,
)

WATCHED: Final = (CheckOut, Return, Viewing)


def _handled_rows(touching: Touching) -> Iterator[Row]:
    act = touching.recorded.act
    if isinstance(act, WATCHED):
        borrowers = act.signed_by("borrower")
        person = borrowers[0].person if borrowers else act.signers[0].person
        for item in dict.fromkeys(act.own_items):
            yield {
                "position": touching.recorded.index + 1, "item": item, "type": act.act, "person": person,
                "at": instant(act.occurred_at), "hour": act.occurred_at.hour,
            }  # fmt: skip


def _measured_rows(touching: Touching) -> Iterator[Row]:
    act = touching.recorded.act
    if isinstance(act, Moving):
        for line in act.lines:
            for unit, quantity in {each.unit: each.quantity for each in line.measured}.items():
                yield {
                    "position": touching.recorded.index + 1, "item": line.item, "unit": unit, "quantity": quantity,
                    "at": instant(act.occurred_at),
                }  # fmt: skip


REGISTER = Register(
    "handling",
    1,
    (
        Part(handled, "act", "position", _handled_rows),
        Part(measured, "act", "position", _measured_rows),
    ),
)
