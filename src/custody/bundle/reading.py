"""Reading the archive of a bundle that may be anything: from its beginning to its end, each member where it lies.

The file is walked through once, header by header, and every member hashed on the way; then the directory has to list
exactly those members. Nothing is unpacked, nothing is larger than the file says, and no name ever becomes a path. What
cannot be read is a problem that is told of, and what stands before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from custody.bundle import names
from custody.bundle.archive import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    END,
    END_64,
    END_64_SIGNATURE,
    END_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    LOCATOR,
    LOCATOR_SIGNATURE,
    MOST_16,
    MOST_32,
    WIDE,
    ZIP64,
)
from custody.errors import TooLarge

MOST_MEMBERS: Final = 200_000
MOST_READ: Final = 1 << 29
"""512 MiB: what is read of a bundle into memory, which its attachments never are."""

_PIECE: Final = 1 << 20
_UNICODE_NAMES: Final = 0x0800
_LINK: Final = 0o120000


@dataclass(frozen=True, slots=True)
class Lying:
    """A member as it lies in the file: where its header and its bytes begin, how many these are, their SHA-256."""

    name: bytes
    header_at: int
    data_at: int
    size: int
    sha256: str


class _Unreadable(Exception):
    """What comes next in the file is no archive of ours."""


@dataclass(slots=True)
class Archive:
    """A bundle's members by name, and what is wrong with the archive: (code of the finding, name or nothing)."""

    file: BinaryIO
    members: dict[str, Lying] = field(default_factory=dict)
    strangers: dict[str, Lying] = field(default_factory=dict)
    """Members of names that no file of a bundle has."""
    problems: list[tuple[str, str]] = field(default_factory=list)

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes of a member; None if there is none, or it is larger."""
        found = self.members.get(name)
        if found is None or found.size > most:
            return None
        self.file.seek(found.data_at)
        return self.file.read(found.size)

    def under(self, beginning: str) -> Iterator[str]:
        """The names of the members that begin so, in the order of the archive."""
        return (name for name in self.members if name.startswith(beginning))


def read_archive(file: BinaryIO) -> Archive:
    """Read a bundle's archive from a file that can be sought in. Raises OSError, TooLarge for more than fits into
    memory."""
    archive, lying = Archive(file), list[Lying]()
    try:
        for each in _members(file):
            lying.append(each)
            name = each.name.decode("ascii", "backslashreplace")
            known = names.is_known(name)
            if not known or name in archive.members:
                archive.problems.append(("file-name", name[:300]))
            (archive.members if known else archive.strangers).setdefault(name, each)
        _require_directory(file, lying)
    except _Unreadable:
        archive.problems.append(("container", ""))
    if sum(each.size for name, each in archive.members.items() if not name.startswith("attachments/")) > MOST_READ:
        raise TooLarge(
            "malformed/bundle-size", "The bundle is larger than can be verified in memory.", limit=MOST_READ
        )
    return archive


def _members(file: BinaryIO) -> Iterator[Lying]:
    """Each member, until what comes next is the directory."""
    at = 0
    for _ in range(MOST_MEMBERS):
        file.seek(at)
        header = file.read(LOCAL.size)
        if header[:4] in (CENTRAL_SIGNATURE, END_SIGNATURE):
            file.seek(at)
            return
        if header[:4] != LOCAL_SIGNATURE or len(header) < LOCAL.size:
            raise _Unreadable
        _, _, flags, method, _, _, _, stored, size, name_size, extra_size = LOCAL.unpack(header)
        name, extra = file.read(name_size), file.read(extra_size)
        if flags & ~_UNICODE_NAMES or method or stored != size:
            raise _Unreadable  # compressed, encrypted, or of a size that only the end tells
        if size == MOST_32:
            size, again = _wide(extra, 2)
            if size != again:
                raise _Unreadable
        data_at = at + LOCAL.size + name_size + extra_size
        yield Lying(name, at, data_at, size, _hashed(file, size))
        at = data_at + size
    raise _Unreadable


def _wide(extra: bytes, count: int) -> tuple[int, ...]:
    """The numbers of ZIP64's extra field, which is the only one here."""
    if len(extra) != ZIP64.size + count * WIDE.size or ZIP64.unpack_from(extra) != (1, count * WIDE.size):
        raise _Unreadable
    return tuple(number for (number,) in WIDE.iter_unpack(extra[ZIP64.size :]))


def _hashed(file: BinaryIO, size: int) -> str:
    digest = sha256()
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise _Unreadable
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()


def _require_directory(file: BinaryIO, lying: list[Lying]) -> None:
    """The directory lists each member as it lies, in the same order, and nothing stands behind it."""
    begins = file.tell()
    for each in lying:
        _require_listed(file, each)
    size, count = file.tell() - begins, len(lying)
    last = file.read(4)
    if last == END_64_SIGNATURE:
        wide, locator = last + file.read(END_64.size - 4), file.read(LOCATOR.size)
        if len(wide) != END_64.size or END_64.unpack(wide)[-4:] != (count, count, size, begins):
            raise _Unreadable
        if locator != LOCATOR.pack(LOCATOR_SIGNATURE, 0, begins + size, 1):
            raise _Unreadable
        last = file.read(4)
    end = last + file.read(END.size - 4)
    if len(end) != END.size or last != END_SIGNATURE or file.read(1):
        raise _Unreadable
    few, short, near = min(count, MOST_16), min(size, MOST_32), min(begins, MOST_32)
    if END.unpack(end)[1:] != (0, 0, few, few, short, near, 0):
        raise _Unreadable


def _require_listed(file: BinaryIO, member: Lying) -> None:
    record = file.read(CENTRAL.size)
    if record[:4] != CENTRAL_SIGNATURE or len(record) < CENTRAL.size:
        raise _Unreadable
    fields = CENTRAL.unpack(record)
    flags, method, (stored, size, name_size, extra_size, comment_size) = fields[3], fields[4], fields[8:13]
    attributes, at = fields[15], fields[16]
    name, extra = file.read(name_size), file.read(extra_size)
    short = (size, stored, at)
    told = list(_wide(extra, short.count(MOST_32))) if MOST_32 in short else []
    size, stored, at = (told.pop(0) if each == MOST_32 else each for each in short)
    if flags & ~_UNICODE_NAMES or method or comment_size or (attributes >> 16) & 0o170000 == _LINK:
        raise _Unreadable
    if (name, size, stored, at) != (member.name, member.size, member.size, member.header_at):
        raise _Unreadable
