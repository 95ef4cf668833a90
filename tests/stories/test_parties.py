"""Parties: agencies, people, keys, places; who may make whom what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from custody.acts.values import encode
from custody.errors import Refused, Untrusted
from custody.facts.kinds import Need
from custody.ledger.engine import open_engine
from custody.ledger.founding import found_ledger
from custody.ledger.policies import shipped_policy
from custody.signing import public_bytes
from custody.tlog.merkle import EMPTY_ROOT
from custody_migrations import migrate
from telling import flaws, holder, open_defects, refuses, tells
from world import ORIGIN, PEOPLE, World, disclosed


def person(world: World, name: str) -> Any:
    """What is known of a person."""
    need = Need("person", PEOPLE[name][0])
    world.ledger.memory.catch_up()
    return world.ledger.memory.fold([need])[need]


def genesis(world: World, person: str, public: str, **fields: Any) -> dict[str, Any]:
    """A genesis act by somebody with a key of their own."""
    return {
        "act": "genesis", "signers": [{"part": "administrator", "person": person}], "origin": ORIGIN,
        "jurisdiction": "cn", "log_keys": [str(world.log_key.verifier)], "journal_key": str(world.journal_key.verifier),
        "policy": shipped_policy("cn").id,
        "first_agency": {"agency": "psb-yunling", "kind": "police", "name": "江州市公安局云岭分局"},
        "administrator": {"person": person, "name": {"disclose": "某人"}, "public_key": public, "kind": "file"},
        "seen": {"size": 0, "root": encode(EMPTY_ROOT)}, **fields,
    }  # fmt: skip


@tells("genesis-not-first")
def test_a_ledger_is_founded_once(world: World) -> None:
    """A stranger signs a second genesis that would make him administrator of the sub-bureau: refused, whichever head
    he claims to have seen."""
    draft = genesis(world, "stranger", world.new_key("stranger"))
    with refuses(world, "genesis-not-first"):
        world.act(draft)
    draft.pop("seen")
    with refuses(world, "genesis-not-first"):
        world.act(draft)


@tells("genesis-other-ledger")
def test_a_genesis_names_its_own_ledger_and_policy(world: World, tmp_path: Any) -> None:
    """Founding a second ledger with rule data that are not those shipped, or under another origin: refused."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    migrate(url)
    engine = open_engine(url)
    for wrong in ({"policy": "0" * 64}, {"origin": "custody.example/elsewhere"}):
        prepared = world.prepare(genesis(world, "psb-admin", world.new_key("psb-admin"), **wrong))
        with pytest.raises(Refused) as raised:
            found_ledger(
                engine, world.sign(prepared), disclosed(prepared), world.log_key, world.journal_key, clock=world.clock
            )
        assert raised.value.code == "refused/genesis-other-ledger"
    engine.dispose()


@tells("new-key-not-signing")
def test_a_new_key_signs_the_act_that_brings_it(world: World) -> None:
    """Proof of possession: 孙凯's old key cannot enrol a new one without the new one's signature."""
    old = world.key_id("孙凯")
    draft = enrolment(world, "孙凯", world.new_key("psb-aux-12"))
    subject = {"part": "subject", "person": "psb-aux-12", "key": old}
    with refuses(world, "new-key-not-signing") as told:
        world.act({**draft, "signers": [draft["signers"][0], subject, draft["signers"][2]]})
    assert told.facts["person"] == "psb-aux-12"
    world.act(draft)
    successor = agency(world, "center", parent="psb-yunling", kind="custodian-contractor", administrator=None)
    by = world.signers(administrator="psb-admin", new_administrator="孙凯")
    with refuses(world, "new-key-not-signing"):
        world.act({**successor, "signers": by})


def enrolment(world: World, name: str, public: str, confirmer: str | None = "高岚", **fields: Any) -> dict[str, Any]:
    """The draft of an enrolment."""
    confirming = {"confirmer": confirmer} if confirmer else {}
    person, agency, _ = PEOPLE[name]
    signers = world.signers(administrator=world.admin_of(agency), subject=person, **confirming)
    return {
        "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
        "public_key": public, "kind": "file", "evidence": "工作证核验", "signers": signers, **fields,
    }  # fmt: skip


