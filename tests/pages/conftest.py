"""Pages in a real browser, over a real server and a real ledger.

`station` is a world that is served; `at` opens a page there for somebody of the world, signed in, with his key on the
device. The browser's clock is the world's. Whatever a page logs as an error, and whatever it asks of another host,
fails the test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from api.conftest import SignedIn, serving
from custody.attachments import Attachments, Limits
from custody.signing import PrivateKey
from custody_api.operation import DEFAULT, Operation
from custody_api.station import assets
from telling import is_sound
from world import PEOPLE, World

CHROMIUM = shutil.which("chromium")
QUIETLY = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
    "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip
SIZES = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
TAGS = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE: Final = 30_000
"""Milliseconds in which a page that is sound comes to what is expected of it, on the busiest machine."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser there are no pages to test."""
    if CHROMIUM is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no chromium here: apt-get install chromium"))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives the browser. It runs an event loop, so it ends with its module: others run loops of their own."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's own Chromium, without a window."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIETLY])
    yield opened
    opened.close()


@dataclass
class Station:
    """A world behind a server."""

    world: World
    origin: str
    store: Attachments
    wrong: list[str] = field(default_factory=list)
    """What pages logged as errors, and what they asked of other hosts."""

    def client(self, name: str) -> httpx.Client:
        """A client of the API, signed in as somebody."""
        return httpx.Client(base_url=self.origin, timeout=30, auth=SignedIn(self.world, name))

    def shows(self) -> None:
        """Wait until the registers show whatever was recorded."""
        with self.client("审计员") as client:
            size = self.world.ledger.recorder.head().size
            client.get("/v1/places", params={"at_least": size, "limit": 1}).raise_for_status()

    def cookie(self, name: str) -> dict[str, Any]:
        """A page's session for somebody, who signs in with his key file's key."""
        statement = SignedIn(self.world, name)._statement(self.origin)
        headers = {"Content-Type": "application/json", "Origin": self.origin}
        answer = httpx.post(f"{self.origin}/v1/session?for=page", content=statement, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        ((cookie, token),) = answer.cookies.items()
        return {"name": cookie, "value": token, "url": self.origin, "httpOnly": True, "sameSite": "Strict"}

    def watch(self, page: Page) -> None:
        """Note what must not happen on any page."""
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: said.type == "error" and "Failed to load resource" not in said.text
                and self.wrong.append(f"{page.url}: {said.text}"))  # fmt: skip
        page.on("request", lambda request: request.url.startswith(("http:", "https:", "ws"))
                and not request.url.startswith(self.origin)
                and self.wrong.append(f"{page.url} asked for {request.url}"))  # fmt: skip


@pytest.fixture(scope="module")
def operation() -> Operation:
    """How the world's server is run; a module may say otherwise."""
    return DEFAULT


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, operation: Operation) -> Iterator[Station]:
    """A world that is served, with an auditor; verified when the module's stories are over."""
    folder = tmp_path_factory.mktemp("station")
    world = World(f"sqlite:///{folder / 'ledger.db'}")
    world.is_audited()
    store = Attachments(folder / "attachments", Limits(file=8 << 20, waiting=64 << 20, free=1))
    with serving(world.ledger, store, operation) as address:
        made = Station(world, address.replace("127.0.0.1", "localhost"), store)
        yield made
    is_sound(world)
    world.close()
    assert not made.wrong, made.wrong


@pytest.fixture(scope="module")
def store_of(station: Station) -> World:
    """The world, with a store of the police's own, which 孙凯 keeps."""
    world = station.world
    world.place("分局物证室", "psb-yunling", "general")
    world.act({
        "act": "person", "person": "psb-aux-12", "add": [{"capacity": "custodian", "licence": None}], "end": [],
        "places_added": [world.places["分局物证室"]], "places_ended": [], "unit": None, "left": False,
        "signers": world.signers(administrator="psb-admin"),
    })  # fmt: skip
    return world


At = Callable[..., Page]


@pytest.fixture
def at(station: Station, browser: Browser) -> Iterator[At]:
    """Open a page as somebody: ``at("梁静", "/items/…", lang="en", device="phone", keys=["周远"])``.

    His own key is on the device, and those of ``keys``; nobody is signed in for ``at(None, …)``.
    """
    with ExitStack() as opened:

        def open_page(
            name: str | None, path: str = "/", *, lang: str = "zh", device: str = "desktop", keys: tuple[str, ...] = (),
            context: BrowserContext | None = None,
        ) -> Page:  # fmt: skip
            if context is None:
                touch = device == "phone"
                context = browser.new_context(viewport=SIZES[device], locale=TAGS[lang], has_touch=touch,
                                              is_mobile=touch, timezone_id="Asia/Shanghai")  # fmt: skip
                opened.callback(context.close)
                context.clock.set_fixed_time(station.world.clock.now)
                if name is not None:
                    context.add_cookies([station.cookie(name)])  # type: ignore[list-item]
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            station.watch(page)
            if name is not None:
                page.goto(f"{station.origin}/static/{assets.digest()}/station/words.js")  # of the site, with no script
                for each in dict.fromkeys((name, *keys)):
                    hold_key(page, PEOPLE[each][0], each, station.world.key_of(each))
            page.goto(f"{station.origin}{path}")
            return page

        yield open_page


def hold_key(page: Page, person: str, label: str, key: PrivateKey) -> None:
    """Put somebody's key on the device, as who brings a key file does."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()  # type: ignore[union-attr]
    page.evaluate(
        """async ([script, pem, person, label]) => {
            const keys = await import(script);
            await keys.importFile(new File([pem], "key.pem"), person, label);
        }""",
        [assets.address("signing/keys.js"), pem, person, label],
    )
