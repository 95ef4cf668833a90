"""A policy file: read, and with a witness added. People write in it, too: their lines and comments stay as they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from custody.ledger.durable import whole
from custody.tlog.note import Verifier
from custody.tlog.policy import LONGEST, NONE, WitnessPolicy

GROUP: Final = "witnesses"
"""The group that `added` makes of all witnesses."""

_QUORUM: Final = re.compile(rf"[ \t]*(quorum|group[ \t]+{GROUP})[ \t]")


def read_policy_file(path: Path) -> WitnessPolicy:
    """The policy in a file. Raises Malformed, TooLarge, OSError."""
    with path.open("rb") as opened:
        return WitnessPolicy.parse(opened.read(LONGEST + 1))


def added(text: str, name: str, key: Verifier, url: str, quorum: str | None, logs: list[str]) -> str:
    """A policy with one more witness; an empty one begins with the keys of ``logs``, and with it as the quorum.

    ``quorum`` is ``all``, ``any`` or a number, of all witnesses that are in no other group; without it the quorum stays
    what it is. Raises Malformed for what would be no policy, before or after.
    """
    line = f"witness {name} {key} {url}\n"
    if not text.strip():
        text = "".join(f"log {each}\n" for each in logs) + f"quorum {NONE}\n"
        quorum = quorum or "all"
    before = WitnessPolicy.parse(text)
    lines = text.splitlines(keepends=True)
    at = next(number for number, each in enumerate(lines) if re.match(r"[ \t]*(group|quorum)[ \t]", each))
    lines.insert(at, line)
    if quorum is not None:
        grouped = {member for each in before.groups if each.name != GROUP for member in each.members}
        members = [each.name for each in before.witnesses if each.name not in grouped] + [name]
        lines = [each for each in lines if not _QUORUM.match(each)]
        lines += [f"group {GROUP} {quorum} {' '.join(members)}\n", f"quorum {GROUP}\n"]
    changed = "".join(lines)
    WitnessPolicy.parse(changed)
    return changed


def replace(path: Path, text: str) -> None:
    """Put another text in a file: whoever reads it meanwhile has the old one or the new one. Raises OSError."""
    with whole(path, 0o666) as file:
        file.write(text.encode("utf-8", "surrogateescape"))
