"""Reading the past as it is corrected: nothing is edited, an amended reading is made beside.

A correction replaces values in a past act, voids the act or one of its items, or inserts a missing act before it.
The target keeps its place in the log; only how it reads changes, from the correction on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from custody.acts import act_from
from custody.acts.act import Act
from custody.acts.entry import Recorded
from custody.acts.oversight import Change, Correction
from custody.errors import Malformed

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")

HEADER = ("act", "id", "ledger", "seen", "follows", "signers")
"""What the signers' keys and the log vouch for: no correction touches it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A recorded act as it reads now: perhaps amended, some of its items perhaps voided (by index)."""

    recorded: Recorded
    act: Act
    voided: frozenset[int] = frozenset()
    amended: bool = False

    @property
    def happened_at(self) -> datetime:
        """When it happened, as far as it can have: a clock that ran ahead is read at the ledger's own time."""
        return min(self.act.occurred_at, self.recorded.recorded_at)

    def position_of(self, item: str) -> int | None:
        """The index of an item in the act's own list, unless it was voided there."""
        return next((index for index in self.act.positions.get(item, ()) if index not in self.voided), None)


def readings(records: Iterable[Recorded]) -> list[Reading]:
    """Return recorded acts, in log order, as the corrections among them make them read."""
    found: list[Reading] = []
    for recorded in records:
        found.append(Reading(recorded, recorded.act))
        if isinstance(recorded.act, Correction):
            _apply(found, recorded, recorded.act)
    return found


def _apply(found: list[Reading], recorded: Recorded, correction: Correction) -> None:
    place = next((i for i, each in enumerate(found) if each.recorded.act.id == correction.target), None)
    if place is None:  # a seal or a kit that the target does not name: it only meets what is inserted
        found[-1:-1] = [_inserted(recorded, correction, each) for each in correction.changes if each.op == "insert"]
        return
    for change in correction.changes:
        if change.op == "insert":
            found.insert(place, _inserted(recorded, correction, change))
            place += 1
        elif change.op == "void" and not change.path:
            found.pop(place)
            return
        else:
            found[place] = amended(found[place], change)


def _inserted(recorded: Recorded, correction: Correction, change: Change) -> Reading:
    return Reading(recorded, inserted_act(correction, change), amended=True)


def amended(reading: Reading, change: Change) -> Reading:
    """Apply one replace or void to a reading. Raises Malformed if it does not fit the act as it reads."""
    if change.op == "void":
        index = _item_index(change.path)
        if index is None or index >= len(reading.act.own_items) or index in reading.voided:
            raise Malformed(
                "malformed/correction-path", "Only an act, or one item of its list, can be voided.", field=change.path
            )
        return replace(reading, voided=reading.voided | {index}, amended=True)
    return replace(reading, act=_replaced(_Same(reading.act), _Same(change)), amended=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A value as itself: two of them are equal only if they hold the very same object."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


# The history of each of an act's four hundred items reads the same amended act: it is made once.
@lru_cache(maxsize=64)
def _replaced(act: _Same, change: _Same) -> Act:
    fields = act.value.model_dump(mode="json", by_alias=True)
    path, old, new = change.value.path, change.value.old, change.value.new
    if act_from(_with(fields, path, old)) != act.value:
        raise Malformed(
            "malformed/correction-old", "What the correction calls the old value does not stand there.",
            field=path, got=repr(old)[:80],
        )  # fmt: skip
    return act_from(_with(fields, path, new))


def inserted_act(correction: Correction, change: Change) -> Act:
    """The act that a correction inserts: its own header, the fields of ``new``. Raises Malformed."""
    if change.path or not isinstance(change.new, dict) or set(change.new) & (set(HEADER) - {"act"}):
        raise Malformed(
            "malformed/correction-insert", "An inserted act is an object without id, ledger, seen, follows, signers.",
            field=change.path,
        )  # fmt: skip
    head = correction.model_dump(mode="json", by_alias=True, include=set(HEADER) - {"act"})
    return act_from({**change.new, **head})


def touched_items(correction: Correction, before: Act, after: Iterable[Act]) -> frozenset[str]:
    """The items whose history reads differently because of a correction: those a path points at, or else all."""
    touched: set[str] = set()
    acts = (before, *after)
    for change in correction.changes:
        index = _line_index(change.path)
        for act in acts:
            items = act.own_items
            touched.update((*items, *act.codes_given.values()) if index is None else items[index : index + 1])
    return frozenset(touched)


def _line_index(path: str) -> int | None:
    """The index into the act's own list that a path points into, if it does."""
    parts = path.split("/")
    inside = len(parts) > 2 and parts[1] in ("items", "lines", "tubes", "children") and _NUMBER.fullmatch(parts[2])
    return int(parts[2]) if inside else None


def _item_index(path: str) -> int | None:
    return _line_index(path) if path.count("/") == 2 else None


def _with(fields: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of decoded fields in which ``value`` stands at a JSON Pointer (RFC 6901). Raises Malformed."""
    keys = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    if not keys:
        raise Malformed("malformed/correction-path", "A replacement names the field it replaces.", field=path)
    return _put(fields, keys, value, path)  # type: ignore[no-any-return]


def _put(node: Any, keys: list[str], value: Any, path: str) -> Any:
    if not keys:
        return value
    key = keys[0]
    if isinstance(node, dict) and key in node:
        return {**node, key: _put(node[key], keys[1:], value, path)}
    if isinstance(node, list) and _NUMBER.fullmatch(key) and int(key) < len(node):
        index = int(key)
        return [*node[:index], _put(node[index], keys[1:], value, path), *node[index + 1 :]]
    raise Malformed("malformed/correction-path", "The act has nothing at this path.", field=path)
