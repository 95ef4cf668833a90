"""What every page has in common: who gets in, the language, the policy against foreign scripts, and the catalogues."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.conftest import SignedIn, serving
from custody_api.operation import DEFAULT
from custody_api.station import assets
from custody_api.station.pages import environment, load, own_path
from custody_api.wording import Language
from pages.conftest import Station

ROOT = Path(__file__).resolve().parents[2]
PAGE = {"Accept": "text/html", "Accept-Language": "en"}


def test_a_page_asks_a_stranger_to_sign_in_and_to_come_back(station: Station) -> None:
    answer = httpx.get(f"{station.origin}/v1/items", headers=PAGE)
    assert answer.status_code == 401  # machines are told, not sent elsewhere
    answer = httpx.get(f"{station.origin}/do?item=EV1", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/do%3Fitem%3DEV1")


def test_an_address_that_is_none_is_told_in_the_readers_language(station: Station) -> None:
    english = httpx.get(f"{station.origin}/nothing", headers=PAGE)
    chinese = httpx.get(f"{station.origin}/nothing", headers=PAGE, cookies={"custody-language": "zh"})
    assert english.status_code == chinese.status_code == 404
    assert "There is nothing at this address." in english.text
    assert '<html lang="zh-CN">' in chinese.text
    assert "没有这个地址。" in chinese.text
    assert "<h1>未找到</h1>" in chinese.text
    assert "<h1>Not found</h1>" in english.text
    assert "script-src 'self' 'wasm-unsafe-eval'" in english.headers["content-security-policy"]
    assert english.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("given", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb"])
def test_the_way_back_stays_on_this_server(given: str) -> None:
    assert own_path(given) == "/"
    assert own_path("/items/EV1?as_of=2026") == "/items/EV1?as_of=2026"


def test_what_a_page_sends_counts_against_the_limit_of_writes(station: Station) -> None:
    limited = replace(DEFAULT, writes_a_minute=2)
    with (
        serving(station.world.ledger, operation=limited) as address,
        httpx.Client(base_url=address, auth=SignedIn(station.world, "梁静")) as clerk,
    ):
        answers = [clerk.post("/do/check", json={"act": "check-in"}).status_code for _ in range(4)]
    assert answers[-1] == 429
    assert answers[0] != 429


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_server_that_starts_compiles_every_template(lang: Language) -> None:
    load()
    pages = environment(lang)
    assert pages.cache is not None
    assert {name for _, name in pages.cache.keys()} >= set(pages.list_templates())  # noqa: SIM118 - it is no dictionary


def test_files_of_another_version_are_not_served(station: Station) -> None:
    answer = httpx.get(f"{station.origin}{assets.address('station/words.js')}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]
    for other in ("/static/000000000000/station/words.js", f"/static/{assets.digest()}/station/../words.py",
                  f"/static/{assets.digest()}/station/%2e%2e/words.py"):  # fmt: skip
        assert httpx.get(f"{station.origin}{other}").status_code == 404


def test_everything_that_pages_say_is_there_in_both_languages() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts/words", "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
