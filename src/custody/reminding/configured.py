"""What the operator configured: channels, people's addresses, who hears of what through which channel.

One TOML file, readable by its owner only, for telephone numbers and addresses stand in it; they are in no act. All
targets come from here: nothing that is recorded in the ledger ever names one.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from custody.errors import Malformed
from custody.reminding.channels.answer import Channel
from custody.reminding.channels.gateway import Accepted, Gateway
from custody.reminding.channels.mail import Mail, Tls
from custody.reminding.channels.webhook import Webhook, signing_key

COLOURS: Final = ("blue", "orange", "red", "report")
ADDRESS: Final = re.compile(r"[^\s<>,;:\"\x00-\x1f]{1,300}")
PERSON: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,63}")
NUMBER: Final = "{agency}执建〔{year}〕{number}号"


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings of reminders. ``people``: person → channel → address; ``through``: colour → channels, best first."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    through: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lang: str = "zh"
    attempts: int = 8
    back_off_minutes: int = 1
    report_at: time = time(8)
    report_tells: tuple[str, ...] = ("approver-1", "approver-3", "legal-reviewer")
    reply_days: int = 15
    number: str = NUMBER
    agencies: Mapping[str, str] = field(default_factory=dict)

    def reference(self, agency: str, year: int, number: int) -> str:
        """The number of a recommendation, with what the agency is called in its numbers, else with its id."""
        return self.number.format(agency=self.agencies.get(agency, agency), year=year, number=number)

    def way(self, person: str, colour: str) -> tuple[str, str] | None:
        """The channel and address by which a person hears of a colour: the first configured for both; None if none."""
        known = self.people.get(person, {})
        return next(((name, known[name]) for name in self.through.get(colour, ()) if name in known), None)


def read_configured(path: Path) -> Configured:
    """Read the file. Raises Malformed, naming the field, and OSError."""
    _require_private(path)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _wrong("", "TOML", str(error)) from None
    try:
        return _configured(found, path.parent)
    except (KeyError, TypeError, AttributeError) as error:
        raise _wrong(str(error).strip("'"), "a setting of this name and kind", "") from None


def _configured(found: dict[str, Any], folder: Path) -> Configured:
    _only(found, {
        "lang", "attempts", "back_off_minutes", "report_at", "report_tells", "reply_days", "number", "through",
        "channels", "people", "agencies",
    })  # fmt: skip
    channels = {name: _channel(name, fields, folder) for name, fields in found.get("channels", {}).items()}
    simple = ("lang", "attempts", "back_off_minutes", "reply_days", "number")
    plain: dict[str, Any] = {name: found[name] for name in simple if name in found}
    for name in ("attempts", "back_off_minutes", "reply_days"):
        if name in plain and (type(plain[name]) is not int or not 1 <= plain[name] <= 1_000):
            raise _wrong(name, "a whole number from 1 to 1000", plain[name])
    if plain.get("lang", "zh") not in ("zh", "en"):
        raise _wrong("lang", "zh or en", plain["lang"])
    _require_number(plain.get("number", NUMBER))
    if "report_at" in found:
        plain["report_at"] = _hour(found["report_at"])
    if "report_tells" in found:
        plain["report_tells"] = _words("report_tells", found["report_tells"])
    return Configured(
        channels, _people(found, channels), _through(found, channels), agencies=_agencies(found), **plain
    )


def _agencies(found: Mapping[str, Any]) -> dict[str, str]:
    """What agencies are called in numbers: no two alike, or their numbers would be."""
    names = dict(found.get("agencies", {}))
    for agency, name in names.items():
        if not isinstance(name, str) or not re.fullmatch(r"\S{1,40}", name) or list(names.values()).count(name) > 1:
            raise _wrong(f"agencies.{agency}", "a short name that no other agency has", name)
    return names


def _through(found: Mapping[str, Any], channels: Mapping[str, Channel]) -> dict[str, tuple[str, ...]]:
    """Which channels a colour goes through; whatever is not said goes through all, in the order of the file."""
    said = found.get("through", {})
    _only(said, set(COLOURS), "through.")
    for colour, names in said.items():
        for name in _words(f"through.{colour}", names):
            if name not in channels:
                raise _wrong(f"through.{colour}", "names of channels", name)
    return {colour: tuple(said.get(colour, channels)) for colour in COLOURS}


def _people(found: Mapping[str, Any], channels: Mapping[str, Channel]) -> dict[str, dict[str, str]]:
    for person, ways in found.get("people", {}).items():
        if not PERSON.fullmatch(person):
            raise _wrong(f"people.{person}", "the id of a person", person)
        for name, address in ways.items():
            if name not in channels:
                raise _wrong(f"people.{person}.{name}", "the name of a channel", name)
            if not isinstance(address, str) or not ADDRESS.fullmatch(address):
                raise _wrong(f"people.{person}.{name}", "one address, without spaces", "…")
    return {person: dict(ways) for person, ways in found.get("people", {}).items()}


def _channel(name: str, fields: dict[str, Any], folder: Path) -> Channel:
    kinds: dict[str, Any] = {"smtp": _mail, "webhook": _webhook, "sms": _gateway}
    if fields.get("kind") not in kinds:
        raise _wrong(f"channels.{name}.kind", "smtp, webhook or sms", fields.get("kind"))
    seconds = fields.get("seconds", 20)
    if type(seconds) not in (int, float) or not 0 < seconds <= 60:
        raise _wrong(f"channels.{name}.seconds", "a number up to 60", seconds)
    made: Channel = kinds[fields["kind"]](f"channels.{name}", fields, folder)
    return made


def _mail(at: str, fields: dict[str, Any], folder: Path) -> Mail:
    _only(fields, {"kind", "seconds", "host", "port", "tls", "ca_file", "from", "user", "password_file",
                   "password_variable"}, f"{at}.")  # fmt: skip
    tls: Tls = fields.get("tls", "starttls")
    if tls not in ("starttls", "tls", "none"):
        raise _wrong(f"{at}.tls", "starttls, tls or none", tls)
    if "user" in fields and tls == "none":
        raise _wrong(f"{at}.tls", "starttls or tls, since a password is sent", tls)
    if not ADDRESS.fullmatch(fields["from"]) or "@" not in fields["from"]:
        raise _wrong(f"{at}.from", "one address", fields["from"])
    port = int(fields.get("port", {"starttls": 587, "tls": 465, "none": 25}[tls]))
    password = _secret(at, fields, folder, "password") if "user" in fields else None
    ca_file = str(folder / fields["ca_file"]) if "ca_file" in fields else None
    return Mail(fields["host"], port, tls, fields["from"], fields.get("user"), password, ca_file,
                fields.get("seconds", 20))  # fmt: skip


def _webhook(at: str, fields: dict[str, Any], folder: Path) -> Webhook:
    _only(fields, {"kind", "seconds", "url", "secret_file", "secret_variable"}, f"{at}.")
    try:
        key = signing_key(_secret(at, fields, folder, "secret"))
    except ValueError:
        raise _wrong(f"{at}.secret", "whsec_ and the base64 of 24 to 64 bytes", "…") from None
    return Webhook(_url(at, fields), key, fields.get("seconds", 20))


def _gateway(at: str, fields: dict[str, Any], folder: Path) -> Gateway:
    _only(fields, {"kind", "seconds", "url", "body", "content_type", "header", "token_file", "token_variable",
                   "accepted_field", "accepted_value"}, f"{at}.")  # fmt: skip
    body, content_type = fields["body"], fields.get("content_type", "application/json")
    if "{address}" not in body or "{text}" not in body:
        raise _wrong(f"{at}.body", "a template with {address} and {text}", body)
    if content_type not in ("application/json", "application/x-www-form-urlencoded"):
        raise _wrong(f"{at}.content_type", "application/json or application/x-www-form-urlencoded", content_type)
    header = fields.get("header")
    token = _secret(at, fields, folder, "token") if header else None
    accepted = Accepted(fields["accepted_field"], str(fields["accepted_value"])) if "accepted_field" in fields else None
    return Gateway(_url(at, fields), body, content_type, header, token, accepted, fields.get("seconds", 20))


def _url(at: str, fields: Mapping[str, Any]) -> str:
    url = str(fields["url"])
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or re.search(r"[\s{}]", url):
        raise _wrong(f"{at}.url", "an http or https address without a password and without a template", url)
    return url


def _secret(at: str, fields: Mapping[str, Any], folder: Path, what: str) -> str:
    """A password from a file of its owner's alone, or from the environment; never from this file, never from argv."""
    if f"{what}_file" in fields:
        path = folder / fields[f"{what}_file"]
        _require_private(path)
        return str(path.read_text(encoding="utf-8")).strip()
    found = os.environ.get(str(fields.get(f"{what}_variable", "")), "")
    if not found:
        raise _wrong(f"{at}.{what}_file", f"a file with the {what}, or {what}_variable", "")
    return found


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise Malformed("malformed/reminders-open", "Others may read this file: chmod 600 it.", file=str(path))


