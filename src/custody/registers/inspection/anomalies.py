"""Anomalies: patterns that are not forbidden and worth a question. Each is a named function over the registers.

The numbers stand in the rule data (``inspection_…``); where a jurisdiction names none, nothing is looked for. A
pattern is a reason to ask, never a finding against anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import func, or_, select

from custody.registers import items, kits, refusals
from custody.registers.handling import handled, measured
from custody.registers.inspection.look import Picture, Row, brief, look
from custody.registers.register import read

_RESERVE = "refused/reserve-"


def _described(picture: Picture, item: str) -> dict[str, object]:
    known = items.find(picture.connection, item)
    return brief(known) if known else {"item": item}


@look("repeated-loans", "同一人反复调用同一物品", "One person borrows one item again and again",
      "item case description person times first last")  # fmt: skip
def one_person_borrows_one_item_again_and_again(picture: Picture) -> Iterator[Row]:
    """Loans of one item by one person, from ``inspection_repeated_loans`` times on."""
    often = picture.numbers.get("inspection_repeated_loans")
    if often is None:
        return
    columns = handled.c
    query = (
        select(columns.item, columns.person, func.count().label("times"), func.min(columns.at).label("first"),
               func.max(columns.at).label("last"))
        .where(columns.type == "check-out").group_by(columns.item, columns.person)
        .having(func.count() >= often).order_by(columns.item, columns.person)
    )  # fmt: skip
    for row in picture.connection.execute(query).mappings().all():
        yield {**_described(picture, row["item"]), **row}


@look("weight-drift", "先后称量不符", "Weighed differently from before or at first",
      "item case description unit before after permille at")  # fmt: skip
def what_is_weighed_again_weighs_otherwise(picture: Picture) -> Iterator[Row]:
    """Each weighing that differs by more than ``inspection_drift_permille`` from the one before or from the first.

    Many small steps are one large one. In grams, whatever unit was read; a car's kilometres are no weight. What was
    divided, or partly used up in a laboratory, begins anew with what was left of it.
    """
    drift = picture.numbers.get("inspection_drift_permille")
    if drift is None:
        return
    columns = measured.c
    query = select(measured).order_by(columns.item, columns.unit, columns.position)
    rows = picture.connection.execute(query).mappings()
    for _, of_one in groupby(rows.all(), key=lambda row: (row["item"], row["unit"])):
        weighings = list(of_one)
        first = weighings[0]
        for before, after in pairwise(weighings):
            if after["anew"]:
                first = after
                continue
            told = before if _permille(before, after) > drift else first
            change = _permille(told, after)
            if change > drift:
                yield {
                    **_described(picture, after["item"]), "unit": after["unit"], "before": told["quantity"],
                    "after": after["quantity"], "permille": str(change.quantize(Decimal("0.1"))), "at": after["at"],
                }  # fmt: skip


def _permille(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Decimal:
    one, two = Decimal(before["quantity"]), Decimal(after["quantity"])
    if not one:
        return Decimal(1000) if two else Decimal(0)
    return abs(two - one) * 1000 / abs(one)


@look("night", "夜间调用或归还", "Lent or returned at night", "item case description type person at position")
def things_go_out_and_come_back_at_night(picture: Picture) -> Iterator[Row]:
    """Loans and returns between ``inspection_night_from`` and ``inspection_night_to``, by the clock of the place."""
    begins, ends = (picture.numbers.get(f"inspection_night_{each}") for each in ("from", "to"))
    if begins is None or ends is None:
        return
    columns = handled.c
    query = select(handled).where(
        columns.type.in_(("check-out", "return")), or_(columns.hour >= begins, columns.hour < ends)
    )
    for row in picture.connection.execute(query.order_by(columns.position, columns.item)).mappings().all():
        yield {**_described(picture, row["item"]), **row}


@look("reserve-tubes", "对备份血样的阅看和被拒操作", "Reserve tubes viewed, or asked for in vain",
      "item case description type person at position")  # fmt: skip
def somebody_is_interested_in_reserve_tubes(picture: Picture) -> Iterator[Row]:
    """Viewings of tubes kept in reserve, and acts on them that were refused."""
    kept = {
        tube["item"]
        for text in picture.connection.scalars(select(kits.kit.c.body)).all()
        for tube in read(text)["tubes"]
        if tube["purpose"] == "reserve"
    }
    viewed = select(handled).where(handled.c.type == "viewing").order_by(handled.c.position, handled.c.item)
    for row in picture.connection.execute(viewed).mappings().all():
        if row["item"] in kept:
            yield {**_described(picture, row["item"]), **row}
    tried = refusals.refusal
    for row in picture.connection.execute(select(tried).order_by(tried.c.position)).mappings().all():
        said = read(row["body"])
        named = [_described(picture, item) for item in said.get("items", ()) if item in kept]
        for each in named or [{}] if named or row["code"].startswith(_RESERVE) else []:
            yield {**each, "type": row["code"], "person": row["by"], "at": said["recorded_at"],
                   "position": row["position"]}  # fmt: skip


ANOMALIES = (
    one_person_borrows_one_item_again_and_again,
    what_is_weighed_again_weighs_otherwise,
    things_go_out_and_come_back_at_night,
    somebody_is_interested_in_reserve_tubes,
)
"""Every anomaly, in the order of the pack."""
