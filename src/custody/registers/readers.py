"""Readers: which agency may read what, now and along the log. Part of the register of items: a right and the item it
opens move in one transaction.

`stretch` tables hold what the facts say (`custody.access.stretches`); `item_reader` is what follows for every item
now, so that a search walks one index however many items there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Select,
    Table,
    Text,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
    update,
)  # fmt: skip

from custody.access.caller import Caller
from custody.access.rights import Role
from custody.access.stretches import Stretch, of_case, of_item, of_manifest, of_place
from custody.facts.case import CaseFacts
from custody.facts.item import ItemFacts
from custody.facts.manifest import ManifestFacts
from custody.facts.parties import PlaceFacts
from custody.registers.item_tables import item, item_keeper
from custody.registers.register import Changes, Part, Position, Row, metadata, slices

EVERYONE: Final = "everyone"
"""The subject of acts that everybody needs who checks a signature or a decision: parties, policies, log keys."""


def _stretches(of: str) -> Table:
    """The stretches that follow from one kind of fact."""
    name = f"{of}_right"
    return Table(
        name,
        metadata,
        Column("owner", Text, primary_key=True, comment=f"the {of} whose facts say so"),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("subject", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("agency", Text, comment="null: of a keeper whose agency is not known yet"),
        Column("keeper", Text, comment="the person or place that it follows from"),
        Column("since", Position, nullable=False),
        Column("until", Position),
        Column("expires", Text),
        Index(f"{name}_subject", "subject", "agency"),
        Index(f"{name}_keeper", "keeper"),
        sqlite_strict=True,
    )


ITEM: Final = _stretches("item")
CASE: Final = _stretches("case")
PLACE: Final = _stretches("place")
MANIFEST: Final = _stretches("manifest")

item_reader = Table(
    "item_reader",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("expires", Text),
    Index("item_reader_item", "item"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

case_reader = Table(
    "case_reader",
    metadata,
    Column("case", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Index("case_reader_agency", "agency", "case"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

Name = ColumnElement[Any]
"""A column that holds the id of a thing."""


def _rows(owner: str, stretches: Iterator[Stretch]) -> Iterator[Row]:
    for number, each in enumerate(stretches):
        yield {"owner": owner, "number": number, **each._asdict()}


def _item_rows(facts: ItemFacts) -> Iterator[Row]:
    return _rows(facts.item, of_item(facts))


def _case_rows(facts: CaseFacts) -> Iterator[Row]:
    return _rows(facts.case, of_case(facts))


def _place_rows(facts: PlaceFacts) -> Iterator[Row]:
    return _rows(facts.place, of_place(facts))


def _manifest_rows(facts: ManifestFacts) -> Iterator[Row]:
    return _rows(facts.manifest, of_manifest(facts))


PARTS: Final = (
    Part(ITEM, "item", "owner", _item_rows),
    Part(CASE, "case", "owner", _case_rows),
    Part(PLACE, "place", "owner", _place_rows),
    Part(MANIFEST, "manifest", "owner", _manifest_rows),
)

DERIVED: Final = (item_reader, case_reader)
"""Tables that `settle` fills from those of the parts."""


def settle(connection: Connection, changes: Changes) -> None:
    """Name the agencies of keepers, and say anew who reads the items and cases that changed."""
    keepers = [*changes.get("person", ()), *changes.get("place", ())]
    items = set(changes.get("item", ()))
    for table, source in ((ITEM, "item"), (MANIFEST, "manifest")):
        agency = select(item_keeper.c.agency).where(item_keeper.c.keeper == table.c.keeper).scalar_subquery()
        for column, ids in ((table.c.owner, changes.get(source, ())), (table.c.keeper, keepers)):
            for some in slices(list(ids)):
                held = update(table).where(column.in_(some), table.c.keeper.is_not(None))
                connection.execute(held.values(agency=agency))
    for some in slices(keepers):
        items.update(connection.scalars(select(ITEM.c.owner).where(ITEM.c.keeper.in_(some), ITEM.c.until.is_(None))))
    cases = set(changes.get("case", ()))
    for some in slices(list(items)):
        cases.update(connection.scalars(select(item.c.case).where(item.c.item.in_(some))))
    for case in cases:
        if _settle_case(connection, case):
            items.update(connection.scalars(select(item.c.item).where(item.c.case == case)))
    for some in slices(list(items)):
        _settle_items(connection, some)


def _settle_case(connection: Connection, case: str) -> bool:
    """Say anew who reads a case; whether that changed."""
    subject = f"case:{case}"
    wanted = {
        (agency, role)
        for table in (CASE, ITEM)
        for agency, role in connection.execute(select(table.c.agency, table.c.role).where(table.c.subject == subject))
    }
    of = case_reader.c.case == case
    known = {(row.agency, row.role) for row in connection.execute(select(case_reader).where(of))}
    if wanted == known:
        return False
    connection.execute(delete(case_reader).where(of))
    if wanted:
        rows = [{"case": case, "agency": agency, "role": role} for agency, role in wanted]
        connection.execute(case_reader.insert(), rows)
    return True


def _settle_items(connection: Connection, items: list[str]) -> None:
    connection.execute(delete(item_reader).where(item_reader.c.item.in_(items)))
    own = select(ITEM.c.agency, item.c.item, ITEM.c.role, ITEM.c.expires).where(
        item.c.item.in_(items), ITEM.c.subject == literal("item:") + item.c.item,
        ITEM.c.until.is_(None), ITEM.c.agency.is_not(None),
    )  # fmt: skip
    by_case = select(case_reader.c.agency, item.c.item, case_reader.c.role, literal(None)).where(
        item.c.item.in_(items), case_reader.c.case == item.c.case
    )
    connection.execute(item_reader.insert().from_select(["agency", "item", "role", "expires"], union(own, by_case)))


def reads_item(agency: str, roles: Collection[Role], now: str, column: Name) -> ColumnElement[bool]:
    """Whether a column names an item towards which an agency has one of these roles now."""
    return exists().where(
        item_reader.c.item == column, _reads_now(agency, now), item_reader.c.role.in_(sorted(roles))
    )


def items_of(
    agency: str, roles: Collection[Role], now: str, fits: Sequence[ColumnElement[bool]], after: str, limit: int
) -> Select[Any]:
    """The first ids, after one, of the items towards which an agency has one of these roles now, and which fit.

    A walk along what the agency reads, however much the ledger holds of others.
    """
    own = item_reader.alias("own").c  # conditions ask of each item what is told of it, and look there in the same table
    fitting = exists().where(item.c.item == own.item, *fits)
    walk = select(own.item).where(_reads_now(agency, now, own), own.role.in_(sorted(roles)), own.item > after, fitting)
    return walk.distinct().order_by(own.item).limit(limit)


def _reads_now(agency: str, now: str, of: Any = item_reader.c) -> ColumnElement[bool]:
    """Whether a row is a right that the agency has, and that did not run out."""
    own: ColumnElement[bool] = of.agency == agency
    return own & or_(of.expires.is_(None), of.expires > now)


def count_up_to(connection: Connection, agency: str, most: int) -> int:
    """How many rights to items an agency has, counted no further than ``most``."""
    some = select(item_reader.c.item).where(item_reader.c.agency == agency).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def reads_case(agency: str, roles: Collection[Role], column: Name) -> ColumnElement[bool]:
    """Whether a column names a case towards which an agency has one of these roles."""
    of = case_reader.c
    return exists().where(of.case == column, of.agency == agency, of.role.in_(sorted(roles)))


def owns(table: Table, agency: str, roles: Collection[Role], column: Name) -> ColumnElement[bool]:
    """Whether a column names a place, or a manifest, towards which an agency has one of these roles."""
    return exists().where(table.c.owner == column, table.c.agency == agency, table.c.role.in_(sorted(roles)))


def roles(connection: Connection, agency: str, subjects: Collection[str], now: str) -> dict[str, set[Role]]:
    """What an agency is to each of some items, cases, places and manifests now; an item's case counts as well."""
    found: dict[str, set[Role]] = {}
    for some in slices(list(subjects)):
        for subject, role in connection.execute(union_all(*_roles(agency, some, now))):
            found.setdefault(subject, set()).add(role)
    return found


