"""An act in sentences before it is signed, and what a dry run said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from custody.acts.values import seal_commitment
from custody.cli.words import either, language
from custody.ledger.policies import shipped_policy
from custody.signed import SignedAct
from custody_api.station.sheets.sentences import sentences as told
from custody_api.terminal.shown import Row
from custody_api.terminal.words import say


def sentences(signed: SignedAct, names: Mapping[str, str]) -> Iterator[Row]:
    """An act as it will be signed, in plain sentences made from its very bytes; sealed values are opened for those who
    said them. ``names``: what items and places are called."""
    values = {seal_commitment(each.salt, each.value): each.value for each in signed.disclosures}
    body = _opened(json.loads(signed.payload), values)
    for number, said in enumerate(told(body, "zh" if language() == "zh" else "en", names), 1):
        yield Row(f"{number:>2}", said)


def _opened(value: Any, values: Mapping[str, str]) -> Any:
    """A payload with its sealed values in the open, as a draft has them."""
    if isinstance(value, dict):
        if value.keys() == {"sealed"} and value["sealed"] in values:
            return {"disclose": values[value["sealed"]]}
        return {name: _opened(inner, values) for name, inner in value.items()}
    return [_opened(each, values) for each in value] if isinstance(value, list) else value


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
