"""The inspector's pack: pages in Chinese and in English, tables for a spreadsheet, and what proves them.

The same position and the same salt give the same bytes: no clock and no chance goes in. Times are UTC, people are ids.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from shlex import quote
from typing import Final

from custody.acts import ACT_TYPES
from custody.registers.inspection.look import COLUMNS, Row
from custody.registers.inspection.report import SAMPLE_COLUMNS, Report

LANGUAGES: Final = ("zh", "en")

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("检查材料：{origin}", "Inspector's pack: {origin}"),
    "position": ("台账位置 {size}，截至 {at}（UTC）；拒绝记录位置 {journal}。",
                 "Position {size} of the ledger, as of {at} (UTC); position {journal} of the journal."),
    "sections": ("需要处理的事项", "What needs doing"),
    "anomalies": ("值得询问的情形（不是违规结论）", "What is worth a question (no finding against anybody)"),
    "sample": ("货架抽查", "Shelf sample"),
    "sample-how": ("高风险类别全部列入，另抽 {count} 件；盐：{salt}。任何人可重做：",
                   "All of high risk, and {count} others; salt: {salt}. Anybody can draw it again:"),
    "proof": ("证明", "Proof"),
    "proof-how": ("文件 checkpoint 是日志签名的检查点，根哈希 {root}，规则版本 {policy}。核验：",
                  "The file checkpoint is signed by the log; its root is {root}, the policy {policy}. To verify:"),
    "none": ("无。", "None."),
    "rows": ("{count} 项，见 {file}", "{count}, also in {file}"),
}  # fmt: skip

_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; it gets an apostrophe before."""


def pack(report: Report) -> dict[str, bytes]:
    """Return the files of a pack by name; SHA256SUMS covers all the others."""
    files: dict[str, bytes] = {"checkpoint": report.checkpoint.encode()}
    files["keys.txt"] = "".join(f"{key}\n" for key in report.keys).encode()
    files["shelf.txt"] = "".join(f"{item} {category}\n" for item, category in report.population).encode()
    for look, rows in (*report.sections, *report.anomalies):
        files[f"{look.code}.csv"] = _csv(look.columns, rows)
    files["sample.csv"] = _csv(SAMPLE_COLUMNS, report.sample)
    for lang in LANGUAGES:
        blocks = list(_blocks(report, lang))
        files[f"report.{lang}.md"] = _markdown(blocks).encode()
        files[f"report.{lang}.html"] = _html(blocks, lang).encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return {**files, "SHA256SUMS": sums.encode()}


Block = tuple[str, object]
"""("1" to "3", heading), ("p", paragraph), ("code", lines), or ("table", (heads, rows))."""


def _blocks(report: Report, lang: str) -> Iterator[Block]:
    yield "1", _said("title", lang, origin=report.origin)
    yield "p", _said("position", lang, size=report.size, at=report.at, journal=report.journal)
    for name, looks in (("sections", report.sections), ("anomalies", report.anomalies)):
        yield "2", _said(name, lang)
        for look, rows in looks:
            yield "3", look.title(lang)
            yield from _listed(look.columns, rows, f"{look.code}.csv", lang)
    yield "2", _said("sample", lang)
    yield "p", _said("sample-how", lang, count=report.count, salt=report.salt)
    salt = quote(f"--salt={report.salt}")
    yield "code", f"custody draw --root={report.root} {salt} --count {report.count} --list shelf.txt"
    yield from _listed(SAMPLE_COLUMNS, report.sample, "sample.csv", lang)
    yield "2", _said("proof", lang)
    yield "p", _said("proof-how", lang, root=report.root, policy=report.policy)
    yield "code", "sha256sum -c SHA256SUMS\ncustody verify --database …"


def _listed(columns: Sequence[str], rows: Sequence[Row], file: str, lang: str) -> Iterator[Block]:
    if not rows:
        yield "p", _said("none", lang)
        return
    yield "p", _said("rows", lang, count=len(rows), file=file)
    heads = [COLUMNS[each][LANGUAGES.index(lang)] for each in columns]
    yield "table", (heads, [[_cell(row.get(each), each, lang) for each in columns] for row in rows])


def _said(code: str, lang: str, **fields: object) -> str:
    return _WORDS[code][LANGUAGES.index(lang)].format(**fields)


def _cell(value: object, column: str, lang: str) -> str:
    if column == "type" and value in ACT_TYPES and lang == "zh":
        return ACT_TYPES[str(value)].zh
    return "" if value is None else str(value)


def _markdown(blocks: Sequence[Block]) -> str:
    return "\n".join(_markdown_block(kind, value) for kind, value in blocks)


def _markdown_block(kind: str, value: object) -> str:
    if kind == "table":
        heads, rows = value  # type: ignore[misc]
        lines = [heads, ["---"] * len(heads), *rows]  # type: ignore[has-type]
        return "".join(f"| {' | '.join(_plain(cell) for cell in line)} |\n" for line in lines)
    if kind == "code":
        return f"```\n{value}\n```\n"
    return f"{value}\n" if kind == "p" else f"{'#' * int(kind)} {value}\n"


def _plain(cell: str) -> str:
    return " ".join(escape(cell, quote=False).replace("|", "\\|").split())


def _html(blocks: Sequence[Block], lang: str) -> str:
    body = "\n".join(_html_block(kind, value) for kind, value in blocks)
    title = escape(str(blocks[0][1]))
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>\nbody {{ font-family: sans-serif; max-width: 75em; margin: 2em auto; }}\n"
        "table { border-collapse: collapse; font-size: smaller; }\n"
        "th, td { border: 1px solid #999; padding: .2em .5em; text-align: left; }\n"
        f"@media print {{ tr {{ break-inside: avoid; }} }}\n</style>\n{body}\n</html>\n"
    )


def _html_block(kind: str, value: object) -> str:
    if kind == "table":
        heads, rows = value  # type: ignore[misc]
        head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)  # type: ignore[has-type]
        lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)  # type: ignore[has-type]
        return f"<table>\n<tr>{head}</tr>\n" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table>"
    text = escape(str(value))
    return {"code": f"<pre>{text}</pre>", "p": f"<p>{text}</p>"}.get(kind, f"<h{kind}>{text}</h{kind}>")


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """A table for a spreadsheet: UTF-8 with its mark, both languages in the head, no cell that would be computed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([" ".join(COLUMNS[each]) for each in columns])
    for row in rows:
        cells = ["" if row.get(each) is None else str(row[each]) for each in columns]
        writer.writerow([f"'{cell}" if cell.startswith(_COMPUTED) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")
