"""Ledger, journal and disclosures, with the triggers that keep them append-only.

There is no way back: a ledger is not downgraded, it is restored from a backup.
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LOGS = ("ledger", "journal")
_APPEND_ONLY = ("entry", "act", "tag", "tagged", "tile", "checkpoint")


def upgrade() -> None:
    for log in _LOGS:
        _create_head(log)
        _create_entries(log)
        _create_tags(log)
        _create_tree(log)
    op.create_table(
        "disclosure",
        sa.Column("commitment", sa.LargeBinary(), primary_key=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("position", _INT, nullable=False, comment="the ledger position of the act that brought it"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _create_head(log: str) -> None:
    head = op.create_table(
        f"{log}_head",
        sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", _INT, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _INT, nullable=False, comment="microseconds since 1970, UTC"),
        sa.CheckConstraint("one = 1", name=f"{log}_head_is_one_row"),
        sqlite_strict=True,
        postgresql_with={"fillfactor": "10"},
    )
    op.bulk_insert(head, [{"one": 1, "size": 0, "root": sha256(b"").digest(), "recorded_at": 0}])


def _create_entries(log: str) -> None:
    op.create_table(
        f"{log}_entry",
        sa.Column("position", _INT, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        f"{log}_act",
        sa.Column("id", sa.LargeBinary(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("position", _INT, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_tags(log: str) -> None:
    op.create_table(
        f"{log}_tag",
        sa.Column("id", _INT, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    op.create_index(f"{log}_tag_name", f"{log}_tag", ["name"], unique=True)
    op.create_table(
        f"{log}_tagged",
        sa.Column("tag", _INT, primary_key=True, autoincrement=False),
        sa.Column("position", _INT, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text(), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_tree(log: str) -> None:
    op.create_table(
        f"{log}_tile",
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", _INT, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False, comment="8,192 bytes"),
        sqlite_strict=True,
    )
    op.create_table(
        f"{log}_checkpoint",
        sa.Column("size", _INT, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _INT, nullable=False, comment="microseconds since 1970, UTC"),
        sa.Column("note", sa.Text(), nullable=False),
        sqlite_strict=True,
    )


def _guard_sqlite() -> None:
    """The triggers refuse; INSERT OR REPLACE is caught as a DELETE, since our connections set recursive_triggers."""
    for log in _LOGS:
        for name in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {log}_{name}_no_{verb.lower()} BEFORE {verb} ON {log}_{name} "
                    f"BEGIN SELECT RAISE(ABORT, '{log}_{name} is append-only'); END"
                )
        op.execute(
            f"CREATE TRIGGER {log}_head_no_delete BEFORE DELETE ON {log}_head "
            f"BEGIN SELECT RAISE(ABORT, '{log}_head is never deleted'); END"
        )
        op.execute(
            f"CREATE TRIGGER {log}_head_grows BEFORE UPDATE ON {log}_head WHEN NEW.size <= OLD.size "
            f"BEGIN SELECT RAISE(ABORT, '{log}_head only grows'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION custody_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION custody_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.size <= OLD.size THEN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END IF; RETURN NEW; END $$"
    )
    for log in _LOGS:
        for name in _APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {log}_{name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}_{name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION custody_append_only()"
            )
        op.execute(
            f"CREATE TRIGGER {log}_head_stays BEFORE DELETE OR TRUNCATE ON {log}_head "
            "FOR EACH STATEMENT EXECUTE FUNCTION custody_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {log}_head_grows BEFORE UPDATE ON {log}_head "
            "FOR EACH ROW EXECUTE FUNCTION custody_head_grows()"
        )
