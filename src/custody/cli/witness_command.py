"""``custody witness``: be a witness for other ledgers, or have this ledger's checkpoints cosigned."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.cli.keygen_command import key_file_taken
from custody.cli.keys import add_passphrase_option, new_passphrase
from custody.cli.settings import settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.keyfile import write_key
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Signer

KINDS = {"ed25519": KeyType.COSIGNATURE, "ml-dsa-44": KeyType.ML_DSA_44}


def add(subparsers: Any) -> None:
    """Add ``custody witness``."""
    parser = subparsers.add_parser("witness", help=text("help/witness"), description=text("help/witness"))
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    _add_keygen(steps)
    _add_serve(steps)


def _step(steps: Any, name: str, run: Any) -> ArgumentParser:
    said = text(f"help/witness-{name}")
    parser: ArgumentParser = steps.add_parser(name, help=said, description=said)
    parser.set_defaults(run=run)
    return parser


def _add_keygen(steps: Any) -> None:
    parser = _step(steps, "keygen", keygen)
    parser.add_argument("file", metavar="FILE", help=text("help/key-file"))
    parser.add_argument("--name", required=True, metavar="NAME", help=text("help/witness-name"))
    parser.add_argument("--kind", choices=sorted(KINDS), default="ed25519", help=text("help/witness-kind"))
    parser.add_argument("--no-passphrase", action="store_true", help=text("help/no-passphrase"))
    add_passphrase_option(parser)


def _add_serve(steps: Any) -> None:
    parser = _step(steps, "serve", serve)
    parser.add_argument("--log", required=True, action="append", metavar="VKEY", help=text("help/witness-log"))
    parser.add_argument("--key", required=True, action="append", metavar="FILE", help=text("help/witness-key"))
    parser.add_argument("--name", required=True, metavar="NAME", help=text("help/witness-name"))
    parser.add_argument("--state", required=True, metavar="FILE", help=text("help/witness-state"))
    parser.add_argument("--found", action="store_true", help=text("help/witness-found"))
    parser.add_argument("--host", default="127.0.0.1", help=text("help/witness-host"))
    parser.add_argument("--port", type=int, default=8100, help=text("help/witness-port"))
    for name, value in (("public-url", "URL"), ("tls-cert", "FILE"), ("tls-key", "FILE"), ("behind-proxy", "ADDR")):
        parser.add_argument(f"--{name}", metavar=value, help=text(f"help/witness-{name}"))
    add_passphrase_option(parser)


def keygen(args: Namespace) -> int:
    """Write a private key, and print what a policy names: the verifier key."""
    path = Path(args.file)
    if path.exists():
        raise key_file_taken(path)
    kind = KINDS[args.kind]
    key = MLDSA44PrivateKey.generate() if kind is KeyType.ML_DSA_44 else Ed25519PrivateKey.generate()
    vkey = str(Signer(args.name, key, kind).verifier)  # before anything is asked for: the name may be no key's name
    passphrase = None if args.no_passphrase else new_passphrase(settings_of(args), path.name)
    try:
        write_key(path, key, passphrase)
    except FileExistsError:
        raise key_file_taken(path) from None
    if args.json:
        tell_json({"file": str(path), "kind": args.kind, "name": args.name, "vkey": vkey})
    else:
        tell(vkey)
    return 0


def serve(args: Namespace) -> int:
    """Run a witness, which the package of servers does."""
    serving: Any = import_module("custody_api.witnessing.serving")
    status: int = serving.run(args)
    return status