def agency(world: World, name: str, **fields: Any) -> dict[str, Any]:
    """The draft of an agency."""
    admin = f"{name}-admin2"
    return {
        "act": "agency", "agency": name, "kind": "lab", "name": f"{name}所", "parent": None,
        "valid_from": "2026-03-01", "valid_to": None, "successor": None,
        "administrator": {
            "person": admin, "name": {"disclose": "新管理员"}, "public_key": world.new_key(admin), "kind": "file",
        },
        "signers": world.signers(administrator="psb-admin", new_administrator=admin), **fields,
    }  # fmt: skip


@tells("key-enrolled-before")
def test_a_key_is_enrolled_once(world: World) -> None:
    """何苗 enrols 周远's key as hers: a key belongs to one person for ever, also once it is revoked."""
    theirs = world.keys["psb-0211"]
    world.keys["psb-0347"] = theirs
    with refuses(world, "key-enrolled-before"):
        world.act(enrolment(world, "何苗", encode(public_bytes(theirs))))
    world.revokes("周远")
    with refuses(world, "key-enrolled-before"):
        world.act(enrolment(world, "周远", encode(public_bytes(theirs))))
    world.adds_key("周远")
    world.opens_case()


@tells("agency-foreign")
def test_an_agency_is_registered_by_its_parent_or_the_first(world: World) -> None:
    """The laboratory registers a branch of its own; it cannot register one under the court, nor one under nobody."""
    under_court = agency(world, "lab-3", parent="crt-yunling")
    by_lab = world.signers(administrator="lab-1-admin", new_administrator="lab-3-admin2")
    with refuses(world, "agency-foreign") as told:
        world.act({**under_court, "signers": by_lab})
    assert told.facts == {"parent": "crt-yunling", "administrator_of": "lab-1"}
    with refuses(world, "agency-foreign"):
        world.act({**under_court, "parent": "nowhere"})
    world.act({**under_court, "parent": "lab-1", "signers": by_lab})


@tells("agency-rewritten")
def test_a_registered_agency_only_ends_or_names_its_successor(world: World) -> None:
    """Nobody slips a second administrator into the court by registering it again, or makes it a laboratory."""
    again = agency(world, "crt-yunling", kind="court", parent="psb-yunling")
    with refuses(world, "agency-rewritten"):
        world.act(again)
    ending = {**again, "administrator": None, "signers": world.signers(administrator="psb-admin")}
    with refuses(world, "agency-rewritten"):
        world.act({**ending, "kind": "lab"})
    world.act({**ending, "valid_to": "2026-12-31", "successor": "pro-yunling"})


@tells("person-elsewhere")
def test_a_person_belongs_to_one_agency(world: World) -> None:
    """The centre enrols 周远 of the sub-bureau as its own; or registers an agency with him as administrator."""
    public = world.new_key("psb-0211")
    with refuses(world, "person-elsewhere") as told:
        world.act(
            enrolment(
                world, "周远", public, agency="center",
                signers=world.signers(administrator="center-admin", subject="周远", confirmer="高岚"),
            )
        )  # fmt: skip
    assert told.facts == {"person": "psb-0211", "agency": "psb-yunling"}
    draft = agency(world, "lab-3")
    draft["administrator"] = {**draft["administrator"], "person": "psb-0211", "public_key": public}
    with refuses(world, "person-elsewhere"):
        world.act({**draft, "signers": world.signers(administrator="psb-admin", new_administrator="周远")})


@tells("not-their-administrator")
def test_only_the_own_administrator_enrols_and_changes_people(world: World) -> None:
    """The centre's administrator makes 周远 a custodian, opens a place of the laboratory, or promotes himself."""
    with refuses(world, "not-their-administrator"):
        world.changes("周远", add=[{"capacity": "auditor"}], signers=world.signers(administrator="center-admin"))
    with refuses(world, "not-their-administrator"):
        world.changes("周远", person="center-admin", signers=world.signers(administrator="center-admin"))
    with refuses(world, "not-their-administrator"):
        signers = world.signers(administrator="center-admin", subject="孙凯", confirmer="高岚")
        world.act(enrolment(world, "孙凯", world.new_key("psb-aux-12"), signers=signers))
    with refuses(world, "not-their-administrator"):
        world.act(
            {
                "act": "place", "place": world.code("place")[:16], "name": "后门", "parent": None, "agency": "lab-1",
                "class": "laboratory", "dual_control": False, "temperature": None, "cameras": [],
                "signers": world.signers(administrator="center-admin"),
            }
        )  # fmt: skip
    world.changes("周远", add=[{"capacity": "auditor"}])
    assert set(person(world, "周远").capacities) == {"officer", "auditor"}


