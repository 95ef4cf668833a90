"""The day itself: a drunk driver's blood at night, a lorry-load of fraud evidence in the morning.

Each scene is a list of acts as the people concerned would sign them; what must not happen is tried and refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from custody_api.demo.office import Office
from custody_api.demo.shelf import labels_for, scanned

DRUNK = "云公(交)刑受〔2026〕0312-07"
FRAUD = "云公(刑)诈〔2026〕0520"

Say = Callable[[str], None]


@dataclass(slots=True)
class Day:
    """What the scenes share: the office, the places, what was taken, and what was refused."""

    office: Office
    places: dict[str, str]
    say: Say
    items: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def refused(self, what: str, draft: dict[str, Any]) -> None:
        """Try what must not be done and keep the rule that refused it."""
        error = self.office.refused(draft)
        self.refusals.append(f"{what} → {error.fields['rule']} {error.fields['zh']}")
        self.say(f"拒绝 refused: {self.refusals[-1]}")


def signers(**parts: str) -> list[dict[str, str]]:
    """``signers(officer="psb-0211")`` as an act writes it."""
    return [{"part": part, "person": person} for part, person in parts.items()]


def evidence(name: str, kind: str, media_type: str) -> dict[str, Any]:
    """An attachment by its hash; the file itself stays where it was recorded."""
    return {
        "sha256": sha256(name.encode()).hexdigest(), "media_type": media_type, "size_bytes": 1 << 20, "kind": kind,
        "captured_at": None,
    }  # fmt: skip


def open_case(day: Day, case: str, kind: str) -> None:
    """An officer opens a case."""
    day.office.act(
        {
            "act": "case-opening", "case": case, "kind": kind, "lead": "psb-yunling",
            "officers": ["psb-0211", "psb-0347"], "legal_reviewer": "psb-0077", "incident": "JQ-2026-031207",
            "intake": None, "minor": False, "signers": signers(officer="psb-0211"),
        }
    )  # fmt: skip


def seizure(case: str, items: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A seizure by two officers, with a witness and a recording, whose list the holder signed."""
    witness = {
        "part": "witness", "name": {"disclose": "岩某（村委会干部）"}, "kind": "handwritten",
        "document": {"disclose": "居民身份证 530000198001010011"}, "contact": {"disclose": "13900000000"},
    }  # fmt: skip
    holder = {"part": "holder", "name": {"disclose": "持有人郭某"}, "kind": "handwritten"}
    return {
        "act": "seizure", "case": case, "measure": "seized", "where": "江州市云岭区", "authority": "decision",
        "instrument": "云公扣字〔2026〕88号", "controlled_site": False, "items": items,
        "attestations": [witness, holder],
        "attachments": [evidence(f"{case} 执法记录仪", "recording", "video/mp4")],
        "signers": signers(officer="psb-0211", second="psb-0347"), **fields,
    }  # fmt: skip


def taken(code: str, category: str, description: str, unit: str, seal: str | None, **fields: Any) -> dict[str, Any]:
    """One line of a seizure list."""
    return {
        "code": code, "category": category, "description": description, "quantity": "1", "unit": unit,
        "features": None, "serial": None, "source": "当事人处", "estimated_value": None, "evidential": True,
        "hazard": None, "seal": seal, **fields,
    }  # fmt: skip


def check_in(day: Day, items: list[str], place: str, *, deliverer: str = "psb-0211", two: bool = False) -> None:
    """The custodian takes items in; a dual-control place takes two."""
    keepers = [{"part": "custodian", "person": person} for person in (["cen-01", "cen-02"] if two else ["cen-01"])]
    day.office.act(
        {
            "act": "check-in", "lines": day.office.lines(items), "place": day.places[place],
            "signers": [{"part": "deliverer", "person": deliverer}, *keepers],
        }
    )  # fmt: skip


