"""Comments of citizens on how a receipt's things were handled, and verifications that auditors ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    position = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), primary_key=True, comment="in the order in which they came"),
        sa.Column("receipt", sa.Text(), nullable=False, comment="SHA-256 of the link's token, in hex"),
        sa.Column("act", sa.Text(), nullable=False, comment="the act that the receipt is of"),
        sa.Column("agency", sa.Text(), nullable=False, comment="whose supervisors read it"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("read_by", sa.Text(), comment="a person's id"),
        sa.Column("read_at", sa.Text()),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("comment_agency", "comment", ["agency", "id"], schema=schema)
    op.create_index("comment_receipt", "comment", ["receipt"], schema=schema)
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), primary_key=True, comment="in the order in which they were begun"),
        sa.Column("begun_by", sa.Text(), nullable=False, comment="a person's id"),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="running, done, cancelled or broken-off"),
        sa.Column("done", position, nullable=False, comment="entries looked at"),
        sa.Column("total", position, nullable=False, comment="of how many"),
        sa.Column("seen_at", sa.Text(), nullable=False, comment="when its process last said how far it is"),
        sa.Column("ended_at", sa.Text()),
        sa.Column("ended_by", sa.Text(), comment="who cancelled it"),
        sa.Column("report", sa.Text(), comment="what it found, as JSON"),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("verification_state", "verification", ["state"], schema=schema)
