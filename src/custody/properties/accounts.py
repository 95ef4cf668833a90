"""The cash sub-ledger: what the items of a case are worth in the account is what its entries add up to, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from custody.acts.disposition import Release
from custody.acts.dividing import Division, Reclassification
from custody.acts.orders import CashDeposit
from custody.acts.taking import CashDetails
from custody.properties.property import Contradiction, Take
from custody.properties.told import BEARING, Birth, Told

_MONEY = ("cash", "funds")


class Accounts:
    """Two books of the same money: what each item still amounts to, and the entries of the account."""

    def __init__(self) -> None:
        self._left: dict[str, Decimal] = {}
        """item of money → what is left of it"""
        self._of: dict[str, tuple[str, str]] = {}
        """item of money → its case and currency"""
        self._paid_in: set[str] = set()
        self._entries: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        """case and currency → the balance of the account's entries"""
        self._last: dict[tuple[str, str], int] = {}

    def takes(self) -> Mapping[str, Take]:
        """What comes to exist, is paid in, grows by interest, and is paid out."""
        return {
            **dict.fromkeys(BEARING, self._bear), "cash-deposit": self._pay_in, "division": self._divide,
            "release": self._release, "reclassification": self._reclassify,
        }  # fmt: skip

    def end(self) -> Iterator[Contradiction]:
        """The two books agree, case by case and currency by currency."""
        items: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for item in self._paid_in:
            items[self._of[item]] += self._left[item]
        for account in sorted(self._entries.keys() | items.keys()):
            if items[account] != self._entries[account]:
                facts = {"case": account[0], "currency": account[1], "problem": "the books differ",
                         "items": str(items[account]), "entries": str(self._entries[account])}  # fmt: skip
                yield Contradiction(self._last.get(account, 0), facts)

    def _bear(self, told: Told) -> Iterator[Contradiction]:
        for each in told.births:
            if each.category in _MONEY:
                yield from self._hold(told, each)

    def _hold(self, told: Told, each: Birth) -> Iterator[Contradiction]:
        self._left[each.item] = Decimal(each.quantity)
        self._of[each.item] = (each.case, each.unit)
        if told.act.act == "discrepancy":
            return  # which says itself that something does not agree
        if isinstance(each.details, CashDetails) and each.details.total() != Decimal(each.quantity):
            facts = {"item": each.item, "problem": "the denominations do not add up",
                     "sum": str(each.details.total()), "quantity": each.quantity}  # fmt: skip
            yield Contradiction(told.index, facts)

    def _reclassify(self, told: Told) -> Iterable[Contradiction]:
        """What turns out to be no money any more leaves the books, as long as it is not in the account."""
        act: Reclassification = told.act
        if act.category is not None and act.category not in _MONEY and act.item not in self._paid_in:
            self._left.pop(act.item, None)
        return ()

    def _pay_in(self, told: Told) -> Iterator[Contradiction]:
        act: CashDeposit = told.act
        total = Decimal(0)
        for _, item in told.items():
            account = self._of.get(item)
            if account is None or account[1] != act.currency or item in self._paid_in:
                facts = {"item": item, "problem": "cannot be paid in", "currency": act.currency}
                yield Contradiction(told.index, facts)
                continue
            total += self._left.get(item, Decimal(0))
            self._paid_in.add(item)
            self._last[account] = told.index
        first = next((self._of[item] for _, item in told.items() if item in self._of), None)
        if first is None:
            return
        self._entries[first] += Decimal(act.amount)
        if total != Decimal(act.amount):
            facts = {"problem": "another amount was paid in", "items": str(total), "entries": act.amount}
            yield Contradiction(told.index, facts)

    def _divide(self, told: Told) -> Iterator[Contradiction]:
        act: Division = told.act
        yield from self._bear(told)
        if act.parent not in self._left or len(act.children) in told.reading.voided:
            return
        self._left[act.parent] = Decimal(act.remainder)
        if act.parent in self._paid_in:
            account = self._of[act.parent]
            self._paid_in.update([each.item for each in told.births if each.item in self._left])
            self._entries[account] += Decimal(act.gain) - Decimal(act.loss)
            self._last[account] = told.index

    def _release(self, told: Told) -> Iterator[Contradiction]:
        act: Release = told.act
        yield from self._bear(told)
        for _, item in told.items():
            left = self._left.get(item)
            if left is None:
                continue
            out = left if act.payment is None else Decimal(act.payment.amount)
            stays = Decimal(0) if act.payment is None else Decimal(act.payment.remains)
            if left - out != stays:
                facts = {"item": item, "problem": "what was paid and what remains are not the whole",
                         "before": str(left), "paid": str(out), "remains": str(stays)}  # fmt: skip
                yield Contradiction(told.index, facts)
            self._left[item] = stays
            if item in self._paid_in:
                self._entries[self._of[item]] -= out
                self._last[self._of[item]] = told.index
