"""What each act asks for at the counter, in order: data, and the few fields that follow from several answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from custody.acts.counting import list_draft
from custody.acts.custody import LoanPurpose
from custody.acts.parts import PARTS, Part
from custody_api.terminal.lines import Line, by_number

Said = Mapping[str, Any]
"""What was answered so far, by the name of the question; None where it was left out."""

Seen = Sequence[Line]
"""The lines of a sheet."""

Kind = Literal["place", "places", "people", "choice", "text", "moment", "range"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a sheet. ``name`` is the field of the draft that it fills, or ``part:`` and who signs."""

    name: str
    kind: Kind = "text"
    needed: bool = True
    options: tuple[str, ...] = ()
    when: Callable[[Said], bool] = lambda said: True


@dataclass(frozen=True, slots=True)
class Flow:
    """An act at the counter: its questions, what scanning an item means, and where items should be before."""

    act: str
    asks: tuple[Ask, ...]
    takes: Literal["lines", "packages", "seals", "scans", "nothing"] = "lines"
    before: Literal["stored", "out", "lent", None] = None
    fields: Callable[[Said, Seen], dict[str, Any]] = lambda said, lines: {}


def part_of(act: str, name: str) -> Part | None:
    """The part that a question asks for; None if it asks for a field."""
    return PARTS[act][name.removeprefix("part:")] if name.startswith("part:") else None


def _signs(act: str, *parts: str) -> tuple[Ask, ...]:
    """The questions who signs; after one whom somebody without a key may stand in for, how that is shown."""
    asks: list[Ask] = []
    for part in parts:
        known = PARTS[act][part]
        if known.capacities:
            asks.append(Ask(f"part:{part}", "people", needed=known.least > 0 and not known.paper))
        if known.paper:
            without = _without_key(part)
            asks.append(Ask(f"name:{part}", when=without, needed=bool(known.capacities)))
            asks.append(Ask(f"how:{part}", "choice", options=ON_PAPER, when=_named(part)))
    return tuple(asks)


ON_PAPER: Final = ("handwritten", "fingerprint", "refused", "absent")


def _without_key(part: str) -> Callable[[Said], bool]:
    return lambda said: said.get(f"part:{part}", None) is None


def _named(part: str) -> Callable[[Said], bool]:
    return lambda said: said.get(f"name:{part}") is not None


def _is(name: str, *values: str) -> Callable[[Said], bool]:
    return lambda said: said.get(name) in values


def _person(said: Said, part: str) -> Any:
    people = said.get(f"part:{part}")
    return people[0] if people else None


def _check_out(said: Said, lines: Seen) -> dict[str, Any]:
    return {"borrower": _person(said, "borrower")}


def _transfer(said: Said, lines: Seen) -> dict[str, Any]:
    known = lines[0].known
    giver = {known["kind"]: known["holder"]} if known["kind"] in ("person", "place") else _party(said, "deliverer")
    taker = {"place": said["to"]} if said.get("to") else _party(said, "receiver")
    return {"from": giver, "to": taker}


def _party(said: Said, part: str) -> dict[str, Any]:
    person = _person(said, part)
    return {"person": person} if person else {"outside": {"disclose": said.get(f"name:{part}")}}


def _sealing(said: Said, lines: Seen) -> dict[str, Any]:
    return {"seals": [{**each, "packaging": said["seals.packaging"]} for each in by_number(lines)]}


def _unsealing(said: Said, lines: Seen) -> dict[str, Any]:
    return {"seals": by_number(lines)}


def _release(said: Said, lines: Seen) -> dict[str, Any]:
    recipient = {
        "name": {"disclose": said.get("name:recipient")}, "capacity": said.get("recipient.capacity"),
        "authorisation": said.get("recipient.authorisation"), "authority_staff": said.get("recipient.staff") == "yes",
    }  # fmt: skip
    measured = [each for line in lines for each in line.measured]
    how = {name: said.get(f"destruction.{name}") for name in ("where", "method")}
    return {
        "recipient": recipient if said.get("name:recipient") else None,
        "destruction": {**how, "measured": measured} if said.get("kind") == "destroyed" else None,
    }


def _opened(said: Said, lines: Seen) -> dict[str, Any]:
    said_here = {"step": "opened", "opening": None, "places": said["places"]}
    return _EMPTY_COUNT | said_here | {"book": list_draft(said["book"])}


def _counted(said: Said, lines: Seen) -> dict[str, Any]:
    return dict(said["count"])


