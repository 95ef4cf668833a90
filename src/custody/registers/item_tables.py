"""The tables in which items stand, and beside them what their cases and holders add (`custody.registers.items`)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from custody.registers.register import body, metadata

item = Table(
    "item",
    metadata,
    Column("item", Text, primary_key=True),
    Column("case", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, comment="person, place or outside; null once it left for good"),
    Column("holder", Text),
    Column("control", Text, comment="the agency that a manifest gave control; null: the one that leads the case"),
    Column("manifest", Text, comment="on which it is offered, neither answered nor withdrawn"),
    Column("lead", Text, comment="the agency that controls it"),
    Column("agency", Text, comment="the agency of the holder"),
    Column("due", Text, comment="on loan: when it is due back"),
    Column("parent", Text, comment="what it was divided from"),
    Column("words", Text, nullable=False, comment="what a search looks through"),
    Column("told", Text, nullable=False, comment="what a search looks through for who sees the whole of the item"),
    body(),
    Index("item_by_case", "case", "item", "status"),
    Index("item_by_holder", "holder", "item", "status"),
    Index("item_by_status", "status", "item"),
    Index("item_by_category", "category", "item"),
    Index("item_by_lead", "lead", "item"),
    Index("item_by_agency", "agency", "item"),
    Index("item_by_manifest", "manifest", "item"),
    Index("item_by_due", "due"),
    sqlite_strict=True,
)

item_case = Table(
    "item_case",
    metadata,
    Column("case", Text, primary_key=True),
    Column("lead", Text, nullable=False),
    body(),
    sqlite_strict=True,
)

item_keeper = Table(
    "item_keeper",
    metadata,
    Column("keeper", Text, primary_key=True, comment="a person or a place"),
    Column("agency", Text, nullable=False),
    Column("name", Text, comment="of a place; those of people are sealed"),
    sqlite_strict=True,
)
