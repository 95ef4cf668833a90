"""docs/access.md: what each capacity sees by each role, as the rules of reading decide; and what each endpoint asks."""

from __future__ import annotations

from typing import Final, get_args

from tables import table

from custody.access.caller import Caller
from custody.access.rights import ROLES, RULES, Sight, opens_sealed_values, sight
from custody.acts.parties import Capacity
from custody.cli.words import TERMS
from custody_api.admission import ENDPOINTS, MEANINGS

HOUSES: Final = {
    "police, procuratorate, court and others": "police",
    "a laboratory": "lab",
    "a custodian contractor": "custodian-contractor",
    "an audit or supervision office (without any role, an auditor sees the whole)": "audit",
}
WORDS: Final = {Sight.NOTHING: "–", Sight.THING: "thing", Sight.WHOLE: "whole"}


def access() -> str:
    """Return the generated part of the page."""
    chapters = [f"## In {house}\n\n{_table(kind)}" for house, kind in HOUSES.items()]
    rules = table(["rule", "says"], [[f"`{rule.__name__}`", (rule.__doc__ or "").strip()] for rule in RULES])
    means = table(["answers", "whom"], [[f"`{name}`", meaning] for name, meaning in MEANINGS.items()])
    asked = table(["endpoint", "answers"], [[f"`{each}`", ", ".join(names)] for each, names in ENDPOINTS.items()])
    return "\n".join([*chapters, f"## The rules\n\n{rules}", f"## The endpoints\n\n{means}", asked])


def _table(kind: str) -> str:
    rows = []
    for capacity in get_args(Capacity):
        caller = Caller("", "", kind, frozenset([capacity]))
        opens = any(opens_sealed_values(caller, sight(caller, [role])) for role in ROLES)
        seen = [WORDS[sight(caller, [role])] for role in ROLES]
        rows.append([f"`{capacity}` {TERMS.get(capacity, '')}".strip(), *seen, "yes" if opens else "–"])
    return table(["capacity", *ROLES, "opens sealed values"], rows)
