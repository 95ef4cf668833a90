"""Private keys for a command: key files, and the passphrases that open them.

A passphrase comes from the terminal, or from a file that only its owner may read; never from an argument or from the
environment, where other processes could see it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody.cli.words import text
from custody.errors import Untrusted
from custody.keyfile import is_encrypted, read_key, read_note_key
from custody.signing import PrivateKey, key_id_of, public_bytes
from custody.tlog.cosignature import NotePrivateKey

Key = TypeVar("Key")


def add_passphrase_option(parser: ArgumentParser) -> None:
    """Add ``--passphrase-file``."""
    parser.add_argument("--passphrase-file", metavar="FILE", help=text("help/passphrase-file"))


def read_keys(files: Sequence[str | Path], settings: Settings) -> dict[str, PrivateKey]:
    """Read key files; returns the keys by key id. Raises Untrusted, Malformed, OSError."""
    keys = [open_key(Path(file), settings) for file in files]
    return {key_id_of(public_bytes(key)): key for key in keys}


def is_key_file(file: str) -> bool:
    """Whether a file begins as a private key in PEM does. Raises OSError."""
    if file == "-":
        return False
    with Path(file).open("rb") as opened:
        return opened.read(11) == b"-----BEGIN "


def open_key(path: Path, settings: Settings) -> PrivateKey:
    """Read one key file, with its passphrase if it asks for one. Raises Untrusted, Malformed, OSError."""
    return _opened(path, settings, read_key)


def open_note_key(path: Path, settings: Settings) -> NotePrivateKey:
    """Read the key file of a log or a witness, with its passphrase if it asks for one. Raises what `open_key` does."""
    return _opened(path, settings, read_note_key)


def _opened(path: Path, settings: Settings, read: Callable[[Path, bytes | None], Key]) -> Key:
    if path.stat().st_mode & 0o077 or not is_encrypted(path):
        return read(path, None)
    if settings.passphrase_file is None:
        return read(path, _asked(text("ask/passphrase", file=path.name)))
    passphrases = _passphrases(settings.passphrase_file)
    for passphrase in passphrases[:-1]:
        try:
            return read(path, passphrase)
        except Untrusted:
            continue  # the file holds one passphrase a line: the next may be this key's
    return read(path, passphrases[-1])


def new_passphrase(settings: Settings, file: str) -> bytes:
    """Return the passphrase for a new key: from the passphrase file's first line, else asked for twice."""
    if settings.passphrase_file is not None:
        return _passphrases(settings.passphrase_file)[0]
    first = _asked(text("ask/new-passphrase", file=file))
    if first != _asked(text("ask/again")):
        raise WrongUse("use/passphrases-differ", "The two passphrases differ.")
    if not first:
        raise WrongUse("use/passphrase-empty", "An empty passphrase protects nothing: say --no-passphrase.")
    return first


def _asked(prompt: str) -> bytes:
    if not sys.stdin.isatty():
        raise WrongUse("use/passphrase", "A passphrase is needed: run on a terminal, or give --passphrase-file.")
    return getpass(prompt).encode()


def _passphrases(path: Path) -> list[bytes]:
    if path.stat().st_mode & 0o077:
        raise Untrusted(
            "untrusted/passphrase-file-mode", "Others may read this passphrase file: chmod 600 it.", file=path.name
        )
    lines = [line for line in path.read_bytes().splitlines() if line]
    if not lines:
        raise WrongUse("use/passphrase-empty", "The passphrase file is empty.")
    return lines
