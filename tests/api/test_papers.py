"""Papers drawn from the ledger: what stands on them, how it is set, and what their codes say."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from custody import label
from custody.acts.values import encode
from custody.cli import main
from custody.errors import Malformed, NotFound
from custody_api import commands
from custody_api.papers.catalogue import KINDS, NAMES, papers
from custody_api.papers.drawing import print_papers
from custody_api.papers.layout import BOTTOM, INNER, PADDING, TOP, lay_out
from custody_api.papers.paper import NO_CASE, Language
from custody_api.papers.sources import Sources
from custody_scanners import font
from papers import drawn, fields, one, pages, pictures, squeezed, symbols, text_of
from world import World
from world_objects import child, divides
from world_orders import (
    appraises,
    destroys,
    digest_of,
    hands_over_place,
    in_effect,
    orders,
    sells,
    share,
    shows,
    takes_over,
)
from world_results import asks, decides, finds, takes, tells_result

LINK = "https://custody.example/r/Zm9yLW9uZS1jaXRpemVuMQ"
REFUSAL = {"part": "holder", "name": {"disclose": "赵某某"}, "kind": "refused", "note": "称物品与本人无关"}
ITEM = "EV1BHP5N40BAQPAA"
KEEPING = ("stock-take-list", "viewing-register", "handover-list", "division-record")


@pytest.fixture
def world(sqlite_world: World) -> World:
    """Papers say the same whatever the ledger is kept in."""
    return sqlite_world


@pytest.fixture
def day(world: World) -> tuple[World, dict[str, str]]:
    """A world in which every paper has something to be drawn from, and the subject of each."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item(), world.item(), attestations=[world.witness(), REFUSAL])
    world.checks_in(items)
    world.lends(items[:1])
    world.returns(items[:1], difference="外壳有新划痕")
    blood = world.opens_case(case="云公(交)刑受〔2026〕0312-07", kind="traffic")
    tube, _ = world.draws(blood)
    world.dispatches([tube])
    world.lab_receives([tube])
    tells_result(world, tube, finds(world, tube).act)
    other = world.opens_case(case="云公(刑)盗〔2026〕0611")
    handed = world.seizes(other)
    world.transfers(handed, "周远", "何苗")
    control = world.opens_case(case="云公(刑)抢〔2026〕0702")
    given = world.seizes(control, world.item(), world.item())
    world.checks_in(given)
    world.answers(world.offers(given), given[:1])
    world.releases(items[:1])
    order = orders(world, items[1:2], share("destroyed"), **in_effect(world))
    destroys(
        world, items[1:2], order, "312.46", attachments=[recording()],
        signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
    )  # fmt: skip
    world.act({
        "act": "noted", "case": case, "fact": "recommendation-issued", "items": items[:1],
        "statement": "发现未当场开列清单，请于十五日内整改并回复。", "basis": ["云公法建〔2026〕4号"],
        "signers": world.signers(noter="高岚"),
    })  # fmt: skip
    kept = keeping(world)
    subjects = dict.fromkeys(NAMES, case) | dict.fromkeys(KEEPING, kept) | {
        "blood-draw-form": blood, "lab-list": blood, "opinion-notice": blood, "transfer-list": other,
        "case-file-list": control,
    }  # fmt: skip
    return world, subjects


def keeping(world: World) -> str:
    """A case whose things were looked at, taken over, divided and counted: one of them was not found."""
    case = world.opens_case(case="云公(刑)盗〔2026〕0815", officers=[world.id_of("周远"), world.id_of("何苗")])
    salt, phone, watch, lost = world.seizes(
        case, world.item(description="白色晶体", quantity="100.00", unit="g"), world.item(), world.item(), world.item()
    )
    world.opens([salt], world.facts(salt).seal)
    divides(world, salt, "97.5", [child(world, "1.25", category="general") for _ in range(2)])
    takes_over(world, [phone], "周远", "何苗")
    world.checks_in([watch, lost])
    shows(world, [watch])
    opening = world.opens_stock_take("大库", "车场", book=[watch, lost])
    world.counts(opening, "大库", book=[watch, lost], scanned=[watch], unknown=1)
    world.counts(opening, "车场", book=[], scanned=[])
    world.closes_stock_take(opening)
    return case


