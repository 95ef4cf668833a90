"""How long the pages that look take, each against the JSON answer of the same thing from the same server.

``python benchmarks/pages.py [--acts N] [--times N]`` builds a log of so many acts on SQLite, 400 items a case, starts
``custody serve``, and prints 50th and 99th percentiles in milliseconds, and the medians as ratios. What the browser
does with a page is not in them. Server and client share the machine's cores.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from scan_answer import session
from serving import custody_served, record
from workload import Workload, database, workload


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=150)
    args = parser.parse_args()
    with database("sqlite") as url, TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
        work = workload(url, args.acts)
        record(work, args.acts)
        with custody_served(work, url, Path(folder)) as address:
            wait_until_ready(address)
            name, value = session(work, address)
            with httpx.Client(base_url=address, cookies={name: value}, timeout=60) as client:
                measure(client, addresses(work, client), args.times)
        work.world.ledger.close()


def wait_until_ready(address: str) -> None:
    """Until the registers hold the whole log: how long that takes is not what is measured."""
    for _ in range(120):
        if httpx.get(f"{address}/readyz", timeout=60).status_code == 200:
            return
        time.sleep(1)
    raise TimeoutError("the registers do not catch up")


def addresses(work: Workload, client: httpx.Client) -> dict[str, tuple[list[str], str | None]]:
    """The pages by what they are, and the beginning of the same things' JSON."""
    size = work.world.ledger.recorder.head().size
    found = client.get("/v1/items", params={"limit": 200, "at_least": size}).raise_for_status().json()["items"]
    items = [each["item"] for each in found]
    acts = [each["custody"]["since_act"] for each in found]
    words = quote(found[0]["description"][:2])
    return {
        "home": (["/"], None),
        "an item": ([f"/items/{each}" for each in items], "/v1"),
        "an act": ([f"/acts/{each}" for each in acts], "/v1"),
        "what a browser verifies of an act": ([f"/acts/{each}/proving" for each in acts], None),
        "the place that holds everything": ([f"/places/{work.world.places['大库']}"], "/v1"),
        "a person": (["/people/cen-01"], "/v1"),
        "items, 50 of them": ([f"/items?q={words}"], "/v1"),
        "deadlines, 50 of them": (["/deadlines"], "/v1"),
    }


def measure(client: httpx.Client, pages: dict[str, tuple[list[str], str | None]], times: int) -> None:
    """Ask for each page and for its JSON in turns, and print what they took."""
    print(f"\n{'':40}{'p50 ms':>10}{'p99 ms':>10}{'× its JSON':>12}")
    for name, (paths, json) in pages.items():
        own: list[float] = []
        plain: list[float] = []
        for _ in range(times):
            path = random.choice(paths)
            own.append(took(client, path, "text/html"))
            if json is not None:
                plain.append(took(client, json + path, "application/json"))
        ratio = f"{statistics.median(own) / statistics.median(plain):.2f}" if plain else "–"
        late = statistics.quantiles(own, n=100)[98]
        print(f"{name:40}{statistics.median(own):10.1f}{late:10.1f}{ratio:>12}", flush=True)


def took(client: httpx.Client, path: str, kind: str) -> float:
    """Milliseconds until an answer was there whole."""
    begins = time.perf_counter()
    client.get(path, headers={"Accept": kind, "Accept-Language": "zh"}).raise_for_status()
    return (time.perf_counter() - begins) * 1000


if __name__ == "__main__":
    main()
