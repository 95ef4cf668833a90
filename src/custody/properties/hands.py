"""Through whose hands an act passes each item, read from the act alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from custody.acts.act import Act
from custody.acts.control import Answer
from custody.acts.custody import ByPerson, CheckIn, CheckOut, InPlace, Party, Relocation, Return, Transfer
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.keeping import CustodianHandover
from custody.acts.orders import CashDeposit
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt
from custody.acts.taking import Seizure


class Hand(NamedTuple):
    """A person, a place, or somebody outside, whose sealed name is another one each time it is sealed."""

    kind: str
    id: str


class Given(NamedTuple):
    """From whom: as the act states it, else those who signed as the giver."""

    stated: Hand | None
    persons: frozenset[str]

    def fits(self, holder: Hand) -> bool:
        """Whether that can have been the holder. From an outside keeper whoever fetches a thing takes it."""
        if self.stated is not None:
            same_kind = self.stated.kind == holder.kind
            return same_kind and (holder.kind == "outside" or self.stated.id == holder.id)
        if holder.kind == "person":
            return holder.id in self.persons
        return holder.kind == "outside" or bool(self.persons)


class Passing(NamedTuple):
    """One item out of some hands (None: it comes to exist) into others (None: it leaves for good).

    ``stays`` says that the act only states who has it, and leaves it there.
    """

    item: str
    given: Given | None
    taken: Hand | None
    stays: bool = False


def passings(act: Act) -> Iterable[Passing]:
    """Every item that an act passes on."""
    how = PASSING.get(act.act)
    return how(act) if how else ()


def _hand(party: Party) -> Hand:
    if isinstance(party, ByPerson):
        return Hand("person", party.person)
    if isinstance(party, InPlace):
        return Hand("place", party.place)
    return Hand("outside", party.outside.sealed)


def _first(act: Act, part: str) -> Hand | None:
    for signer in act.signers:
        if signer.part == part:
            return Hand("person", signer.person)
    for paper in act.attestations:
        if paper.part == part:
            return Hand("outside", paper.name.sealed)
    return None


def _signed(act: Act, part: str) -> Given:
    return Given(None, frozenset([signer.person for signer in act.signers if signer.part == part]))


def _all(act: Act, given: Given | None, taken: Hand | None) -> Iterable[Passing]:
    return [Passing(item, given, taken) for item in act.own_items]


def _seizure(act: Seizure) -> Iterable[Passing]:
    officer, stays = _first(act, "officer"), act.measure in ("sealed-in-situ", "frozen", "registered")
    for each in act.items:
        kept = stays and each.keeper is not None
        yield Passing(each.item, None, Hand("outside", each.keeper.sealed) if kept and each.keeper else officer)


def _blood_draw(act: BloodDraw) -> Iterable[Passing]:
    return _all(act, None, _first(act, "officer"))


def _division(act: Division) -> Iterable[Passing]:
    here = _hand(act.held_by)
    for child in act.children:
        yield Passing(child.item, None, here)
    yield Passing(act.parent, Given(here, frozenset()), here, stays=True)
    if not Decimal(act.remainder):
        yield Passing(act.parent, Given(here, frozenset()), None)


def _release(act: Release) -> Iterable[Passing]:
    if act.payment is None or not Decimal(act.payment.remains):
        yield from _all(act, _signed(act, "holder"), None)
    if act.sale is not None:
        yield Passing(act.sale.item, None, _first(act, "holder"))


def _check_in(act: CheckIn) -> Iterable[Passing]:
    return _all(act, _signed(act, "deliverer"), Hand("place", act.place))


def _transfer(act: Transfer) -> Iterable[Passing]:
    return _all(act, Given(_hand(act.giver), frozenset()), _hand(act.taker))


def _relocation(act: Relocation) -> Iterable[Passing]:
    return _all(act, _signed(act, "custodian"), Hand("place", act.to))


def _check_out(act: CheckOut) -> Iterable[Passing]:
    return _all(act, _signed(act, "custodian"), Hand("person", act.borrower))


def _return(act: Return) -> Iterable[Passing]:
    return _all(act, _signed(act, "borrower"), Hand("place", act.place))


def _lab_dispatch(act: LabDispatch) -> Iterable[Passing]:
    custodians = _signed(act, "custodian")
    return _all(act, custodians if custodians.persons else _signed(act, "officer"), _first(act, "officer"))


def _lab_receipt(act: LabReceipt) -> Iterable[Passing]:
    if act.acceptance is None:
        return ()
    return _all(act, _signed(act, "deliverer"), Hand("place", act.place))


def _cash_deposit(act: CashDeposit) -> Iterable[Passing]:
    return _all(act, _signed(act, "custodian"), Hand("outside", act.account.sealed))


def _custodian_handover(act: CustodianHandover) -> Iterable[Passing]:
    if act.held_by is None:
        return ()
    return _all(act, Given(Hand("person", act.held_by), frozenset()), _first(act, "incoming"))


def _answer(act: Answer) -> Iterable[Passing]:
    if act.taker is None:
        return
    given, taken = _signed(act, "holder"), _hand(act.taker)
    for line in act.lines:
        if line.decision == "accepted" and line.moves in ("custody", "both"):
            yield Passing(line.item, given, taken)


def _discrepancy(act: Discrepancy) -> Iterable[Passing]:
    inner, known = act.embedded, set(act.items)
    if inner is None or inner.act not in ("seizure", "blood-draw", "division"):
        return ()
    return [each for each in passings(inner) if each.given is None and each.item not in known]


PASSING: Final[Mapping[str, Callable[[Any], Iterable[Passing]]]] = {
    "seizure": _seizure,
    "blood-draw": _blood_draw,
    "division": _division,
    "release": _release,
    "check-in": _check_in,
    "transfer": _transfer,
    "relocation": _relocation,
    "check-out": _check_out,
    "return": _return,
    "lab-dispatch": _lab_dispatch,
    "lab-receipt": _lab_receipt,
    "cash-deposit": _cash_deposit,
    "custodian-handover": _custodian_handover,
    "answer": _answer,
    "discrepancy": _discrepancy,
}
"""How the acts of each type pass things on."""
