"""Step 9 of verifying: what must be true of the whole log, derived from the acts alone (`custody.properties`)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.errors import CustodyError
from custody.ledger.findings import Finding, Report
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
from custody.properties import Contradiction, Properties, Property
from custody.rules.policy import Policy
from custody.rules.weighing import tolerance


class WholeLog:
    """Step 9: the properties of the whole log, told act by act."""

    def __init__(self, report: Report, reader: Reader, size: int) -> None:
        self._report = report
        self._policy: Policy | None = None
        self._properties = Properties(_corrections(reader, size), self._allowed)

    def take(self, recorded: Recorded, policy: Policy | None) -> None:
        """Tell the next act, which was judged by ``policy``."""
        self._policy = policy
        for known, found in self._properties.take(recorded):
            self._contradicted(known, found)

    def end(self) -> None:
        """Ask what could only be said once everything was told."""
        for known, found in self._properties.end():
            self._contradicted(known, found)

    def _contradicted(self, known: Property, found: Contradiction) -> None:
        self._report.findings.append(
            Finding(9, known.code, known.zh, known.en, found.leaf, found.facts, known.meaning_zh, known.meaning_en)
        )

    def _allowed(self, quantity: str, unit: str) -> Decimal:
        """How fine the scale is. Where the rule data are not shipped, that is not known: nothing is contradicted."""
        if self._policy is None:
            return Decimal("Infinity")
        return tolerance(self._policy, Decimal(quantity), unit)


def _corrections(reader: Reader, size: int) -> dict[str, list[Recorded]]:
    """The corrections among the first ``size`` acts, by the act they amend. Another step says what cannot be read."""
    rows, _ = reader.select(DCBQuery([DCBQueryItem(types=["correction"])]))
    found: defaultdict[str, list[Recorded]] = defaultdict(list)
    for row, _tags in rows:
        try:
            recorded = recorded_from(row)
        except CustodyError:
            continue
        if isinstance(recorded.act, Correction) and recorded.index < size:
            found[recorded.act.target].append(recorded)
    return dict(found)
