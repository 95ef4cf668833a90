"""The outbox of reminders, morning reports as they were made, and the numbers of recommendations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    _create_outbox(schema)
    op.create_table(
        "morning_report",
        sa.Column("agency", sa.Text(), primary_key=True),
        sa.Column("day", sa.Text(), primary_key=True),
        _text("made_at"),
        _text("body", "the list as it was made, as JSON"),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_table(
        "recommendation",
        sa.Column("agency", sa.Text(), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reference", sa.Text(), nullable=False, unique=True),
        *map(_text, ("deadline", "term", "case", "subject", "statement", "drafted_at", "reply_by")),
        sa.Column("void_reason", sa.Text()),
        sa.Column("voided_at", sa.Text()),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("recommendation_deadline", "recommendation", ["deadline", "term"], unique=True, schema=schema)


def _create_outbox(schema: str | None) -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.Text(), primary_key=True,
            comment="made from kind, about, term, level and recipient: once each",
        ),
        _text("kind", "deadline, report or recommendation"),
        _text("about", "the deadline's id; agency and day; the recommendation's number"),
        _text("term", "when the deadline is due; it moves when a term is extended"),
        *map(_text, ("level", "colour")),
        _text("recipient", "a person's id"),
        _text("facts", "what the message says, as JSON"),
        _text("state"),
        sa.Column("channel", sa.Text(), comment="through which it goes, or went"),
        sa.Column("bundle", sa.Text(), comment="the message it goes in, with others for the same recipient"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *map(_text, ("made_at", "not_before")),
        sa.Column("claimed_at", sa.Text()),
        sa.Column("claim", sa.Text(), comment="which delivery has it in hand"),
        sa.Column("sent_at", sa.Text()),
        sa.Column("error", sa.Text()),
        schema=schema,
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("outbox_state", "outbox", ["state", "not_before"], schema=schema)
    op.create_index("outbox_about", "outbox", ["about", "recipient"], schema=schema)


def _text(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)
