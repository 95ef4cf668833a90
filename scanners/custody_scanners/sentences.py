"""Every sentence that labels and scanning say, by stable code, in zh-CN and in English.

The English of an error stands where it is raised; its Chinese here, or in `custody.sentences` if the ledger raised it.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Final

from custody.errors import CustodyError
from custody.sentences import sentence

CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    "scan/none": ("画面中没有标签。", "There is no label in view."),
    "scan/several": ("画面中不止一个码，请只留一个。", "More than one code is in view: leave only one."),
    "scan/disagreement": (
        "同一位置读出不同内容，不予采信，请重扫。",
        "Different texts were read at one place, so none is believed: scan again.",
    ),
    "scan/check-characters": (
        "校验字符不符，不予采信，请重扫或更换标签。",
        "The check characters do not agree: scan again, or replace the label.",
    ),
    "scan/foreign": ("不是本系统的标签。", "This is not a label of this system."),
    "scan/twice": (
        "同一标签出现在两处，其中至少一处是复制品。",
        "The same label is in view at two places: at least one is a copy.",
    ),
    "wedge/accepted": ("已读", "accepted"),
    "wedge/again": ("已扫过", "already scanned"),
    "wedge/malformed": ("不予采信", "not accepted"),
    "standing/in-force": ("在用", "in force"),
    "standing/retired": ("已停用，不得据此移动；原为", "retired, moves nothing; was"),
    "standing/now": ("现用 {label}", "now {label}"),
    "standing/unknown": ("台账中没有", "not in the ledger"),
    "standing/manifest": ("清单编码，台账尚不收录清单", "a manifest, which the ledger does not know yet"),
    "label/written": ("已写入 {count} 个标签：{file}", "{count} labels written: {file}"),
    "label/missing": (
        "字库中没有这些字，已印为“〓”：{characters}",
        "Not in the font, printed as 〓: {characters}",
    ),
    "label/shortened": ("文字过长，已截短：{codes}", "Text too long, cut short: {codes}"),
    "stock-take/right-place": ("位置相符", "in its place"),
    "stock-take/wrong-place": ("在本次盘点的另一处", "belongs in another place of this count"),
    "stock-take/unknown-code": ("台账中没有在用的这个编码", "no code in force here"),
    "stock-take/already-scanned": ("已扫过", "already scanned"),
    "stock-take/belongs-elsewhere": ("不属于盘点范围", "belongs elsewhere"),
    "stock-take/here": ("以下在：{place}", "now counting: {place}"),
    "stock-take/where": ("请先扫场所标签，或用 --place 指明。", "Scan a place's label first, or name it with --place."),
    "stock-take/scanned": ("已扫到 {count} 件，记入 {file}", "{count} items scanned, into {file}"),
    "stock-take/came-to": ("账面 {book} 件，清点到 {found} 件", "{book} on the book, {found} found"),
    "stock-take/found-in": ("在此处：{place}", "was found in {place}"),
    "stock-take/written": ("草稿已写入 {file}，由 custody act 签署", "The draft is in {file}: sign it by custody act"),
    "stock-take/none-missing": ("没有下落不明的物品。", "Nothing is missing."),
    "stock-take/column-item": ("物品", "item"),
    "stock-take/column-description": ("名称", "description"),
    "stock-take/column-case": ("案件", "case"),
    "stock-take/column-counts": ("未见的盘点", "counts that missed it"),
    "stock-take/column-reports": ("未结的差异", "open reports"),
    "file/unreadable": ("文件读不了：{file}（{reason}）", "Cannot read {file} ({reason})"),
    "file/unwritable": ("文件写不了：{file}（{reason}）", "Cannot write {file} ({reason})"),
    "use/label": (
        "请给出标签编号，或用 --blank 打印空白卷（二者选一）。",
        "Name label ids, or ask for a roll with --blank: one of the two.",
    ),
    "use/stock-take": ("此步骤还需要：{options}", "This step needs {options}."),
    "use/scan": (
        "请在图像文件、--wedge、--camera 三者中选一。",
        "Choose one of image files, --wedge and --camera.",
    ),
}


CHINESE: Final[Mapping[str, str]] = {
    "malformed/scans": "{file} 第 {line} 行不是扫描记录：{got}",
    "malformed/no-labels": "没有要打印的标签。",
    "malformed/label-stock": "没有这种标签纸，或该格式不能用于此纸：{got}",
    "malformed/label-format": "没有这种文件格式：{got}",
    "malformed/label-dpi": "没有这种打印分辨率：{got}",
    "malformed/label-kind": "没有这种标签：{got}",
    "malformed/image": "文件不是可读的图像。",
    "malformed/scan-mode": "没有这种扫描方式：{got}",
    "too-large/labels": "标签太多（{got} 个，上限 {limit}），请改用 PDF 或分批。",
    "too-large/image-bytes": "图像文件太大，上限 {limit} 字节。",
    "too-large/image-pixels": "图像像素太多，上限 {limit}。",
    "unavailable/decoder": "本机没有可用的识码组件（pyzbar 或 zxing-cpp）。",
    "unavailable/camera-support": "未安装摄像头支持：请安装 opencv-python-headless，或改用图像文件、扫描枪。",
    "unavailable/camera": "摄像头 {index} 打不开。",
    "unavailable/printer": "打印机 {printer} 没有应答（{reason}）：没有打印任何内容。",
    "unavailable/printer-busy": "打印机 {printer} 正在打印另一批标签：这一批没有打印，请稍后再试。",
    "unavailable/printer-stopped": "打印机 {printer} 中途停止（{reason}）：请先查看已打出的标签，再重新打印。",
}
"""What this package's errors say in zh-CN, by code; names in braces are fields of the error."""


def say(code: str, lang: str, **fields: object) -> str:
    """Return the sentence of a code in ``zh`` or ``en``."""
    return CATALOGUE[code][0 if lang.startswith("zh") else 1].format(**fields)


def explain(error: CustodyError, lang: str) -> str:
    """Return an error's sentence in ``zh`` or ``en``, and its code."""
    return f"{words_of(error, lang)} [{error.code}]"


def words_of(error: CustodyError, lang: str) -> str:
    """Return an error's sentence in ``zh`` or ``en``."""
    known = CHINESE.get(error.code) if lang.startswith("zh") else None
    return known.format_map(error.fields) if known else sentence(error, lang)


def language(args: Namespace) -> str:
    """Return ``zh`` or ``en``: what ``--lang`` says, else what the environment's LANG says, else ``zh``."""
    lang: str | None = getattr(args, "lang", None)
    return lang or ("zh" if os.environ.get("LANG", "zh").startswith("zh") else "en")


def complain(sentence: str) -> None:
    """Print a sentence to standard error."""
    print(sentence, file=sys.stderr)
