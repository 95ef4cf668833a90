"""Checkpoints as they were published, with every signature of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("size", _INT, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication "
            "FOR EACH STATEMENT EXECUTE FUNCTION custody_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER publication_no_{verb.lower()} BEFORE {verb} ON publication "
            "BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END"
        )
