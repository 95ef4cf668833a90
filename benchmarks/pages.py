"""How long the pages take, to who waits and by the server's own log, some against the JSON answer of the same thing.

``python benchmarks/pages.py [--acts N] [--times N] [--ledger FOLDER] [--only TEXT]`` builds a log of so many acts on
SQLite, 400 items a case, or takes that of ``benchmarks/large.py``; starts ``custody serve``; and prints for each page
how long its first answer took after the start, and of the others 50th and 99th percentiles, and what the server's log
says of them, in milliseconds; then the memory of the server and of the process that keeps its registers. What the
browser does with a page is not in them. Server and client share the machine's cores.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from scan_answer import percentiles
from served import KEYS, Served, custody_served, ledger_folder

Pages = dict[str, tuple[str, list[str], str | None]]
"""What a page is → who reads it, its addresses, and where the address of the same thing's JSON begins."""

SOME = 400
"""So many items are asked about; by their ids, which are random, so that they lie all over the ledger."""

MOST_SECONDS, LEAST = 20, 5
"""A page is asked for no longer than this, but so many times at least."""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=150)
    parser.add_argument("--ledger", type=Path, metavar="FOLDER")
    parser.add_argument("--only", metavar="TEXT", default="", help="pages whose names have it")
    args = parser.parse_args()
    with ledger_folder(args.ledger, args.acts) as folder:
        begins = time.perf_counter()
        with custody_served(folder) as server:
            server.wait_until_ready()
            print(f"ready after {time.perf_counter() - begins:.1f} s, {server.memory()} MB")
            readers = {who: server.client(who) for who in KEYS}
            measure(server, readers, pages(readers), args.times, args.only)
            print(f"\nmemory: {server.memory()} MB")


def pages(readers: dict[str, httpx.Client]) -> Pages:
    """The pages by what they are."""
    found = asked(readers["officer"], f"/v1/items?limit={SOME}")["items"]
    random.shuffle(found)
    codes = [each["code"] for each in found]
    acts = [each["custody"]["since_act"] for each in found]
    cases = sorted({quote(each["case"], safe="") for each in found})
    slots = sorted({each["custody"]["place"] for each in found})
    whole = [asked(readers["clerk"], f"/v1/places/{slots[0]}")["parent"] or slots[0]]
    words = quote(found[0]["description"][:2])
    then = [(each["item"], quote(each["custody"]["since"])) for each in found]
    items = [each["item"] for each in found]
    since = quote(found[0]["custody"]["since"])
    return {
        "home of a custodian": ("clerk", ["/"], None),
        "home of an officer": ("officer", ["/"], None),
        "home of an auditor": ("auditor", ["/"], None),
        "an item": ("clerk", [f"/items/{each}" for each in items], "/v1"),
        "an item, read whole": ("officer", [f"/items/{each}" for each in items], "/v1"),
        "an act": ("officer", [f"/acts/{each}" for each in acts], "/v1"),
        "what a browser verifies of an act": ("officer", [f"/acts/{each}/proving" for each in acts], None),
        "a case of 400": ("officer", [f"/cases/{each}" for each in cases], "/v1"),
        "its items, 50 of them": ("officer", [f"/cases/{each}/items" for each in cases], None),
        "its acts, 50 of them": ("officer", [f"/cases/{each}/acts" for each in cases], None),
        "its papers": ("officer", [f"/cases/{each}/papers" for each in cases], None),
        "a shelf": ("clerk", [f"/places/{each}" for each in slots], "/v1"),
        "the place that holds everything": ("clerk", [f"/places/{each}" for each in whole], "/v1"),
        "places, 50 of them": ("clerk", ["/places"], "/v1"),
        "a person": ("officer", ["/people/cen-01"], "/v1"),
        "items, 50 of them": ("clerk", ["/items"], "/v1"),
        "items by two common characters": ("officer", [f"/items?q={words}"], "/v1"),
        "the same for an auditor": ("auditor", [f"/items?q={words}"], "/v1"),
        "search: a word nothing holds": ("officer", ["/search?q=" + quote("翡翠")], None),
        "search: a character nothing holds": ("officer", ["/search?q=" + quote("翡")], None),
        "search: a case's number": ("officer", [f"/search?q={each}" for each in cases], None),
        "search: a label": ("clerk", [f"/search?q={each}" for each in codes], None),
        "search: half a label": ("officer", [f"/search?q={each[:9]}" for each in codes], None),
        "search: a person": ("officer", ["/search?q=psb-0211"], None),
        "deadlines, 50 of them": ("officer", ["/deadlines"], "/v1"),
        "defects, 50 of them": ("officer", ["/defects"], None),
        "loans": ("officer", ["/loans"], None),
        "manifests": ("officer", ["/manifests"], None),
        "cases, 50 of them": ("officer", ["/cases"], None),
        "the sheet of a check-in": ("clerk", [f"/do/check-in?item={each}" for each in items], None),
        "the morning report": ("auditor", ["/morning"], None),
        "what to clear daily": ("auditor", ["/clearances/daily"], None),
        "statistics": ("auditor", ["/statistics"], None),
        "an item then": ("auditor", [f"/audit/items/{each}?as_of={at}" for each, at in then], None),
        "a case then": ("auditor", [f"/audit/cases/{each}?as_of={since}" for each in cases], None),
        "a shelf then": ("auditor", [f"/audit/places/{each}?as_of={since}" for each in slots], None),
        "refusals": ("auditor", ["/refusals"], None),
        "who looked": ("auditor", ["/views"], None),
        "the page of a draw": ("auditor", ["/draw"], None),
    }


def asked(client: httpx.Client, path: str) -> Any:
    """What the API answers."""
    return client.get(path).raise_for_status().json()


def measure(server: Served, readers: dict[str, httpx.Client], pages: Pages, times: int, only: str) -> None:
    """Ask for each page and for its JSON in turns, and print what they took."""
    print(f"\n{'':36}{'first':>8}{'p50 ms':>9}{'p99 ms':>9}{'own p50':>9}{'own p99':>9}{'× JSON':>8}{'kB':>7}")
    for name, (who, paths, json) in pages.items():
        if only not in name:
            continue
        client, begins = readers[who], time.perf_counter()
        first = took(client, random.choice(paths), "text/html")
        own, plain = [], []
        while len(own) < LEAST or (len(own) < times and time.perf_counter() - begins < MOST_SECONDS):
            path = random.choice(paths)
            own.append(took(client, path, "text/html"))
            if json is not None:
                plain.append(took(client, json + path, "application/json"))
        said = server.own_times()
        columns = [*percentiles([each.ms for each in own]), *percentiles([said[each.id] for each in own])]
        ratio = f"{median(own) / median(plain):.2f}" if plain else "–"
        print(f"{name:36}{first.ms:8.0f}" + "".join(f"{each:9.1f}" for each in columns)
              + f"{ratio:>8}{first.size / 1024:7.0f}", flush=True)  # fmt: skip


@dataclass(frozen=True)
class Took:
    """An answer: milliseconds until it was there whole, the id by which the server's log knows it, its bytes."""

    ms: float
    id: str
    size: int


def median(answers: list[Took]) -> float:
    """Milliseconds."""
    return statistics.median(each.ms for each in answers)


def took(client: httpx.Client, path: str, kind: str) -> Took:
    """Ask once."""
    begins = time.perf_counter()
    answer = client.get(path, headers={"Accept": kind, "Accept-Language": "zh"})
    if answer.is_error:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
    return Took((time.perf_counter() - begins) * 1000, answer.headers["X-Request-Id"], len(answer.content))


if __name__ == "__main__":
    main()
