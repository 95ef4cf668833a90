"""The books of a store over HTTP and at the terminal: manifests, loans, stock-takes, and the figures of a period."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from custody.cli import main
from custody.label import code_of
from world import World
from world_results import asks, decides, takes

Said = pytest.CaptureFixture[str]


@dataclass
class Books:
    """A store with something in every book."""

    case: str
    items: list[str]
    offer: str
    answered: str
    asked: str
    requested: str
    at_the_counter: str
    stock_take: str
    position: int


@pytest.fixture
def books(world: World) -> Books:
    """Seven things: two offered on a manifest each, three lent in two ways, one never found; one loan undecided."""
    case = world.opens_case(officers=[world.id_of("周远"), world.id_of("何苗")])
    items = world.seizes(case, *(world.item(description=f"手机 {number}") for number in range(7)))
    world.checks_in(items)
    offer, answered = world.offers(items[:1]), world.offers(items[1:2])
    world.answers(answered, items[1:2])
    asked = asks(world, items[2:4])
    decides(world, asked, items[2:3])
    decides(world, asked, items[3:4], "reject")
    takes(world, asked, items[2:3])
    counter = world.lends(items[4:5], hours=1)
    requested = asks(world, items[5:6], borrower=world.id_of("何苗"), by="周远")
    stored = [*items[:2], items[3], *items[5:]]
    opening = world.opens_stock_take("大库", book=stored)
    world.counts(opening, "大库", book=stored, scanned=stored[:-1])
    world.closes_stock_take(opening)
    world.clock.forward(hours=2)
    size = world.ledger.recorder.head().size
    return Books(case, items, offer, answered, asked, requested, counter.act, opening, size)


def read(client: httpx.Client, path: str, **query: Any) -> Any:
    """The body of a GET that succeeds."""
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_agency_sees_which_manifests_wait_for_its_answer(world: World, books: Books, client: httpx.Client) -> None:
    def listed(**query: str) -> list[str]:
        found = read(client, "/v1/manifests", at_least=books.position, **query)["manifests"]
        return [each["manifest"] for each in found]

    both = sorted([books.offer, books.answered])
    assert listed(agency="pro-yunling") == listed(agency="psb-yunling") == listed() == both
    assert listed(waits_for="pro-yunling") == listed(state="open") == [books.offer]
    assert listed(waits_for="psb-yunling") == listed(agency="court-yunling") == listed(state="expired") == []
    shown = read(client, f"/v1/manifests/{code_of(books.offer)}")
    assert (shown["manifest"], shown["state"], shown["lines"][0]["item"]) == (books.offer, "open", books.items[0])
    world.clock.forward(days=60)
    assert listed(waits_for="pro-yunling") == listed(state="open") == []
    assert listed(state="expired") == [books.offer]
    assert read(client, f"/v1/manifests/{books.offer}")["state"] == "expired"


def test_loans_are_listed_by_what_was_asked_for_and_by_what_is_out(books: Books, client: httpx.Client) -> None:
    def listed(**query: str) -> list[str]:
        return [each["loan"] for each in read(client, "/v1/loans", at_least=books.position, **query)["loans"]]

    assert listed() == [books.asked, books.at_the_counter, books.requested]
    assert listed(state="open") == [books.asked, books.at_the_counter]
    assert listed(state="overdue") == [books.at_the_counter]
    assert (listed(state="requested"), listed(state="decided")) == ([books.requested], [books.asked])
    assert listed(borrower="psb-0347") == [books.requested]
    shown = read(client, f"/v1/loans/{books.asked}")
    assert (shown["out"], shown["overdue"]) == (1, [])
    assert {each["item"]: each["out"] for each in shown["items"]} == {books.items[2]: True, books.items[3]: False}
    unasked = read(client, f"/v1/loans/{books.at_the_counter}")
    assert (unasked["state"], unasked["asked_by"], unasked["overdue"]) == ("unasked", [], [books.items[4]])


def test_what_came_back_is_out_no_more(world: World, books: Books, client: httpx.Client) -> None:
    world.returns(books.items[2:3])
    position = world.returns(books.items[4:5]).position
    assert read(client, "/v1/loans", state="open", at_least=position)["loans"] == []
    assert read(client, f"/v1/loans/{books.asked}")["out"] == 0
    assert client.get(f"/v1/loans/{books.at_the_counter}").status_code == 404


def test_lists_go_on_page_by_page(books: Books, client: httpx.Client) -> None:
    for name, path in (("loans", "/v1/loans"), ("manifests", "/v1/manifests")):
        whole = read(client, path, at_least=books.position)[name]
        found, address = [], f"{path}?limit=1"
        while address:
            answer = client.get(address)
            found += answer.json()[name]
            address = answer.links.get("next", {}).get("url", "")
        assert found == whole
        assert len(found) > 1


def test_a_stock_take_shows_its_counts_and_what_it_missed(books: Books, client: httpx.Client) -> None:
    (listed,) = read(client, "/v1/stock-takes", state="closed", at_least=books.position)["stock_takes"]
    assert read(client, "/v1/stock-takes", state="open")["stock_takes"] == []
    shown = read(client, f"/v1/stock-takes/{books.stock_take}")
    assert shown == listed
    (count,) = shown["counts"]
    assert (count["book"], count["verdicts"]["right_place"], count["missing"]) == (5, 4, [books.items[-1]])
    (missed,) = read(client, f"/v1/stock-takes/{books.stock_take}/missing")["items"]
    assert (missed["item"], missed["now"]["description"]) == (books.items[-1], "手机 6")
    assert read(client, "/v1/unlocated")["items"] == [missed]
    assert read(client, "/v1/unlocated", after=missed["item"])["items"] == []


@pytest.mark.parametrize("path", ["manifests/MF1C7V0N2R5TQKM4", "loans/x", "stock-takes/x", "stock-takes/x/missing"])
def test_what_is_not_in_the_books_is_not_found(path: str, client: httpx.Client) -> None:
    answer = client.get(f"/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, f"not-found/{path.split('/')[0][:-1]}")


def test_the_figures_of_a_period_are_those_of_the_cases_an_agency_leads(
    world: World, books: Books, client: httpx.Client
) -> None:
    since = (world.clock.now - timedelta(days=2)).isoformat()
    until = (world.clock.now + timedelta(seconds=1)).isoformat()
    whole = read(client, "/v1/statistics", **{"from": since, "to": until, "at_least": books.position})
    assert (whole["taken"], whole["stored"], whole["check_in_rate"]) == (7, 7, "1.0000")
    assert whole["overdue_loans"] == 1
    assert read(client, "/v1/statistics", **{"from": since, "to": until, "agency": "psb-yunling"}) == whole
    other = read(client, "/v1/statistics", **{"from": since, "to": until, "agency": "pro-yunling"})
    assert (other["taken"], other["check_in_rate"], other["overdue_loans"], other["open_defects"]) == (0, None, 0, 0)
    wrong = client.get("/v1/statistics", params={"from": until, "to": since})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed/query")
    assert read(client, "/v1/statistics")["taken"] == 7


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_terminal_shows_the_same_books(world: World, books: Books, capsys: Said, lang: str) -> None:
    def shown(kind: str, name: str, *options: str) -> str:
        assert main(["--lang", lang, "show", kind, name, "--database", world.url, *options]) == 0
        return capsys.readouterr().out

    chinese = lang == "zh"
    assert ("待答复" if chinese else "open") in shown("manifest", books.offer)
    assert ("在外" if chinese else "out") in shown("loan", books.asked)
    told = shown("stock-take", books.stock_take)
    assert books.items[-1] in told
    assert ("相符 4" if chinese else "right 4") in told
    said: dict[str, Any] = json.loads(shown("loan", books.asked, "--json"))
    assert said["loan"] == books.asked
    assert main(["show", "loan", books.items[0], "--database", world.url]) == 1
    assert main(["show", "loan", books.asked, "--as-of", "2026-03-12", "--database", world.url]) == 2
