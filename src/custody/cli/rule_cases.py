"""Cases that a lawyer writes to check rules: given acts in a small built-in world, and what has to come of the last.

A case is a TOML file::

    zh = "二十四小时后入库"
    en = "Taken in after more than a day"
    expect = "LATE_HANDOVER"          # a defect, a refusal's code, or "accepted"

    [[act]]
    act = "seizure"                   # the example of `custody template seizure` …

    [[act]]
    act = "check-in"
    occurred_at = "2026-05-21T18:30:00+08:00"     # … with whatever the case says otherwise

The world knows the people, agencies and places of those examples, and their two cases. Nothing is signed or stored:
the rules alone decide, each act as if it were recorded a minute after it happened.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.acts.act import Act
from custody.acts.entry import Recorded
from custody.acts.examples import example
from custody.acts.values import encode
from custody.authoring import new_act_id, prepare
from custody.errors import CustodyError, Malformed, NotFound, Refused
from custody.facts.gather import gather
from custody.facts.kinds import KINDS, Need, fold
from custody.facts.tags import tags_of
from custody.rules.judge import decide
from custody.rules.policy import Policy
from custody.signing import key_id_of, public_bytes
from custody.tlog.merkle import EMPTY_ROOT

_ORIGIN: Final = "custody.example/yunling"
_ADMIN: Final = {"psb-yunling": "psb-admin", "cen-jiangzhou": "cen-admin", "lab-jiangzhou": "lab-admin"}
_PEOPLE: Final = {
    "psb-0077": "legal-reviewer", "psb-0211": "officer", "psb-0347": "officer", "psb-0102": "approver-1",
    "psb-0005": "approver-2", "psb-0900": "supervisor", "med-301": "medic", "cen-01": "custodian",
    "cen-02": "custodian", "lab-07": "examiner",
}  # fmt: skip
_PLACES: Final = {"ST1BPHX8ZB62MVDQ": "general", "ST13VXT69DJMQG45": "cold"}
_CASES: Final = ("云公(交)刑受〔2026〕0312-07", "云公(刑)诈〔2026〕0520")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case: the codes found, and whether the expected one is among them."""

    file: str
    zh: str
    en: str
    expected: str
    found: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the last act came out as the case says."""
        return self.expected in self.found if self.found else self.expected == "accepted"


@dataclass
class _World:
    """Acts that were accepted so far: a `custody.facts.gather.Source` that folds them afresh each time."""

    policy: Policy
    records: list[Recorded] = field(default_factory=list)
    tagged: dict[str, list[Recorded]] = field(default_factory=dict)

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        return {need: fold(need, self._of(need)) for need in needs}

    def _of(self, need: Need) -> list[Recorded]:
        types = KINDS[need.kind].types
        return [each for each in self.tagged.get(need.tag, ()) if not types or each.act.act in types]

    def record(self, act_id: str) -> Recorded | None:
        return next((each for each in self.records if each.act.id == act_id), None)

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        return {tag: tuple(self.tagged.get(tag, ())) for tag in tags}

    def recorded_at(self, index: int) -> datetime | None:
        return self.records[index].recorded_at if index < len(self.records) else None

    def take(self, draft: Mapping[str, Any]) -> tuple[str, ...]:
        """Decide an act and take it in; returns the codes of its defects. Raises CustodyError."""
        act = self._act(draft)
        facts, now = gather(act, self), act.occurred_at + timedelta(minutes=1)
        decision = decide(act, facts, self.policy, now)
        recorded = Recorded(len(self.records), now, act, decision.defects)
        self.records.append(recorded)
        for tag in tags_of(act, facts, decision.defects):
            self.tagged.setdefault(tag, []).append(recorded)
        return tuple(each.code for each in decision.defects)

    def _act(self, draft: Mapping[str, Any]) -> Act:
        number = len(self.records)
        return prepare(
            draft,
            act_id=new_act_id(1_760_000_000_000 + number, number.to_bytes(10, "big")),
            ledger=_ORIGIN,
            seen={"size": number, "root": encode(EMPTY_ROOT)},
            keys={str(each["person"]): _key_id(str(each["person"])) for each in draft["signers"]},
            salts=lambda: bytes(32),
        ).act


def run_case(path: Path, policy: Policy) -> CaseResult:
    """Try one case under a policy. Raises Malformed for a file that is no case, or whose earlier acts do not hold."""
    try:
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        zh, en, expected, acts = case["zh"], case["en"], case["expect"], case["act"]
        drafts = [example(each["act"]) | each for each in acts]
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed("malformed/rule-case", f"{path.name} is no case of a rule: {error}.", file=path.name) from None
    world = _World(policy)
    for draft in _settled(policy):
        world.take(draft)
    for number, draft in enumerate(drafts[:-1], 1):
        try:
            world.take(draft)
        except CustodyError as error:
            reason = f"act {number} is not accepted itself ({error.code})"
            raise Malformed(
                "malformed/rule-case", f"{path.name} is no case of a rule: {reason}.", file=path.name
            ) from None
    try:
        found = world.take(drafts[-1])
    except Refused as error:
        found = tuple(each["code"].removeprefix("refused/") for each in ({"code": error.code}, *error.fields["also"]))
    except CustodyError as error:
        found = (error.code,)
    return CaseResult(path.name, zh, en, expected, found)


def run_cases(folder: Path, policy: Policy) -> list[CaseResult]:
    """Try every case of a folder, by name. Raises NotFound if there is none, Malformed for one that cannot be read."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise NotFound("not-found/rule-cases", "There are no cases in this folder.", folder=str(folder))
    return [run_case(each, policy) for each in files]


