"""The camera: Chromium's own, fed with pictures of real labels; where its decoder cannot run, the server's.

One browser for all stories; each writes its pictures into the file that the camera shows before it opens the camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from custody import label
from custody_scanners.labels import Label, draw
from pages.conftest import CHROMIUM, QUIETLY, At, Station

SIZE: Final = (640, 480)
Shows = Callable[..., None]


def picture(*codes: str, stock: str = "bag-50x30") -> Image.Image:
    """Labels beside each other as a camera sees them, on grey."""
    seen = Image.new("L", SIZE, 150)
    for at, code in enumerate(codes):
        drawn = Image.open(BytesIO(draw([Label(code, ("手机",))], stock, "png").data)).convert("L")
        wide = 300 if len(codes) > 1 else 460
        drawn = drawn.resize((wide, drawn.height * wide // drawn.width))
        seen.paste(drawn, (15 + at * 310 if len(codes) > 1 else 90, 100))
    return seen


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera shows, over and over."""
    return tmp_path_factory.mktemp("camera") / "camera.y4m"


@pytest.fixture(scope="module")
def browser(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """A Chromium whose camera shows a film."""
    shoot(film, [picture()])
    opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[
        *QUIETLY, f"--use-file-for-fake-video-capture={film}",
    ])  # fmt: skip
    yield opened
    opened.close()


def shoot(film: Path, pictures: list[Image.Image]) -> None:
    """Write pictures as an uncompressed film of ten frames a second (YUV4MPEG2, 4:2:0, grey)."""
    wide, high = SIZE
    chroma = bytes([128]) * (wide * high // 2)
    frames = b"".join(b"FRAME\n" + each.tobytes() + chroma for each in pictures)
    film.write_bytes(f"YUV4MPEG2 W{wide} H{high} F10:1 Ip A1:1 C420jpeg\n".encode() + frames)


def looks(page: Page) -> Page:
    """Open the camera."""
    page.locator("#scan-line[data-listens]").wait_for()
    page.context.grant_permissions(["camera"])
    page.evaluate("""() => {
        window.scans = [];
        document.addEventListener("custody:scan", event => window.scans.push([event.detail.code, event.detail.source]));
    }""")
    page.locator("[data-scan-camera]").click()
    return page


def test_a_label_is_scanned_each_time_it_comes_and_two_in_view_are_refused(
    station: Station, at: At, film: Path
) -> None:
    world = station.world
    one, other = (label.code_of(each) for each in world.seizes(world.opens_case(), world.item(), world.item()))
    station.shows()
    shoot(film, [picture(one, stock="tube-40x20")] * 8 + [picture()] * 9 + [picture(one, other)] * 8 + [picture()] * 9)
    page = at("周远", "/settings", lang="en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#scan-line[data-listens]").wait_for()
    assert not [each for each in asked if "vendor" in each or "camera.js" in each]  # nothing of it before it is opened
    looks(page)
    expect(page.locator("#scan-answer[data-outcome='accepted']")).to_contain_text("手机")
    expect(page.locator("#scan-answer[data-outcome='refused']")).to_contain_text("More than one code")
    page.locator("#scan-answer:not([data-outcome='refused'])").wait_for()  # it came again, and was scanned again
    scans = page.evaluate("window.scans")
    assert len(scans) >= 2
    assert {*map(tuple, scans)} == {(one, "camera")}  # the other was never alone, and never counted
    assert [each for each in asked if each.endswith("/station/vendor/zxing_reader.wasm")]
    page.locator("[data-scan-camera]").click()
    assert page.locator("#scan-camera").is_hidden()
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_without_wasm_frames_go_to_the_servers_decoders(station: Station, at: At, film: Path) -> None:
    world = station.world
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕0525"))
    station.shows()
    shoot(film, [picture(label.code_of(item), stock="tube-40x20")])  # which bears its code twice, in two symbols
    page = at("周远", "/settings", lang="en", device="phone")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        route.fulfill(status=404, body="")

    page.route("**/zxing_reader.wasm", refuse)
    page.on("request", lambda request: request.method == "POST" and asked.append(request.url))
    looks(page)
    expect(page.locator("#scan-answer[data-outcome='accepted']")).to_contain_text("手机")
    assert {each.split("/")[-1] for each in asked} == {"scans"}
    assert len(asked) >= 2  # two frames agreed
    station.wrong.clear()  # that the wasm was missing was said


def test_a_photograph_is_read_by_the_server_or_without_it_by_the_device(station: Station, at: At) -> None:
    world = station.world
    case = world.opens_case(case="云公(刑)诈〔2026〕0526")
    phone, laptop = world.seizes(case, world.item(), world.item(description="电脑"))
    station.shows()
    page = at("周远", "/settings", lang="en")
    page.locator("#scan-line[data-listens]").wait_for()
    for shown, outcome, says in ((picture(), "refused", "no label"),
                                 (picture(label.code_of(phone), stock="tube-40x20"), "accepted", "手机"),
                                 (picture(label.code_of(laptop)), "accepted", "电脑")):  # fmt: skip
        data = BytesIO()
        shown.save(data, "jpeg")
        file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}
        page.locator("[data-scan-file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator(f"#scan-answer[data-outcome='{outcome}']")).to_contain_text(says)
        if says == "手机":
            page.route("**/v1/scans", lambda route: route.abort())
