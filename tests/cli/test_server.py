"""Acts over HTTP: the same command, a ledger behind a server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from commandline import EXECUTABLE, Office


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[str]:
    """The address of a server of the office's ledger."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [EXECUTABLE, "serve", "--database", "ledger.db", "--port", str(port)], cwd=office.folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        try:
            with urlopen(address, timeout=5):
                return
        except URLError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def test_acts_are_completed_signed_and_recorded_over_http(office: Office, server: str) -> None:
    draw = office.draw()
    to = ("--server", server)
    done = office.act(draw, office.check_in(*draw["tubes"]), options=to, CUSTODY_DATABASE="")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("✓ Recorded") == 2
    draft = office.file("reserve.json", office.dispatch(draw["tubes"][1]))
    refused = office.run("act", draft, "--dry-run", *to, lang="zh")
    assert refused.returncode == 1
    assert "备份管未经批准重新鉴定" in refused.stderr
    assert "规则 I-17" in refused.stderr
    sound = office.file("dispatch.json", office.dispatch(draw["tubes"][0]))
    assert office.json("act", sound, "--dry-run", *to)["outcome"] == "accepted"
    assert office.act(office.dispatch(draw["tubes"][1]), options=to).returncode == 1


def test_a_signed_file_is_recorded_once_whichever_way_it_comes(office: Office, server: str) -> None:
    draft = office.file("draw.json", office.draw())
    keys = [word for person in ("med-301", "psb-0211", "psb-0347") for word in ("--key", f"{person}.key")]
    assert office.run("act", draft, *keys, "--sign-only", "-o", "whole.json", "--server", server).returncode == 0
    receipt = office.json("act", "whole.json", "--server", server)
    again = office.json("act", "whole.json")
    assert (again["act"], again["entry"]) == (receipt["act"], receipt["entry"])


def test_a_server_under_another_log_key_is_not_believed(office: Office, server: str) -> None:
    other = "custody.example/yunling+ac41b6f8+AcaqzY7zA9s+u9ckaKD+a1100ZptS/wCuPE+oYvLETuZ"
    draft = office.file("draw.json", office.draw())
    done = office.run("act", draft, "--dry-run", "--server", server, CUSTODY_LOG_VERIFIER=other)
    assert done.returncode == 1
    assert "untrusted/note-unsigned" in done.stderr
