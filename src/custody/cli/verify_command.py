"""``custody verify``: a bundle, or a whole ledger from its stored bytes, checked; every finding is reported."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from typing import Any

from sqlalchemy import Engine

from custody.attachments.check import check_files
from custody.cli import verify_audit, verify_bundle, verify_log
from custody.cli.findings import report_as_json, tell_findings
from custody.cli.ledgers import attachments_of, founded
from custody.cli.seen import add_seen, check_in_database
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.terminal import Advance, progress, tell, tell_json
from custody.cli.words import text
from custody.ledger.findings import Report
from custody.ledger.fsck import verify_database
from custody.ledger.reader import Reader
from custody.registers import differences


def add(subparsers: Any) -> None:
    """Add ``custody verify``."""
    parser = subparsers.add_parser("verify", help=text("help/verify"), description=text("help/verify"))
    verify_bundle.add_options(parser)
    add_options(parser)
    parser.add_argument("--attachments", metavar="DIR", help=text("help/attachments"))
    verify_log.add_options(parser)
    add_seen(parser)
    verify_audit.add_options(parser)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help=text("help/jobs"))
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Verify a bundle, a published log, or the ledger; print the findings by step; exit status 1 if there are any."""
    if args.log is not None:
        return verify_log.run(args)
    if args.bundle is not None:
        return verify_bundle.run(args)
    if args.sample is not None:
        return verify_audit.run_sample(args)
    settings = settings_of(args)
    url, jobs = settings.needed_database().render_as_string(hide_password=False), max(1, args.jobs)
    with founded(settings) as engine, progress(text("verify/doing")) as bar:
        audited = verify_audit.relied_on(args, settings, engine)
        report = verify_database(url, jobs=jobs, progress=bar, audited=audited, case_keys=settings.case_keys)
        looked = {"named": 0, "checked": False}
        if not _cannot_be_read(report):
            compare_registers(engine, report, bar)
            looked = _look_at_attachments(settings, report, jobs, bar)
            check_in_database(args.seen, Reader(engine), report)
        verify_audit.write(args, settings, report, engine)
    if args.json:
        tell_json({**report_as_json(report), "attachments": looked})
    else:
        tell(text("verify/attachments" if looked["checked"] else "verify/attachments-unchecked", count=looked["named"]))
        erased = report.erased_disclosures
        tell(text("verify/looked-at", entries=report.entries, signatures=report.signatures, erased=erased))
        verify_audit.tell_relied_on(audited, report)
        if report.withheld_disclosures:
            tell(text("verify/withheld", count=report.withheld_disclosures))
        tell_findings(report)
    return 1 if report.findings else 0


def compare_registers(engine: Engine, report: Report, bar: Advance) -> None:
    """Step 8: the registers equal a rebuild. They are derived, so this finding is cured by ``custody rebuild``."""
    found = Counter(each.register for each in differences(engine, bar))
    for name, count in found.items():
        zh = f"登记簿 {name} 与重建结果不符（{count} 行）：请执行 custody rebuild {name}。"
        en = f"The register {name} differs from a rebuild in {count} rows: run custody rebuild {name}."
        report.found(8, "register-differs", zh, en, None, register=name, rows=count)


def _look_at_attachments(settings: Settings, report: Report, jobs: int, bar: Advance) -> dict[str, Any]:
    """Step 10: the files that acts name. How many these are, and whether there was a store to look at."""
    store = attachments_of(settings)
    there = store is not None and (settings.attachments is not None or store.folder.exists())
    if store is not None and there:
        check_files(store, report, jobs, bar)
    return {"named": len(report.files), "checked": there}


def _cannot_be_read(report: Report) -> bool:
    return any(each.code in ("no-genesis", "not-verified") for each in report.findings)
