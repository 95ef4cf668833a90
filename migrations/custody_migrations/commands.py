"""The commands ``custody init`` and ``custody migrate``, for the entry-point group ``custody.commands``."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from sqlalchemy import Engine

from custody.acts.parties import AgencyKind
from custody.acts.values import encode
from custody.authoring import Prepared, new_act_id, prepare
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.ledgers import log_signing_key, ml_dsa_key
from custody.cli.settings import Settings, add_options, journal_key_of, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.cli.zone import here
from custody.errors import Conflict
from custody.keyfile import write_key
from custody.ledger.engine import open_engine
from custody.ledger.founding import found_ledger
from custody.ledger.ledger import Receipt
from custody.ledger.opening import Disclosure
from custody.ledger.policies import shipped_policy
from custody.ledger.reader import Reader
from custody.signing import PrivateKey, key_id_of, public_bytes
from custody.tlog.cosignature import KeyType
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Signer
from custody_migrations import migrate

_KINDS = {KeyType.ED25519: "log", KeyType.ML_DSA_44: "log_ml_dsa"}


def add_migrate(subparsers: Any) -> None:
    """Add ``custody migrate``."""
    parser = subparsers.add_parser("migrate", help=text("help/migrate"), description=text("help/migrate"))
    add_options(parser)
    parser.set_defaults(run=run_migrate)


def run_migrate(args: Namespace) -> int:
    """Bring the schema up to date and print its revision."""
    revision = migrate(settings_of(args).needed_database())
    if args.json:
        tell_json({"revision": revision})
    else:
        tell(text("migrate/done", revision=revision))
    return 0


def add_init(subparsers: Any) -> None:
    """Add ``custody init``."""
    parser = subparsers.add_parser("init", help=text("help/init"), description=text("help/init"))
    add_options(parser, log_key=True)
    parser.add_argument("--origin", required=True, help=text("help/origin"))
    parser.add_argument("--jurisdiction", default="cn", help=text("help/jurisdiction"))
    parser.add_argument("--agency", required=True, metavar="ID", help=text("help/agency"))
    parser.add_argument("--agency-name", metavar="NAME", help=text("help/agency-name"))
    parser.add_argument("--agency-kind", choices=get_args(AgencyKind), default="police", help=text("help/agency-kind"))
    parser.add_argument("--admin", required=True, metavar="ID", help=text("help/admin"))
    parser.add_argument("--admin-name", metavar="NAME", help=text("help/admin-name"))
    parser.add_argument("--key", required=True, metavar="FILE", help=text("help/admin-key"))
    add_passphrase_option(parser)
    parser.set_defaults(run=run_init)


def run_init(args: Namespace) -> int:
    """Make the tables and the log's keys, sign genesis with the administrator's key, and record it."""
    settings = settings_of(args)
    settings.needed_database()
    log_key = settings.needed_log_key()
    policy = shipped_policy(args.jurisdiction).id
    key = open_key(Path(args.key), settings)
    with _migrated(settings) as engine:
        keys = _log_keys(log_key, settings)
        log = Signer(args.origin, keys[log_key])
        journal = Signer(f"{args.origin}/journal", keys[journal_key_of(log_key)])
        published = _ml_dsa_key(log_key, settings)
        signers = [log, *(Signer(args.origin, each) for each in published.values())]
        prepared = _genesis(args, policy, signers, journal, key)
        _keep({**keys, **published})  # not before genesis was found to be sound, and not after it is recorded
        disclosures = [Disclosure(each.salt, each.value) for each in prepared.disclosures]
        ledger = found_ledger(engine, prepared.signed([key]), disclosures, log, journal)
        receipt = ledger.receipt(prepared.act.id)
        ledger.close()
    _tell(args, receipt, {**keys, **published}, [*signers, journal])
    return 0


@contextmanager
def _migrated(settings: Settings) -> Iterator[Engine]:
    """The database with its tables. Raises Conflict if there is a ledger in it, before any key is made."""
    if settings.sqlite_file is not None:
        settings.sqlite_file.touch(mode=0o600)  # sealed values stand in it in the open; SQLite's side files follow
    engine = open_engine(settings.needed_database())
    try:
        migrate(engine)
        if Reader(engine).head().size:
            raise Conflict("conflict/founded", "There is a ledger in this database already.")
        yield engine
    finally:
        engine.dispose()


def _log_keys(log_key: Path, settings: Settings) -> dict[Path, Ed25519PrivateKey]:
    """The log's and the journal's keys by file: as given, otherwise fresh.

    A key found where one would be made is not taken silently: it may have signed for a log that is gone, and a second
    log under the same key would contradict the first.
    """
    for path in (log_key, settings.ml_dsa_key_of(log_key)):
        if settings.log_key is None and path != settings.log_key_ml_dsa and path.exists():
            raise Conflict(
                "conflict/log-key-exists", "There is a log key here already: name it with --log-key to use it.",
                file=str(path),
            )  # fmt: skip
    return {
        path: log_signing_key(path, settings) if path.exists() else Ed25519PrivateKey.generate()
        for path in (log_key, journal_key_of(log_key))
    }


def _ml_dsa_key(log_key: Path, settings: Settings) -> dict[Path, MLDSA44PrivateKey]:
    """The key that what is published is signed with as well, by file: as given, otherwise fresh; none where the
    cryptography at hand has no ML-DSA. The log may name one later."""
    path = settings.ml_dsa_key_of(log_key)
    try:
        return {path: ml_dsa_key(path, settings) if path.exists() else MLDSA44PrivateKey.generate()}
    except UnsupportedAlgorithm:
        return {}


def _keep(keys: Mapping[Path, Ed25519PrivateKey | MLDSA44PrivateKey]) -> None:
    for path, key in keys.items():
        if not path.exists():
            write_key(path, key, None)


def _genesis(
    args: Namespace, policy: str, log: Sequence[Signer], journal: Signer, key: PrivateKey
) -> Prepared:
    spki = public_bytes(key)
    now = time()
    draft = {
        "act": "genesis",
        "occurred_at": here(datetime.fromtimestamp(now, UTC)).isoformat(timespec="seconds"),
        "signers": [{"part": "administrator", "person": args.admin}],
        "origin": args.origin,
        "jurisdiction": args.jurisdiction,
        "log_keys": [str(each.verifier) for each in log],
        "journal_key": str(journal.verifier),
        "policy": policy,
        "first_agency": {
            "agency": args.agency, "kind": args.agency_kind, "name": args.agency_name or args.agency,
        },
        "administrator": {
            "person": args.admin, "name": {"disclose": args.admin_name or args.admin},
            "public_key": encode(spki), "kind": "file",
        },
    }  # fmt: skip
    return prepare(
        draft, act_id=new_act_id(int(now * 1000), os.urandom(10)), ledger=args.origin,
        seen={"size": 0, "root": encode(EMPTY_ROOT)}, keys={args.admin: key_id_of(spki)},
        salts=lambda: os.urandom(32),
    )  # fmt: skip


def _tell(args: Namespace, receipt: Receipt, files: Iterable[Path], signers: Sequence[Signer]) -> None:
    names = ["log_key", "journal_key", "log_key_ml_dsa"]
    keys = dict(zip(names, map(str, files), strict=False))
    verifiers = {(_KINDS[each.verifier.kind] if each.name == args.origin else "journal"): str(each.verifier)
                 for each in signers}  # fmt: skip
    if args.json:
        tell_json({"origin": args.origin, **keys, "verifiers": verifiers, "receipt": receipt.as_json()})
        return
    tell("✓ " + text("init/done", origin=args.origin))
    tell("  " + text("init/log-key", files=" ".join(keys.values())))
    for name in ("log", "log_ml_dsa"):
        if name in verifiers:
            tell("  " + text("init/verifier", vkey=verifiers[name]))