def blood_kit(day: Day) -> None:
    """Tube A to the laboratory, tube B into the cold store, the car to the yard."""
    office = day.office
    open_case(day, DRUNK, "traffic")
    vehicle = {
        "kind": "vehicle", "make": "远山", "model": "X5", "vin": {"disclose": "LYSXA2BE9PF007731"},
        "plate": {"disclose": "江A·6F2X8"}, "colour": "白", "odometer_km": 46212, "equipment": ["随车工具", "备胎"],
    }  # fmt: skip
    car = taken(office.code(), "vehicle", "小型轿车", "辆", "F-880700", details=vehicle)
    office.act(seizure(DRUNK, [car]))
    office.at(22, 41)
    tube = {"volume_ml": "3.0", "lot": "25K118", "expiry": "2027-11-30",
            "sealed_at": (office.now + timedelta(minutes=6)).isoformat()}  # fmt: skip
    codes = {"A": office.code(), "B": office.code()}
    kit = office.code("kit")[:16]
    office.now += timedelta(minutes=7)
    office.act(
        {
            "act": "blood-draw", "case": DRUNK, "kit": kit, "subject": {"disclose": "陈某某"},
            "site": "左肘正中静脉", "disinfectant": {"name": "聚维酮碘", "alcohol_free": True},
            "anticoagulant": "草酸钾/氟化钠", "recording": "云A-2241",
            "family_notice": {"given": True, "statement": "22:36 电话通知其配偶"},
            "tubes": [
                {"code": codes["A"], "designation": "A", "purpose": "test", "seal": "F-880731", **tube},
                {"code": codes["B"], "designation": "B", "purpose": "reserve", "seal": "F-880732", **tube},
            ],
            "attestations": [{"part": "subject", "name": {"disclose": "陈某某"}, "kind": "fingerprint"}],
            "attachments": [evidence("云A-2241", "recording", "video/mp4")],
            "signers": signers(medic="med-301", officer="psb-0211", second="psb-0347"),
        }
    )  # fmt: skip
    day.items.update({"A": codes["A"][:16], "B": codes["B"][:16], "car": car["code"][:16], "kit": kit})
    labels_for(office, "blood-kit", {codes["A"]: ("A管 送检", DRUNK), codes["B"]: ("B管 备查", DRUNK)}, "tube-40x20")
    _officer_keeps_own_tube(day)
    check_in(day, [day.items["B"]], "cold")
    _to_the_laboratory(day)
    office.at(8, 10, next_day=True)
    check_in(day, [day.items["car"]], "yard")


def _officer_keeps_own_tube(day: Day) -> None:
    """An officer of the case who is also enrolled as a custodian tries to keep tube B."""
    day.refused(
        "本案民警何苗以保管员身份接收B管",
        {
            "act": "check-in", "lines": day.office.lines([day.items["B"]]), "place": day.places["station"],
            "signers": signers(deliverer="psb-0211", custodian="psb-0347"),
        },
    )  # fmt: skip


def dispatch(day: Day, item: str, **parts: str) -> dict[str, Any]:
    """A tube leaves for the laboratory in a cool box."""
    return {
        "act": "lab-dispatch", "lines": day.office.lines([item]), "laboratory": "lab-jiangzhou",
        "request": "云公鉴聘字〔2026〕31号", "transport_temperature": {"min": "2", "max": "8"},
        "approved_for": "before-check-in", "signers": signers(**parts),
    }  # fmt: skip


def _to_the_laboratory(day: Day) -> None:
    tube = day.items["A"]
    day.office.act(dispatch(day, tube, officer="psb-0211", approver="psb-0102"))
    day.office.act(
        {
            "act": "lab-receipt",
            "lines": day.office.lines([tube], measured=[{"quantity": "5.0", "unit": "℃"}]),
            "place": day.places["lab"], "acceptance": "2026-0312-88", "refusal": None,
            "signers": signers(examiner="lab-07", deliverer="psb-0211"),
        }
    )  # fmt: skip
    day.refused(
        "“以防万一”再把B管送第一家鉴定机构",
        dispatch(day, day.items["B"], officer="psb-0211", custodian="cen-01", approver="psb-0102"),
    )


def _fraud_list(office: Office) -> list[dict[str, Any]]:
    """The 400 lines of the seizure list."""
    kinds = [
        (86, "digital", "手机", "部"), (41, "digital", "笔记本电脑", "台"), (212, "document", "银行卡", "张"),
        (38, "digital", "GOIP设备", "台"), (15, "document", "账册", "箱"),
    ]  # fmt: skip
    lines: list[dict[str, Any]] = []
    for count, category, description, unit in kinds:
        for number in range(1, count + 1):
            seal = f"F-{881_000 + len(lines)}" if category == "digital" else None
            lines.append(taken(office.code(), category, f"{description} {number:03}", unit, seal))
    for number in range(1, 9):
        cash = {"kind": "cash", "denominations": [{"face": "100", "count": 1000}]}
        lines.append(
            taken(office.code(), "cash", f"现金 {number:03}", "CNY", f"F-{882_000 + number}",
                  quantity="100000.00", details=cash)
        )  # fmt: skip
    return lines


