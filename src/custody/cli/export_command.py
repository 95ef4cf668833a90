"""``custody export``: what is taken out of the ledger as a file. Each kind adds itself here."""

from __future__ import annotations

from typing import Any

from custody.cli import export_bundle, export_log
from custody.cli.words import text


def add(subparsers: Any) -> None:
    """Add ``custody export``."""
    parser = subparsers.add_parser("export", help=text("help/export"), description=text("help/export"))
    kinds = parser.add_subparsers(metavar=text("help/export-kind"), required=True)
    export_bundle.add(kinds)
    export_log.add(kinds)
