"""The whole state at a moment: the registers as they were then, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custody.cli import main
from custody.ledger.engine import open_engine
from custody.ledger.fsck import verify_ledger
from custody.ledger.history import NOW, Moment, case_at, history_at, item_at
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.registers import Registers, Store, differences
from custody.registers.changes import Change, changes
from custody.registers.replayed import replay, write_state
from world import World


@dataclass
class Past:
    """A story that was told, the moments between its acts, and what it was about."""

    world: World
    moments: dict[str, datetime]
    items: list[str]
    case: str


@pytest.fixture(scope="module")
def past(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Seized as black · in store · lent · held, another store · corrected to blue · a transfer recorded late."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('past') / 'ledger.db'}")
    moments: dict[str, datetime] = {}

    def then(name: str) -> None:
        moments[name] = world.clock.now - timedelta(seconds=30)

    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    then("opened")
    black, other = world.item(description="手机 黑色"), world.item()
    seizure = world.act(world.seizure(case, [black, other]))
    first, second = black["code"][:16], other["code"][:16]
    handed_over = world.clock.now + timedelta(minutes=5)
    then("seized")
    world.clock.forward(hours=1)
    world.checks_in([first])
    world.checks_in([second], by="何苗")
    then("stored")
    world.lends([first])
    then("lent")
    world.holds(case)
    world.place("新大库", "center", "general")
    then("held")
    world.corrects(
        seizure.act, {"op": "replace", "path": "/items/0/description", "old": "手机 黑色", "new": "手机 蓝色"},
        author="周远",
    )  # fmt: skip
    world.transfers([second], "周远", "何苗", occurred_at=handed_over.isoformat())
    moments["handed over"] = handed_over + timedelta(minutes=1)
    moments["now"] = world.clock.now
    yield Past(world, moments, [first, second], case)
    world.close()


MOMENTS = [
    (None, None), ("seized", None), ("stored", None), ("handed over", None), ("held", None), (None, "seized"),
    (None, "lent"), ("handed over", "held"), ("seized", "now"), ("lent", "held"),
]  # fmt: skip


@pytest.mark.parametrize(("as_of", "known_at"), MOMENTS)
def test_the_state_says_of_every_item_and_case_what_each_of_them_says(
    past: Past, tmp_path: Path, as_of: str | None, known_at: str | None
) -> None:
    moment = Moment(as_of and past.moments[as_of], known_at and past.moments[known_at])
    state = replay(past.world.engine, tmp_path / "then.db", moment)
    reader = Reader(past.world.engine)
    assert state.sizes["ledger"] == len([1 for row in reader.rows(0, 1_000) if _known(row, moment)])
    with closing(Registers(past.world.engine, state.store)) as registers:
        for item in past.items:
            shown = registers.item(item)
            shown.pop("deadlines")
            assert shown == item_at(reader, item, moment)
            assert registers.history(item) == history_at(reader, item, moment)
        assert registers.case(past.case) == case_at(reader, past.case, moment)


def _known(row: Any, moment: Moment) -> bool:
    recorded_at = datetime.fromisoformat(json.loads(row.entry)["recorded_at"])
    return moment.known_at is None or recorded_at <= moment.known_at


def test_what_was_not_there_yet_is_not_in_the_state(past: Past, tmp_path: Path) -> None:
    """Before the seizure: a case without items, no deadline of theirs, no place that was registered later."""
    for number, moment in enumerate(({"as_of": past.moments["opened"]}, {"known_at": past.moments["opened"]})):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = replay(past.world.engine, folder / "then.db", Moment(**moment)).store
        with closing(store):
            counts = write_state(store, folder, past.moments["opened"])
        state = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in counts}
        assert {name: len(members) for name, members in state.items()} == counts
        assert [each["case"] for each in state["cases"]] == [past.case]
        assert state["items"] == state["custody"] == state["loans"] == []
        assert "新大库" not in {each["name"] for each in state["places"]}
        assert not [each for each in state["deadlines"] if each["subject"].startswith("item:")]
        assert max(each["position"] for each in state["acts"]) == len(state["acts"])


def test_registers_of_a_moment_are_rebuilt_as_of_it(past: Past, tmp_path: Path) -> None:
    moment = Moment(past.moments["lent"])
    replay(past.world.engine, tmp_path / "then.db", moment).store.close()
    again = Store.in_file(tmp_path / "then.db")
    assert again.moment == moment
    assert differences(past.world.engine, store=again) == []
    again.close()
    with closing(Store.beside(past.world.engine)) as live:
        assert live.moment == NOW


def compared(past: Past, tmp_path: Path, before: Moment, after: Moment) -> dict[tuple[str, str], Change]:
    one, two = (replay(past.world.engine, tmp_path / f"{n}.db", each) for n, each in enumerate((before, after)))
    with closing(one.store), closing(two.store):
        return {(each.item, each.axis): each for each in changes(Reader(past.world.engine), one, two)}


def types(change: Change) -> list[str]:
    return [each["type"] for each in change.acts]


def test_what_changed_is_told_axis_by_axis_with_the_acts_that_did_it(past: Past, tmp_path: Path) -> None:
    first, second = past.items
    found = compared(past, tmp_path, Moment(past.moments["seized"]), Moment(past.moments["held"]))
    assert types(found[first, "custody"]) == ["check-in", "check-out"]
    assert sorted(types(found[second, "custody"])) == ["check-in", "transfer"]
    assert found[first, "holds"].before == {"holds": []}
    assert types(found[first, "holds"]) == ["hold"]  # it is on the case, not on the item
    assert (first, "thing") not in found  # it was always blue, as is known now
    assert (first, "measure") not in found


def test_what_the_ledger_learned_is_told_by_when_it_was_recorded(past: Past, tmp_path: Path) -> None:
    first, second = past.items
    found = compared(
        past, tmp_path, Moment(known_at=past.moments["held"]), Moment(known_at=past.moments["now"])
    )
    assert found[first, "thing"].before["description"] == "手机 黑色"  # type: ignore[index]
    assert found[first, "thing"].after["description"] == "手机 蓝色"  # type: ignore[index]
    assert types(found[first, "thing"]) == ["correction"]
    assert types(found[second, "defects"]) == ["transfer"]
    assert found.keys() <= {(first, "thing"), (second, "defects"), (second, "custody")}


def custody(past: Past, *words: object) -> int:
    """The command, on the story's ledger."""
    return main([str(word) for word in (words[0], "--database", past.world.url, *words[1:], "--lang", "en")])


