"""Labels printed from the station: by a named printer, once, or for a reason."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import expect

from custody.cli.printers import Printer
from custody_api.operation import Operation
from custody_scanners.printing import alone
from pages.conftest import At, Station
from pages.working import a_case, answered, listening, scan
from world import World


class Paper:
    """What came out of a printer."""

    def __init__(self) -> None:
        self.jobs: list[bytes] = []


@pytest.fixture(scope="module")
def paper() -> Iterator[tuple[Printer, Paper]]:
    """A label printer that listens on this machine."""
    found = Paper()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as job:
                    found.jobs.append(job.read())

        thread = Thread(target=take, daemon=True)
        thread.start()
        yield Printer("counter", "127.0.0.1", listening.getsockname()[1]), found
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture(scope="module")
def operation(paper: tuple[Printer, Paper]) -> Operation:
    """One printer at the counter, and one that is switched off."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        off = Printer("office", "127.0.0.1", taken.getsockname()[1])
    return Operation(printers=(paper[0], off))


def test_labels_go_to_a_named_printer_and_a_second_one_needs_a_reason(
    station: Station, store_of: World, at: At, paper: tuple[Printer, Paper]
) -> None:
    """Scan, print, print again: why? And no address of anybody's choosing is ever spoken to."""
    world = store_of
    (item,) = world.seizes(a_case(world))
    page = listening(at("周远", "/labels", lang="en"))
    scan(page, item)
    answered(page, "accepted")
    expect(page.locator(".label-preview")).to_have_js_property("complete", True)
    assert page.locator(".label-preview").evaluate("it => it.naturalWidth") > 100
    page.keyboard.press("F9")
    expect(page.locator("#said.green")).to_contain_text("1 label sent to counter")
    page.keyboard.press("F9")
    expect(page.locator("#said.red")).to_be_visible()
    page.locator("[name=why]").fill("the first one was torn")
    page.locator("[name=printer]").select_option("office")
    page.locator("#print").click()
    expect(page.locator("#said.red")).to_contain_text("nothing was printed")
    page.locator("[name=printer]").select_option("counter")
    page.locator("#print").click()
    expect(page.locator("#said.green")).to_be_visible()
    with station.client("周远") as client:
        drawn = client.get(f"/v1/labels/{item}.zpl?dpi=203&why=compared").content
    assert paper[1].jobs == [drawn, drawn]
    page.goto(page.url + f"/log?label={item}")
    expect(page.locator("tbody tr")).to_have_count(4)  # a look at the specimen leaves none
    expect(page.locator("tbody")).to_contain_text("the first one was torn")
    with station.client("周远") as client:
        answer = client.post("/labels/print", json={"labels": [item], "printer": "127.0.0.1:22", "why": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found/printer")


def test_while_a_printer_has_a_job_another_is_refused_and_leaves_no_line(
    station: Station, store_of: World, paper: tuple[Printer, Paper]
) -> None:
    """Otherwise the next try would be asked why a label that never came out is printed again."""
    (item,) = store_of.seizes(a_case(store_of))
    station.shows()
    with station.client("周远") as client:
        job = {"labels": [item], "printer": "counter"}
        with alone(paper[0]):
            answer = client.post("/labels/print", json=job)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable/printer-busy")
            assert answer.headers["Retry-After"] == "10"
        assert client.post("/labels/print", json=job).status_code == 200