def fraud(day: Day) -> None:
    """400 items in one signed act; labels for all; checked in by scanning the labels that were printed."""
    office = day.office
    office.at(9, 30)
    open_case(day, FRAUD, "criminal")
    items = _fraud_list(office)
    receipt = office.act(seizure(FRAUD, items))
    day.items["list"] = receipt.act
    day.say(f"一次签署 400 件 / 400 items in one signed act: 第 {receipt.position} 号")
    sheets = labels_for(office, "fraud", {each["code"]: (each["description"], FRAUD) for each in items}, "a4-3x8")
    found = scanned(sheets, day.say)
    place_of = {"digital": "digital", "document": "hall", "cash": "safe"}
    for category, place in place_of.items():
        codes = [each["code"] for each in items if each["category"] == category]
        missing = set(codes) - set(found)
        if missing:
            raise AssertionError(f"labels that were printed were not read: {sorted(missing)}")
        check_in(day, [code[:16] for code in codes], place, two=place == "safe")
    by_description = {each["description"]: each["code"] for each in items}
    day.items |= {
        "phone": by_description["手机 001"][:16], "other": by_description["手机 002"][:16],
        "card": by_description["银行卡 001"][:16], "cash": by_description["现金 001"][:16],
    }  # fmt: skip


def loan_and_label(day: Day) -> None:
    """A phone is lent and comes back with a broken seal; another one gets a new label."""
    office = day.office
    phone, other = day.items["phone"], day.items["other"]
    office.act(
        {
            "act": "check-out", "lines": office.lines([phone]), "borrower": "psb-0211", "purpose": "examination",
            "due": (office.now + timedelta(hours=4)).isoformat(),
            "signers": signers(custodian="cen-01", borrower="psb-0211", approver="psb-0102"),
        }
    )  # fmt: skip
    office.now += timedelta(hours=2)
    receipt = office.act(
        {
            "act": "return",
            "lines": [{"item": phone, "condition": "完好", "seal_seen": "broken", "remark": "封签开裂"}],
            "place": day.places["digital"], "difference": "封签破损",
            "signers": signers(borrower="psb-0211", custodian="cen-01"),
        }
    )  # fmt: skip
    day.say(f"记瑕疵 defect recorded: {', '.join(each.code for each in receipt.defects)}")
    fresh = office.code()
    office.act(
        {
            "act": "labelling", "item": other, "code": fresh, "retired": office.item(other).code,
            "reason": "damaged", "signers": signers(labeller="cen-01"),
        }
    )  # fmt: skip
    labels_for(office, "replacement", {fresh: ("手机 002", FRAUD)}, "bag-50x30")


def correction(day: Day) -> None:
    """A feature that the seizure list left out is added: nothing is edited, the list reads differently from now on."""
    day.office.act(
        {
            "act": "correction", "target": day.items["list"],
            "changes": [
                {"op": "replace", "path": "/items/1/features", "old": None, "new": "屏幕左下角裂纹；IMEI 尾号 4420"}
            ],
            "reason": "入库核对照片发现漏记特征", "evidence": [sha256("手机 002 照片".encode()).hexdigest()],
            "signers": signers(author="cen-01", approver="psb-0077"),
        }
    )  # fmt: skip


def release(day: Day) -> None:
    """A bank card of a child is found to have nothing to do with the case, and goes back."""
    day.office.act(
        {
            "act": "noted", "case": FRAUD, "fact": "found-irrelevant", "items": [day.items["card"]],
            "statement": "系未成年人本人银行卡，与案件无关", "signers": signers(noter="psb-0211"),
        }
    )  # fmt: skip
    day.office.act(
        {
            "act": "release", "lines": day.office.lines([day.items["card"]]), "kind": "returned",
            "order": "云公发还字〔2026〕3号",
            "recipient": {
                "name": {"disclose": "赵某"}, "capacity": "right-holder", "authorisation": None,
                "authority_staff": False,
            },
            "destruction": None, "voucher": None, "reason": "经查明与案件无关", "without_order": "irrelevant",
            "attestations": [{"part": "recipient", "name": {"disclose": "赵某"}, "kind": "handwritten"}],
            "signers": signers(holder="cen-01", approver="psb-0005"),
        }
    )  # fmt: skip


SCENES: tuple[tuple[str, Callable[[Day], None]], ...] = (
    ("血样 Blood kit", blood_kit),
    ("四百件 Four hundred items", fraud),
    ("调用与补码 Loan and label", loan_and_label),
    ("更正 Correction", correction),
    ("发还 Release", release),
)
"""The scenes in the order in which they are played."""
