"""The report of a bundle: what it tells, that its commands hold and break, that it is one file and always the same."""

from __future__ import annotations

import io
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import bundles
import passkeys
from api.conftest import SignedIn, serving
from custody import keyfile, label
from custody.acts.values import decode
from custody.bundle.content import Subject
from custody.bundle.verifying import verify_bundle
from custody.cli import main
from custody.ledger.bundle_content import content_of, sealed_values
from custody.ledger.bundle_scope import Scope, scope_of
from custody.timestamps.wire import request, token_in
from custody.tlog.note import Note, Signature
from custody_api.papers.paper import Language, Table
from custody_api.papers.report.document import Chapter, Document
from custody_api.papers.report.history import MOST, history_of
from custody_api.papers.report.printing import WIDEST
from custody_api.papers.report.report import Report, document_of, report_of
from custody_api.papers.sources import Sources
from papers import pictures, squeezed, symbols, text_of
from time_authority import time_authority
from world import START, World
from world_orders import erases
from world_results import finds, observes, tells_result, warmth

ROOT = Path(__file__).resolve().parents[2]
CASE = "云公(交)刑受〔2026〕0312-07"


@dataclass(frozen=True)
class Told:
    """A world in which much happened to one case, and the items by name."""

    world: World
    items: dict[str, str]

    def scope(self, subject: Subject = Subject("case", CASE)) -> Scope:  # noqa: B008 - a value
        recorder = self.world.ledger.recorder
        return scope_of(recorder, subject, recorder.head().size)

    def report(self, lang: Language = "zh", opens: Collection[str] = ()) -> Report:
        scope = self.scope()
        opened = sealed_values(self.world.ledger, scope.own.values(), opens).values()
        return report_of(self.world.ledger, scope, content_of(self.world.ledger, scope, disclosures=opened), lang)

    def document(
        self, lang: Language = "zh", opens: Collection[str] = (), withheld: Collection[int] = (), **other: Any
    ) -> Document:
        scope = other.pop("scope", self.scope())
        sources = Sources(self.world.ledger, scope.size, lang, opens, lambda each: each.index not in withheld)
        content = content_of(self.world.ledger, scope, withheld=withheld)
        return document_of(history_of(sources, scope), replace(content, **other))


