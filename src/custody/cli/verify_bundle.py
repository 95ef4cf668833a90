"""``custody verify BUNDLE``: a bundle checked from the file alone, without any ledger."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from custody.bundle.verifying import given_by, verify_bundle
from custody.cli.settings import settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import language, text


def add_options(parser: ArgumentParser) -> None:
    """Add what only bundles take; the log's key is given as for `custody.cli.verify_log`."""
    parser.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE", help=text("help/verify-bundle"))
    parser.add_argument("--witness-policy", type=Path, metavar="FILE", help=text("help/verify-policy"))
    parser.add_argument("--time-roots", type=Path, metavar="FILE", help=text("help/verify-time-roots"))


def run(args: Namespace) -> int:
    """Verify, and print what each step found; exit status 1 if any found something."""
    settings = settings_of(args)
    keys = args.log_keys or ([settings.log_verifier] if settings.log_verifier else [])
    report = verify_bundle(args.bundle, given_by(args.witness_policy, keys, args.time_roots, datetime.now(UTC)))
    if args.json:
        tell_json(report.body())
    else:
        for line in report.lines("zh" if language() == "zh" else "en"):
            tell(line)
    return 0 if report.sound else 1
