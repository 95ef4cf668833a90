"""A ledger in a folder, served by ``custody serve``: what the benchmarks ask over HTTP.

The folder holds ``ledger.db`` and the keys that serving and signing in take, as ``benchmarks/large.py`` leaves them.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO

import httpx

from custody import keyfile
from custody.acts.values import encode
from custody.sign_in import signed_statement
from workload import Workload, workload
from world import World

KEYS = {"clerk": "梁静", "officer": "周远", "auditor": "审计员"}
"""Whose keys stay beside a ledger, by the names of their files."""

SERVE = [sys.executable, "-c", "import sys; from custody.cli import main; sys.exit(main())", "serve"]


@contextmanager
def ledger_folder(given: Path | None, acts: int) -> Iterator[Path]:
    """The folder that was given, or one with a ledger of so many acts that is gone afterwards."""
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        work = workload(f"sqlite:///{folder}/ledger.db", acts)
        work.world.is_audited()
        record(work, acts)
        keep_keys(work.world, folder)
        work.world.close()
        yield folder


def record(work: Workload, count: int) -> None:
    """Record so many of the acts that were signed."""
    waiting = iter(work.submissions[:count])
    while some := list(islice(waiting, 5_000)):
        work.world.ledger.submit_many(some)


def keep_keys(world: World, folder: Path) -> None:
    """Write the keys that serving and signing in take; those of people only as far as they are enrolled."""
    for name, key in (("log.key", world.log_key), ("log.key.journal", world.journal_key)):
        keyfile.write_key(folder / name, key.private_key, None)
    for name, person in KEYS.items():
        if person in world.keys:
            keyfile.write_key(folder / f"{name}.key", world.key_of(person), None)


@dataclass(frozen=True)
class Served:
    """A server that runs, and what it says of itself."""

    address: str
    folder: Path
    process: subprocess.Popen[str]
    log: IO[bytes]

    def token(self, who: str) -> str:
        """The token of a session for one of `KEYS`."""
        return str(self._signed_in(who, "/v1/session").json()["token"])

    def page_session(self, who: str) -> tuple[str, str]:
        """The cookie of a page's session for one of `KEYS`."""
        ((name, value),) = self._signed_in(who, "/v1/session?for=page").cookies.items()
        return name, value

    def client(self, who: str) -> httpx.Client:
        """A browser of one of `KEYS`, as far as the server can tell."""
        return httpx.Client(base_url=self.address, cookies=dict([self.page_session(who)]), timeout=120)

    def _signed_in(self, who: str, path: str) -> httpx.Response:
        key = keyfile.read_key(self.folder / f"{who}.key")
        statement = signed_statement(self.address, encode(secrets.token_bytes(16)), datetime.now(UTC), key)
        headers = {"Content-Type": "application/json", "Origin": self.address}
        return httpx.post(self.address + path, content=statement, headers=headers, timeout=120).raise_for_status()

    def wait_until_ready(self) -> None:
        """Until the registers hold the whole log: how long that takes is not what is measured."""
        for _ in range(120):
            if httpx.get(f"{self.address}/readyz", timeout=60).status_code == 200:
                return
            time.sleep(1)
        raise TimeoutError("the registers do not catch up")

    def own_times(self) -> dict[str, float]:
        """Milliseconds that the server itself says each request took, by their ids, since the last call."""
        time.sleep(0.1)  # it is written down after the answer
        said = (json.loads(line) for line in self.log.read().splitlines())
        return {each["request_id"]: each["ms"] for each in said if each["message"] == "request"}

    def memory(self) -> list[int]:
        """Megabytes of the server, and of the processes that it began."""
        own = self.process.pid
        tasks = Path(f"/proc/{own}/task").glob("*/children")
        return [resident(each) for each in (own, *(child for task in tasks for child in task.read_text().split()))]


def resident(process: int | str) -> int:
    """Megabytes of memory that a process has."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


@contextmanager
def custody_served(folder: Path, url: str | None = None) -> Iterator[Served]:
    """The ledger in a folder, or in another database, served by its own command with the keys in the folder."""
    url = url or f"sqlite:///{folder}/ledger.db"
    settings = ["--lang", "en", "--database", url, "--log-key", str(folder / "log.key"), "--port", "0"]
    with (
        NamedTemporaryFile() as log,
        open(log.name, "rb") as said,
        started([*SERVE, *settings], log) as (address, process),
    ):
        yield Served(address, folder, process, said)


@contextmanager
def started(
    command: Sequence[str], log: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server's process, and the address that it says it has."""
    settings = {"CUSTODY_WRITES_A_MINUTE": "999999", "CUSTODY_SIGN_INS_A_MINUTE": "999999"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, stderr=log, env=os.environ | settings
    ) as process:
        try:
            assert process.stdout is not None
            found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout)
            yield next(at[0] for at in found if at), process
        finally:
            process.terminate()
            process.wait()
