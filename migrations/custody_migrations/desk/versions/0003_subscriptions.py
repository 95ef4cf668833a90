"""Who has acts sent to an address, how far that is, and what was given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), comment="signed in with when it was made; null: an outside issuer vouched"),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), comment="whsec_…, in the open, since it signs; null once it ended"),
        sa.Column("old_secret", sa.Text()),
        sa.Column("old_until", sa.Text(), comment="until when the old secret signs, too"),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column(
            "position", _POSITION, nullable=False, comment="every act up to here was delivered, not shown or given up"
        ),
        sa.Column("tries", sa.Integer(), nullable=False, comment="of what is to be delivered next"),
        sa.Column("not_before", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), comment="what the last try failed at"),
        sa.Column("claim", sa.Text(), comment="which sender has it in hand"),
        sa.Column("claimed_at", sa.Text(), comment="when it was last in hand"),
        sa.Column("ended", sa.Text(), comment="why nothing is sent any more"),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("subscription_person", "subscription", ["person"], schema=schema)
    op.create_table(
        "dead_letter",
        sa.Column("subscription", sa.Text(), primary_key=True),
        sa.Column("position", _POSITION, primary_key=True, autoincrement=False, comment="of the act"),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("died_at", sa.Text(), nullable=False),
        sa.Column("replay", sa.Integer(), nullable=False, comment="1: to be sent again"),
        schema=schema,
        sqlite_strict=True,
    )
