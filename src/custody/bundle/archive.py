"""The archive of a bundle: ZIP members that are stored, in one form only: the same content, the same bytes.

Written as a stream, read as a stream: each member's header says its size and CRC-32, and the directory at the end is
what follows from the members before it. A reader who believes the headers and one who believes the directory see the
same files. Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from zlib import crc32

from custody.errors import Damaged

Read = Callable[[], Iterable[bytes]]
"""Gives a file's bytes, piece by piece; asked again, the same."""

_DAY: Final = 1 << 5 | 1  # 1980-01-01, the first day that the format knows
_VERSION, _VERSION_64 = 20, 45
MOST_16, MOST_32 = 0xFFFF, 0xFFFFFFFF

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
END: Final = struct.Struct("<4s4H2LH")
END_64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR: Final = struct.Struct("<4sLQL")
ZIP64: Final = struct.Struct("<2H")
WIDE: Final = struct.Struct("<Q")

LOCAL_SIGNATURE: Final = b"PK\x03\x04"
CENTRAL_SIGNATURE: Final = b"PK\x01\x02"
END_SIGNATURE: Final = b"PK\x05\x06"
END_64_SIGNATURE: Final = b"PK\x06\x06"
LOCATOR_SIGNATURE: Final = b"PK\x06\x07"


@dataclass(frozen=True, slots=True)
class Measured:
    """A file's size in bytes, its SHA-256 and its CRC-32."""

    size: int
    sha256: str
    crc: int


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes into an archive."""

    name: str
    measured: Measured
    read: Read


@dataclass(frozen=True, slots=True)
class Member:
    """A file as it stands in an archive: where its header begins."""

    name: str
    measured: Measured
    header_at: int


def measure(pieces: Iterable[bytes]) -> Measured:
    """Measure bytes that pass by."""
    size, crc, digest = 0, 0, sha256()
    for piece in pieces:
        size += len(piece)
        crc = crc32(piece, crc)
        digest.update(piece)
    return Measured(size, digest.hexdigest(), crc)


def file_of(name: str, data: bytes) -> File:
    """A small file, at hand."""
    return File(name, measure((data,)), lambda: (data,))


def archived(files: Iterable[File]) -> Iterator[bytes]:
    """The bytes of an archive of these files, in this order. Raises Damaged where one changed since it was measured."""
    members, at = [], 0
    for file in files:
        header = local_header(file.name, file.measured.size, file.measured.crc)
        members.append(Member(file.name, file.measured, at))
        yield header
        yield from _as_measured(file)
        at += len(header) + file.measured.size
    yield from directory(members, at)


def _as_measured(file: File) -> Iterator[bytes]:
    size, crc = 0, 0
    for piece in file.read():
        size += len(piece)
        crc = crc32(piece, crc)
        yield piece
    if (size, crc) != (file.measured.size, file.measured.crc):
        raise Damaged(
            "damaged/attachment", "A file that an act names is missing from the store, or was changed.",
            sha256=file.measured.sha256,
        )  # fmt: skip


def archive_size(files: Sequence[File]) -> int:
    """How many bytes `archived` gives."""
    members, at = [], 0
    for file in files:
        members.append(Member(file.name, file.measured, at))
        at += len(local_header(file.name, file.measured.size, file.measured.crc)) + file.measured.size
    return at + sum(len(piece) for piece in directory(members, at))


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before a member's bytes (4.3.7)."""
    encoded, large = name.encode("ascii"), size >= MOST_32
    extra = _wide(size, size) if large else b""
    stated, version = (MOST_32, _VERSION_64) if large else (size, _VERSION)
    fields = LOCAL.pack(
        LOCAL_SIGNATURE, version, 0, 0, 0, _DAY, crc, stated, stated, len(encoded), len(extra)
    )  # fmt: skip
    return fields + encoded + extra


def directory(members: Sequence[Member], at: int) -> Iterator[bytes]:
    """The central directory of members (4.3.12 to 4.3.16), which begins ``at`` that many bytes."""
    size = 0
    for member in members:
        piece = _central(member)
        size += len(piece)
        yield piece
    count = len(members)
    if count >= MOST_16 or size >= MOST_32 or at >= MOST_32:
        yield END_64.pack(
            END_64_SIGNATURE, END_64.size - 12, _VERSION_64, _VERSION_64, 0, 0, count, count, size, at
        )  # fmt: skip
        yield LOCATOR.pack(LOCATOR_SIGNATURE, 0, at + size, 1)
    few, short, near = min(count, MOST_16), min(size, MOST_32), min(at, MOST_32)
    yield END.pack(END_SIGNATURE, 0, 0, few, few, short, near, 0)


def _central(member: Member) -> bytes:
    encoded, size, at = member.name.encode("ascii"), member.measured.size, member.header_at
    wide = ([size, size] if size >= MOST_32 else []) + ([at] if at >= MOST_32 else [])
    extra = _wide(*wide) if wide else b""
    version = _VERSION_64 if wide else _VERSION
    stated = min(size, MOST_32)
    fields = CENTRAL.pack(
        CENTRAL_SIGNATURE, version, version, 0, 0, 0, _DAY, member.measured.crc, stated, stated,
        len(encoded), len(extra), 0, 0, 0, 0, min(at, MOST_32),
    )  # fmt: skip
    return fields + encoded + extra


def _wide(*numbers: int) -> bytes:
    """The extra field of numbers that do not fit into 32 bits (4.5.3)."""
    return ZIP64.pack(1, WIDE.size * len(numbers)) + b"".join(map(WIDE.pack, numbers))
