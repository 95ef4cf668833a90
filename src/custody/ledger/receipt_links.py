"""Links of citizens' papers: ``/r/<token>`` opens the state of one receipt, until it is revoked.

The token is 128 random bits that only the paper bears. Its SHA-256 stands in the journal, in a line of kind ``token``
when it was issued and another when it was revoked, each under the tag of the hash; so links follow the ledger wherever
it is restored, and every one can be answered for. Source: docs/format.md section 6.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from custody.errors import NotFound
from custody.ledger.journal import Journal

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
"""How a token is written: 16 bytes in base64url, without padding."""

ISSUED, REVOKED = "token/issued", "token/revoked"


def issue(journal: Journal, token: str, act: str, by: str, why: str) -> int:
    """Let a token open the receipt of an act; returns the journal's position. Durable when this returns."""
    return journal.token(ISSUED, by, act, [_hashed(token)], why)


def revoke(journal: Journal, act: str, by: str, why: str) -> int:
    """Close every link that opens the receipt of an act; returns how many. Raises NotFound if none is open."""
    lines = [line for line in journal.under(f"act:{act}") if line.kind == "token"]
    closed = {hashed for line in lines if line.code == REVOKED for hashed in line.detail["tokens"]}
    issued = (hashed for line in lines if line.code == ISSUED for hashed in line.detail["tokens"])
    live = [hashed for hashed in dict.fromkeys(issued) if hashed not in closed]
    if not live:
        raise NotFound("not-found/receipt-link", "No link opens the receipt of this act.", act=act)
    journal.token(REVOKED, by, act, live, why)
    return len(live)


def opens(journal: Journal, token: str) -> str | None:
    """The act whose receipt a token opens; None for one that is unknown, misspelt or revoked: nobody learns which.

    It is looked for by its hash, so how long that takes tells nothing of any token.
    """
    if not TOKEN.fullmatch(token):
        return None
    lines = journal.under(f"token:{_hashed(token)}")
    if not lines or any(line.code == REVOKED for line in lines):
        return None
    act: str = lines[0].detail["act"]
    return act


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
