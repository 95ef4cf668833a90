"""Each guided flow once, from the first scan to the receipt, with what a scanner types and keys alone."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import expect

from pages.conftest import At, Station
from pages.working import PICTURE, a_case, answered, in_order, listening, opened, scan, signed_by
from telling import holder
from world import World
from world_results import asks


def test_at_the_counter_what_was_announced_stays_in_view_until_it_is_scanned(store_of: World, at: At) -> None:
    """Two things taken, one brought: the queue, the scan, the other one still waits."""
    world = store_of
    here, later = world.seizes(a_case(world), world.item(description="黑色手机"), world.item(description="银色手机"))
    queue = listening(at("孙凯", "/intake", keys=("周远",)))
    expect(queue.locator("tbody tr")).to_have_count(1)
    expect(queue.locator("tbody tr")).to_contain_text("psb-0211")
    scan(queue, here)
    queue.wait_for_url("**/intake/check-in**")
    page = opened(queue)
    expect(page.locator(f"[data-item={here}][data-here=yes]")).to_be_visible()
    scan(page, here)
    answered(page, "already")
    scan(page, world.code())
    answered(page, "unknown")
    page.keyboard.press("F9")
    expect(page.locator("#lacks")).to_be_visible()  # where to?
    scan(page, world.places["分局物证室"])
    answered(page, "accepted", "分局物证室")
    expect(page.locator(f"[data-item={later}][data-here=no]")).to_be_visible()
    page.keyboard.press("F9")
    assert signed_by(page, "psb-0211", "psb-aux-12") == world.ledger.recorder.head().size
    assert holder(world, here) == world.places["分局物证室"]
    assert holder(world, later) == "psb-0211"


def test_a_blood_kit_with_an_expired_lot_stops_before_the_draw(store_of: World, at: At) -> None:
    """Lot and expiry first; an expired one and alcohol stop it, and say why and what instead; then it is signed."""
    world = store_of
    case = a_case(world)
    kit, one, two = world.code("kit"), world.code(), world.code()
    page = opened(at("周远", f"/kit/new?case={case}", keys=("唐敏", "何苗")))
    page.locator("[name=second]").fill("psb-0347")
    page.locator("[name=medic]").fill("med-301")
    page.keyboard.press("Enter")
    for each in (kit, one, two):
        page.evaluate("document.activeElement.blur()")
        scan(page, each)
        answered(page, "accepted")
    for tube, lot, expiry in (("A", "L-1", "2027-01-01"), ("B", "L-0", "2026-03-01")):
        page.locator(f"[data-tube={tube}] [data-of-tube=lot]:visible").fill(lot)
        page.locator(f"[data-tube={tube}] [data-of-tube=expiry]:visible").fill(expiry)
    page.locator("[name=anticoagulant]").fill("草酸钾")
    page.locator("[name=disinfectant]").fill("酒精")
    page.locator("[name=alcohol][value=yes]").check()
    stops = page.locator("#stops .notice")
    expect(stops).to_have_count(2)
    expect(stops.first).to_contain_text("I-19")
    expect(page.locator("#on")).to_be_disabled()
    page.locator("[data-tube=B] [data-of-tube=expiry]:visible").fill("2027-06-01")
    page.locator("[name=disinfectant]").fill("聚维酮碘")
    page.locator("[name=alcohol][value=no]").check()
    expect(stops).to_have_count(0)
    page.locator("#on").click()
    for name, said in (("subject", "陈某某"), ("site", "左肘静脉"), ("recording", "云A-2241"), ("family", "电话通知")):
        page.locator(f"[name={name}]").fill(said)
    page.locator("[name=told][value=yes]").check()
    for tube, seal in (("A", world.seal()), ("B", world.seal())):
        page.locator(f"[data-tube={tube}] [data-of-tube=volume_ml]:visible").fill("3.0")
        page.locator(f"[data-tube={tube}] [data-of-tube=seal]:visible").fill(seal)
        page.locator(f"[data-tube={tube}] button:visible").click()
    expect(page.locator("#drawn b").filter(has_text="尚未封存")).to_have_count(0)
    page.reload()  # the tab was closed: nothing is lost
    opened(page)
    expect(page.locator("[name=site]")).to_have_value("左肘静脉")
    page.keyboard.press("F9")
    signed_by(page, *in_order(page))
    tubes = world.facts(one[:16])
    assert (tubes.kit, tubes.designation) == (kit[:16], "A")


def photographed(station: Station) -> list[str]:
    """Three things, of the first of which there is a photograph, on a list with something that is nobody else's."""
    world, sha = station.world, hashlib.sha256(PICTURE).hexdigest()
    about = {"sha256": sha, "media_type": "image/png", "size_bytes": len(PICTURE), "kind": "photo"}
    things = [world.item(description=f"手机{n}", photos=[] if n else [sha]) for n in range(4)]
    items = world.seizes(a_case(world), *things, attachments=[about])
    with station.client("周远") as client:
        assert client.put(f"/v1/attachments/{sha}", content=PICTURE).status_code in (200, 201)
    return items[:3]