def _require_number(pattern: Any) -> None:
    """Numbers of two agencies, two years or two recommendations differ, so the pattern names all three."""
    try:
        names = [pattern.count(each) for each in ("{agency}", "{year}", "{number}")]
        whole = pattern.format(agency="a" * 64, year=2026, number=99_999)
    except (AttributeError, KeyError, ValueError, IndexError):
        raise _wrong("number", NUMBER, pattern) from None
    if names != [1, 1, 1] or len(whole) > 100:
        raise _wrong("number", NUMBER, pattern)


def _hour(given: Any) -> time:
    try:
        return given if isinstance(given, time) else time.fromisoformat(given)
    except (TypeError, ValueError):
        raise _wrong("report_at", "a time of day such as 08:00", given) from None


def _words(at: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise _wrong(at, "a list of words", given)
    return tuple(given)


def _only(found: Mapping[str, Any], known: set[str], at: str = "") -> None:
    for name in found:
        if name not in known:
            raise _wrong(f"{at}{name}", "one of: " + ", ".join(sorted(known)), name)


def _wrong(at: str, expected: str, got: Any) -> Malformed:
    return Malformed(
        "malformed/reminders", f"The settings of reminders are wrong at {at}: expected {expected}.",
        field=at, expected=expected, got=str(got),
    )  # fmt: skip
