"""The counter in a terminal: what a scanner and ten fingers do there, with the real ledger and a real server."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.conftest import serving
from custody import label
from custody.cli.words import use_language
from custody.client import Client
from custody_api.terminal.app import ScanLine
from custody_api.terminal.command import run
from custody_api.terminal.counter import AtServer
from terminal.conftest import Station
from world import CST, World

PASSPHRASE = "correct horse"


def test_two_people_check_items_in_by_scanner_and_keyboard_alone(station: Station) -> None:
    world = station.world
    things = (world.item(description=each) for each in ("手机", "电脑", "钱包"))
    phone, laptop, other = world.seizes(world.opens_case(), *things)

    async def story(at: Station) -> None:
        assert "check-in" in at.screen.lower()
        await at.type("1")
        said = await at.scan(world.places["大库"])
        assert "大库" in said
        said = await at.type("psb-0211", "cen-01")
        assert "Scan the items" in said
        assert "accepted  手机" in await at.scan(phone)
        assert "already there" in await at.scan(phone)
        assert "3 items" in await at.scan(laptop, other)
        assert "2 items" in await at.press("f2")
        await at.type("1", "3")
        assert "condition" in at.screen
        said = await at.type("划痕")
        assert "Ready to sign" in said
        said = await at.press("f9")
        assert "SHA-256" in said, said
        assert "SEAL_BROKEN" in said
        assert "custodian: cen-01  to sign" in said
        assert "hidden" in await at.type(at.key("周远", PASSPHRASE))
        assert at.app is not None
        assert at.app.query_one(ScanLine).password
        assert "does not open" in await at.type("wrong")
        said = await at.type(at.key("周远"), PASSPHRASE)
        assert "deliverer: psb-0211  signed" in said
        said = await at.sign("梁静")
        assert "Recorded, number" in said
        assert "proof is verified" in said
        await at.press("enter")
        assert not at.app.standing.rows

    station.run(story, drawn=True)
    assert [world.facts(each).holder.id for each in (phone, laptop)] == [world.places["大库"]] * 2
    assert world.facts(phone).condition == "划痕"
    kept = (station.folder / "sheet.json").read_text()
    assert json.loads(kept)["sheet"] is None
    assert PASSPHRASE not in kept


def test_a_passphrase_typed_where_its_file_is_asked_for_is_not_shown(station: Station) -> None:
    world = station.world
    (one,) = world.seizes(world.opens_case(), world.item())

    async def story(at: Station) -> None:
        await at.check_in(one)
        for early in (PASSPHRASE, f"~{PASSPHRASE}", PASSPHRASE * 40):
            said = await at.type(early)
            assert "There is no such file." in said
            assert PASSPHRASE not in said
        assert f"{at.folder.name}: Is a directory" in await at.type(str(at.folder))

    station.run(story)


def test_a_loan_goes_out_and_comes_back_and_what_is_odd_is_said_at_once(station: Station) -> None:
    world = station.world
    item, elsewhere = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in([item])

    async def story(at: Station) -> None:
        said = await at.scan(item)
        assert "保管员 梁静" not in said
        assert "The chain has no gap" in said
        assert "Check-out" in said
        await at.press("1")
        assert "1 items" in at.screen
        await at.type("1", "psb-0211")
        await at.press("7")
        assert "This is no time" in await at.type("tomorrow")
        await at.type("24h", "", "cen-01", "psb-0102")
        assert "wrong place" in await at.scan(elsewhere)
        await at.press("f2")
        await at.press("f9")
        said = await at.sign("梁静", "周远", "刘振")
        assert "Recorded" in said, said
        await at.press("enter")
        await at.type("3")
        await at.scan(world.places["大库"], item)
        await at.type("F-999", "完好", "psb-0211", "cen-01", "封签更换")
        said = await at.press("f9")
        assert "owed then" in said, "the seal is another than the one it left under"
        assert "Recorded" in await at.sign("周远", "梁静")

    station.run(story)
    assert world.facts(item).loan is None


def test_what_a_rule_forbids_is_told_with_its_source_and_what_to_do_instead(station: Station) -> None:
    world = station.world
    _, reserve = world.draws(world.opens_case())

    async def story(at: Station) -> None:
        await at.type("8")
        await at.scan(reserve)
        assert "没有此人" in await at.type("1", "lab-1", "云公鉴聘字〔2026〕7号", "", "1", "psb-9999")
        said = (await at.type("psb-0211", "", "psb-0102"), await at.press("f9"))[1]
        for words in ("不予采信  还不能签名", "refused/reserve", "I-17；依据：", "应当："):
            assert words in said, said
        assert "可以签名" in (await at.press("f2"), await at.type("psb-0102"))[1], "the sheet stands as it was"

    station.run(story, lang="zh")


def test_seals_are_put_on_and_opened_and_things_move(station: Station) -> None:
    world = station.world
    one, two = world.seizes(world.opens_case(), world.item(seal=None), world.item(seal=None))

    async def story(at: Station) -> None:
        await at.type("6")
        await at.scan(one, two)
        assert "2 items in one package" in at.screen
        await at.type("F-777001", "psb-0211", "", "物证袋")
        assert "Recorded" in (await at.press("f9"), await at.sign("周远"))[1]
        assert world.facts(one).seal == world.facts(two).seal == "F-777001"
        await at.press("enter")
        await at.type("7")
        await at.scan(one, two)
        await at.type("1", "1", "psb-0211", "psb-0347", "检验", "完好")
        await at.press("f9")
        assert "Recorded" in await at.sign("周远", "何苗"), at.screen
        await at.press("enter")
        await at.type("4")
        await at.scan(one)
        await at.type("1", "", "psb-0211", "psb-0347", "", "交接")
        await at.press("f9")
        assert "Recorded" in await at.sign("周远", "何苗"), at.screen

    station.run(story)
    assert world.facts(one).holder.id == "psb-0347"
    assert world.facts(two).seal_state == "open"


def test_tubes_go_to_the_laboratory_and_a_phone_back_to_its_owner(station: Station) -> None:
    world = station.world
    case = world.opens_case()
    tube, _ = world.draws(case)
    kit = label.code_of(world.facts(tube).kit)
    (phone,) = world.seizes(case)
    world.checks_in([phone])
    world.notes(case, "found-irrelevant", [phone], signers=world.signers(noter="何苗"))

    async def story(at: Station) -> None:
        assert "25K118" in await at.type(kit)
        await at.press("escape")
        await at.type("8")
        assert "2 tubes" in await at.type(kit)
        await at.press("f2")
        await at.type("1", "lab-1", "云公鉴聘字〔2026〕7号", "2 8", "1", "psb-0211", "", "psb-0102")
        await at.press("f9")
        assert "Recorded" in await at.sign("周远", "刘振"), at.screen
        await at.press("enter")
        await at.type("9")
        await at.scan(world.places["一所实验室"], tube)
        await at.type("1", "3.0 mL", "psb-0211", "lab1-07", "2026-0312-88")
        await at.press("f9")
        assert "Recorded" in await at.sign("周远", "顾宁"), at.screen
        await at.press("enter")
        await at.type("10")
        await at.scan(phone)
        await at.type("1", "1", "", "1", "云公发还字〔2026〕3号", "查明与案件无关", "赵某", "1", "1", "1",
                      "cen-01", "psb-0005", "", "")  # fmt: skip
        await at.press("f9")
        assert "Recorded" in await at.sign("梁静", "沈建国"), at.screen

    station.run(story)
    assert world.facts(tube).received_by == ("lab-1",)
    assert world.facts(phone).released == "returned"


def test_a_store_is_counted_blind(station: Station) -> None:
    world = station.world
    case = world.opens_case()
    items = world.seizes(case, *(world.item(description=f"手机 {number}") for number in range(3)))
    (car,) = world.seizes(case, world.item(description="轿车"))
    world.checks_in(items)
    world.checks_in([car], "车场")
    big, yard = world.places["大库"], world.places["车场"]

    async def story(at: Station) -> None:
        await at.type("11")
        await at.scan(big, yard)
        await at.type("", "cen-01 psb-0900")
        await at.press("f9")
        assert "Recorded" in await at.sign("梁静", "江监督"), at.screen
        await at.press("enter")
        await at.type("11")
        assert "count: " in at.screen
        await at.press("2")
        assert "Scan a place's label first" in await at.scan(items[0])
        said = await at.scan(big, items[0], items[0], car, items[1])
        for words in ("in its place", "already scanned", "belongs in another place", "3 scanned"):
            assert words in said
        assert "手机" not in said, "what is expected is not shown while counting"
        await at.type("cen-01 psb-0900")
        said = await at.press("f9")
        assert label.spaced(label.code_of(items[2])) in said
        assert "Recorded" in await at.sign("梁静", "江监督"), at.screen
        await at.press("enter")
        await at.type("11")
        await at.press("3")
        await at.type("差异已说明", "cen-01 psb-0900", "psb-0077")
        await at.press("f9")
        assert "Recorded" in await at.sign("梁静", "江监督", "高岚"), at.screen

    station.run(story)


def test_a_counter_at_a_server_scans_signs_and_looks_things_up(sqlite_url: str, tmp_path: Path) -> None:
    world = World(sqlite_url)
    world.clock.now = datetime.now(CST) - timedelta(hours=1)
    (item,) = world.seizes(world.opens_case())
    old = world.facts(item).code
    world.labels(item)

    async def story(at: Station) -> None:
        await at.type("1")
        await at.scan(world.places["大库"])
        assert "停用" in await at.type(old)
        assert "校验字符不符" in await at.type(f"{old[:-1]}{'0' if old[-1] != '0' else '1'}")
        assert "1 件" in await at.type(" ".join(at.code(item)).lower())
        await at.type("1", "psb-0211", "cen-01")
        said = await at.press("f9")
        assert "会入账" in said, said
        assert "已入账 第" in await at.sign("周远", "梁静"), at.screen
        await at.press("enter")
        known = {item: "保管链完整", world.places["大库"]: "手机", "cen-01": "保管员", "nobody": "不认识"}
        for name, words in known.items():
            assert words in await at.type(name), name

    with serving(world.ledger) as address:
        client = Client(address, [world.log_key.verifier], key=world.key_of("梁静"), language="zh")
        Station(world, tmp_path, AtServer(client)).run(story, lang="zh", drawn=True)


def test_a_station_needs_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    use_language("en")
    assert run(Namespace()) == 2
    assert "needs a terminal" in capsys.readouterr().err
