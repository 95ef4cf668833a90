"""Taking: what a list or a draw leaves out is said, on exactly the items concerned; what is complete is accepted."""

from __future__ import annotations

from typing import Any

from telling import flaws, open_defects, tells
from world import World


def said(world: World, *items: dict[str, Any], **fields: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Seize items and say with which defects."""
    case = world.opens_case(case=f"云公(刑)〔2026〕{world.seal()}")
    return flaws(world.act(world.seizure(case, list(items), **fields)))


@tells("WITNESS_OF_POLICE")
def test_a_witness_of_the_police_is_no_witness(world: World) -> None:
    """A cleaner whom the sub-bureau employs stood by as attesting witness. One of another house would do."""
    employed = {**world.witness(), "house": "psb-yunling"}
    assert said(world, world.item(), attestations=[employed])["WITNESS_OF_POLICE"] == ("curable", ())
    elsewhere = {**world.witness(), "house": "center"}
    for witness in (elsewhere, world.witness()):
        assert "WITNESS_OF_POLICE" not in said(world, world.item(), attestations=[witness])


@tells("CASH_UNSPECIFIED")
def test_cash_is_listed_by_its_notes(world: World) -> None:
    """The list says 1,200 yuan in one line and which notes they are in the other: the defect names the first alone."""
    notes = {"kind": "cash", "denominations": [{"face": "100", "count": 12}]}
    money = {"category": "cash", "description": "人民币", "quantity": "1200", "unit": "CNY"}
    bare, listed = world.item(**money), world.item(**money, details=notes)
    assert said(world, bare, listed) == {"CASH_UNSPECIFIED": ("curable", (0,))}
    assert open_defects(world, listed["code"][:16]) == set()
    assert said(world, world.item(**money, details=notes)) == {}


@tells("DRUGS_UNSEALED")
def test_drugs_are_sealed_where_they_are_seized(world: World) -> None:
    """Two bags, one of them without a seal."""
    bag = {"category": "drugs", "description": "白色晶体", "quantity": "10.02", "unit": "g"}
    assert said(world, world.item(**bag), world.item(**bag, seal=None)) == {"DRUGS_UNSEALED": ("curable", (1,))}
    assert said(world, world.item(**bag)) == {}


@tells("MEDIUM_UNFIXED")
def test_a_digital_medium_is_sealed_or_hashed(world: World) -> None:
    """A disk in a bag without a seal: sealed, or with the SHA-256 of its image, nothing is said."""
    image = {"kind": "digital", "medium_serial": None, "capacity": "1 TB", "sha256": "5c" * 32, "sm3": None,
             "shielding": "powered-off"}  # fmt: skip
    disk = {"category": "digital", "description": "硬盘"}
    assert said(world, world.item(**disk, seal=None)) == {"MEDIUM_UNFIXED": ("curable", ())}
    assert said(world, world.item(**disk, seal=None, details={**image, "sha256": None})) == {
        "MEDIUM_UNFIXED": ("curable", ())
    }
    assert said(world, world.item(**disk, seal=None, details=image)) == {}
    assert said(world, world.item(**disk)) == {}


@tells("SUBJECT_UNSIGNED")
def test_the_subject_signs_or_it_is_noted_why_not(world: World) -> None:
    """Nothing stands where the driver would sign. That he refused would have been enough."""
    case = world.opens_case(kind="traffic")
    assert flaws(world.act(world.draw(case, attestations=[]))) == {"SUBJECT_UNSIGNED": ("curable", ())}
    refused = {"part": "subject", "name": {"disclose": "陈某某"}, "kind": "refused"}
    assert flaws(world.act(world.draw(case, attestations=[refused]))) == {}


@tells("FEW_TUBES")
def test_as_many_tubes_are_drawn_as_wanted(world: World) -> None:
    """The vein gave one tube."""
    case = world.opens_case(kind="traffic")
    draft = world.draw(case)
    draft["tubes"] = draft["tubes"][:1]
    assert flaws(world.act(draft)) == {"FEW_TUBES": ("curable", ())}
    assert flaws(world.act(world.draw(case))) == {}
