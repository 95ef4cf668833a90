"""The server's log on standard error: one JSON object a line, or plain text for people.

Of an exception it has the type and the places it came through, never the message: that may quote what was read.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

from custody_api.requests import request_id

_LEVELS: Final = {"": logging.WARNING, "custody": logging.INFO}


def begin(form: str) -> None:
    """Log as ``json`` or ``plain`` from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain() if form == "plain" else Json())
    logging.getLogger().handlers[:] = [handler]
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


class Json(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps({"time": _time(record), **_about(record)}, ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """A record as one line for people; what it says cannot begin another."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        about = _about(record)
        head = f"{_time(record)} {about.pop('level')} {about.pop('logger')}: {_on_one_line(about.pop('message'))}"
        return " ".join([head, *(f"{name}={_on_one_line(value)}" for name, value in about.items())])


def _about(record: logging.LogRecord) -> dict[str, Any]:
    about = {"level": record.levelname.lower(), "logger": record.name, "message": record.getMessage(),
             "request_id": request_id(), **getattr(record, "about", {})}  # fmt: skip
    if record.exc_info and record.exc_info[0] is not None:
        kind, _, trace = record.exc_info
        about["error"] = kind.__name__
        about["at"] = [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(trace)]
    return {name: value for name, value in about.items() if value is not None}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _on_one_line(value: object) -> str:
    return " ".join(str(value).split())
