"""``custody rules`` with the real executable, on the cases that come with the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandline import Office
from custody.ledger.policies import shipped_policy

CASES = Path(__file__).resolve().parents[2] / "docs/cases"


def test_every_rule_is_listed_with_what_was_checked(empty_office: Office) -> None:
    listed = empty_office.json("rules", "list")
    assert {each["code"] for each in listed["rules"]} == set(shipped_policy("cn").texts)
    assert {each["verified"] for each in listed["rules"]} == {"verified", "UNVERIFIED"}
    page = empty_office.run("rules", "list", lang="zh").stdout
    assert "办案人员不得保管本案财物。" in page
    assert "2026-01-01" in page


def test_another_jurisdiction_is_listed(empty_office: Office) -> None:
    page = empty_office.run("rules", "list", "--jurisdiction", "uk").stdout
    assert "uk: " in page
    assert "0 verified" in page
    assert "s 15(5)" in page
    assert "ONE_OFFICER" not in page


def test_one_rule_is_shown_whole(empty_office: Office) -> None:
    (shown,) = empty_office.json("rules", "show", "LATE_HANDOVER")
    assert shown["judges"] == ["check-in: a taken item reaches the store in time"]
    assert (shown["owner"], shown["accepted_by"]) == ("officer", "legal-reviewer")
    (planned,) = empty_office.json("rules", "show", "refused/draw-not-allowed")
    assert len(planned["judges"]) == 2
    missing = empty_office.run("rules", "show", "nothing")
    assert missing.returncode == 1
    assert "not-found/rule" in missing.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_cases_of_the_documents_pass(empty_office: Office, lang: str) -> None:
    done = empty_office.run("rules", "test", CASES, lang=lang)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == len(list(CASES.glob("*.toml")))


def test_a_case_that_comes_out_otherwise_fails(empty_office: Office) -> None:
    folder = empty_office.folder / "cases"
    folder.mkdir()
    text = (CASES / "01-late-handover.toml").read_text(encoding="utf-8")
    (folder / "one.toml").write_text(text.replace("LATE_HANDOVER", "CHAIN_GAP"), encoding="utf-8")
    done = empty_office.run("rules", "test", "cases")
    assert done.returncode == 1
    assert "→ LATE_HANDOVER" in done.stdout


def test_a_file_that_is_no_case_says_so(empty_office: Office) -> None:
    folder = empty_office.folder / "cases"
    folder.mkdir()
    assert "not-found/rule-cases" in empty_office.run("rules", "test", "cases").stderr
    head = 'zh = "甲"\nen = "a"\nexpect = "accepted"\n'
    for text in ("no toml", head, head + '[[act]]\nact = "check-in"\n[[act]]\nact = "check-in"\n'):
        (folder / "one.toml").write_text(text, encoding="utf-8")
        assert "malformed/rule-case" in empty_office.run("rules", "test", "cases").stderr


def test_a_ledger_is_founded_under_another_jurisdiction(empty_office: Office) -> None:
    empty_office.keygen("psb-admin")
    founded = empty_office.run(
        "init", "--origin", "custody.example/borough", "--jurisdiction", "uk", "--agency", "borough", "--admin",
        "psb-admin", "--key", "psb-admin.key", "--agency-name", "Borough", "--admin-name", "A. Clerk",
        "--log-key", "ledger.db.key",
    )  # fmt: skip
    assert founded.returncode == 0, founded.stderr
    assert empty_office.json("policy", "show")["jurisdiction"] == "uk"
