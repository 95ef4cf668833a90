"""``custody import``: an older register becomes drafts that people sign, late, and so marked; a list is compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from custody.cli import main
from custody.errors import Malformed
from custody.importing.drafts import drafted
from custody.importing.mapping import Meaning, read_mapping
from custody.importing.tables import Line, Table
from telling import flaws
from world import World

CASE = "云公(刑)诈〔2026〕0520"
MAPPING = """
offset = "+08:00"

[columns]
case = "案号"
instrument = "文书"
seized_at = "扣押时间"
where = "地点"
officer = "民警"
second = "同行"
category = "类别"
description = "品名"
quantity = "数量"
seal = "封签"
place = "库房"
stored_at = "入库时间"
custodian = "保管员"

[defaults]
source = "2019 年纸质登记簿"

[values.category]
"手机" = "digital"

[values.officer]
"周远" = "psb-0211"
"""
HEADINGS = "案号 文书 扣押时间 地点 民警 同行 类别 品名 数量 封签 库房 入库时间 保管员".split()  # noqa: SIM905


class Desk:
    """A folder with a mapping and a register, and the command."""

    def __init__(self, world: World, folder: Path, said: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self.said = world, folder, said
        (folder / "mapping.toml").write_text(MAPPING)

    def row(self, name: str, stored: str = "2026-03-10 18:00", **fields: str) -> dict[str, str]:
        """A line of the older register."""
        return dict(zip(HEADINGS, [
            CASE, "云公扣字〔2019〕7号", "2026-03-10 10:00", "青石路", "周远", "psb-0347", "手机", name, "1", "",
            self.world.places["大库"], stored, "cen-01",
        ], strict=True)) | fields  # fmt: skip

    def excel(self, *rows: dict[str, str]) -> Path:
        """Write rows into a workbook."""
        book = Workbook()
        page = book.active
        assert page is not None
        page.append(HEADINGS)
        for row in rows:
            page.append([row[each] for each in HEADINGS])
        file = self.folder / "旧登记簿.xlsx"
        book.save(file)
        return file

    def custody(self, *arguments: object, lang: str = "en") -> tuple[int, str]:
        """Run the command on the world's database."""
        status = main([
            "--lang", lang, "import", *map(str, arguments), "--mapping", str(self.folder / "mapping.toml"),
            "--database", self.world.url,
        ])  # fmt: skip
        captured = self.said.readouterr()
        return status, captured.out + captured.err