@tells("enrolment-unconfirmed")
def test_a_key_is_confirmed_by_a_reviewer_or_an_older_key(world: World) -> None:
    """An administrator alone could sign for anybody by enrolling a key in his name. So a second person confirms: a
    legal reviewer, a supervisor, or the person himself with a key he has."""
    for confirmer in (None, "何苗", "刘振"):
        draft = enrolment(world, "孙凯", world.new_key("psb-aux-12"), confirmer)
        with refuses(world, "enrolment-unconfirmed"):
            world.act(draft)
    world.act(enrolment(world, "孙凯", world.new_key("psb-aux-12"), "江监督"))
    world.adds_key("孙凯", confirmer="孙凯")
    assert len(person(world, "孙凯").keys) == 3


def test_the_first_reviewer_is_enrolled_without_one_and_then_never_again(world: World) -> None:
    """Until a reviewer with a live key stands in the log, nobody can confirm. 高岚 and 江监督 lose their keys: the
    exception is back, for the one enrolment that ends it."""
    world.revokes("高岚")
    with refuses(world, "enrolment-unconfirmed"):
        world.act(enrolment(world, "高岚", world.new_key("psb-0077"), None))
    world.revokes("江监督")
    world.act(enrolment(world, "高岚", world.new_key("psb-0077"), None))
    with refuses(world, "enrolment-unconfirmed"):
        world.act(enrolment(world, "江监督", world.new_key("psb-0900"), None))


def test_an_administrator_never_enrols_himself(world: World) -> None:
    """One person cannot stand in two parts of one act, with however many keys."""
    public = world.new_key("center-admin2")
    signers = world.signers(administrator="center-admin", subject="center-admin", confirmer="高岚")
    draft = enrolment(world, "梁静", public, person="center-admin", signers=signers)
    draft["signers"][1]["key"] = world.key_id("center-admin2")
    with pytest.raises(Untrusted) as raised:
        world.act(draft)
    assert raised.value.code == "untrusted/two-parts"


@tells("administrator-holds-more")
def test_an_administrator_holds_no_other_capacity(world: World) -> None:
    """Neither does a custodian become administrator beside, nor the other way round."""
    with refuses(world, "administrator-holds-more") as told:
        world.changes("梁静", add=[{"capacity": "administrator"}])
    assert told.facts["capacities"] == ["administrator", "custodian"]
    world.changes("梁静", end=["custodian"], add=[{"capacity": "administrator"}])
    with refuses(world, "administrator-holds-more"):
        world.changes("梁静", add=[{"capacity": "custodian"}])
    assert set(person(world, "梁静").capacities) == {"administrator"}


@tells("unknown-place")
def test_a_custodian_looks_after_places_of_the_own_agency(world: World) -> None:
    """A place nobody registered; or the laboratory's administrator who makes 顾宁 keeper of the centre's hall."""
    with refuses(world, "unknown-place"):
        world.changes("梁静", places_added=[world.code("place")[:16]])
    with refuses(world, "unknown-place") as told:
        world.changes("顾宁", add=[{"capacity": "custodian"}], places_added=[world.places["大库"]])
    assert told.facts == {"place": world.places["大库"], "agency": "center"}
    world.changes("顾宁", places_added=[world.places["一所实验室"]])


@tells("revocation-of-no-key")
def test_only_a_live_key_of_the_person_is_revoked(world: World) -> None:
    """A key that is none, that is another's, or that was revoked before."""
    with refuses(world, "revocation-of-no-key"):
        world.revokes("周远", key="0" * 64)
    with refuses(world, "revocation-of-no-key"):
        world.revokes("周远", person="psb-0347")
    world.revokes("周远")
    with refuses(world, "revocation-of-no-key"):
        world.revokes("周远")


@tells("revocation-by-stranger")
def test_a_key_is_revoked_by_itself_or_by_its_administrator(world: World) -> None:
    """The centre's administrator, or 何苗, revokes 周远's key: refused. He does it himself, and it signs no more."""
    with refuses(world, "revocation-by-stranger"):
        world.revokes("周远", signers=world.signers(administrator="center-admin"))
    with refuses(world, "revocation-by-stranger"):
        world.revokes("周远", signers=world.signers(holder="何苗"))
    world.revokes("周远", signers=world.signers(holder="周远"))
    with pytest.raises(Untrusted) as raised:
        world.opens_case()
    assert raised.value.code == "untrusted/revoked-key"


