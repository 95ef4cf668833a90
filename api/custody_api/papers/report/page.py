"""A report as one HTML page in both languages: no script, no other file, nothing that a value could break out of."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from custody_api.papers.paper import Field, Table
from custody_api.papers.report.document import Chapter, Document
from custody_scanners.symbols import qr_text

_STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1080px; color: #111; background: #fff;
  font: 14px/1.55 "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.tongue { position: absolute; opacity: 0; }
nav { display: flex; gap: 8px; justify-content: flex-end; }
nav label { border: 1px solid #888; border-radius: 3px; padding: 2px 12px; cursor: pointer; }
.tongue:focus-visible ~ nav { outline: 2px solid #0b57d0; }
#zh:checked ~ nav [for=zh], #en:checked ~ nav [for=en] { background: #111; color: #fff; }
article { display: none; }
#zh:checked ~ .zh, #en:checked ~ .en { display: block; }
header { display: grid; grid-template-columns: 1fr 190px; gap: 24px; border-bottom: 2px solid #111;
  padding: 12px 0 20px; }
header figure { margin: 0; text-align: center; font-size: 11px; overflow-wrap: anywhere; }
header svg { width: 190px; height: 190px; }
h1 { font-size: 30px; letter-spacing: .06em; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 34px 0 8px; padding-bottom: 4px; border-bottom: 1px solid #111; break-after: avoid; }
h3 { font-size: 14px; margin: 18px 0 6px; break-after: avoid; }
.subject { font-size: 17px; margin: 0 0 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0; }
dt { color: #555; }
dd { margin: 0; overflow-wrap: anywhere; }
p { margin: 6px 0; max-width: 70em; }
ol.contents { columns: 2; margin: 8px 0; padding-left: 1.6em; }
ol.contents a { color: inherit; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; line-height: 1.45; table-layout: fixed; }
th, td { border: 1px solid #999; padding: 3px 6px; text-align: left; vertical-align: top; white-space: pre-line;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
th { background: #eee; font-weight: 600; }
td.across { background: #faf6e8; }
tfoot tr { break-before: avoid; }
tfoot td { color: #555; }
thead { display: table-header-group; }
tfoot { display: table-row-group; }
tr { break-inside: avoid; }
pre { background: #f4f4f4; border: 1px solid #ccc; padding: 8px 10px; margin: 4px 0 12px; overflow-x: auto;
  font: 12px/1.5 "DejaVu Sans Mono", Consolas, Menlo, monospace; }
.steps p { margin-bottom: 2px; break-after: avoid; }
footer { margin-top: 36px; border-top: 1px solid #999; padding-top: 6px; color: #555; font-size: 12px; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  table { font-size: 8pt; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; break-inside: avoid; }
}
@media (max-width: 700px) { table { min-width: 720px; } header { grid-template-columns: 1fr; } }
"""

_POLICY: Final = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
"""Only this one style: no script, no picture, no other file, wherever a text came from."""


def page_of(documents: Sequence[Document]) -> bytes:
    """Set a report in all its languages, the first one shown. The same documents give the same bytes, UTF-8."""
    first = documents[0]
    return "".join(_page(documents, f"{first.title} {first.subject}")).encode()


def _page(documents: Sequence[Document], title: str) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">\n<title>{escape(title)}</title>\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<style>{_STYLE}</style></head>\n<body>\n"
    for number, each in enumerate(documents):
        chosen = " checked" if number == 0 else ""
        named = f'id="{each.lang}" aria-label="{_NAMES[each.lang]}"{chosen}'
        yield f'<input class="tongue" type="radio" name="tongue" {named}>\n'
    labels = "".join(f'<label for="{each.lang}">{_NAMES[each.lang]}</label>' for each in documents)
    yield f"<nav>{labels}</nav>\n"
    for each in documents:
        yield from _document(each)
    yield "</body></html>\n"


_NAMES: Final = {"zh": "中文", "en": "English"}


def _document(document: Document) -> Iterator[str]:
    yield f'<article class="{document.lang}" lang="{"zh-CN" if document.lang == "zh" else "en"}">\n'
    yield f'<header><div><h1>{escape(document.title)}</h1>\n<p class="subject">{escape(document.subject)}</p>\n'
    yield f"{_fields(document.fields)}</div>\n"
    says = f"<figcaption>{escape(document.symbol_says)}</figcaption>"
    yield f"<figure>{_symbol(document.symbol)}{says}</figure></header>\n"
    yield "".join(f"<p>{escape(each)}</p>\n" for each in document.says)
    named = list(enumerate(document.chapters, 1))
    lines = (f'<li><a href="#{document.lang}-{number}">{escape(each.title)}</a></li>' for number, each in named)
    yield f'<h3>{escape(document.contents)}</h3><ol class="contents">{"".join(lines)}</ol>\n'
    for number, chapter in named:
        yield f'<section id="{document.lang}-{number}"><h2>{number}　{escape(chapter.title)}</h2>\n'
        yield from _chapter(chapter)
        yield "</section>\n"
    yield f"<footer>{escape(document.symbol)}</footer></article>\n"


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield "".join(f"<p>{escape(each)}</p>\n" for each in chapter.says)
    for table in chapter.tables:
        yield from _table(table)
    if chapter.steps:
        yield '<div class="steps">\n'
        for number, step in enumerate(chapter.steps, 1):
            yield f"<p>{number}. {escape(step.says)}</p>\n<pre>{escape(chr(10).join(step.commands))}</pre>\n"
        yield "</div>\n"


def _fields(fields: Sequence[Field]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(each.name)}</dt><dd>{escape(each.value)}</dd>' for each in fields)}</dl>"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"<h3>{escape(table.title)}</h3>\n"
    total = sum(column.share for column in table.columns)
    widths = "".join(f'<col width="{100 * column.share / total:.2f}%">' for column in table.columns)
    heads = "".join(f'<th scope="col">{escape(column.name)}</th>' for column in table.columns)
    yield f'<div class="wide"><table><colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead>\n<tbody>\n'
    across = len(table.columns)
    for row in table.rows:
        if len(row) == 1:
            yield f'<tr><td class="across" colspan="{across}">{escape(row[0])}</td></tr>\n'
        else:
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n"
    yield "</tbody>"
    if table.end:
        yield f'<tfoot><tr><td colspan="{across}">{escape(table.end)}</td></tr></tfoot>'
    yield "</table></div>\n"


def _symbol(text: str) -> str:
    symbol = qr_text(text)
    side = symbol.width + 2 * symbol.quiet
    runs = "".join(
        f"M{column + symbol.quiet} {row + symbol.quiet}h{length}v1h-{length}z" for column, row, length in symbol.runs()
    )
    return f'<svg viewBox="0 0 {side} {side}" role="img" aria-label="{escape(text)}"><path d="{runs}"/></svg>'
