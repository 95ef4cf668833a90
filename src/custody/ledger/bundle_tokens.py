"""The tokens of independent time that go into a bundle: of each authority, the first that covers each of its acts."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence

from custody.bundle.names import token_file_name
from custody.ledger import time_tokens
from custody.ledger.reader import Reader
from custody.ledger.time_tokens import Kept
from custody.timestamps.stamps import Stamp, renews


def token_files(reader: Reader, acts: Iterable[int], size: int) -> dict[str, bytes]:
    """The files of a bundle of this size that date the acts at these leaf indexes, with every renewal. Raises
    Unavailable."""
    dated = {each.number: each for each in _covering(time_tokens.tokens(reader.engine), sorted(acts), size)}
    if not dated:
        return {}
    found = {
        token_file_name(stamp.number, name): data
        for stamp in _with_renewals(time_tokens.stamps(reader.engine, list(dated)), reader)
        for name, data in stamp.files.items()
    }
    return found | {token_file_name(each.number, "consistency"): _proof(reader, each.size, size)
                    for each in dated.values() if each.size not in (None, size)}  # fmt: skip


def _covering(tokens: Sequence[Kept], acts: Sequence[int], size: int) -> Iterator[Kept]:
    """Of each authority, the smallest checkpoint over each act, by the first token it has."""
    by_authority: dict[str, dict[int, Kept]] = {}
    for each in tokens:
        if each.size is not None and each.size <= size:
            by_authority.setdefault(each.authority, {}).setdefault(each.size, each)
    for checkpoints in by_authority.values():
        covering = {min((each for each in checkpoints if each > index), default=None) for index in acts}
        yield from (checkpoints[each] for each in covering if each is not None)


def _with_renewals(stamps: Sequence[Stamp], reader: Reader) -> Iterator[Stamp]:
    """The tokens, and what renews them, and what renews that."""
    taken = list(stamps)
    for renewal in time_tokens.renewals(reader.engine):  # oldest first, and each is younger than what it renews
        if any(renews(renewal, each) for each in taken):
            taken.append(renewal)
    yield from taken


def _proof(reader: Reader, old: int | None, new: int) -> bytes:
    path = reader.consistency_path(old or 0, new)
    return b"".join(base64.b64encode(each) + b"\n" for each in path)
