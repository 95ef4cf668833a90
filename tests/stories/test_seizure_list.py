"""The seizure list: who signed it, and what it says of each kind of thing; personal effects are no evidence."""

from __future__ import annotations

from typing import Any

from telling import flaws, open_defects, refuses, tells
from world import World
from world_objects import child, division, reclassifies
from world_orders import orders, share
from world_results import observes

RECORDING = {"sha256": "5d" * 32, "media_type": "video/mp4", "size_bytes": 1 << 30, "kind": "recording"}
PICTURE = {"sha256": "3b" * 32, "media_type": "image/jpeg", "size_bytes": 1 << 20, "kind": "photo"}


def said(world: World, *items: dict[str, Any], **fields: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Seize items in a case of their own and say with which defects."""
    case = world.opens_case(case=f"云公(刑)〔2026〕{world.seal()}", **fields.pop("opened", {}))
    return flaws(world.act(world.seizure(case, list(items) or [world.item()], **fields)))


@tells("HOLDER_UNSIGNED")
def test_the_holder_signs_the_list_or_it_is_noted_why_not(world: World) -> None:
    """郭 signs, or puts his finger on it. He refuses: the list says so and why. Nobody knows whose it is: noted. What
    somebody hands in, and money in a bank, has no holder to sign."""
    unsigned = {"HOLDER_UNSIGNED": ("curable", ())}
    refused = {**world.holder(), "kind": "refused"}
    assert said(world) == {}
    assert said(world, attestations=[world.witness(), {**world.holder(), "kind": "fingerprint"}]) == {}
    assert said(world, attestations=[world.witness()]) == unsigned
    assert said(world, attestations=[world.witness(), refused]) == unsigned
    assert said(world, attestations=[world.witness(), {**refused, "note": "持有人拒绝签名，未说明理由"}]) == {}
    assert said(world, attestations=[world.witness(), {**refused, "kind": "absent"}]) == unsigned
    assert said(world, attestations=[world.witness()], holder_unknown="无人居住的出租屋，房东也不知物主") == {}
    assert said(world, attestations=[world.witness()], measure="received") == {}
    both = [world.witness(), world.holder(), refused]
    assert said(world, attestations=both) == unsigned  # two held it, and only one of them signed


@tells("WITNESS_UNIDENTIFIED")
def test_an_attesting_witness_can_be_found_again(world: World) -> None:
    """A court asks who the witness was: which document was seen, and how to reach him."""
    bare = {key: value for key, value in world.witness().items() if key not in ("document", "contact")}
    assert said(world, attestations=[bare, world.holder()]) == {"WITNESS_UNIDENTIFIED": ("minor", ())}
    half = {**bare, "contact": {"disclose": "13900000000"}}
    assert said(world, attestations=[half, world.holder()]) == {"WITNESS_UNIDENTIFIED": ("minor", ())}
    assert said(world, attestations=[world.witness(), world.holder()]) == {}


@tells("LIST_COPIES")
def test_the_list_is_made_out_in_its_copies(world: World) -> None:
    """Three in a criminal case, two in another and for what stays in place. A list that is silent says nothing."""
    few = {"LIST_COPIES": ("minor", ())}
    assert said(world, copies=3) == said(world) == {}
    assert said(world, copies=2) == few
    quarrel = {"kind": "administrative"}
    assert said(world, copies=2, opened=quarrel) == {}
    assert said(world, copies=1, opened=quarrel) == few
    desk = world.item(seal=None, keeper={"disclose": "房主岳某"})
    assert said(world, desk, measure="registered", copies=2) == {}


@tells("DETAILS_MISSING")
def test_the_list_says_what_identifies_a_thing(world: World) -> None:
    """Of a car, a bag of powder, a pistol, a watch kept for its owner: each with its details, and each without."""
    for category in ("vehicle", "drugs", "weapon"):
        plain, whole = world.item(category=category, details=None), world.item(category=category)
        assert said(world, whole, plain) == {"DETAILS_MISSING": ("curable", (1,))}, category
    account = {"measure": "frozen", "expires": "2026-08-31"}
    bank = {"seal": None, "keeper": {"disclose": "云岭农商银行"}, "quantity": "85000.00", "unit": "CNY"}
    assert "DETAILS_MISSING" not in said(world, world.item(category="funds", **bank), **account)
    assert "DETAILS_MISSING" in said(world, world.item(category="funds", **bank, details=None), **account)
    kept: dict[str, Any] = {"category": "effects", "evidential": False}
    assert said(world, world.item(**kept), measure="effects-kept") == {}
    assert said(world, world.item(**kept, details=None), measure="effects-kept") == {"DETAILS_MISSING": ("curable", ())}


@tells("IN_SITU_INCOMPLETE")
def test_what_stays_in_place_is_entrusted_pictured_and_estimated(world: World) -> None:
    """A flat is sealed: its owner keeps it, it was photographed and estimated. Each that is left out is a defect, and
    an account that is frozen says until when."""
    flat: dict[str, Any] = {"description": "住房一套", "seal": None, "estimated_value": "1860000"}
    kept = {"keeper": {"disclose": "房主岳某"}}
    shown = {"photos": [PICTURE["sha256"]]}
    sealed: dict[str, Any] = {"measure": "sealed-in-situ", "attachments": [PICTURE]}
    incomplete = {"IN_SITU_INCOMPLETE": ("curable", ())}
    assert said(world, world.item(**flat, **kept, **shown), **sealed) == {}
    assert said(world, world.item(**flat, **shown), **sealed) == incomplete
    assert said(world, world.item(**flat, **kept), **sealed) == incomplete
    assert said(world, world.item(**flat, **kept), **{**sealed, "attachments": [RECORDING]}) == {}
    assert said(world, world.item(**{**flat, "estimated_value": None}, **kept, **shown), **sealed) == incomplete
    account = world.item(category="funds", seal=None, **kept)
    assert set(said(world, account, measure="frozen")) == {"IN_SITU_INCOMPLETE", "FREEZE_APPROVER_LEVEL"}
    account = world.item(category="funds", seal=None, **kept)
    assert set(said(world, account, measure="frozen", expires="2026-08-31")) == {"FREEZE_APPROVER_LEVEL"}
    desk = world.item(seal=None)
    assert said(world, desk, measure="registered") == incomplete


@tells("MEDIUM_UNSHIELDED")
def test_a_telephone_is_kept_from_the_network(world: World) -> None:
    """A telephone that could still be wiped from afar; one that was switched off; a disk that no radio reaches."""
    medium = {"kind": "digital", "medium_serial": None, "capacity": "256 GB", "sha256": None, "sm3": None}
    phones = [
        world.item(category="digital", details={**medium, "shielding": shielding, "wireless": wireless})
        for shielding, wireless in (("none", True), ("powered-off", True), ("shielded", True), ("none", False))
    ]
    assert said(world, *phones) == {"MEDIUM_UNSHIELDED": ("curable", (0,))}
    silent = world.item(category="digital", details={**medium, "shielding": "none"})
    assert said(world, silent) == {}


@tells("details-of-another-category")
def test_details_are_those_of_the_category(world: World) -> None:
    """A car's details on a pistol are a slip of the list; whose a thing is may stand on anything kept for somebody."""
    case = world.opens_case()
    car = world.item(category="vehicle")["details"]
    pistol = world.item(category="weapon", details=car)
    with refuses(world, "details-of-another-category") as told:
        world.act(world.seizure(case, [world.item(), pistol]))
    assert told.items == [1]
    assert told.facts == {"category": "weapon", "details": "vehicle"}
    (bag,) = world.seizes(case, world.item(category="drugs", quantity="10", unit="g", seal=None))
    with refuses(world, "details-of-another-category"):
        world.act(division(world, bag, "9", [child(world, "1", details=car)]))
    notes = {"kind": "effects", "owner": {"disclose": "陈某某"}}
    wallet = world.item(category="cash", quantity="312.00", unit="CNY", evidential=False, details=notes)
    with refuses(world, "details-of-another-category"):
        world.act(world.seizure(case, [wallet]))
    world.act(world.seizure(case, [wallet], measure="effects-kept"))


@tells("cash-does-not-add-up")
def test_no_note_is_listed_that_is_not_counted(world: World) -> None:
    """Two serial numbers for one note, one number twice, a note of nothing."""
    case = world.opens_case()

    def listed(**note: Any) -> dict[str, Any]:
        kinds = {"kind": "cash", "denominations": [{"face": "100", "count": 2}, {"face": "100", "count": 1, **note}]}
        money = {"category": "cash", "description": "人民币", "unit": "CNY", "details": kinds}
        return world.seizure(case, [world.item(quantity="300" if note.get("face") != "0" else "200", **money)])

    for note in ({"serials": ["AB01", "AB02"]}, {"serials": ["AB01", "AB01"]}, {"face": "0"}):
        with refuses(world, "cash-does-not-add-up"):
            world.act(listed(**note))
    assert flaws(world.act(listed(serials=["AB01"]))) == {}


@tells("effects-need-seizure")
def test_personal_effects_are_kept_apart_from_what_is_seized(world: World) -> None:
    """A watch is kept for its owner, or it is evidence and seized: not both. What is kept goes back; to be sold or
    destroyed it would have to be seized first."""
    case = world.opens_case()
    with refuses(world, "effects-need-seizure"):
        world.act(world.seizure(case, [world.item(category="effects")], measure="effects-kept"))
    with refuses(world, "effects-need-seizure"):
        world.act(world.seizure(case, [world.item(category="effects", evidential=False)]))
    watch = world.item(category="effects", description="手表", evidential=False)
    (item,) = world.seizes(case, watch, measure="effects-kept")
    world.checks_in([item])
    with refuses(world, "effects-need-seizure") as told:
        orders(world, [item], share("destroyed"))
    assert told.facts == {"item": item, "kinds": ["destroyed"]}
    with refuses(world, "effects-need-seizure"):
        world.releases([item], kind="remitted", recipient=None, attestations=[], voucher="缴款书0098")
    with refuses(world, "effects-need-seizure"):
        reclassifies(world, item, standing="case-property")
    world.releases([item], without_order="effects")


@tells("HASH_DIFFERS")
def test_the_hash_of_an_image_is_compared_too(world: World) -> None:
    """An image was made by a division, with both values. Looked at again, its SM3 is another."""
    medium = {"kind": "digital", "medium_serial": None, "capacity": "256 GB", "sha256": "aa" * 32, "sm3": "bb" * 32,
              "shielding": "shielded"}  # fmt: skip
    (phone,) = world.seizes(world.opens_case(), world.item(category="digital", details=medium, seal=None))
    image = child(world, "1", "份", category="digital", description="镜像", details=medium)
    world.act(division(world, phone, "1", [image], kind="image"))
    copy = image["code"][:16]
    world.checks_in([copy])

    def hashed(algorithm: str, value: str) -> set[str]:
        seen = [{"item": copy, "algorithm": algorithm, "value": value * 32}]
        return set(flaws(observes(world, [copy], "hash", hashes=seen, in_range=False)))

    assert hashed("sha256", "aa") == hashed("sm3", "bb") == set()
    assert hashed("sm3", "cc") == {"HASH_DIFFERS"}
    assert open_defects(world, copy) == {"HASH_DIFFERS"}
    other = child(world, "1", "份", category="digital", description="镜像", details={**medium, "sm3": "dd" * 32})
    assert set(flaws(world.act(division(world, phone, "1", [other], kind="image")))) == {"IMAGE_HASH_DIFFERS"}
