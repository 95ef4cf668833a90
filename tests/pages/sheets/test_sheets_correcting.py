"""A correction is made on the act's own form: in words of the trade, the old beside the new, by keys alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from custody.acts.act import Act
from pages.conftest import At, Station
from pages.working import PICTURE, a_case, answered, in_order, opened, scan, signed_by
from telling import holder
from world import World


@pytest.fixture(scope="module")
def world(station: Station) -> World:
    """The world that is served."""
    return station.world


def goes_to(page: Page, name: str) -> Locator:
    """The field at a pointer of the act, by the tabulator from the one before it."""
    field = page.locator(f"[name='{name}']")
    for _ in range(60):
        if field.evaluate("it => it === document.activeElement"):
            return field
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {name}")


def recorded(world: World, act_id: str) -> Act:
    """A recorded act."""
    found = world.ledger.memory.record(act_id)
    assert found is not None
    return found.act


def approved(page: Page, world: World, target: str) -> dict[str, Any]:
    """Give a reason and let the legal reviewer approve; the newest correction of an act: path → (op, old, new)."""
    page.locator("#reason").fill("与实物核对后更正")
    page.locator("#approver").fill("psb-0077")
    page.keyboard.press("F9")
    signed_by(page, *in_order(page))
    act = world.ledger.memory.histories([f"act:{target}"])[f"act:{target}"][-1].act
    assert [(each.part, each.person) for each in act.signers][1:] == [("approver", "psb-0077")]
    return {each.path: (each.op, each.old, each.new) for each in act.changes}  # type: ignore[attr-defined]


def test_what_is_coded_is_chosen_by_its_word_and_the_old_stands_beside_the_new(world: World, at: At) -> None:
    """A category, a sealed value, yes or no, a moment, a list; what is untouched is no part of the correction."""
    taken = world.item(serial={"disclose": "SN-1"}, evidential=False)
    seizure = world.act(world.seizure(a_case(world), [taken], basis=["受案登记表"])).act
    before = recorded(world, seizure)
    page = opened(at("周远", f"/acts/{seizure}/correct", keys=("高岚",)))
    expect(page.locator("#changes")).to_contain_text("尚无更正")
    page.locator("[name='/case']").focus()
    goes_to(page, "/items/0/category")
    page.keyboard.press("ArrowDown")
    goes_to(page, "/items/0/serial")
    page.keyboard.type("SN-2")
    goes_to(page, "/items/0/evidential")
    page.keyboard.press("ArrowUp")
    happened = before.occurred_at - timedelta(minutes=2)
    page.locator("[name='/occurred_at']").fill(happened.strftime("%Y-%m-%dT%H:%M:%S"))
    page.locator("[data-list='/basis'] > [data-add]").press("Enter")
    page.keyboard.type("接受证据清单")
    page.keyboard.press("Tab")
    expect(page.locator("#changes th")).to_have_text([
        "第 1 项 › 类别", "第 1 项 › 编号", "第 1 项 › 是否作为证据", "发生时间", "相关文书",
    ])  # fmt: skip
    assert page.locator("#changes td").all_inner_texts()[:3] == ["一般物品 → 贵重物品", "密封保存 → SN-2", "否 → 是"]
    expect(page.locator(".line .was")).to_have_text(["原为： 一般物品", "原为： 密封保存", "原为： 否"])
    changes = approved(page, world, seizure)
    old, new = changes.pop("/items/0/serial")[1:]
    assert old == {"sealed": before.items[0].serial.sealed}  # type: ignore[attr-defined]
    assert old != new
    assert changes == {
        "/items/0/category": ("replace", "general", "valuables"), "/items/0/evidential": ("replace", False, True),
        "/occurred_at": ("replace", before.occurred_at.isoformat(), happened.isoformat()),
        "/basis": ("replace", ["受案登记表"], ["受案登记表", "接受证据清单"]),
    }  # fmt: skip


def test_a_place_is_scanned_and_the_state_of_a_seal_said_in_words(world: World, at: At) -> None:
    """And a required field that was emptied is asked for before anybody signs."""
    (item,) = world.seizes(a_case(world))
    seal = world.facts(item).seal
    moved = world.checks_in([item], "大库").act
    page = opened(at("梁静", f"/acts/{moved}/correct", keys=("高岚",), lang="en"))
    page.locator("[name='/place']").focus()
    scan(page, world.places["车场"])
    answered(page, "accepted", "车场")
    expect(page.locator("#changes td")).to_have_text(
        f"大库 ({world.places['大库']}) → 车场 ({world.places['车场']})"
    )
    condition = goes_to(page, "/lines/0/condition")
    page.keyboard.press("Delete")
    seen = goes_to(page, "/lines/0/seal_seen")
    words = page.locator("#known-seal-seen option")
    expect(words).to_have_count(2)
    assert words.evaluate_all("all => all.map(it => it.value)") == ["no seal", "broken"]
    page.keyboard.type("broken")
    page.keyboard.press("F9")
    expect(page.locator("#lacks")).to_contain_text("line 1 › Condition")
    condition.fill("good")
    expect(page.locator(".was").last).to_contain_text(seal)
    expect(seen).to_have_value("broken")
    changes = approved(page, world, moved)
    assert changes == {
        "/place": ("replace", world.places["大库"], world.places["车场"]),
        "/lines/0/condition": ("replace", "完好", "good"), "/lines/0/seal_seen": ("replace", seal, "broken"),
    }  # fmt: skip
    assert holder(world, item) == world.places["车场"]


def test_a_line_that_does_not_hold_is_voided_and_so_is_a_whole_act(world: World, at: At) -> None:
    """One of two things was never checked in; then the check-in of the other was not either."""
    here, never = world.seizes(a_case(world), world.item(description="账册"), world.item(description="发票"))
    moved = world.checks_in([here, never], "大库").act
    page = opened(at("梁静", f"/acts/{moved}/correct", keys=("高岚",)))
    page.locator("[data-void='/lines/1']").press("Space")
    expect(page.locator("#changes tr")).to_have_text("第 2 项✗ 作废")
    expect(page.locator(".line .thing").nth(1)).to_contain_text("发票")
    assert approved(page, world, moved) == {"/lines/1": ("void", None, None)}
    assert (holder(world, here), holder(world, never)) == (world.places["大库"], "psb-0211")
    page.reload()
    expect(opened(page).locator("[data-void='/lines/1']")).to_have_count(0)
    page.locator("[data-void='']").check()
    assert approved(page, world, moved) == {"": ("void", None, None)}
    assert holder(world, here) == "psb-0211"


def test_a_seal_number_is_corrected_by_what_a_photograph_shows(world: World, at: At) -> None:
    (item,) = world.seizes(a_case(world))
    (seizure, *_) = world.ledger.memory.histories([f"item:{item}"])[f"item:{item}"]
    page = opened(at("周远", f"/acts/{seizure.act.id}/correct", keys=("高岚",)))
    number = world.seal()
    page.locator("[name='/items/0/seal']").fill(number)
    page.keyboard.press("F8")
    page.set_input_files("#photo-file", {"name": "seal.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(page.get_by_role("dialog")).to_contain_text("1")
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_contain_text("1")
    approved(page, world, seizure.act.id)
    correction = world.ledger.memory.histories([f"act:{seizure.act.id}"])[f"act:{seizure.act.id}"][-1].act
    assert correction.evidence == tuple(each.sha256 for each in correction.attachments)  # type: ignore[attr-defined]
    assert world.facts(item).seal == number