@pytest.fixture
def desk(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk in the world's office."""
    return Desk(world, tmp_path, capsys)


def test_an_older_register_is_taken_over_and_marked_as_late(desk: Desk) -> None:
    """A register on paper, kept in Excel, of what was seized the day before yesterday and never recorded."""
    world = desk.world
    world.opens_case()
    world.clock.forward(days=2)
    file, drafts = desk.excel(desk.row("手机 1", 封签="F-100"), desk.row("手机 2")), desk.folder / "drafts.jsonl"
    assert desk.custody(file, "--dry-run") == (0, "✓ 2 drafts, 2 items\n")
    assert not drafts.exists()
    status, said = desk.custody(file, "-o", drafts)
    assert (status, drafts.stat().st_mode & 0o777) == (0, 0o600), said
    seizure, check_in = [world.act(json.loads(line)) for line in drafts.read_text().splitlines()]
    assert flaws(seizure)["SIGNED_LATER"] == ("minor", ())
    assert "NO_WITNESS_NO_RECORDING" in flaws(seizure)
    assert "SIGNED_LATER" in flaws(check_in)
    first, second = [json.loads(drafts.read_text().splitlines()[0])["items"][at]["code"][:16] for at in (0, 1)]
    facts = world.facts(first)
    assert (facts.description, facts.category, facts.seal, facts.holder.id) == (
        "手机 1", "digital", "F-100", world.places["大库"],
    )  # fmt: skip
    assert facts.taken.source == "2019 年纸质登记簿"
    assert facts.born_at.isoformat() == "2026-03-10T10:00:00+08:00"
    assert world.facts(second).seal is None


def test_every_problem_is_named_by_its_line_and_nothing_is_written(desk: Desk) -> None:
    world = desk.world
    world.opens_case()
    bad = [
        desk.row(""),
        desk.row("手表", 扣押时间="前天"),
        desk.row("手表", 数量="三"),
        desk.row("手表", 类别="宝物"),
        desk.row("手表", 封签="F-1"),
        desk.row("手表", 封签="F-1"),
        desk.row("手表", 封签="f 1"),
        desk.row("手表", 民警="谁？"),
        desk.row("手表", 保管员=""),
        desk.row("手表", 案号="没有的案件"),
        desk.row("手表", 同行="psb-9999"),
        desk.row("手表", 库房="ST1BPHX8ZB62MVDQ"),
    ]
    drafts = desk.folder / "drafts.jsonl"
    status, said = desk.custody(desk.excel(*bad), "-o", drafts, "--json")
    found = [(each["line"], each["code"]) for each in json.loads(said)["problems"]]
    assert status == 1
    assert [each for each in found if not each[1].startswith("import/unknown")] == [
        (2, "import/empty"), (3, "import/value"), (4, "import/value"), (5, "import/value"), (7, "import/seal-twice"),
        (8, "import/value"), (9, "import/value"), (10, "import/empty"),
    ]  # fmt: skip
    assert {each for each in found if each[1].startswith("import/unknown")} == {
        (9, "import/unknown-person"), (11, "import/unknown-case"), (12, "import/unknown-person"),
        (13, "import/unknown-place"),
    }  # fmt: skip
    assert list(desk.folder.glob("drafts*")) == []
    told = desk.custody(desk.excel(*bad), "--dry-run", lang="zh")[1]
    assert "“品名”为空" in told
    assert "应为数量，如 1 或 312.46" in told


def test_a_line_over_again_is_told_unless_it_is_meant(desk: Desk) -> None:
    """Two lines that say the very same are a slip of whoever copied them; with seals of their own they are two."""
    desk.world.opens_case()
    rows = [desk.row("手机"), desk.row("手表"), desk.row("手机"), *(desk.row("相机", 封签=f"F-{n}") for n in range(2))]
    said = desk.custody(desk.excel(*rows), "--dry-run", "--json")[1]
    assert [(each["line"], each["code"], each["other"]) for each in json.loads(said)["problems"]] == [
        (4, "import/line-twice", 2)
    ]
    (desk.folder / "mapping.toml").write_text("repeats = true\n" + MAPPING)
    assert desk.custody(desk.excel(*rows), "--dry-run")[0] == 0


def test_a_label_code_is_used_once_in_the_file_and_in_the_ledger(desk: Desk) -> None:
    world = desk.world
    (phone,) = world.seizes(world.opens_case())
    used, fresh = world.facts(phone).code, world.code()
    (desk.folder / "mapping.toml").write_text(MAPPING.replace("[columns]", '[columns]\ncode = "封签"').replace(
        'seal = "封签"\n', ""
    ))  # fmt: skip
    rows = [desk.row("手机", 封签=code) for code in (used, fresh, fresh, "EV1")]
    said = desk.custody(desk.excel(*rows), "--dry-run", "--json")[1]
    found = {(each["line"], each["code"]) for each in json.loads(said)["problems"]}
    assert found == {(2, "import/code-used"), (4, "import/code-twice"), (5, "import/value")}


def test_a_list_without_its_items_raises_the_alert(desk: Desk) -> None:
    """The case system lists a phone, two watches and a car. One watch was never registered, and one was voided."""
    world = desk.world
    case = world.opens_case()
    world.seizes(case, world.item(description="手机"), world.item(description="手 表"))
    receipt = world.act(world.seizure(case, [world.item(description="轿车"), world.item(description="钥匙")]))
    world.corrects(receipt.act, {"op": "void", "path": "/items/0"}, author="周远")
    file = desk.excel(desk.row("手机"), desk.row("手表"), desk.row("手表"), desk.row("轿车"), desk.row("钥匙"))
    status, said = desk.custody(file, "--compare", "--json")
    assert status == 1
    alerts = json.loads(said)["problems"]
    assert [(each["line"], each["description"]) for each in alerts] == [(4, "手表"), (5, "轿车")]
    assert {each["code"] for each in alerts} == {"import/unregistered-seizure"}
    assert desk.custody(desk.excel(desk.row("手机")), "--compare")[0] == 0


def test_wrong_use_and_a_wrong_mapping_are_said(desk: Desk) -> None:
    file = desk.excel(desk.row("手机"))
    assert desk.custody(file)[0] == 2
    assert desk.custody(file, "--dry-run", "-o", "x")[0] == 2
    (desk.folder / "mapping.toml").write_text("[columns]\ncase = '案号'\nprice = '品名'\n")
    status, said = desk.custody(file, "--dry-run", lang="zh")
    assert (status, "对照表不能使用：price" in said) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        "", "x = ", "[columns]\ncase='a'", "surprise = 1", "[columns]\ncase='a'\ndescription=1",
        "delimiter=';;'\n[columns]\ncase='a'\ndescription='b'", "offset='8'\n[columns]\ncase='a'\ndescription='b'",
        "header_line=0\n[columns]\ncase='a'\ndescription='b'", "values=1\n[columns]\ncase='a'\n",
    ],
)  # fmt: skip
def test_a_mapping_says_what_it_means(text: str) -> None:
    with pytest.raises(Malformed):
        read_mapping(text.encode())


