"""How soon a scan is answered, against a plain ``GET /healthz`` of the same server in the same run.

``python benchmarks/scan_answer.py [--acts N] [--scans N] [--ledger FOLDER]`` builds a log of so many acts on SQLite,
or takes that of ``benchmarks/large.py``, starts ``custody serve`` and prints 50th and 99th percentiles, as milliseconds
and as ratios:

* the card of an item, of the place it lies in, of the place around that, and of a label that nothing bears, over HTTP;
* in Chromium, from the last key of a scanner to the answer in the page, with the frame that shows it.

Server, client and browser share the machine's cores.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from custody import label
from served import custody_served, ledger_folder

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
    parser.add_argument("--ledger", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    with ledger_folder(args.ledger, args.acts) as folder, custody_served(folder) as server:
        server.wait_until_ready()
        with server.client("clerk") as client:
            items = client.get("/v1/items", params={"limit": args.scans}).raise_for_status().json()["items"]
            over_http(client, items)
        codes = [each["code"] for each in items[: args.scans // 3]]
        in_chromium(server.address, server.page_session("clerk"), codes)


def over_http(client: httpx.Client, items: list[dict[str, Any]]) -> None:
    """One request after another, each kind between plain ones."""

    def timed(path: str) -> float:
        begins = time.perf_counter()
        client.get(path, headers=PART).raise_for_status()
        return (time.perf_counter() - begins) * 1000

    first = items[0]["custody"]["place"]
    around = label.code_of(client.get(f"/v1/places/{first}").raise_for_status().json()["parent"] or first)
    times: dict[str, list[float]] = {}
    for path in ("/healthz", f"/scan/{items[0]['code']}", f"/scan/{around}"):
        timed(path)
    for each in items:
        unknown, place = label.make("item", secrets.token_bytes(9)), label.code_of(each["custody"]["place"])
        times.setdefault("GET /healthz", []).append(timed("/healthz"))
        times.setdefault("an item", []).append(timed(f"/scan/{each['code']}"))
        times.setdefault("a place", []).append(timed(f"/scan/{place}"))
        times.setdefault("the place around it", []).append(timed(f"/scan/{around}"))
        times.setdefault("an unknown label", []).append(timed(f"/scan/{unknown}"))
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