@tells("place-misplaced")
def test_a_place_stands_in_a_place_of_its_own_agency(world: World) -> None:
    """A shelf of the centre inside the laboratory; a hall inside its own shelf; a place that changes hands."""
    world.place("B-3", "center", "general", parent=world.places["大库"])
    with refuses(world, "place-misplaced"):
        world.place("B-4", "center", "general", parent=world.places["一所实验室"])
    with refuses(world, "place-misplaced"):
        world.place("大库", "center", "general", parent=world.places["B-3"])
    with refuses(world, "place-misplaced"):
        world.place("大库", "lab-1", "general")
    world.place("B-3", "center", "valuables", dual=True)


@tells("KEY_DOUBTED")
def test_acts_by_a_key_that_was_stolen_are_in_doubt_until_their_signer_confirms_them(world: World) -> None:
    """周远's key was copied on Thursday at ten; on Friday it is revoked as of then. The seizure before stands. The
    seizure after is in doubt, and nothing of it leaves, until he himself, with a new key, confirms it. What he
    contests stays held."""
    case = world.opens_case()
    (before,) = world.seizes(case)
    world.clock.forward(hours=2)
    stolen = world.clock.now
    confirmed, contested = (world.seizes(case)[0] for _ in range(2))
    world.checks_in([before, confirmed, contested])
    world.clock.forward(hours=20)
    receipt = world.revokes("周远", since=stolen)
    assert flaws(receipt) == {}
    assert (open_defects(world, before), open_defects(world, confirmed)) == ({"KEY_DOUBTED"}, {"KEY_DOUBTED"})
    doubts = [each for each in world.facts(confirmed).defects if each.code == "KEY_DOUBTED"]
    assert [each.severity for each in doubts] == ["exclusion-risk", "exclusion-risk"]  # the seizure, the check-in
    for each in (before, confirmed, contested):
        with refuses(world, "on-hold"):
            world.releases([each])
    world.adds_key("周远")
    for doubt in doubts:
        with refuses(world, "remedy-by-stranger"):
            world.remedies(doubt.id, "confirm", "梁静")  # she signed the check-in, but not with the stolen key
        with refuses(world, "remedy-of-no-defect"):
            world.remedies(doubt.id, "explain", "周远")
        world.remedies(doubt.id, "confirm", "周远")
    seizure = next(each for each in world.facts(contested).defects if each.code == "KEY_DOUBTED")
    world.remedies(seizure.id, "contest", "周远")
    world.releases([before])
    world.releases([confirmed])
    with refuses(world, "on-hold") as told:
        world.releases([contested])
    assert told.facts["defects"] == ["KEY_DOUBTED"]


def test_a_revocation_without_a_date_doubts_nothing(world: World) -> None:
    """A lost card is no stolen one: what it signed stands, it only signs no more."""
    case = world.opens_case()
    items = world.seizes(case)
    world.checks_in(items)
    world.revokes("周远")
    assert open_defects(world, items[0]) == set()
    world.releases(items)


def test_two_doubted_signatures_of_one_act_are_confirmed_by_both(world: World) -> None:
    """Both keys of a handover were copied. 何苗 confirms hers; 周远 has not yet."""
    case = world.opens_case()
    since = world.clock.now - timedelta(hours=1)
    (item,) = world.seizes(case)
    world.transfers([item], "周远", "何苗")
    world.checks_in([item], by="孙凯", signers=world.signers(deliverer="何苗", custodian="梁静"))
    for name in ("周远", "何苗"):
        world.revokes(name, since=since)
        world.adds_key(name)
    doubts = {each.id: each for each in world.facts(item).defects if each.code == "KEY_DOUBTED"}
    for name in ("何苗", "周远"):
        with refuses(world, "on-hold"):
            world.releases([item])
        for each in [each.id for each in world.facts(item).defects if each.person == world.id_of(name)]:
            world.remedies(each, "confirm", name)
    assert len(doubts) == 3
    world.releases([item])


def test_who_left_the_service_signs_nothing_more(world: World) -> None:
    """孙凯 leaves: his keys are still there, he no longer acts. What he holds is still in his hands."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.transfers([item], "周远", "孙凯")
    world.changes("孙凯", left=True)
    with pytest.raises(Untrusted) as raised:
        world.transfers([item], "孙凯", "周远")
    assert raised.value.code == "untrusted/left"
    assert holder(world, item) == "psb-aux-12"
