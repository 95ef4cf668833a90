"""Alembic's entry: runs the desk's revisions on the connection, and in the transaction, that `migrate` opened."""

from __future__ import annotations

from alembic import context

from custody.desk.tables import metadata

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection,
    target_metadata=metadata,
    version_table_schema=context.config.attributes["schema"],
)
context.run_migrations()
