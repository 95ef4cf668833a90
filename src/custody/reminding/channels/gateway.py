"""An SMS gateway by HTTP: an address, a template of the body, and how its answer says that it accepted.

The template is JSON or form fields; ``{address}``, ``{text}`` and ``{id}`` are put in as that format writes text, so
that nothing in them can become a field of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote_plus

from custody.reminding.channels.answer import InDoubt, Message, NotSent
from custody.reminding.channels.posting import Answer, post
from custody.reminding.channels.webhook import AGAIN

_PLACE = re.compile(r"\{(address|text|id)\}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What stands in the answer's JSON if the gateway took the message: the value of a field, dots between names."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """An SMS gateway. ``header`` is the name of the header that bears the token."""

    repeatable: ClassVar[bool] = False

    url: str
    body: str
    content_type: str = "application/json"
    header: str | None = None
    token: str | None = field(default=None, repr=False)
    accepted: Accepted | None = None
    seconds: float = 20

    def send(self, message: Message) -> None:
        """Post a message. Raises NotSent, InDoubt."""
        headers = {"Content-Type": f"{self.content_type}; charset=utf-8", "User-Agent": "custody"}
        if self.header and self.token:
            headers[self.header] = self.token
        self._require_accepted(post(self.url, self._written(message), headers, self.seconds))

    def _written(self, message: Message) -> bytes:
        values = {"address": message.address, "text": message.short, "id": message.id}

        def filled(place: re.Match[str]) -> str:
            value = values[place[1]]
            return json.dumps(value, ensure_ascii=False)[1:-1] if "json" in self.content_type else quote_plus(value)

        return _PLACE.sub(filled, self.body).encode()

    def _require_accepted(self, answer: Answer) -> None:
        if answer.status in AGAIN or answer.status == 503:
            raise NotSent(f"status {answer.status}")
        if answer.status >= 500:
            raise InDoubt(f"status {answer.status}")
        if not 200 <= answer.status < 300:
            raise NotSent(f"status {answer.status}", for_good=True)
        if self.accepted is None:
            return
        try:
            found = json.loads(answer.body)
            for name in self.accepted.field.split("."):
                found = found[name]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InDoubt(f"an answer without {self.accepted.field}") from None
        if str(found) != self.accepted.value:
            raise NotSent(f"{self.accepted.field} is {found}"[:300], for_good=True)
