"""Every list as a table that a spreadsheet opens: the same members as in JSON, nothing computed, journaled first."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute
from openpyxl import load_workbook

from custody.ledger.journal import JournalEntry
from custody_api import lists
from custody_api.admission import ENDPOINTS
from custody_api.app import ROUTERS
from custody_api.columns import COLUMNS, TITLES
from custody_api.lists import accepted
from world import World

CASE = "云公(刑)诈〔2026〕0520"
WHY = "季度检查"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Callers = Callable[[str], httpx.Client]


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows of a table by their heads, read as a spreadsheet reads them."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] == XLSX:
        book = load_workbook(io.BytesIO(answer.content))
        heads, *rows = book.worksheets[0].iter_rows(values_only=True)
        return [dict(zip(heads, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in rows]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def journaled(world: World) -> list[JournalEntry]:
    """What the journal says of exports."""
    return [line for line in world.ledger.journal.read(0, 1_000) if line.kind == "export"]


def a_day(world: World) -> dict[str, str]:
    """Something in every list."""
    world.opens_case(case=CASE)
    items = world.seizes(CASE, *(world.item() for _ in range(3)))
    world.clock.forward(hours=50)
    world.checks_in(items[:2])
    world.lends(items[1:2])
    world.act(world.draw(CASE))
    world.offers(items[2:])
    opening = world.opens_stock_take("大库", book=items[:1])
    count = world.counts(opening, "大库", book=items[:1], scanned=[])
    return {"case": CASE, "store": world.places["大库"], "count": opening, "position": str(count.position)}


LISTS = {
    "GET /v1/items": "/v1/items",
    "GET /v1/cases": "/v1/cases",
    "GET /v1/cases/{reference:path}/items": f"/v1/cases/{quote(CASE, safe='')}/items",
    "GET /v1/cases/{reference:path}/acts": f"/v1/cases/{quote(CASE, safe='')}/acts",
    "GET /v1/cases/{reference:path}/kits": f"/v1/cases/{quote(CASE, safe='')}/kits",
    "GET /v1/people": "/v1/people",
    "GET /v1/people/{person}/items": "/v1/people/psb-0211/items",
    "GET /v1/places": "/v1/places",
    "GET /v1/places/{place}/items": "/v1/places/{store}/items",
    "GET /v1/manifests": "/v1/manifests",
    "GET /v1/loans": "/v1/loans",
    "GET /v1/stock-takes": "/v1/stock-takes",
    "GET /v1/stock-takes/{stock_take}/missing": "/v1/stock-takes/{count}/missing",
    "GET /v1/unlocated": "/v1/unlocated",
    "GET /v1/defects": "/v1/defects",
    "GET /v1/deadlines": "/v1/deadlines",
    "GET /v1/refusals": "/v1/refusals",
    "GET /v1/clearances/{name}": "/v1/clearances/daily",
    "GET /v1/journal/views": "/v1/journal/views",
}


def test_every_endpoint_that_pages_gives_tables() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    tables = {f"GET {route.path}" for route in routes if "text/csv" in route.responses.get(200, {}).get("content", {})}
    assert tables == set(LISTS)
    assert set(LISTS) <= {each for each, names in ENDPOINTS.items() if "exports" in names}
    paged = {f"GET {route.path}" for route in routes if "wanted" in route.dependant.call.__annotations__}
    assert {each for each in paged if "/v1/inspection" not in each and "dead-letters" not in each} <= {
        *LISTS, "GET /v1/deadlines.ics", "GET /v1/feed", "GET /v1/feed/stream", "GET /v1/papers/{kind}",
        "GET /v1/pending", *(each for each in paged if each.endswith((".json", ".jsonld", "/bundle"))),
    }  # fmt: skip
    assert set(TITLES) == set(COLUMNS)


def members(body: dict[str, Any]) -> list[Any]:
    """The members of a list, whatever it is called."""
    held = next(value for name, value in body.items() if name not in ("next", "clearance"))
    return [each for heading in held.values() for each in heading] if isinstance(held, dict) else held


def test_a_table_has_the_rows_of_the_list_in_both_formats(world: World, client: httpx.Client) -> None:
    names = a_day(world)
    empty = set()
    for endpoint, path in LISTS.items():
        address = path.format(**names)
        listed = members(client.get(address, params={"at_least": names["position"], "limit": 500}
                                    if "clearances" not in path else {}).json())  # fmt: skip
        for form in ("csv", "xlsx"):
            rows = rows_of(client.get(address, params={"format": form, "why": WHY}))
            if endpoint != "GET /v1/journal/views":  # that one grows with every table
                assert len(rows) == len(listed), endpoint
            if not listed and endpoint != "GET /v1/journal/views":
                empty.add(endpoint)
            for row, member in zip(rows, listed, strict=False):
                first = next(iter(row.values()))
                assert str(first) in str(member) or endpoint == "GET /v1/clearances/{name}", (endpoint, row)
    assert empty <= {"GET /v1/refusals", "GET /v1/clearances/{name}"}


def test_nothing_that_somebody_typed_becomes_a_formula(world: World, client: httpx.Client) -> None:
    typed = ["=1+1", "+86 139", "-5℃", "@SUM(A1)", "＝HYPERLINK(1)", "手机,\"黑\"", "356938035643809"]
    receipt = world.act(world.seizure(world.opens_case(case=CASE), [
        world.item(features=each, serial=each) for each in typed
    ]))  # fmt: skip
    query = {"why": WHY, "at_least": receipt.position}
    answer = client.get("/v1/items", params={**query, "format": "csv"})
    assert sorted(row["编号"] for row in rows_of(answer)) == sorted(
        f"'{each}" if each[0] in "=+-@＝" else each for each in typed
    )
    answer = client.get("/v1/items", params={**query, "format": "xlsx"})
    assert sorted(row["编号"] for row in rows_of(answer)) == sorted(typed)
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {(cell.data_type, type(cell.value)) for cell in cells} == {("s", str), ("n", int)}


def test_heads_and_words_are_in_the_language_that_is_asked_for(world: World, client: httpx.Client) -> None:
    names = a_day(world)
    query = {"format": "csv", "why": WHY, "status": "stored", "at_least": names["position"]}
    zh = rows_of(client.get("/v1/items", params=query, headers={"Accept-Language": "zh-CN"}))
    en = rows_of(client.get("/v1/items", params=query, headers={"Accept-Language": "en"}))
    assert (zh[0]["状态"], en[0]["status"]) == ("在库", "stored")
    assert (zh[0]["场所名称"], en[0]["case"]) == ("大库", CASE)


def test_a_table_is_chosen_by_the_accept_header_too(client: httpx.Client) -> None:
    for accept, kind in (
        ("text/csv", "text/csv; charset=utf-8"), (XLSX, XLSX), ("text/csv;q=0.1, application/json", "application/json"),
        ("text/html,*/*;q=0.8", "application/json"),
    ):  # fmt: skip
        answer = client.get("/v1/people", params={"why": WHY}, headers={"Accept": accept})
        assert answer.headers["content-type"] == kind, accept
    assert accepted("text/csv;q=zwei, image/png") is None


def test_who_took_what_out_and_why_stands_in_the_journal(world: World, callers: Callers) -> None:
    world.is_audited()
    names = a_day(world)
    officer = callers("周远")
    query = {"q": "手机", "at_least": names["position"]}
    answer = officer.get("/v1/items", params={**query, "format": "csv"})
    assert (answer.status_code, answer.json()["field"]) == (400, "why")
    assert officer.get("/v1/items", params={**query, "format": "pdf", "why": WHY}).status_code == 400
    assert journaled(world) == []
    assert officer.head("/v1/items", params={**query, "format": "csv", "why": WHY}).status_code == 200
    assert journaled(world) == []
    taken = rows_of(officer.get("/v1/items", params={**query, "format": "csv", "why": WHY}))
    [line] = journaled(world)
    assert (line.by, line.code, line.detail["why"], line.detail["list"]) == ("psb-0211", "export/csv", WHY, "items")
    assert (line.detail["rows"], line.detail["asked"]["q"]) == (len(taken), "手机")
    auditor = callers("审计员")
    shown = next(_until(lambda: auditor.get("/v1/journal/views", params={"by": "psb-0211"}).json()["views"]))
    assert [(each["code"], each["why"], each["of"]["rows"]) for each in shown] == [("export/csv", WHY, len(taken))]


def _until(ask: Callable[[], Any]) -> Iterator[Any]:
    """The first answer that holds something: no receipt names a position of the journal."""
    yield next(found for _ in range(2_000) if (found := ask()))


def test_a_table_tells_no_more_than_its_reader_sees(world: World, callers: Callers) -> None:
    case = world.opens_case(case=CASE)
    kept, _ = world.seizes(case, *(world.item(features="内有账本") for _ in range(2)))
    receipt = world.checks_in([kept])
    query = {"format": "csv", "why": WHY, "at_least": receipt.position}
    [row] = rows_of(callers("梁静").get("/v1/items", params=query))
    assert (row["物品"], row["特征"], row["处置状态"]) == (kept, "", "")
    assert callers("梁静").get(f"/v1/cases/{quote(CASE, safe='')}/acts", params=query).status_code == 404
    assert [line.by for line in journaled(world)] == ["cen-01"]


def test_a_long_list_is_taken_out_in_parts_and_never_cut_silently(
    world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 3)
    monkeypatch.setattr(lists, "_TURN", 2)
    items = world.seizes(world.opens_case(case=CASE), *(world.item() for _ in range(5)))
    query = {"format": "csv", "why": WHY, "at_least": world.ledger.recorder.head().size}
    answer = client.get("/v1/items", params=query)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large/table")
    assert journaled(world) == []
    first = client.get("/v1/items", params={**query, "limit": 3})
    found = [row["物品"] for row in rows_of(first)]
    rest = client.get(first.links["next"]["url"])
    assert [*found, *(row["物品"] for row in rows_of(rest))] == sorted(items)
    assert "next" not in rest.links
    monkeypatch.setattr(lists, "MOST_ROWS", 5)
    assert len(rows_of(client.get("/v1/items", params=query))) == 5


def test_an_unchanged_page_is_not_sent_again(world: World, client: httpx.Client) -> None:
    names = a_day(world)
    first = client.get("/v1/items", params={"at_least": names["position"], "limit": 2})
    again = client.get("/v1/items", params={"limit": 2}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
