"""An office that works by the command line alone: the real executable, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custody import keyfile, label
from custody.acts.values import encode
from custody.signing import public_bytes

EXECUTABLE = Path(sys.executable).with_name("custody")
ORIGIN = "custody.example/yunling"
CASE = "云公(交)刑受〔2026〕0312-07"

PEOPLE = {
    # id: (agency, capacity, name)
    "psb-0077": ("psb-yunling", "legal-reviewer", "高岚"),
    "psb-0211": ("psb-yunling", "officer", "周远"),
    "psb-0347": ("psb-yunling", "officer", "何苗"),
    "psb-0102": ("psb-yunling", "approver-1", "刘振"),
    "med-301": ("psb-yunling", "medic", "唐敏"),
    "cen-01": ("cen-jiangzhou", "custodian", "梁静"),
}
AGENCIES = {"cen-jiangzhou": "custodian-contractor", "lab-jiangzhou": "lab"}


@dataclass
class Office:
    """A folder with key files and a ledger; what every command printed is kept in ``said``."""

    folder: Path
    database: str = "ledger.db"
    said: list[str] = field(default_factory=list)
    public: dict[str, str] = field(default_factory=dict)
    store: str = field(default_factory=lambda: label.make("place", os.urandom(9))[:16])
    seals: int = 880_000

    def run(self, *arguments: object, lang: str = "en", given: str = "", **environment: str) -> Any:
        """Run ``custody`` with these arguments; returns the finished process with its text."""
        settings = {"PATH": os.environ["PATH"], "LANG": f"{lang}_XX.UTF-8", "CUSTODY_DATABASE": self.database,
                    "XDG_STATE_HOME": str(self.folder)}  # fmt: skip
        done = subprocess.run(
            [EXECUTABLE, *map(str, arguments)], cwd=self.folder, env={**settings, "PYTHONUTF8": "1", **environment},
            input=given, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        self.said += [done.stdout, done.stderr]
        assert "Traceback" not in done.stderr, done.stderr
        return done

    @contextmanager
    def served(self, *options: object) -> Iterator[str]:
        """Serve the ledger on a port that is free; gives the address."""
        with subprocess.Popen(
            [EXECUTABLE, "serve", "--database", self.database, "--port", "0", *map(str, options)], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
                assert address is not None, "the server did not start"
                yield address[0]
            finally:
                process.terminate()

    def json(self, *arguments: object, **more: str) -> Any:
        """Run a command that succeeds, and return what it printed as JSON."""
        done = self.run(*arguments, "--json", **more)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def keygen(self, person: str) -> str:
        """Make a key file, as ``custody keygen --no-passphrase`` does; returns the public key as an act writes it."""
        key = keyfile.generate()
        keyfile.write_key(self.folder / f"{person}.key", key, None)
        self.public[person] = encode(public_bytes(key))
        return self.public[person]

    def found(self) -> None:
        """Found the ledger."""
        self.keygen("psb-admin")
        founded = self.run(
            "init", "--origin", ORIGIN, "--jurisdiction", "cn", "--agency", "psb-yunling", "--admin", "psb-admin",
            "--key", "psb-admin.key", "--agency-name", "江州市公安局云岭分局", "--admin-name", "韩立",
            "--log-key", "ledger.db.key",
        )  # fmt: skip
        assert founded.returncode == 0, founded.stderr

    def file(self, name: str, *bodies: Any) -> str:
        """Write acts into a file: one as JSON, several as JSON Lines."""
        lines = [json.dumps(each, ensure_ascii=False, indent=None if len(bodies) > 1 else 2) for each in bodies]
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return name

    def act(self, *drafts: Any, options: tuple[object, ...] = (), **more: str) -> Any:
        """Sign drafts with the keys of everybody they name, and submit them."""
        people = dict.fromkeys(each["person"] for draft in drafts for each in draft["signers"])
        keys = [word for person in people for word in ("--key", f"{person}.key")]
        return self.run("act", self.file("acts.json", *drafts), *keys, *options, **more)

    def settle(self) -> None:
        """Register agencies, people and a place, in one go, and open a case."""
        for person in (*PEOPLE, *(f"{agency}-admin" for agency in AGENCIES)):
            self.keygen(person)
        drafts = [self.agency(name, kind) for name, kind in AGENCIES.items()]
        drafts.append(
            {
                "act": "place", "place": self.store, "name": "血样冷藏柜 CR-02", "parent": None,
                "agency": "cen-jiangzhou", "class": "cold", "dual_control": False,
                "temperature": {"min": "2", "max": "8"}, "cameras": [],
                "signers": signers(administrator="cen-jiangzhou-admin"),
            }
        )  # fmt: skip
        for person in PEOPLE:
            drafts += [self.enrolment(person), self.grant(person)]
        drafts.append(
            {
                "act": "case-opening", "case": CASE, "kind": "criminal", "lead": "psb-yunling",
                "officers": ["psb-0211", "psb-0347"], "legal_reviewer": "psb-0077", "incident": None, "intake": None,
                "minor": False, "signers": signers(officer="psb-0211"),
            }
        )  # fmt: skip
        done = self.act(*drafts)
        assert done.returncode == 0, done.stderr

    def agency(self, name: str, kind: str) -> dict[str, Any]:
        """The draft that registers an agency with its administrator."""
        admin = f"{name}-admin"
        key = {"person": admin, "name": {"disclose": "罗勤"}, "public_key": self.public[admin], "kind": "file"}
        return {
            "act": "agency", "agency": name, "kind": kind, "name": name, "parent": "psb-yunling",
            "valid_from": "2026-01-01", "valid_to": None, "successor": None, "administrator": key,
            "signers": signers(administrator="psb-admin", new_administrator=admin),
        }  # fmt: skip

    def enrolment(self, person: str) -> dict[str, Any]:
        """The draft that enrols a person's first key."""
        agency, _, name = PEOPLE[person]
        confirmer = {} if person == "psb-0077" else {"confirmer": "psb-0077"}
        return {
            "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
            "public_key": self.public[person], "kind": "file", "evidence": "工作证核验",
            "signers": signers(administrator=admin_of(agency), subject=person, **confirmer),
        }  # fmt: skip

    def grant(self, person: str) -> dict[str, Any]:
        """The draft that gives a person the capacity, and a custodian the place."""
        agency, capacity, _ = PEOPLE[person]
        return {
            "act": "person", "person": person, "add": [{"capacity": capacity, "licence": "110-2026-31"}], "end": [],
            "places_added": [self.store] if capacity == "custodian" else [], "places_ended": [], "unit": None,
            "left": False, "signers": signers(administrator=admin_of(agency)),
        }  # fmt: skip

    def draw(self) -> dict[str, Any]:
        """The draft of a blood draw with tubes A and B."""
        tubes = []
        for designation, purpose in (("A", "test"), ("B", "reserve")):
            self.seals += 1
            tubes.append({
                "code": label.make("item", os.urandom(9)), "designation": designation, "purpose": purpose,
                "volume_ml": "3.0", "lot": "25K118", "expiry": "2099-11-30", "seal": f"F-{self.seals}",
                "sealed_at": "2026-03-12T22:44:00+08:00",
            })  # fmt: skip
        return {
            "act": "blood-draw", "case": CASE, "kit": label.make("kit", os.urandom(9))[:16],
            "subject": {"disclose": "陈某某"}, "site": "左肘静脉",
            "disinfectant": {"name": "聚维酮碘", "alcohol_free": True}, "anticoagulant": "草酸钾/氟化钠",
            "tubes": tubes, "recording": "云A-2241", "family_notice": {"given": True, "statement": "电话通知"},
            "attestations": [{"part": "subject", "name": {"disclose": "陈某某"}, "kind": "fingerprint"}],
            "signers": signers(medic="med-301", officer="psb-0211", second="psb-0347"),
        }  # fmt: skip

    def check_in(self, *tubes: dict[str, Any]) -> dict[str, Any]:
        """The draft of a check-in of tubes by the officer."""
        return {
            "act": "check-in", "place": self.store, "lines": lines(*tubes),
            "signers": signers(deliverer="psb-0211", custodian="cen-01"),
        }  # fmt: skip

    def dispatch(self, tube: dict[str, Any]) -> dict[str, Any]:
        """The draft of a dispatch to the laboratory."""
        return {
            "act": "lab-dispatch", "laboratory": "lab-jiangzhou", "request": "云公鉴聘字〔2026〕7号",
            "transport_temperature": None, "approved_for": None, "lines": lines(tube),
            "signers": signers(officer="psb-0211", custodian="cen-01"),
        }  # fmt: skip


def admin_of(agency: str) -> str:
    """The administrator of an agency."""
    return "psb-admin" if agency == "psb-yunling" else f"{agency}-admin"


def signers(**parts: str) -> list[dict[str, str]]:
    """``signers(officer="psb-0211")`` as a draft writes it."""
    return [{"part": part.replace("_", "-"), "person": person} for part, person in parts.items()]


def lines(*tubes: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines for tubes under the seals of their draw."""
    return [{"item": tube["code"][:16], "condition": "完好", "seal_seen": tube["seal"]} for tube in tubes]
