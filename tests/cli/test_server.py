"""Acts over HTTP: the same command, a ledger behind a server."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

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
        said = office.run("sign-in", "--server", address, "--key", "psb-0211.key", lang="zh")
        assert "psb-0211（psb-yunling）已登录" in said.stdout, said.stderr
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


def test_without_a_session_nothing_is_read_and_an_act_brings_its_own(office: Office, server: str) -> None:
    draft = office.file("draw.json", office.draw())
    nowhere = {"XDG_STATE_HOME": str(office.folder / "elsewhere")}
    done = office.run("act", draft, "--dry-run", "--server", server, **nowhere)
    assert done.returncode == 1
    assert "not-signed-in/session" in done.stderr
    keys = [word for person in ("med-301", "psb-0211", "psb-0347") for word in ("--key", f"{person}.key")]
    assert office.run("act", draft, *keys, "--server", server, **nowhere).returncode == 0
    assert not (office.folder / "elsewhere").exists(), "a session for one command is not kept"


def test_a_session_is_kept_for_its_owner_alone_until_it_is_ended(office: Office, server: str) -> None:
    own = {"XDG_STATE_HOME": str(office.folder / "own")}
    begun = office.json("sign-in", "--server", server, "--key", "med-301.key", **own)
    assert begun["person"] == "med-301"
    assert "token" not in begun
    kept = office.folder / "own" / "custody" / "sessions.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    token = json.loads(kept.read_text())[server]["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{server}/v1/session", headers=bearer)) as answer:
        assert json.loads(answer.read())["person"] == "med-301"
    assert office.run("sign-in", "--server", server, "--end", **own).returncode == 0
    with pytest.raises(HTTPError) as ended:
        urlopen(Request(f"{server}/v1/session", headers=bearer))
    assert ended.value.code == 401
    assert server not in json.loads(kept.read_text())


def test_a_server_under_another_log_key_is_not_believed(office: Office, server: str) -> None:
    other = "custody.example/yunling+ac41b6f8+AcaqzY7zA9s+u9ckaKD+a1100ZptS/wCuPE+oYvLETuZ"
    draft = office.file("draw.json", office.draw())
    done = office.run("act", draft, "--dry-run", "--server", server, CUSTODY_LOG_VERIFIER=other)
    assert done.returncode == 1
    assert "untrusted/note-unsigned" in done.stderr
