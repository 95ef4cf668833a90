"""The inspector's pack: each section and each anomaly finds what it is about, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from custody.acts.values import decode
from custody.cli import main
from custody.errors import Refused
from custody.ledger.policies import shipped_policy
from custody.registers import Registers
from custody.registers.inspection import ANOMALIES, SECTIONS, Picture, sampled
from custody.registers.inspection.look import COLUMNS
from custody.rules.draw import drawn
from world import World
from world_objects import child, divides
from world_results import observes

Found = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def found(world: World, registers: Callable[[], Registers]) -> Found:
    """``found("night")``: the rows of a section or an anomaly now."""

    def rows(code: str) -> list[dict[str, Any]]:
        (look,) = [each for each in (*SECTIONS, *ANOMALIES) if each.code == code]
        with registers().store.reading() as connection:
            shown = list(look.find(Picture(connection, world.clock(), shipped_policy("cn").numbers)))
        return [dict(each) for each in shown]

    return rows


def items_of(rows: list[dict[str, Any]]) -> list[str]:
    return [each["item"] for each in rows]


def test_loans_and_handovers_are_listed_once_they_are_overdue(world: World, found: Found) -> None:
    case = world.opens_case()
    lent, kept, prompt = world.seizes(case, world.item(), world.item(), world.item())
    world.checks_in([lent, prompt])
    world.lends([lent], hours=48)
    assert found("overdue-loans") == found("overdue-handovers") == []
    world.clock.forward(hours=49)
    (row,) = found("overdue-loans")
    assert (row["item"], row["holder"]) == (lent, "psb-0211")
    (row,) = found("overdue-handovers")
    assert (row["item"], row["case"]) == (kept, case)
    assert all(each["rule"] not in ("D01", "D03") for each in found("overdue-deadlines"))


def test_other_deadlines_open_defects_and_cash_are_listed(world: World, found: Found) -> None:
    case = world.opens_case()
    (cash,) = world.seizes(case, world.item(
        category="cash", quantity="300", unit="CNY", evidential=False,
        details={"kind": "cash", "denominations": [{"face": "100", "count": 3}]},
    ))  # fmt: skip
    (row,) = found("cash")
    assert (row["item"], row["quantity"], row["unit"]) == (cash, "300", "CNY")
    world.clock.forward(days=30)
    world.checks_in([cash], "贵重", to=["梁静", "郑宏"])
    late = [each for each in found("open-defects") if each["defect"] == "LATE_HANDOVER"]
    assert items_of(late) == [cash]
    world.clock.forward(days=3)
    assert "D17" in [each["rule"] for each in found("overdue-deadlines")]
    world.remedies(f"{late[0]['act']}/0", "explain", "周远")
    assert "LATE_HANDOVER" not in [each["defect"] for each in found("open-defects")]


def test_what_a_final_case_leaves_behind_is_listed(world: World, found: Found) -> None:
    case = world.opens_case()
    left, gone = world.seizes(case, world.item(), world.item())
    other = world.seizes(world.opens_case(case="云公(治)行受〔2026〕0312"))
    assert found("closed-cases") == []
    world.checks_in([left, gone])
    world.releases([gone])
    world.steps(case, final=True)
    assert items_of(found("closed-cases")) == [left]
    assert other[0] not in items_of(found("closed-cases"))


def test_what_a_count_missed_is_listed_with_the_count(world: World, found: Found) -> None:
    items = world.seizes(world.opens_case(), world.item(), world.item(description="手表"))
    world.checks_in(items)
    opening = world.opens_stock_take("大库", book=items)
    count = world.counts(opening, "大库", book=items, scanned=items[:1]).act
    (row,) = found("unlocated")
    assert (row["item"], row["description"], row["stock_take"], row["act"]) == (items[1], "手表", opening, count)


def test_one_officer_who_borrows_one_item_again_and_again(world: World, found: Found) -> None:
    one, other = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in([one, other])
    for _ in range(3):
        assert found("repeated-loans") == []
        world.lends([one])
        world.returns([one])
    world.lends([other])
    (row,) = found("repeated-loans")
    assert (row["item"], row["person"], row["times"]) == (one, "psb-0211", 3)


def test_a_weight_that_drifts_and_one_that_does_not(world: World, found: Found) -> None:
    drifts, stays = items = world.seizes(world.opens_case(), world.item(), world.item())

    def weighed(*grams: str) -> list[dict[str, Any]]:
        lines = world.lines(items)
        for line, gram in zip(lines, grams, strict=True):
            line["measured"] = [{"quantity": gram, "unit": "g"}]
        return lines

    world.checks_in(items, lines=weighed("100.00", "50.0"))
    world.lends(items, lines=weighed("99.50", "50"))
    assert found("weight-drift") == []
    world.returns(items, lines=weighed("97.0", "50.0"))
    (row,) = found("weight-drift")
    assert (row["item"], row["before"], row["after"], row["permille"]) == (drifts, "99.5", "97", "25.1")
    assert stays not in items_of(found("weight-drift"))


def test_small_steps_another_unit_and_what_was_left_of_it(world: World, found: Found) -> None:
    """310.36 g of crystal, looked at again and again: each step is too small to tell, together they are not. Whatever
    unit is read; what was taken as a sample is gone by an act, and a car's kilometres are no weight."""
    case = world.opens_case()
    crystal = world.item(category="drugs", description="白色晶体", quantity="310.36", unit="g", seal=None)
    car = world.item(category="vehicle", description="轿车", unit="辆", seal=None)
    (drug, vehicle) = world.seizes(case, crystal, car)
    keepers = ["梁静", "郑宏"]

    def reads(item: str, quantity: str, unit: str) -> list[dict[str, str]]:
        return world.lines([item], measured=[{"quantity": quantity, "unit": unit}])

    world.checks_in([drug], "毒品库", to=keepers, lines=reads(drug, "310.36", "g"))
    world.checks_in([vehicle], "车场", lines=reads(vehicle, "18840", "km"))
    observes(world, [vehicle], "physical", lines=reads(vehicle, "19840", "km"))
    observes(world, [drug], "weight", lines=reads(drug, "0.30810", "kg"))
    assert found("weight-drift") == []
    observes(world, [drug], "weight", lines=reads(drug, "306.0", "g"))
    (row,) = found("weight-drift")
    assert (row["item"], row["before"], row["after"], row["permille"]) == (drug, "310.36", "306", "14.0")
    divides(world, drug, "280.36", [child(world, "30")], by=keepers)
    observes(world, [drug], "weight", lines=reads(drug, "280.3", "g"))
    assert len(found("weight-drift")) == 1