def test_a_state_as_a_database_answers_like_the_live_one_did_then(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Items and places as of then, a log with the checkpoint of its size, in which nothing is wrong
    but that what was sealed did not come along."""
    folder, (first, _) = tmp_path / "then", past.items
    then = past.moments["stored"].isoformat()
    assert custody(past, "replay", "--as-of", then, "--known-at", then, "--format", "database", "-o", folder) == 0
    capsys.readouterr()
    copy, live = f"sqlite:///{folder / 'ledger.db'}", Reader(past.world.engine)
    for asked in (["show", "item", first], ["show", "case", past.case], ["history", first]):
        assert main([*asked, "--database", copy, "--json"]) == 0
        in_the_copy = json.loads(capsys.readouterr().out)
        assert custody(past, *asked, "--as-of", then, "--known-at", then, "--json") == 0
        assert in_the_copy == json.loads(capsys.readouterr().out)
    assert main(["show", "place", past.world.places["大库"], "--database", copy, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == 2
    assert main(["verify", "--database", copy, "--jobs", "1", "--json"]) == 1
    assert {each["code"] for each in json.loads(capsys.readouterr().out)["findings"]} == {"disclosure-missing"}
    stated = json.loads((folder / "replay.json").read_text(encoding="utf-8"))
    assert stated["checkpoint"] == live.checkpoint(stated["size"])
    assert "持有人郭某".encode() not in b"".join(each.read_bytes() for each in folder.iterdir())


def test_a_state_is_written_whole_or_not_at_all(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "then"
    assert custody(past, "replay", "-o", folder, "--json") == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert {each.name for each in folder.iterdir()} == {*(f"{name}.json" for name in counts), "replay.json"}
    assert folder.stat().st_mode & 0o077 == 0
    assert custody(past, "replay", "-o", folder) == 1
    assert "[conflict/backup]" in capsys.readouterr().err
    assert custody(past, "replay") == custody(past, "replay", "-o", folder, "--diff", "2026-01-01", "2026-01-02") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["then"]


def test_the_command_tells_what_changed(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = past.items
    moments = [past.moments[name].isoformat() for name in ("held", "now")]
    assert custody(past, "replay", "--recorded", "--diff", *moments) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{first}\tthe thing itself")]
    assert "手机 黑色" in line
    assert line.endswith(f"correction #{Reader(past.world.engine).head().size - 1}")


def test_a_ledger_on_postgresql_is_replayed_into_files(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url)
    case = world.opens_case()
    then = world.clock.now - timedelta(seconds=30)
    (item,) = world.seizes(case)
    assert main(["replay", "--database", postgres_url, "--format", "database", "-o", str(tmp_path / "now")]) == 0
    copy = open_engine(f"sqlite:///{tmp_path / 'now' / 'ledger.db'}")
    with closing(Registers(copy)) as registers:
        assert registers.item(item)["status"] == "in-hands"
        found = verify_ledger(Reader(copy), Reader(copy, JOURNAL)).findings
        assert {each.code for each in found} == {"disclosure-missing"}
    copy.dispose()
    assert main(["replay", "--database", postgres_url, "--as-of", then.isoformat(), "-o", str(tmp_path / "then")]) == 0
    assert json.loads((tmp_path / "then" / "items.json").read_text(encoding="utf-8")) == []
    world.close()
