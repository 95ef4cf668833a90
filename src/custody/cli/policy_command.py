"""``custody policy``: which rule data are in force by the log, and the act that puts the shipped ones in force."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from custody.acts.examples import example
from custody.cli.ledgers import reading
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import either
from custody.cli.zone import local, now_here
from custody.ledger.ledger import Ledger
from custody.ledger.policies import shipped_policies


def add(subparsers: Any) -> None:
    """Add ``custody policy``."""
    said = either("现行规则版本；升级后待签署的规则版本记录", "which rule data are in force; the act that changes them")
    parser = subparsers.add_parser("policy", help=said, description=said)
    doing = parser.add_subparsers(metavar="show | draft", required=True)
    said = either("现行的和本软件所带的规则版本", "which rule data are in force, which are shipped")
    show = doing.add_parser("show", help=said)
    add_options(show)
    show.set_defaults(run=run_show)
    said = either("打印使本软件规则版本即时生效的记录", "print the act that puts the shipped data in force")
    draft = doing.add_parser("draft", help=said)
    add_options(draft)
    said = either("首个机构的管理员", "the administrator of the agency that opened the ledger")
    draft.add_argument("--administrator", required=True, metavar="ID", help=said)
    said = either("首个机构的法制员", "its legal reviewer")
    draft.add_argument("--legal-reviewer", required=True, metavar="ID", help=said)
    draft.set_defaults(run=run_draft)


def run_show(args: Namespace) -> int:
    """Say what is in force and what is shipped; exit status 1 if this version cannot judge by what is in force."""
    with reading(settings_of(args)) as ledger:
        shown = _shown(ledger)
    if args.json:
        tell_json(shown)
    else:
        for line in _lines(shown):
            tell(line)
    return 0 if shown["writes"] else 1


def run_draft(args: Namespace) -> int:
    """Print the draft of the act, to be signed with ``custody act``."""
    with reading(settings_of(args)) as ledger:
        policy = shipped_policies(ledger.genesis.jurisdiction).current.id
    now = now_here().isoformat(timespec="seconds")
    signers = [
        {"part": "administrator", "person": args.administrator},
        {"part": "legal-reviewer", "person": args.legal_reviewer},
    ]
    tell_json({**example("policy"), "occurred_at": now, "signers": signers, "policy": policy, "valid_from": now})
    return 0


def _shown(ledger: Ledger) -> dict[str, Any]:
    governing, founding, now = ledger.governing(), ledger.governed.founding, ledger.clock()
    policies = ledger.governed.policies
    in_force = governing.policy_at(founding, now)
    changes = [{"policy": each.policy, "since": each.since.isoformat()} for each in governing.policies]
    return {
        "jurisdiction": policies.current.jurisdiction, "in_force": in_force, "shipped": policies.current.id,
        "shipped_before": sorted(policies.by_id.keys() - {policies.current.id}), "writes": in_force in policies.by_id,
        "history": [{"policy": founding.policy, "since": None}, *changes],
    }  # fmt: skip


def _lines(shown: dict[str, Any]) -> Iterator[str]:
    yield either("现行规则版本：", "In force: ") + shown["in_force"]
    yield either("本软件所带：", "Shipped:  ") + shown["shipped"] + f" ({shown['jurisdiction']})"
    for each in shown["history"]:
        yield f"  {local(each['since']) or either('开账', 'genesis')}  {each['policy']}"
    if not shown["writes"]:
        yield either(
            "本软件不带现行规则版本：除规则版本记录外不能入账。请执行 custody policy draft，由管理员和法制员签署。",
            "This version does not ship the data in force: only a policy act can be recorded. "
            "Run custody policy draft, and have the administrator and the legal reviewer sign.",
        )
    elif shown["in_force"] != shown["shipped"]:
        yield either(
            "现行版本较旧，仍可入账。使新版本生效：custody policy draft。",
            "Older data are in force, and acts are recorded. To put the new ones in force: custody policy draft.",
        )
