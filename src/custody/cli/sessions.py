"""Sessions that commands keep: one for each server, in a file of mode 0600 in the user's state folder."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from custody.acts.entry import instant
from custody.sign_in import origin_of

NAME: Final = "custody/sessions.json"


def kept(server: str) -> str | None:
    """The token kept for a server, unless it ran out."""
    found = _all().get(origin_of(server))
    if not found or found["expires_at"] <= instant(_now()):
        return None
    return str(found["token"])


def keep(server: str, token: str | None, expires_at: str = "") -> None:
    """Keep a server's token in place of any other; None forgets it."""
    sessions = {origin: each for origin, each in _all().items() if origin != origin_of(server)}
    if token is not None:
        sessions[origin_of(server)] = {"token": token, "expires_at": expires_at}
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(sessions, file)
    fresh.replace(path)


def _now() -> datetime:
    return datetime.now(UTC)


def _all() -> dict[str, Any]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _path() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / NAME