def _roles(agency: str, subjects: Sequence[str], now: str) -> Iterator[Select[Any]]:
    named: dict[str, list[str]] = {}
    for each in subjects:
        kind, _, name = each.partition(":")
        named.setdefault(kind, []).append(name)
    for kind, names in named.items():
        if kind == "item":
            item, role = item_reader.c.item, item_reader.c.role
            yield select(literal("item:").concat(item), role).where(_reads_now(agency, now), item.in_(names))
        elif kind == "case":
            case, role = case_reader.c.case, case_reader.c.role
            yield select(literal("case:").concat(case), role).where(case_reader.c.agency == agency, case.in_(names))
        else:
            owned = {"place": PLACE, "manifest": MANIFEST}[kind].c
            full = [f"{kind}:{name}" for name in names]
            yield select(owned.subject, owned.role).where(owned.agency == agency, owned.subject.in_(full))


def roles_of_items(connection: Connection, agency: str, items: list[str], now: str) -> dict[str, set[Role]]:
    """What an agency is to each of some items now."""
    found: dict[str, set[Role]] = {}
    for some in slices(items):
        query = select(item_reader.c.item, item_reader.c.role).where(
            _reads_now(agency, now), item_reader.c.item.in_(some)
        )
        for name, role in connection.execute(query):
            found.setdefault(name, set()).add(role)
    return found


def seen_along(
    caller: Caller, subject: ColumnElement[str], position: ColumnElement[int], roles_that_count: Collection[Role]
) -> ColumnElement[bool]:
    """Whether the caller's agency had such a role towards a subject at a position of the log."""
    if caller.audits:
        return true()
    had = [
        exists().where(
            table.c.subject == subject, table.c.agency == caller.agency, table.c.role.in_(sorted(roles_that_count)),
            table.c.since <= position, or_(table.c.until.is_(None), table.c.until >= position),
        )
        for table in (ITEM, CASE, PLACE, MANIFEST)
    ]  # fmt: skip
    return or_(*had)