def test_more_than_a_thousand_items_become_several_acts() -> None:
    meaning = Meaning({"description": "d"}, {
        "case": "1", "seized_at": "2019-05-06", "where": "here", "officer": "psb-0211",
    })  # fmt: skip
    lines = tuple(Line(number, {"d": f"thing {number}"}) for number in range(2, 1_503))
    codes = iter(range(10_000))
    drafts, problems = drafted(Table(("d",), lines, ()), meaning, lambda: f"EV1{next(codes):017}")
    assert problems == []
    assert [len(each["items"]) for each in drafts] == [1_000, 501]
    assert len({item["code"] for each in drafts for item in each["items"]}) == 1_501


def test_times_are_read_as_the_mapping_writes_them() -> None:
    plain: dict[str, Any] = {"columns": {}, "offset": "+09:00"}
    assert Meaning(**plain).instant("2019/05/06 14:30") == "2019-05-06T14:30:00+09:00"
    assert Meaning(**plain).instant("2019-05-06T14:30:00+08:00") == "2019-05-06T14:30:00+08:00"
    assert Meaning(**plain).instant("gestern") is None
    for written in ("2019.5.6 9:05", "2019/5/6 9:05", "2019年5月6日9时5分", "2019年5月6日 09:05", "2019-05-06 09:05"):
        assert Meaning(**plain).instant(written) == "2019-05-06T09:05:00+09:00", written
    assert Meaning(**plain).instant("2019.5.6") == "2019-05-06T00:00:00+09:00"
    for never in ("2019.13.6", "2019年2月30日", "6.5.2019", "2019.5", "2019.5.6 25:00"):
        assert Meaning(**plain).instant(never) is None, never
    sheet = Meaning(**plain, time_format="%Y.%m.%d")
    assert sheet.instant("2019-05-06 00:00:00") == "2019-05-06T00:00:00+09:00", "a real date among dates as text"
    assert sheet.instant("2019/5/6") is None
    assert Meaning(**plain, time_format="%d.%m.%Y").instant("06.05.2019") == "2019-05-06T00:00:00+09:00"
