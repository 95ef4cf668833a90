"""The commands ``custody label`` and ``custody scan``, for the entry-point group ``custody.commands``."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from custody import label
from custody.errors import CustodyError
from custody_scanners import camera, wedge
from custody_scanners.doctor import doctor
from custody_scanners.labels import DPI, FORMATS, STOCKS, Drawn, Label, blank, draw
from custody_scanners.scan import Code, Scan, scan
from custody_scanners.sentences import explain, say

__all__ = ["add_label", "add_scan", "doctor", "lines_for"]

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2


def add_label(subparsers: Any) -> None:
    """Add ``custody label`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "label", help="标签：PDF、PNG、SVG、ZPL / draw labels", description="画标签 / Draw labels."
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="编号（16 位）或标签码（20 位）/ ids or label codes")
    parser.add_argument("--stock", choices=[*STOCKS], default="bag-50x30", help="标签纸 / stock")
    parser.add_argument("--format", choices=[*FORMATS], help="默认依文件名，否则 PDF / default: by FILE, else pdf")
    parser.add_argument("--dpi", type=int, choices=DPI, default=300, help="打印机分辨率 / printer's resolution")
    parser.add_argument("--copies", type=_count, default=1, metavar="N", help="每个标签份数 / of each label")
    parser.add_argument(
        "--line", action="append", default=[], metavar="TEXT", help="码旁文字，可重复 / text, repeatable"
    )
    parser.add_argument("--blank", type=_count, metavar="N", help="新码空白卷 / a roll of N fresh codes")
    parser.add_argument("--kind", choices=[*label.PREFIXES.values()], default="item", help="空白卷种类 / of the roll")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="“-”为标准输出 / - is standard output")
    parser.add_argument("--json", action="store_true", help="机器可读 / for machines")
    parser.set_defaults(run=_run_label)


def add_scan(subparsers: Any) -> None:
    """Add ``custody scan`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "scan", help="扫描：图像、扫描枪、摄像头 / read labels", description="读标签 / Read labels."
    )
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="图像文件 / image files")
    parser.add_argument("--page", action="store_true", help="整页多个标签 / many labels in view")
    parser.add_argument("--wedge", action="store_true", help="从标准输入读扫描枪 / a wedge scanner on standard input")
    parser.add_argument("--prefix", default="", help="扫描枪前缀 / what the scanner sends before")
    parser.add_argument("--suffix", default="", help="扫描枪后缀 / what the scanner sends after")
    parser.add_argument("--camera", type=int, metavar="N", help="摄像头 / a camera's number")
    parser.add_argument("--json", action="store_true", help="机器可读，每行一个结果 / one result per line")
    parser.set_defaults(run=_run_scan)


def lines_for(code: str, args: Namespace) -> tuple[str, ...]:
    """Return the lines of text that stand on the label of ``code``: those given by ``--line``."""
    return tuple(args.line)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _lang(args: Namespace) -> str:
    lang: str | None = getattr(args, "lang", None)
    return lang or ("zh" if os.environ.get("LANG", "zh").startswith("zh") else "en")


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _run_label(args: Namespace) -> int:
    lang = _lang(args)
    if bool(args.ids) == bool(args.blank):
        _complain(say("use/label", lang))
        return WRONG_USE
    format = args.format or _format_of(args.output)
    try:
        labels = blank(args.kind, args.blank) if args.blank else [_label(each, args) for each in args.ids]
        job = [each for each in labels for _ in range(args.copies)]
        drawn = draw(job, args.stock, format, args.dpi)
        _write(args.output, drawn.data)
    except CustodyError as error:
        _complain(explain(error, lang))
        return WRONG_USE
    except OSError as error:
        _complain(say("file/unwritable", lang, file=args.output, reason=error.strerror))
        return WRONG_USE
    _report_drawn(args, lang, labels, drawn)
    return DONE


def _label(text: str, args: Namespace) -> Label:
    code = label.code_of(text) if len(text) == label.ID_LENGTH else text
    label.parse(code)
    return Label(code, lines_for(code, args))


def _format_of(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".").lower()
    return suffix if suffix in FORMATS else "pdf"


def _write(file: str, data: bytes) -> None:
    if file == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(file).write_bytes(data)


