"""The commands ``custody label``, ``scan`` and ``stock-take``, for the entry-point group ``custody.commands``.

What they do stands in `label_command`, `scan_command` and `stock_take_command`, which load drawing and decoding only
when they run: every other command starts without them.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Final

from custody.cli.settings import add_options

# The same as the tables of the modules that draw; a test holds them equal.
STOCKS: Final = ("bag-50x30", "tube-40x20", "a4-3x8")
FORMATS: Final = ("pdf", "zpl", "png", "svg")
DPI: Final = (203, 300)
STEPS: Final = ("open", "scan", "count", "close", "missing")
KINDS: Final = ("item", "place", "manifest", "kit")


def add_label(subparsers: Any) -> None:
    """Add ``custody label`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "label", help="标签：PDF、PNG、SVG、ZPL / draw labels", description="画标签 / Draw labels."
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="编号（16 位）或标签码（20 位）/ ids or label codes")
    parser.add_argument("--stock", choices=STOCKS, default="bag-50x30", help="标签纸 / stock")
    parser.add_argument("--format", choices=FORMATS, help="默认依文件名，否则 PDF / default: by FILE, else pdf")
    parser.add_argument("--dpi", type=int, choices=DPI, default=300, help="打印机分辨率 / printer's resolution")
    parser.add_argument("--copies", type=_count, default=1, metavar="N", help="每个标签份数 / of each label")
    parser.add_argument("--line", action="append", default=[], metavar="TEXT", help="码旁文字，可重复 / repeatable")
    parser.add_argument("--blank", type=_count, metavar="N", help="新码空白卷 / a roll of N fresh codes")
    parser.add_argument("--kind", choices=KINDS, default="item", help="空白卷种类 / of the roll")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="“-”为标准输出 / - is standard output")
    add_options(parser, server=True)
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
    add_options(parser, server=True)
    parser.set_defaults(run=_run_scan)


def add_stock_take(subparsers: Any) -> None:
    """Add ``custody stock-take`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "stock-take", help="盘点：开始、扫描、清点、结束 / count a store", description="盘点 / Count a store blind."
    )
    parser.add_argument("step", choices=STEPS, help="步骤 / what to do")
    parser.add_argument("--place", nargs="+", default=[], metavar="PLACE", help="场所 / places")
    parser.add_argument("--opening", metavar="ACT", help="开始盘点的行为编号 / the act that opened it")
    parser.add_argument("--counter", nargs="+", default=[], metavar="PERSON", help="清点人 / counters")
    parser.add_argument("--supervisor", metavar="PERSON", help="监督人 / supervisor")
    parser.add_argument("--draw", type=_count, metavar="N", help="随机抽查 N 件 / a random draw of N")
    parser.add_argument("--salt", metavar="TEXT", help="抽查用盐 / salt of the draw")
    parser.add_argument("--scans", nargs="+", default=[], metavar="FILE", help="扫描记录 / files of scans")
    parser.add_argument("--conclusion", metavar="TEXT", help="结论 / conclusion")
    parser.add_argument("--prefix", default="", help="扫描枪前缀 / what the scanner sends before")
    parser.add_argument("--suffix", default="", help="扫描枪后缀 / what the scanner sends after")
    parser.add_argument("-o", "--output", metavar="FILE", help="草稿或扫描记录 / the draft, or the scans")
    add_options(parser)
    parser.set_defaults(run=_run_stock_take)


def doctor() -> list[tuple[str, bool, str, str]]:
    """What of labels and scanning works here: name, whether, and a sentence in zh-CN and in English."""
    from custody_scanners.doctor import doctor

    return doctor()


def _run_label(args: Namespace) -> int:
    from custody_scanners.label_command import run

    return run(args)


def _run_scan(args: Namespace) -> int:
    from custody_scanners.scan_command import run

    return run(args)


def _run_stock_take(args: Namespace) -> int:
    from custody_scanners.stock_take_command import run

    return run(args)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
