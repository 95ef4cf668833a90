"""``custody attach``: files put into the store of attachments, or to a server; what acts say of them; and the sweep."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from custody.attachments import Attachments
from custody.attachments.media import kind_of
from custody.attachments.store import digest, media_type_of
from custody.cli.connection import at_server
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.ledgers import attachments_of, founded
from custody.cli.parser import WrongUse
from custody.cli.settings import OPTION, Settings, add_options, settings_of
from custody.cli.terminal import Advance, note, progress, tell, tell_json
from custody.cli.words import text
from custody.cli.zone import here
from custody.client import Client
from custody.registers import Registers

PART: Final = 8 << 20
"""What goes to a server at once; what broke off goes on where it stopped."""

_DAY: Final = 86_400


def add(subparsers: Any) -> None:
    """Add ``custody attach``."""
    parser = subparsers.add_parser("attach", help=text("help/attach"), description=text("help/attach"))
    parser.add_argument("files", nargs="*", metavar="FILE", help=text("help/attach-file"))
    add_options(parser, server=True)
    parser.add_argument("--attachments", metavar="DIR", help=text("help/attachments"))
    parser.add_argument("--key", metavar="FILE", help=text("help/sign-in-key"))
    parser.add_argument(
        "--kind", choices=("photo", "recording", "document", "signature"), help=text("help/attach-kind")
    )  # fmt: skip
    parser.add_argument("--captured-at", metavar="TIME", type=datetime.fromisoformat, help=text("help/attach-captured"))
    parser.add_argument("--sweep", action="store_true", help=text("help/attach-sweep"))
    parser.add_argument("--days", type=int, default=30, metavar="N", help=text("help/attach-days"))
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Put the files and print what an act's ``attachments`` say of them; or delete what no act names."""
    settings = settings_of(args)
    if bool(args.files) == args.sweep or args.days < 1:
        raise WrongUse("use/attach", "Name files to attach, or --sweep.")
    if args.sweep:
        return _sweep(_store(settings), settings, args)
    put = _putting(settings, args)
    said = []
    for path in map(Path, args.files):
        sha256, size = digest(path), path.stat().st_size
        with path.open("rb") as file, progress(path.name) as bar:
            put(sha256, size, file, bar)
        note(f"{sha256}  {path}")
        said.append(_attachment(path, sha256, size, args.kind, args.captured_at))
    tell_json(said)
    return 0


def _attachment(path: Path, sha256: str, size: int, kind: str | None, captured_at: datetime | None) -> dict[str, Any]:
    """A file as an act names it."""
    media = media_type_of(path)
    said = {"sha256": sha256, "media_type": media, "size_bytes": size, "kind": kind or kind_of(media)}
    return {**said, "captured_at": here(captured_at).isoformat()} if captured_at else said


def _store(settings: Settings) -> Attachments:
    store = attachments_of(settings)
    if store is None:
        raise WrongUse("use/no-attachments", "Name the store: --attachments or CUSTODY_ATTACHMENTS; or a --server.")
    return store


def _putting(settings: Settings, args: Namespace) -> Callable[[str, int, BinaryIO, Advance], None]:
    """How a file is put: to the server that the settings name, else into the store of this machine."""
    if settings.server and settings.sources.get("attachments") != OPTION:
        key = open_key(Path(args.key), settings) if args.key else None
        return partial(_send, at_server(settings, key))
    return partial(_copy, _store(settings))


def _copy(store: Attachments, sha256: str, size: int, file: BinaryIO, bar: Advance) -> None:
    """Put a file into the store of this machine, for which nobody's share counts."""
    with store.receiving(sha256, "", size, lambda hashes: hashes) as incoming:
        incoming.begin(0)
        while data := file.read(PART):
            incoming.write(data)
            bar(incoming.received, size)
        store.keep(incoming)


def _send(remote: Client, sha256: str, size: int, file: BinaryIO, bar: Advance) -> None:
    """Put a file to a server, part by part from where an earlier attempt stopped."""
    received = remote.put_part(sha256, size)
    while received is not None:
        bar(received, size)
        file.seek(received)
        received = remote.put_part(sha256, size, received, file.read(PART))


def _sweep(store: Attachments, settings: Settings, args: Namespace) -> int:
    """Delete what was put before so many days and no act names."""
    with founded(settings) as engine, closing(Registers(engine)) as registers:
        registers.catch_up()
        swept = store.sweep(time.time() - args.days * _DAY, registers.named)
    if args.json:
        tell_json({"swept": swept})
    else:
        tell(text("attach/swept", count=len(swept)))
    return 0
