"""``custody serve`` as it is started, and how it says that it is well."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from custody.cli import main
from submissions import a_case
from world import World

CUSTODY = "import sys; from custody.cli import main; sys.exit(main())"


def test_readiness_names_database_registers_checkpoint_decoders_and_disk(world: World, client: httpx.Client) -> None:
    size = world.ledger.recorder.head().size
    client.get("/v1/items", params={"at_least": size})
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert (answer.status_code, answer.json()["ready"]) == (200, True), answer.text
    assert checks["database"] == {"ok": True, "kind": world.engine.dialect.name, "size": size}
    assert checks["checkpoint"]["age_seconds"] >= 0
    assert {"items", "custody", "refusals"} <= {each["name"] for each in checks["registers"]["registers"]}
    assert {each["lag"] for each in checks["registers"]["registers"]} == {0}
    assert "zxing-cpp" in checks["decoders"]["live"]
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_log_that_contradicts_itself_is_no_longer_ready(sqlite_world: World, sqlite_client: httpx.Client) -> None:
    """Somebody with the file in his hands changed the head: the next act is not recorded, and readiness says why."""
    sound = a_case(sqlite_world, "云公(刑)诈〔2026〕0520")
    with sqlite_world.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER ledger_head_grows"))
        connection.execute(text("UPDATE ledger_head SET root = (SELECT leaf FROM ledger_entry LIMIT 1)"))
    assert sqlite_client.get("/readyz").json()["checks"]["writing"] == {"ok": True}
    assert sqlite_client.post("/v1/acts", json=sound).status_code == 503
    answer = sqlite_client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["writing"]["damaged"]["ledger"]["code"] == "damaged/tree"


def test_a_served_ledger_answers_until_it_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, key = str(tmp_path / "ledger.db"), str(tmp_path / "admin.pem")
    assert main(["keygen", key, "--no-passphrase"]) == 0
    founding = ["init", "--database", database, "--origin", "custody.example/test", "--jurisdiction", "cn"]
    assert main([*founding, "--agency", "psb-yunling", "--admin", "psb-admin", "--key", key]) == 0
    with subprocess.Popen(
        [sys.executable, "-c", CUSTODY, "serve", "--lang", "en", "--database", database, "--port", "0"],
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert address is not None
            with sqlite3.connect(tmp_path / "ledger-registers.db") as registers:
                assert registers.execute("SELECT DISTINCT position FROM register ORDER BY 1").fetchall() == [(0,), (1,)]
            registers.close()
            monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
            assert main(["sign-in", "--server", address[0], "--key", key]) == 0
            (session,) = json.loads((tmp_path / "custody" / "sessions.json").read_text()).values()
            bearer = {"Authorization": f"Bearer {session['token']}"}
            with httpx.Client(base_url=address[0], timeout=60, headers=bearer) as client:
                assert client.get("/v1/people/psb-admin", params={"at_least": 1}).status_code == 200
                assert client.get("/readyz").status_code == 200
                assert client.get("/log/checkpoint").text.startswith("custody.example/test\n1\n")
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) in (0, 130)