def test_a_line_that_nobody_has_answered_is_taken_back_by_its_label(store_of: World, at: At) -> None:
    world = store_of
    kept, back = world.seizes(a_case(world), world.item(), world.item())
    manifest = world.offers([kept, back])
    page = opened(at("周远", f"/offers/{manifest}/withdraw?at_least={world.ledger.recorder.head().size}"))
    scan(page, back)
    answered(page, "accepted")
    page.locator("[name=reason]").fill("清单有误")
    page.keyboard.press("F9")
    signed_by(page, "psb-0211")
    assert (world.facts(back).offer, world.facts(kept).offer.manifest) == (None, manifest)


@pytest.mark.usefixtures("store_of")
def test_an_offer_is_made_and_answered_line_by_line_by_keys_alone(station: Station, at: At) -> None:
    """Three lines: accepted, accepted with a remark, refused with a reason; with a photograph."""
    world = station.world
    items = photographed(station)
    page = opened(at("周远", "/offers/new"))
    for each in items:
        page.evaluate("document.activeElement.blur()")
        scan(page, each)
        answered(page, "accepted")
    page.locator(f"[data-item={items[1]}] select").select_option("control")
    page.locator(f"[data-item={items[2]}] select").select_option("control")
    page.locator("[name=receiver]").fill("pro-yunling")
    page.locator("[name=stage]").select_option("prosecution")
    page.locator("[name=document]").fill("云公移诉字〔2026〕88号")
    page.keyboard.press("F9")
    position = signed_by(page, "psb-0211")
    manifest = world.facts(items[0]).offer.manifest
    answer = opened(at("江检", f"/offers/{manifest}/answer?at_least={position}", keys=("周远",), lang="en"))
    expect(answer.locator(f"[data-photographs={items[0]}] img")).to_have_js_property("naturalWidth", 1)
    order = [str(each.get_attribute("data-item")) for each in answer.locator("#lines tr").all()]
    answer.evaluate("document.activeElement.blur()")
    answer.keyboard.press("1")
    expect(answer.locator("[data-decision=accepted]")).to_have_count(1)
    answer.keyboard.press("2")
    expect(answer.locator("[data-of=remark]:focus")).to_be_visible()
    answer.keyboard.type("seen")
    answer.keyboard.press("Enter")
    answer.keyboard.press("3")
    expect(answer.locator("[data-reasons]")).to_be_visible()
    answer.keyboard.press("3")
    expect(answer.locator("[data-decision=refused]")).to_have_count(1)
    answer.keyboard.press("F9")
    position = signed_by(answer, *in_order(answer))
    with station.client("江检") as client:
        found = client.get(f"/v1/manifests/{manifest}?at_least={position}").json()
    lines = {each["item"]: each for each in found["lines"]}
    assert [lines[each]["state"] for each in order] == ["accepted", "accepted", "refused"]
    assert lines[order[1]]["remark"] == "seen"


