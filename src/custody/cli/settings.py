"""Settings of the commands: from an option, else the environment, else the TOML file that CUSTODY_CONFIG names."""

from __future__ import annotations

import os
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custody.cli.parser import WrongUse
from custody.cli.words import text
from custody.cli.zone import use_zone
from custody.errors import Malformed

if TYPE_CHECKING:
    from sqlalchemy import URL

CONFIG: Final = "CUSTODY_CONFIG"

OPTION: Final = "option"
"""Where a setting comes from that the command line names."""

VARIABLES: Final[Mapping[str, str]] = {
    "database": "CUSTODY_DATABASE",
    "server": "CUSTODY_SERVER",
    "log_key": "CUSTODY_LOG_KEY",
    "log_verifier": "CUSTODY_LOG_VERIFIER",
    "passphrase_file": "CUSTODY_PASSPHRASE_FILE",
    "reminders": "CUSTODY_REMINDERS",
    "timezone": "CUSTODY_TIMEZONE",
    "attachments": "CUSTODY_ATTACHMENTS",
    "attachment_limit": "CUSTODY_ATTACHMENT_LIMIT",
    "attachment_quota": "CUSTODY_ATTACHMENT_QUOTA",
}
"""Setting, as the TOML file names it → environment variable. What each means stands in docs/operating.md."""


_PATHS: Final = ("log_key", "passphrase_file", "reminders", "attachments")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command was told, and from where: `OPTION`, the name of a variable, or the TOML file."""

    database: URL | None = None
    server: str | None = None
    log_key: Path | None = None
    log_verifier: str | None = None
    passphrase_file: Path | None = None
    reminders: Path | None = None
    timezone: str | None = None
    attachments: Path | None = None
    attachment_limit: int | None = None
    attachment_quota: int | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def sqlite_file(self) -> Path | None:
        """The ledger's file, if the database is a SQLite file."""
        if self.database is None or self.database.get_backend_name() != "sqlite" or not self.database.database:
            return None
        return Path(self.database.database)

    def needed_database(self) -> URL:
        """The database. Raises WrongUse if none was named."""
        if self.database is None:
            raise WrongUse("use/database", "Name the database: --database or CUSTODY_DATABASE.")
        return self.database

    def needed_log_key(self) -> Path:
        """The log's key file; for SQLite the file beside the ledger's. Raises WrongUse if there is no telling."""
        if self.log_key is not None:
            return self.log_key
        if self.sqlite_file is None:
            raise WrongUse("use/log-key", "Name the log's key file: --log-key or CUSTODY_LOG_KEY.")
        return self.sqlite_file.with_name(self.sqlite_file.name + ".key")


def journal_key_of(log_key: Path) -> Path:
    """The journal's key file lies beside the log's."""
    return log_key.with_name(log_key.name + ".journal")


def add_options(parser: ArgumentParser, *, server: bool = False, log_key: bool = False) -> None:
    """Add the options that say which ledger is meant."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--database", metavar="URL", help=text("help/database"))
    if server:
        which.add_argument("--server", metavar="URL", help=text("help/server"))
    if log_key:
        parser.add_argument("--log-key", metavar="FILE", help=text("help/log-key"))


def settings_of(args: Namespace) -> Settings:
    """Return the settings a command runs with, and speak in their time zone from now on.

    Raises WrongUse, and Malformed for an unreadable TOML file.
    """
    config, folder = _config()
    values: dict[str, str] = {}
    sources: dict[str, str] = {}
    for name, variable in VARIABLES.items():
        for source, value in (
            (OPTION, getattr(args, name, None)),
            (variable, os.environ.get(variable)),
            (os.environ.get(CONFIG, ""), config.get(name)),
        ):
            if value:
                values[name], sources[name] = _resolved(name, str(value), folder, source), source
                break
    for chosen, other in (("database", "server"), ("server", "database")):
        if sources.get(chosen) == OPTION:  # what the command line says is meant, whatever the environment offers
            values.pop(other, None)
            sources.pop(other, None)
    use_zone(values.get("timezone"))
    return Settings(
        database=database_url(values["database"]) if "database" in values else None,
        server=values.get("server"),
        log_key=Path(values["log_key"]) if "log_key" in values else None,
        log_verifier=values.get("log_verifier"),
        passphrase_file=Path(values["passphrase_file"]) if "passphrase_file" in values else None,
        reminders=Path(values["reminders"]) if "reminders" in values else None,
        timezone=values.get("timezone"),
        attachments=Path(values["attachments"]) if "attachments" in values else None,
        attachment_limit=_bytes(values, "attachment_limit"),
        attachment_quota=_bytes(values, "attachment_quota"),
        sources=sources,
    )


def database_url(given: str) -> URL:
    """Read a database as people write it: a URL, or the path of a SQLite file. Raises WrongUse."""
    from sqlalchemy import URL, make_url  # a third of a second that keygen and template do not need
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given) if "://" in given else URL.create("sqlite", database=given)
    except (ArgumentError, ValueError):
        raise WrongUse("use/database-url", "This is no database URL and no path.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql") or not url.database or url.database == ":memory:":
        raise WrongUse("use/database-kind", "A ledger is a SQLite file or a PostgreSQL database.")
    return url


def _bytes(values: Mapping[str, str], name: str) -> int | None:
    given = values.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and 0 < int(given) <= 2**53):
        raise WrongUse("use/bytes", f"{name} is a number of bytes.", name=name)
    return int(given)


def _config() -> tuple[dict[str, Any], Path]:
    named = os.environ.get(CONFIG)
    if not named:
        return {}, Path()
    path = Path(named)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Malformed("malformed/config", f"The settings file is no TOML: {error}.", file=named) from None
    unknown = sorted(set(found) - set(VARIABLES))
    if unknown:
        raise Malformed("malformed/config", "The settings file names unknown settings.", file=named, got=unknown)
    return found, path.parent


def _resolved(name: str, value: str, folder: Path, source: str) -> str:
    """Paths in the TOML file are read from its own folder."""
    in_file = source == os.environ.get(CONFIG, "")
    is_path = name in _PATHS or (name == "database" and "://" not in value)
    return str(folder / value) if in_file and is_path else value
