"""The form of an act: its model, told as fields that a page draws and a person fills in.

Every field stands at a JSON Pointer (RFC 6901) of the draft that the form gives; ``-`` in a pointer is one of several.
What a client completes itself (id, ledger, what was seen, key ids) is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from custody.acts import ACT_TYPES
from custody.acts import values as of
from custody.acts.parts import PARTS
from custody.authoring import HEADER_DEFAULTS
from custody_api.station.sheets.labels import label, said

Choice = tuple[str, str, str]
"""A value that may be chosen, and what it is called in Chinese and in English."""

_KINDS: Final[Mapping[Any, str]] = {
    of.ItemId: "item", of.PlaceId: "place", of.KitId: "kit", of.ManifestId: "manifest", of.ItemCode: "code",
    of.Name: "person", of.Moment: "moment", of.Day: "day", of.Text: "long-text", of.Quantity: "quantity",
    of.Measurement: "quantity", of.SealNumber: "seal", of.Sealed: "sealed", of.ActId: "act", of.Hex32: "hash",
    bool: "boolean", int: "number", JsonValue: "json",
}  # fmt: skip
"""Type of a value → how it is asked for; any other text is ``text``."""

_UNIONS: Final[Mapping[frozenset[Any], str]] = {
    frozenset({of.Word, of.Sealed}): "maybe-sealed",
    frozenset({of.SealNumber, Literal["none", "broken"]}): "seal-seen",
}

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"seal-seen": ("none", "broken")}
"""Values that are words of the trade where any other text is itself."""

_AGENCIES: Final = frozenset({"agency", "lead", "sender", "laboratory", "successor", "house", "parent"})
"""Fields that name an agency, where others of their type name a person."""

_NOT_ASKED: Final = frozenset({"act", "id", "ledger", "seen", "follows"})
_HEADER: Final = ("occurred_at", "signers", "attestations", "basis", "attachments", "note")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the draft, what it is called, how it is asked for, and what it gives when it is empty.

    ``kind`` is a kind of value, or ``list`` (of ``fields[0]``), ``group`` (of ``fields``), ``maybe`` (a group that may
    be left out), ``either`` (one of ``variants``, told apart by ``tag``, else by the one field that each of them has).
    ``empty`` is ``omit``, ``null`` or ``list``; ``required``: without it the act is not complete.
    """

    name: str
    zh: str
    en: str
    kind: str
    required: bool = True
    empty: str = "omit"
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    variants: tuple[tuple[Choice, tuple[Field, ...]], ...] = ()
    tag: str = ""

    @property
    def of_items(self) -> bool:
        """Whether it is a list that grows by scanning: of items, of lines, or of things that get a label here."""
        return self.kind == "list" and self.takes in ("item", "code")

    @property
    def takes(self) -> str:
        """What a scan puts into a list: ``item``, ``place``, ``code``, or nothing."""
        if self.kind != "list":
            return ""
        kinds = [self.fields[0].kind, *(each.kind for each in self.fields[0].fields[:1])]
        return next((kind for kind in kinds if kind in ("item", "place", "code")), "")


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one act type: its own fields first, what lists items after them, then the header's."""

    act: str
    zh: str
    said: tuple[Field, ...]
    header: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields, in the order in which they stand."""
        return (*self.said, *self.header)


@cache
def form_of(type_name: str) -> Form:
    """Return the form of an act type. Raises KeyError for an unknown one."""
    model = ACT_TYPES[type_name]
    fields = {each.name: each for each in _members(model)}
    own = [each for name, each in fields.items() if name not in _HEADER]
    told = sorted(own, key=lambda each: (each.of_items, not each.required and each.empty == "omit"))
    header = [_parted(type_name, fields[name]) for name in _HEADER]
    return Form(type_name, model.zh, tuple(told), tuple(each for each in header if each.kind != "list" or each.fields))


def walk(fields: tuple[Field, ...], at: str = "") -> Iterator[tuple[str, Field]]:
    """Every field with its JSON Pointer, variants and members of lists included."""
    for each in fields:
        here = f"{at}/{each.name}"
        yield here, each
        yield from walk(each.fields, here)
        for _, members in each.variants:
            yield from walk(members, here)


def _members(model: type[BaseModel], tag: str = "") -> Iterator[Field]:
    hints = get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        if name != tag and name not in _NOT_ASKED:
            yield _field(f"{model.__name__}.{name}", hints[name], info)


def _field(called: str, hint: Any, info: FieldInfo) -> Field:
    inner, nullable = _without_none(hint)
    name = called.partition(".")[2]
    optional = not info.is_required() or name in HEADER_DEFAULTS
    made = _shaped(info.alias or name, inner, called)
    many = made.kind == "list"
    required = not (optional or nullable) and not (many and not _least(hint)) and made.kind != "json"
    empty = "omit" if optional else "null" if nullable else "list" if many else "omit"
    kind = "maybe" if made.kind == "group" and (nullable or optional) else made.kind
    return replace(made, kind=kind, required=required, empty=empty)


def _shaped(name: str, hint: Any, called: str) -> Field:
    zh, en = label(called)
    inner, tag = _bare(hint)
    kind = _kind(hint, inner, name)
    if kind:
        return Field(name, zh, en, kind, choices=_named(name, _WORDS.get(kind, ())))
    if get_origin(inner) is Literal:
        return Field(name, zh, en, "choice", choices=_named(name, get_args(inner)))
    if get_origin(inner) is tuple:
        return Field(name, zh, en, "list", fields=(_shaped("-", get_args(inner)[0], called),))
    if _is_union(inner):
        options = get_args(inner)
        if all(get_origin(each) is Literal for each in options):
            words = [word for each in options for word in get_args(each)]
            return Field(name, zh, en, "choice", choices=_named(name, words))
        return Field(name, zh, en, "either", variants=tuple(_variant(name, each, tag) for each in options), tag=tag)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return Field(name, zh, en, "group", fields=tuple(_members(inner)))
    return Field(name, zh, en, "text")


def _kind(hint: Any, inner: Any, name: str) -> str:
    found = next((_KINDS[each] for each in (hint, inner) if each in _KINDS), "")
    if _is_union(inner):
        found = _UNIONS.get(frozenset(get_args(inner)), "")
    if found == "person" and name in _AGENCIES:
        return "agency"
    if name == "case" and hint == of.Reference:
        return "case"
    return found


def _variant(name: str, model: type[BaseModel], tag: str) -> tuple[Choice, tuple[Field, ...]]:
    if not tag:
        word = next(iter(model.model_fields))
        return (word, *label(word)), tuple(_members(model))
    (choice,) = _named(name, get_args(model.model_fields[tag].annotation))
    return choice, tuple(_members(model, tag))


def _named(field: str, words: Iterable[str]) -> tuple[Choice, ...]:
    return tuple((word, *said(word, field)) for word in words)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _bare(hint: Any) -> tuple[Any, str]:
    """A type without what is annotated to it, and the discriminator that was."""
    tag = ""
    while get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        tag = next((each.discriminator for each in more if getattr(each, "discriminator", None)), tag)
    inner, _ = _without_none(hint) if _is_union(hint) else (hint, False)
    if get_origin(inner) is Annotated and inner not in _KINDS:
        return _bare(inner)[0], tag or _bare(inner)[1]
    return inner, tag


def _without_none(hint: Any) -> tuple[Any, bool]:
    """A type without its ``None``, and whether it had one; annotations around a union are looked through."""
    outer = hint
    while get_origin(outer) is Annotated and outer not in _KINDS:
        outer = get_args(outer)[0]
    if not _is_union(outer) or NoneType not in get_args(outer):
        return hint, False
    rest = tuple(each for each in get_args(outer) if each is not NoneType)
    return reduce(or_, rest), True


def _least(hint: Any) -> bool:
    """Whether a list needs a member."""
    while get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        if any(getattr(bound, "min_length", 0) for each in more for bound in (each, *getattr(each, "metadata", ()))):
            return True
    return False


def _parted(type_name: str, field: Field) -> Field:
    """Signers and attestations of the parts that this act has; without any such part, no field."""
    if field.name not in ("signers", "attestations"):
        return field
    on_paper = field.name == "attestations"
    parts = tuple(
        (name, part.zh, part.en[:1].upper() + part.en[1:])
        for name, part in PARTS[type_name].items()
        if (part.paper if on_paper else part.capacities)
    )
    if not parts:
        return replace(field, fields=())
    row = field.fields[0]
    members = [
        replace(each, kind="choice", choices=parts) if each.name == "part" else each
        for each in row.fields if each.name != "key"
    ]  # fmt: skip
    return replace(field, fields=(replace(row, fields=tuple(members)),))


def choices_of_all() -> Iterator[tuple[str, str]]:
    """Every field of any act with each value that it may take, but for parts, whose names are the act's own."""
    for act in ACT_TYPES:
        for _, field in walk(form_of(act).fields):
            options = [*field.choices, *(choice for choice, _ in field.variants if field.tag)]
            yield from ((field.name, word) for word, _, _ in options if field.name != "part")
