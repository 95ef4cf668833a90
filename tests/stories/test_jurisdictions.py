"""What jurisdictions choose differently stands in their rule data, and the code asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from custody.errors import Malformed, NotFound
from custody.ledger.policies import jurisdictions, shipped_policy
from custody.rules.rule_files import read_policy
from telling import flaws, holder, is_sound, refuses, tells
from world import World


@pytest.fixture
def england(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose ledger was founded under the rule data of England and Wales."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('england') / 'ledger.db'}", jurisdiction="uk")
    yield world
    is_sound(world)
    world.close()


def supplied(world: World, tube: str) -> None:
    """The officer gives a tube to the subject, who signs for it."""
    world.releases(
        [tube], kind="supplied-to-subject", signers=world.signers(holder="周远", approver="沈建国"),
        recipient={"name": {"disclose": "陈某"}, "capacity": "right-holder", "authorisation": None,
                   "authority_staff": False},
    )  # fmt: skip


@tells("reserve-not-for-subject")
def test_in_china_the_police_keep_the_reserve(world: World) -> None:
    """The driver asks for tube B on the spot: it stays, and he may apply for a re-examination. Tube A is no reserve."""
    _, reserve = world.draws(world.opens_case())
    with refuses(world, "reserve-not-for-subject"):
        supplied(world, reserve)
    assert holder(world, reserve) == "psb-0211"


def test_in_england_the_subject_is_supplied_with_the_other_part(england: World) -> None:
    _, reserve = england.draws(england.opens_case())
    supplied(england, reserve)
    assert holder(england, reserve) is None


def test_in_england_no_independent_witness_is_wanted(england: World) -> None:
    """Nor a second officer, nor a handover within a day: rules of Chinese law that its data leave out."""
    case = england.opens_case()
    alone = england.signers(officer="周远")
    item = england.item()
    assert flaws(england.act(england.seizure(case, [item], attestations=[], signers=alone))) == {}
    england.clock.forward(hours=30)
    assert flaws(england.checks_in([item["code"][:16]])) == {}


def test_every_jurisdiction_answers_what_the_code_asks() -> None:
    china = shipped_policy("cn")
    for name in jurisdictions():
        policy = shipped_policy(name)
        assert policy.jurisdiction == name
        assert policy.choices.keys() == china.choices.keys()
        assert policy.numbers.keys() == china.numbers.keys()
        assert policy.remedies.keys() == {"minor", "curable", "exclusion-risk"}
        assert policy.choice("reserve_keeper") in ("police", "subject", "laboratory")
        assert policy.choice("independent_witness") in ("or-recording", "not-general")
    assert shipped_policy("us-ca").numbers["retention_days"] == 365


def test_nothing_that_is_shared_counts_as_checked_elsewhere() -> None:
    """A Chinese article that was read proves nothing for England: every rule there is unverified, with its origin."""
    for name in ("uk", "us-ca"):
        policy = shipped_policy(name)
        versions = [each for found in policy.text_versions.values() for each in found]
        numbers = [each for found in policy.number_versions.values() for each in found]
        assert not any(each.verified for each in (*versions, *numbers, *policy.choices.values()))
        assert policy.texts["no-case"].source.startswith("cn: ")
        assert policy.id != shipped_policy("cn").id


def test_what_is_shared_is_part_of_the_hash() -> None:
    """Whoever changes the Chinese rule data changes what England shares: its policy gets another id."""
    own = b'jurisdiction = "uk"\nextends = "cn"\n'
    shared = b'[refusal.x]\nrule = "A"\nzh = "c"\nen = "a"\nsource = "s"\nverified = true\n'
    one = read_policy({"own.toml": own, "cn/x.toml": shared})
    other = read_policy({"own.toml": own, "cn/x.toml": shared.replace(b'"a"', b'"b"')})
    assert one.id != other.id
    with pytest.raises(Malformed):
        read_policy({"own.toml": own + b'without = ["y"]\n', "cn/x.toml": shared})


def test_a_jurisdiction_without_rule_data_is_not_found() -> None:
    for name in ("atlantis", "../cn", "cn/..", "CN"):
        with pytest.raises(NotFound):
            shipped_policy(name)
