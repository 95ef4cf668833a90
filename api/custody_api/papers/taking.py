"""Papers of what was taken: the seizure list by its measure, and the register of a blood draw."""

from __future__ import annotations

from typing import Final

from custody.acts.dividing import Child
from custody.acts.samples import BloodDraw
from custody.acts.taking import (
    CashDetails,
    DigitalDetails,
    DrugDetails,
    FundsDetails,
    Seizure,
    TakenItem,
    VehicleDetails,
    WeaponDetails,
)
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, numbered, people_in, sheet
from custody_api.papers.sources import Source, Sources

_TITLES: Final = {
    "seized": ("扣押清单", "Seizure list"),
    "sealed-in-situ": ("查封清单", "List of property sealed in situ"),
    "frozen": ("冻结财产清单", "List of frozen property"),
    "registered": ("登记保存清单", "List of evidence registered in situ"),
    "received": ("接受证据材料清单", "List of evidence received"),
    "effects-kept": ("代为保管物品清单", "List of personal effects kept"),
}
_AUTHORITY: Final = {
    "decision": ("决定书", "decision"),
    "scene-commander": ("现场指挥人员决定", "decision at the scene"),
    "on-the-spot": ("当场", "on the spot"),
    "voluntary": ("自愿交出", "handed over voluntarily"),
}
_SHIELDING: Final = {
    "shielded": ("已屏蔽", "shielded"), "powered-off": ("已关机", "powered off"), "none": ("未屏蔽", "not shielded"),
}  # fmt: skip


def seizure_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """扣押清单: number, label, name, quantity, features, source and remarks of everything taken.

    Source: 公安机关办理刑事案件程序规定 art. 230; 公安机关办理行政案件程序规定 art. 111.
    """
    act = source.act
    assert isinstance(act, Seizure)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    fields = (
        Field(t("措施", "Measure"), sources.term(act.measure)),
        Field(t("依据", "Authority"), sources.joined([t(*_AUTHORITY[act.authority]), act.instrument, *act.basis])),
        Field(t("时间", "Time"), sources.time(act.occurred_at)),
        Field(t("地点", "Place"), sources.value(act.where)),
        Field(t("持有人", "Holder"), people_in(sources, act, "holder")),
        Field(t("见证人", "Witness"), people_in(sources, act, "witness")),
        Field(t("录音录像", "Recording"), sources.yes(act.has_recording())),
        Field(t("办案人员", "Officers"), people_in(sources, act, "officer", "second")),
    )
    rows = tuple(_item_row(sources, source, index, item) for index, item in enumerate(act.items))
    heads = columns(
        sources, ("编号", "No.", 9), ("标签", "Label", 29), ("名称", "Name", 28), ("数量", "Quantity", 21),
        ("特征", "Features", 37), ("来源", "Source", 22), ("备注", "Remarks", 30),
    )  # fmt: skip
    remarks = (act.note,) if act.note else ()
    table = Table("", heads, rows, ended(sources, len(rows)))
    return sheet(
        sources, source, "seizure-list", t(*_TITLES[act.measure]), act.instrument, fields, (table,), remarks, link
    )  # fmt: skip


def _item_row(sources: Sources, source: Source, index: int, item: TakenItem) -> tuple[str, ...]:
    t = sources.t
    serial = t(f"序列号 {sources.value(item.serial)}", f"serial {sources.value(item.serial)}") if item.serial else None
    features = sources.joined([item.features, serial, details(sources, item)])
    remarks = sources.joined([
        sources.term(item.category) if item.category != "general" else None,
        t(f"封签 {item.seal}", f"seal {item.seal}") if item.seal else None,
        t(f"估价 {item.estimated_value}", f"value {item.estimated_value}") if item.estimated_value else None,
        t(f"危险：{item.hazard}", f"hazard: {item.hazard}") if item.hazard else None,
        t(f"保管人 {sources.value(item.keeper)}", f"keeper {sources.value(item.keeper)}") if item.keeper else None,
        None if item.evidential else t("非证据", "not evidence"),
        t(f"照片 {len(item.photos)} 张", f"photos: {len(item.photos)}") if item.photos else None,
    ])  # fmt: skip
    quantity = f"{item.quantity} {item.unit}"
    return numbered(
        sources, source, index, code(item.code), item.description, quantity, features, item.source, remarks
    )  # fmt: skip


