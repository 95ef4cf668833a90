"""A day at the counter by the command line alone: draw, sign in turn, check in, look, verify."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from commandline import CASE, Office
from custody.registers import items

Tubes = list[dict[str, str]]


@pytest.fixture(scope="module")
def tubes(office: Office) -> Tubes:
    """Tubes A and B of one draw, checked in."""
    draw = office.draw()
    done = office.act(draw, office.check_in(*draw["tubes"]))
    assert done.returncode == 0, done.stderr
    return list(draw["tubes"])


def test_an_act_is_signed_in_turn_at_two_desks_and_then_submitted(office: Office) -> None:
    draw = office.draw()
    assert office.act(draw).returncode == 0
    draft = office.file("check-in.json", office.check_in(*draw["tubes"]))
    first = office.run("act", draft, "--key", "psb-0211.key", "--sign-only", "-o", "signed.json")
    assert first.returncode == 0
    assert "cen-01" in first.stdout
    assert (office.folder / "signed.json").stat().st_mode & 0o777 == 0o600

    early = office.run("act", "signed.json", lang="zh")
    assert early.returncode == 1
    assert "缺少签署人的签名：cen-01" in early.stderr

    second = office.run("act", "signed.json", "--key", "cen-01.key", "--sign-only", "-o", "signed.json")
    assert second.returncode == 0
    receipt = office.json("act", "signed.json")
    again = office.json("act", "signed.json")
    assert again == receipt
    assert "the same receipt" in office.run("act", "signed.json").stdout
    shown = office.json("show", "item", draw["tubes"][0]["code"])
    assert shown["custody"]["place"] == office.store
    assert shown["version"] == receipt["position"]


def test_what_cannot_be_signed_is_not_lost_from_the_file_that_is_passed_on(office: Office) -> None:
    whole, broken = office.draw(), {"act": "marriage", "signers": []}
    file = office.file("round.jsonl", whole, broken)
    before = (office.folder / file).read_text()
    assert office.run("act", file, "--key", "psb-0211.key", "--sign-only", "-o", file).returncode == 1
    assert (office.folder / file).read_text() == before


def test_a_copy_is_kept_before_an_act_is_submitted(office: Office) -> None:
    first, second = office.draw(), office.draw()
    done = office.act(first, second, options=("-o", "copies.jsonl", "--json"))
    assert done.returncode == 0, done.stderr
    again = office.run("act", "copies.jsonl", "--json")
    assert again.stdout == done.stdout
    assert (office.folder / "copies.jsonl").stat().st_mode & 0o777 == 0o600


def test_history_names_every_holder_and_who_signed(office: Office, tubes: Tubes) -> None:
    known = office.json("history", tubes[0]["code"][:16])
    assert [(each["holder"], each["type"]) for each in known["custody"]] == [
        ("psb-0211", "blood-draw"), (office.store, "check-in"),
    ]  # fmt: skip
    assert known["gaps"] == []
    printed = office.run("history", tubes[0]["code"], lang="zh").stdout
    assert re.search(r"\d\d:\d\d:\d\d[+-]\d\d:\d\d\t", printed), "times have their offset"
    for words in (
        f"血样冷藏柜 CR-02 {office.store} (场所)", "血样提取", "入库", "交件人 psb-0211", "保管员 cen-01",
        "被提取人（纸面：捺印）", "没有缺口",
    ):  # fmt: skip
        assert words in printed


def test_show_reads_the_past_as_it_was_and_as_it_was_known(office: Office, tubes: Tubes) -> None:
    history = office.json("history", tubes[0]["code"])
    drawn = history["acts"][0]["recorded_at"]
    then = office.json("show", "item", tubes[0]["code"], "--known-at", drawn)
    assert then["custody"]["holder"] == "psb-0211"
    assert office.run("show", "item", tubes[0]["code"], "--known-at", "2020-01-01").returncode == 1
    printed = office.run("show", "item", tubes[0]["code"], lang="zh").stdout
    assert "在库" in printed
    assert f"血样冷藏柜 CR-02 {office.store}" in printed
    assert office.json("show", "item", tubes[0]["code"])["custody"]["place_name"] == "血样冷藏柜 CR-02"
    assert "生物检材" in printed


def test_a_case_a_person_and_a_place_are_shown(office: Office, tubes: Tubes) -> None:
    assert office.json("show", "case", CASE)["lead"] == "psb-yunling"
    assert office.json("show", "person", "cen-01")["places"] == [office.store]
    place = office.run("show", "place", office.store, lang="zh").stdout
    assert "血样冷藏柜 CR-02" in place
    assert "冷藏" in place


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("备份管未经批准重新鉴定", "规则 I-17", "依据未经核对", "应当：先申请重新鉴定")),
     ("en", ("The reserve tube is neither sent nor opened", "rule I-17", "instead: Apply for a re-examination"))],
)  # fmt: skip
def test_a_dry_run_says_that_the_reserve_tube_stays(
    office: Office, tubes: Tubes, lang: str, words: tuple[str, ...]
) -> None:
    draft = office.file("reserve.json", office.dispatch(tubes[1]))
    done = office.run("act", draft, "--dry-run", lang=lang)
    assert done.returncode == 1
    assert "refused/reserve-tube-without-reexamination" in done.stderr
    for each in words:
        assert each in done.stderr


def test_a_refusal_is_json_for_machines(office: Office, tubes: Tubes) -> None:
    done = office.act(office.dispatch(tubes[1]), options=("--json",))
    assert done.returncode == 1
    problem = json.loads(done.stderr)
    assert problem["code"] == "refused/reserve-tube-without-reexamination"
    assert problem["rule"] == "I-17"
    assert problem["zh"]
    assert problem["en"]


def test_a_dry_run_of_a_sound_act_says_so_and_records_nothing(office: Office, tubes: Tubes) -> None:
    draft = office.file("dispatch.json", office.dispatch(tubes[0]))
    decided = office.json("act", draft, "--dry-run")
    assert decided["outcome"] == "accepted"
    assert office.json("show", "item", tubes[0]["code"])["status"] == "stored"


def test_one_bad_act_of_many_does_not_stop_the_others(office: Office) -> None:
    unknown = office.check_in({"code": "EV1BHP5N40BAQPAA1D0A", "seal": "F-1"})
    draw = office.draw()
    done = office.act(unknown, draw, options=("--json",))
    assert done.returncode == 1
    assert "refused/unknown-item" in done.stderr
    assert json.loads(done.stdout)["position"] > 1
    assert office.json("show", "item", draw["tubes"][0]["code"])["custody"]["holder"] == "psb-0211"


@pytest.mark.parametrize("order", [("acts.json", "--key", "a", "b"), ("--key", "a", "b", "acts.json"),
                                   ("--key", "a", "acts.json", "--key", "b"), ("--key", "a", "b", "-")])  # fmt: skip
def test_keys_and_acts_may_be_named_in_any_order(office: Office, tubes: Tubes, order: tuple[str, ...]) -> None:
    office.file("acts.json", office.dispatch(tubes[0]))
    for name, person in (("a", "psb-0211"), ("b", "cen-01")):
        (office.folder / name).unlink(missing_ok=True)
        (office.folder / name).symlink_to(f"{person}.key")
    done = office.run("act", *order, "--dry-run", given=(office.folder / "acts.json").read_text())
    assert done.returncode == 0, done.stderr


def test_a_key_of_somebody_else_signs_nothing(office: Office, tubes: Tubes) -> None:
    draft = office.file("stranger.json", office.dispatch(tubes[0]))
    done = office.run("act", draft, "--key", "psb-0347.key")
    assert done.returncode == 1
    assert "untrusted/signature-missing" in done.stderr


def test_a_ledger_that_was_worked_on_verifies_clean_and_registers_are_made_anew(office: Office, tubes: Tubes) -> None:
    report = office.json("verify", "--jobs", 1)
    assert report["clean"] is True
    assert report["entries"] > 10
    rebuilt = office.json("rebuild", "items", "custody")
    assert rebuilt == {"items": report["entries"], "custody": report["entries"]}
    assert office.json("verify", "--jobs", 1)["findings"] == []


def test_a_changed_register_is_found_and_cured_by_a_rebuild(office: Office, tubes: Tubes) -> None:
    office.json("rebuild")
    with sqlite3.connect(office.folder / "ledger-registers.db") as registers:
        registers.execute(f"DELETE FROM {items.REGISTER.tables[0].name}")
    registers.close()
    found = office.run("verify", "--jobs", "1", lang="zh")
    assert found.returncode == 1
    assert "custody rebuild items" in found.stdout
    office.json("rebuild", "items")
    assert office.run("verify", "--jobs", "1").returncode == 0


def test_doctor_finds_everything_in_order(office: Office) -> None:
    found = office.json("doctor")
    works = {each["check"]: each["works"] for each in found["checks"]}
    assert {"database", "schema", "log key", "journal key", "clock", "commands"} <= works.keys()
    assert all(works[name] for name in works.keys() - {"camera"})
    assert found["settings"]["CUSTODY_DATABASE"].startswith("sqlite:///")


def test_nothing_sealed_and_no_key_is_ever_printed(office: Office, tubes: Tubes) -> None:
    draft, signed = office.file("draw.json", office.draw()), ("--sign-only", "-o", "printed.json")
    assert office.run("act", draft, "--key", "psb-0211.key", *signed).returncode == 0
    said = "".join(office.said)
    assert "陈某某" not in said
    assert "周远" not in said
    assert "PRIVATE KEY" not in said
    salts = [each["salt"] for each in json.loads((office.folder / "printed.json").read_text())["disclosures"]]
    assert salts
    for salt in salts:
        assert salt not in said
    assert not re.search(r"passphrase of \S+: \S", said)
