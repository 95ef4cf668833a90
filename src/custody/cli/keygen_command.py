"""``custody keygen``: a key pair in a file of its owner's alone."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.acts.values import encode
from custody.cli.keys import add_passphrase_option, new_passphrase
from custody.cli.parser import WrongUse
from custody.cli.settings import settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.errors import Conflict
from custody.keyfile import generate, write_key
from custody.signing import PrivateKey, key_id_of, public_bytes
from custody.tlog.note import Signer


def add(subparsers: Any) -> None:
    """Add ``custody keygen``."""
    parser = subparsers.add_parser("keygen", help=text("help/keygen"), description=text("help/keygen"))
    parser.add_argument("file", metavar="FILE", help=text("help/key-file"))
    kinds = ("ed25519", "p256", "ml-dsa-44")
    parser.add_argument("--kind", choices=kinds, default="ed25519", help=text("help/key-kind"))
    parser.add_argument("--origin", help=text("help/key-origin"))
    parser.add_argument("--no-passphrase", action="store_true", help=text("help/no-passphrase"))
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Write the private key, and print what others need: the key id and the public key; a log's verifier key."""
    path = Path(args.file)
    if path.exists():
        raise key_file_taken(path)
    if (args.kind == "ml-dsa-44") > bool(args.origin) or (args.kind == "p256" and args.origin):
        raise WrongUse("use/log-key-kind", "A log's key is ed25519 or ml-dsa-44, and goes with --origin.")
    passphrase = None if args.no_passphrase else new_passphrase(settings_of(args), path.name)
    if args.origin:
        return _of_log(args, path, passphrase)
    key = generate(args.kind)
    _write(path, key, passphrase)
    spki = public_bytes(key)
    if args.json:
        tell_json({"file": str(path), "kind": args.kind, "key": key_id_of(spki), "public_key": encode(spki)})
    else:
        tell(f"key id      {key_id_of(spki)}")
        tell(f"public key  {encode(spki)}")
    return 0


def _of_log(args: Namespace, path: Path, passphrase: bytes | None) -> int:
    key = MLDSA44PrivateKey.generate() if args.kind == "ml-dsa-44" else Ed25519PrivateKey.generate()
    verifier = str(Signer(args.origin, key).verifier)
    _write(path, key, passphrase)
    if args.json:
        tell_json({"file": str(path), "kind": args.kind, "verifier": verifier})
    else:
        tell(verifier)
    return 0


def _write(path: Path, key: PrivateKey | MLDSA44PrivateKey, passphrase: bytes | None) -> None:
    try:
        write_key(path, key, passphrase)
    except FileExistsError:
        raise key_file_taken(path) from None


def key_file_taken(path: Path) -> Conflict:
    """The error of a key file that is there already."""
    return Conflict("conflict/key-file", "There is a file of this name: a key is never overwritten.", file=str(path))
