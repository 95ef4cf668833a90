"""A stock-take at the station: counted blind; what is expected is known here and never shown while counting."""

from __future__ import annotations

from typing import Final

from custody import label
from custody.cli.words import language
from custody.rules.blind_count import Scan, Tally, Verdict, count_draft, counted, expected, verdict_of
from custody_api.terminal.counter import Counter
from custody_api.terminal.desk import Desk
from custody_api.terminal.kept import Kept
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Answer, Outcome, Row, Tone
from custody_scanners.sentences import say as say_of_counts

OUTCOMES: Final[dict[Verdict, Outcome]] = {
    "right-place": "accepted", "wrong-place": "wrong-place", "unknown-code": "unknown", "already-scanned": "already",
    "belongs-elsewhere": "wrong-place",
}  # fmt: skip
SIGNS: Final[dict[Verdict, str]] = {
    "right-place": "✓", "wrong-place": "⚠", "unknown-code": "✗", "already-scanned": "=", "belongs-elsewhere": "⚠"
}  # fmt: skip


def scanned(sheet: Sheet, code: str, desk: Desk, book: dict[str, str]) -> Sheet:
    """The sheet of a count after an item's label was read, and what that was."""
    place = sheet.said.get("here")
    if place is None:
        desk.answered("refused", "answer/where")
        return sheet
    found = desk.counter.answers.of(code)
    item = found["item"]["item"] if found["standing"] == "in-force" else None
    scan = Scan(code, place, item)
    verdict = verdict_of(counted(book, sheet.scans), scan)
    said = say_of_counts(f"stock-take/{verdict}", language())
    desk.answer = Answer(OUTCOMES[verdict], f"{label.spaced(code)}  {said}")
    return sheet.with_scan(scan)


def rows(sheet: Sheet, book: dict[str, str]) -> list[Row]:
    """Every label that was read, newest first, with its verdict: never what it is, and never what is missing."""
    found, shown = dict[str, str](), list[Row]()
    for scan in sheet.scans:
        verdict = verdict_of(Tally(book, found), scan)
        said = say_of_counts(f"stock-take/{verdict}", language())
        tone: Tone = "good" if verdict == "right-place" else "warn"
        shown.append(Row(SIGNS[verdict], f"{label.spaced(scan.code)}  {said}", tone))
        if scan.item is not None:
            found.setdefault(scan.item, scan.place)
    return shown[::-1]


def book_of(sheet: Sheet, counter: Counter, kept: Kept) -> dict[str, str]:
    """What a count is held against now: what stood on the book at the opening and stands there still, and whatever came
    in since, if it was scanned."""
    opened = kept.opened[sheet.said["opening"]]
    scanned_ = {each.item for each in sheet.scans if each.item}
    return dict(expected(set(opened["items"]), counter.book(opened["places"]), opened["places"], scanned_))


def completed(sheet: Sheet, counter: Counter, kept: Kept) -> Sheet:
    """The sheet with what the ledger adds when it is signed: the book of an opening, the outcome of a count."""
    if sheet.name == "stock-take":
        return sheet.with_said("book", sorted(counter.book(sheet.said["places"])))
    if sheet.flow.takes != "scans":
        return sheet
    opening = sheet.said["opening"]
    tally = counted(book_of(sheet, counter, kept), sheet.scans)
    return sheet.with_said("count", count_draft(opening, kept.opened[opening]["places"], tally))
