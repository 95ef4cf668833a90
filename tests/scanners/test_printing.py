"""Labels on their way to a printer: raw bytes to a socket, as a printer on port 9100 takes them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from custody.cli.parser import WrongUse
from custody.cli.printers import Printer, read_printers
from custody.cli.setting_values import READERS
from custody.errors import Unavailable
from custody_scanners.labels import blank, draw
from custody_scanners.printing import alone, send


class Paper:
    """What a printer has taken."""

    def __init__(self) -> None:
        self.data = b""
        self.over = Event()


@contextmanager
def printer(*, reads: bool = True) -> Iterator[tuple[Printer, Paper]]:
    """A printer that listens on this machine; one that does not read is out of paper."""
    paper, full = Paper(), Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)

        def take() -> None:
            connection, _ = listening.accept()
            with connection:
                if not reads:
                    full.wait(60)
                    return
                while piece := connection.recv(4096):
                    paper.data += piece
            paper.over.set()

        thread = Thread(target=take)
        thread.start()
        yield Printer("counter", "127.0.0.1", listening.getsockname()[1]), paper
        full.set()
        thread.join(60)


def test_a_printer_gets_every_byte_of_a_job() -> None:
    job = draw(blank("item", 40), "bag-50x30", "zpl", 203).data
    with printer() as (named, paper):
        send(named, job)
        assert paper.over.wait(60)
    assert paper.data == job


def test_a_printer_that_is_off_says_that_nothing_was_printed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        off = Printer("counter", "127.0.0.1", taken.getsockname()[1])
    with pytest.raises(Unavailable) as error:
        send(off, b"^XA^XZ")
    assert error.value.code == "unavailable/printer"


def test_a_printer_that_stops_reading_says_that_some_may_have_come_out() -> None:
    with printer(reads=False) as (named, _), pytest.raises(Unavailable) as error:
        send(named, b"^XA^XZ" * 4_000_000, send_seconds=0.2)
    assert error.value.code == "unavailable/printer-stopped"


def test_a_printer_that_reads_too_slowly_is_left_at_the_end_of_the_jobs_time() -> None:
    with printer(reads=False) as (named, _), pytest.raises(Unavailable) as error:
        send(named, b"^XA^XZ" * 4_000_000, send_seconds=9, job_seconds=0.2)
    assert error.value.code == "unavailable/printer-stopped"


def test_a_printer_has_one_job_at_a_time_and_another_printer_has_its_own() -> None:
    counter, office = Printer("counter", "127.0.0.1", 9), Printer("office", "127.0.0.1", 10)
    with alone(counter), alone(office), pytest.raises(Unavailable) as error, alone(counter):
        pytest.fail("two jobs at once")
    assert (error.value.code, error.value.fields["retry_after"]) == ("unavailable/printer-busy", 10)
    with alone(counter):
        pass


def test_printers_are_read_as_the_settings_write_them() -> None:
    assert read_printers("counter=10.0.0.7 roll=printer.store:9101@300 lab=[fd00::7]:9100@203") == (
        Printer("counter", "10.0.0.7"), Printer("roll", "printer.store", 9101, 300), Printer("lab", "fd00::7"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["counter", "a=h:0", "a=h:99999", "a=h a=g", "a=h@600", "A B=h", "a=../x", "a=h:1/x"])
def test_what_is_no_printer_is_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        READERS["printers"](text)
