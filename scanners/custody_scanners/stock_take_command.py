"""``custody stock-take``: open one, count blind with a wedge scanner, state the count, close it; and what is missing.

Counting shows what each scan is, and never the list of what is expected. Acts are written as drafts, for
``custody act`` to have signed by everybody they name.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from custody import label
from custody.acts.counting import list_draft
from custody.acts.values import decode
from custody.cli.ledgers import reading
from custody.cli.settings import settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.errors import Malformed
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody.registers.counting import opened_list
from custody.rules.blind_count import Scan, Tally, count_draft, counted, expected, verdict_of
from custody.rules.draw import drawn
from custody_scanners import wedge
from custody_scanners.sentences import CHINESE, complain, explain, language, say

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2

SIGNS: Final = {
    "right-place": "✓", "wrong-place": "⚠", "unknown-code": "✗", "already-scanned": "=", "belongs-elsewhere": "⚠"
}  # fmt: skip

NEEDED: Final = {
    "open": ("place", "counter", "output"),
    "scan": ("opening", "output"),
    "count": ("opening", "scans", "counter", "output"),
    "close": ("opening", "counter", "supervisor", "conclusion", "output"),
    "missing": (),
}
"""Step → the options without which it says nothing."""


def run(args: Namespace) -> int:
    """Do one step; returns the exit status."""
    needed = (*NEEDED[args.step], *(("salt",) if args.draw is not None else ()))
    lacking = [f"--{name}" for name in needed if not getattr(args, name)]
    if lacking:
        complain(say("use/stock-take", language(args), options=", ".join(lacking)))
        return WRONG_USE
    try:
        with reading(settings_of(args)) as ledger, _current(ledger) as registers:
            return _STEPS[args.step](args, ledger, registers)
    except Malformed as error:
        if error.code not in CHINESE:
            raise
        complain(explain(error, language(args)))
        return REFUSED


@contextmanager
def _current(ledger: Ledger) -> Iterator[Registers]:
    registers = Registers(ledger.engine)
    try:
        registers.catch_up()
        yield registers
    finally:
        registers.close()


def _open(args: Namespace, _: Ledger, registers: Registers) -> int:
    scope = [_place(each) for each in args.place]
    for place in scope:
        registers.place(place)
    book = registers.book(scope)
    draw = {"salt": args.salt, "count": args.draw} if args.draw is not None else None
    draft = _draft("opened", None, args) | {"places": scope, "draw": draw, "book": list_draft(book)}
    return _write(args, draft)


def _scan(args: Namespace, ledger: Ledger, registers: Registers) -> int:
    """Read a wedge scanner until it ends; a place's label says where the following scans are made."""
    scope = registers.stock_take(args.opening)["places"]
    place = _place(args.place[0]) if args.place else None
    tally = counted(registers.book(scope), _scans(ledger, [args.output] if Path(args.output).exists() else []))
    lang = language(args)
    with _private(args.output, os.O_APPEND) as out:
        for outcome in wedge.lines(sys.stdin.buffer, args.prefix, args.suffix):
            if outcome.code is None:
                tell(f"✗ {outcome.line[:60]}  {explain(outcome.error, lang) if outcome.error else ''}")
            elif label.PREFIXES[outcome.code[:3]] == "place":
                place = outcome.code[: label.ID_LENGTH]
                tell(f"· {say('stock-take/here', lang, place=registers.place(place)['name'])}")
            elif place is None:
                tell(f"✗ {say('stock-take/where', lang)}")
            else:
                scan = Scan(outcome.code, place, _item(ledger, outcome.code))
                out.write(json.dumps({"code": scan.code, "place": scan.place}) + "\n")
                out.flush()  # a scan that was told is kept, whatever happens next
                tally = _told(args, tally, scan)
    tell(say("stock-take/scanned", lang, count=len(tally.found), file=args.output))
    return 0


def _told(args: Namespace, tally: Tally, scan: Scan) -> Tally:
    verdict = verdict_of(tally, scan)
    if args.json:
        tell_json({"code": scan.code, "place": scan.place, "verdict": verdict}, lines=True)
    else:
        tell(f"{SIGNS[verdict]} {label.spaced(scan.code)}  {say(f'stock-take/{verdict}', language(args))}")
    found = tally.found if scan.item is None else {scan.item: scan.place, **tally.found}
    return Tally(tally.book, found, tally.verdicts)


