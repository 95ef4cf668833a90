"""Instruments, measures and what things are: how long something may be kept, on whose word, and as what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telling import flaws, open_defects, refuses, tells
from world import CST, World
from world_objects import PAPER, extends, lifts_measure, reclassifies, registers


def frozen(world: World, asset: str | None = "deposit", **fields: Any) -> dict[str, Any]:
    """Money in an account: it stays with the bank."""
    return world.item(
        category="funds", description="账户资金", quantity="85000.00", unit="CNY", seal=None,
        keeper={"disclose": "云岭农商银行"},
        details={"kind": "funds", "institution": "云岭农商银行", "account": {"disclose": "6217000000000000"},
                 "asset": asset}, **fields,
    )  # fmt: skip


@tells("instrument-unapproved")
def test_an_instrument_is_signed_at_its_level_or_shown(world: World) -> None:
    """刘振 heads a unit: he signs no decision of a responsible person. A judgment comes as a document."""
    case = world.opens_case()
    by_unit_head = world.signers(officer="周远", approver="刘振")
    with refuses(world, "instrument-unapproved") as told:
        registers(world, case, "云公扣决字〔2026〕12号", signers=by_unit_head)
    assert told.facts["expected"] == "approver-2"
    with refuses(world, "instrument-unapproved"):
        registers(world, case, "云公扣决字〔2026〕12号", signers=world.signers(officer="周远"))
    with refuses(world, "instrument-unapproved") as told:
        registers(world, case, "（2026）云刑初9号", None, type="judgment", attachment=None)
    assert told.facts["missing"] == "attachment"
    registers(world, case, "云公扣决字〔2026〕12号")
    registers(world, case, "（2026）云刑初9号", None, type="judgment", issuer="云岭区人民法院")


@tells("instrument-registered-before")
def test_an_instrument_is_registered_once(world: World) -> None:
    case = world.opens_case()
    reference = registers(world, case, "云公扣决字〔2026〕12号")
    with refuses(world, "instrument-registered-before") as told:
        registers(world, case, reference)
    assert told.facts["reference"] == reference
    with refuses(world, "no-case"):
        registers(world, "没有的案件", "云公扣决字〔2026〕13号")


@tells("FREEZE_APPROVER_LEVEL")
def test_a_freeze_rests_on_an_approval_of_its_level(world: World) -> None:
    """A deposit is frozen on the word of a responsible person; shares of a company need the city, listed ones the
    province. A freeze that happened otherwise is recorded as what it was."""
    case = world.opens_case()
    county = registers(world, case, "云公冻字〔2026〕1号", type="freezing-notice")
    city = registers(world, case, "江公冻字〔2026〕7号", "city", type="freezing-notice", issuer="江州市公安局")

    def freezes(asset: str | None, instrument: str | None) -> dict[str, Any]:
        line, paper = frozen(world, asset), {"instrument": instrument, "expires": "2026-08-31"}
        return flaws(world.act(world.seizure(case, [line], measure="frozen", **paper)))

    too_low = {"FREEZE_APPROVER_LEVEL": ("curable", ())}
    assert freezes("deposit", county) == freezes(None, county) == freezes("equity", city) == {}
    assert freezes("equity", county) == freezes("insurance", county) == freezes("listed-equity", city) == too_low
    assert freezes("deposit", None) == freezes("deposit", "没有登记的文书") == too_low
    other = world.opens_case(case="云公(刑)〔2026〕0999")
    (line,) = [frozen(world)]
    elsewhere = world.seizure(other, [line], measure="frozen", instrument=county, expires="2026-08-31")
    assert flaws(world.act(elsewhere)) == too_low
    assert open_defects(world, line["code"][:16]) == {"FREEZE_APPROVER_LEVEL"}


@tells("extension-too-long", "freeze-approver-level")
def test_a_freeze_is_extended_by_half_a_year_at_most(world: World) -> None:
    """Six months from the last day; a year with the city's approval; nothing without an instrument."""
    case = world.opens_case()
    county = registers(world, case, "云公冻字〔2026〕1号", type="freezing-notice")
    city = registers(world, case, "江公冻字〔2026〕7号", "city", type="extension", issuer="江州市公安局")
    draft = world.seizure(case, [frozen(world)], measure="frozen", instrument=county, expires="2026-08-31")
    world.act(draft)
    (funds,) = [each["code"][:16] for each in draft["items"]]
    with refuses(world, "freeze-approver-level"):
        extends(world, [funds], "2027-02-28")
    with refuses(world, "extension-too-long") as told:
        extends(world, [funds], "2027-03-01", county)
    assert told.facts["at_most"] == "2027-02-28"
    with refuses(world, "extension-too-long"):
        extends(world, [funds], "2026-08-31", county)
    with refuses(world, "extension-too-long"):
        extends(world, [funds], "2027-09-01", city)
    extends(world, [funds], "2027-02-28", county)
    extends(world, [funds], "2028-02-28", city)
    thing = world.facts(funds).thing
    assert (thing.expires.isoformat(), thing.extensions) == ("2028-02-28", 2)


def test_an_administrative_seizure_is_extended_once_by_thirty_days(world: World) -> None:
    case = world.opens_case(case="云公(治)〔2026〕0312", kind="public-order")
    (item,) = world.seizes(case, expires="2026-04-11")
    with refuses(world, "extension-too-long"):
        extends(world, [item], "2026-05-12")
    extends(world, [item], "2026-05-11")
    with refuses(world, "extension-too-long") as told:
        extends(world, [item], "2026-06-10")
    assert told.facts["extensions"] == 1
    criminal = world.opens_case()
    (other,) = world.seizes(criminal)
    extends(world, [other], "2029-01-01")


