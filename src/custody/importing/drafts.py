"""From lines to drafts: one seizure for each case, document, time, place and team; then the check-ins.

What was taken long ago is stated with the time it happened; that it is recorded late, without a witness or a recording
that anybody can show, is for the ledger's defects to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from custody.acts.custody import CheckIn
from custody.acts.taking import Seizure, TakenItem
from custody.acts.values import MOST_ITEMS
from custody.importing.mapping import DRAFTED, FIELDS, Meaning
from custody.importing.problems import Problem
from custody.importing.tables import Line, Table

Draft = dict[str, Any]

_YES: Final = frozenset({"是", "yes", "y", "true", "1", "√"})
_NO: Final = frozenset({"否", "no", "n", "false", "0", "×"})
_ITEM: Final = ("code", "category", "description", "quantity", "unit", "features", "serial", "source",
                "estimated_value", "hazard", "seal")  # fmt: skip
_TAKING: Final = ("case", "instrument", "seized_at", "where", "officer", "second", "measure", "authority")
_STORING: Final = ("place", "stored_at", "custodian")


def drafted(
    table: Table, meaning: Meaning, fresh_code: Callable[[], str]
) -> tuple[list[Draft], list[Problem]]:
    """Return the drafts that the lines make, and every problem of every line; with problems there are no drafts."""
    problems = meaning.problems_of(table)
    if not table.usable:
        return [], problems
    said = [_said(line, meaning) for line in table.lines]
    for line, fields in zip(table.lines, said, strict=True):
        problems += _wrong(line.number, fields, meaning)
    problems += _twice(table.lines, said, "code") + _twice(table.lines, said, "seal")
    problems += [] if meaning.repeats else _repeated(table.lines, said)
    if problems:
        return [], sorted(problems, key=lambda each: each.line)
    for fields in said:
        fields["code"] = fields["code"] or fresh_code()
    seizures = [_seizure(part) for part in _grouped(said, _TAKING)]
    stored = [fields for fields in said if fields["place"]]
    return [*seizures, *(_check_in(part) for part in _grouped(stored, ("case", "officer", *_STORING)))], []


def _said(line: Line, meaning: Meaning) -> dict[str, Any]:
    """Every field of a line; times as acts write them where they can be read."""
    fields: dict[str, Any] = {name: meaning.value(name, line.cells) for name in FIELDS}
    for name in ("seized_at", "stored_at"):
        if fields[name]:
            fields[name] = meaning.instant(fields[name]) or fields[name]
    if fields["place"] and not fields["stored_at"]:
        fields["stored_at"] = fields["seized_at"]
    return fields


def _wrong(number: int, fields: Mapping[str, Any], meaning: Meaning) -> Iterator[Problem]:
    needed = ("case", "description", *DRAFTED, *(("custodian",) if fields["place"] else ()))
    for name in needed:
        if not fields[name]:
            yield Problem(number, "import/empty", {"column": meaning.column(name)})
    if fields["evidential"].lower() not in _YES | _NO:
        yield _value(number, "evidential", fields, meaning)
    bad = {*_invalid(Seizure, _seizure([fields])), *_invalid(TakenItem, _item(fields))}
    if fields["place"]:
        bad |= _invalid(CheckIn, _check_in([fields]))
    for name in sorted(bad):
        if fields.get(name):
            yield _value(number, name, fields, meaning)


def _value(number: int, name: str, fields: Mapping[str, Any], meaning: Meaning) -> Problem:
    zh, en = FIELDS[name]
    got = str(fields[name])[:40]
    return Problem(
        number, "import/value",
        {"column": meaning.column(name), "got": got, "expected_zh": zh, "expected_en": en},
    )  # fmt: skip


def _invalid(model: type[Seizure] | type[TakenItem] | type[CheckIn], fields: Mapping[str, Any]) -> set[str]:
    """The fields of a line that the act's own model refuses."""
    when = "stored_at" if model is CheckIn else "seized_at"
    try:
        model.model_validate(fields)
    except ValidationError as error:
        paths = [[str(each) for each in problem["loc"]] for problem in error.errors(include_url=False)]
    else:
        return set()
    found = {path[0] for path in paths if path[0] in FIELDS}
    found |= {when for path in paths if path[0] == "occurred_at"}
    found |= {"condition" for path in paths if path[0] == "lines" and "condition" in path}
    signers = fields.get("signers", ())
    for path in paths:
        if path[0] == "signers" and path[-1] == "person":
            part = signers[int(path[1])]["part"]
            found.add("officer" if part == "deliverer" else part)
    return found


def _twice(lines: Sequence[Line], said: Sequence[Mapping[str, Any]], name: str) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for line, fields in zip(lines, said, strict=True):
        value = fields[name]
        if not value:
            continue
        other = first.setdefault(value, line.number)
        if other != line.number:
            found.append(Problem(line.number, f"import/{name}-twice", {"other": other, "got": value[:40]}))
    return found


def _repeated(lines: Sequence[Line], said: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Lines that are another one over again: copied twice, as a rule, and then two things would be registered for one.

    Those with a code or a seal number of their own are told by these.
    """
    first: dict[tuple[tuple[str, str], ...], int] = {}
    found = []
    for line, fields in zip(lines, said, strict=True):
        other = first.setdefault(tuple(sorted(line.cells.items())), line.number)
        if other != line.number and not fields["code"] and not fields["seal"]:
            found.append(Problem(line.number, "import/line-twice", {"other": other}))
    return found


def _grouped(said: Sequence[dict[str, Any]], names: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Lines that agree in these fields, in the order of the file, split where an act would name too much."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for fields in said:
        groups.setdefault(tuple(fields[name] for name in names), []).append(fields)
    for group in groups.values():
        for start in range(0, len(group), MOST_ITEMS):
            yield group[start : start + MOST_ITEMS]


def _item(fields: Mapping[str, Any]) -> Draft:
    evidential = str(fields["evidential"]).lower() in _YES
    return {**{name: fields[name] for name in _ITEM}, "evidential": evidential}


def _seizure(group: Sequence[Mapping[str, Any]]) -> Draft:
    first = group[0]
    signers = [{"part": "officer", "person": first["officer"]}]
    signers += [{"part": "second", "person": first["second"]}] if first["second"] else []
    return {
        "act": "seizure", "occurred_at": first["seized_at"], "signers": signers, "case": first["case"],
        "measure": first["measure"], "where": first["where"], "authority": first["authority"],
        "instrument": first["instrument"], "controlled_site": False, "items": [_item(each) for each in group],
    }  # fmt: skip


def _check_in(group: Sequence[Mapping[str, Any]]) -> Draft:
    first = group[0]
    return {
        "act": "check-in", "occurred_at": first["stored_at"], "place": first["place"],
        "signers": [
            {"part": "deliverer", "person": first["officer"]}, {"part": "custodian", "person": first["custodian"]}
        ],
        "lines": [
            {"item": str(each["code"] or "")[:16], "condition": each["condition"], "seal_seen": each["seal"] or "none"}
            for each in group
        ],
    }  # fmt: skip