def recording() -> dict[str, Any]:
    return {"sha256": "ab" * 32, "media_type": "video/mp4", "size_bytes": 1, "kind": "recording", "captured_at": None}


@pytest.mark.parametrize("lang", get_args(Language))
def test_every_paper_can_be_drawn_and_all_it_says_is_printed(
    day: tuple[World, dict[str, str]], lang: Language
) -> None:
    world, subjects = day
    for kind in NAMES:
        for paper in drawn(world, kind, "case", subjects[kind], lang=lang):
            printed = squeezed("".join(pages(paper)))
            assert [text for text in paper.texts() if squeezed(text) not in printed] == [], kind
            assert paper.case == (NO_CASE if kind == "stock-take-list" else subjects[kind])
            assert paper.drawn.position == world.ledger.recorder.head().size
            assert f"{paper.drawn.position}" in printed


def test_the_command_knows_every_kind_of_paper() -> None:
    assert commands.PAPERS == NAMES


@pytest.mark.parametrize("lang", get_args(Language))
def test_no_word_of_a_heading_is_broken(day: tuple[World, dict[str, str]], lang: Language) -> None:
    world, subjects = day
    for kind in NAMES:
        for paper in drawn(world, kind, "case", subjects[kind], lang=lang):
            cells = (cell for page in lay_out(paper) for placed in page for cell in placed.band.cells)
            shaded = {" ".join(cell.lines) for cell in cells if cell.shaded}
            whole = {column.name for table in paper.tables for column in table.columns}
            whole |= {each.name for each in paper.fields} | {"角色", "姓名", "签署方式", "时间"}
            whole |= {"Part", "Name", "How signed", "When"}
            assert shaded <= whole, kind


