"""Who plays: agencies, people and places of the demonstration. All of them are fictional."""

from __future__ import annotations

from typing import Final

from custody_api.demo.office import Office

AGENCIES: Final = {
    "cen-jiangzhou": ("custodian-contractor", "江州市涉案财物集中保管中心"),
    "lab-jiangzhou": ("lab", "江州市公安局物证鉴定所"),
    "lab-second": ("lab", "江州司法鉴定中心"),
    "pro-yunling": ("procuratorate", "云岭区人民检察院"),
    "crt-yunling": ("court", "云岭区人民法院"),
    "aud-yunling": ("audit", "云岭区审计局"),
}

PEOPLE: Final = {
    "psb-0077": ("高岚", "psb-yunling", ("legal-reviewer",)),
    "psb-0211": ("周远", "psb-yunling", ("officer",)),
    "psb-0347": ("何苗", "psb-yunling", ("officer", "custodian")),
    "psb-0102": ("刘振", "psb-yunling", ("approver-1",)),
    "psb-0005": ("沈建国", "psb-yunling", ("approver-2",)),
    "med-301": ("唐敏", "psb-yunling", ("medic",)),
    "cen-01": ("梁静", "cen-jiangzhou", ("custodian",)),
    "cen-02": ("郑宏", "cen-jiangzhou", ("custodian",)),
    "lab-07": ("顾宁", "lab-jiangzhou", ("examiner",)),
    "pro-11": ("江采", "pro-yunling", ("prosecutor",)),
    "crt-21": ("钱衡", "crt-yunling", ("judge",)),
    "aud-01": ("何清", "aud-yunling", ("auditor",)),
}

PLACES: Final = {
    "hall": ("2号库", "cen-jiangzhou", "general", False),
    "digital": ("电子物证库", "cen-jiangzhou", "digital", False),
    "cold": ("冷藏 CR-02/14", "cen-jiangzhou", "cold", False),
    "yard": ("车场 Y-07", "cen-jiangzhou", "vehicle-yard", False),
    "safe": ("贵重物品库 V-03", "cen-jiangzhou", "valuables", True),
    "station": ("云岭分局保管室", "psb-yunling", "cold", False),
    "lab": ("血液乙醇检测实验室", "lab-jiangzhou", "laboratory", False),
}


def admin_of(agency: str) -> str:
    """The administrator of an agency."""
    return "psb-admin" if agency == "psb-yunling" else f"{agency}-admin"


def register(office: Office) -> dict[str, str]:
    """Register agencies, places and people, each key confirmed; returns place ids by their short names."""
    for agency, (kind, name) in AGENCIES.items():
        _agency(office, agency, kind, name)
    places = {name: _place(office, *fields) for name, fields in PLACES.items()}
    for person, (name, agency, capacities) in PEOPLE.items():
        _enrol(office, person, name, agency)
        kept = [places[place] for place, (_, house, *_) in PLACES.items() if house == agency]
        _grant(office, person, agency, capacities, kept)
    return places


def _agency(office: Office, agency: str, kind: str, name: str) -> None:
    administrator = admin_of(agency)
    office.act(
        {
            "act": "agency", "agency": agency, "kind": kind, "name": name, "parent": "psb-yunling",
            "valid_from": "2026-01-01", "valid_to": None, "successor": None,
            "administrator": {
                "person": administrator, "name": {"disclose": f"{name}管理员"},
                "public_key": office.new_key(administrator), "kind": "file",
            },
            "signers": [
                {"part": "administrator", "person": "psb-admin"},
                {"part": "new-administrator", "person": administrator},
            ],
        }
    )  # fmt: skip


def _place(office: Office, name: str, agency: str, place_class: str, dual_control: bool) -> str:
    place = office.code("place")[:16]
    office.act(
        {
            "act": "place", "place": place, "name": name, "parent": None, "agency": agency, "class": place_class,
            "dual_control": dual_control, "temperature": {"min": "2", "max": "8"} if place_class == "cold" else None,
            "cameras": [f"{name} 全景"], "signers": [{"part": "administrator", "person": admin_of(agency)}],
        }
    )  # fmt: skip
    return place


def _enrol(office: Office, person: str, name: str, agency: str) -> None:
    confirmer = [] if person == "psb-0077" else [{"part": "confirmer", "person": "psb-0077"}]
    office.act(
        {
            "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
            "public_key": office.new_key(person), "kind": "file", "evidence": "工作证与本人当面核对一致",
            "signers": [
                {"part": "administrator", "person": admin_of(agency)},
                {"part": "subject", "person": person},
                *confirmer,
            ],
        }
    )  # fmt: skip


def _grant(office: Office, person: str, agency: str, capacities: tuple[str, ...], places: list[str]) -> None:
    keeps = {"custodian", "examiner"} & set(capacities)
    licences = {"medic": "110-2026-0301", "examiner": "鉴 2026-07"}
    office.act(
        {
            "act": "person", "person": person,
            "add": [{"capacity": each, "licence": licences.get(each)} for each in capacities], "end": [],
            "places_added": places if keeps else [], "places_ended": [], "unit": None, "left": False,
            "signers": [{"part": "administrator", "person": admin_of(agency)}],
        }
    )  # fmt: skip
