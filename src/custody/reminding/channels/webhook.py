"""A webhook after Standard Webhooks: JSON, signed by HMAC-SHA-256 over id, time and body.

Headers ``webhook-id``, ``webhook-timestamp`` (seconds since 1970) and ``webhook-signature`` (``v1,<base64>``); the
signed bytes are ``<id>.<timestamp>.<body>``. A message that is tried again keeps its id: the receiver knows it by that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from custody.reminding.channels.answer import InDoubt, Message, NotSent
from custody.reminding.channels.posting import post

PREFIX: Final = "whsec_"
AGAIN: Final = frozenset({408, 425, 429})
"""Statuses below 500 that ask for another try."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address and the key that both sides know."""

    repeatable: ClassVar[bool] = True

    url: str
    key: bytes = field(repr=False)
    seconds: float = 20

    def send(self, message: Message) -> None:
        """Post a message. Raises NotSent, InDoubt."""
        data = {"recipient": message.recipient, "address": message.address, "title": message.title,
                "text": message.text, **message.facts}  # fmt: skip
        body = json.dumps(
            {"type": "custody.reminder", "timestamp": message.at.isoformat(), "data": data}, ensure_ascii=False
        ).encode()
        headers = {"Content-Type": "application/json", **signed_headers([self.key], message.id, message.at, body)}
        answer = post(self.url, body, headers, self.seconds)
        if 200 <= answer.status < 300:
            return
        if answer.status >= 500 or answer.status in AGAIN:
            raise InDoubt(f"status {answer.status}")
        raise NotSent(f"status {answer.status}", for_good=True)


def signed_headers(keys: Sequence[bytes], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that go with a message: its id, when it is sent, and a signature under each key."""
    seconds = int(at.timestamp())
    return {
        "User-Agent": "custody", "webhook-id": message, "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(key, message, seconds, body) for key in keys),
    }  # fmt: skip


def signature(key: bytes, message: str, seconds: int, body: bytes) -> str:
    """One of the signatures in ``webhook-signature``."""
    signed = b".".join((message.encode(), str(seconds).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def signing_key(secret: str) -> bytes:
    """The key in a secret as it is exchanged: ``whsec_`` and base64. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("a secret is whsec_ and the base64 of 24 to 64 bytes")
    return key