def test_an_english_paper_has_no_chinese_words_of_its_own(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    for kind in NAMES:
        for paper in drawn(world, kind, "case", subjects[kind], lang="en"):
            named = [paper.title, *(each.name for each in paper.fields), *(each.part for each in paper.signatures)]
            named += [column.name for table in paper.tables for column in table.columns]
            assert [text for text in named if re.search("[\u4e00-\u9fff]", text)] == [], kind


def test_pages_are_counted_and_each_bears_case_and_position(world: World) -> None:
    case = world.opens_case()
    world.seizes(case, *(world.item(features="边缘磨损，" * (number % 7 + 1)) for number in range(120)))
    texts = pages(one(world, "seizure-list", "case", case))
    assert len(texts) > 3
    position = world.ledger.recorder.head().size
    for number, text in enumerate(texts, 1):
        assert f"第 {number} 页 共 {len(texts)} 页" in text
        assert case in text
        assert f"位置 {position}，" in text
        assert text.count("特征") == (re.search("边缘磨损|以下空白", text) is not None)  # the heads, once a page


def test_four_hundred_items_stand_on_the_list_each_once_and_whole_on_one_page(world: World) -> None:
    case = world.opens_case()
    items = world.seizes(case, *(world.item(features="红色圆形，" * (number % 9 + 1)) for number in range(400)))
    paper = one(world, "seizure-list", "case", case)
    texts = [squeezed(text) for text in pages(paper)]
    for item in items:
        code = label.code_of(item)
        assert sum(text.count(code) for text in texts) == 1
    assert "".join(texts).count("共400项，以下空白。") == 1
    rows = [row for page in lay_out(paper) for placed in page for row in [placed.band.cells[0].lines[0]]]
    assert [row for row in rows if row.isdigit()] == [str(number) for number in range(1, 401)]


def test_no_text_leaves_its_cell_and_no_band_leaves_its_page(world: World) -> None:
    case = world.opens_case()
    endless = "Ω" * 300 + " word-after-word" * 40 + "没有标点的长文字" * 60
    long = world.item(features=endless[:2000], description=endless[:120], source=endless[:120])
    world.seizes(case, long, world.item())
    for lang in get_args(Language):
        for page in lay_out(one(world, "seizure-list", "case", case, lang)):
            for placed in page:
                assert placed.y >= TOP
                assert placed.y + placed.band.height <= BOTTOM + 0.01
                assert sum(cell.width for cell in placed.band.cells) <= INNER + 0.01
                for cell in placed.band.cells:
                    assert all(font.width(line, cell.size) <= cell.width - 2 * PADDING + 0.01 for line in cell.lines)
            assert all(one.y + one.band.height <= two.y + 0.01 for one, two in pairwise(page))


def test_an_amount_of_money_is_not_broken_inside_the_number(world: World) -> None:
    case = world.opens_case()
    notes = {"kind": "cash", "denominations": [{"face": "100", "count": 1000}]}
    world.seizes(case, world.item(category="cash", quantity="100000.00", unit="CNY", details=notes))
    bands = [placed.band for page in lay_out(one(world, "seizure-list", "case", case)) for placed in page]
    assert any("100000.00" in line for band in bands for cell in band.cells for line in cell.lines)


def test_a_line_that_is_taller_than_a_page_goes_on_and_loses_nothing(world: World) -> None:
    case = world.opens_case()
    words = "".join(f"第{number:03}处划痕。" for number in range(250))
    world.seizes(case, world.item(features=words))
    paper = one(world, "seizure-list", "case", case)
    cells = [placed.band.cells[4].lines for page in lay_out(paper) for placed in page if len(placed.band.cells) == 7]
    assert len(lay_out(paper)) > 1
    printed = "".join(line for lines in cells for line in lines).replace("特征", "")
    assert "（续上页）" in printed
    assert printed.replace("（续上页）", "") == words


def test_signatures_come_from_the_act_and_a_refusal_says_so(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    paper = one(world, "seizure-list", "case", subjects["seizure-list"])
    signed = {each.part: each for each in paper.signatures}
    assert signed["办案民警"].name == "周远（psb-0211）"
    assert world.key_id("周远")[:16] in signed["办案民警"].how
    assert signed["见证人"].how == "纸面手写签名"
    assert signed["持有人"].how == "拒绝签字；称物品与本人无关"
    assert signed["持有人"].when.startswith("2026-03-12 ")
    assert fields(paper)["持有人"] == "赵某某"


def test_the_register_of_a_loan_tells_of_the_return_and_bears_both_signatures(
    day: tuple[World, dict[str, str]],
) -> None:
    world, subjects = day
    paper = one(world, "loan-register", "case", subjects["loan-register"])
    assert [each.part for each in paper.signatures] == ["保管员", "调用人", "审批人", "归还人", "保管员"]
    assert "归还 1 项" in fields(paper)["归还情况"]
    assert "归还差异：外壳有新划痕" in paper.remarks


def test_the_register_of_a_loan_that_was_asked_for_names_who_asked_and_who_decided(world: World) -> None:
    case = world.opens_case(officers=[world.id_of("周远"), world.id_of("何苗")])
    items = world.seizes(case)
    world.checks_in(items)
    loan = asks(world, items, statement="讯问时出示")
    decides(world, loan, items, reason="同意，注意保管")
    takes(world, loan, items)
    said = fields(one(world, "loan-register", "case", case))
    assert (said["呈请人"], said["呈请说明"]) == ("何苗（psb-0347）", "讯问时出示")
    assert said["审批"].startswith("同意；")
    assert said["审批"].endswith("；刘振（psb-0102）；同意，注意保管")
    assert said["审批人"] == "刘振（psb-0102）"


def test_a_list_that_goes_with_a_case_says_what_is_proposed_and_what_was_answered(
    day: tuple[World, dict[str, str]],
) -> None:
    world, subjects = day
    paper = one(world, "case-file-list", "case", subjects["case-file-list"])
    assert paper.title == "随案移送清单"
    assert fields(paper)["接收"] == "云岭区人民检察院"
    first, second = paper.tables[0].rows
    assert first[4:7] == ("单据（实物不移送）", f"大库 {world.places['大库']}", "没收")
    assert first[7].endswith("接收；核对清单")
    assert second[7] == "尚未答复"
    assert [each.part for each in paper.signatures] == ["移送人", "接收人"]


def test_a_notice_of_an_opinion_shows_the_result_and_what_was_said_to_it(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    paper = one(world, "opinion-notice", "case", subjects["opinion-notice"])
    assert fields(paper)["被告知人意见"] in ("无异议", "有异议", "未表示意见")
    (row,) = paper.tables[0].rows
    assert (row[2], row[3], row[5]) == ("血样 A", "81.6 mg/100 mL", "1.2 mL")
    (closed,) = drawn(world, "opinion-notice", "case", subjects["opinion-notice"], opens=False)
    assert "81.6" not in "".join(closed.texts())


def test_a_blood_draw_shows_every_tube_with_its_seal(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    paper = one(world, "blood-draw-form", "case", subjects["blood-draw-form"])
    said = fields(paper)
    assert (said["被提取人"], said["提取机构"]) == ("陈某某", "江州市公安局云岭分局")
    (tubes,) = paper.tables
    assert [(row[1], row[3], row[4]) for row in tubes.rows] == [("A", "检验", "3.0 mL"), ("B", "备份", "3.0 mL")]
    assert all(row[7].startswith("F-") for row in tubes.rows)


def test_a_destruction_names_what_was_measured_and_who_watched(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    said = fields(one(world, "destruction-list", "case", subjects["destruction-list"]))
    assert (said["方法"], said["销毁前计量"], said["录音录像"]) == ("焚烧", "312.46 g", "是")
    assert said["监销人"] == "江监督（psb-0900）；高岚（psb-0077）"
    assert said["文书"].startswith("云公发还字〔2026〕3号；云刑初〔2026〕88号；裁判；处置决定 台账位置 ")
    assert "生效（云刑初〔2026〕88号生效证明）" in said["文书"]


def test_a_sale_names_its_price_and_what_the_price_became(world: World) -> None:
    case = world.opens_case()
    items = world.seizes(case, world.item(description="玉石", estimated_value="100"))
    world.checks_in(items)
    order = orders(world, items, share("sold"), **in_effect(world))
    appraises(world, items)
    proceeds = sells(world, items, order, case, "21840.00")
    paper = one(world, "return-list", "case", case)
    assert paper.title == "变卖清单"
    assert fields(paper)["变价"] == "拍卖；21840.00 CNY；买受人 买受人"
    assert squeezed(fields(paper)["价款物品"]).startswith(proceeds)


def test_the_code_of_an_internal_paper_is_a_claim_that_both_decoders_read(
    day: tuple[World, dict[str, str]], tmp_path: Path
) -> None:
    world, subjects = day
    recorder = world.ledger.recorder
    head = recorder.head()
    paper = one(world, "check-in-slip", "case", subjects["check-in-slip"])
    first, *rest = pictures(print_papers([paper]).data, tmp_path)
    index = int(paper.number.split()[-1]) - 1
    claim = f"CL1 {world.ledger.origin} {head.size} {encode(head.root)} {index}"
    assert symbols(first) == {"pyzbar": {claim}, "zxing-cpp": {claim}}
    assert all(not found for page in rest for found in symbols(page).values())
    assert recorder.row(index + 1).type == "check-in"


def test_a_citizens_paper_bears_its_link_and_no_claim(day: tuple[World, dict[str, str]], tmp_path: Path) -> None:
    world, subjects = day
    for kind in ("receipt", "blood-draw-form"):
        found = drawn(world, kind, "case", subjects[kind], LINK)
        page, *_ = pictures(print_papers(found[:1]).data, tmp_path)
        assert symbols(page) == {"pyzbar": {LINK}, "zxing-cpp": {LINK}}
    with pytest.raises(Malformed):
        drawn(world, "check-in-slip", "case", subjects["check-in-slip"], LINK)


def test_the_same_ledger_at_the_same_moment_gives_the_same_bytes(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    for kind in NAMES:
        first, again = (print_papers(drawn(world, kind, "case", subjects[kind])).data for _ in range(2))
        assert first == again


def test_a_paper_drawn_at_an_earlier_position_knows_nothing_of_later_acts(world: World) -> None:
    case = world.opens_case()
    items = world.seizes(case)
    world.checks_in(items)
    lent = world.lends(items)
    world.returns(items)
    (then,) = drawn(world, "loan-register", "case", case, at=lent.position)
    assert fields(then)["归还情况"] == "1 项尚未归还"
    assert then.drawn.position == lent.position
    (chain,) = drawn(world, "continuity", "item", items[0], at=lent.position)
    assert len(chain.tables[0].rows) == 3
    for position in (0, world.ledger.recorder.head().size + 1):
        with pytest.raises(NotFound):
            Sources(world.ledger, position)
    with pytest.raises(NotFound):
        drawn(world, "loan-register", "act", lent.act, at=lent.position - 1)


def test_continuity_names_every_holder_and_no_gap_where_there_is_none(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    (item, *_) = Sources(world.ledger).acts(f"case:{subjects['continuity']}", ("seizure",))[0].act.own_items
    paper = one(world, "continuity", "item", item)
    store = f"大库 {world.places['大库']}"
    assert [(row[2], row[3], row[5]) for row in paper.tables[0].rows] == [
        ("（初次取得）", "周远（psb-0211）", store),
        ("周远（psb-0211）", store, "周远（psb-0211）"),
        (store, "周远（psb-0211）", store),
        ("周远（psb-0211）", store, "已离开保管"),
        (store, "已离开保管", "—"),
    ]
    assert "保管链完整，没有缺口。" in paper.remarks
    assert one(world, "continuity", "item", label.code_of(item)).tables == paper.tables


def test_continuity_names_a_gap_as_a_gap(world: World) -> None:
    case = world.opens_case(officers=[world.id_of("周远"), world.id_of("何苗")])
    items = world.seizes(case)
    world.checks_in(items, by="何苗")
    paper = one(world, "continuity", "item", items[0])
    (gap,) = [row[0] for row in paper.tables[0].rows if len(row) == 1]
    assert paper.tables[0].rows[0][4:6] == ("不详", "（缺口）")
    assert gap.startswith("⚠ 缺口：")
    assert "周远（psb-0211）" in gap
    assert "何苗（psb-0347）" in gap
    assert "保管链有 1 处缺口，见上表。" in paper.remarks
    for person in ("psb-0211", "psb-0347"):
        rows = one(world, "continuity", "person", person).tables[0].rows
        assert any(len(row) == 1 and "⚠ 缺口：" in row[0] for row in rows)


def test_a_corrected_reading_is_marked_and_the_list_shows_it_as_corrected(world: World) -> None:
    case = world.opens_case()
    seizure = world.seizure(case, [world.item(description="手机"), world.item()])
    receipt = world.act(seizure)
    before = world.ledger.recorder.head().size
    change = {"op": "replace", "path": "/items/0/description", "old": "手机", "new": "平板电脑"}
    world.corrects(receipt.act, change)
    (paper,) = drawn(world, "seizure-list", "act", receipt.act)
    assert paper.tables[0].rows[0][2] == "平板电脑"
    said = f"经更正：台账位置 {before + 1}，/items/0/description 手机 → 平板电脑"
    assert any(each.startswith(said) for each in paper.remarks)
    item = seizure["items"][0]["code"][:16]
    assert f"〔经更正 #{before + 1}〕" in one(world, "continuity", "item", item).tables[0].rows[0][-1]
    (then,) = drawn(world, "seizure-list", "act", receipt.act, at=before)
    assert then.tables[0].rows[0][2] == "手机"
    assert not any("更正" in each for each in then.remarks)


def test_a_persons_statement_has_every_stretch_and_a_line_to_sign(day: tuple[World, dict[str, str]]) -> None:
    world, _ = day
    paper = one(world, "continuity", "person", "psb-0211")
    assert fields(paper)["姓名"] == "周远（psb-0211）"
    assert fields(paper)["经手物品"] == "14"
    assert "签名：" in paper.blanks[0]
    assert "签名：" in "".join(pages(paper))


def test_sealed_values_stay_sealed_where_they_may_not_be_read_and_say_so_when_erased(world: World) -> None:
    case = world.opens_case()
    world.seizes(case, world.item(serial={"disclose": "SN-0001"}), attestations=[world.witness(), REFUSAL])
    (open_paper,) = drawn(world, "seizure-list", "case", case)
    (closed,) = drawn(world, "seizure-list", "case", case, opens=False)
    assert "SN-0001" in open_paper.tables[0].rows[0][4]
    assert "SN-0001" not in "".join(closed.texts())
    assert "赵某某" not in "".join(closed.texts())
    assert fields(closed)["持有人"] == "〔密封〕"
    with world.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM disclosure")
    assert fields(one(world, "seizure-list", "case", case))["持有人"] == "〔已删除〕"


def test_a_character_outside_the_font_prints_a_sign_and_is_reported(world: World) -> None:
    case = world.opens_case()
    world.seizes(case, world.item(description="陈𰻝牌手机"))
    printed = print_papers([one(world, "seizure-list", "case", case)])
    assert printed.missing == ("𰻝",)
    assert "陈〓牌手机" in "".join(pages(one(world, "seizure-list", "case", case)))


def test_defects_of_the_record_stand_on_the_paper(world: World) -> None:
    case = world.opens_case()
    world.seizes(case, attestations=[])
    (paper,) = drawn(world, "seizure-list", "case", case)
    assert any(each.startswith("入账时记有瑕疵 ") for each in paper.remarks)


def test_what_cannot_be_drawn_says_why(world: World) -> None:
    case = world.opens_case()
    sources = Sources(world.ledger)
    for kind in KINDS:
        with pytest.raises(NotFound):
            papers(sources, kind, "case", case)
        with pytest.raises(Malformed):
            papers(sources, kind, "person", "psb-0211")
    for subject, name in (("item", ITEM), ("person", "nobody"), ("case", case)):
        with pytest.raises(NotFound):
            papers(sources, "continuity", subject, name)  # type: ignore[arg-type]


def test_the_command_writes_the_papers_of_a_case(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = world.opens_case()
    world.seizes(case)
    file = tmp_path / "list.pdf"
    where = ("--sealed", "--database", world.url)
    assert main(["paper", "seizure-list", "--case", case, "-o", str(file), *where, "--json", "--lang", "en"]) == 0
    report = json.loads(capsys.readouterr().out)
    size = world.ledger.recorder.head().size
    assert report == {
        "file": str(file), "kind": "seizure-list", "papers": 1, "pages": 1, "position": size, "missing": [],
    }  # fmt: skip
    assert file.read_bytes().startswith(b"%PDF")
    assert main(["paper", "lab-list", "--case", case, "-o", str(file), *where, "--lang", "zh"]) == 1
    assert "[not-found/paper]" in capsys.readouterr().err


def test_a_paper_comes_over_http_with_sealed_values_sealed(sqlite_world: World, sqlite_client: httpx.Client) -> None:
    world = sqlite_world
    case = world.opens_case()
    world.seizes(case, attestations=[world.witness(), REFUSAL])
    answer = sqlite_client.get("/v1/papers/seizure-list", params={"case": case, "lang": "zh"})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["custody-position"] == str(world.ledger.recorder.head().size)
    text = text_of(answer.content)
    assert "扣押清单" in text
    assert "〔密封〕" in text
    assert "赵某某" not in text
    wrong = {
        "malformed/query": ("seizure-list", {}), "malformed/paper": ("letter", {"case": case}),
        "not-found/paper": ("lab-list", {"case": case}),
    }  # fmt: skip
    for code, (kind, asked) in wrong.items():
        assert sqlite_client.get(f"/v1/papers/{kind}", params=asked).json()["code"] == code


def test_a_stock_take_shows_every_item_with_how_it_was_found(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    paper = one(world, "stock-take-list", "case", subjects["stock-take-list"])
    said = fields(paper)
    assert (said["账面件数"], said["未见件数"]) == ("2", "1")
    assert (said["盘点结论"], said["监督人"]) == ("差异已说明", "高岚（psb-0077）")
    counts, found = paper.tables
    assert [(row[3], row[4], row[7], row[8]) for row in counts.rows] == [("2", "1", "1", "1"), ("0", "0", "0", "0")]
    assert sorted(row[5] for row in found.rows) == ["未见", "相符"]
    assert [each.part for each in paper.signatures].count("清点人") == 8
    (by_act,) = drawn(world, "stock-take-list", "act", stock_take_of(world))
    assert by_act == paper, "any of its acts gives the same paper, once"


def stock_take_of(world: World) -> str:
    """The act that closed the last stock-take."""
    rows = world.ledger.recorder.rows(0, 1_000)
    return str(json.loads([row for row in rows if row.type == "stock-take"][-1].entry)["act"])


def test_a_stock_take_whose_lists_are_withheld_names_what_differs(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    (paper,) = drawn(world, "stock-take-list", "case", subjects["stock-take-list"], opens=False)
    assert [row[5] for row in paper.tables[1].rows] == ["未见"]
    assert "账面清单共 2 件，原文未予显示，摘要 " in paper.tables[1].end


def test_a_stock_take_that_goes_on_says_what_is_still_to_count(world: World) -> None:
    items = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in(items)
    opening = world.opens_stock_take("大库", "车场", book=items)
    said = fields(one(world, "stock-take-list", "act", opening))
    assert (said["结束时间"], said["未盘场所"].count("ST1")) == ("尚未结束", 2)
    assert [row[5] for row in one(world, "stock-take-list", "act", opening).tables[1].rows] == ["尚未清点"] * 2


def test_a_viewing_a_handover_and_a_division_say_who_and_what(day: tuple[World, dict[str, str]]) -> None:
    world, subjects = day
    viewed = one(world, "viewing-register", "case", subjects["viewing-register"])
    assert fields(viewed)["是否启封"] == "否"
    assert viewed.tables[0].rows[0][4] == f"大库 {world.places['大库']}"
    taken = one(world, "handover-list", "case", subjects["handover-list"])
    assert (fields(taken)["移交人"], fields(taken)["接任人"]) == ("周远（psb-0211）（不能到场）", "何苗（psb-0347）")
    divided = one(world, "division-record", "case", subjects["division-record"])
    sums, parts = divided.tables
    assert sums.rows == (("100.00 g", "2.50 g", "97.5 g", "0 g", "0 g"),)
    assert [row[4] for row in parts.rows] == ["1.25 g", "1.25 g"]


def test_a_handover_of_a_place_has_its_count_and_digest_and_no_case(world: World) -> None:
    items = world.seizes(world.opens_case(), world.item())
    world.checks_in(items)
    act = hands_over_place(world, "大库", items).act
    paper = one(world, "handover-list", "act", act)
    assert paper.tables[0].rows == (("1", f"大库 {world.places['大库']}", "1", digest_of(items), "无"),)
    assert "案号" not in pages(paper)[0]


def test_a_stock_take_of_four_hundred_keeps_every_line_whole(world: World) -> None:
    items = world.seizes(world.opens_case(), *(world.item(description="红色圆形" * (n % 9 + 1)) for n in range(400)))
    world.checks_in(items)
    opening = world.opens_stock_take("大库", book=items)
    world.counts(opening, "大库", book=items, scanned=items[:-1])
    texts = [squeezed(text) for text in pages(one(world, "stock-take-list", "act", opening))]
    assert all(sum(text.count(label.code_of(item)) for text in texts) == 1 for item in items)
    assert "共400项，以下空白。" in "".join(texts)
