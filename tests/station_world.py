"""A world whose acts are done at the station: each is filled in on its sheet, scanned, signed and recorded by pages.

A story is told as ever (``world.checks_in([item])``), but what it would sign and submit is done in a browser, by one of
the signers, with the keys of the others on the same device. What a story wants refused has to be refused on the page
first, with its rule; then it is submitted as no page would, so that the journal has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from playwright.sync_api import BrowserContext, Locator, Page, expect

from custody.label import ID_LENGTH, code_of
from custody.ledger.ledger import Receipt
from custody_api.station import assets
from world import World

OFFICE: Final = frozenset({"genesis", "agency", "enrolment", "person", "place"})
"""What administrators do before a day begins; a story does it without pages."""

_LABEL: Final = re.compile(r"(EV1|ST1|MF1|KT1)[0-9A-HJKMNP-TV-Z]{13}([0-9A-HJKMNP-TV-Z]{4})?")
_SET: Final = "(it, value) => { it.value = value; it.dispatchEvent(new Event('input', { bubbles: true })); }"
_MOST_KEYS: Final = 500
"""So often F9 is pressed at the most: a name and a key for each signer, and to send; a busy page passes it over."""


class StationWorld(World):
    """A world in which people work with pages, once somebody gave them a browser: `works_at`."""

    station: Any = None
    done: int
    """How many acts were done with pages."""

    def works_at(self, station: Any, context: BrowserContext, hold_key: Any) -> None:
        """Work at a station, with everybody's keys on one device."""
        self.station, self.context, self.hold_key, self.done = station, context, hold_key, 0
        self.held: set[str] = set()
        self.tab: Page = context.new_page()
        self.tab.set_default_timeout(30_000)
        station.watch(self.tab)
        self.tab.goto(f"{station.origin}/sign-in")
        # A busy machine types more slowly than a scanner.
        self.tab.evaluate("script => import(script).then(it => it.prefer({ gap: 1000 }))",
                          assets.address("scanning/preferences.js"))  # fmt: skip

    def act(self, draft: dict[str, Any], **header: Any) -> Receipt:
        """Do an act: at the station where there is one."""
        if self.station is None or draft["act"] in OFFICE:
            return super().act(draft, **header)
        said = {"occurred_at": self.clock.now.isoformat(), **draft, **header}
        self._sits_down(said)
        self._fills_in(said)
        if self.refusing:
            self._is_refused()
            return super().act(draft, **header)
        receipt = self._signs()
        self.done += 1
        self.clock.forward(minutes=1)
        return receipt

    def _sits_down(self, draft: Mapping[str, Any]) -> None:
        """A signer is signed in, the others' keys are there, and the sheet is open."""
        persons = [each["person"] for each in draft["signers"]]
        self.context.clock.set_fixed_time(self.clock.now)
        # A medic sees nothing of the case: an officer sits at the screen, and everybody signs there.
        sits = next(each["person"] for each in draft["signers"] if each["part"] != "medic")
        self.context.add_cookies([self.station.cookie(sits)])
        for person in set(persons) - self.held:
            self.hold_key(self.tab, person, person, self.keys[person])
            self.held.add(person)
        self.tab.goto(f"{self.station.origin}/do/{draft['act']}?plain")
        expect(self.tab.locator("form[data-ready]")).to_be_attached()
        expect(self.tab.locator("#scan-line[data-listens]")).to_be_attached()

    # -- the sheet

    def _fills_in(self, draft: Mapping[str, Any]) -> None:
        form = self.tab.locator("#form")
        for name, value in draft.items():
            if name != "act":
                self._enters(form, f"/{name}", value)

    def _enters(self, form: Locator, at: str, value: Any) -> None:
        if value is None and not form.locator(f'[name="{at}"]').count():
            return  # a part of the sheet that nobody opened
        if isinstance(value, list):
            self._lists(form, at, value)
        elif isinstance(value, Mapping) and value.keys() != {"disclose"}:
            self._opens(form, at, value)
        else:
            self._types(form.locator(f'[name="{at}"]'), value)

    def _lists(self, form: Locator, at: str, values: list[Any]) -> None:
        here = form.locator(f'[data-list="{at}"]')
        rows = here.locator("> [data-body] > *")
        for number, value in enumerate(values):
            if rows.count() <= number:
                code = value if isinstance(value, str) else str(next(iter(value.values()), ""))
                takes = here.get_attribute("data-takes")
                if takes and form.locator(f'[data-takes="{takes}"]').count() == 1 and _LABEL.fullmatch(code):
                    self.scans(code)
                else:
                    self._press(here.locator("> [data-add]"))
                expect(rows).to_have_count(number + 1)
            self._enters(form, f"{at}/{number}", value)

    def _opens(self, form: Locator, at: str, value: Mapping[str, Any]) -> None:
        maybe, either = form.locator(f'[data-maybe="{at}"]'), form.locator(f'[data-either="{at}"]')
        if maybe.count():
            self._press(maybe.locator("> [data-add]"))
        tag = ""
        if either.count():
            tag = either.get_attribute("data-tag") or ""
            self._shown(either)
            either.locator("> label > [data-choose]").select_option(value[tag] if tag else next(iter(value)))
        for name, inner in value.items():
            if name != tag:
                self._enters(form, f"{at}/{name}", inner)

    def _types(self, field: Locator, value: Any) -> None:
        self._shown(field)
        if isinstance(value, bool):
            field.select_option("yes" if value else "no")
        elif field.evaluate("it => it.localName") == "select":
            field.select_option("" if value is None else str(value))
        elif field.get_attribute("data-type") in ("moment", "day"):
            field.evaluate(_SET, local(value))
        else:
            if field.get_attribute("data-type") == "maybe-sealed" and not isinstance(value, Mapping) and value:
                field.locator("xpath=ancestor::*[contains(@class,'field')][1]").locator("[data-open]").check()
            text = value["disclose"] if isinstance(value, Mapping) else "" if value is None else str(value)
            field.focus()  # what the field before gives to others is there then
            if field.input_value() != text:
                field.fill(text)

    def _press(self, button: Locator) -> None:
        self._shown(button)
        button.click()

    def _shown(self, element: Locator) -> None:
        """What stands in a closed part of the sheet is opened first."""
        closed = element.locator("xpath=ancestor::details[not(@open)]")
        if closed.count():
            closed.first.locator("> summary").click()

    def scans(self, text: str) -> None:
        """Scan a label, as a wedge does."""
        code = code_of(text) if len(text) == ID_LENGTH else text
        self.tab.keyboard.type(f"{code}\n")

    # -- signing

    def _signs(self) -> Receipt:
        receipt = self.tab.locator(".receipt")
        for _ in range(_MOST_KEYS):
            self.tab.keyboard.press("F9")
            self.tab.wait_for_timeout(60)
            if receipt.count():
                break
        expect(receipt).to_be_visible()
        act = receipt.locator("p.code").inner_text().strip()
        return self.ledger.receipt(act)

    def _is_refused(self) -> None:
        self.tab.keyboard.press("F9")
        expect(self.tab.locator(".hand-over .decision")).to_contain_text("✗")


def local(moment: str | None) -> str:
    """A moment as a field for local time has it; a day stays as it is."""
    return (moment or "").partition("+")[0]
