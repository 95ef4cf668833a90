"""``custody rules``: the rule data for a lawyer's eyes: listed, each shown whole, and tried on cases."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custody.acts import ACT_TYPES
from custody.cli.rule_cases import run_cases
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import either, text
from custody.errors import NotFound
from custody.ledger.policies import jurisdictions, shipped_policy
from custody.rules.judge import DEFECTS, REFUSALS
from custody.rules.policy import Policy, RuleText
from custody.rules.rule import Rule
from custody.rules.span import Span

UNVERIFIED = "UNVERIFIED"


def add(subparsers: Any) -> None:
    """Add ``custody rules``."""
    said = either("规则：清单、全文、用例检验", "the rules: listed, shown whole, tried on cases")
    parser = subparsers.add_parser("rules", help=said, description=said)
    doing = parser.add_subparsers(metavar="list | show | test", required=True)
    listing = doing.add_parser("list", help=either("全部规则、数值和选择", "every rule, number and choice"))
    showing = doing.add_parser("show", help=either("一条规则的全部内容", "everything about one rule"))
    showing.add_argument("code", metavar="CODE", help=either("规则代码", "the code of a rule"))
    said = either("用一个文件夹里的用例检验规则", "try the rules on a folder of cases")
    testing = doing.add_parser("test", help=said)
    said = either("TOML 用例所在文件夹", "where the cases lie, as TOML files")
    testing.add_argument("folder", metavar="FOLDER", help=said)
    for each, run in ((listing, run_list), (showing, run_show), (testing, run_test)):
        each.add_argument("--jurisdiction", choices=jurisdictions(), default="cn", help=text("help/jurisdiction"))
        each.set_defaults(run=run)


def run_list(args: Namespace) -> int:
    """Print all rules by chapter, then the numbers and what the jurisdiction chose."""
    policy = shipped_policy(args.jurisdiction)
    if args.json:
        tell_json({"jurisdiction": policy.jurisdiction, "policy": policy.id, "rules": [
            rule_shape(policy, each) for versions in policy.text_versions.values() for each in versions
        ], "numbers": list(_numbers(policy)), "choices": list(_choices(policy))})  # fmt: skip
        return 0
    columns = either(
        "章,代码,编号,种类,表述,来源,核对,有效期", "chapter,code,rule,kind,sentence,source,checked,in force"
    )  # fmt: skip
    rows = [_row(policy, each) for versions in policy.text_versions.values() for each in versions]
    tell_table(columns.split(","), sorted(rows, key=lambda row: str(row[0])), _counted(policy))
    columns = either("数值,取值,来源,核对,有效期", "number,value,source,checked,in force")
    tell_table(columns.split(","), [list(each.values()) for each in _numbers(policy)])
    columns = either("选择,取值,表述,来源,核对", "choice,value,sentence,source,checked")
    tell_table(columns.split(","), [list(each.values()) for each in _choices(policy)])
    return 0


def run_show(args: Namespace) -> int:
    """Print one rule. Raises NotFound."""
    policy = shipped_policy(args.jurisdiction)
    versions = policy.text_versions.get(args.code.removeprefix("refused/"))
    if versions is None:
        raise NotFound("not-found/rule", "There is no such rule.", got=args.code)
    shapes = [rule_shape(policy, each) for each in versions]
    if args.json:
        tell_json(shapes)
        return 0
    for shape in shapes:
        for name, value in shape.items():
            if value not in (None, "", []):
                tell(f"{name:12} {'; '.join(value) if isinstance(value, list) else value}")
    return 0


def run_test(args: Namespace) -> int:
    """Try every case; exit status 1 if one comes out otherwise than it says."""
    results = run_cases(Path(args.folder), shipped_policy(args.jurisdiction))
    if args.json:
        tell_json([{
            "file": each.file, "zh": each.zh, "en": each.en, "expected": each.expected, "found": list(each.found),
            "passed": each.passed,
        } for each in results])  # fmt: skip
    else:
        for each in results:
            mark, found = ("✓", "") if each.passed else ("✗", f"  → {', '.join(each.found) or 'accepted'}")
            tell(f"{mark} {each.file}  {either(each.zh, each.en)}  [{each.expected}]{found}")
    return 0 if all(each.passed for each in results) else 1


def rule_shape(policy: Policy, rule: RuleText) -> dict[str, Any]:
    """Everything about one version of a rule, as JSON."""
    owed = policy.owed(rule.code, rule.severity) if rule.severity else None
    return {
        "chapter": policy.chapters[rule.code], "code": rule.code, "rule": rule.rule, "kind": rule.kind,
        "severity": rule.severity, "zh": rule.zh, "en": rule.en, "instead_zh": rule.instead_zh,
        "instead_en": rule.instead_en, "source": rule.source, "verified": _checked(rule.verified),
        "valid_from": _day(rule, "valid_from"), "valid_to": _day(rule, "valid_to"),
        "judges": list(judged_by(rule.code)), "owner": owed.owner if owed else None,
        "accepted_by": owed.accepted_by if owed else None,
        "owed_zh": owed.zh if owed else None, "owed_en": owed.en if owed else None,
    }  # fmt: skip


def judged_by(code: str) -> Iterator[str]:
    """The functions that find a breach, each a sentence, with the acts they judge."""
    for each in (*REFUSALS, *DEFECTS):
        if code in (each.code, each.if_planned):
            yield f"{_acts(each)}: {each.check.__name__.replace('_', ' ')}"


def _acts(rule: Rule) -> str:
    judged = [name for name, kind in ACT_TYPES.items() if issubclass(kind, rule.types)]
    return either("所有行为", "every act") if len(judged) == len(ACT_TYPES) else ", ".join(judged)


def _row(policy: Policy, rule: RuleText) -> list[object]:
    kind = text(f"severity/{rule.severity}") if rule.severity else either("拒绝", "refusal")
    said = either(rule.zh, rule.en)
    checked = _checked(rule.verified)
    return [policy.chapters[rule.code], rule.code, rule.rule, kind, said, rule.source, checked, _days(rule)]


def _counted(policy: Policy) -> str:
    checked = sum(each.verified for each in policy.texts.values())
    rest = len(policy.texts) - checked
    return f"{policy.jurisdiction}: {len(policy.texts)} = {checked} verified + {rest} {UNVERIFIED}"


def _numbers(policy: Policy) -> Iterator[dict[str, Any]]:
    for name, versions in policy.number_versions.items():
        for each in versions:
            yield {"name": name, "value": each.value, "source": each.source, "verified": _checked(each.verified),
                   "in_force": _days(each)}  # fmt: skip


def _choices(policy: Policy) -> Iterator[dict[str, Any]]:
    for name, each in policy.choices.items():
        yield {"name": name, "value": each.value, "sentence": either(each.zh, each.en), "source": each.source,
               "verified": _checked(each.verified)}  # fmt: skip


def _checked(verified: bool) -> str:
    return "verified" if verified else UNVERIFIED


def _day(span: Span, name: str) -> str | None:
    day = getattr(span, name)
    return day.isoformat() if day else None


def _days(span: Span) -> str:
    return f"{span.valid_from or ''}–{span.valid_to or ''}" if span.valid_from or span.valid_to else ""
