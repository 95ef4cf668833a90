"""The counter in a terminal: what a scanner and ten fingers do there, with the real ledger and a real server."""

from __future__ import annotations

import asyncio
import json
from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.conftest import serving
from custody import keyfile, label
from custody.cli.words import use_language
from custody.client import Client
from custody.errors import Malformed, Unavailable
from custody_api.terminal.app import ScanLine, StationApp
from custody_api.terminal.command import run
from custody_api.terminal.counter import AtServer, Counter, LedgerHere
from custody_api.terminal.desk import Desk, Step, View, taken, typed
from custody_api.terminal.home import Home
from custody_api.terminal.kept import kept_in
from custody_api.terminal.words import say
from world import CST, World

PASSPHRASE = "correct horse"
PRESSED: dict[str, Step] = {
    "enter": lambda view: view.entered(), "f2": lambda view: view.undone(), "f9": lambda view: view.signed(),
    "escape": lambda view: view.left(),
}  # fmt: skip


class Station:
    """A station at which somebody types: every line ends with Enter, as a scanner ends it.

    ``drawn`` with Textual, or what would be drawn without it: the views and the ledger are the same.
    """

    def __init__(self, world: World, folder: Path, counter: Counter | None = None) -> None:
        self.world, self.folder = world, folder
        self.counter = counter or LedgerHere(world.ledger)
        self.app: StationApp | None = None
        self.pilot: Any
        self.view: View

    def run(self, story: Callable[[Station], Awaitable[None]], lang: str = "en", drawn: bool = False) -> None:
        """Play a story at the station, from sitting down to leaving; the sheet's file stays."""
        use_language(lang)
        self.world.clock.now = datetime.now(CST)

        async def play() -> None:
            with kept_in(self.folder / "sheet.json") as kept:
                desk = Desk(self.counter, kept)
                if not drawn:
                    desk.home = lambda: Home(desk)
                    self.app, self.view = None, Home(desk)
                    await story(self)
                    return
                self.app = StationApp(desk, "here")
                async with self.app.run_test(size=(110, 36)) as pilot:
                    self.pilot = pilot
                    await story(self)

        asyncio.run(play())

    async def type(self, *lines: str) -> str:
        """Type lines, each with Enter; returns everything that stands on the screen then."""
        for each in lines:
            if self.app is None:
                self._take(partial(typed, text=each))
                continue
            line = self.app.query_one(ScanLine)
            line.value = each
            await self.pilot.pause()
            await line.action_submit()
            await self.pilot.pause()
            await self.app.settled()
        return self.screen

    async def press(self, *keys: str) -> str:
        """Press keys."""
        for key in keys:
            if self.app is None:
                self._take(PRESSED[key] if key in PRESSED else partial(typed, text=key))
            else:
                await self.pilot.press(key)
                await self.app.settled()
        return self.screen

    def _take(self, step: Step) -> None:
        after = taken(self.view, step)
        assert after is not None
        self.view, _ = after

    @property
    def screen(self) -> str:
        """What stands on the screen, as text."""
        if self.app is not None:
            parts = ("title", "facts", "answer", "question", "options", "keys")
            lines = [str(self.app.query_one(f"#{name}").render()) for name in parts]
            shown = self.app.standing
        else:
            shown, answer = self.view.shown(), self.view.desk.answer
            said = f"{say(f'outcome/{answer.outcome}')}  {answer.text}" if answer else ""
            lines = [shown.title, *map("  ".join, shown.facts), said, shown.question, *shown.options, *shown.keys]
        return "\n".join([*lines, *(f"{row.sign} {row.text}" for row in shown.rows)])

    async def scan(self, *items: str) -> str:
        """Scan the labels in force of items, or of places."""
        return await self.type(*(self.code(each) for each in items))

    def code(self, name: str) -> str:
        """The code in force of an item or a place."""
        return label.code_of(name) if name.startswith("ST1") else str(self.world.facts(name).code)

    def key(self, name: str, passphrase: str | None = None) -> str:
        """A person's key file."""
        path = self.folder / f"{name}.key"
        if not path.exists():
            keyfile.write_key(path, self.world.key_of(name), passphrase.encode() if passphrase else None)
        return str(path)

    async def sign(self, *names: str) -> str:
        """Everybody signs in turn, each with the file of their key."""
        return await self.type(*(self.key(name) for name in names))


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    """A station at the store of the world, today: a station speaks of its own clock's time."""
    world.clock.now = datetime.now(CST) - timedelta(hours=1)
    return Station(world, tmp_path)


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
        await at.type("1")
        await at.scan(world.places["大库"])
        await at.type("psb-0211", "cen-01")
        await at.scan(one)
        await at.type("1")
        await at.press("f9")
        for early in (PASSPHRASE, f"~{PASSPHRASE}", PASSPHRASE * 40):
            said = await at.type(early)
            assert "There is no such file." in said
            assert PASSPHRASE not in said
        assert f"{at.folder.name}: Is a directory" in await at.type(str(at.folder))

    station.run(story)


