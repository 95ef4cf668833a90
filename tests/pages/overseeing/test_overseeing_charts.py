"""Charts that say the same to who sees them, to who does not, and on a printer without colours."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from custody_api.station.overseeing.charts import Chart, Series, bars, lines, stacked

HOSTILE = '<script>alert(1)</script> & "'
WEEKS = Chart(
    "weeks", "Handovers", "For each week.", "Week", ("03-02", "03-09", "03-16"),
    (Series("in time", (4, None, 12)), Series("late", (1, 2, 0))),
)  # fmt: skip


@pytest.mark.parametrize("draw", [bars, lines, stacked])
def test_a_chart_has_a_name_a_description_and_no_inline_style(draw: object) -> None:
    svg = str(draw(WEEKS))  # type: ignore[operator]
    tree = ElementTree.fromstring(svg)
    assert [tree.findtext(each) for each in ("title", "desc")] == ["Handovers", "For each week."]
    assert tree.get("aria-labelledby") == "weeks-title weeks-says"
    assert not re.search(r"style=|<script|on\w+=", svg)


def test_series_are_told_apart_without_colour() -> None:
    tree = ElementTree.fromstring(str(stacked(WEEKS)))
    fills = {each.get("fill") for each in tree.iter("rect") if (each.get("fill") or "").startswith("url")}
    assert fills == {"url(#weeks-0)", "url(#weeks-1)"}
    dashes = {each.get("stroke-dasharray") for each in ElementTree.fromstring(str(lines(WEEKS))).iter("polyline")}
    assert dashes == {None, "8 4"}


def test_a_missing_figure_breaks_the_line_and_is_a_dash_in_the_table() -> None:
    tree = ElementTree.fromstring(str(lines(WEEKS)))
    points = [each.get("points", "").split() for each in tree.iter("polyline")]
    assert [len(each) for each in points] == [1, 1, 3]
    assert list(WEEKS.rows) == [("03-02", "4", "1"), ("03-09", "—", "2"), ("03-16", "12", "0")]
    assert WEEKS.heads == ("Week", "in time", "late")


def test_bars_are_as_long_as_their_figures_and_nothing_is_drawn_for_none() -> None:
    chart = Chart("b", "t", "s", "h", ("a", "b", "c"), (Series("n", (10, 5, None)),))
    tree = ElementTree.fromstring(str(bars(chart)))
    wide = [float(each.get("width", "")) for each in tree.findall("rect")]
    assert wide[0] == 2 * wide[1]
    assert wide[2] == 0


def test_names_from_outside_become_text() -> None:
    svg = str(bars(Chart("b", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (Series(HOSTILE, (1,)),))))
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).findtext("title") == HOSTILE


def test_a_chart_with_too_few_figures_is_a_mistake_of_its_maker() -> None:
    with pytest.raises(ValueError, match="one value for each label"):
        Chart("b", "t", "s", "h", ("a", "b"), (Series("n", (1,)),))
    with pytest.raises(ValueError, match="one to four series"):
        Chart("b", "t", "s", "h", (), ())
