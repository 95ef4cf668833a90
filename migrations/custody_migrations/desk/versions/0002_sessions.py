"""Who is signed in, and which sign-ins were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, in the schema of the desk or in its file."""
    schema = "desk" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "session",
        sa.Column("token", sa.Text(), primary_key=True, comment="SHA-256 of it, in hex"),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), comment="signed in with; null: an outside issuer vouched"),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("session_end", "session", ["expires_at"], schema=schema)
    op.create_table(
        "used_nonce",
        sa.Column("id", sa.Text(), primary_key=True, comment="key and nonce of a sign-in that was used"),
        sa.Column("until", sa.Text(), nullable=False, comment="from when on its time alone refuses it"),
        schema=schema,
        sqlite_strict=True,
    )
    op.create_index("used_nonce_end", "used_nonce", ["until"], schema=schema)
