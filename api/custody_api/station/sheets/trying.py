"""What would be decided of a draft: completed as its signers' clients would, with whatever key each of them has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from custody.acts.values import encode
from custody.authoring import new_act_id, prepare
from custody.errors import Malformed
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody_api.problems import problem_of
from custody_api.station.pages import Page
from custody_api.trying import as_seen_by, outcome, require_own

_NO_KEY: Final = "0" * 64
"""Of a signer whom the ledger does not know: the decision says so."""


def decision_on(page: Page, draft: Any) -> dict[str, Any]:
    """What `POST /v1/acts/check` says of the act that a draft becomes; one that becomes none is refused.

    The labels of what the draft names lie before the caller. Raises NotAllowed if nobody of his agency is to sign.
    """
    ledger = page.context.ledger
    try:
        act = prepare(draft, act_id=_new_id(ledger), keys=_keys(ledger, draft), salts=lambda: os.urandom(32),
                      **_head(ledger)).act  # fmt: skip
    except Malformed as error:
        return {"outcome": "refused", "defects": [], "problem": problem_of(error, page.lang)}
    require_own(ledger, act, page.caller)
    through = as_seen_by(page.context, [page.caller], frozenset(f"item:{each}" for each in act.own_items))
    return outcome(ledger, lambda: ledger.check_act(act, through), page.lang)


def _new_id(ledger: Ledger) -> str:
    return new_act_id(int(ledger.clock().timestamp() * 1000), os.urandom(10))


def _head(ledger: Ledger) -> dict[str, Any]:
    head = ledger.recorder.head()
    return {"ledger": ledger.origin, "seen": {"size": head.size, "root": encode(head.root)}}


def _keys(ledger: Ledger, draft: Any) -> Mapping[str, str]:
    signers = draft.get("signers") if isinstance(draft, Mapping) else None
    rows = signers if isinstance(signers, list) else []
    persons = {str(each["person"]) for each in rows if isinstance(each, Mapping) and "person" in each}
    ledger.memory.catch_up()
    found = ledger.memory.fold([Need("person", each) for each in sorted(persons)])
    keys = {need.id: facts.keys for need, facts in found.items() if facts is not None}
    return {each: next(iter(reversed(keys.get(each, ()))), _NO_KEY) for each in persons}
