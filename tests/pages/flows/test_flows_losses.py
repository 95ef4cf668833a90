"""From a random draw to a loss: what was drawn is not found, is reported from the stock-take, and closed as lost."""

from __future__ import annotations

from playwright.sync_api import expect

from custody.acts.values import decode
from custody.rules.draw import drawn
from pages.conftest import At, Station
from pages.flows.test_flows_reading import as_somebody
from pages.working import a_case, answered, in_order, opened, scan, signed_by


def test_what_a_draw_chose_and_nobody_found_is_reported_and_closed_as_a_loss(station: Station, at: At) -> None:
    """One of three is drawn, whichever it is; a loss asks for a supervisor, and for who answers for it."""
    world, place = station.world, station.world.places["大库"]
    items = world.seizes(a_case(world), *(world.item(description=f"账册{number}") for number in range(3)))
    world.checks_in(items)
    page = opened(at("梁静", "/stock-takes/new", keys=("江监督",)))
    scan(page, place)
    answered(page, "accepted")
    for name, said in (("first", "cen-01"), ("second", "psb-0900"), ("draw", "1")):
        page.locator(f"[name={name}]").fill(said)
    page.keyboard.press("F9")
    position = signed_by(page, *in_order(page))
    opening = world.ledger.memory.histories([f"place:{place}"])[f"place:{place}"][-1].act
    (chosen,) = drawn(decode(opening.seen.root), opening.draw.salt, dict.fromkeys(items, "general"), 1)

    there = f"/stock-takes/{opening.id}"
    for name in ("梁静", "江监督"):
        with as_somebody(station, name) as counter:
            assert counter.post(f"{there}/done", params={"at_least": position}).status_code == 204
    page = opened(at("江监督", f"{there}/sign", keys=("梁静",)))
    page.keyboard.press("F9")
    position = signed_by(page, *in_order(page))
    page.goto(f"{station.origin}{there}?at_least={position}")
    expect(page.locator(f"main a[href='/items/{chosen}']")).to_have_count(1)
    page.locator("main").get_by_role("link", name="报告下落不明").click()
    opened(page)
    for name, said in (("what", "账册"), ("expected", "1 册"), ("found", "0 册"), ("statement", "抽查时未找到")):
        page.locator(f"[name={name}]").fill(said)
    page.keyboard.press("F9")
    position = signed_by(page, "psb-0900")
    (question,) = world.facts(chosen).thing.open_questions

    page = opened(at("高岚", f"/discrepancies/{question.act}?at_least={position}", keys=("江监督",)))
    page.locator("[value=closed]").check()
    page.locator("[name=outcome]").select_option(label="灭失")
    page.locator("[name=statement]").fill("查明已灭失")
    page.keyboard.press("F9")
    expect(page.locator("#lacks")).to_contain_text("督察")
    page.locator("[name=supervisor]").fill("psb-0900")
    page.locator("[name=responsibility]").fill("云公督字〔2026〕7号")
    page.keyboard.press("F9")
    signed_by(page, *in_order(page))
    assert [world.facts(each).thing.lost for each in items] == [each == chosen for each in items]
