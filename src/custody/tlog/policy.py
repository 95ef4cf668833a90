"""Whose word on a checkpoint is enough (c2sp.org/tlog-policy): logs, witnesses, groups of them, and the quorum.

```
log <vkey> [<url>]
witness <name> <vkey> [<url>]
group <name> all|any|<k> <member>…
quorum <name>|none
```

A line names only what stands above it, and each name is a member at most once: so every witness counts in one way,
and there are no circles. Names mean something inside the file alone; a witness is known by its key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

from custody.errors import Malformed, TooLarge, Untrusted
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, SignedBy, Verifier

LOGS: Final = frozenset({KeyType.ED25519, KeyType.ML_DSA_44})
COSIGNERS: Final = frozenset({KeyType.COSIGNATURE, KeyType.ML_DSA_44})
"""The types of keys that sign for a log (tlog-checkpoint), and for a witness (tlog-cosignature)."""

LONGEST: Final = 1 << 20
"""Bytes of a policy file."""

NONE: Final = "none"

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_COUNT: Final = re.compile("[1-9][0-9]{0,3}")
_BLANKS: Final = re.compile("[ \t]+")


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted; the key's name is its origin."""

    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by the name it has in the file; its key; and its submission prefix (tlog-witness), if that is said."""

    name: str
    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups of which so many have to have seen a checkpoint."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """A policy file as it was read. Groups stand in the order of the file: each after its members."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, text: str | bytes) -> WitnessPolicy:
        """Read a policy file. Raises Malformed with the number of the line, TooLarge."""
        if len(text) > LONGEST:
            raise TooLarge(
                "malformed/witness-policy", "The witness policy is too large.", field="file", line=0,
                limit=LONGEST, got=len(text),
            )  # fmt: skip
        return _Reading().of(_decoded(text))

    def __str__(self) -> str:
        lines = [_line("log", each.key, each.url) for each in self.logs]
        lines += [_line("witness", each.name, each.key, each.url) for each in self.witnesses]
        lines += [_line("group", each.name, each.threshold, *each.members) for each in self.groups]
        return "".join([*lines, _line("quorum", self.quorum)])

    @property
    def keys(self) -> tuple[Verifier, ...]:
        """The verifier keys of all witnesses."""
        return tuple(each.key for each in self.witnesses)

    @property
    def counting(self) -> tuple[Witness, ...]:
        """The witnesses that the quorum can rest on; the others may sign, and it changes nothing."""
        wanted = {self.quorum}
        for group in reversed(self.groups):
            if group.name in wanted:
                wanted.update(group.members)
        return tuple(each for each in self.witnesses if each.name in wanted)

    @property
    def least(self) -> int:
        """How many witnesses a quorum has at least."""
        needed = {each.name: 1 for each in self.witnesses} | {NONE: 0}
        for group in self.groups:
            needed[group.name] = sum(sorted(needed[name] for name in group.members)[: group.threshold])
        return needed[self.quorum]

    def satisfied(self, cosigners: Collection[Verifier]) -> bool:
        """Whether the witnesses with these keys are a quorum. ``quorum none`` asks for none."""
        met = {each.name for each in self.witnesses if each.key in cosigners} | {NONE}
        for group in self.groups:  # members come first, so one pass is enough
            if sum(name in met for name in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum in met

    def cosigned(self, note: Note) -> tuple[SignedBy, ...]:
        """Which witnesses cosigned a checkpoint, and when. Raises Untrusted if one of them did so falsely."""
        return tuple(each for each in note.signed_by(self.keys) if each.checked)

    def accept(self, note: str | bytes) -> Checkpoint:
        """The checkpoint in a note that a listed log signed and a quorum cosigned. Raises Malformed or Untrusted."""
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
        parsed.verified([each.key for each in self.logs if each.key.name == checkpoint.origin])
        if not self.satisfied([each.verifier for each in self.cosigned(parsed)]):
            raise Untrusted(
                "untrusted/quorum", "Too few of the policy's witnesses cosigned this checkpoint.",
                origin=checkpoint.origin, size=checkpoint.size,
            )  # fmt: skip
        return checkpoint


@dataclass
class _Reading:
    """A file on its way to being a policy."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    number: int = 0

    def of(self, text: str) -> WitnessPolicy:
        lines = text.split("\n")
        if lines.pop():
            self._wrong("file", "The last line of the witness policy does not end with a newline.", len(lines) + 1)
        for self.number, line in enumerate(lines, 1):
            words = _BLANKS.split(line.strip(" \t"))
            if words != [""] and not words[0].startswith("#"):
                self._read(words[0], words[1:])
        if self.quorum is None:
            self._wrong("quorum", "The witness policy has no quorum line.")
        return WitnessPolicy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _read(self, kind: str, words: list[str]) -> None:
        if kind == "log" and 1 <= len(words) <= 2:
            self.logs.append(Log(self._key(words[0], LOGS, (each.key for each in self.logs)), *words[1:]))
        elif kind == "witness" and 2 <= len(words) <= 3:
            key = self._key(words[1], COSIGNERS, (each.key for each in self.witnesses))
            self.witnesses.append(Witness(self._new(words[0]), key, *words[2:]))
        elif kind == "group" and len(words) >= 3:
            self._group(words[0], words[1], words[2:])
        elif kind == "quorum" and len(words) == 1:
            if self.quorum is not None:
                self._wrong("quorum", "The witness policy has two quorum lines.")
            self.quorum = NONE if words[0] == NONE else self._known(words[0])
        else:
            self._wrong("line", "A line of the witness policy is none of: log, witness, group, quorum.")

    def _group(self, name: str, count: str, members: list[str]) -> None:
        free = {each.name for each in self.witnesses} | {each.name for each in self.groups}
        free -= {taken for each in self.groups for taken in each.members}
        for member in members:
            if self._known(member) not in free:
                self._wrong("group", "A name is a member of one group at most, and once.")
            free.discard(member)
        threshold = {"any": 1, "all": len(members)}.get(count) or (int(count) if _COUNT.fullmatch(count) else 0)
        if not 1 <= threshold <= len(members):
            self._wrong("group", "A group takes all, any, or a number from 1 to that of its members.")
        self.groups.append(Group(self._new(name), threshold, tuple(members)))

    def _key(self, vkey: str, kinds: Collection[KeyType], others: Iterator[Verifier]) -> Verifier:
        try:
            key = Verifier.parse(vkey.encode().decode())  # octets that are no UTF-8 are only read where names are
        except (Malformed, UnicodeError) as error:
            said = getattr(error, "sentence", "it is not UTF-8.")
            self._wrong("key", f"A verifier key in the witness policy cannot be used: {said}")
        if key.kind not in kinds:
            self._wrong("key", "The verifier key is not of a type that signs this: a log's, or a witness's.")
        if any(key.public_key == other.public_key for other in others):
            self._wrong("key", "The same key stands in the witness policy twice.")
        return key

    def _new(self, name: str) -> str:
        if name == NONE or name in self._names():
            self._wrong("name", "A name in the witness policy is taken: names are given once, and none is not one.")
        return name

    def _known(self, name: str) -> str:
        if name not in self._names():
            self._wrong("name", "The witness policy names a witness or group that no line above defines.")
        return name

    def _names(self) -> set[str]:
        return {each.name for each in self.witnesses} | {each.name for each in self.groups}

    def _wrong(self, field: str, sentence: str, line: int | None = None) -> NoReturn:
        raise Malformed("malformed/witness-policy", sentence, field=field, line=line or self.number)


def _decoded(text: str | bytes) -> str:
    """The file as text. Octets above 127 are opaque, so other encodings than UTF-8 are read, and written, unchanged."""
    whole = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    found = _CONTROL.search(whole)
    if found:
        line = whole.count("\n", 0, found.start()) + 1
        raise Malformed(
            "malformed/witness-policy", "The witness policy holds a control character.", field="file", line=line
        )
    return whole


def _line(*words: object) -> str:
    return " ".join(str(word) for word in words if word is not None) + "\n"