def _settled(policy: Policy) -> list[dict[str, Any]]:
    """The acts that found the built-in world."""
    drafts = [_genesis(policy), *(_agency(agency, admin) for agency, admin in list(_ADMIN.items())[1:])]
    drafts += [
        example("place") | {"place": place, "parent": None, "class": kind} for place, kind in _PLACES.items()
    ]  # fmt: skip
    for person, capacity in _PEOPLE.items():
        drafts += _enrolled(person, capacity)
    return drafts + [example("case-opening") | {"case": case} for case in _CASES]


def _genesis(policy: Policy) -> dict[str, Any]:
    draft = example("genesis")
    draft["administrator"]["public_key"] = _public("psb-admin")
    return draft | {"jurisdiction": policy.jurisdiction, "policy": policy.id}


def _agency(agency: str, admin: str) -> dict[str, Any]:
    draft = example("agency")
    draft["administrator"] |= {"public_key": _public(admin), "person": admin}
    draft["signers"][1]["person"] = admin
    kind = "lab" if agency.startswith("lab") else "custodian-contractor"
    return draft | {"agency": agency, "kind": kind}


def _enrolled(person: str, capacity: str) -> list[dict[str, Any]]:
    agency = {"cen": "cen-jiangzhou", "lab": "lab-jiangzhou"}.get(person[:3], "psb-yunling")
    admin = {"part": "administrator", "person": _ADMIN[agency]}
    signers = [admin, {"part": "subject", "person": person}]
    signers += [{"part": "confirmer", "person": "psb-0077"}] if person != "psb-0077" else []
    enrolment = example("enrolment") | {"person": person, "agency": agency, "public_key": _public(person)}
    grant = example("person") | {"person": person, "add": [{"capacity": capacity, "licence": "110-2026-31"}]}
    places = list(_PLACES) if capacity == "custodian" else []
    return [enrolment | {"signers": signers}, grant | {"signers": [admin], "places_added": places}]


def _private(person: str) -> Ed25519PrivateKey:
    """A key that everybody can make: nothing here is ever signed with it."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(person.encode()).digest())


def _public(person: str) -> str:
    return encode(public_bytes(_private(person)))


def _key_id(person: str) -> str:
    return key_id_of(public_bytes(_private(person)))
