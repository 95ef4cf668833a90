"""An act in sentences before it is signed, and what a dry run said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from custody.cli.pending_command import fields_of
from custody.cli.words import either
from custody.ledger.policies import shipped_policy
from custody.signed import SignedAct
from custody_api.papers.report.wording import FIELDS
from custody_api.terminal.shown import Row
from custody_api.terminal.words import say

_HEADER: Final = frozenset({"act", "id", "ledger", "seen", "signers", "attestations"})
"""What is said in sentences of its own, or is of the log and not of the matter."""


def sentences(signed: SignedAct) -> Iterator[Row]:
    """Every field of an act as it will be signed, with its path; nothing is summed up."""
    body = signed.act.model_dump(mode="json", by_alias=True)
    for name, value in fields_of({name: value for name, value in body.items() if name not in _HEADER}):
        words = (either(FIELDS.get(each, each), each.replace("_", " ")) for each in name.split())
        yield Row("·", f"{' '.join(words)}: {value}")


def decision_rows(defects: list[dict[str, Any]] | None) -> Iterator[Row]:
    """The defects with which an act would be recorded, each with the remedy that is owed; None: nobody asked."""
    if defects is None:
        return
    if not defects:
        yield Row("✓", say("sign/clean"), "good")
    policy = shipped_policy("cn")  # names the defects of a server's ledger, too; others go by their code
    for defect in defects:
        known, owed = policy.texts.get(defect["code"]), policy.owed(defect["code"], defect["severity"])
        said = either(known.zh, known.en) if known else ""
        yield Row("⚠", say("sign/defect", said=f"{said} [{defect['code']}]"), "warn")
        if owed:
            yield Row("→", say("sign/remedy", remedy=either(owed.zh, owed.en)))
        if known:
            yield Row(" ", say("sign/source", rule=known.rule, source=known.source), "quiet")