def test_whoever_tries_to_send_the_reserve_tube_is_named(world: World, found: Found) -> None:
    """周远 sends tube B to the laboratory of tube A without a re-examination: refused, and shown with the tube."""
    one, two = world.draws(world.opens_case())
    world.dispatches([one])
    with pytest.raises(Refused) as refused:
        world.dispatches([two])
    (row,) = found("reserve-tubes")
    assert (row["item"], row["person"], row["type"]) == (two, "psb-0211", refused.value.code)


def test_what_goes_out_or_comes_back_at_night(world: World, found: Found) -> None:
    (phone,) = world.seizes(world.opens_case())
    world.checks_in([phone])
    world.lends([phone])
    assert found("night") == []
    world.clock.now = world.clock.now.replace(hour=23, minute=30)
    receipt = world.returns([phone])
    (row,) = found("night")
    assert (row["type"], row["position"], row["item"]) == ("return", receipt.index + 1, phone)


def test_interest_in_a_reserve_tube(world: World, found: Found) -> None:
    case = world.opens_case()
    draft = world.draw(case)
    world.act(draft)
    tube, reserve = [each["code"][:16] for each in draft["tubes"]]
    world.checks_in([tube, reserve], "冷藏")
    assert found("reserve-tubes") == []
    viewing = {
        "act": "viewing", "viewer": {"disclose": "律师"}, "capacity": "counsel", "authority": "律师阅看申请",
        "manner": "目视", "opened": False, "recording": None,
        "attestations": [{"part": "viewer", "name": {"disclose": "律师"}, "kind": "handwritten"}],
        "signers": world.signers(custodian="梁静"),
    }  # fmt: skip
    world.act({**viewing, "items": [tube]})
    world.act({**viewing, "items": [reserve]})
    assert items_of(found("reserve-tubes")) == [reserve]


