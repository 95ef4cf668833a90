"""Acts that wait for signatures, and their signers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "pending",
        sa.Column("id", sa.Text(), primary_key=True, comment="the act's id"),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="exactly the bytes that are signed"),
        sa.Column("disclosures", sa.Text(), comment="as JSON; null as soon as it is over"),
        sa.Column("put_by", sa.Text(), nullable=False, comment="a person's id"),
        sa.Column("put_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("ended_by", sa.Text(), comment="who declined or withdrew it"),
        sa.Column("reason", sa.Text(), comment="why it was declined"),
        sa.Column("problem", sa.Text(), comment="why the ledger turned it away, as JSON"),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("pending_state", "pending", ["state", "expires_at"], schema=schema)
    op.create_table(
        "pending_signer",
        sa.Column("pending", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True, comment="the key's id"),
        sa.Column("number", sa.Integer(), nullable=False, comment="where the signer stands in the act"),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), comment="as the envelope has it, as JSON"),
        sa.Column("signed_at", sa.Text()),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("pending_signer_person", "pending_signer", ["person", "pending"], schema=schema)
