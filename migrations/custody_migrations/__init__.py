"""The schema of ledger, journal and disclosures, and that of the desk, by Alembic; usable from the installed package.

Two lineages: on SQLite the desk is a file of its own, on PostgreSQL a schema of its own. Registers are not here: they
are derived, and made by the runner that fills them.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.schema import CreateSchema

from custody.desk.store import desk_file
from custody.desk.tables import SCHEMA
from custody.ledger.engine import open_engine, translated, writes

_ADVISORY_LOCK = 0x637573746F6479  # "custody": two processes that migrate at once take turns


def migrate(database: str | URL | Engine) -> str:
    """Bring the schema up to date, and then the desk's; return the ledger's revision. Does nothing where it already is.

    Of each, all of it happens or nothing, in one transaction. Raises Unavailable.
    """
    engine = database if isinstance(database, Engine) else open_engine(database)
    try:
        with translated(), writes(engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            command.upgrade(_config(connection), "head")
            revision = _revision(connection) or ""
        _migrate_desk(engine)
        return revision
    finally:
        if engine is not database:
            engine.dispose()


def _migrate_desk(ledger: Engine) -> None:
    """The desk's tables, beside the ledger's. A crash between the two leaves a ledger whose desk is made next time."""
    if ledger.dialect.name == "postgresql":
        with translated(), writes(ledger).begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            command.upgrade(_config(connection, "custody_migrations:desk", SCHEMA), "head")
        return
    file = desk_file(ledger)
    file.touch(mode=0o600)  # it says who is responsible for which case
    desk = open_engine(URL.create("sqlite", database=str(file)))
    try:
        with translated(), writes(desk).begin() as connection:
            command.upgrade(_config(connection, "custody_migrations:desk"), "head")
    finally:
        desk.dispose()


def current_revision(engine: Engine) -> str | None:
    """The revision a database is at; None if it was never migrated. Raises Unavailable."""
    with translated(), engine.connect() as connection:
        return _revision(connection)


def newest_revision() -> str:
    """The revision that this version of the software needs."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None  # noqa: S101 - the package holds at least the first revision
    return newest


def is_up_to_date(engine: Engine) -> bool:
    """Whether this software can work with the database as it is. Raises Unavailable."""
    return current_revision(engine) == newest_revision()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(
    connection: Connection | None = None, scripts: str = "custody_migrations:", schema: str | None = None
) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts)
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config
