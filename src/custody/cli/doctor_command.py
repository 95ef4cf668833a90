"""``custody doctor``: what works on this machine, and what every setting is."""

from __future__ import annotations

import platform
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from custody.acts.entry import read_entry, recorded_at
from custody.cli import commands, missing_commands
from custody.cli.ledgers import reading, time_authorities_of
from custody.cli.settings import CONFIG, OPTION, VARIABLES, Settings, add_options, journal_key_of, read_settings
from custody.cli.terminal import tell_json, tell_table
from custody.cli.words import language, text
from custody.cli.zone import stamp
from custody.desk import Desk
from custody.errors import CustodyError, Unavailable
from custody.ledger.cosignatures import witnessed_checkpoint
from custody.ledger.ledger import Ledger
from custody.reminding.configured import read_configured
from custody.sentences import sentence
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Verifier
from custody.vouching.configured import read_vouching
from custody.witnessing.asking import require_own
from custody.witnessing.editing import read_policy_file

Finding = tuple[str, bool, str]
"""What was checked, whether it works, and a sentence in the reader's language."""

OPTIONAL = frozenset({"camera"})
"""What may be missing without harm."""


def add(subparsers: Any) -> None:
    """Add ``custody doctor``."""
    parser = subparsers.add_parser("doctor", help=text("help/doctor"), description=text("help/doctor"))
    add_options(parser, log_key=True)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Check everything and print it; exit status 1 if something that is needed does not work."""
    settings, mistakes = read_settings(args)
    wrong = [(f"setting {each.fields.get('setting', CONFIG)}", False, sentence(each, language())) for each in mistakes]
    found = [*wrong, *_findings(settings)]
    broken = any(not works and name not in OPTIONAL for name, works, _ in found)
    shown = dict(_settings(settings))
    if args.json:
        checks = [{"check": name, "works": works, "sentence": said} for name, works, said in found]
        tell_json({"checks": checks, "settings": shown, "works": not broken})
    else:
        columns = ["", text("doctor/check"), text("doctor/result")]
        rows = [["✓" if works else "·" if name in OPTIONAL else "✗", name, said] for name, works, said in found]
        tell_table(columns, rows + [["·", name, said] for name, said in shown.items()])
    return 1 if broken else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    yield "python", True, text("doctor/python", version=platform.python_version())
    missing = missing_commands()
    for name, why in missing.items():
        yield f"command {name}", False, text("doctor/command-missing", name=name, why=why)
    if not missing:
        yield "commands", True, text("doctor/commands", count=len(commands()))
    if settings.database is not None:
        yield from _database(settings)
        yield from _files(settings)
    if settings.reminders is not None:
        yield _reminders(settings.reminders)
    if settings.vouching is not None:
        yield from _vouching(settings.vouching)
    yield from _time(settings)
    yield from _labels_and_scanning()


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with reading(settings) as ledger:
            size = ledger.recorder.head().size
            yield "database", True, text("doctor/database", origin=ledger.origin, size=size)
            yield _clock(ledger)
            yield from _schema(ledger)
            yield _desk(ledger)
            if settings.witness_policy is not None:
                yield from _witnesses(settings.witness_policy, ledger)
            yield from _published(settings, ledger)
    except CustodyError as error:
        yield "database", False, sentence(error, language())


def _clock(ledger: Ledger) -> Finding:
    last = recorded_at(read_entry(ledger.recorder.row(ledger.recorder.head().size).entry))
    if datetime.now(UTC) < last:
        return "clock", False, text("doctor/clock-behind", last=stamp(last))
    return "clock", True, text("doctor/clock")


def _schema(ledger: Ledger) -> Iterator[Finding]:
    try:
        migrations = import_module("custody_migrations")  # a package above this one: asked only if it is there
    except ImportError as error:
        yield "schema", False, text("doctor/unavailable", why=error)
        return
    revision, newest = migrations.current_revision(ledger.engine), migrations.newest_revision()
    if revision == newest:
        yield "schema", True, text("doctor/schema", revision=revision)
    else:
        yield "schema", False, text("doctor/schema-old", revision=revision, newest=newest)


def _desk(ledger: Ledger) -> Finding:
    try:
        Desk.beside(ledger.engine).close()
    except Unavailable as error:
        return "desk", False, sentence(error, language())
    return "desk", True, text("doctor/desk")


def _witnesses(file: Path, ledger: Ledger) -> Iterator[Finding]:
    """The policy can be read and is this log's; how far a quorum has come; nobody is asked to find out."""
    try:
        policy = read_policy_file(file)
        require_own(policy, ledger)
    except CustodyError as error:
        yield "witnesses", False, sentence(error, language())
        return
    except OSError as error:
        yield "witnesses", False, text("doctor/unavailable", why=error)
        return
    counting = len(policy.counting)
    yield "witnesses", True, text(
        "doctor/witness-policy", witnesses=len(policy.witnesses), quorum=policy.quorum, counting=counting
    )
    found, head = witnessed_checkpoint(ledger.publication, policy), ledger.recorder.head().size
    if counting:
        size = found.size if found else 0
        yield "quorum", size > 0, text("doctor/witness-quorum", size=size, head=head)


