"""Settings of the commands: from an option, else the environment, else the TOML file that CUSTODY_CONFIG names."""

from __future__ import annotations

import os
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from custody.cli.parser import WrongUse
from custody.cli.printers import Printer
from custody.cli.setting_values import LOOPBACK, READERS, wrong_value
from custody.cli.words import text
from custody.cli.zone import use_zone
from custody.errors import CustodyError, Malformed
from custody.sentences import sentence

if TYPE_CHECKING:
    from sqlalchemy import URL

CONFIG: Final = "CUSTODY_CONFIG"

OPTION: Final = "option"
"""Where a setting comes from that the command line names."""

VARIABLES: Final[Mapping[str, str]] = {
    "database": "CUSTODY_DATABASE",
    "server": "CUSTODY_SERVER",
    "log_key": "CUSTODY_LOG_KEY",
    "log_key_ml_dsa": "CUSTODY_LOG_KEY_ML_DSA",
    "log_published": "CUSTODY_LOG_PUBLISHED",
    "publication": "CUSTODY_PUBLICATION",
    "log_verifier": "CUSTODY_LOG_VERIFIER",
    "passphrase_file": "CUSTODY_PASSPHRASE_FILE",
    "reminders": "CUSTODY_REMINDERS",
    "timezone": "CUSTODY_TIMEZONE",
    "attachments": "CUSTODY_ATTACHMENTS",
    "attachment_staging": "CUSTODY_ATTACHMENT_STAGING",
    "attachment_limit": "CUSTODY_ATTACHMENT_LIMIT",
    "attachment_quota": "CUSTODY_ATTACHMENT_QUOTA",
    "log_format": "CUSTODY_LOG_FORMAT",
    "metrics": "CUSTODY_METRICS",
    "writes_a_minute": "CUSTODY_WRITES_A_MINUTE",
    "sign_ins_a_minute": "CUSTODY_SIGN_INS_A_MINUTE",
    "webhook_networks": "CUSTODY_WEBHOOK_NETWORKS",
    "vouching": "CUSTODY_VOUCHING",
    "public_url": "CUSTODY_PUBLIC_URL",
    "tls_cert": "CUSTODY_TLS_CERT",
    "tls_key": "CUSTODY_TLS_KEY",
    "behind_proxy": "CUSTODY_BEHIND_PROXY",
    "traces": "CUSTODY_TRACES",
    "case_keys": "CUSTODY_CASE_KEYS",
    "time_authorities": "CUSTODY_TIME_AUTHORITIES",
    "witness_policy": "CUSTODY_WITNESS_POLICY",
    "witness_minutes": "CUSTODY_WITNESS_MINUTES",
    "printers": "CUSTODY_PRINTERS",
}
"""Setting, as the TOML file names it → environment variable. What each means stands in docs/operating.md."""