def _report_drawn(args: Namespace, lang: str, labels: list[Label], drawn: Drawn) -> None:
    talk = sys.stderr if args.output == "-" else sys.stdout
    if args.json:
        report = {
            "file": args.output, "media_type": drawn.media_type, "labels": [each.code for each in labels],
            "missing": drawn.missing, "shortened": drawn.shortened,
        }  # fmt: skip
        print(json.dumps(report, ensure_ascii=False), file=talk)
    else:
        print(say("label/written", lang, count=len(labels) * args.copies, file=args.output), file=talk)
    if drawn.missing:
        named = " ".join(f"{each} (U+{ord(each):04X})" for each in drawn.missing)
        _complain(say("label/missing", lang, characters=named))
    if drawn.shortened:
        _complain(say("label/shortened", lang, codes=" ".join(dict.fromkeys(drawn.shortened))))


def _run_scan(args: Namespace) -> int:
    chosen = [bool(args.images), args.wedge, args.camera is not None]
    if sum(chosen) != 1:
        _complain(say("use/scan", _lang(args)))
        return WRONG_USE
    run: Callable[[Namespace], int] = (_scan_images, _scan_wedge, _scan_camera)[chosen.index(True)]
    return run(args)


def _scan_images(args: Namespace) -> int:
    status = DONE
    for image in args.images:
        try:
            found = scan(image, "page" if args.page else "single")
        except CustodyError as error:
            _tell_error(args, str(image), error)
            status = max(status, REFUSED)
        except OSError as error:
            _complain(say("file/unreadable", _lang(args), file=image, reason=error.strerror))
            status = WRONG_USE
        else:
            _tell_scan(args, str(image), found)
            status = max(status, DONE if found.accepted else REFUSED)
    return status


def _tell_scan(args: Namespace, image: str, found: Scan) -> None:
    if args.json:
        problems = [asdict(each) | {"zh": each.zh, "en": each.en} for each in found.problems]
        report = {"image": image, "accepted": found.accepted, **asdict(found), "problems": problems}
        print(json.dumps(report, ensure_ascii=False))
        return
    print(f"{image}  ({', '.join(found.decoders)})")
    for code in found.codes:
        print(f"  ✓ {label.spaced(code.code)}  {', '.join(code.decoders)}")
    for problem in found.problems:
        sentence = say(f"scan/{problem.code}", _lang(args))
        shown = "  ".join(text[:60] for text in problem.texts)
        print(f"  {'✗' if problem.refuses else '⚠'} {sentence}  {shown}".rstrip())


def _tell_error(args: Namespace, source: str, error: CustodyError) -> None:
    if args.json:
        report = {"image": source, "accepted": False, "error": error.code, "sentence": explain(error, _lang(args))}
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(f"{source}\n  ✗ {explain(error, _lang(args))}")


def _scan_wedge(args: Namespace) -> int:
    lang, status = _lang(args), DONE
    for outcome in wedge.lines(sys.stdin.buffer, args.prefix, args.suffix):
        if outcome.status == "malformed":
            status = REFUSED
        if args.json:
            error = outcome.error.code if outcome.error else None
            report = {"line": outcome.line, "status": outcome.status, "code": outcome.code, "error": error}
            print(json.dumps(report, ensure_ascii=False), flush=True)
        else:
            sign = {"accepted": "✓", "again": "=", "malformed": "✗"}[outcome.status]
            shown = label.spaced(outcome.code) if outcome.code else outcome.line[:60]
            why = explain(outcome.error, lang) if outcome.error else ""
            print(f"{sign} {shown}  {say(f'wedge/{outcome.status}', lang)}  {why}".rstrip(), flush=True)
    return status


def _scan_camera(args: Namespace) -> int:
    try:
        _tell_codes(args, camera.watch(camera.frames(args.camera)))
    except CustodyError as error:
        _complain(explain(error, _lang(args)))
        return WRONG_USE
    except KeyboardInterrupt:
        pass
    return DONE


def _tell_codes(args: Namespace, codes: Iterable[Code]) -> None:
    for code in codes:
        print(json.dumps(asdict(code)) if args.json else f"✓ {label.spaced(code.code)}", flush=True)
