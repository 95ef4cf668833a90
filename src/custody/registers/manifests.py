"""Manifests: who offers what to whom, and how each line was answered."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, or_, select

from custody.acts.control import ByAgency
from custody.facts.control_shapes import manifest_shape
from custody.facts.manifest import ManifestFacts
from custody.facts.shapes import Shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written

manifest = Table(
    "manifest",
    metadata,
    Column("manifest", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, comment="the agency that receives; null if it is offered to a person or a place"),
    Column("state", Text, nullable=False, comment="of its lines; an open one may have expired"),
    body(),
    Index("manifest_by_sender", "sender", "manifest"),
    Index("manifest_by_receiver", "receiver", "manifest"),
    sqlite_strict=True,
)


def _rows(facts: ManifestFacts) -> Iterator[Row]:
    shape = manifest_shape(facts)
    yield {
        "manifest": facts.manifest, "sender": facts.sender,
        "receiver": facts.receiver.agency if isinstance(facts.receiver, ByAgency) else None,
        "state": shape["state"], "body": written(shape),
    }  # fmt: skip


REGISTER = Register("manifests", 1, (Part(manifest, "manifest", "manifest", _rows),))


def find(connection: Connection, manifest_id: str) -> Shape | None:
    """Return a manifest."""
    text = connection.scalar(select(manifest.c.body).where(manifest.c.manifest == manifest_id))
    return read(text) if text else None


def search(
    connection: Connection, agency: str | None, state: str | None, after: str | None, limit: int
) -> list[Shape]:
    """Return manifests, ordered by id; ``agency`` is the sender or the receiver."""
    query = select(manifest.c.body).order_by(manifest.c.manifest).limit(limit)
    if agency is not None:
        query = query.where(or_(manifest.c.sender == agency, manifest.c.receiver == agency))
    if state is not None:
        query = query.where(manifest.c.state == state)
    if after is not None:
        query = query.where(manifest.c.manifest > after)
    return [read(text) for text in connection.scalars(query)]
