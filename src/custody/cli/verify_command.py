"""``custody verify``: a whole ledger checked from its stored bytes; every finding is reported."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from custody.attachments.check import check_files, named_files
from custody.cli.ledgers import attachments_of, founded
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.terminal import Advance, progress, tell, tell_json, tell_table
from custody.cli.words import language, text
from custody.ledger.causes import causes_of
from custody.ledger.fsck import Finding, Report, verify_database
from custody.ledger.reader import Reader
from custody.registers import differences


def add(subparsers: Any) -> None:
    """Add ``custody verify``."""
    parser = subparsers.add_parser("verify", help=text("help/verify"), description=text("help/verify"))
    add_options(parser)
    parser.add_argument("--attachments", metavar="DIR", help=text("help/attachments"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help=text("help/jobs"))
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Verify, and print the findings by step; exit status 1 if there are any."""
    settings = settings_of(args)
    url = settings.needed_database().render_as_string(hide_password=False)
    with founded(settings) as engine, progress(text("verify/doing")) as bar:
        report = verify_database(url, jobs=max(1, args.jobs), progress=bar)
        _compare_registers(engine, report, bar)
        looked = _look_at_attachments(engine, settings, report, max(1, args.jobs), bar)
    if args.json:
        causes = [asdict(each) for each in causes_of(report.findings)]
        tell_json({**asdict(report), "causes": causes, "attachments": looked, "clean": not report.findings})
    else:
        tell(text("verify/attachments" if looked["checked"] else "verify/attachments-unchecked", count=looked["named"]))
        _tell(report)
    return 1 if report.findings else 0


def _compare_registers(engine: Engine, report: Report, bar: Advance) -> None:
    """Step 8: the registers equal a rebuild. They are derived, so this finding is cured by ``custody rebuild``."""
    if _cannot_be_read(report):
        return
    found = Counter(each.register for each in differences(engine, bar))
    for name, count in found.items():
        zh = f"登记簿 {name} 与重建结果不符（{count} 行）：请执行 custody rebuild {name}。"
        en = f"The register {name} differs from a rebuild in {count} rows: run custody rebuild {name}."
        report.found(8, "register-differs", zh, en, None, register=name, rows=count)


def _look_at_attachments(engine: Engine, settings: Settings, report: Report, jobs: int, bar: Advance) -> dict[str, Any]:
    """Step 10: the files that acts name. How many these are, and whether there was a store to look at."""
    store = attachments_of(settings)
    there = store is not None and (settings.attachments is not None or store.folder.exists())
    if _cannot_be_read(report):
        return {"named": 0, "checked": False}
    named = named_files(Reader(engine))
    if store is not None and there:
        check_files(store, named, report, jobs, bar)
    return {"named": len(named), "checked": there}


def _cannot_be_read(report: Report) -> bool:
    return bool(_codes(report) & {"no-genesis", "not-verified"})


def _tell(report: Report) -> None:
    erased = report.erased_disclosures
    tell(text("verify/looked-at", entries=report.entries, signatures=report.signatures, erased=erased))
    if not report.findings:
        tell("✓ " + text("verify/clean"))
        return
    columns = [text("verify/step"), text("verify/at"), text("verify/finding")]
    rows = [
        [each.step, None if each.index is None else each.index + 1, _sentence(each)] for each in report.findings
    ]
    tell_table(columns, rows, text("verify/findings", count=len(rows)))
    for cause in causes_of(report.findings):
        in_chinese = language() == "zh"
        tell(f"● {cause.zh if in_chinese else cause.en} ({', '.join(sorted(_codes(report) & {*cause.codes}))})")
        tell(f"  {cause.means_zh if in_chinese else cause.means_en}")
        tell(f"  → {cause.do_zh if in_chinese else cause.do_en}")


def _codes(report: Report) -> set[str]:
    return {each.code for each in report.findings}


def _sentence(found: Finding) -> str:
    """What was found, about which thing, and what it means for the evidence, where that can be said."""
    if not found.meaning_en:
        return found.zh if language() == "zh" else found.en
    about = found.facts.get("item") or found.facts.get("name") or found.facts.get("case") or ""
    said = f"{found.zh}{found.meaning_zh}" if language() == "zh" else f"{found.en} {found.meaning_en}"
    return f"{said} [{about}]" if about else said
