"""The three clearances (日清、月清、季清), and the figures of a period with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from custody.cli.clearance_command import WORDS
from custody.cli.zone import here
from custody.errors import Malformed
from custody.registers.clearances import CLEARANCES
from custody_api.lists import TheLists
from custody_api.station.overseeing import charts
from custody_api.station.overseeing.admitted import agency_names, agency_of, require_oversight
from custody_api.station.overseeing.charts import Chart, Series
from custody_api.station.pages import Page, ThePage
from custody_api.tables import MEDIA_TYPES
from custody_api.tables import drawn as table_of

router = APIRouter()

USUAL_WEEKS: Final = 12
MOST_WEEKS: Final = 53

Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="Empty: the usual one.")]
Reason = Annotated[str, Query(min_length=1, max_length=200, pattern=r"\S")]


@router.get("/clearances")
@router.get("/clearances/{name}")
def read_clearance(page: ThePage, name: str = "daily") -> Response:
    """What is due or overdue under each heading of a clearance."""
    require_oversight(page)
    now = page.context.ledger.clock()
    found = page.registers.clearance(name, now)
    return page.render(
        "overseeing/clearance.html", name=name, names=list(CLEARANCES), headings=found, now=now,
        said={each: said(page, f"clearance/{each}") for each in found},
        count=sum(map(len, found.values())),
    )  # fmt: skip


@router.get("/statistics")
def read_statistics(
    page: ThePage, since: Day = "", until: Day = "", agency: str | None = None
) -> Response:
    """The figures of a period, whole weeks back from its end, with charts and the same as tables."""
    require_oversight(page)
    weeks, of = _weeks(page, since, until), agency_of(page, agency)
    figures = page.registers.statistics(weeks[0], weeks[-1], agency=of)
    found = page.registers.charted(weeks, agency=of)
    names = agency_names(page.context.ledger, [of] if of else [])
    return page.render(
        "overseeing/statistics.html", agency=of, names=names, since=here(weeks[0]).date(),
        until=(here(weeks[-1]) - timedelta(days=1)).date(),
        figures=[(said(page, f"statistics/{name}"), value) for name, value in figures.items()
                 if name not in ("since", "until")],
        figure_of=[(chart, draw(chart)) for chart, draw in _charts(page, found) if chart.labels],
    )  # fmt: skip


@router.get("/statistics/export")
def export_statistics(
    page: ThePage, lists: TheLists, why: Reason, since: Day = "", until: Day = "",
    agency: str | None = None, format: Literal["csv", "xlsx"] = "xlsx",
) -> Response:  # fmt: skip
    """The weeks as a table; who takes it out, and why, stands in the journal before it leaves."""
    require_oversight(page)
    found = page.registers.charted(_weeks(page, since, until), agency=agency_of(page, agency))["weeks"]
    data = table_of("weeks", found, format, page.lang)
    lists.journaled("weeks", why, format, rows=len(found))
    return lists.file(data, MEDIA_TYPES[format], f"weeks.{format}")


def said(page: Page, code: str) -> str:
    """A heading or a figure in the reader's language."""
    return WORDS[code][0 if page.lang == "zh" else 1]


def _weeks(page: Page, since: str, until: str) -> list[datetime]:
    """The instants at which the weeks of a period begin, and at which the last one ends. Raises Malformed."""
    now = here(page.context.ledger.clock())
    try:
        last = date.fromisoformat(until) if until else now.date()
        first = date.fromisoformat(since) if since else last - timedelta(weeks=USUAL_WEEKS) + timedelta(days=1)
        count = -(-((last - first).days + 1) // 7)
        end = datetime.combine(last + timedelta(days=1), time(), now.tzinfo)
    except (ValueError, OverflowError):
        count = 0
    if not 1 <= count <= MOST_WEEKS or first.year < 2:
        raise Malformed("malformed/query", "A period has one to 53 weeks.", field="since", got=since[:10])
    return [end - timedelta(weeks=each) for each in range(count, -1, -1)]


def _charts(page: Page, found: Mapping[str, Any]) -> Sequence[tuple[Chart, Any]]:
    weeks, say = found["weeks"], page.say
    labels = tuple(f"{here(datetime.fromisoformat(each['since'])):%m-%d}" for each in weeks)

    def of(name: str) -> tuple[float | None, ...]:
        return tuple(each[name] for each in weeks)

    stored = tuple(each["in_time"] + each["late"] for each in weeks)
    taken = Chart(
        "taken", say("To be handed over, and stored"),
        say("For each week, how much had to be handed over, and how much of it is stored."), say("Week from"), labels,
        (Series(said(page, "statistics/taken"), of("taken")), Series(said(page, "statistics/stored"), stored)),
    )
    handed = Chart(
        "handed", say("Handovers by punctuality"),
        say("For each week, handovers in time, late, overdue and still running."), say("Week from"), labels,
        (
            Series(say("in time"), of("in_time")), Series(say("handed over late"), of("late")),
            Series(say("overdue"), of("overdue")), Series(say("still running"), of("running")),
        ),
    )  # fmt: skip
    return (taken, charts.lines), (handed, charts.stacked), *_counted(page, found)


def _counted(page: Page, found: Mapping[str, Any]) -> Sequence[tuple[Chart, Any]]:
    texts, say = page.context.ledger.policy.deadlines, page.say
    rules = sorted(found["overdue"].items(), key=lambda each: (-each[1], each[0]))
    overdue = Chart(
        "overdue", say("Overdue by kind"), say("How many deadlines of each kind are overdue at the end of the period."),
        say("Kind"), tuple(f"{rule} {texts[rule].zh if page.lang == 'zh' else texts[rule].en}" for rule, _ in rules),
        (Series(say("overdue"), tuple(count for _, count in rules)),),
    )  # fmt: skip
    flaws = sorted(found["defects"].items(), key=lambda each: (-each[1], each[0]))
    words = page.context.ledger.policy.texts
    defects = Chart(
        "defects", say("Open defects"), say("How many defects of each kind are open now."), say("Defect"),
        tuple(f"{code} {_short(words[code].zh if page.lang == 'zh' else words[code].en)}" if code in words else code
              for (_, code), _ in flaws),
        (Series(say("still open"), tuple(count for _, count in flaws)),),
    )  # fmt: skip
    return (overdue, charts.bars), (defects, charts.bars)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
