"""Small charts drawn on the server as SVG: bars, lines over weeks, stacked counts.

What a chart says does not hang on colour: series differ by pattern, dash and mark, numbers stand beside what they
measure, and `Chart.rows` gives the same figures as a table. Drawn with attributes alone: a page's policy allows no
inline style.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

WIDTH: Final = 640
_RIGHT: Final = 60
_ROW: Final = 46
_HEIGHT: Final = 240
_TOP: Final = 28
_FOOT: Final = 40

_DASHES: Final = ("", "8 4", "2 4", "10 3 2 3")
_MARKS: Final = ("●", "■", "▲", "◆")
_GREYS: Final = ("#1a1a1a", "#767676", "#a8a8a8", "#ffffff")


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one kind, one for each label; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows. ``id`` is its own within a page; ``says`` is for who does not see it; ``head`` says what
    the labels are. Raises ValueError if a series has not one value for each label."""

    id: str
    title: str
    says: str
    head: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError("A series has one value for each label.")
        if not 1 <= len(self.series) <= len(_DASHES):
            raise ValueError("A chart has one to four series.")

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of the table."""
        return (self.head, *(each.name for each in self.series))

    @property
    def rows(self) -> Iterator[tuple[str, ...]]:
        """The same as a table, a line for each label; a dash where there is no figure."""
        for index, label in enumerate(self.labels):
            yield (label, *("—" if (value := each.values[index]) is None else _said(value) for each in self.series))


def bars(chart: Chart) -> Markup:
    """Horizontal bars of the first series, each under its label and with its figure at its end."""
    (series, *_), most = chart.series, _most(chart.series[:1])
    svg = _drawing(chart, max(1, len(chart.labels)) * _ROW + 8)
    room = WIDTH - 2 * _RIGHT
    for index, (label, value) in enumerate(zip(chart.labels, series.values, strict=True)):
        top, long = index * _ROW, room * (value or 0) / most
        _text(svg, 4, top + 12, label)
        _shape(svg, "rect", x=4, y=top + 22, width=long, height=16, fill=f"url(#{chart.id}-0)", stroke=_GREYS[0])
        _text(svg, long + 12, top + 30, "—" if value is None else _said(value))
    return _done(svg)


def lines(chart: Chart) -> Markup:
    """A line for each series over the labels, which stand in order; where a figure is missing the line is broken."""
    svg, most = _drawing(chart, _HEIGHT + _TOP + _FOOT), _most(chart.series)
    _legend(svg, chart, marks=True)
    _axes(svg, chart, most)
    for number, each in enumerate(chart.series):
        for stretch in _stretches(each.values):
            points = " ".join(f"{_x(chart, at):.1f},{_y(each.values[at] or 0, most):.1f}" for at in stretch)
            _shape(svg, "polyline", points=points, fill="none", stroke=_GREYS[min(number, 2)], stroke_width=2.5,
                   stroke_dasharray=_DASHES[number])  # fmt: skip
            for at in stretch:
                x, y = _x(chart, at), _y(each.values[at] or 0, most)
                _text(svg, x, y, _MARKS[number], anchor="middle", size=11)
    return _done(svg)


def stacked(chart: Chart) -> Markup:
    """Columns of which each is the sum of its series, told apart by pattern; the sum stands above."""
    sums = [sum(each.values[at] or 0 for each in chart.series) for at in range(len(chart.labels))]
    svg, most = _drawing(chart, _HEIGHT + _TOP + _FOOT), max([*sums, 1])
    _legend(svg, chart, marks=False)
    _axes(svg, chart, most)
    wide = min(44.0, 0.7 * (WIDTH - 2 * _RIGHT) / max(1, len(chart.labels)))
    for at, whole in enumerate(sums):
        below = 0.0
        for number, each in enumerate(chart.series):
            value = each.values[at] or 0
            if value:
                top = _y(below + value, most)
                _shape(svg, "rect", x=_x(chart, at) - wide / 2, y=top, width=wide, height=_y(below, most) - top,
                       fill=f"url(#{chart.id}-{number})", stroke=_GREYS[0])  # fmt: skip
            below += value
        if whole:
            _text(svg, _x(chart, at), _y(whole, most) - 9, _said(whole), anchor="middle")
    return _done(svg)


def _drawing(chart: Chart, height: float) -> Element:
    """An image with a name and a description, and a pattern for each series: full, hatched, dotted, empty."""
    named = f"{chart.id}-title {chart.id}-says"
    svg = Element("svg", {
        "viewBox": f"0 0 {WIDTH} {height:.0f}", "role": "img", "aria-labelledby": named, "class": "chart",
        "font-family": "inherit", "font-size": "13",
    })  # fmt: skip
    SubElement(svg, "title", {"id": f"{chart.id}-title"}).text = chart.title
    SubElement(svg, "desc", {"id": f"{chart.id}-says"}).text = chart.says
    defs = SubElement(svg, "defs")
    for number in range(len(chart.series)):
        pattern = SubElement(defs, "pattern", {
            "id": f"{chart.id}-{number}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse",
        })  # fmt: skip
        _shape(pattern, "rect", width=8, height=8, fill=_GREYS[0] if number == 0 else _GREYS[3])
        if number == 1:
            _shape(pattern, "path", d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", stroke=_GREYS[0], stroke_width=2)
        if number == 2:
            _shape(pattern, "circle", cx=4, cy=4, r=1.6, fill=_GREYS[0])
    return svg


def _legend(svg: Element, chart: Chart, *, marks: bool) -> None:
    each_wide = (WIDTH - 20) / len(chart.series)
    for number, each in enumerate(chart.series):
        x = 10 + number * each_wide
        if marks:
            _shape(svg, "line", x1=x, y1=12, x2=x + 30, y2=12, stroke=_GREYS[min(number, 2)], stroke_width=2.5,
                   stroke_dasharray=_DASHES[number])  # fmt: skip
            _text(svg, x + 15, 12, _MARKS[number], anchor="middle", size=11)
        else:
            _shape(svg, "rect", x=x, y=4, width=30, height=16, fill=f"url(#{chart.id}-{number})", stroke=_GREYS[0])
        _text(svg, x + 36, 12, each.name)


def _axes(svg: Element, chart: Chart, most: float) -> None:
    """The ground line with the labels, and how much the highest is."""
    ground = _y(0, most)
    _shape(svg, "line", x1=_RIGHT - 20, y1=ground, x2=WIDTH - 20, y2=ground, stroke=_GREYS[0])
    _shape(svg, "line", x1=_RIGHT - 20, y1=_y(most, most), x2=WIDTH - 20, y2=_y(most, most), stroke=_GREYS[2])
    _text(svg, _RIGHT - 26, ground, "0", anchor="end")
    _text(svg, _RIGHT - 26, _y(most, most), _said(most), anchor="end")
    every = -(-len(chart.labels) // 9)  # of many labels, as many as are told apart
    for at, label in enumerate(chart.labels):
        if at % every == 0:
            _text(svg, _x(chart, at), ground + 16, label, anchor="middle", size=12)


def _stretches(values: Sequence[float | None]) -> Iterator[list[int]]:
    stretch: list[int] = []
    for at, value in enumerate(values):
        if value is not None:
            stretch.append(at)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _x(chart: Chart, at: int) -> float:
    each = (WIDTH - _RIGHT - 30) / max(1, len(chart.labels))
    return _RIGHT - 10 + each * (at + 0.5)


def _y(value: float, most: float) -> float:
    return _TOP + 14 + (_HEIGHT - 14) * (1 - value / most)


def _most(series: Sequence[Series]) -> float:
    return max([1, *(value for each in series for value in each.values if value is not None)])


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _shape(parent: Element, kind: str, **fields: object) -> None:
    given = {name.replace("_", "-"): value for name, value in fields.items() if value != ""}
    SubElement(parent, kind, {
        name: f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        for name, value in given.items()
    })  # fmt: skip


def _text(svg: Element, x: float, y: float, said: str, *, anchor: str = "start", size: int = 13) -> None:
    SubElement(svg, "text", {
        "x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-size": str(size),
        "dominant-baseline": "central", "fill": "currentColor",
    }).text = said  # fmt: skip


def _done(svg: Element) -> Markup:
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704 - every text went through the tree, which escapes it