def details(sources: Sources, item: TakenItem | Child) -> str | None:
    """What identifies a thing of its category, in one line."""
    t, found = sources.t, item.details
    if isinstance(found, CashDetails):
        counted = [f"{each.face}×{each.count}" for each in found.denominations]
        return t("面额 ", "denominations ") + ", ".join(counted)
    if isinstance(found, VehicleDetails):
        vin, plate = sources.value(found.vin), sources.value(found.plate)
        return sources.joined([
            f"{found.make} {found.model} {found.colour}", t(f"车架号 {vin}", f"VIN {vin}"),
            t(f"号牌 {plate}", f"plate {plate}"), t(f"里程 {found.odometer_km} km", f"odometer {found.odometer_km} km"),
            *found.equipment,
        ])  # fmt: skip
    if isinstance(found, DrugDetails):
        return t(
            f"毛重 {found.gross} {found.unit}，净重 {found.net} {found.unit}，{found.packages} 包，"
            f"秤 {found.scale}，检定证书 {found.certificate}",
            f"gross {found.gross} {found.unit}, net {found.net} {found.unit}, {found.packages} packages, "
            f"scale {found.scale}, certificate {found.certificate}",
        )
    if isinstance(found, WeaponDetails):
        calibre = t(f"口径 {found.calibre}", f"calibre {found.calibre}") if found.calibre else None
        return sources.joined([found.type, calibre, t(f"弹药 {found.rounds} 发", f"rounds: {found.rounds}")])
    return _medium(sources, found)


def _medium(sources: Sources, found: object) -> str | None:
    t = sources.t
    if isinstance(found, FundsDetails):
        account = sources.value(found.account)
        return sources.joined([found.institution, t(f"账号 {account}", f"account {account}")])
    if isinstance(found, DigitalDetails):
        serial = sources.value(found.medium_serial)
        return sources.joined([
            t(f"介质序列号 {serial}", f"medium {serial}"), found.capacity, t(*_SHIELDING[found.shielding]),
            f"SHA-256 {found.sha256}" if found.sha256 else None, f"SM3 {found.sm3}" if found.sm3 else None,
        ])  # fmt: skip
    return None


def blood_draw_form(sources: Sources, source: Source, link: str = "") -> Paper:
    """血样提取登记表: who drew whose blood, where, with what, and every tube with its number and seal.

    Source: GA/T 1556; 道路交通安全违法行为处理程序规定 art. 36 and following.
    """
    act = source.act
    assert isinstance(act, BloodDraw)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    free = t("不含醇", "declared free of alcohol") if act.disinfectant.alcohol_free else t("含醇", "contains alcohol")
    told = t("已通知", "given") if act.family_notice.given else t("未通知", "not given")
    fields = (
        Field(t("被提取人", "Subject"), sources.opened(act.subject.sealed)),
        Field(t("采血套件", "Kit"), act.kit),
        Field(t("提取时间", "Time"), sources.time(act.occurred_at)),
        Field(t("提取部位", "Site"), act.site),
        Field(t("提取人", "Drawn by"), people_in(sources, act, "medic")),
        Field(t("提取机构", "Institution"), _institution(sources, act)),
        Field(t("消毒剂", "Disinfectant"), sources.joined([act.disinfectant.name, free])),
        Field(t("抗凝剂", "Anticoagulant"), act.anticoagulant),
        Field(t("家属通知", "Family notice"), sources.joined([told, act.family_notice.statement])),
        Field(t("录音录像", "Recording"), act.recording or t("无", "none")),
        Field(t("提取依据", "Basis"), sources.joined(act.basis)),
        Field(t("办案人员", "Officers"), people_in(sources, act, "officer", "second")),
    )
    return sheet(
        sources, source, "blood-draw-form", t("血样提取登记表", "Register of a blood draw"), None, fields,
        (_tubes(sources, source, act),), (act.note,) if act.note else (), link,
    )  # fmt: skip


def _institution(sources: Sources, act: BloodDraw) -> str:
    keyed = [sources.house_of(each.person) for each in act.signed_by("medic")]
    return sources.joined([*keyed, *(sources.agency(each.house) for each in act.attested("medic") if each.house)])


def _tubes(sources: Sources, source: Source, act: BloodDraw) -> Table:
    heads = columns(
        sources, ("编号", "No.", 9), ("管别", "Tube", 12), ("标签", "Label", 30), ("用途", "Purpose", 16),
        ("体积", "Volume", 15), ("批号", "Lot", 20), ("有效期", "Expiry", 21), ("封签", "Seal", 24),
        ("封装时间", "Sealed at", 29),
    )  # fmt: skip
    purposes = {"test": sources.t("检验", "test"), "reserve": sources.t("备份", "reserve")}
    rows = tuple(
        numbered(
            sources, source, index, each.designation, code(each.code), purposes[each.purpose], f"{each.volume_ml} mL",
            each.lot, each.expiry.isoformat(), each.seal, sources.time(each.sealed_at),
        )
        for index, each in enumerate(act.tubes)
    )  # fmt: skip
    return Table(sources.t("血样管", "Tubes"), heads, rows, ended(sources, len(rows)))
