"""Handling: what an inspector looks for patterns in: loans, returns, weighings, viewings; as the acts say it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text

from custody.acts.act import Act
from custody.acts.custody import CheckOut, Moving, Return
from custody.acts.dividing import Division
from custody.acts.entry import instant
from custody.acts.keeping import CustodianHandover, Viewing
from custody.acts.observing import Observation
from custody.acts.results import LabResult
from custody.facts.weight import GRAMS
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
    Column("quantity", Text, nullable=False, comment="in grams"),
    Column("anew", Integer, nullable=False, comment="1: what was left of it, 0: what a scale showed"),
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
    for item, weight, anew in _weights(act):
        yield {
            "position": touching.recorded.index + 1, "item": item, "unit": "g", "anew": int(anew),
            "quantity": format(weight.normalize(), "f"), "at": instant(act.occurred_at),
        }  # fmt: skip


def _weights(act: Act) -> Iterator[tuple[str, Decimal, bool]]:
    """(item, grams, whether this is what was left of it) of every weight that an act states."""
    if isinstance(act, (Moving, Observation, CustodianHandover)):
        for line in act.lines:
            weights = [each.amount * GRAMS[each.unit] for each in line.measured if each.unit in GRAMS]
            if weights:
                yield line.item, weights[-1], False
    elif isinstance(act, Division):
        units = {child.unit for child in act.children}
        if act.kind != "image" and len(units) == 1 and units <= GRAMS.keys():
            yield act.parent, Decimal(act.remainder) * GRAMS[units.pop()], True
    elif isinstance(act, LabResult) and act.residual is not None and act.residual.unit in GRAMS:
        yield act.item, act.residual.amount * GRAMS[act.residual.unit], True


REGISTER = Register(
    "handling",
    2,
    (
        Part(handled, "act", "position", _handled_rows),
        Part(measured, "act", "position", _measured_rows),
    ),
)
