"""How findings are printed: a table, then the causes they point to; the same as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from custody.cli.terminal import tell, tell_table
from custody.cli.words import language, text
from custody.ledger.causes import causes_of, may_only_follow
from custody.ledger.findings import Finding, Report
from custody.tlog.encoding import to_base64


def report_as_json(report: Report) -> dict[str, Any]:
    """A report with the causes that its findings point to."""
    causes = [
        {**asdict(each), "may_only_follow": may_only_follow(each, report.findings)}
        for each in causes_of(report.findings)
    ]
    looked_at = {name: value for name, value in asdict(report).items() if name != "files"}
    return {**looked_at, "root": to_base64(report.root), "causes": causes, "clean": not report.findings}


def tell_findings(report: Report) -> None:
    """Print every finding, and for each cause what it means and what to do."""
    if not report.findings:
        tell("✓ " + text("verify/clean"))
        return
    columns = [text("verify/step"), text("verify/at"), text("verify/finding")]
    rows = [
        [each.step, None if each.index is None else each.index + 1, _sentence(each)] for each in report.findings
    ]
    tell_table(columns, rows, text("verify/findings", count=len(rows)))
    found = {each.code for each in report.findings}
    in_chinese = language() == "zh"
    for cause in causes_of(report.findings):
        tell(f"● {cause.zh if in_chinese else cause.en} ({', '.join(sorted(found & {*cause.codes}))})")
        if may_only_follow(cause, report.findings):
            tell(f"  {text('verify/follows')}")
            continue
        tell(f"  {cause.means_zh if in_chinese else cause.means_en}")
        tell(f"  → {cause.do_zh if in_chinese else cause.do_en}")


def _sentence(found: Finding) -> str:
    """What was found, about which thing, and what it means for the evidence, where that can be said."""
    about = next((found.facts[each] for each in ("item", "name", "case", "file") if found.facts.get(each)), "")
    if not found.meaning_en:
        said = found.zh if language() == "zh" else found.en
    else:
        said = f"{found.zh}{found.meaning_zh}" if language() == "zh" else f"{found.en} {found.meaning_en}"
    return f"{said} [{about}]" if about and str(about) not in said else said