def test_a_stock_take_is_counted_blind_on_two_devices_while_a_supervisor_watches(
    station: Station, store_of: World, at: At
) -> None:
    """Three things on the book, two found: only the supervisor sees which one is missing."""
    world = store_of
    one, two, gone = world.seizes(a_case(world), *(world.item(description=f"账册{n}") for n in range(3)))
    world.checks_in([one, two, gone], "分局物证室", to="孙凯")
    place = world.places["分局物证室"]
    watch = opened(at("江监督", "/stock-takes/new", keys=("何苗", "孙凯")))
    scan(watch, place)
    answered(watch, "accepted")
    watch.locator("[name=first]").fill("psb-0347")
    watch.locator("[name=second]").fill("psb-aux-12")
    watch.keyboard.press("F9")
    position = signed_by(watch, *in_order(watch))
    opening = world.ledger.memory.histories([f"place:{place}"])[f"place:{place}"][-1].act.id
    there = f"{station.origin}/stock-takes/{opening}"
    watch.goto(f"{there}?at_least={position}")
    expect(watch.locator(f"[data-missing={gone}]")).to_be_visible()
    counters = [listening(at(each, f"/stock-takes/{opening}/count")) for each in ("何苗", "孙凯")]
    for page in counters:
        scan(page, one)
        answered(page, "refused")  # where?
        scan(page, place)
        answered(page, "accepted")
        for each in (one, two):
            scan(page, each)
            expect(page.locator("#scans")).to_have_text({one: "1", two: "2"}[each])
        scan(page, one)
        answered(page, "already")
        assert gone not in page.content()
        assert "账册" not in page.content()
    expect(watch.locator(f"[data-missing={two}]")).to_have_count(0)  # without being asked
    expect(watch.locator(f"[data-missing={gone}]")).to_be_visible()
    for page in counters:
        page.locator("#done").click()
        expect(page.locator(".notice.green")).to_be_visible()
    watch.goto(f"{there}/sign")
    opened(watch).keyboard.press("F9")
    position = signed_by(watch, *in_order(watch))
    watch.goto(f"{there}/close?at_least={position}")
    opened(watch)
    watch.locator("#conclusion").fill("缺一件，另行报告差异")
    watch.keyboard.press("F9")
    signed_by(watch, *in_order(watch))
    assert world.facts(gone).thing.missed


def test_differences_corrections_and_loans_from_an_items_card(store_of: World, at: At) -> None:
    """What does not agree is raised and closed; an act is corrected with somebody else's approval; a loan decided."""
    world = store_of
    seizure_of = world.item(description="手机 黑色")
    (item,) = world.seizes(a_case(world), seizure_of)
    seizure = world.ledger.memory.histories([f"item:{item}"])[f"item:{item}"][0].act.id
    page = opened(at("周远", f"/acts/{seizure}/correct", keys=("高岚",)))
    page.locator("[name='/items/0/description']").fill("手机 蓝色")
    page.locator("#reason").fill("清单名称与实物核对后更正")
    page.locator("#approver").fill("psb-0077")
    page.locator("#approver").blur()
    expect(page.locator("#changes")).to_contain_text("手机 蓝色")
    page.keyboard.press("F9")
    signed_by(page, *in_order(page))
    assert world.facts(item).description == "手机 蓝色"
    page.goto(page.url.split("/acts")[0] + f"/discrepancies/new?item={item}&kind=condition")
    opened(page)
    page.locator("[name=what]").fill("屏幕")
    page.locator("[name=expected]").fill("完好")
    page.locator("[name=found]").fill("碎裂")
    page.locator("[name=statement]").fill("接收时发现屏幕碎裂")
    page.keyboard.press("F9")
    position = signed_by(page, "psb-0211")
    (question,) = world.facts(item).thing.open_questions
    review = opened(at("高岚", f"/discrepancies/{question.act}?at_least={position}"))
    review.locator("[value=closed]").check()
    review.locator("[name=outcome]").select_option("explained")
    review.locator("[name=statement]").fill("查明为运输所致")
    review.keyboard.press("F9")
    signed_by(review, "psb-0077")
    assert not world.facts(item).thing.open_questions
    world.checks_in([item], "分局物证室", to="孙凯")
    loan = asks(world, [item])
    decide = opened(at("刘振", f"/loans/{loan}/decide", lang="en"))
    decide.keyboard.press("1")
    expect(decide.locator("[value=approve]")).to_be_checked()
    decide.keyboard.press("F9")
    signed_by(decide, "psb-0102")
