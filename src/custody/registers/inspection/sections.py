"""The sections of an inspector's pack: what is overdue, open, left over, not deposited, not found; a shelf sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from custody.acts.entry import instant
from custody.facts.shapes import STATUSES
from custody.registers import cases, counting, deadlines, defects, item_tables, items
from custody.registers.deadlines import Wanted
from custody.registers.inspection.look import Picture, Row, brief, look
from custody.registers.items import Search
from custody.rules.draw import drawn

_HANDOVER, _LOAN = "D01", "D03"
_PAGE = 1_000
_GONE = ("released", "voided")
_DUE = "rule description subject case since due source"


def _overdue(picture: Picture) -> Iterator[dict[str, Any]]:
    after = None
    while page := deadlines.search(picture.connection, Wanted(state="running"), picture.at, after, _PAGE):
        for each in page:
            if each["due"] and each["due"] < instant(picture.at):
                yield {**each, "since": each["started_at"], "description": f"{each['zh']} / {each['en']}"}
        after = page[-1]["deadline"]


@look("overdue-loans", "逾期未还的调用", "Loans overdue", "item code case description holder due")
def loans_that_did_not_come_back_in_time(picture: Picture) -> Iterator[Row]:
    """Items on loan whose due time has passed."""
    for item in picture.items(Search(status="on-loan")):
        if item["loan"]["due"] < instant(picture.at):
            yield {**brief(item), "due": item["loan"]["due"]}


@look("overdue-handovers", "逾期未移交保管", "Handovers overdue", "item code case description holder since due")
def things_that_did_not_reach_the_store_in_time(picture: Picture) -> Iterator[Row]:
    """Items whose handover to the store (D01) is overdue."""
    for each in _overdue(picture):
        kind, _, name = each["subject"].partition(":")
        item = items.find(picture.connection, name) if each["rule"] == _HANDOVER and kind == "item" else None
        if item is not None:
            yield {**brief(item), "since": each["since"], "due": each["due"]}


@look("overdue-deadlines", "其他逾期事项", "Other deadlines overdue", _DUE)
def deadlines_that_passed(picture: Picture) -> Iterator[Row]:
    """Every other deadline that still runs and is overdue."""
    for each in _overdue(picture):
        if each["rule"] not in (_HANDOVER, _LOAN):
            yield each


@look("open-defects", "未补正的瑕疵", "Open defects", "defect severity rule case item act")
def defects_that_nobody_explained(picture: Picture) -> Iterator[Row]:
    """Open defects, one row for each item concerned."""
    after = None
    while page := defects.search(picture.connection, "open", None, after, _PAGE):
        for each in page:
            for item in each["items"] or [None]:
                yield {**each, "defect": each["code"], "item": item}
        after = page[-1]["id"]


@look("closed-cases", "案件已终结而物品未处置", "Cases that are final with goods still here",
      "case item code description holder since")  # fmt: skip
def things_of_closed_cases_that_are_still_here(picture: Picture) -> Iterator[Row]:
    """Items of cases that are final, whether or not anybody ordered what shall become of them."""
    after = None
    while page := cases.search(picture.connection, None, after, _PAGE):
        for case in page:
            for item in picture.items(Search(case=case["case"])) if case["final"] else ():
                if item["status"] not in _GONE:
                    yield brief(item)
        after = page[-1]["case"]


@look("undisposed", "文书已生效而未处置", "Ordered with effect, not disposed of",
      "item code case description holder instrument effective")  # fmt: skip
def things_ordered_away_that_are_still_here(picture: Picture) -> Iterator[Row]:
    """Items whose disposition took effect and that have not left."""
    for status in STATUSES:
        for item in picture.items(Search(status=status)) if status not in _GONE else ():
            said = item["disposition"]
            if said["state"] == "effective":
                yield {**brief(item), "instrument": said["instrument"], "effective": said["effective_at"]}


@look("cash", "未存入账户的现金", "Cash not deposited", "item code case quantity unit holder since")
def cash_that_lies_in_a_store_or_in_hands(picture: Picture) -> Iterator[Row]:
    """Cash that is in no account yet."""
    for item in picture.items(Search(category="cash")):
        if item["status"] in ("stored", "in-hands", "on-loan"):
            yield brief(item)


@look("unlocated", "下落不明", "Cannot be located", "item code case description holder stock_take act")
def what_cannot_be_located(picture: Picture) -> Iterator[Row]:
    """Items that counts missed or somebody reported missing: one row for each count and report without an answer."""
    for each in counting.queue(picture.connection):
        now = brief(each["now"]) if each["now"] else {"item": each["item"]}
        for missed in each["missed"]:
            yield {**now, **missed}
        for act in each["discrepancies"]:
            yield {**now, "stock_take": None, "act": act}


SECTIONS = (
    loans_that_did_not_come_back_in_time,
    things_that_did_not_reach_the_store_in_time,
    deadlines_that_passed,
    defects_that_nobody_explained,
    things_of_closed_cases_that_are_still_here,
    things_ordered_away_that_are_still_here,
    cash_that_lies_in_a_store_or_in_hands,
    what_cannot_be_located,
)
"""Every section, in the order of the pack."""


def sampled(picture: Picture, root: bytes, salt: str, count: int) -> list[Row]:
    """Draw a shelf sample from all that lies in places: high risk in whole, and ``count`` others, by place."""
    query = select(item_tables.item.c.item, item_tables.item.c.category).where(item_tables.item.c.status == "stored")
    stored = {row["item"]: row["category"] for row in picture.connection.execute(query).mappings()}
    found = [items.find(picture.connection, item) for item in drawn(root, salt, stored, count)]
    rows = [brief(item) for item in found if item is not None]
    return sorted(rows, key=lambda each: (each["place"] or "", each["item"]))


def population(picture: Picture) -> list[tuple[str, str]]:
    """What a shelf sample is drawn from: (item, category), by id."""
    query = select(item_tables.item.c.item, item_tables.item.c.category).where(item_tables.item.c.status == "stored")
    rows = picture.connection.execute(query.order_by(item_tables.item.c.item)).mappings()
    return [(row["item"], row["category"]) for row in rows]