_EMPTY_COUNT: Final[dict[str, Any]] = {
    "places": [], "draw": None, "book": None, "scans": None, "verdicts": None, "missing": [], "misplaced": [],
    "conclusion": None,
}  # fmt: skip


def _closed(said: Said, lines: Seen) -> dict[str, Any]:
    return _EMPTY_COUNT | {"step": "closed", "opening": said["opening"], "conclusion": said["conclusion"]}


_PLACE: Final = Ask("place", "place")
_HANDED: Final = ("returned", "handed-over", "supplied-to-subject")

FLOWS: Final[Mapping[str, Flow]] = {
    "check-in": Flow("check-in", (_PLACE, *_signs("check-in", "deliverer", "custodian")), before="out"),
    "check-out": Flow("check-out", (
        *_signs("check-out", "borrower"), Ask("purpose", "choice", options=get_args(LoanPurpose)),
        Ask("due", "moment"), Ask("loan", needed=False), *_signs("check-out", "custodian", "approver"),
    ), before="stored", fields=_check_out),
    "return": Flow("return", (
        _PLACE, *_signs("return", "borrower", "custodian"), Ask("difference", needed=False),
    ), before="lent"),
    "transfer": Flow("transfer", (
        Ask("to", "place", needed=False), *_signs("transfer", "deliverer", "receiver", "second-custodian"),
        Ask("purpose"),
    ), fields=_transfer),
    "relocation": Flow("relocation", (
        Ask("to", "place"), Ask("reason"), *_signs("relocation", "custodian"),
    ), before="stored"),
    "sealing": Flow("sealing", (
        *_signs("sealing", "sealer"), Ask("seals.packaging"),
    ), takes="packages", fields=_sealing),
    "unsealing": Flow("unsealing", (
        *_signs("unsealing", "opener", "second"), Ask("reason"), Ask("condition"),
    ), takes="seals", fields=_unsealing),
    "lab-dispatch": Flow("lab-dispatch", (
        Ask("laboratory"), Ask("request"), Ask("transport_temperature", "range", needed=False),
        Ask("approved_for", "choice", needed=False, options=("before-check-in", "re-examination")),
        *_signs("lab-dispatch", "officer", "custodian", "approver"),
    )),
    "lab-receipt": Flow("lab-receipt", (
        _PLACE, *_signs("lab-receipt", "deliverer", "examiner"), Ask("acceptance", needed=False),
        Ask("refusal", when=lambda said: said.get("acceptance") is None),
    )),
    "release": Flow("release", (
        Ask("kind", "choice", options=(*_HANDED, "remitted", "destroyed", "consumed")),
        Ask("ordered_by", needed=False),
        Ask("without_order", "choice", options=("irrelevant", "effects", "closed-case"),
            when=lambda said: said.get("kind") == "returned" and said.get("ordered_by") is None),
        Ask("order", needed=False), Ask("reason"), Ask("voucher", needed=False, when=_is("kind", "remitted")),
        Ask("destruction.where", when=_is("kind", "destroyed")),
        Ask("destruction.method", when=_is("kind", "destroyed")),
        Ask("name:recipient", when=_is("kind", *_HANDED)),
        Ask("recipient.capacity", "choice", options=("right-holder", "agent", "authority", "subject"),
            when=_named("recipient")),
        Ask("recipient.authorisation", when=_is("recipient.capacity", "agent")),
        Ask("recipient.staff", "choice", options=("no", "yes"), when=_named("recipient")),
        Ask("how:recipient", "choice", options=ON_PAPER, when=_named("recipient")),
        *_signs("release", "holder", "approver", "supervisor", "finance"),
    ), before="stored", fields=_release),
    "stock-take": Flow("stock-take", (
        Ask("places", "places"), *_signs("stock-take", "counter"),
    ), takes="nothing", fields=_opened),
    "stock-take/counted": Flow("stock-take", _signs("stock-take", "counter"), takes="scans", fields=_counted),
    "stock-take/closed": Flow("stock-take", (
        Ask("conclusion"), *_signs("stock-take", "counter", "supervisor"),
    ), takes="nothing", fields=_closed),
}  # fmt: skip
"""Name of the flow → what it asks. The name is the act's type; of a stock-take's later steps, with the step."""

OFFERED: Final = tuple(name for name in FLOWS if "/" not in name)
"""The flows to choose from, in the order of their digits."""