@tells("MEASURE_TERM_TOO_LONG")
def test_a_measure_that_is_given_too_long_a_term_is_said(world: World) -> None:
    case = world.opens_case(case="云公(治)〔2026〕0312", kind="public-order")
    too_long = {"MEASURE_TERM_TOO_LONG": ("curable", ())}
    assert flaws(world.act(world.seizure(case, [world.item()], expires="2026-04-12"))) == too_long
    assert flaws(world.act(world.seizure(case, [world.item()], expires="2026-04-11"))) == {}
    kept = world.item(keeper={"disclose": "店主岳某"}, seal=None)
    assert flaws(world.act(world.seizure(case, [kept], measure="registered", expires="2026-03-20"))) == too_long


@tells("MEASURE_LAPSED", "measure-over")
def test_what_is_kept_after_its_measure_lapsed_is_said_once(world: World) -> None:
    """Thirty days went by and nobody looked. Whatever is done with the phone next says so; the measure is not
    extended any more, what lapsed has lapsed."""
    case = world.opens_case(case="云公(治)〔2026〕0312", kind="public-order")
    one, two = world.seizes(case, world.item(), world.item(), expires="2026-04-11")
    world.checks_in([one, two])
    lifts_measure(world, [two])
    world.clock.now = datetime(2026, 4, 12, 9, 0, tzinfo=CST)
    with refuses(world, "measure-over") as told:
        extends(world, [one], "2026-05-11")
    assert told.facts["lapsed"] == "2026-04-11"
    with refuses(world, "measure-over"):
        lifts_measure(world, [two])
    assert flaws(world.relocates([one, two], "冷藏")) == {"MEASURE_LAPSED": ("curable", (0,))}
    assert flaws(world.relocates([one, two], "大库")) == {}
    lifts_measure(world, [one])
    assert world.facts(one).thing.lifted is not None


@tells("effects-need-seizure")
def test_a_personal_effect_becomes_evidence_only_by_a_seizure_decision(world: World) -> None:
    """The watch was kept for its owner. It turns out to be stolen: that takes a seizure decision of this case."""
    case = world.opens_case()
    owner = {"kind": "effects", "owner": {"disclose": "陈某某"}, "collector": {"disclose": "陈某某之妻"}}
    watch = world.item(category="effects", description="手表", evidential=False, details=owner)
    (item,) = world.seizes(case, watch, measure="effects-kept")
    with refuses(world, "effects-need-seizure"):
        reclassifies(world, item, standing="case-property", evidential=True)
    with refuses(world, "effects-need-seizure"):
        reclassifies(world, item, evidential=True)
    other = world.opens_case(case="云公(刑)〔2026〕0999")
    foreign = registers(world, other, "云公扣决字〔2026〕90号")
    with refuses(world, "effects-need-seizure"):
        reclassifies(world, item, standing="case-property", instrument=foreign)
    decision = registers(world, case, "云公扣决字〔2026〕12号")
    reclassifies(world, item, standing="case-property", evidential=True, category="valuables", instrument=decision)
    known = world.facts(item)
    assert (known.measure, known.category, known.evidential) == ("seized", "valuables", True)
    reclassifies(world, item, standing="personal-effect", evidential=False)
    assert (world.facts(item).measure, world.facts(item).evidential) == ("effects-kept", False)


def test_the_details_of_every_category_are_said(world: World) -> None:
    """S4 and the others: what identifies a thing of each kind, and the state it was taken in."""
    case = world.opens_case(case="云公(刑)〔2026〕0302")
    vehicle = {
        "kind": "vehicle", "make": "大众", "model": "帕萨特", "vin": {"disclose": "LSVAA49J132047731"},
        "plate": {"disclose": "江B·K3391"}, "colour": "黑", "odometer_km": 18_840, "equipment": ["行车记录仪", "备胎"],
        "keys": 1, "damage": "左前门划痕",
    }  # fmt: skip
    weapon = {"kind": "weapon", "type": "仿制式手枪", "calibre": "5.8 mm", "rounds": 3, "licence": None}
    fish = {"kind": "perishable", "keeps_until": "2026-03-15", "keeping": "冷冻"}
    ledger = {"kind": "document", "pages": 86, "original": True, "number": "账册第3册"}
    items = world.seizes(
        case,
        world.item(category="vehicle", details=vehicle, unit="辆"),
        world.item(category="weapon", details=weapon, unit="支"),
        world.item(category="perishable", details=fish, unit="箱"),
        world.item(category="document", details=ledger, unit="册"),
    )
    assert [world.facts(each).taken.details.kind for each in items] == ["vehicle", "weapon", "perishable", "document"]
    assert world.facts(items[0]).taken.details.keys == 1


def test_an_instrument_that_was_misread_is_corrected(world: World) -> None:
    """The date on the paper is the thirteenth."""
    case = world.opens_case()
    receipt = world.act(
        {
            "act": "instrument", "case": case, "reference": "（2026）云刑初9号", "type": "judgment",
            "issuer": "云岭区人民法院", "approver_level": None, "date": "2026-03-12", "attachment": PAPER["sha256"],
            "attachments": [PAPER], "signers": world.signers(officer="周远"),
        }
    )  # fmt: skip
    world.corrects(receipt.act, {"op": "replace", "path": "/date", "old": "2026-03-12", "new": "2026-03-13"})
