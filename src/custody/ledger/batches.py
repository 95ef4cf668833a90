"""The batch route: many acts in few transactions, for imports, stations, and requests that meet in the API.

Acts are decided one after the other against facts that do not yet hold what the same batch appends. So a run ends
before the first act that reads what an earlier one of the run writes; the run is appended, and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from custody.errors import CustodyError, Refused, Stale, Untrusted
from custody.facts.gather import Facts, gather
from custody.ledger.drafts import Appended, Draft
from custody.ledger.memory import View
from custody.ledger.opening import Opened, open_envelope, verify_signatures
from custody.rules.judge import decide

if TYPE_CHECKING:
    from custody.ledger.ledger import Ledger, Outcome, Submission

CHUNK = 256

Verify = Callable[[Sequence[Opened], Sequence[Facts]], Sequence[bool]]
"""Says of each opened act whether all its signatures hold; what it denies is asked again, one by one."""


class _Run:
    """Decided acts that wait for one append, and the (tag, type) pairs they will write."""

    def __init__(self) -> None:
        self.judged: list[tuple[int, Opened, Draft]] = []
        self.written: dict[str, set[str]] = {}

    def touches(self, view: View) -> bool:
        """Whether a decision read something that this run is about to write."""
        for item in view.asked:
            for tag in item.tags:
                types = self.written.get(tag)
                if types and (not item.types or types & set(item.types)):
                    return True
        return False

    def add(self, index: int, opened: Opened, draft: Draft) -> None:
        self.judged.append((index, opened, draft))
        for tag in draft.tags:
            self.written.setdefault(tag, set()).add(draft.type)


def submit_batch(ledger: Ledger, submissions: Sequence[Submission], verify: Verify | None) -> list[Outcome]:
    """Record many acts in order and say of each what became of it; see `Ledger.submit_many`."""
    outcomes: list[Outcome | None] = [None] * len(submissions)
    for start in range(0, len(submissions), CHUNK):
        opened = _open(ledger, submissions, outcomes, range(start, min(start + CHUNK, len(submissions))))
        _submit_chunk(ledger, opened, outcomes, verify)
    return [outcome for outcome in outcomes if outcome is not None]


def _open(
    ledger: Ledger, submissions: Sequence[Submission], outcomes: list[Outcome | None], span: range
) -> list[tuple[int, Opened]]:
    found = []
    for index in span:
        each = submissions[index]
        try:
            found.append((index, open_envelope(each.envelope, each.disclosures, ledger.origin)))
        except CustodyError as error:
            outcomes[index] = error
    return found


def _submit_chunk(
    ledger: Ledger, opened: Sequence[tuple[int, Opened]], outcomes: list[Outcome | None], verify: Verify | None
) -> None:
    checked = _verified(ledger, [each for _, each in opened], verify)
    run = _Run()
    for (index, each), sound in zip(opened, checked, strict=True):
        if not sound:
            _flush(ledger, run, outcomes)
            run = _Run()
            outcomes[index] = _alone(ledger, each)
            continue
        if not _decide_into(ledger, run, index, each):
            _flush(ledger, run, outcomes)
            run = _Run()
            if not _decide_into(ledger, run, index, each):
                outcomes[index] = _alone(ledger, each)
    _flush(ledger, run, outcomes)


def _verified(ledger: Ledger, opened: Sequence[Opened], verify: Verify | None) -> list[bool]:
    """Whether each act's signatures hold under the keys as the log has them now; False where that is not known."""
    view = ledger.memory.view()
    facts = [gather(each.act, view) for each in opened]
    if verify is not None:
        return list(verify(opened, facts))
    return list(ledger.verifiers.map(_sound, opened, facts))


def _sound(opened: Opened, facts: Facts) -> bool:
    try:
        verify_signatures(opened, facts)
    except CustodyError:
        return False
    return True


def _decide_into(ledger: Ledger, run: _Run, index: int, opened: Opened) -> bool:
    """Decide an act and add it to the run. False if it has to be looked at alone, or after the run."""
    view = ledger.memory.view()
    facts = gather(opened.act, view)
    if run.touches(view):
        return False
    try:
        ledger.check_seen(opened.act)
        decision = decide(opened.act, facts, ledger.policy, ledger.clock())
    except (Stale, Refused, Untrusted):
        return False
    run.add(index, opened, ledger.draft(opened, decision, facts, view.condition()))
    return True


def _flush(ledger: Ledger, run: _Run, outcomes: list[Outcome | None]) -> None:
    """Append a run in one go; what did not go through is tried alone, which decides it again or says why not."""
    appended = ledger.recorder.submit_many([draft for _, _, draft in run.judged])
    for (index, opened, draft), result in zip(run.judged, appended, strict=True):
        if isinstance(result, Appended):
            outcomes[index] = ledger.take_in(opened, draft, result)
        elif isinstance(result, CustodyError):
            outcomes[index] = result
        else:
            outcomes[index] = _alone(ledger, opened)


def _alone(ledger: Ledger, opened: Opened) -> Outcome:
    try:
        return ledger.submit(opened.data, opened.disclosures)
    except CustodyError as error:
        return error
