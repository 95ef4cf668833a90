"""A store counted at the terminal: opened, scanned blind, stated, closed; and a draw made again."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from custody import label
from custody.cli import main
from world import World

Said = pytest.CaptureFixture[str]


class Desk:
    """A terminal at the store, with a wedge scanner."""

    def __init__(self, world: World, folder: Path, said: Said, patch: pytest.MonkeyPatch) -> None:
        self.world, self.folder, self.said, self.patch = world, folder, said, patch

    def custody(self, *arguments: object, given: str = "", lang: str = "en") -> tuple[int, str]:
        """Run a command on the world's database; returns the status and what was printed."""
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        status = main(["--lang", lang, *map(str, arguments), "--database", self.world.url])
        captured = self.said.readouterr()
        return status, captured.out + captured.err

    def step(self, step: str, *arguments: object) -> tuple[str, str]:
        """Make a draft, and have it signed and recorded; returns the act, and what was printed."""
        file = self.folder / f"{step}.json"
        status, said = self.custody("stock-take", step, *arguments, "-o", file)
        assert status == 0, said
        assert file.stat().st_mode & 0o777 == 0o600
        return self.world.act(json.loads(file.read_text())).act, said

    def draft(self, step: str) -> Any:
        """The draft that a step wrote."""
        return json.loads((self.folder / f"{step}.json").read_text())


@pytest.fixture
def desk(world: World, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in the store of the world."""
    return Desk(world, tmp_path, capsys, monkeypatch)


COUNTERS = ("--counter", "cen-01", "psb-0900")


def test_a_store_is_counted_blind_and_closed(desk: Desk) -> None:
    world = desk.world
    case = world.opens_case()
    items = world.seizes(case, *(world.item(description=f"手机 {number}") for number in range(5)))
    (car,) = world.seizes(case, world.item(description="轿车"))
    world.checks_in(items)
    world.checks_in([car], "车场")
    big, yard = world.places["大库"], world.places["车场"]
    opening, _ = desk.step("open", "--place", big, yard, *COUNTERS)
    assert desk.draft("open")["book"]["count"] == 6

    codes = [world.facts(item).code for item in items]
    old = codes[1]
    world.labels(items[1])
    scans = desk.folder / "scans.jsonl"
    lines = [label.code_of(big), codes[0], codes[0], old, world.code(), "not a label", world.facts(car).code]
    status, said = desk.custody(
        "stock-take", "scan", "--opening", opening, "-o", scans, given="\n".join([codes[2], *lines]) + "\n"
    )
    assert status == 0
    for words in ("Scan a place's label first", "now counting: 大库", "in its place", "already scanned",
                  "no code in force here", "belongs in another place of this count"):  # fmt: skip
        assert words in said, words
    assert "手机" not in said, "what is expected is not shown while counting"
    status, _ = desk.custody(
        "stock-take", "scan", "--opening", opening, "--place", big, "-o", scans,
        given=f"{world.facts(items[1]).code}\n{codes[2]}\n{codes[3]}\n",
    )  # fmt: skip
    count, said = desk.step("count", "--opening", opening, "--scans", scans, *COUNTERS)
    assert "手机 4" in said
    assert "6 on the book, 5 found" in said
    draft = desk.draft("count")
    assert draft["missing"] == [items[4]]
    assert draft["misplaced"] == [{"item": car, "found_in": big}]
    assert draft["verdicts"] == {
        "right_place": 4, "wrong_place": 1, "unknown_code": 2, "already_scanned": 1, "belongs_elsewhere": 0,
    }  # fmt: skip
    desk.step("close", "--opening", opening, "--conclusion", "差异已说明", "--supervisor", "psb-0077", *COUNTERS)
    status, said = desk.custody("stock-take", "missing", "--json")
    assert status == 1
    (missed,) = json.loads(said)
    assert (missed["item"], missed["missed"][0]["act"]) == (items[4], count)
    assert "手机 4" in desk.custody("stock-take", "missing", lang="zh")[1]


def test_a_draw_counts_what_was_drawn_and_is_made_again(desk: Desk) -> None:
    world = desk.world
    items = world.seizes(world.opens_case(), *(world.item() for _ in range(12)))
    world.checks_in(items)
    big = world.places["大库"]
    opening, _ = desk.step("open", "--place", big, *COUNTERS, "--draw", 3, "--salt", "7 号球")
    root = world.ledger.memory.record(opening).act.seen.root  # type: ignore[union-attr]
    again = ("draw", f"--root={root}", "--salt", "7 号球", "--count", 3)
    status, said = desk.custody(*again, "--place", big)
    drawn = said.split()
    assert (status, len(drawn)) == (0, 3)
    listing = desk.folder / "list.txt"
    listing.write_text("".join(f"{item}\tgeneral\n" for item in items))
    assert desk.custody(*again, "--list", listing)[1].split() == drawn
    scans = desk.folder / "scans.jsonl"
    codes = [world.facts(item).code for item in drawn[:2]]
    desk.custody("stock-take", "scan", "--opening", opening, "--place", big, "-o", scans, given="\n".join(codes) + "\n")
    desk.step("count", "--opening", opening, "--scans", scans, *COUNTERS)
    assert desk.draft("count")["missing"] == drawn[2:]
    assert desk.draft("count")["book"]["count"] == 3


def test_wrong_use_is_said_in_a_sentence(desk: Desk) -> None:
    big = desk.world.places["大库"]
    for arguments, words in (
        (("stock-take", "close"), "--opening, --counter, --supervisor, --conclusion, --output"),
        (("stock-take", "open", "--place", big, *COUNTERS, "--draw", "3", "-o", desk.folder / "x"), "--salt"),
        (("draw", "--root", "ab", "--salt", "", "--count", "1", "--place", big), "32 bytes"),
        (("draw", "--root", "A" * 43, "--salt", "", "--count", "1"), "--place or --list"),
    ):
        status, said = desk.custody(*arguments)
        assert (status, words in said) == (2, True), said
    scans = desk.folder / "scans.jsonl"
    scans.write_text('{"code": 1}\n')
    items = desk.world.seizes(desk.world.opens_case())
    desk.world.checks_in(items)
    opening = desk.world.opens_stock_take("大库", book=items)
    status, said = desk.custody(
        "stock-take", "count", "--opening", opening, "--scans", scans, *COUNTERS, "-o", desk.folder / "x", lang="zh"
    )
    assert (status, "第 1 行不是扫描记录" in said) == (1, True), said
