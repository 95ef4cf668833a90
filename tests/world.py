"""A little world for stories: a ledger with agencies, people, keys and places, and a verb for every act.

All names are fictional. People are called by a short name (``"周远"``); their keys never leave this module.
"""

from __future__ import annotations

import copy
import itertools
import os
import random
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody import keyfile, label
from custody.acts.counting import list_draft
from custody.acts.values import encode
from custody.authoring import Prepared, new_act_id, prepare
from custody.ledger.engine import open_engine
from custody.ledger.founding import found_ledger
from custody.ledger.ledger import Ledger, Receipt
from custody.ledger.opening import Disclosure
from custody.ledger.policies import Policies, shipped_policy
from custody.signing import PrivateKey, key_id_of, public_bytes
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Signer
from custody_migrations import migrate
from world_control import ControlVerbs

ORIGIN = "custody.example/yunling"
CST = timezone(timedelta(hours=8))
START = datetime(2026, 3, 12, 8, 0, tzinfo=CST)

PEOPLE = {
    # name: (id, agency, capacities)
    "周远": ("psb-0211", "psb-yunling", ["officer"]),
    "何苗": ("psb-0347", "psb-yunling", ["officer"]),
    "孙凯": ("psb-aux-12", "psb-yunling", ["auxiliary"]),
    "刘振": ("psb-0102", "psb-yunling", ["approver-1"]),
    "沈建国": ("psb-0005", "psb-yunling", ["approver-2"]),
    "高岚": ("psb-0077", "psb-yunling", ["legal-reviewer"]),
    "唐敏": ("med-301", "psb-yunling", ["medic"]),
    "江监督": ("psb-0900", "psb-yunling", ["supervisor"]),
    "梁静": ("cen-01", "center", ["custodian"]),
    "郑宏": ("cen-02", "center", ["custodian"]),
    "顾宁": ("lab1-07", "lab-1", ["examiner"]),
    "白薇": ("lab2-03", "lab-2", ["examiner"]),
    "江检": ("pro-11", "pro-yunling", ["prosecutor"]),
    "钱法官": ("crt-21", "crt-yunling", ["judge"]),
    "审计员": ("aud-01", "aud-yunling", ["auditor"]),
}

PLACES = {
    # name: (agency, class, dual control)
    "大库": ("center", "general", False),
    "冷藏": ("center", "cold", False),
    "车场": ("center", "vehicle-yard", False),
    "贵重": ("center", "valuables", True),
    "毒品库": ("center", "drugs", True),
    "一所实验室": ("lab-1", "laboratory", False),
    "二所实验室": ("lab-2", "laboratory", False),
}

DETAILS: dict[str, dict[str, Any]] = {
    "vehicle": {"make": "大众", "model": "帕萨特", "vin": {"disclose": "LSVAA49J132047731"}, "plate": None,
                "colour": "白", "odometer_km": 18_840},
    "drugs": {"packages": 1, "scale": "ZC-11", "certificate": "检定〔2025〕118号"},
    "weapon": {"type": "仿制式手枪", "calibre": None, "rounds": 0},
    "funds": {"institution": "云岭农商银行", "account": {"disclose": "6217000000000000"}},
    "effects": {"owner": {"disclose": "陈某某"}},
}  # fmt: skip
"""What a list says of things of a kind, where a story says nothing else."""

AGENCIES = {
    "center": ("custodian-contractor", "江州市涉案财物集中保管中心"),
    "lab-1": ("lab", "江州市公安局物证鉴定所"),
    "lab-2": ("lab", "江州司法鉴定中心"),
    "pro-yunling": ("procuratorate", "云岭区人民检察院"),
    "crt-yunling": ("court", "云岭区人民法院"),
}

AUDIT = {"aud-yunling": ("audit", "云岭区审计局")}
"""Not there from the beginning: few stories need it (`World.is_audited`)."""


def disclosed(prepared: Prepared) -> tuple[Disclosure, ...]:
    """What travels beside a prepared act."""
    return tuple(Disclosure(each.salt, each.value) for each in prepared.disclosures)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)

    def forward(self, **delta: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**delta)
        return self.now