def _published(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """The log goes on from what it published, and the key for that is where the log says there is one."""
    try:
        log_key = settings.needed_log_key()
    except CustodyError:
        return  # said below
    file, mark = settings.ml_dsa_key_of(log_key), settings.mark_of(log_key)
    named = any(Verifier.parse(each).kind is KeyType.ML_DSA_44 for each in ledger.log_keys())
    if named or file.exists():
        fine = named and file.exists() and _private(file)
        said = "key" if fine else "ml-dsa-unnamed" if not named else "key-open" if file.exists() else "key-missing"
        yield "ML-DSA key", fine, text(f"doctor/{said}", file=file)
    else:
        yield "ML-DSA key", True, text("doctor/ed25519-alone")
    try:
        size = ledger.publication.shown(mark.read_text(encoding="utf-8", errors="replace")).size
    except FileNotFoundError:
        yield "published", True, text("doctor/unpublished", file=mark)
    except CustodyError as error:
        yield "published", False, sentence(error, language())
    except OSError as error:
        yield "published", False, text("doctor/unavailable", why=error)
    else:
        yield "published", True, text("doctor/published", size=size, file=mark)


def _reminders(file: Path) -> Finding:
    """Channels and addresses can be read; nothing is sent to find out whether anybody hears."""
    try:
        found = read_configured(file)
    except CustodyError as error:
        return "reminders", False, sentence(error, language())
    except OSError as error:
        return "reminders", False, text("doctor/unavailable", why=error)
    return "reminders", True, text("doctor/reminders", channels=len(found.channels), people=len(found.people))


def _vouching(file: Path) -> Iterator[Finding]:
    """The settings of issuers can be read, and every issuer answers with keys."""
    try:
        found, mistakes = read_vouching(file)
    except OSError as error:
        yield "vouching", False, text("doctor/unavailable", why=error)
        return
    for each in mistakes:
        yield "vouching", False, sentence(each, language())
    if not mistakes:
        systems = len(found.certificates.systems) if found.certificates else 0
        yield "vouching", True, text("doctor/vouching", issuers=len(found.issuers), certificates=systems)
    for name, issuer in found.issuers.items():
        published: Any = import_module("custody.vouching.published")  # its libraries: for whoever has issuers
        try:
            keys = published.Published(issuer).keys(None)
        except CustodyError as error:
            yield f"issuer {name}", False, sentence(error, language())
        else:
            yield f"issuer {name}", True, text("doctor/issuer", issuer=issuer.issuer, keys=len(keys.keys))


def _time(settings: Settings) -> Iterator[Finding]:
    """The settings of time authorities can be read, and each gives a token, which nobody keeps."""
    try:
        found = time_authorities_of(settings)
    except CustodyError as error:
        yield "time", False, sentence(error, language())
        return
    except OSError as error:
        yield "time", False, text("doctor/unavailable", why=error)
        return
    if not found.asked:
        yield "time", True, text("doctor/time-offline")
        return
    yield "time", True, text("doctor/time", count=len(found.asked), roots=len(found.roots))
    asking: Any = import_module("custody.stamping.asking")  # its libraries: for whoever has authorities
    for name, authority in found.asked.items():
        try:
            ahead = asking.ask(name, authority, b"custody doctor\n", "sha256", _now).time - _now()
        except CustodyError as error:
            yield f"time authority {name}", False, sentence(error, language())
        else:
            seconds = round(ahead.total_seconds())
            yield f"time authority {name}", True, text("doctor/time-answers", seconds=seconds)


def _now() -> datetime:
    return datetime.now(UTC)


def _files(settings: Settings) -> Iterator[Finding]:
    """Key files, and a SQLite ledger, are their owner's alone."""
    try:
        log_key = settings.needed_log_key()
    except CustodyError as error:
        yield "log key", False, sentence(error, language())
        return
    for name, path in (("log key", log_key), ("journal key", journal_key_of(log_key))):
        if not path.exists():
            yield name, False, text("doctor/key-missing", file=path)
        else:
            yield name, _private(path), text("doctor/key" if _private(path) else "doctor/key-open", file=path)
    file = settings.sqlite_file
    if file is not None and file.exists() and not _private(file):
        yield "ledger file", False, text("doctor/file-open", file=file)


def _private(path: Path) -> bool:
    return not path.stat().st_mode & 0o077


def _labels_and_scanning() -> Iterator[Finding]:
    try:
        check: Callable[[], list[tuple[str, bool, str, str]]] = import_module("custody_scanners.commands").doctor
        for name, works, zh, en in check():
            yield name, works, zh if language() == "zh" else en
    except ImportError as error:
        yield "scanning", False, text("doctor/unavailable", why=error)


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting with its value and where that comes from; a password in a URL is not shown."""
    for name, variable in VARIABLES.items():
        value = getattr(settings, name)
        if value is None or value == ():
            yield variable, text("doctor/unset", variable=variable)
            continue
        shown = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        if name == "database":
            shown = make_url(value).render_as_string(hide_password=True)
        source = settings.sources.get(name)
        source = text("doctor/option") if source == OPTION else source or text("doctor/default")
        yield variable, text("doctor/setting", value=shown, source=source)
