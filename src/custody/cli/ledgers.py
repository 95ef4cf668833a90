"""Opening the ledger that the settings name: for reading, or with the log's keys for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from sqlalchemy import Engine, inspect

from custody.attachments import Attachments, Limits, folder_beside
from custody.attachments.bucket import Bucket
from custody.cli.keys import open_key, open_note_key
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, journal_key_of, require_none
from custody.errors import Damaged, Malformed, NotFound, Unavailable
from custody.ledger.case_keys import with_case_keys
from custody.ledger.engine import open_engine, translated
from custody.ledger.ledger import Ledger
from custody.ledger.memory import calm_collector
from custody.ledger.storagecheck import require_whole_file
from custody.ledger.tables import LEDGER, metadata
from custody.stamping.configured import NONE, Authorities, read_authorities
from custody.timestamps.token import library_is_there
from custody.tlog.note import Signer


@contextmanager
def reading(settings: Settings) -> Iterator[Ledger]:
    """A ledger that only reads; no key is needed. Raises WrongUse, NotFound, Unavailable."""
    with founded(settings) as engine, _closing(Ledger(engine)) as ledger:
        yield ledger


@contextmanager
def writing(settings: Settings) -> Iterator[Ledger]:
    """A ledger that can append: the log's and the journal's keys are those genesis names, else Untrusted.

    What it recorded is published when the block is left in order. Raises what `Publication.publish` does.
    """
    log_key = settings.needed_log_key()
    with founded(settings) as engine:
        with _closing(Ledger(engine)) as known:
            origin = known.origin
        with _closing(Ledger(
            engine, *signers(origin, log_key, settings), cosigner=cosigner(origin, log_key, settings),
            mark=settings.mark_of(log_key),
        )) as ledger:  # fmt: skip
            yield ledger
            ledger.publication.publish(at_once=True)


def signers(origin: str, log_key: Path, settings: Settings) -> tuple[Signer, Signer]:
    """The signers of a log and of its journal, from the key file and the one beside it."""
    return (
        Signer(origin, log_signing_key(log_key, settings)),
        Signer(f"{origin}/journal", log_signing_key(journal_key_of(log_key), settings)),
    )


def cosigner(origin: str, log_key: Path, settings: Settings) -> Signer | None:
    """The signer of what is published, if there is a file with an ML-DSA-44 key. Raises OSError for one that was named
    and is not there."""
    file = settings.ml_dsa_key_of(log_key)
    if settings.log_key_ml_dsa is None and not file.exists():
        return None
    return Signer(origin, ml_dsa_key(file, settings))


def ml_dsa_key(path: Path, settings: Settings) -> MLDSA44PrivateKey:
    """Read the key file with which a log signs what it publishes. Raises what `open_note_key` does, and Malformed."""
    key = open_note_key(path, settings)
    if not isinstance(key, MLDSA44PrivateKey):
        raise Malformed(
            "malformed/log-key-ml-dsa", "What a log publishes is signed with an ML-DSA-44 key.", file=path.name
        )
    return key


def log_signing_key(path: Path, settings: Settings) -> Ed25519PrivateKey:
    """Read a log's key file. Raises Malformed for a key that cannot sign checkpoints."""
    key = open_key(path, settings)
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed("malformed/log-key", "A log signs with an Ed25519 key.", file=path.name)
    return key


def attachments_of(settings: Settings) -> Attachments | None:
    """The store of attachments: the folder or the bucket that is named, else the folder beside a SQLite ledger.

    Raises WrongUse for a bucket without a folder for what is arriving, or without the library that speaks S3.
    """
    beside = folder_beside(settings.sqlite_file) if settings.sqlite_file else None
    sizes = {"file": settings.attachment_limit, "waiting": settings.attachment_quota}
    limits = Limits(**{name: most for name, most in sizes.items() if most})
    if not isinstance(settings.attachments, str):
        folder = settings.attachments or beside
        return Attachments(folder, limits) if folder else None
    staging = settings.attachment_staging or beside
    if staging is None:
        raise WrongUse("use/attachment-staging", "Name a folder for what is arriving: CUSTODY_ATTACHMENT_STAGING.")
    try:
        return Attachments(staging, limits, Bucket.at(settings.attachments))
    except ImportError:
        raise WrongUse("use/s3", "Install what speaks S3: pip install 'evidence-custody[s3]'.") from None


def time_authorities_of(settings: Settings) -> Authorities:
    """The time authorities that the settings name. Raises what is wrong with them, WrongUse or Malformed; OSError."""
    if settings.time_authorities is None:
        return NONE
    if not library_is_there():
        raise WrongUse("use/time", "Install what checks time-stamp tokens: pip install 'evidence-custody[time]'.")
    found, mistakes = read_authorities(settings.time_authorities)
    require_none(mistakes)
    return found


@contextmanager
def founded(settings: Settings) -> Iterator[Engine]:
    """The database, if there is a ledger in it, whatever its state. Raises WrongUse, NotFound, Unavailable."""
    url = settings.needed_database()
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        raise _no_ledger()  # opening it would leave an empty file behind
    calm_collector()
    engine = open_engine(url)
    try:
        with _whole(settings), translated():
            tables = set(inspect(engine).get_table_names())
        if LEDGER.entry.name not in tables:
            raise _no_ledger()
        if not tables >= set(metadata.tables):
            raise Unavailable("unavailable/schema", "The database was made by an older version: run custody migrate.")
        yield with_case_keys(engine, settings.case_keys)
    finally:
        engine.dispose()


@contextmanager
def _whole(settings: Settings) -> Iterator[None]:
    """Where a file is damaged because it was cut off, say so."""
    try:
        yield
    except Damaged:
        if settings.sqlite_file is not None:
            require_whole_file(settings.sqlite_file)
        raise


@contextmanager
def _closing(ledger: Ledger) -> Iterator[Ledger]:
    try:
        yield ledger
    finally:
        ledger.close()


def _no_ledger() -> NotFound:
    return NotFound("not-found/ledger", "There is no ledger in this database: run custody init first.")