class World(ControlVerbs):
    """A founded ledger and everybody in it."""

    def __init__(self, url: str, seed: int = 0, jurisdiction: str = "cn", begins: datetime = START) -> None:
        self.jurisdiction = jurisdiction
        self.random = random.Random(seed)
        self.refusing = False
        """Whether a story waits for a refusal, before which nothing else may be recorded."""
        self.clock = Clock(begins)
        self.keys: dict[str, PrivateKey] = {}
        self.ring: dict[str, PrivateKey] = {}
        """Every key that was ever made, by its id: whoever lost a key may still hold it."""
        self.signed = b""
        """The envelope that was submitted last."""
        self.places: dict[str, str] = {}
        self.seals = itertools.count(880_000)
        self.url = url
        self.log_key = Signer(ORIGIN, Ed25519PrivateKey.generate())
        self.journal_key = Signer(f"{ORIGIN}/journal", Ed25519PrivateKey.generate())
        migrate(url)
        self.engine = open_engine(url)
        self.ledger = self._found()
        self._people_and_places()

    def twin(self, url: str) -> World:
        """The same world going on in a copy of its SQLite file, so that not every story begins with genesis."""
        other = copy.copy(self)
        source, target = (sqlite3.connect(each.removeprefix("sqlite:///")) for each in (self.url, url))
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        other.url = url
        other.random = random.Random(1)
        other.clock = Clock(self.clock.now)
        other.keys, other.ring, other.places = dict(self.keys), dict(self.ring), dict(self.places)
        other.seals = itertools.count(880_000)
        other.engine = open_engine(url)
        other.ledger = other.opened_again()
        return other

    def opened_again(self, policies: Policies | None = None) -> Ledger:
        """The same database opened once more, as another process would, or another version with other rule data."""
        return Ledger(self.engine, self.log_key, self.journal_key, clock=self.clock, policies=policies)

    def close(self) -> None:
        """Let go of the ledger and its database."""
        self.ledger.close()
        self.engine.dispose()

    # -- signing and submitting

    def id_of(self, name: str) -> str:
        """The person id behind a short name; ids pass through."""
        return PEOPLE[name][0] if name in PEOPLE else name

    def key_of(self, name: str) -> PrivateKey:
        """The signing key of a person."""
        return self.keys[self.id_of(name)]

    def prepare(self, draft: dict[str, Any], ledger: Ledger | None = None, **header: Any) -> Prepared:
        """Complete a draft against the newest checkpoint; ``header`` overrides what it would complete."""
        seen = {"size": 0, "root": encode(EMPTY_ROOT)}
        if ledger := ledger or getattr(self, "ledger", None):
            head = ledger.recorder.head()
            seen = {"size": head.size, "root": encode(head.root)}
        body = {"occurred_at": self.clock.now.isoformat(), **draft, **header}
        milliseconds = int(self.clock.now.timestamp() * 1000)
        return prepare(
            body,
            act_id=new_act_id(milliseconds, self.random.randbytes(10)),
            ledger=ORIGIN,
            seen=seen,
            keys={person: key_id_of(public_bytes(key)) for person, key in self.keys.items()},
            salts=lambda: os.urandom(32),
        )

    def sign(self, prepared: Prepared) -> bytes:
        """Sign with the keys of all named signers."""
        return prepared.signed([self.ring[signer.key] for signer in prepared.act.signers])

    def act(self, draft: dict[str, Any], **header: Any) -> Receipt:
        """Complete, sign and submit a draft; a minute passes."""
        prepared = self.prepare(draft, **header)
        self.signed = self.sign(prepared)
        receipt = self.ledger.submit(self.signed, disclosed(prepared))
        self.clock.forward(minutes=1)
        return receipt

    def code(self, kind: str = "item") -> str:
        """A fresh label code."""
        return label.make(kind, self.random.randbytes(9))

    def seal(self) -> str:
        """A fresh seal number."""
        return f"F-{next(self.seals)}"

    def signers(self, **parts: str | list[str]) -> list[dict[str, str]]:
        """``signers(officer="周远", second=["何苗"])`` as an act writes it."""
        return [
            {"part": part.replace("_", "-"), "person": self.id_of(name)}
            for part, names in parts.items()
            for name in ([names] if isinstance(names, str) else names)
        ]

    # -- founding

    def new_key(self, person: str) -> str:
        """A fresh key for a person; returns the public key as an act writes it."""
        key = keyfile.generate("ed25519" if len(self.keys) % 3 else "p256")
        self.keys[person] = key
        self.ring[key_id_of(public_bytes(key))] = key
        return encode(public_bytes(key))

    def key_id(self, name: str) -> str:
        """The id of the key that a person signs with."""
        return key_id_of(public_bytes(self.key_of(name)))

    def _found(self) -> Ledger:
        public = self.new_key("psb-admin")
        prepared = self.prepare(
            {
                "act": "genesis",
                "signers": [{"part": "administrator", "person": "psb-admin"}],
                "origin": ORIGIN,
                "jurisdiction": self.jurisdiction,
                "log_keys": [str(self.log_key.verifier)],
                "journal_key": str(self.journal_key.verifier),
                "policy": shipped_policy(self.jurisdiction).id,
                "first_agency": {"agency": "psb-yunling", "kind": "police", "name": "江州市公安局云岭分局"},
                "administrator": {
                    "person": "psb-admin", "name": {"disclose": "韩管理"}, "public_key": public, "kind": "file",
                },
            }
        )  # fmt: skip
        return found_ledger(
            self.engine, self.sign(prepared),
            disclosed(prepared),
            self.log_key, self.journal_key, clock=self.clock,
        )  # fmt: skip

    def _people_and_places(self) -> None:
        self._agencies(AGENCIES)
        for name, (agency, place_class, dual) in PLACES.items():
            self.place(name, agency, place_class, dual)
        for name in ("高岚", *(each for each in PEOPLE if each != "高岚" and PEOPLE[each][1] not in AUDIT)):
            self.enrol(name)

    def is_audited(self) -> None:
        """An audit office joins, with an auditor."""
        self._agencies(AUDIT)
        self.enrol("审计员")

    def _agencies(self, agencies: dict[str, tuple[str, str]]) -> None:
        for agency, (kind, name) in agencies.items():
            administrator = f"{agency}-admin"
            public = self.new_key(administrator)
            self.act(
                {
                    "act": "agency", "agency": agency, "kind": kind, "name": name, "parent": "psb-yunling",
                    "valid_from": "2019-01-01", "valid_to": None, "successor": None,
                    "administrator": {
                        "person": administrator, "name": {"disclose": f"{agency}管理员"}, "public_key": public,
                        "kind": "file",
                    },
                    "signers": [
                        {"part": "administrator", "person": "psb-admin"},
                        {"part": "new-administrator", "person": administrator},
                    ],
                }
            )  # fmt: skip

    def admin_of(self, agency: str) -> str:
        """The administrator of an agency."""
        return "psb-admin" if agency == "psb-yunling" else f"{agency}-admin"

    def place(self, name: str, agency: str, place_class: str, dual: bool = False, parent: str | None = None) -> None:
        """Register a place under a short name."""
        self.places[name] = self.places.get(name) or self.code("place")[:16]
        self.act(
            {
                "act": "place", "place": self.places[name], "name": name, "parent": parent, "agency": agency,
                "class": place_class, "dual_control": dual, "temperature": None, "cameras": [],
                "signers": [{"part": "administrator", "person": self.admin_of(agency)}],
            }
        )  # fmt: skip

    def enrol(self, name: str) -> None:
        """Enrol a person's first key, then give the capacities and places."""
        person, agency, capacities = PEOPLE[name]
        public = self.new_key(person)
        admin = self.admin_of(agency)
        confirm = {"confirmer": "高岚"} if name != "高岚" else {}
        self.act(
            {
                "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name},
                "agency": agency, "public_key": public, "kind": "file", "evidence": "工作证核验",
                "signers": self.signers(administrator=admin, subject=person, **confirm),
            }
        )  # fmt: skip
        grants = [{"capacity": each, "licence": "110-2026-31"} for each in capacities]
        places = [self.places[each] for each, (house, *_) in PLACES.items() if house == agency]
        keeps = {"custodian", "examiner"} & set(capacities)
        self.act(
            {
                "act": "person", "person": person, "add": grants, "end": [],
                "places_added": places if keeps else [], "places_ended": [], "unit": None, "left": False,
                "signers": self.signers(administrator=admin),
            }
        )  # fmt: skip

    # -- the verbs of a story

    def case_number(self) -> str:
        """A case number that nothing in this world bears."""
        return f"云公(刑)诈〔2026〕{next(self.seals)}"

    def opens_case(self, officer: str = "周远", case: str = "云公(刑)诈〔2026〕0520", **fields: Any) -> str:
        """Open a case; returns its reference."""
        self.act(
            {
                "act": "case-opening", "case": case, "kind": "criminal", "lead": "psb-yunling",
                "officers": [self.id_of(officer)], "legal_reviewer": self.id_of("高岚"), "incident": None,
                "intake": None, "minor": False, "signers": self.signers(officer=officer), **fields,
            }
        )  # fmt: skip
        return case

    def item(self, **fields: Any) -> dict[str, Any]:
        """One line of a seizure list with a fresh code, and what a list says of a thing of its kind."""
        if fields.get("category") in DETAILS and "details" not in fields:
            fields["details"] = {"kind": fields["category"], **DETAILS[fields["category"]]}
            if fields["category"] == "drugs":
                weight = {"net": fields.get("quantity", "1"), "gross": fields.get("quantity", "1")}
                fields["details"] |= {**weight, "unit": fields.get("unit", "部")}
        return {
            "code": self.code(), "category": "general", "description": "手机", "quantity": "1", "unit": "部",
            "features": None, "serial": None, "source": "当事人处", "estimated_value": None, "evidential": True,
            "hazard": None, "seal": self.seal(), **fields,
        }  # fmt: skip

    def witness(self) -> dict[str, Any]:
        """An attesting witness on paper."""
        return {
            "part": "witness", "name": {"disclose": "见证人岩某"}, "kind": "handwritten",
            "document": {"disclose": "居民身份证 530000198001010011"}, "contact": {"disclose": "13900000000"},
        }  # fmt: skip

    def holder(self) -> dict[str, Any]:
        """Who held what is seized, and signed the list."""
        return {"part": "holder", "name": {"disclose": "持有人郭某"}, "kind": "handwritten"}

    def seizure(self, case: str, items: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        """The draft of a seizure by two officers, with a witness, whose list the holder signed."""
        return {
            "act": "seizure", "case": case, "measure": "seized", "where": "云岭区青石路", "authority": "decision",
            "instrument": "云公扣字〔2026〕12号", "controlled_site": False, "items": items,
            "attestations": [self.witness(), self.holder()],
            "signers": self.signers(officer="周远", second="何苗"), **fields,
        }  # fmt: skip

    def seizes(self, case: str, *items: dict[str, Any], **fields: Any) -> list[str]:
        """Seize items; returns their ids."""
        lines = list(items) or [self.item()]
        self.act(self.seizure(case, lines, **fields))
        return [each["code"][:16] for each in lines]

    def lines(self, items: list[str], seen: str | None = None, **fields: Any) -> list[dict[str, Any]]:
        """Lines for items, with the seal that is on each unless another is seen."""
        found = []
        for item in items:
            known = self.facts(item)
            on_it = known.seal if known and known.seal else "none"
            found.append({"item": item, "condition": "完好", "seal_seen": seen or on_it, **fields})
        return found

    def facts(self, item: str) -> Any:
        """What the ledger knows of an item now."""
        from custody.facts.kinds import Need

        self.ledger.memory.catch_up()
        return self.ledger.memory.fold([Need("item", item)])[Need("item", item)]

    def checks_in(
        self, items: list[str], place: str = "大库", by: str = "周远", to: str | list[str] = "梁静", **fields: Any
    ) -> Receipt:
        """Check items in."""
        return self.act(
            {
                "act": "check-in", "lines": fields.pop("lines", None) or self.lines(items),
                "place": self.places[place], "signers": self.signers(deliverer=by, custodian=to), **fields,
            }
        )  # fmt: skip

    def relocates(self, items: list[str], to: str, by: str | list[str] = "梁静", **fields: Any) -> Receipt:
        """Move items to another place."""
        return self.act(
            {
                "act": "relocation", "lines": self.lines(items), "to": self.places[to], "reason": "调整库位",
                "signers": self.signers(custodian=by), **fields,
            }
        )  # fmt: skip

    def seals_up(self, *packages: list[str], numbers: list[str] | None = None, by: str = "周远") -> list[str]:
        """Put a seal on each package; returns the numbers."""
        numbers = numbers or [self.seal() for _ in packages]
        self.act(
            {
                "act": "sealing", "signers": self.signers(sealer=by),
                "seals": [
                    {"items": items, "number": number, "packaging": "物证封装袋", "photos": []}
                    for items, number in zip(packages, numbers, strict=True)
                ],
            }
        )  # fmt: skip
        return numbers

    def opens(self, items: list[str], number: str, **fields: Any) -> Receipt:
        """Two persons open a seal: one of them has the items."""
        opener = self._at_hand(items[0])
        return self.act(
            {
                "act": "unsealing", "seals": [{"items": items, "number": number}], "reason": "检验",
                "condition": "完好", "signers": self.signers(opener=opener, second="何苗"), **fields,
            }
        )  # fmt: skip

    def _at_hand(self, item: str) -> str:
        holder = self.facts(item).holder
        return "梁静" if holder and holder.kind == "place" else "周远"

    def labels(self, item: str, by: str | None = None, **fields: Any) -> str:
        """Put a fresh label on an item in place of the one in force, by who has it; returns the new code."""
        by = by or self._at_hand(item)
        draft = {
            "act": "labelling", "item": item, "code": self.code(), "retired": self.facts(item).code,
            "reason": "damaged", "signers": self.signers(labeller=by), **fields,
        }  # fmt: skip
        self.act(draft)
        return str(draft["code"])

    def names_policy(self, policy: str, **fields: Any) -> Receipt:
        """Put rule data in force, from now on unless said otherwise."""
        return self.act(
            {
                "act": "policy", "policy": policy, "valid_from": self.clock.now.isoformat(),
                "signers": self.signers(administrator="psb-admin", legal_reviewer="高岚"), **fields,
            }
        )  # fmt: skip

    def rotates(self, added: list[str], ended: list[str], **fields: Any) -> Receipt:
        """Add and end keys of the log."""
        return self.act(
            {
                "act": "log-key", "added": added, "ended": ended, "reason": "服务器更换",
                "signers": self.signers(administrator="psb-admin", supervisor="江监督"), **fields,
            }
        )  # fmt: skip

    def notes(self, case: str, fact: str, items: list[str] | None = None, **fields: Any) -> Receipt:
        """Note a fact that moves a clock."""
        return self.act(
            {
                "act": "noted", "case": case, "fact": fact, "items": items or [], "statement": None,
                "signers": self.signers(noter="周远"), **fields,
            }
        )  # fmt: skip

    def holds(self, case: str, items: list[str] | None = None, by: str = "高岚", **fields: Any) -> str:
        """Place a hold; returns its act."""
        return self.act(
            {
                "act": "hold", "case": case, "action": "place", "hold": None, "items": items or [],
                "reason": "complaint", "statement": None, "signers": self.signers(placer=by), **fields,
            }
        ).act  # fmt: skip

    def lifts(self, hold: str, case: str, items: list[str] | None = None, by: str = "高岚") -> Receipt:
        """Lift a hold."""
        return self.act(
            {
                "act": "hold", "case": case, "action": "lift", "hold": hold, "items": items or [],
                "reason": "complaint", "statement": None, "signers": self.signers(placer=by),
            }
        )  # fmt: skip

    def corrects(
        self, target: str, *changes: dict[str, Any], author: str = "梁静", approver: str = "高岚", **fields: Any
    ) -> Receipt:
        """Correct a recorded act."""
        return self.act(
            {
                "act": "correction", "target": target, "changes": list(changes), "reason": "登记有误",
                "evidence": [], "signers": self.signers(author=author, approver=approver), **fields,
            }
        )  # fmt: skip

    def remedies(self, defect: str, action: str, by: str, **fields: Any) -> Receipt:
        """Explain, accept, confirm or contest."""
        return self.act(
            {
                "act": "remedy", "defect": defect, "action": action, "statement": "情况说明",
                "signers": self.signers(signer=by), **fields,
            }
        )  # fmt: skip

    def changes(self, name: str, **fields: Any) -> Receipt:
        """Change what a person may do; the administrator of the agency signs."""
        return self.act(
            {
                "act": "person", "person": self.id_of(name), "add": [], "end": [], "places_added": [],
                "places_ended": [], "unit": None, "left": False,
                "signers": self.signers(administrator=self.admin_of(PEOPLE[name][1])), **fields,
            }
        )  # fmt: skip

    def adds_key(self, name: str, confirmer: str | None = "高岚", **fields: Any) -> Receipt:
        """Enrol one more key of a person, who signs with it from then on.

        The confirmer signs with the key in use so far.
        """
        person, agency, _ = PEOPLE[name]
        confirming = self.id_of(confirmer or "")
        before = self.key_id(confirmer) if confirmer else ""
        public = self.new_key(person)
        signers = self.signers(administrator=self.admin_of(agency), subject=person)
        signers += [{"part": "confirmer", "person": confirming, "key": before}] if confirmer else []
        return self.act(
            {
                "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name},
                "agency": agency, "public_key": public, "kind": "file", "evidence": "工作证核验",
                "signers": signers, **fields,
            }
        )  # fmt: skip

    def revokes(self, name: str, since: datetime | None = None, **fields: Any) -> Receipt:
        """Revoke the key that a person signs with; the administrator signs."""
        return self.act(
            {
                "act": "revocation", "person": self.id_of(name), "key": self.key_id(name),
                "reason": "compromised" if since else "lost", "since": since.isoformat() if since else None,
                "signers": self.signers(administrator=self.admin_of(PEOPLE[name][1])), **fields,
            }
        )  # fmt: skip

    def lists(self, items: list[str]) -> dict[str, Any]:
        """A list of items as a stock-take writes it."""
        return list_draft(items)

    def opens_stock_take(self, *places: str, book: list[str], by: str | list[str] = "", **fields: Any) -> str:
        """Open a stock-take of places; returns the act."""
        return self.act(
            {
                "act": "stock-take", "step": "opened", "opening": None,
                "places": [self.places[each] for each in places],
                "draw": None, "book": self.lists(book), "scans": None, "verdicts": None, "missing": [],
                "misplaced": [], "conclusion": None, "signers": self.signers(counter=by or ["梁静", "江监督"]),
                **fields,
            }
        ).act  # fmt: skip

    def counts(
        self, opening: str, *places: str, book: list[str], scanned: list[str], by: str | list[str] = "",
        unknown: int = 0, **fields: Any,
    ) -> Receipt:  # fmt: skip
        """Count places in which each of ``scanned`` was found; all of them should lie in ``book``."""
        right = set(book) & set(scanned)
        return self.act(
            {
                "act": "stock-take", "step": "counted", "opening": opening,
                "places": [self.places[each] for each in places], "draw": None, "book": self.lists(book),
                "scans": self.lists(list(right)), "missing": sorted(set(book) - right), "misplaced": [],
                "verdicts": {
                    "right_place": len(right), "wrong_place": 0, "unknown_code": unknown, "already_scanned": 0,
                    "belongs_elsewhere": 0,
                },
                "conclusion": None, "signers": self.signers(counter=by or ["梁静", "江监督"]), **fields,
            }
        )  # fmt: skip

    def closes_stock_take(self, opening: str, **fields: Any) -> Receipt:
        """Close a stock-take before a supervisor."""
        return self.act(
            {
                "act": "stock-take", "step": "closed", "opening": opening, "places": [], "draw": None, "book": None,
                "scans": None, "verdicts": None, "missing": [], "misplaced": [], "conclusion": "差异已说明",
                "signers": self.signers(counter=["梁静", "江监督"], supervisor="高岚"), **fields,
            }
        )  # fmt: skip

    def transfers(self, items: list[str], giver: str, taker: str, **fields: Any) -> Receipt:
        """Hand items over from one person to another."""
        return self.act(
            {
                "act": "transfer", "lines": self.lines(items), "from": {"person": self.id_of(giver)},
                "to": {"person": self.id_of(taker)}, "purpose": "交接",
                "signers": self.signers(deliverer=giver, receiver=taker), **fields,
            }
        )  # fmt: skip

    def lends(self, items: list[str], borrower: str = "周远", hours: int = 24, **fields: Any) -> Receipt:
        """Check items out on an approved loan."""
        return self.act(
            {
                "act": "check-out", "lines": self.lines(items), "borrower": self.id_of(borrower),
                "purpose": "examination", "due": (self.clock.now + timedelta(hours=hours)).isoformat(),
                "signers": self.signers(custodian="梁静", borrower=borrower, approver="刘振"), **fields,
            }
        )  # fmt: skip

    def returns(self, items: list[str], borrower: str = "周远", seen: str | None = None, **fields: Any) -> Receipt:
        """Bring a loan back."""
        return self.act(
            {
                "act": "return", "lines": self.lines(items, seen), "place": self.places["大库"], "difference": None,
                "signers": self.signers(borrower=borrower, custodian="梁静"), **fields,
            }
        )  # fmt: skip

    def draw(self, case: str, **fields: Any) -> dict[str, Any]:
        """The draft of a sound blood draw with two tubes."""
        tube = {"volume_ml": "3.0", "lot": "25K118", "expiry": "2026-11-30",
                "sealed_at": self.clock.now.isoformat()}  # fmt: skip
        return {
            "act": "blood-draw",
            "case": case,
            "kit": self.code("kit")[:16],
            "subject": {"disclose": "陈某某"},
            "site": "左肘静脉",
            "disinfectant": {"name": "聚维酮碘", "alcohol_free": True},
            "anticoagulant": "草酸钾/氟化钠",
            "recording": "云A-2241",
            "family_notice": {"given": True, "statement": "22:36 电话通知"},
            "tubes": [
                {"code": self.code(), "designation": "A", "purpose": "test", "seal": self.seal(), **tube},
                {"code": self.code(), "designation": "B", "purpose": "reserve", "seal": self.seal(), **tube},
            ],
            "attestations": [{"part": "subject", "name": {"disclose": "陈某某"}, "kind": "fingerprint"}],
            "signers": self.signers(medic="唐敏", officer="周远", second="何苗"),
            **fields,
        }

    def draws(self, case: str, **fields: Any) -> tuple[str, str]:
        """Draw blood; returns the ids of tube A and tube B."""
        draft = self.draw(case, **fields)
        self.act(draft)
        one, two = (tube["code"][:16] for tube in draft["tubes"])
        return one, two

    def dispatches(self, items: list[str], laboratory: str = "lab-1", **fields: Any) -> Receipt:
        """Send items to a laboratory straight from the officer's hands, with approval."""
        return self.act(
            {
                "act": "lab-dispatch", "lines": self.lines(items), "laboratory": laboratory,
                "request": "云公鉴聘字〔2026〕7号", "transport_temperature": {"min": "2", "max": "8"},
                "approved_for": "before-check-in", "signers": self.signers(officer="周远", approver="刘振"), **fields,
            }
        )  # fmt: skip

    def lab_receives(self, items: list[str], place: str = "一所实验室", by: str = "顾宁", **fields: Any) -> Receipt:
        """A laboratory takes items in."""
        return self.act(
            {
                "act": "lab-receipt", "lines": self.lines(items), "place": self.places[place],
                "acceptance": "2026-0312-88", "refusal": None,
                "signers": self.signers(examiner=by, deliverer="周远"), **fields,
            }
        )  # fmt: skip

    def releases(self, items: list[str], **fields: Any) -> Receipt:
        """Return items that are irrelevant to the case to their right-holder, approved and on a basis.

        That they are irrelevant is noted first, unless this is to be refused.
        """
        if fields.get("kind", "returned") == "returned" and "ordered_by" not in fields:
            fields = {"without_order": "irrelevant", **fields}
            if fields["without_order"] == "irrelevant" and not self.refusing:
                self.notes(self.facts(items[0]).case, "found-irrelevant", items, signers=self.signers(noter="何苗"))
        return self.act(
            {
                "act": "release", "lines": self.lines(items), "kind": "returned", "order": "云公发还字〔2026〕3号",
                "recipient": {
                    "name": {"disclose": "赵某"}, "capacity": "right-holder", "authorisation": None,
                    "authority_staff": False,
                },
                "destruction": None, "voucher": None, "reason": "查明与案件无关",
                "attestations": [{"part": "recipient", "name": {"disclose": "赵某"}, "kind": "handwritten"}],
                "signers": self.signers(holder="梁静", approver="沈建国"), **fields,
            }
        )  # fmt: skip
