"""Step 12: an authority dated a checkpoint, so the acts below its size existed by then (docs/format.md section 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from custody.acts.entry import instant
from custody.bundle.bundled import Bundle
from custody.bundle.names import TIMESTAMPS, token_file_name
from custody.bundle.report import Step
from custody.bundle.standing import joined
from custody.timestamps.stamps import TOKEN, Stamp, renewed_numbers, verify_stamp
from custody.timestamps.token import NO_ROOT, NOT_CHECKED
from custody.tlog.checkpoint import Checkpoint

_LARGEST_FILE: Final = 8 << 20
"""A list of revoked certificates: 8 MiB."""


def check_time(bundle: Bundle, step: Step) -> None:
    """Whether each token holds, under the roots and at the time that the verifier gives."""
    stamps = list(_stamps(bundle))
    for stamp in stamps:
        if not renewed_numbers(stamp.text):
            _check(bundle, step, stamp, stamps)
    if not stamps:
        step.passed_over("no-token")


def _check(bundle: Bundle, step: Step, stamp: Stamp, others: list[Stamp]) -> None:
    where = token_file_name(stamp.number, TOKEN)
    dated = _joined(bundle, stamp)
    if dated is None:
        step.found("token-consistency", where)
    at = bundle.given.at
    if not bundle.given.time_roots or at is None:
        step.passed_over("token-root", where)
        return
    found = verify_stamp(stamp, others, bundle.given.time_roots, at)
    if found == NOT_CHECKED:
        step.passed_over("token-library", where)
    elif found == NO_ROOT:
        step.passed_over("token-root", where)
    elif not isinstance(found, datetime):
        step.found("token", where, reason=found.code)
    elif dated is not None:
        step.checked += 1
        step.showed("dated", where, size=dated.size, time=instant(found))


def _joined(bundle: Bundle, stamp: Stamp) -> Checkpoint | None:
    """The checkpoint that a token is over, if the bundle's continues it."""
    lines = bundle.text(token_file_name(stamp.number, "consistency")) or b""
    proof = lines.decode("utf-8", "surrogateescape").splitlines()
    return joined(bundle, stamp.text.decode("utf-8", "surrogateescape"), proof)


def _stamps(bundle: Bundle) -> Iterator[Stamp]:
    """Every token of the bundle with its files, oldest first."""
    files: dict[int, dict[str, bytes]] = {}
    for name in bundle.archive.under(TIMESTAMPS):
        number, _, file = name.removeprefix(TIMESTAMPS).partition("/")
        if file != "consistency":
            files.setdefault(int(number), {})[file] = bundle.archive.read(name, _LARGEST_FILE) or b""
    yield from (Stamp(number, found) for number, found in sorted(files.items()))
