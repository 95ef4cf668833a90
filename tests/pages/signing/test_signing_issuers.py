"""Signing in through one's authority: at the issuer's own page and back, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.test_issuers import operation as trusting
from custody_api.operation import Operation
from openid import Provider, openid_provider
from pages.conftest import TAGS, Station
from pages.signing.test_signing_sign_in import who


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider that vouches for people of the police."""
    with openid_provider() as running:
        yield running


@pytest.fixture(scope="module")
def operation(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """A server that trusts it."""
    return trusting(tmp_path_factory.mktemp("vouching"), provider)


@pytest.fixture(scope="module")
def trusted(station: Station, provider: Provider) -> Station:
    """The station, to which the provider knows the way back; its clock is right, as the tokens' is."""
    provider.sets_up(f"{station.origin}/v1/session/issuers/police/callback")
    station.world.clock.now = datetime.now(UTC)
    return station


def vouched_for(browser: Browser, station: Station, login: str, lang: str) -> Page:
    """A page on which somebody signs in at the issuer's page; only this machine is asked for anything."""

    def here_alone(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", station.origin)):
            route.continue_()
        else:
            route.abort()  # the provider's page would have a font

    page = browser.new_context(locale=TAGS[lang]).new_page()
    page.set_default_timeout(10_000)
    page.route("**/*", here_alone)
    page.goto(f"{station.origin}/sign-in?next=/waiting")
    page.get_by_role("link", name="统一身份认证").click()
    page.get_by_placeholder("login").fill(login)
    page.get_by_placeholder("password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    return page


def test_who_signs_in_at_the_issuers_page_goes_on_where_he_was_asked_from(browser: Browser, trusted: Station) -> None:
    page = vouched_for(browser, trusted, "zhou.yuan", "zh")
    page.wait_for_url(f"{trusted.origin}/waiting")
    expect(page.locator("header")).to_contain_text("psb-0211")
    assert who(page) == "psb-0211"
    page.context.close()


@pytest.mark.parametrize(("lang", "says", "instead"), [
    ("en", "is not enrolled here", "Sign in"), ("zh", "未在台账登记", "登录"),
])  # fmt: skip
def test_a_stranger_to_the_ledger_is_told_so_on_a_page(
    browser: Browser, trusted: Station, lang: str, says: str, instead: str
) -> None:
    page = vouched_for(browser, trusted, "a.stranger", lang)
    expect(page.locator(".problem")).to_contain_text(says)
    assert page.evaluate("() => fetch('/v1/session').then(answer => answer.status)") == 401
    page.locator(".problem").get_by_role("link", name=instead).click()
    expect(page.get_by_role("link", name="统一身份认证")).to_be_visible()
    page.context.close()
