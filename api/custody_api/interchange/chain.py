"""What both formats are written from: things, the acts on them in order, and the names under which they are known.

A thing's IRI follows from what it is called here, so that two exports, and both formats, speak of the same thing.
People are shown by id: names are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from custody.facts.shapes import Shape


@dataclass(frozen=True, slots=True)
class Step:
    """An act as the registers show it, with the items it touched of those that are told of, and the places."""

    act: Shape
    items: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Items as they are now, and the acts on them, oldest first."""

    origin: str
    items: Sequence[Shape]
    steps: Sequence[Step]
    places: Mapping[str, str]
    """The names of the places."""

    @property
    def base(self) -> str:
        """What the IRI of everything in this ledger begins with."""
        return f"https://{self.origin}/"

    def name(self, kind: str, called: str) -> str:
        """The last part of a thing's IRI. It ends with a UUID of RFC 4122, as UCO wants it; an act's own is younger."""
        return f"{kind}-{uuid5(NAMESPACE_URL, f'{self.base}{kind}/{called}')}"

    def people(self) -> list[str]:
        """Everybody who signed, each once."""
        return list(dict.fromkeys(signer["person"] for step in self.steps for signer in step.act["signers"]))


def chain_of(
    origin: str, items: Sequence[Shape], acts: Sequence[Shape], touched: Mapping[int, Sequence[str]],
    places: Mapping[str, str],
) -> Chain:
    """Put items and acts together; of what an act touched, only these items and these places are told."""
    known = {each["item"] for each in items}
    steps = [
        Step(
            act, tuple(each for each in _of("item", touched[act["position"]]) if each in known),
            tuple(each for each in _of("place", touched[act["position"]]) if each in places),
        )
        for act in acts
    ]  # fmt: skip
    return Chain(origin, items, steps, places)


def _of(kind: str, subjects: Sequence[str]) -> list[str]:
    return [each.partition(":")[2] for each in subjects if each.startswith(f"{kind}:")]


def compact(value: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object without what says nothing."""
    return {name: inner for name, inner in value.items() if inner not in (None, "", [], ())}
