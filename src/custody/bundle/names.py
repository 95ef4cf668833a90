"""What the files of a bundle are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

FORMAT: Final = "custody-bundle/1"
MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint"
WITNESS_POLICY: Final = "witness-policy.txt"
WITNESSED: Final = "witnessed/checkpoint"
WITNESSED_CONSISTENCY: Final = "witnessed/consistency"
STATEMENT: Final = "statement.json"
DISCLOSURES: Final = "disclosures.json"
VERIFY_PAGE: Final = "verify.html"

KEYS: Final = "keys/"
"""Before the names of entries, proofs and envelopes of acts about who may sign."""

TIMESTAMPS: Final = "timestamps/"
"""Before the number of a token and the names of its files."""

_HASH: Final = "[0-9a-f]{64}"
_SIZE: Final = "(0|[1-9][0-9]{0,17})"
_PATH: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"
_NUMBER: Final = "[1-9][0-9]{0,17}"
_KNOWN: Final = re.compile(
    "|".join((
        r"manifest\.json|checkpoint|witness-policy\.txt|statement\.json|disclosures\.json",
        rf"(keys/)?entries/{_SIZE}\.json",
        rf"(keys/)?proofs/{_SIZE}\.tlog-proof",
        rf"(keys/)?envelopes/{_HASH}",
        rf"rules/{_HASH}/{_PATH}",
        rf"attachments/{_HASH}",
        r"witnessed/(checkpoint|consistency)",
        rf"timestamps/{_NUMBER}/(text|consistency|token\.der|chain\.pem|(request|revocation|before)\.json|(before-)?[0-9]+\.crl)",
        r"report\.html|report\.pdf|verify\.html",
    ))
)  # fmt: skip


def is_known(name: str) -> bool:
    """Whether a file of a bundle may be called so."""
    return _KNOWN.fullmatch(name) is not None and len(name) <= 300


def entry_name(index: int, folder: str = "") -> str:
    """The name of the entry at a leaf index; ``folder`` is `KEYS` or nothing."""
    return f"{folder}entries/{index}.json"


def proof_name(index: int, folder: str = "") -> str:
    """The name of the inclusion proof of a leaf index."""
    return f"{folder}proofs/{index}.tlog-proof"


def envelope_name(sha256: str, folder: str = "") -> str:
    """The name of an envelope with this SHA-256 in hex."""
    return f"{folder}envelopes/{sha256}"


def rule_name(policy: str, path: str) -> str:
    """The name of a file of rule data."""
    return f"rules/{policy}/{path}"


def attachment_name(sha256: str) -> str:
    """The name of a file that acts name."""
    return f"attachments/{sha256}"


def token_file_name(number: int, file: str) -> str:
    """The name of a file of a token of independent time."""
    return f"{TIMESTAMPS}{number}/{file}"


def in_order(names: Iterable[str]) -> list[str]:
    """The order of files in the archive: `MANIFEST` first, the others by the bytes of their names."""
    return sorted(names, key=lambda name: (name != MANIFEST, name.encode()))
