"""Time-stamp tokens over checkpoints, with the triggers that keep them append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = ("time_token", "time_file", "time_evidence")


def upgrade() -> None:
    op.create_table(
        "time_token",
        sa.Column("number", _INT, primary_key=True, autoincrement=False),
        sa.Column("size", _INT, nullable=True, comment="of the checkpoint it is over; none for a renewal"),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("time", _INT, nullable=False, comment="the authority's, microseconds since 1970, UTC"),
        sa.Column(
            "asked_at", _INT, nullable=False, comment="by the ledger's clock, microseconds since 1970, UTC"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "time_file",
        sa.Column("number", _INT, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "time_evidence",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sqlite_strict=True,
    )
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION custody_append_only()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
