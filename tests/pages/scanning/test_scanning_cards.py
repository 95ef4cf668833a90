"""The card of what was scanned: what it is, and the acts that make sense now to whoever asks."""

from __future__ import annotations

import re
from typing import Final

import httpx
import pytest

from custody import label
from custody.access.caller import Caller
from custody.acts import ACT_TYPES
from custody_api import sense
from pages.asking import asked, too_many
from pages.conftest import Station
from world import PEOPLE

PART: Final = {"HX-Request": "true", "Accept": "text/html", "Accept-Language": "en"}


class Reader:
    """Somebody who scans."""

    def __init__(self, station: Station, name: str) -> None:
        cookie = station.cookie(name)
        self.world = station.world
        cookies = {cookie["name"]: cookie["value"]}
        self.client = httpx.Client(base_url=station.origin, cookies=cookies, headers=PART, timeout=30)

    def card(self, code: str, **query: str) -> str:
        """The card of a code."""
        seen = self.world.ledger.recorder.head().size
        answer = self.client.get(f"/scan/{code}", params={**query, "at_least": seen})
        assert answer.status_code == 200, answer.text
        return answer.text

    def acts(self, code: str) -> list[str]:
        """The acts on it, in the order of their numbers."""
        return re.findall(r'data-choice="[1-9]" data-act="([a-z-]+)"', self.card(code))


def outcome(card: str) -> str:
    """How a card is answered."""
    return re.findall(r'data-outcome="([a-z-]+)"', card)[0]


def test_an_items_card_offers_what_its_state_and_the_callers_capacities_allow(station: Station) -> None:
    world = station.world
    clerk, officer, prosecutor = (Reader(station, name) for name in ("梁静", "周远", "江检"))
    (item,) = world.seizes(world.opens_case())
    code = label.code_of(item)
    assert officer.acts(code)[:3] == ["check-in", "transfer", "lab-dispatch"]
    assert clerk.acts(code)[:2] == ["check-in", "transfer"]
    cold = world.places["冷藏"]
    assert f"/do/check-in?item={item}&amp;place={cold}" in clerk.card(code, here=cold)  # place first, then items
    world.checks_in([item])
    assert clerk.acts(code)[:3] == ["check-out", "relocation", "observation"]
    assert "relocation" not in officer.acts(code)
    assert outcome(clerk.card(code, here=world.places["大库"])) == "accepted"
    elsewhere = clerk.card(code, here=world.places["冷藏"])
    assert outcome(elsewhere) == "wrong-place"
    assert "not booked to where you stand" in elsewhere
    world.lends([item])
    assert clerk.acts(code)[0] == "return"
    world.returns([item])
    manifest = world.offers([item])
    assert prosecutor.acts(code)[0] == "answer"
    assert "answer" not in officer.acts(code)
    assert officer.acts(code)[0] == "offer-withdrawal"
    offered = label.code_of(manifest)
    assert (prosecutor.acts(offered), officer.acts(offered)) == (["answer"], ["offer-withdrawal"])
    for of_either in (code, offered):
        assert f'href="/offers/{manifest}/answer"' in prosecutor.card(of_either)


def test_places_and_kits_show_what_is_in_them(station: Station) -> None:
    world = station.world
    clerk, officer = Reader(station, "梁静"), Reader(station, "周远")
    place = label.code_of(world.places["冷藏"])
    case = world.opens_case(case="云公(交)刑受〔2026〕0312", kind="traffic")
    draft = world.draw(case)
    world.act(draft)
    tubes = [each["code"][:16] for each in draft["tubes"]]
    world.checks_in(tubes, "冷藏")
    card = clerk.card(place)
    assert all(f"/items/{each}" in card for each in tubes)
    assert "2 here by the book" in card
    assert clerk.acts(place) == ["check-in", "relocation", "stock-take", "observation"]
    kit = label.code_of(draft["kit"])
    of_kit = officer.card(kit)
    assert all(f"item={each}" in of_kit for each in tubes)
    assert officer.acts(kit)[0] == "lab-dispatch"
    assert clerk.acts(kit)[:2] == ["check-out", "relocation"]
    assert re.search(r"<small>.*<time", of_kit)  # a clock that runs for a tube
    for code in (place, kit, label.code_of(tubes[0])):
        with asked() as statements:
            officer.card(code)
        assert not too_many(statements), too_many(statements)


def test_unknown_retired_and_damaged_labels_are_told_apart_and_nothing_is_added(station: Station) -> None:
    world = station.world
    officer, clerk = Reader(station, "周远"), Reader(station, "梁静")
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕0530"))
    world.labels(item)
    retired = officer.card(label.code_of(item))
    assert outcome(retired) == "refused"
    assert label.spaced(world.facts(item).code) in retired
    assert officer.acts(label.code_of(item)) == []
    assert outcome(officer.card(world.facts(item).code)) == "accepted"
    fresh = label.code_of("EV1ZZZZZZZZZZZZZ")
    assert outcome(officer.card(fresh)) == outcome(clerk.card(fresh)) == "unknown"
    assert officer.acts(fresh) == ["seizure", "division"]
    assert officer.acts(label.code_of("KT1ZZZZZZZZZZZZZ")) == ["blood-draw"]
    assert clerk.acts(label.code_of("KT1ZZZZZZZZZZZZZ")) == []
    wrong = fresh[:19] + ("0" if fresh[19] != "0" else "1")
    assert "check characters do not agree" in officer.card(wrong)
    damaged = officer.card("EV1<b>")
    assert outcome(damaged) == "refused"
    assert "<b>" not in damaged
    assert "data-choice" not in damaged


def test_a_card_is_a_page_of_its_own_where_no_script_runs(station: Station) -> None:
    reader = Reader(station, "梁静").client
    place = label.code_of(station.world.places["大库"])
    sent = reader.get("/scan", params={"code": label.spaced(place).lower()})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/scan/{place}")
    page = httpx.get(f"{station.origin}/scan/{place}", cookies=reader.cookies, headers={"Accept": "text/html"})
    assert page.text.startswith("<!doctype html>")
    assert "大库" in page.text
    assert reader.get("/scan", params={"code": "../x"}).headers["location"] == "/"
    stranger = httpx.get(f"{station.origin}/scan/{place}", headers=PART)
    assert (stranger.status_code, stranger.json()["code"]) == (401, "not-signed-in/session")


@pytest.mark.parametrize("kind", sorted(sense.RULES))
def test_every_act_that_a_rule_names_is_one(kind: str) -> None:
    capacities = {"administrator", *(each for *_, has in PEOPLE.values() for each in has)}
    everybody = Caller("x", "center", "police", frozenset(capacities))
    assert set(sense.BEGINNINGS[kind]) <= set(ACT_TYPES)
    assert sense.acts_claiming(kind, everybody)
    assert all(sense.has_a_part(everybody, act) for act in sense.BEGINNINGS[kind])
