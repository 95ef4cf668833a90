"""The batch route: many acts in few transactions, for imports, stations, and requests that meet in the API.

Acts are decided one after the other against facts that do not yet hold what the same batch appends. So a run ends
before the first act that reads what an earlier one of the run writes; the run is appended, and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custody.errors import CustodyError, Refused, Stale, Untrusted
from custody.facts.gather import gather
from custody.facts.known import Facts
from custody.ledger.drafts import Appended, Draft
from custody.ledger.memory import View
from custody.ledger.opening import Opened, open_envelope, signatures_of
from custody.signing import VerifyingKey

if TYPE_CHECKING:
    from custody.ledger.ledger import ActDraft, Ledger, Outcome, Submission

CHUNK = 256
_THREADS = 4
_STRETCH = 4

_Signatures = list[tuple[VerifyingKey, bytes, bytes]]

Verdicts = Callable[[], Sequence[bool]]
"""Waits until it is known of each act whether all its signatures hold."""

Verify = Callable[[Sequence[Opened], Sequence[Facts]], Verdicts]
"""Begins to verify opened acts; what it denies in the end is asked again, one by one."""


@dataclass(slots=True)
class _Read:
    """An opened act with the facts that were gathered for it, and the reading they came from."""

    index: int
    opened: Opened
    view: View
    facts: Facts
    request: str | None


class _Writes:
    """The (tag, type) pairs that some acts write."""

    def __init__(self) -> None:
        self._types: dict[str, set[str]] = {}

    def add(self, draft: Draft) -> None:
        for tag in draft.tags:
            self._types.setdefault(tag, set()).add(draft.type)

    def concern(self, view: View) -> bool:
        """Whether a decision read any of them."""
        for item in view.asked if self._types else ():
            for tag in item.tags:
                types = self._types.get(tag)
                if types and (not item.types or not types.isdisjoint(item.types)):
                    return True
        return False


def submit_batch(ledger: Ledger, submissions: Sequence[Submission], verify: Verify | None) -> list[Outcome]:
    """Record many acts in order and say of each what became of it; see `Ledger.submit_many`."""
    outcomes: list[Outcome | None] = [None] * len(submissions)
    types: dict[int, str] = {}
    ahead: tuple[list[_Read], Verdicts] | None = None
    writes = _Writes()
    for start in range(0, len(submissions), CHUNK):
        opened = _open(ledger, submissions, outcomes, range(start, min(start + CHUNK, len(submissions))))
        types.update((index, each.act.act) for index, each in opened)
        if len(submissions) == 1:
            for index, each in opened:
                outcomes[index] = _alone(ledger, each, submissions[index].request)
            break
        read = [_gathered(ledger, index, each, submissions[index].request) for index, each in opened]
        if verify is None:
            _submit_chunk(ledger, read, None, _Writes(), outcomes)
            continue
        begun = read, verify([each.opened for each in read], [each.facts for each in read])
        if ahead is not None:  # decided while other processes verify the next
            writes = _submit_chunk(ledger, *ahead, writes, outcomes)
        ahead = begun
    if ahead is not None:
        _submit_chunk(ledger, *ahead, writes, outcomes)
    for index, outcome in enumerate(outcomes):
        error = outcome if isinstance(outcome, CustodyError) else None
        ledger.watch.answered(types.get(index), error, again=getattr(outcome, "duplicate", False))
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
    ledger: Ledger, read: Sequence[_Read], verdicts: Verdicts | None, before: _Writes, outcomes: list[Outcome | None]
) -> _Writes:
    """Decide and append a chunk; returns what it wrote. ``before`` is what was written since its facts were read."""
    run: list[tuple[_Read, ActDraft]] = []
    in_run, in_chunk = _Writes(), _Writes()
    for each, holds in zip(read, verdicts() if verdicts else _sound(ledger, read), strict=True):
        written = in_chunk.concern(each.view)
        if not holds or (written and in_run.concern(each.view)):
            _flush(ledger, run, outcomes)
            run, in_run = [], _Writes()
        if holds and (written or before.concern(each.view)):
            each = _gathered(ledger, each.index, each.opened, each.request)
        draft = _decided(ledger, each) if holds else None
        if draft is None:
            _flush(ledger, run, outcomes)
            run, in_run = [], _Writes()
            outcomes[each.index] = _alone(ledger, each.opened, each.request)
            continue
        run.append((each, draft))
        in_run.add(draft)
        in_chunk.add(draft)
    _flush(ledger, run, outcomes)
    return in_chunk


def _gathered(ledger: Ledger, index: int, opened: Opened, request: str | None) -> _Read:
    view = ledger.memory.view()
    return _Read(index, opened, view, gather(opened.act, view), request)


def _sound(ledger: Ledger, read: Sequence[_Read]) -> list[bool]:
    """Whether each act's signatures hold under the keys as the log has them; threads share the work.

    What Python has to do is done first: in their loops the threads then seldom wait for each other.
    """
    signed = [_signatures(each) for each in read]
    stretch = max(_STRETCH, -(-len(read) // _THREADS))
    *others, own = [signed[start : start + stretch] for start in range(0, len(read), stretch)] or [[]]
    elsewhere = [ledger.verifiers.submit(_all_hold, part) for part in others]
    here = _all_hold(own)
    return [holds for part in elsewhere for holds in part.result()] + here


def _signatures(read: _Read) -> _Signatures | None:
    """None if a key is not what it has to be: the act is then looked at alone, which says why."""
    try:
        return [(key, value, covered) for _, key, value, covered in signatures_of(read.opened, read.facts)]
    except CustodyError:
        return None


def _all_hold(signed: Sequence[_Signatures | None]) -> list[bool]:
    return [
        each is not None and all(key.signed(value, covered) for key, value, covered in each) for each in signed
    ]  # fmt: skip


def _decided(ledger: Ledger, read: _Read) -> ActDraft | None:
    """The draft of an act that is not turned away; None if it has to be looked at alone."""
    try:
        ledger.check_seen(read.opened.act)
        decision = ledger.decide(read.opened.act, read.facts)
    except (Stale, Refused, Untrusted):
        return None
    return ledger.draft(read.opened, decision, read.facts, read.view.condition())


def _flush(ledger: Ledger, run: Sequence[tuple[_Read, ActDraft]], outcomes: list[Outcome | None]) -> None:
    """Append a run in one go; what did not go through is tried alone, which decides it again or says why not."""
    appended = ledger.recorder.submit_many([draft for _, draft in run])
    for (each, draft), result in zip(run, appended, strict=True):
        if isinstance(result, Appended):
            outcomes[each.index] = ledger.take_in(each.opened, draft, result)
        elif isinstance(result, CustodyError):
            outcomes[each.index] = result
        else:
            outcomes[each.index] = _alone(ledger, each.opened, each.request)


def _alone(ledger: Ledger, opened: Opened, request: str | None) -> Outcome:
    try:
        return ledger.submit_opened(opened, request)
    except CustodyError as error:
        return error
