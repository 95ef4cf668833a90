"""Cosignatures of witnesses, with the triggers that keep them append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cosignature",
        sa.Column("size", _INT, primary_key=True, autoincrement=False),
        sa.Column("witness", sa.Text(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Text(), nullable=False, comment="as it stands in the note"),
        sqlite_strict=True,
    )
    op.create_index("cosignature_witness", "cosignature", ["witness", "size"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER cosignature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignature "
            "FOR EACH STATEMENT EXECUTE FUNCTION custody_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER cosignature_no_{verb.lower()} BEFORE {verb} ON cosignature "
            "BEGIN SELECT RAISE(ABORT, 'cosignature is append-only'); END"
        )
