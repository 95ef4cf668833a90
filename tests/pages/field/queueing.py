"""Signed acts on a device: put there as a page puts them, looked at, and compared with the ledger."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from playwright.sync_api import Page

from custody_api.station import assets
from pages.working import PICTURE


def script() -> str:
    """Where the queue's script is."""
    return assets.address("field/queue.js")


def picture(number: int) -> tuple[dict[str, Any], bytes]:
    """A photograph as an act names it, and its bytes."""
    data = PICTURE + number.to_bytes(4, "big")
    named = {"sha256": hashlib.sha256(data).hexdigest(), "media_type": "image/png", "size_bytes": len(data),
             "kind": "photo", "captured_at": None}  # fmt: skip
    return named, data


def photographed(page: Page, data: bytes) -> None:
    """Keep a photograph on the device, as the camera's page does."""
    page.evaluate(
        """async ([script, text, sha256]) => {
            const { put } = await import(script);
            const blob = new Blob([Uint8Array.from(atob(text), each => each.charCodeAt(0))], {type: "image/png"});
            await put("files", {sha256, blob});
        }""",
        [assets.address("station/store.js"), base64.b64encode(data).decode(), hashlib.sha256(data).hexdigest()],
    )


def on_queue(page: Page, name: str, *arguments: Any) -> Any:
    """Call what `field/queue.js` offers."""
    return page.evaluate(
        "async ([queue, name, given]) => (await import(queue))[name](...given)",
        [script(), name, list(arguments)],
    )


def states(page: Page) -> dict[str, str]:
    """Act → where it stands, in the order of signing."""
    return {each["id"]: each["state"] for each in on_queue(page, "queued")}


def kept_files(page: Page) -> list[str]:
    """The hashes of the photographs on the device."""
    found: list[str] = page.evaluate(
        'async script => (await (await import(script)).all("files")).map(each => each.sha256)',
        assets.address("station/store.js"),
    )
    return found