_PATHS: Final = (
    "log_key", "log_key_ml_dsa", "log_published", "passphrase_file", "reminders", "attachment_staging", "vouching",
    "tls_cert", "tls_key", "time_authorities", "witness_policy", "case_keys",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command was told, and from where: `OPTION`, the name of a variable, or the TOML file."""

    database: URL | None = None
    server: str | None = None
    log_key: Path | None = None
    log_key_ml_dsa: Path | None = None
    log_published: Path | None = None
    """The file that says what the log published last."""
    publication: Literal["private", "public"] = "private"
    """Whether the log is published to everybody: checkpoint, tiles and entries, without a session."""
    log_verifier: str | None = None
    passphrase_file: Path | None = None
    reminders: Path | None = None
    timezone: str | None = None
    attachments: Path | str | None = None
    """A folder; as text, a bucket."""
    attachment_staging: Path | None = None
    attachment_limit: int | None = None
    attachment_quota: int | None = None
    log_format: str = "json"
    metrics: str | Path | None = None
    """`LOOPBACK`, or the file with a token; without either there are no figures."""
    writes_a_minute: int = 6_000
    sign_ins_a_minute: int = 120
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    vouching: Path | None = None
    public_url: str | None = None
    """Where people and machines reach the server, as ``https://custody.example``."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: tuple[IPv4Network | IPv6Network, ...] = ()
    """Addresses and networks of the proxies in front, whose word on the caller counts."""
    traces: str | None = None
    """The address that takes traces; without it there are none."""
    time_authorities: Path | None = None
    case_keys: Path | None = None
    """The folder with the keys under which cases' disclosures are kept; without it they lie in the open."""
    witness_policy: Path | None = None
    """The policy file of the witnesses that cosign this ledger's checkpoints."""
    witness_minutes: int | None = None
    """How long an entry may wait for a quorum before the server says that it is not ready."""
    printers: tuple[Printer, ...] = ()
    """The label printers that the server may send to."""
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


    def ml_dsa_key_of(self, log_key: Path) -> Path:
        """The log's ML-DSA-44 key file, whether or not it is there; beside the other, unless it was named."""
        return self.log_key_ml_dsa or log_key.with_name(log_key.name + ".ml-dsa")

    def mark_of(self, log_key: Path) -> Path:
        """What was published last is noted beside the log's key, unless another file was named; never in the database,
        and so in no backup of it."""
        return self.log_published or log_key.with_name(log_key.name + ".published")


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

    Raises what is wrong, WrongUse or Malformed; where several are, one WrongUse that names them all.
    """
    settings, mistakes = read_settings(args)
    require_none(mistakes)
    return settings


def require_none(mistakes: Sequence[CustodyError]) -> None:
    """Raise what is wrong, if anything is; several as one WrongUse that names them all."""
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise WrongUse(
            "use/settings", "Several settings are wrong:",
            mistakes=[
                {"setting": each.fields.get("setting") or each.fields.get("field") or CONFIG, "code": each.code,
                 "zh": sentence(each, "zh"), "en": each.sentence}
                for each in mistakes
            ],
        )  # fmt: skip


def read_settings(args: Namespace) -> tuple[Settings, list[CustodyError]]:
    """Read every setting, and use the time zone; returns what can be read, and what is wrong with the rest."""
    config, folder, mistakes = _config()
    found: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, variable in VARIABLES.items():
        for source, value in (
            (OPTION, getattr(args, name, None)),
            (variable, os.environ.get(variable)),
            (os.environ.get(CONFIG, ""), config.get(name)),
        ):
            if value is None or value == "":
                continue
            try:
                found[name], sources[name] = READERS[name](_resolved(name, value, folder, source)), source
            except CustodyError as error:
                where = f"--{name.replace('_', '-')}" if source == OPTION else variable if source == variable else name
                error.fields["setting"] = where
                mistakes.append(error)
            break
    for chosen, other in (("database", "server"), ("server", "database")):
        if sources.get(chosen) == OPTION:  # what the command line says is meant, whatever the environment offers
            found.pop(other, None)
            sources.pop(other, None)
    use_zone(found.get("timezone"))
    return Settings(**found, sources=sources), mistakes


def _config() -> tuple[dict[str, Any], Path, list[CustodyError]]:
    """What the TOML file says, its folder, and what is wrong with the file itself."""
    named = os.environ.get(CONFIG)
    if not named:
        return {}, Path(), []
    path = Path(named)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        wrong = Malformed("malformed/config", f"The settings file is no TOML: {error}.", file=named)
        return {}, path.parent, [wrong]
    unknown = sorted(set(found) - set(VARIABLES))
    mistakes: list[CustodyError] = []
    if unknown:
        said = f"The settings file names unknown settings: {', '.join(unknown)}."
        mistakes.append(Malformed("malformed/config", said, file=named, got=unknown))
    return found, path.parent, mistakes


def _resolved(name: str, value: object, folder: Path, source: str) -> str:
    """A value as text. Paths in the TOML file are read from its own folder. Raises WrongUse for what is no value."""
    if isinstance(value, bool) or not isinstance(value, str | int | Path):
        raise wrong_value("TEXT | NUMBER", str(value))
    in_file, said = source == os.environ.get(CONFIG, ""), str(value)
    is_path = name in _PATHS or (name in ("database", "attachments") and "://" not in said)
    is_path = is_path or (name == "metrics" and said != LOOPBACK)
    return str(folder / said) if in_file and is_path else said