@pytest.fixture(scope="module")
def told(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """何苗 checks in a knife that 周远 took: a gap. A seal comes back broken. A feature is corrected. Blood is drawn,
    examined and kept too warm. The prosecution takes over one item. 何苗 loses a key."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    world.opens_case(case=CASE, officers=[world.id_of("周远"), world.id_of("何苗")])
    phone, watch, knife = world.seizes(
        CASE, world.item(serial={"disclose": "861234567890123"}), world.item(description="手表</td><script>x</script>"),
        world.item(description="折叠刀", features="刀刃长 9 cm"), attachments=[photograph()],
    )  # fmt: skip
    world.checks_in([phone, watch])
    world.checks_in([knife], by="何苗")
    world.lends([phone])
    world.returns([phone], seen="broken", difference="封签破损")
    world.opens([watch], world.facts(watch).seal)
    world.seals_up([watch], by="梁静")
    change = {"op": "replace", "path": "/items/2/features", "old": "刀刃长 9 cm", "new": "刀刃长 11 cm"}
    world.corrects(world.facts(knife).born_in, change)
    a, b = world.draws(CASE)
    world.dispatches([a])
    world.lab_receives([a])
    tells_result(world, a, finds(world, a).act)
    world.checks_in([b], "冷藏")
    warm = observes(world, [b], "temperature", temperature=warmth(world, "2", "12"), in_range=False)
    world.remedies(warm.defects[0].id, "explain", "梁静")
    world.answers(world.offers([phone, watch]), [phone])
    world.revokes("何苗")
    yield Told(world, {"phone": phone, "watch": watch, "knife": knife, "a": a, "b": b})
    world.close()


def photograph() -> dict[str, Any]:
    return {
        "sha256": "ab" * 32, "media_type": "image/jpeg", "size_bytes": 48123, "kind": "photo",
        "captured_at": "2026-03-12T08:02:00+08:00",
    }  # fmt: skip


def chapter(document: Document, title: str) -> Chapter:
    """A chapter by what its title begins with."""
    return next(each for each in document.chapters if each.title.startswith(title))


def rows(table: Table) -> list[tuple[str, ...]]:
    """The rows of a table without those across it."""
    return [row for row in table.rows if len(row) > 1]


# -- what it tells


def test_every_act_stands_in_it_in_order_with_who_signed_in_which_part(told: Told) -> None:
    table = chapter(told.document(), "行为经过").tables[0]
    own = told.scope().own
    assert [row[0].split("\n")[0] for row in rows(table)] == [f"#{index + 1}" for index in own]
    for row, found in zip(rows(table), own.values(), strict=True):
        for signer in found.recorded.act.signers:
            assert f"密钥文件 {signer.key[:16]}" in row[2]
            assert f"（{signer.person}）" in row[2]
        assert row[1].startswith(f"{found.recorded.act.occurred_at:%Y-%m-%d %H:%M:%S}+08:00\n")


def test_defects_gaps_and_broken_seals_are_said_where_they_happened(told: Told) -> None:
    document = told.document()
    across = [row[0] for row in chapter(document, "行为经过").tables[0].rows if len(row) == 1]
    assert [code for code in ("CHAIN_GAP", "SEAL_BROKEN_AT_RECEIPT", "TEMPERATURE_EXCURSION")
            if not any(code in row for row in across)] == []  # fmt: skip
    custody = chapter(document, "保管经过")
    assert custody.says == ("1 件物品的保管链有缺口，以 ⚠ 标出。",)
    (gap,) = (row[0] for table in custody.tables for row in table.rows if len(row) == 1)
    assert "psb-0211" in gap
    assert "psb-0347" in gap
    seals, wrong = chapter(document, "封签").tables
    assert len(rows(seals)) == 6
    assert [(row[0], row[2]) for row in rows(wrong)] == [("1", "破损")]
    (warm,) = rows(chapter(document, "温度超出范围").tables[0])
    assert (warm[0], warm[3], warm[4]) == ("5", "2", "12")
    states = {row[2] for row in rows(chapter(document, "瑕疵和补正").tables[0])}
    assert states == {"未处理", "已说明"}


def test_a_correction_shows_what_was_known_then_beside_what_reads_now(told: Told) -> None:
    (row,) = rows(chapter(told.document(), "更正").tables[0])
    assert row[2:4] == ("刀刃长 9 cm", "刀刃长 11 cm")
    assert "/items/2/features" in row[1]
    assert "理由：登记有误" in row[4]


def test_the_tubes_their_way_and_the_result_stand_in_one_chapter(told: Told) -> None:
    tubes, ways, results, after = chapter(told.document(), "检验和鉴定").tables
    assert [(row[0], row[1], row[2]) for row in rows(tubes)] == [("4", "A", "送检"), ("5", "B", "备用，不检验")]
    assert [row[1].split("\n")[0] for row in rows(ways)] == ["送检", "鉴定机构接收"]
    assert rows(results)[0][2] == "〔密封〕 mg/100 mL"
    assert rows(after)[0][1].startswith("鉴定意见告知")


def test_parties_control_attachments_and_keys_are_told(told: Told) -> None:
    document = told.document()
    agencies, people, keys = chapter(document, "签署人").tables
    assert ("云岭区人民检察院", "pro-yunling", "检察院") in [row[:3] for row in rows(agencies)]
    assert [row[1] for row in rows(people)] == sorted({
        each.person for found in told.scope().own.values() for each in found.recorded.act.signers
    })  # fmt: skip
    revoked = {row[1] for row in rows(keys) if row[4] != "未吊销"}
    assert revoked == {"〔密封〕（psb-0347）"}
    controls = rows(chapter(document, "责任机关").tables[0])
    assert [row[1] for row in controls] == ["江州市公安局云岭分局", "云岭区人民检察院"]
    (photo,) = rows(chapter(document, "附件").tables[0])
    assert photo[1:] == ("照片", "image/jpeg", "48,123", "2026-03-12 08:02:00+08:00", "ab" * 32)


def test_only_what_was_opened_is_shown_and_the_rest_is_marked(told: Told) -> None:
    serial = told.world.facts(told.items["phone"]).taken.serial.sealed
    document = told.document(opens={serial})
    values = {row[3]: row[2] for row in rows(chapter(document, "密封值").tables[0])}
    assert values.pop(serial) == "861234567890123"
    assert set(values.values()) == {"〔密封〕"}
    assert "公开 1 项" in chapter(document, "密封值").says[0]
    assert "861234567890123" not in "".join(told.document().texts())


def test_what_was_erased_is_not_called_sealed_and_a_missing_character_is_said(
    founded_world: World, tmp_path: Path
) -> None:
    world = founded_world.twin(f"sqlite:///{tmp_path / 'ledger.db'}")
    world.opens_case(case=CASE)
    (phone,) = world.seizes(CASE, world.item(serial={"disclose": "861234567890123"}, description="\U00020bb7野家"))
    taken = world.facts(phone)
    erases(world, taken.born_in, [taken.taken.serial.sealed])
    made = Told(world, {}).report()
    page = made.html.decode()
    assert "<td>〔已删除〕</td>" in page
    assert "原文已删除 1 项" in page
    assert "\U00020bb7野家" in page
    assert "有1个字不在本PDF的字库中" in squeezed(text_of(made.pdf))
    world.close()


def test_of_an_act_that_is_withheld_only_its_place_in_the_log_is_told(told: Told) -> None:
    taking = next(index for index, each in told.scope().own.items() if each.recorded.act.act == "seizure")
    document = told.document(withheld={taking})
    row = next(row for row in chapter(document, "行为经过").tables[0].rows if row[0].startswith(f"#{taking + 1}\n"))
    assert row[2:] == ("〔不公开〕", "〔不公开〕")
    said = "".join(document.texts())
    assert "青石路" not in said
    assert "折叠刀" not in said
    assert "刀刃长" not in said
    assert "1 项行为的内容不向导出人公开" in document.says[1]


def test_who_sees_an_item_but_not_its_taking_learns_neither_case_nor_name_from_the_report(told: Told) -> None:
    scope = told.scope(Subject("item", told.items["a"]))
    hidden = {index for index, each in scope.own.items() if not each.recorded.act.act.startswith("lab-")}
    said = "".join(told.document(scope=scope, withheld=hidden).texts())
    assert "2026-0312-88" in said
    assert [each for each in (CASE, "血样 A", "psb-0347", "左肘静脉") if each in said] == []


def test_what_a_withheld_correction_changed_is_told_as_it_was(told: Told) -> None:
    correction = next(index for index, each in told.scope().own.items() if each.recorded.act.act == "correction")
    said = "".join(told.document(withheld={correction}).texts())
    assert "刀刃长 9 cm" in said
    assert "刀刃长 11 cm" not in said


def test_of_an_item_only_its_own_acts_are_told(told: Told) -> None:
    document = told.document(scope=told.scope(Subject("item", told.items["knife"])))
    assert [row[0].split("\n")[1] for row in rows(chapter(document, "行为经过").tables[0])] == ["扣押", "入库", "更正"]
    assert "另有本报告以外 2 件" in chapter(document, "行为经过").tables[0].rows[0][0]
    assert label.spaced(told.world.facts(told.items["knife"]).code) in document.subject


def test_witnesses_are_named_with_the_time_at_which_they_saw_a_checkpoint(told: Told) -> None:
    assert chapter(told.document(), "检查点").says[1:] == ("没有见证机的签名。", "没有时间戳。")
    note = Note.parse(told.world.ledger.recorder.checkpoint())
    seen = int(START.timestamp()).to_bytes(8, "big") + bytes(64)
    cosigned = str(Note(note.text, (*note.signatures, Signature("witness.example/w1", b"abcd", seen))))
    for asked, at in (({"checkpoint": cosigned}, 0), ({"further": {"witnessed/checkpoint": cosigned.encode()}}, 1)):
        told_of = chapter(told.document(**asked), "检查点")
        expected = ("见证机", "witness.example/w1", b"abcd".hex(), "2026-03-12 08:00:00+08:00")
        assert rows(told_of.tables[at])[1] == expected
        assert told_of.says[1:] == ("没有时间戳。",)


def test_time_tokens_are_named_with_their_time_and_authority(told: Told, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client", reason="the extra time is not installed")
    text = Note.parse(told.world.ledger.recorder.checkpoint()).text.encode()
    with time_authority(tmp_path / "north", "north") as authority:
        token = token_in(authority.answer(request(text, "sha256", 1, None)))
    further = {
        "timestamps/1/text": text, "timestamps/1/token.der": token,
        "timestamps/2/text": b"of older ones", "timestamps/2/token.der": b"none",
    }  # fmt: skip
    _, dated = chapter(told.document(further=further), "检查点").tables
    first, second = rows(dated)
    assert first[1] == f"长度 {told.scope().size} 的检查点"
    assert first[3] == "CN=north signer"
    assert second[1:] == ("续期：较早的时间戳", "—", "—")


def test_an_english_report_has_no_chinese_words_of_its_own(told: Told) -> None:
    document = told.document("en")
    named = [document.title, *document.says, *(each.name for each in document.fields)]
    for each in document.chapters:
        named += [each.title, *each.says, *(step.says for step in each.steps)]
        named += [column.name for table in each.tables for column in table.columns]
        named += [text for table in each.tables for text in (table.title, table.end)]
    assert [text for text in named if re.search("[\u4e00-\u9fff]", text)] == []


# -- how it is set


def test_the_same_content_gives_the_same_bytes_whatever_the_clock(told: Told) -> None:
    first = told.report()
    told.world.clock.forward(days=3)
    assert told.report() == first


def test_all_that_it_says_is_printed_and_pages_are_counted(told: Told) -> None:
    for lang in ("zh", "en"):
        printed = text_of(told.report(lang=lang).pdf)
        pages = printed.split("\f")[:-1]
        flat = squeezed(printed)
        missed = [text for text in told.document(lang).texts() if squeezed(text) not in flat]
        assert [text for text in missed if "\n" not in text and len(text) < 60] == []
        count = "第 {} 页 共 {} 页" if lang == "zh" else "Page {} of {}"
        assert [count.format(number, len(pages)) in page for number, page in enumerate(pages, 1)] == [True] * len(pages)


def test_the_code_on_the_cover_names_the_checkpoint_and_can_be_read(told: Told, tmp_path: Path) -> None:
    cover = pictures(told.report().pdf, tmp_path, dpi=110)[0]
    claims = {text for texts in symbols(cover).values() for text in texts}
    _, origin, size, root, index = claims.pop().split(" ")
    assert claims == set()
    assert (origin, int(size)) == (told.world.ledger.origin, told.scope().size)
    assert decode(root) == told.world.ledger.recorder.root_at(int(size))
    assert int(index) == max(told.scope().own)


def test_the_page_runs_nothing_fetches_nothing_and_shows_markup_as_text(told: Told) -> None:
    page = told.report().html.decode()
    assert re.search(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'", page)
    assert re.findall(r"<script|<link|<img|<iframe|\son\w+=|style=|src=|href=\"(?!#)|url\(|@import", page) == []
    assert "手表&lt;/td&gt;&lt;script&gt;x&lt;/script&gt;" in page
    assert page.count('<article class="zh"') == page.count('<article class="en"') == 1


def test_a_list_that_is_too_long_says_where_the_rest_stands(told: Told) -> None:
    history = history_of(Sources(told.world.ledger, told.scope().size, "zh", ()), told.scope())
    assert history.rest(MOST) == f"共 {MOST} 行，以下空白。"
    assert "其余 1 行见行为原文" in history.rest(MOST + 1)


# -- its commands


def script_in(page: bytes) -> str:
    """The commands of the Chinese part of a page, in order."""
    chinese = page.decode().split('<article class="en"')[0]
    return "\n".join(unescape(each) for each in re.findall("<pre>(.*?)</pre>", chinese, re.DOTALL)) + "\n"


def checked(folder: Path, script: str, files: bundles.Files) -> subprocess.CompletedProcess[str]:
    """Run the commands beside a bundle of some files."""
    folder.mkdir()
    bundles.packed(files, folder / "bundle.zip")
    (folder / "check.sh").write_text(script, encoding="utf-8")
    return subprocess.run(["bash", "check.sh"], cwd=folder, capture_output=True, text=True, timeout=20, check=False)


def changed(data: bytes, at: int) -> bytes:
    """Bytes of which one bit is another."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_the_printed_commands_succeed_on_the_bundle_and_fail_after_one_byte(told: Told, tmp_path: Path) -> None:
    made = told.report()
    script = script_in(made.html)
    printed = squeezed(text_of(made.pdf))
    assert [line for line in script.splitlines() if squeezed(line) not in printed or len(line) > WIDEST] == []
    files = bundles.files(bundles.content(told.world, Subject("case", CASE)))
    sound = checked(tmp_path / "sound", script, files)
    assert (sound.returncode, sound.stdout.split("\n")[-2], sound.stderr) == (0, "OK", "")
    index, envelope, enrolment = (re.search(f"^{name}=(.*)$", script, re.MULTILINE)[1] for name in "IHE")  # type: ignore[index]
    for number, (name, at) in enumerate((
        (f"envelopes/{envelope}", 300), (f"keys/envelopes/{enrolment}", 300), (f"entries/{index}.json", 20),
        (f"proofs/{index}.tlog-proof", 60), ("checkpoint", 30), ("checkpoint", -10),
    )):  # fmt: skip
        spot = at % len(files[name])
        broken = checked(tmp_path / str(number), script, {**files, name: changed(files[name], spot)})
        assert broken.returncode != 0, name
        assert "OK" not in broken.stdout.split("\n")


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_where_passkeys_alone_signed_the_commands_check_a_passkey(
    founded_world: World, tmp_path: Path, algorithm: Any
) -> None:
    world = founded_world.twin(f"sqlite:///{tmp_path / 'ledger.db'}")
    key = passkeys.enrols(world, "周远", passkeys.SoftPasskey(passkeys.fresh(algorithm)))
    draft = {
        "act": "case-opening", "case": CASE, "kind": "criminal", "lead": "psb-yunling", "officers": ["psb-0211"],
        "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
        "signers": [passkeys.signer(world, "officer", "周远", key)],
    }  # fmt: skip
    passkeys.acts(world, draft, key)
    told = Told(world, {})
    script = script_in(told.report().html)
    files = bundles.files(bundles.content(world, Subject("case", CASE)))
    assert "webauthn" in script
    assert "通行密钥 " + key.key_id[:16] in told.report().html.decode()
    assert checked(tmp_path / "sound", script, files).stdout.endswith("OK\n")
    world.close()


def test_four_hundred_items_take_a_line_each_and_their_common_chain_stands_once(
    founded_world: World, tmp_path: Path
) -> None:
    world = founded_world.twin(f"sqlite:///{tmp_path / 'ledger.db'}")
    world.opens_case(case=CASE)
    items = world.seizes(CASE, *(world.item() for _ in range(400)))
    world.checks_in(items[:399])
    document = Told(world, {}).document()
    assert [row[0] for row in rows(chapter(document, "物品").tables[0])] == [str(number) for number in range(1, 401)]
    assert [table.title for table in chapter(document, "保管经过").tables] == ["物 1–399（399 件）", "物 400（1 件）"]
    assert len(rows(chapter(document, "行为经过").tables[0])) == 3
    world.close()


# -- in the bundle


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry points that pyproject.toml names, wherever the tests run."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    folder = tmp_path / "evidence_custody-0.1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: evidence-custody\nVersion: 0.1.0\n")
    lines: list[str] = []
    for group, named in groups.items():
        lines += [f"[{group}]", *(f"{name} = {at}" for name, at in named.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("installed")
def test_the_command_puts_the_report_into_the_bundle_in_its_language(told: Told, tmp_path: Path) -> None:
    keyfile.write_key(tmp_path / "log", told.world.log_key.private_key, None)
    keyfile.write_key(tmp_path / "log.journal", told.world.journal_key.private_key, None)
    file = tmp_path / "case.zip"
    asked = ["--database", told.world.url, "--log-key", str(tmp_path / "log"), "--lang", "en", "-o", str(file)]
    serial = told.world.facts(told.items["phone"]).taken.serial.sealed
    opened = ["--disclose", serial, "--by", "psb-0211", "--why", "庭审"]
    assert main(["export", "case", CASE, *asked, *opened]) == 0
    with zipfile.ZipFile(file) as bundle:
        made = Report(bundle.read("report.html"), bundle.read("report.pdf"))
    assert made == told.report(lang="en", opens={serial})
    assert verify_bundle(file).sound
    assert b"861234567890123" in made.html


@pytest.mark.usefixtures("installed")
def test_the_server_puts_it_in_too(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path / 'ledger.db'}")
    world.opens_case(case=CASE)
    world.seizes(CASE)
    with serving(world.ledger) as address, httpx.Client(
        base_url=address, auth=SignedIn(world, "周远"), timeout=30
    ) as client:
        answer = client.get(f"/v1/cases/{quote(CASE, safe='')}/bundle?why=庭审", headers={"Accept-Language": "en"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        made = Report(bundle.read("report.html"), bundle.read("report.pdf"))
    assert made == Told(world, {}).report("en")
    world.close()


def test_what_was_sealed_by_a_withheld_act_is_no_mismatch(told: Told) -> None:
    taking = next(index for index, each in told.scope().own.items() if each.recorded.act.act == "seizure")
    seals, wrong = chapter(told.document(withheld={taking}), "封签").tables
    assert len(rows(seals)) == 3
    assert [row[:3] for row in rows(wrong)] == [("1", "〔不公开〕", "破损")]
