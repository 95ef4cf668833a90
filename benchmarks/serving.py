"""What the API answers over HTTP, against a plain FastAPI application served the same way in the same run.

``python benchmarks/serving.py [--database sqlite|postgres] [--acts N] [--posts N] [--seconds S] [--ledger FOLDER]``
builds a log of so many acts, starts ``custody serve`` and the plain application as processes of their own, and prints,
as ratios:

* ``POST /v1/acts`` with 1, 8 and 32 clients, each act with two signatures; baseline: a POST that does nothing;
* an item, a case of 400, a search, a page of the feed with 1 client, 50th and 99th percentile of the time an answer
  took; baseline: a GET that makes one indexed SELECT.

With ``--ledger``, that of ``benchmarks/large.py`` is served, and only read. The client is one process beside the server
on the same cores, so what it needs is missing to the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import socket
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from custody.ledger.opening import Disclosure
from served import Served, custody_served, keep_keys, record, started
from workload import database, workload

CLIENTS = (1, 8, 32)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--acts", type=int, default=5_000)
    parser.add_argument("--posts", type=int, default=1_500)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--ledger", type=Path, metavar="FOLDER")
    parser.add_argument("--plain", metavar="FILE", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.plain:
        _serve_plain(args.plain)
        return
    if args.ledger:
        _only_read(args.ledger, args.seconds)
        return
    posts = len(CLIENTS) * args.posts
    with database(args.database) as url, TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        work = workload(url, args.acts + posts)
        record(work, args.acts)
        keep_keys(work.world, folder)
        bodies = [_body(each.envelope, each.disclosures) for each in work.submissions[args.acts :]]
        with custody_served(folder, url) as server, _plain(folder) as plain:
            asyncio.run(_measure_posts(args, server, bodies, plain))
            asyncio.run(_measure_reads(args.seconds, server, plain))
        work.world.ledger.close()


def _only_read(folder: Path, seconds: float) -> None:
    with (
        TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as beside,
        _plain(Path(beside)) as plain,
        custody_served(folder) as server,
    ):
        server.wait_until_ready()
        asyncio.run(_measure_reads(seconds, server, plain))


async def _measure_posts(args: argparse.Namespace, server: Served, bodies: Sequence[bytes], plain: str) -> None:
    token = server.token("officer")
    waiting = iter(bodies)
    _head(f"POST /v1/acts, {args.database}, two signatures an act", "plain POST")
    for clients in CLIENTS:
        same = [_post("/nothing", plain, bodies[0])] * args.posts
        base = await _in_turn(plain, clients, same, 201)
        own = [_post("/v1/acts", server.address, each, token) for each in islice(waiting, args.posts)]
        _line(f"plain POST, {clients} clients", base, base)
        _line(f"POST /v1/acts, {clients} clients", await _in_turn(server.address, clients, own, 201), base)


async def _measure_reads(seconds: float, server: Served, plain: str) -> None:
    token, address = server.token("officer"), server.address
    size = _answer("/readyz", address, token)["checks"]["database"]["size"]
    _head(f"Reads, {size:,} acts, one client", "plain GET")
    plain_get = await _for(plain, seconds, lambda: _get(f"/row/{random.randint(1, 10_000)}", plain), 200)
    _line("plain GET with one indexed SELECT", plain_get, plain_get)
    for name, paths in _reads(address, token, size).items():
        request: Callable[[], bytes] = lambda paths=paths: _get(random.choice(paths), address, token)  # noqa: E731
        _line(name, await _for(address, seconds, request, 200), plain_get)


def _reads(address: str, token: str, size: int) -> dict[str, list[str]]:
    """The paths asked for, by what they are."""
    some = _answer("/v1/items?limit=400", address, token)["items"]
    case = quote(some[0]["case"], safe="")
    return {
        "GET /v1/items/{id}": [f"/v1/items/{each['item']}" for each in some],
        "GET /v1/items/{id}/history": [f"/v1/items/{each['item']}/history" for each in some],
        "GET /v1/cases/{ref}/items, 400 of them": [f"/v1/cases/{case}/items?limit=400"],
        "GET /v1/items?holder=&limit=50": [f"/v1/items?holder={quote(each['custody']['holder'])}&limit=50" for each in
                                           some[:20]],
        "GET /v1/items?q=, 50 found": [f"/v1/items?q={quote(some[0]['description'][:2])}&limit=50"],
        "GET /v1/feed, page of 50": [f"/v1/feed?after={random.randrange(size)}&limit=50" for _ in range(200)],
    }  # fmt: skip


def _answer(path: str, address: str, token: str) -> dict[str, Any]:
    with urlopen(Request(address + path, headers={"Authorization": f"Bearer {token}"}), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


class Figures:
    """What a run gave: how many answers a second, and how long each took."""

    def __init__(self, took: list[float], seconds: float) -> None:
        self.rate = len(took) / seconds
        self.median = statistics.median(took) * 1000
        self.late = statistics.quantiles(took, n=100)[98] * 1000


def _head(title: str, baseline: str) -> None:
    print(f"\n{title}\n{'':44}{'per second':>12}{'× ' + baseline:>16}{'p50 ms':>10}{'p99 ms':>10}")


def _line(name: str, found: Figures, base: Figures) -> None:
    ratio = "(baseline)" if found is base else f"{found.rate / base.rate:.2f}"
    print(f"{name:44}{found.rate:12,.0f}{ratio:>16}{found.median:10.1f}{found.late:10.1f}", flush=True)


async def _in_turn(address: str, clients: int, requests: Sequence[bytes], status: int) -> Figures:
    """Send all requests, each client the next one as soon as it was answered."""
    waiting = iter(requests)
    took: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(*_host(address))
        for request in waiting:
            took.append(await _asked(reader, writer, request, status))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Figures(took, time.perf_counter() - start)


async def _for(address: str, seconds: float, request: Callable[[], bytes], status: int) -> Figures:
    """Ask again and again for some seconds, after a first time that does not count."""
    reader, writer = await asyncio.open_connection(*_host(address))
    await _asked(reader, writer, request(), status)
    took: list[float] = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(took) < 3:
        took.append(await _asked(reader, writer, request(), status))
    writer.close()
    return Figures(took, time.perf_counter() - start)


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, status: int
) -> float:
    """How long one answer took, read to its end."""
    start = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: (\d+)", head)
    assert length is not None, head
    body = await reader.readexactly(int(length[1]))
    assert head.split(b" ", 2)[1] == str(status).encode(), (head, body)
    return time.perf_counter() - start


def _get(path: str, address: str, signed_in: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n{_bearer(signed_in)}\r\n".encode()


def _post(path: str, address: str, body: bytes, signed_in: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{_bearer(signed_in)}\r\n".encode() + body


def _bearer(signed_in: str) -> str:
    return f"Authorization: Bearer {signed_in}\r\n" if signed_in else ""


def _host(address: str) -> tuple[str, int]:
    url = urlsplit(address)
    return str(url.hostname), int(url.port or 80)


def _body(envelope: bytes, disclosures: Sequence[Disclosure]) -> bytes:
    values = [{"salt": each.salt, "value": each.value} for each in disclosures]
    return json.dumps({"envelope": json.loads(envelope), "disclosures": values}).encode()


@contextmanager
def _plain(folder: Path) -> Iterator[str]:
    file = folder / "plain.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO row VALUES (?, ?)", ((n, "x" * 400) for n in range(1, 10_001)))
    connection.close()
    with started([sys.executable, __file__, "--plain", str(file)]) as (address, _):
        yield address


def _serve_plain(file: str) -> None:
    """The baseline: nothing but the framework, and one SELECT."""
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI()
    connection = sqlite3.connect(file, check_same_thread=False)

    @app.get("/row/{number}")
    async def row(number: int) -> dict[str, str]:
        return {"text": connection.execute("SELECT text FROM row WHERE id = ?", (number,)).fetchone()[0]}

    @app.post("/nothing", status_code=201)
    async def nothing(body: dict[str, Any]) -> dict[str, int]:
        return {"size": len(body)}

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run([listener])


if __name__ == "__main__":
    main()
