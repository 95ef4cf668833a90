"""Whole files in a bucket that speaks S3: the objects ``ab/abcd…``; ``damaged/abcd…/0`` was set aside.

An object is put whole or not at all, and is durable when the bucket has answered; each part goes with its SHA-256,
which the other side compares. Where the bucket is and who asks for it say the variables that every S3 client reads
(``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` …).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from custody.attachments.shelf import PIECE, Lying
from custody.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Store

SCHEME: Final = "s3://"
PART: Final = 8 << 20
"""Bytes that go to the bucket at once."""

_OBJECT: Final = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})")
_WAIT: Final = timedelta(seconds=10)


class Bucket:
    """A bucket, or what lies under a prefix in it. Safe to use from any thread, and by several processes."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> Bucket:
        """The bucket ``s3://NAME/PREFIX``; nothing is asked of it yet. Raises ImportError without the extra ``s3``."""
        from obstore.store import S3Store

        parts = urlsplit(url)
        in_clear = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        return cls(S3Store(
            parts.netloc, prefix=parts.path.strip("/") or None, config={"checksum_algorithm": "sha256"},
            client_options={"allow_http": in_clear, "connect_timeout": _WAIT, "timeout": timedelta(minutes=2)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(minutes=3)},
        ))  # fmt: skip

    def find(self, sha256: str) -> Lying | None:
        """The file with this name, if it lies here. Raises Unavailable."""
        import obstore

        with _translated():
            try:
                return _lying(obstore.head(self._store, _name(sha256)))
            except FileNotFoundError:
                return None

    def read(self, sha256: str, first: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes of a file, piece by piece. Raises Unavailable."""
        import obstore

        if end == first:
            return  # S3 knows no empty range
        wanted: Any = (first, end) if end is not None else {"offset": first}
        with _translated():
            found = obstore.get(self._store, _name(sha256), options={"range": wanted} if end or first else None)
            for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    def take_in(self, part: Path, sha256: str) -> None:
        """Put a file in its place. A crash before the answer leaves its part where it was. Raises Unavailable."""
        import obstore

        with _translated():
            obstore.put(self._store, _name(sha256), part, chunk_size=PART, max_concurrency=4)

    def renew(self, part: Path, sha256: str) -> None:
        """Put it once more: nothing else makes an object younger. Raises Unavailable."""
        self.take_in(part, sha256)

    def set_aside(self, sha256: str) -> None:
        """Take a damaged file out of its place, and keep it. Raises Unavailable."""
        import obstore

        with _translated():
            number = sum(len(some) for some in obstore.list(self._store, f"damaged/{sha256}"))
            obstore.rename(self._store, _name(sha256), f"damaged/{sha256}/{number}")

    def all(self) -> Iterator[Lying]:
        """Every whole file, by name. Raises Unavailable."""
        import obstore

        with _translated():
            for some in obstore.list(self._store):
                yield from (_lying(each) for each in some if _OBJECT.fullmatch(each["path"]))

    def delete(self, sha256: str) -> None:
        """Delete a file, if it lies here. Raises Unavailable."""
        import obstore

        with _translated():
            obstore.delete(self._store, _name(sha256))


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _lying(found: Any) -> Lying:
    return Lying(found["path"].rpartition("/")[2], found["size"], found["last_modified"].timestamp())


@contextmanager
def _translated() -> Iterator[None]:
    """Say what the bucket refuses as one of our errors; what its library says may name keys and addresses."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as error:
        raise Unavailable(
            "unavailable/attachments", "The store of attachments cannot be used.", cause=type(error).__name__
        ) from error  # fmt: skip
