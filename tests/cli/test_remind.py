"""``custody remind`` and ``custody recommend``, by the real executable: from a dry run to a recommendation answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commandline import CASE, EXECUTABLE, Office, signers
from custody import label
from listening import Web, web_server

SETTINGS = """
report_at = 00:00:00
report_tells = ["legal-reviewer"]

[channels.push]
kind = "webhook"
url = "{url}"
secret_file = "push.secret"

[people.psb-0211]
push = "zhou"
[people.psb-0347]
push = "he"
[people.psb-0077]
push = "gao"
[people.psb-0102]
push = "liu"
"""


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Office:
    """An office in which something was seized a hundred hours ago and is not in the store."""
    office = Office(tmp_path_factory.mktemp("late"))
    office.found()
    office.settle()
    assert office.act(seizure()).returncode == 0, office.said
    for name, text in (("remind.toml", SETTINGS.format(url=web.url)), ("push.secret", "whsec_" + "AA" * 16)):
        (office.folder / name).write_text(text, encoding="utf-8")
        (office.folder / name).chmod(0o600)
    return office


def seizure() -> dict[str, Any]:
    item = {
        "code": label.make("item", os.urandom(9)), "category": "general", "description": "手机", "quantity": "1",
        "unit": "部", "features": None, "serial": None, "source": "当事人处", "estimated_value": None,
        "evidential": True, "hazard": None, "seal": "F-990001",
    }  # fmt: skip
    return {
        "act": "seizure", "case": CASE, "measure": "seized", "where": "云岭区青石路", "authority": "decision",
        "instrument": "云公扣字〔2026〕12号", "controlled_site": False, "items": [item],
        "occurred_at": (datetime.now(UTC) - timedelta(hours=100)).isoformat(timespec="seconds"),
        "attestations": [{"part": "witness", "name": {"disclose": "岩某"}, "kind": "handwritten"}],
        "signers": signers(officer="psb-0211", second="psb-0347"),
    }  # fmt: skip


def remind(office: Office, *arguments: object, **more: str) -> Any:
    return office.run("remind", *arguments, CUSTODY_REMINDERS="remind.toml", **more)


def test_from_a_dry_run_to_a_recommendation_that_is_answered(late: Office, web: Web) -> None:
    said = remind(late, "--dry-run")
    assert said.returncode == 0, said.stderr
    assert "psb-0211" in said.stdout
    assert "red +72h" in said.stdout
    assert web.posted == []

    said = remind(late, "--once", "--json")
    done = json.loads(said.stdout)
    assert done["messages"] == {"sent": 6}, said  # two officers, reviewer, head; the recommendation; the report
    assert {each["tells"] for each in done["nobody"]} == {"approver-3", "supervisor"}
    assert said.returncode == 1
    (reference,) = done["drafted"]
    assert len(web.posted) == 6
    again = json.loads(remind(late, "--once", "--json").stdout)
    assert (again["new"], again["messages"], again["drafted"]) == (0, {}, [])

    assert "点调会清单 江州市公安局云岭分局" in remind(late, "--report", lang="zh").stdout
    (report,) = json.loads(remind(late, "--report", "--json", "--agency", "psb-yunling").stdout)
    assert [each["rule"] for each in report["red"]] == ["D01"]
    said = remind(late, "--list", "--json")
    assert (said.returncode, json.loads(said.stdout)["counts"]["sent"]) == (0, 6)

    assert late.json("recommend")[0]["reference"] == reference
    for state in ("issued", "answered"):
        draft = late.json("recommend", "--draft", reference, "--noter", "psb-0077")
        assert late.act(draft).returncode == 0, late.said[-2:]
        assert late.json("recommend", "--all")[0]["state"] == state
    assert late.json("recommend") == []
    assert late.run("recommend", "--draft", reference, "--noter", "psb-0077").returncode == 1
    assert late.run("recommend", "--void", reference, "--reason", "x", lang="zh").returncode == 1
    assert "只有尚未签发" in late.said[-1]


def test_it_goes_on_turn_after_turn_until_it_is_asked_to_end(late: Office) -> None:
    environment = {"PATH": os.environ["PATH"], "CUSTODY_DATABASE": late.database, "CUSTODY_REMINDERS": "remind.toml"}
    process = subprocess.Popen(
        [EXECUTABLE, "remind", "--every", "1", "--json"], cwd=late.folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(2):
        assert "messages" in json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors


def test_the_doctor_says_whether_channels_and_desk_are_there(late: Office) -> None:
    checks = {each["check"]: each["works"] for each in json.loads(
        late.run("doctor", "--json", CUSTODY_REMINDERS="remind.toml").stdout
    )["checks"]}  # fmt: skip
    assert checks["desk"]
    assert checks["reminders"]
    checks = json.loads(late.run("doctor", "--json", CUSTODY_REMINDERS="nowhere.toml").stdout)["checks"]
    assert not next(each for each in checks if each["check"] == "reminders")["works"]


def test_wrong_use_is_said_in_a_sentence(late: Office) -> None:
    for arguments, code in (
        (("remind", "--once"), "use/reminders"),
        (("remind", "--every", "0", "--reminders", "remind.toml"), "use/remind-every"),
        (("recommend", "--draft", "x"), "use/recommend"),
    ):
        said = late.run(*arguments)
        assert said.returncode == 2
        assert code in said.stderr
    (late.folder / "open.toml").write_text("")
    (late.folder / "open.toml").chmod(0o644)
    assert "malformed/reminders-open" in late.run("remind", "--once", "--reminders", "open.toml").stderr
    assert late.run("remind", "--again", "no-such-id").returncode == 1