def test_every_look_says_what_it_shows() -> None:
    looks = (*SECTIONS, *ANOMALIES)
    assert len({each.code for each in looks}) == len(looks)
    for each in looks:
        assert each.zh
        assert each.en
        assert set(each.columns) <= COLUMNS.keys()


def test_a_pack_is_written_whole_and_is_the_same_again(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    items = world.seizes(world.opens_case(), *(world.item(description=f"=手机|<b>{each}") for each in range(6)))
    world.checks_in(items)
    world.lends(items[:1], hours=1)
    world.clock.forward(hours=2)
    world.relocates(items[1:2], "车场")

    def inspect(folder: str, *more: str) -> tuple[int, str]:
        status = main([
            "--lang", "en", "inspect", "-o", str(tmp_path / folder), "--sample", "2", "--salt", "it's 7", *more,
            "--database", database_url,
        ])  # fmt: skip
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    status, said = inspect("one", "--json")
    assert status == 0, said
    rows = json.loads(said)["rows"]
    assert (rows["overdue-loans"], rows["cash"]) == (1, 0)
    assert inspect("two")[0] == 0
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / each).iterdir()} for each in ("one", "two"))
    assert one == two
    for line in one["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(one[name]).hexdigest() == digest
    (row,) = csv.DictReader(io.StringIO(one["overdue-loans.csv"].decode("utf-8-sig")))
    assert row["物品 item"] == items[0]
    assert row["名称 description"] == "'=手机|<b>0", "a spreadsheet computes nothing"
    assert "逾期未还的调用" in one["report.zh.md"].decode()
    assert "=手机\\|&lt;b&gt;0" in one["report.en.md"].decode()
    assert "<b>0" not in one["report.zh.html"].decode()
    status, said = inspect("one")
    assert (status, "already" in said) == (2, True)

    head = world.ledger.recorder.head()
    root = json.loads(inspect("three", "--json")[1])["root"]
    assert decode(root) == head.root
    shelf = dict(line.split(" ") for line in one["shelf.txt"].decode().splitlines())
    sample = list(csv.DictReader(io.StringIO(one["sample.csv"].decode("utf-8-sig"))))
    assert sorted(each["物品 item"] for each in sample) == list(drawn(head.root, "it's 7", shelf, 2))
    shelf_file = str(tmp_path / "one/shelf.txt")
    assert main(["draw", f"--root={root}", "--salt", "it's 7", "--count", "2", "--list", shelf_file]) == 0
    assert sorted(capsys.readouterr().out.split()) == sorted(each["物品 item"] for each in sample)


def test_a_shelf_sample_takes_all_of_high_risk(world: World, registers: Callable[[], Registers]) -> None:
    case = world.opens_case()
    watch, *phones = world.seizes(case, world.item(category="valuables"), *(world.item() for _ in range(4)))
    world.checks_in([watch], "贵重", to=["梁静", "郑宏"])
    world.checks_in(phones)
    with registers().store.reading() as connection:
        picture = Picture(connection, world.clock() + timedelta(), {})
        assert [each["item"] for each in sampled(picture, bytes(32), "", 0)] == [watch]
        assert len(sampled(picture, bytes(32), "", 3)) == 4
