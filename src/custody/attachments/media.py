"""What kind of file some bytes are, by their first bytes alone.

Only what is listed is ever named: nothing that a browser would run (HTML, SVG, scripts) is, whatever somebody says it
is. Source: WHATWG MIME Sniffing section 6; ISO/IEC 14496-12 section 4.3 for the brands of ``ftyp``.
"""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"
HEAD: Final = 64
"""How many bytes are looked at."""

_BEGINS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS\x00", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wave", b"AVI ": "video/avi"}
_BRANDS: Final = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif",
    b"qt  ": "video/quicktime", b"M4A ": "audio/mp4",
}  # fmt: skip


def media_type(head: bytes) -> str:
    """The media type of a file that begins with these bytes; `UNKNOWN` if it is none of those listed."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return next((name for begins, name in _BEGINS if head.startswith(begins)), UNKNOWN)


def kind_of(media: str) -> str:
    """What an act would call it: photo, recording or document."""
    return {"image": "photo", "video": "recording", "audio": "recording"}.get(media.partition("/")[0], "document")
