"""Scans of a stock-take that is being counted, and who has done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "count_scan",
        sa.Column("stock_take", sa.Text(), primary_key=True, comment="the act that opened it"),
        sa.Column("person", sa.Text(), primary_key=True, comment="who counts"),
        sa.Column(
            "number", sa.Integer(), primary_key=True, autoincrement=False, comment="of this counter's scans, from 1"
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="where it was scanned"),
        sa.Column("item", sa.Text(), comment="that bears the code in force"),
        sa.Column("scanned_at", sa.Text(), nullable=False),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_table(
        "counter",
        sa.Column("stock_take", sa.Text(), primary_key=True),
        sa.Column("person", sa.Text(), primary_key=True),
        sa.Column("done_at", sa.Text(), comment="from when on this counter scans no more"),
        schema=schema,
        sqlite_strict=True,
    )
