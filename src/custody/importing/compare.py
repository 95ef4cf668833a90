"""Comparing a list with the register: what was seized on paper and is not in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from custody.importing.mapping import Meaning
from custody.importing.problems import Problem
from custody.importing.tables import Table

Key = tuple[str, str]
"""A description without blanks in lower case, and the quantity without trailing zeros."""


def unregistered_seizures(
    table: Table, meaning: Meaning, items_of: Callable[[str], Iterable[Mapping[str, Any]]]
) -> list[Problem]:
    """Return an alert for each line of a seizure list that has no item of its own in the register of its case.

    An item answers for a line by its label code, if the line has one, else by description and quantity; each item
    answers for one line. ``items_of`` gives the items of a case as registers show them; voided ones count for nothing.
    """
    left: dict[str, Counter[Key]] = {}
    codes: dict[str, set[str]] = {}
    alerts: list[Problem] = []
    for line in table.lines:
        case, code = meaning.value("case", line.cells) or "", meaning.value("code", line.cells)
        if case not in left:
            known = [each for each in items_of(case) if each["status"] != "voided"]
            left[case] = Counter(_key(each["description"], each["quantity"]) for each in known)
            codes[case] = {every for each in known for every in (each["code"], *each["retired_codes"])}
        description = meaning.value("description", line.cells) or ""
        quantity = meaning.value("quantity", line.cells) or "1"
        if code in codes[case] if code else _taken_from(left[case], _key(description, quantity)):
            continue
        said = {"case": case, "description": description, "quantity": quantity}
        alerts.append(Problem(line.number, "import/unregistered-seizure", said))
    return alerts


def _taken_from(left: Counter[Key], key: Key) -> bool:
    if left[key] <= 0:
        return False
    left[key] -= 1
    return True


def _key(description: str, quantity: str) -> Key:
    try:
        amount = format(Decimal(quantity).normalize(), "f")
    except InvalidOperation:
        amount = quantity
    return "".join(description.split()).lower(), amount


def unknown_to(
    table: Table, meaning: Meaning, known: Mapping[str, Callable[[str], bool]]
) -> Sequence[Problem]:
    """Return what the lines name and the ledger does not know; ``known`` asks it, by field.

    A field ``code`` asks the other way round: a code that the ledger has already is used up.
    """
    answers: dict[tuple[str, str], bool] = {}
    problems: list[Problem] = []
    for line in table.lines:
        for name, asked in known.items():
            value = meaning.value(name, line.cells)
            if value is None:
                continue
            if (name, value) not in answers:
                answers[name, value] = asked(value)
            if answers[name, value] == (name == "code"):
                problems.append(Problem(line.number, _UNKNOWN[name], {"got": value[:40]}))
    return problems


_UNKNOWN: Mapping[str, str] = {
    "case": "import/unknown-case", "officer": "import/unknown-person", "second": "import/unknown-person",
    "custodian": "import/unknown-person", "place": "import/unknown-place", "code": "import/code-used",
}  # fmt: skip
