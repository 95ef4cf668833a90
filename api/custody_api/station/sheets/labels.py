"""What fields and their choices are called: the words of reports and of the commands, and what only a form asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from custody_api.papers.report.wording import FIELDS, MORE_TERMS

_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "add": ("新增身份", "Capacities added"), "added": ("启用", "Added"),
    "administrator": ("机构管理员", "Administrator"),
    "already_scanned": ("重复扫描", "Scanned already"), "asset": ("财产种类", "Asset"),
    "attachments": ("附件", "Attachments"), "attestations": ("纸面签署", "Signed on paper"),
    "authority_staff": ("是否机关人员", "Staff of the authority"), "backed_up": ("已同步", "Backed up"),
    "backup_eligible": ("可同步", "May be backed up"), "basis": ("相关文书", "Papers"),
    "belongs_elsewhere": ("应在他处", "Belongs elsewhere"), "book": ("账面清单", "The book"),
    "calibre": ("口径", "Calibre"), "cameras": ("摄像机", "Cameras"), "captured_at": ("拍摄时间", "Captured at"),
    "case": ("案件", "Case"), "certificate_until": ("检定有效期", "Certificate valid until"),
    "changes": ("更正内容", "Changes"), "place_class": ("类别", "Class"), "collector": ("领取人", "Collector"),
    "colour": ("颜色", "Colour"), "consumed": ("是否检验用尽", "Consumed"),
    "controlled_site": ("是否在执法办案场所", "In a law-enforcement site"), "count": ("件数", "Count"),
    "credential": ("凭据编号", "Credential id"), "damage": ("损伤", "Damage"),
    "denominations": ("面额", "Denominations"), "differences": ("差异", "Differences"),
    "digest": ("清单摘要", "Digest of the list"), "disclosures": ("所删披露", "Disclosures"),
    "draw": ("随机抽查", "Random draw"), "dual_control": ("是否双人双锁", "Dual control"),
    "end": ("终止身份", "Capacities ended"), "ended": ("停用", "Ended"),
    "envelope": ("被拒行为原文", "The refused act"), "equipment": ("附属设备", "Equipment"),
    "evidence": ("依据材料", "Evidence"), "evidential": ("是否作为证据", "Evidence in the case"),
    "face": ("面值", "Face value"), "final": ("是否终局", "Final"), "first_agency": ("首个机构", "First agency"),
    "found_in": ("实际所在", "Found in"), "giver": ("移交方", "From"), "gross": ("毛重", "Gross"),
    "hazard": ("危险性", "Hazard"), "house": ("所属机构", "Agency"), "incident": ("警情编号", "Incident"),
    "intake": ("受案文书", "Intake"), "in_range": ("是否在范围内", "In range"),
    "journal_key": ("日志簿公钥", "Journal key"), "jurisdiction": ("法域", "Jurisdiction"),
    "keeper": ("外部保管人", "Outside keeper"), "keeping": ("保存要求", "How it is kept"),
    "keeps_until": ("保质至", "Keeps until"), "key": ("密钥编号", "Key id"), "left": ("是否离职", "Left the service"),
    "licence": ("证号", "Licence"), "log_keys": ("日志公钥", "Log keys"), "make": ("品牌", "Make"),
    "measured": ("称量/清点", "Measured"), "media_type": ("文件类型", "Media type"),
    "medium_serial": ("介质序列号", "Serial of the medium"), "minor": ("是否涉未成年人", "A minor is involved"),
    "misplaced": ("错位物品", "Misplaced"), "missing": ("未找到", "Missing"), "model": ("型号", "Model"),
    "moves": ("移送范围", "Moves"), "net": ("净重", "Net"), "new": ("新内容", "New"),
    "occurred_at": ("发生时间", "Done at"), "odometer_km": ("里程（公里）", "Odometer (km)"),
    "old": ("原内容", "Old"), "op": ("更正方式", "Change"), "opened": ("是否启封", "Opened"),
    "order": ("处置文书", "Order"), "origin": ("日志名称", "Origin"), "original": ("是否原件", "Original"),
    "origins": ("页面来源", "Origins"), "outside": ("外部人员", "Somebody outside"), "owner": ("所有人", "Owner"),
    "packages": ("包数", "Packages"), "packaging": ("包装", "Packaging"), "pages": ("页数", "Pages"),
    "part": ("身份", "Part"), "passkey": ("通行密钥", "Passkey"), "path": ("位置", "Where in the act"),
    "photos": ("照片", "Photographs"), "places_added": ("新增场所", "Places added"),
    "places_ended": ("终止场所", "Places ended"), "policy": ("规则版本", "Policy"),
    "public_key": ("公钥", "Public key"), "right_place": ("位置正确", "In the right place"),
    "rounds": ("弹药数", "Rounds"), "rp_id": ("站点", "Site"), "salt": ("盐", "Salt"), "scans": ("扫描清单", "Scans"),
    "seals": ("封签", "Seals"), "serials": ("冠字号", "Serial numbers"), "sha256": ("SHA-256", "SHA-256"),
    "shares": ("处置份额", "Shares"), "sheets": ("清单", "Sheets"), "shielding": ("屏蔽措施", "Shielding"),
    "signers": ("签署人", "Who signs"), "size_bytes": ("大小（字节）", "Size (bytes)"), "sm3": ("SM3", "SM3"),
    "successor": ("继任机构", "Successor"), "taker": ("接收方", "To"), "unknown_code": ("无此标签", "Unknown codes"),
    "valid_from": ("生效", "Valid from"), "valid_to": ("失效", "Valid to"), "verdicts": ("扫描结果", "Verdicts"),
    "volume_ml": ("容量（mL）", "Volume (mL)"), "wireless": ("能否联网", "Reachable by radio"),
    "wrong_place": ("位置错误", "In a wrong place"),
    "Agency.parent": ("上级机构", "Parent"), "AppraisedItem.value": ("估值", "Value"),
    "Attestation.kind": ("签署方式", "How"), "Attestation.name": ("姓名", "Name"),
    "Attestation.document": ("证件", "Identity document"), "Child.code": ("标签", "Label"),
    "Denomination.count": ("张数", "How many"), "DigitalDetails.capacity": ("容量", "Capacity"),
    "Discrepancy.report": ("环节", "Report"), "Enrolment.evidence": ("身份核验", "How identity was verified"),
    "Enrolment.kind": ("密钥种类", "Kind of key"), "Enrolment.name": ("姓名", "Name"),
    "Enrolment.subject": ("主体", "Subject"), "Labelling.code": ("新标签", "New label"),
    "Labelling.retired": ("停用标签", "Retired label"), "NewKey.name": ("姓名", "Name"),
    "Place.parent": ("上级场所", "Inside"), "Recipient.name": ("姓名", "Name"),
    "Seal.number": ("封签号", "Seal number"),
    "BrokenSeal.number": ("封签号", "Seal number"), "TakenItem.code": ("标签", "Label"),
    "TakenItem.seal": ("封签号", "Seal number"), "Child.seal": ("封签号", "Seal number"),
    "Tube.code": ("标签", "Label"),
    "Tube.purpose": ("用途", "Purpose"), "Tube.seal": ("封签号", "Seal number"),
    "VehicleDetails.keys": ("钥匙数", "Keys"), "Viewing.opened": ("是否启封", "Opened"),
}  # fmt: skip
"""Field, or model and field → what a form calls it, where a report does not name it or says it more shortly."""

_CHOICES: Final[Mapping[str, tuple[str, str]]] = {
    "shielded": ("已屏蔽", "shielded"), "powered-off": ("已关机", "powered off"), "deposit": ("存款", "deposit"),
    "securities": ("证券", "securities"), "equity": ("股权", "equity"),
    "listed-equity": ("上市公司股权", "listed equity"),
    "insurance": ("保险", "insurance"), "sha256": ("SHA-256", "SHA-256"), "sm3": ("SM3", "SM3"),
    "action:place": ("冻结", "place"), "outcome:lost": ("灭失", "lost"),
    "measure:sealed-in-situ": ("查封", "sealed in situ"),
    "op:void": ("撤销", "void"), "seal_seen:none": ("无封签", "no seal"),
    "seal_seen:broken": ("封签破损", "broken"), "standing:case-property": ("涉案财物", "case property"),
}  # fmt: skip
"""Choice, or field and choice → what it is called."""


def label(called: str) -> tuple[str, str]:
    """What a field is called in Chinese and in English, given as ``field`` or ``Model.field``."""
    name = called.rpartition(".")[2]
    words = name.replace("_", " ")
    return _FIELDS.get(called) or _FIELDS.get(name) or (FIELDS.get(name, words), words[:1].upper() + words[1:])


def said(word: str, field: str = "") -> tuple[str, str]:
    """What a choice is called in Chinese and in English."""
    found = _CHOICES.get(f"{field}:{word}") or _CHOICES.get(word)
    return found or (MORE_TERMS.get(word, word), word.replace("-", " "))


def terms_of(choices: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Field and choice → Chinese, for scripts: by the choice alone, and by field where a field says it otherwise."""
    found: dict[str, str] = {}
    for field, word in sorted(choices):
        found.setdefault(word, said(word)[0])
        if said(word, field)[0] != found[word]:
            found[f"{field}:{word}"] = said(word, field)[0]
    return dict(sorted(found.items()))
