"""``custody keygen``: a key pair in a file of its owner's alone."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.acts.values import encode
from custody.cli.keys import add_passphrase_option, new_passphrase
from custody.cli.settings import settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.errors import Conflict
from custody.keyfile import generate, write_key
from custody.signing import key_id_of, public_bytes


def add(subparsers: Any) -> None:
    """Add ``custody keygen``."""
    parser = subparsers.add_parser("keygen", help=text("help/keygen"), description=text("help/keygen"))
    parser.add_argument("file", metavar="FILE", help=text("help/key-file"))
    parser.add_argument("--kind", choices=("ed25519", "p256"), default="ed25519", help=text("help/key-kind"))
    parser.add_argument("--no-passphrase", action="store_true", help=text("help/no-passphrase"))
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Write the private key, and print what others need: the key id and the public key."""
    path = Path(args.file)
    if path.exists():
        raise key_file_taken(path)
    passphrase = None if args.no_passphrase else new_passphrase(settings_of(args), path.name)
    key = generate(args.kind)
    try:
        write_key(path, key, passphrase)
    except FileExistsError:
        raise key_file_taken(path) from None
    spki = public_bytes(key)
    if args.json:
        tell_json({"file": str(path), "kind": args.kind, "key": key_id_of(spki), "public_key": encode(spki)})
    else:
        tell(f"key id      {key_id_of(spki)}")
        tell(f"public key  {encode(spki)}")
    return 0


def key_file_taken(path: Path) -> Conflict:
    """The error of a key file that is there already."""
    return Conflict("conflict/key-file", "There is a file of this name: a key is never overwritten.", file=str(path))
