"""What of a shape is shown to those who see a thing but not what is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from custody.access.rights import Sight

Shape = dict[str, Any]

_OF_AN_ITEM: Final = frozenset({
    "item", "case", "category", "description", "quantity", "unit", "kit", "designation", "code", "retired_codes",
    "custody", "seal", "condition", "laboratory", "status", "parent", "children", "odometer_km", "quarantined",
    "version", "asked",
})  # fmt: skip
"""Fields of an item that say what it is, where it is, and in what state; new fields stay hidden until listed here."""

_OF_A_LOAN: Final = frozenset({"borrower", "due", "act", "request"})
_OF_AN_OFFER: Final = frozenset({"manifest", "moves", "sender", "receiver", "expires_at", "act"})
_OF_CONTROL: Final = frozenset({"agency", "since", "since_act"})


def as_thing(item: Mapping[str, Any]) -> Shape:
    """An item without what is told about it: no holds, defects, results, orders or purposes."""
    shown = _only(item, _OF_AN_ITEM)
    for name, fields in (("loan", _OF_A_LOAN), ("offer", _OF_AN_OFFER), ("control", _OF_CONTROL)):
        if name in item:
            shown[name] = item[name] and _only(item[name], fields)
    return shown


_OF_AN_ACT: Final = frozenset({
    "act", "type", "position", "recorded_at", "occurred_at", "signers", "defects",
})  # fmt: skip


def history_of_thing(history: Mapping[str, Any]) -> Shape:
    """A chain of custody in which acts show what their entries do: what was attested on paper is told by the act."""
    return {**history, "acts": [_only(each, _OF_AN_ACT) for each in history["acts"]]}


def as_kit(kit: Mapping[str, Any], sights: Mapping[str, Sight]) -> Shape:
    """A blood kit with those of its tubes that are seen, and of examinations what was done with those seen whole: who
    examines one tube anew does not learn what another laboratory found in the other."""
    whole = {item for item, how in sights.items() if how is Sight.WHOLE}
    told = {name: [each for each in kit["examined"][name] if each["item"] in whole]
            for name in ("results", "reexaminations")}  # fmt: skip
    results = {each["act"] for each in told["results"]}
    notices = [each for each in kit["examined"]["notices"] if each["result"] in results]
    return {
        **kit,
        "tubes": [each for each in kit["tubes"] if sights.get(each["item"], Sight.NOTHING) is not Sight.NOTHING],
        "examined": {**told, "notices": notices},
    }


def _only(shape: Mapping[str, Any], fields: frozenset[str]) -> Shape:
    return {name: value for name, value in shape.items() if name in fields}
