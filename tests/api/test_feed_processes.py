"""Several processes serve one ledger on PostgreSQL; followers are killed and go on at another process."""

from __future__ import annotations

import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from custody import keyfile
from custody.acts.values import encode
from custody.registers import Registers, rebuild
from custody.sign_in import signed_statement
from custody_api.callers import known
from world import World

NAMES = ("审计员", "江检")
TESTS = Path(__file__).parents[1]

SERVER = "import sys; from custody.cli import main; sys.exit(main())"

FOLLOWER = """
import sqlite3, sys
from pathlib import Path
import httpx
from events import blocks
file, address, how = sys.argv[1:]
token = Path(file + ".token").read_text()
store = sqlite3.connect(file)
with store:
    store.execute("CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, id TEXT UNIQUE, position INT)")
    store.execute("CREATE TABLE IF NOT EXISTS reached (position INT)")
def reached():
    return store.execute("SELECT max(position) FROM reached").fetchone()[0] or 0
def keep(position, events):
    with store:
        rows = [(each["id"], each["data"]["position"]) for each in events]
        store.executemany("INSERT INTO event (id, position) VALUES (?, ?)", rows)
        store.execute("INSERT INTO reached VALUES (?)", (position,))
    print(position, flush=True)
with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
    if how == "pages":
        while True:
            page = client.get("/v1/feed", params={"after": reached(), "limit": 2}).json()
            if page["next"] > reached():
                keep(page["next"], page["events"])
    with client.stream("GET", "/v1/feed/stream", headers={"Last-Event-ID": str(reached())}) as answer:
        for told in blocks(answer.iter_lines()):
            if told.position:
                keep(told.position, [told.event] if told.event else [])
"""


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of Python that is killed in the end, whatever it is doing."""
    command = [sys.executable, "-c", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TESTS) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def server(url: str, log_key: Path) -> Iterator[str]:
    """The address of one more process that serves a ledger."""
    settings = ("--lang", "en", "--database", url, "--log-key", str(log_key), "--port", "0")
    with started(SERVER, "serve", *settings) as process:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address is not None
        yield address[0]


def token(world: World, name: str, address: str) -> str:
    """Sign somebody in, by the clock on the wall, as the processes do."""
    statement = signed_statement(address, encode(secrets.token_bytes(16)), datetime.now(UTC), world.key_of(name))
    answer = httpx.post(
        f"{address}/v1/session", content=statement, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def reaches(follower: subprocess.Popen[str], position: int) -> None:
    """Wait until a follower has kept a position."""
    assert follower.stdout is not None
    for line in follower.stdout:
        if int(line) >= position:
            return
    raise AssertionError("the follower ended")


def test_followers_that_are_killed_miss_nothing_and_get_nothing_twice(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url)
    world.is_audited()
    for name, key in (("log.key", world.log_key), ("log.key.journal", world.journal_key)):
        keyfile.write_key(tmp_path / name, key.private_key, None)
    case = world.opens_case()
    head = world.ledger.recorder.head().size
    with ExitStack() as stack:
        addresses = [stack.enter_context(server(postgres_url, tmp_path / "log.key")) for _ in range(2)]
        for name in NAMES:
            (tmp_path / f"{name}.token").write_text(token(world, name, addresses[0]))
        for number in range(6):
            address, how = addresses[number % 2], ("stream", "pages")[number % 3 == 1]
            with ExitStack() as following:
                followers = [
                    following.enter_context(started(FOLLOWER, str(tmp_path / name), address, how)) for name in NAMES
                ]
                items = world.seizes(case, world.item(), world.item())
                world.checks_in(items)
                if number % 2:
                    world.answers(world.offers(items[:1]), items[:1], by="江检")
                if number == 4:
                    rebuild(world.engine)
                head = world.relocates(items, "冷藏").position
                for follower in followers:
                    reaches(follower, head - number % 3)
        for name in NAMES:
            with started(FOLLOWER, str(tmp_path / name), addresses[0], "stream") as follower:
                if kept(tmp_path / name)[1] < head:
                    reaches(follower, head)
    of_auditor, of_prosecutor = (kept(tmp_path / name)[0] for name in NAMES)
    assert of_auditor == list(range(1, head + 1))
    with closing(Registers(world.engine)) as registers:
        caller = known(world.ledger, world.id_of("江检"), None)
        acts = registers.follow(caller, 0, 500).acts
    assert of_prosecutor == [each["position"] for each in acts]
    assert 0 < len(of_prosecutor) < len(of_auditor)
    world.close()


def kept(file: Path) -> tuple[list[int], int]:
    """What a follower kept: the positions of the acts in the order in which they came, and how far he got."""
    with closing(sqlite3.connect(file)) as store:
        came = [position for (position,) in store.execute("SELECT position FROM event ORDER BY number")]
        return came, store.execute("SELECT max(position) FROM reached").fetchone()[0]
