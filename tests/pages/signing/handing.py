"""Acts shown to be signed, and who signs them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from custody_api.station import assets
from world import World


def an_item(world: World, **fields: Any) -> str:
    """An item in 周远's hands, of a case of its own."""
    (item,) = world.seizes(world.opens_case(case=world.case_number()), **fields)
    return item


def a_check_in(world: World, item: str, **fields: Any) -> dict[str, Any]:
    """The draft of a check-in by 梁静 of what 周远 brings."""
    return {
        "act": "check-in", "place": world.places["大库"], "lines": world.lines([item]),
        "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "custodian", "person": "cen-01"}, {"part": "deliverer", "person": "psb-0211"}], **fields,
    }  # fmt: skip


def a_seizure(world: World) -> dict[str, Any]:
    """The draft of a seizure by 周远 and 何苗; its holder has no key here."""
    case = world.opens_case(case=world.case_number())
    draft = world.seizure(case, [world.item()]) | {"occurred_at": world.clock.now.isoformat(), "attestations": []}
    draft["signers"] = [{name: each[name] for name in ("part", "person")} for each in draft["signers"]]
    return draft


def present(page: Page, draft: dict[str, Any]) -> None:
    """Show a draft to be signed, on a page that has room for it."""
    page.evaluate(
        """async ([script, draft]) => {
            const { present } = await import(script);
            window.told = {};
            const place = document.createElement("div");
            document.querySelector("main").replaceChildren(place);
            await present(place, draft, {
                onRecorded: (receipt, act) => { window.told = { receipt, act }; },
                onBack: () => { window.told = { back: true }; },
            });
        }""",
        [assets.address("signing/hand-over.js"), draft],
    )


def signs(page: Page, person: str) -> None:
    """Somebody touches the own name and then the own key."""
    page.locator(f".party[data-person={person}] > h3 > button").click()
    page.locator(f".party[data-person={person}] [data-do=sign]").click()


def told(page: Page) -> Any:
    """What the panel told whoever opened it."""
    return page.evaluate("() => window.told")