def test_a_closed_terminal_loses_nothing_and_the_file_is_its_owners_alone(station: Station) -> None:
    world = station.world
    one, two = world.seizes(world.opens_case(), world.item(), world.item())

    async def begun(at: Station) -> None:
        await at.type("1")
        await at.scan(world.places["大库"])
        await at.type("psb-0211", "cen-01")
        await at.scan(one)
        await at.type("1")
        await at.press("f9")
        await at.sign("周远")

    async def gone_on(at: Station) -> None:
        assert "An open sheet: Check-in, 1 items" in at.screen
        assert "Finish the open sheet first" in await at.type("4")
        said = await at.press("enter")
        assert "deliverer: psb-0211  signed" in said
        assert "custodian cen-01: your key file" in said
        assert "Nobody who is still to sign" in await at.sign("周远")
        await at.press("escape")
        await at.scan(two)
        await at.type("1")
        said = await at.press("f9")
        assert "deliverer: psb-0211  to sign" in said, "other bytes: nobody has signed them"
        assert at.key("周远") in said, "where the key file lay last time"
        await at.type("1")
        assert "Recorded" in await at.sign("梁静")

    station.run(begun)
    file = station.folder / "sheet.json"
    assert file.stat().st_mode & 0o777 == 0o600
    with kept_in(file), pytest.raises(Unavailable) as busy, kept_in(file):
        pass
    assert busy.value.code == "unavailable/station"
    station.run(gone_on, drawn=True)
    assert {world.facts(each).holder.id for each in (one, two)} == {world.places["大库"]}
    for foreign in (b"{", b"[]", b'{"sheet": {"name": "no-such", "entries": []}, "signed": null}', b"\xff"):
        file.write_bytes(foreign)
        with pytest.raises(Malformed), kept_in(file):
            pass
        assert file.read_bytes() == foreign


def test_what_everybody_signed_before_the_power_failed_is_sent_again_and_recorded_once(station: Station) -> None:
    world = station.world
    (item,) = world.seizes(world.opens_case())
    file = station.folder / "sheet.json"

    async def signed_by_one(at: Station) -> None:
        await at.type("1")
        await at.scan(world.places["大库"], item)
        await at.type("1", "psb-0211", "cen-01")
        await at.press("f9")
        await at.sign("周远")

    async def sent_again(at: Station) -> None:
        said = await at.press("enter")
        assert "no receipt came" in said
        assert "F9 send again" in said
        assert "Recorded" in await at.press("f9")

    station.run(signed_by_one)
    with kept_in(file) as kept:
        assert kept.signed is not None
        kept.keep(kept.sheet, kept.signed.signed_with({world.key_id("梁静"): world.key_of("梁静")}))
        before = file.read_bytes()
    station.run(sent_again)
    size = world.ledger.recorder.head().size
    file.write_bytes(before)
    station.run(sent_again)
    assert world.ledger.recorder.head().size == size


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
