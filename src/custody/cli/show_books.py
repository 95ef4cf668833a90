"""What ``custody show`` says of the books of a store: a manifest, a loan, a stock-take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from custody.cli.words import either, term, text
from custody.cli.zone import local
from custody.facts.shapes import Shape

Lines = Iterator[tuple[str, object]]

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "show/state": ("状态", "state"),
    "show/from-to": ("移送", "from → to"),
    "show/offered-at": ("移送时间", "offered"),
    "show/answer-by": ("答复期限", "answer by"),
    "show/stage": ("阶段", "stage"),
    "show/line": ("明细", "line"),
    "show/borrower": ("调用人", "borrower"),
    "show/asked-by": ("呈请人", "asked by"),
    "show/out": ("在外件数", "out"),
    "show/closed": ("结束时间", "closed"),
    "show/counters": ("盘点人", "counters"),
    "show/book": ("账面件数", "on the book"),
    "show/counted": ("已盘", "counted"),
    "show/of": ("账面 {book}", "book {book}"),
    "show/misplaced": ("错放", "misplaced"),
    "show/found-in": ("{item} 见于 {found_in}", "{item} found in {found_in}"),
    "show/uncounted": ("未盘场所", "not counted yet"),
    "show/missing": ("未见", "missing"),
    "manifest/open": ("待答复", "open"),
    "manifest/accepted": ("已接收", "accepted"),
    "manifest/partly-accepted": ("部分接收", "partly accepted"),
    "manifest/refused": ("已退回", "refused"),
    "manifest/withdrawn": ("已撤回", "withdrawn"),
    "manifest/expired": ("逾期未答复", "expired"),
    "loan/requested": ("待审批", "asked for"),
    "loan/decided": ("已审批", "decided"),
    "loan/unasked": ("当场审批", "approved at the counter"),
    "loan/undecided": ("未审批", "undecided"),
    "loan/approved": ("同意", "approved"),
    "loan/rejected": ("不同意", "rejected"),
    "loan/out": ("在外", "out"),
    "loan/back": ("已还", "back"),
    "loan/overdue": ("逾期", "overdue"),
    "stock-take/open": ("进行中", "open"),
    "stock-take/closed": ("已结束", "closed"),
    "verdict/right_place": ("相符 {count}", "right {count}"),
    "verdict/wrong_place": ("错位 {count}", "wrong place {count}"),
    "verdict/unknown_code": ("非本台账 {count}", "unknown {count}"),
    "verdict/already_scanned": ("重复 {count}", "again {count}"),
    "verdict/belongs_elsewhere": ("属他处 {count}", "belongs elsewhere {count}"),
}
"""Code → (zh-CN, English)."""


def _say(code: str, /, **fields: object) -> str:
    return either(*WORDS[code]).format(**fields)


def receiver_of(receiver: Shape) -> str:
    """Whom something is offered to: an agency, a person or a place, by id."""
    return " ".join(str(value) for value in receiver.values())


def _manifest(manifest: Shape) -> Lines:
    yield text("show/manifest"), manifest["manifest"]
    yield _say("show/state"), _say(f"manifest/{manifest['state']}")
    yield _say("show/from-to"), f"{manifest['sender']} → {receiver_of(manifest['receiver'])}"
    yield _say("show/offered-at"), f"{local(manifest['offered_at'])} ({manifest['offered_by']})"
    yield _say("show/answer-by"), local(manifest["expires_at"])
    yield _say("show/stage"), term(manifest["stage"])
    yield text("show/document"), manifest["document"]
    for line in manifest["lines"]:
        state = _say(f"manifest/{line['state']}")
        said = (state, term(line["moves"]), line["proposal"], line["reason"], line["remark"])
        yield _say("show/line"), f"{line['item']}  {', '.join(filter(None, said))}"


def _loan(loan: Shape) -> Lines:
    yield text("show/loan"), loan["loan"]
    yield _say("show/state"), _say(f"loan/{loan['state']}")
    yield _say("show/borrower"), f"{loan['borrower']} ({term(loan['purpose'])})"
    yield _say("show/asked-by"), ", ".join(loan["asked_by"])
    yield text("show/due"), local(loan["due"])
    yield _say("show/out"), loan["out"]
    for each in loan["items"]:
        yield _say("show/line"), f"{each['item']}  {', '.join(filter(None, _lent(each, loan)))}"


def _lent(each: Shape, loan: Shape) -> Iterator[str | None]:
    yield _say(f"loan/{each['decision'] or 'undecided'}") if loan["state"] != "unasked" else None
    yield text("show/until", day=local(each["due"])) if each["due"] else None
    if each["taken_by"]:
        yield _say("loan/out" if each["out"] else "loan/back")
    yield _say("loan/overdue") if each["item"] in loan["overdue"] else None


def _stock_take(count: Shape) -> Lines:
    yield text("show/stock-take"), count["stock_take"]
    yield _say("show/state"), _say(f"stock-take/{count['state']}")
    yield text("show/opened"), local(count["opened_at"])
    yield _say("show/closed"), local(count["closed_at"])
    yield _say("show/counters"), ", ".join(count["counters"])
    yield _say("show/book"), count["book"]["count"]
    for each in count["counts"]:
        verdicts = "  ".join(_say(f"verdict/{name}", count=number) for name, number in each["verdicts"].items())
        places = ", ".join(each["places"])
        yield _say("show/counted"), f"{local(each['at'])}  {places}  {_say('show/of', book=each['book'])}  {verdicts}"
        for found in each["misplaced"]:
            yield _say("show/misplaced"), _say("show/found-in", **found)
    yield _say("show/uncounted"), ", ".join(count["uncounted"])
    for item in count["missing"]:
        yield _say("show/missing"), item


LINES: Final[Mapping[str, Callable[[Shape], Lines]]] = {
    "manifest": _manifest, "loan": _loan, "stock-take": _stock_take,
}  # fmt: skip
