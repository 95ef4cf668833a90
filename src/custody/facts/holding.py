"""Who holds an item, and how an act moves it from one holder to another.

Exactly the act types in `CUSTODY_MOVING` change who holds an item. Each names, openly or by who signs, a giver and a
taker; a chain of custody has no gap where every giver is the taker before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from custody.acts.act import Act
from custody.acts.control import Answer
from custody.acts.custody import ByPerson, CheckIn, CheckOut, InPlace, Party, Relocation, Return, Transfer
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.keeping import CustodianHandover
from custody.acts.orders import CashDeposit
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt
from custody.acts.taking import IN_SITU, Seizure


@dataclass(frozen=True, slots=True)
class Holder:
    """A person, a place, or somebody outside; ``id`` is the person's, the place's, or the sealed name's commitment."""

    kind: Literal["person", "place", "outside"]
    id: str


@dataclass(frozen=True, slots=True)
class Move:
    """What one act does to one item: the giver as far as the act states it, and the taker (None: it left for good).

    ``giver`` is None when the act takes the item in for the first time, or gives it from wherever it lies.
    """

    giver: Holder | None
    taker: Holder | None
    giving_part: str | None
    """The part in which the giver, or a custodian of the place it lies in, must sign; None at the first taking."""


def holder_of(party: Party) -> Holder:
    """The holder that a party of a transfer is."""
    if isinstance(party, ByPerson):
        return Holder("person", party.person)
    if isinstance(party, InPlace):
        return Holder("place", party.place)
    return Holder("outside", party.outside.sealed)


def standing_in(act: Act, part: str) -> Holder | None:
    """The first person, enrolled or on paper, who stands in a part."""
    signers = act.signed_by(part)
    if signers:
        return Holder("person", signers[0].person)
    papers = act.attested(part)
    return Holder("outside", papers[0].name.sealed) if papers else None


def _seizure(act: Seizure, number: int) -> Move:
    keeper = act.items[number].keeper
    if act.measure in IN_SITU and keeper is not None:
        return Move(None, Holder("outside", keeper.sealed), None)
    return Move(None, standing_in(act, "officer"), None)


def _blood_draw(act: BloodDraw, number: int) -> Move:
    return Move(None, standing_in(act, "officer"), None)


def _check_in(act: CheckIn, number: int) -> Move:
    return Move(standing_in(act, "deliverer"), Holder("place", act.place), "deliverer")


def _transfer(act: Transfer, number: int) -> Move:
    return Move(holder_of(act.giver), holder_of(act.taker), "deliverer")


def _relocation(act: Relocation, number: int) -> Move:
    return Move(None, Holder("place", act.to), "custodian")


def _check_out(act: CheckOut, number: int) -> Move:
    return Move(None, Holder("person", act.borrower), "custodian")


def _return(act: Return, number: int) -> Move:
    return Move(standing_in(act, "borrower"), Holder("place", act.place), "borrower")


def _lab_dispatch(act: LabDispatch, number: int) -> Move:
    officer = standing_in(act, "officer")
    return Move(None, officer, "custodian" if act.signed_by("custodian") else "officer")


def _lab_receipt(act: LabReceipt, number: int) -> Move | None:
    if act.acceptance is None:
        return None
    return Move(standing_in(act, "deliverer"), Holder("place", act.place), "deliverer")


def _release(act: Release, number: int) -> Move | None:
    return Move(None, None, "holder") if act.is_last else None  # a part amount leaves the rest where it is


def _cash_deposit(act: CashDeposit, number: int) -> Move:
    return Move(None, Holder("outside", act.account.sealed), "custodian")


def _custodian_handover(act: CustodianHandover, number: int) -> Move | None:
    if act.held_by is None:
        return None  # of places: the holder stays the place
    return Move(Holder("person", act.held_by), standing_in(act, "incoming"), None)


def _answer(act: Answer, number: int) -> Move | None:
    if act.taker is None or not act.lines[number].hands_over:
        return None  # on paper, or refused: goods stay where they are
    return Move(None, holder_of(act.taker), "holder")


def _division(act: Division, number: int) -> Move | None:
    if number < len(act.children):
        return Move(None, holder_of(act.held_by), None)
    return Move(None, None, "divider") if Decimal(act.remainder) == 0 else None


def _discrepancy(act: Discrepancy, number: int) -> Move | None:
    item, inner = act.own_items[number], act.embedded
    if inner is None or item not in act.items_born:
        return None
    return move(inner, inner.positions[item][0])


_MOVES: Final[dict[str, Callable[[Any, int], Move | None]]] = {
    "seizure": _seizure,
    "blood-draw": _blood_draw,
    "check-in": _check_in,
    "transfer": _transfer,
    "relocation": _relocation,
    "check-out": _check_out,
    "return": _return,
    "lab-dispatch": _lab_dispatch,
    "lab-receipt": _lab_receipt,
    "cash-deposit": _cash_deposit,
    "answer": _answer,
    "release": _release,
    "custodian-handover": _custodian_handover,
    "division": _division,
    "discrepancy": _discrepancy,
}

CUSTODY_MOVING: Final = frozenset(_MOVES)
"""The act types that move custody; a correction that amends one of them moves it too."""

TAKING: Final = frozenset({"seizure", "blood-draw"})
"""The act types by which an item enters the ledger: facts that have happened, never refused for their time."""

LINE_BY_LINE: Final = TAKING | {"answer", "division", "discrepancy"}
"""The act types that say of each item by itself whose hands it comes into; all others move theirs together."""


def move(act: Act, number: int) -> Move | None:
    """What an act does to the item at ``number`` of its own list; None if it moves nothing."""
    how = _MOVES.get(act.act)
    return how(act, number) if how else None


def moves(act: Act) -> tuple[Move | None, ...]:
    """What an act does to each item of its own list."""
    count = len(act.own_items)
    if act.act in LINE_BY_LINE:
        return tuple([move(act, number) for number in range(count)])
    return (move(act, 0),) * count if count else ()