def _count(args: Namespace, ledger: Ledger, registers: Registers) -> int:
    """State the count of the places named, or of the whole scope, against the book as it is now."""
    known = registers.stock_take(args.opening)
    scope = [_place(each) for each in args.place] or known["places"]
    opened = opened_list(ledger.recorder, args.opening)
    if known["draw"]:
        kinds = registers.categories(opened)
        opened = drawn(decode(known["seen"]), known["draw"]["salt"], kinds, known["draw"]["count"])
    scans = [each for each in _scans(ledger, args.scans) if each.place in scope]
    scanned = {each.item for each in scans if each.item}
    book = expected(set(opened), registers.book(known["places"]), scope, scanned)
    tally = counted(book, scans)
    draft = _draft("counted", args.opening, args) | count_draft(args.opening, scope, tally)
    lang = language(args)
    if not args.json:
        tell(say("stock-take/came-to", lang, book=len(book), found=len(book) - len(tally.missing)))
        for item in tally.missing:
            tell(f"✗ {_described(registers, item)}")
        for item, place in tally.misplaced:
            tell(f"⚠ {_described(registers, item)}  {say('stock-take/found-in', lang, place=place)}")
    return _write(args, draft)


def _close(args: Namespace, _: Ledger, __: Registers) -> int:
    draft = _draft("closed", args.opening, args) | {"conclusion": args.conclusion}
    draft["signers"].append({"part": "supervisor", "person": args.supervisor})
    return _write(args, draft)


def _missing(args: Namespace, _: Ledger, registers: Registers) -> int:
    """List what cannot be located; exit status 1 while there is any."""
    found = registers.unlocated()
    lang = language(args)
    if args.json:
        tell_json(found)
    elif found:
        heads = ("item", "description", "case", "counts", "reports")
        columns = [say(f"stock-take/column-{each}", lang) for each in heads]
        rows = [
            [each["item"], now.get("description"), now.get("case"), len(each["missed"]), len(each["discrepancies"])]
            for each in found
            for now in [each["now"] or {}]
        ]
        tell_table(columns, rows)
    else:
        tell(say("stock-take/none-missing", lang))
    return 1 if found else 0


_STEPS: Final[dict[str, Callable[[Namespace, Ledger, Registers], int]]] = {
    "open": _open, "scan": _scan, "count": _count, "close": _close, "missing": _missing
}  # fmt: skip


def _draft(step: str, opening: str | None, args: Namespace) -> dict[str, Any]:
    return {
        "act": "stock-take", "step": step, "opening": opening, "places": [], "draw": None, "book": None,
        "scans": None, "verdicts": None, "missing": [], "misplaced": [], "conclusion": None,
        "signers": [{"part": "counter", "person": person} for person in args.counter],
    }  # fmt: skip


def _write(args: Namespace, draft: dict[str, Any]) -> int:
    with _private(args.output, os.O_TRUNC) as out:
        json.dump(draft, out, ensure_ascii=False, indent=2)
        out.write("\n")
    if args.json:
        tell_json({"file": args.output, "step": draft["step"], "missing": draft["missing"]})
    else:
        tell(say("stock-take/written", language(args), file=args.output))
    return 0


def _private(file: str, how: int) -> Any:
    """Open a file for writing that is its owner's alone: a list of a store's contents is nobody else's business."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "w", encoding="utf-8")


def _scans(ledger: Ledger, files: list[str]) -> list[Scan]:
    """Read scans from the files of one or more counters. Raises Malformed with the line."""
    found: list[Scan] = []
    for file in files:
        for number, line in enumerate(Path(file).read_text(encoding="utf-8").splitlines(), 1):
            try:
                each = json.loads(line)
                found.append(Scan(str(each["code"]), str(each["place"]), _item(ledger, str(each["code"]))))
            except (ValueError, TypeError, KeyError):
                raise Malformed(
                    "malformed/scans", "A line of this file is no scan.", file=file, line=number, got=line[:60]
                ) from None
    return found


def _item(ledger: Ledger, code: str) -> str | None:
    """The item that bears a code in force; None for a retired code, which moves nothing and finds nothing."""
    ledger.memory.catch_up()
    known = ledger.memory.fold([Need("code", code)])[Need("code", code)]
    return known.item if known and not known.retired_by else None


def _place(text: str) -> str:
    return text[: label.ID_LENGTH] if label.is_code(text, "place") else text


def _described(registers: Registers, item: str) -> str:
    shape = registers.item(item)
    return f"{label.spaced(shape['code'])}  {shape['description']}  {shape['case']}"
