"""``custody label`` and ``custody scan`` as a person or a script uses them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from custody import label
from custody.cli import main
from custody_scanners import commands, labels
from custody_scanners.camera import watch
from world import World

ITEM, CODE = "EV1BHP5N40BAQPAA", "EV1BHP5N40BAQPAA1D0A"
OTHER = "EV1QSPP7FT4Y5M95MEXW"


def custody(*arguments: object, lang: str = "en") -> int:
    return main(["--lang", lang, *map(str, arguments)])


def test_a_label_goes_out_and_is_scanned_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "label.png"
    assert custody("label", ITEM, "--line", "封签 F-880732", "-o", file) == 0
    assert custody("scan", file, "--json") == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [code["code"] for code in report["codes"]] == [CODE]
    assert report["accepted"] is True


def test_json_is_json_before_and_after_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "label.png"
    for arguments in (("--json", "label", ITEM), ("label", ITEM, "--json")):
        assert custody(*arguments, "-o", file) == 0
        assert json.loads(capsys.readouterr().out)["labels"] == [CODE]
    assert custody("--json", "scan", file) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] is True


def test_a_blank_sheet_is_scanned_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sheet.png"
    assert custody("label", "--blank", 24, "--kind", "place", "--stock", "a4-3x8", "-o", file, "--json") == 0
    drawn = json.loads(capsys.readouterr().out)["labels"]
    assert all(label.is_code(code, "place") for code in drawn)
    assert custody("scan", "--page", file, "--json") == 0
    assert [code["code"] for code in json.loads(capsys.readouterr().out)["codes"]] == drawn
    assert custody("scan", file) == 1


@pytest.mark.parametrize("format", [*labels.FORMATS])
def test_the_files_name_chooses_the_format(format: str, tmp_path: Path) -> None:
    beginnings = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<svg", "zpl": b"^XA"}
    file = tmp_path / f"label.{format.upper()}"
    assert custody("label", ITEM, "-o", file) == 0
    assert file.read_bytes().startswith(beginnings[format])


def test_copies_follow_each_other(tmp_path: Path) -> None:
    file = tmp_path / "labels.zpl"
    assert custody("label", ITEM, OTHER, "--copies", 3, "-o", file) == 0
    assert file.read_bytes().count(b"^XA") == 6


@pytest.mark.parametrize(("lang", "words"), [("zh", "字库中没有"), ("en", "Not in the font")])
def test_a_character_that_cannot_be_printed_is_named(
    lang: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert custody("label", ITEM, "--line", "陈𰻝", "-o", tmp_path / "label.pdf", lang=lang) == 0
    complaint = capsys.readouterr().err
    assert words in complaint
    assert "𰻝 (U+30EDD)" in complaint


def test_wrong_use_writes_nothing_and_answers_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "label.pdf"
    assert custody("label", "-o", file) == 2
    assert custody("label", ITEM, "--blank", 3, "-o", file) == 2
    assert custody("label", "EV1BHP5N40BAQPAA1D0B", "-o", file) == 2
    assert custody("label", ITEM, "-o", tmp_path / "none" / "label.pdf") == 2
    assert custody("label", ITEM, "--copies", 10**15, "-o", file) == 2
    assert custody("scan") == 2
    assert custody("scan", "--wedge", "--camera", 0) == 2
    assert custody("scan", tmp_path / "none.png") == 2
    assert not file.exists()
    assert capsys.readouterr().out == ""


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("云岭")
    assert custody("scan", file, lang="zh") == 1
    assert "文件不是可读的图像" in capsys.readouterr().out


def test_a_wedge_answers_each_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed = io.TextIOWrapper(io.BytesIO(f"{CODE}\n{CODE}\n\n\xff乱码\n".encode()))
    monkeypatch.setattr(sys, "stdin", typed)
    assert custody("scan", "--wedge", "--json") == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["status"] for answer in answers] == ["accepted", "again", "malformed"]


def test_a_clerk_ends_a_scan_from_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyboard(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Keyboard()))
    assert custody("scan", "--wedge") == 0


def test_a_camera_without_its_support_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert custody("scan", "--camera", 0, lang="zh") == 2
    assert "opencv-python-headless" in capsys.readouterr().err


def test_the_command_line_names_what_can_be_drawn() -> None:
    assert tuple(labels.STOCKS) == commands.STOCKS
    assert tuple(labels.FORMATS) == commands.FORMATS
    assert commands.DPI == labels.DPI
    assert tuple(label.PREFIXES.values()) == commands.KINDS


def test_adding_the_commands_loads_neither_drawing_nor_decoding() -> None:
    program = "import sys, custody_scanners.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"reportlab", "PIL", "qrcode", "zxingcpp", "pyzbar", "fontTools"} & {*loaded}


def test_the_doctor_looks_at_decoders_font_and_camera() -> None:
    findings: list[Any] = commands.doctor()
    assert [(name, works) for name, works, _, _ in findings][:3] == [
        ("pyzbar", True),
        ("zxing-cpp", True),
        ("font", True),
    ]
    assert findings[3][0] == "camera"
    assert all(zh and en.isascii() for _, _, zh, en in findings)


def test_a_camera_believes_two_frames_in_a_row_and_tells_once() -> None:
    from io import BytesIO

    def frame(code: str) -> Image.Image:
        return Image.open(BytesIO(labels.draw([labels.Label(code)], format="png").data)).convert("L")

    nothing = Image.new("L", (300, 300), 255)
    clip = [frame(CODE), nothing, frame(CODE), frame(CODE), frame(CODE), frame(OTHER), frame(OTHER), nothing, nothing]
    assert [code.code for code in watch([*clip, frame(OTHER), frame(OTHER)])] == [CODE, OTHER, OTHER]


def test_a_named_ledger_says_what_bears_a_label_and_which_label_is_in_force(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = world.ledger.engine.url.render_as_string(hide_password=False)
    (item,) = world.seizes(world.opens_case())
    old, new = tmp_path / "old.png", tmp_path / "new.png"
    assert custody("label", item, "-o", old, "--database", database) == 0
    assert custody("scan", old, "--database", database) == 0
    assert "in force" in capsys.readouterr().out
    fresh = world.code()
    world.act({
        "act": "labelling", "item": item, "code": fresh, "retired": world.facts(item).code, "reason": "damaged",
        "signers": world.signers(labeller="周远"),
    })  # fmt: skip
    assert custody("label", item, "-o", new, "--database", database, "--json") == 0
    assert json.loads(capsys.readouterr().out)["labels"] == [fresh]
    assert custody("scan", old, "--database", database, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    ((code,), accepted) = report["codes"], report["accepted"]
    assert (code["standing"], code["item"]["code"], accepted) == ("retired", fresh, False)
    assert custody("scan", old, "--page", "--database", database) == 1
    line = capsys.readouterr().out.splitlines()[1]
    assert line.strip().startswith("✗")
    assert "was · 手机" in line
    assert f"now {label.spaced(fresh)}" in line
    assert custody("label", OTHER[:16], "-o", new, "--database", database) == 1


def test_a_page_tells_of_each_code_what_it_is_and_refuses_what_the_ledger_does_not_know(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone in the store, a tube with the officer, a place, a kit; then a manifest and a code from nowhere."""
    monkeypatch.setenv("CUSTODY_DATABASE", world.ledger.engine.url.render_as_string(hide_password=False))
    case = world.opens_case(kind="traffic")
    (phone,) = world.seizes(case)
    world.checks_in([phone])
    tube, _ = world.draws(case)
    store, kit = world.places["大库"], world.facts(tube).kit
    known, more = tmp_path / "known.png", tmp_path / "more.png"
    assert custody("label", phone, tube, store, kit, "--stock", "a4-3x8", "-o", known) == 0
    capsys.readouterr()
    assert custody("scan", known, "--page", lang="zh") == 0
    _, *told = capsys.readouterr().out.splitlines()
    for line, words in zip(told, (
        ("手机", case, "在库", f"大库 {store} (场所)"), ("血样 A", case, "经手人持有", "psb-0211"), ("大库",), (case,),
    ), strict=True):  # fmt: skip
        assert all(word in line for word in ("✓", "在用", *words)), line
    strange = [labels.Label(world.facts(phone).code), labels.Label(world.code("manifest")), labels.Label(OTHER)]
    more.write_bytes(labels.draw(strange, "a4-3x8", "png").data)
    assert custody("scan", more, "--page") == 1
    _, *told = capsys.readouterr().out.splitlines()
    assert [line.strip()[0] for line in told] == ["✓", "✗", "✗"]
    assert "a manifest" in told[1]
    assert "not in the ledger" in told[2]


def test_a_label_says_what_the_ledger_knows_unless_lines_are_given(
    world: World, tmp_path: Path, poppler: Callable[..., bytes]
) -> None:
    database = world.ledger.engine.url.render_as_string(hide_password=False)
    case = world.opens_case(kind="traffic")
    (phone,) = world.seizes(case)
    tubes = world.draws(case)
    file = tmp_path / "labels.pdf"

    def printed(*arguments: object) -> str:
        assert custody("label", *arguments, "-o", file, "--database", database) == 0
        text = poppler("pdftotext", file.read_bytes()).decode()
        return "".join(text.split())

    assert all(words in printed(phone) for words in ("手机", case))
    assert all(words in printed(tubes[0]) for words in ("血样A", "检验", case))
    assert all(words in printed(tubes[1]) for words in ("血样B", "备份", case))
    assert "大库" in printed(world.places["大库"])
    assert case in printed(world.facts(tubes[0]).kit)
    given = printed(phone, "--line", "封签F-880732")
    assert "封签F-880732" in given
    assert "手机" not in given
