"""How soon a scan is answered, against a plain ``GET /healthz`` of the same server in the same run.

``python benchmarks/scan_answer.py [--acts N] [--scans N]`` builds a log of so many acts on SQLite, starts ``custody
serve`` and prints 50th and 99th percentiles, as milliseconds and as ratios:

* the card of an item, of the place that holds everything, and of a label that nothing bears, over HTTP;
* in Chromium, from the last key of a scanner to the answer in the page, with the frame that shows it.

Server, client and browser share the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import shutil
import statistics
import time
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Page, sync_playwright

from custody import label
from custody.acts.values import encode
from custody.sign_in import signed_statement
from serving import custody_served, record
from workload import Workload, database, workload

PART = {"HX-Request": "true", "Accept": "text/html"}
QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

SCANNED = """([codes, plain]) => (async () => {
    const place = document.getElementById("scan-answer");
    const shown = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const press = (key, code) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
    const scan = async text => {
        for (const each of text) press(each, /[0-9]/.test(each) ? `Digit${each}` : `Key${each}`);
        const answered = new Promise(done => new MutationObserver((_, it) => { it.disconnect(); done(); })
            .observe(place, { childList: true }));
        const begins = performance.now();
        press("Enter", "Enter");
        await answered;
        await shown();
        return performance.now() - begins;
    };
    const times = { scan: [], plain: [] };
    for (const code of codes) {
        times.scan.push(await scan(code));
        const begins = performance.now();
        await (await fetch(plain)).text();
        await shown();
        times.plain.push(performance.now() - begins);
    }
    return times;
})()"""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=5_000)
    parser.add_argument("--scans", type=int, default=300)
    args = parser.parse_args()
    with database("sqlite") as url, TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
        work = workload(url, args.acts)
        record(work, args.acts)
        with custody_served(work, url, Path(folder)) as address:
            cookie = session(work, address)
            codes = codes_of(work, args.scans)
            over_http(work, address, cookie, codes)
            in_chromium(address, cookie, codes[: args.scans // 3])
        work.world.close()


def session(work: Workload, address: str) -> tuple[str, str]:
    """The cookie of a page's session for a custodian."""
    statement = signed_statement(address, encode(secrets.token_bytes(16)), datetime.now(UTC), work.world.key_of("梁静"))
    headers = {"Content-Type": "application/json", "Origin": address}
    answer = httpx.post(f"{address}/v1/session?for=page", content=statement, headers=headers)
    ((name, value),) = answer.raise_for_status().cookies.items()
    return name, value


def codes_of(work: Workload, count: int) -> list[str]:
    """Labels of items that were checked in."""
    envelopes = random.sample(work.submissions, count)
    payloads = (json.loads(each.envelope)["payload"] for each in envelopes)
    acts = (json.loads(b64decode(each)) for each in payloads)
    return [label.code_of(act["lines"][0]["item"]) for act in acts]


def over_http(work: Workload, address: str, cookie: tuple[str, str], codes: list[str]) -> None:
    """One request after another, each kind between plain ones."""
    place = label.code_of(work.world.places["大库"])
    with httpx.Client(base_url=address, cookies=dict([cookie]), headers=PART, timeout=60) as client:

        def timed(path: str) -> float:
            begins = time.perf_counter()
            client.get(path).raise_for_status()
            return (time.perf_counter() - begins) * 1000

        client.get(f"/scan/{place}")
        times: dict[str, list[float]] = {"GET /healthz": [], "an item": [], "a place": [], "an unknown label": []}
        for code in codes:
            times["GET /healthz"].append(timed("/healthz"))
            times["an item"].append(timed(f"/scan/{code}"))
            times["a place"].append(timed(f"/scan/{place}"))
            times["an unknown label"].append(timed(f"/scan/{label.make('item', secrets.token_bytes(9))}"))
    told("the card over HTTP", times, "GET /healthz")


def in_chromium(address: str, cookie: tuple[str, str], codes: list[str]) -> None:
    """From the scanner's Enter to the frame with the answer; sounds are on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=QUIETLY)
        context = browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
        page: Page = context.new_page()
        page.goto(f"{address}/settings")
        page.locator("#scan-line[data-listens]").wait_for()
        page.evaluate(SCANNED, [codes[:3], "/healthz"])
        times = page.evaluate(SCANNED, [codes, "/healthz"])
        browser.close()
    told("the answer in Chromium", {"fetch of /healthz": times["plain"], "a scan": times["scan"]}, "fetch of /healthz")


def told(title: str, times: dict[str, list[float]], baseline: str) -> None:
    """Print percentiles and ratios to the baseline's."""
    base = percentiles(times[baseline])
    print(f"\n{title}\n{'':28}{'p50 ms':>10}{'p99 ms':>10}{'× p50':>8}{'× p99':>8}")
    for name, found in times.items():
        half, most = percentiles(found)
        print(f"{name:28}{half:10.1f}{most:10.1f}{half / base[0]:8.1f}{most / base[1]:8.1f}")


def percentiles(found: list[float]) -> tuple[float, float]:
    """The 50th and the 99th."""
    cut = statistics.quantiles(found, n=100)
    return cut[49], cut[98]


if __name__ == "__main__":
    main()
