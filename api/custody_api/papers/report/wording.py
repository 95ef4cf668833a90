"""The words of a report that nothing else says: what the fields of acts are called in Chinese, and terms in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.cli.words import TERMS

FIELDS: Final[Mapping[str, str]] = {
    "acceptance": "受理号", "attachment": "附件", "account": "账户", "action": "动作", "agency": "机构",
    "alcohol_free": "不含醇", "algorithm": "算法", "amount": "金额", "anticoagulant": "抗凝剂", "applicant": "申请人",
    "approved_for": "审批事由", "approver_level": "审批层级", "at": "时间", "authorisation": "委托书",
    "authority": "依据", "authority_staff": "机关人员", "begins": "起", "borrower": "调用人", "buyer": "买受人",
    "capacity": "身份", "category": "类别", "certificate": "检定证书", "change": "变更", "channel": "公告渠道",
    "code": "新标签", "conclusion": "结论", "condition": "状况", "consumed": "检验用尽", "control": "责任机关",
    "controlled_site": "执法办案场所", "copies": "份数", "currency": "币种", "date": "日期", "decision": "决定",
    "defect": "瑕疵", "destruction": "销毁", "difference": "差异", "discrepancy": "差异", "disinfectant": "消毒剂",
    "document": "文书", "due": "应还", "effect": "生效", "effective": "生效", "ends": "止", "evidential": "作为证据",
    "examiners": "鉴定人", "expected": "应为", "expires": "期限", "expires_at": "答复期限", "fact": "事实",
    "facts": "对照", "family_notice": "通知家属", "final": "终局", "found": "实为", "gain": "增加", "given": "已通知",
    "giver": "移交方", "ground": "理由", "held_by": "持有", "hold": "所涉冻结", "holder_unknown": "无持有人",
    "image": "镜像", "in_range": "在范围内", "incident": "警情", "institution": "机构", "instrument": "文书",
    "intake": "受案", "interest": "孳息", "issuer": "制作机关", "kind": "种类", "kit": "采血套件",
    "laboratory": "鉴定机构", "lead": "主办机构", "legal_reviewer": "法制员", "loan": "呈请", "loss": "损耗",
    "manifest": "移送清单", "manner": "方式", "max": "最高 ℃", "measure": "措施", "measured": "称量",
    "method": "方法", "min": "最低 ℃", "minor": "涉未成年人", "mode": "方式", "name": "名称", "number": "号码",
    "officers": "办案人员", "opened": "启封", "opening": "盘点", "opinion": "鉴定意见", "order": "文书",
    "ordered_by": "处置决定", "outcome": "结果", "outgoing": "移交人", "payment": "支付", "person": "人员",
    "place": "场所", "places": "场所", "price": "价款", "proceeds": "价款标签", "purpose": "事由", "quantity": "数量",
    "reason": "理由", "receiver": "接收方", "recipient": "接收人", "recording": "录音录像", "reference": "文号",
    "refusal": "不予受理", "regime": "程序", "remainder": "剩余", "remains": "余额", "remark": "备注",
    "replaces": "取代", "report": "报告", "request": "委托", "residual": "剩余检材", "response": "意见",
    "responsibility": "责任文书", "result": "所涉结果", "retired": "停用标签", "sale": "变卖", "scale": "衡器",
    "sender": "移送方", "sensor": "传感器", "since": "自", "site": "部位", "slip": "凭证", "specimen": "检材",
    "stage": "阶段", "standing": "属性", "statement": "说明", "step": "环节", "subject": "被提取人",
    "taker": "接收方", "target": "所涉行为", "temperature": "温度", "text_sha256": "公告文本 SHA-256", "to": "移至",
    "transport_temperature": "运输温度", "type": "类型", "unit": "单位", "until": "至", "value": "结果值",
    "viewer": "阅看人", "voucher": "缴款凭证", "weighing": "称量", "what": "项目", "where": "地点",
    "without_order": "无决定", "from": "自", "item": "物品", "hashes": "校验值", "listing": "清单",
    "parent": "被分装", "specimens": "检材", "description": "名称", "features": "特征", "serial": "编号",
    "source": "来源", "seal": "封签", "seal_seen": "所见封签", "occurred_at": "时间", "volume_ml": "毫升",
    "designation": "管别", "lot": "批号", "expiry": "有效期", "sealed_at": "封存时间", "basis": "相关文书",
    "note": "备注", "items": "物品", "lines": "物品", "tubes": "管", "children": "分出", "details": "详情",
    "estimated_value": "估值", "attestations": "纸面", "documents": "证件", "contact": "联系方式", "keeper": "保管人",
    "vin": "车架号", "plate": "号牌", "moves": "移送", "class": "类别", "proposal": "处理建议", "viewed": "查看",
}  # fmt: skip
"""Field → what it is called in Chinese; in English its own name says it."""

MORE_TERMS: Final[Mapping[str, str]] = {
    **TERMS,
    "photo": "照片", "recording": "录音录像", "signature": "签名", "police": "公安机关", "procuratorate": "检察院",
    "supervision": "监察机关", "lab": "鉴定机构", "hospital": "医疗机构", "custodian-contractor": "保管单位",
    "audit": "审计机关", "customs": "海关", "device": "设备", "file": "文件", "token": "介质", "passkey": "通行密钥",
    "compromised": "泄露", "left": "离职", "lost": "丢失", "superseded": "更换", "decision": "决定书",
    "on-the-spot": "当场", "scene-commander": "现场指挥人员决定", "voluntary": "自愿交出", "claimed": "领用",
    "damaged": "破损", "swapped": "贴错", "disposition-decision": "财物处理决定", "examination-request": "鉴定聘请书",
    "extension": "延长决定", "freezing-notice": "协助冻结财产通知书", "judgment": "裁判文书", "lifting": "解除决定",
    "on-the-spot-measure": "当场措施凭证", "other": "其他", "seizure-decision": "扣押决定书", "city": "设区的市",
    "province": "省级", "principal-head": "主要负责人", "responsible-person": "负责人", "unit-head": "部门负责人",
    "extend": "延长", "lift": "解除", "place": "决定", "image": "镜像", "sample": "取样", "split": "拆分",
    "case-property": "涉案财物", "personal-effect": "随身财物", "raised": "提出", "condition": "状态异常",
    "hash": "校验值不符", "identity": "物品与登记不符", "missing": "下落不明", "odometer": "里程不符",
    "quantity": "数量不符", "refused-act": "被拒行为已发生", "seal": "封签", "unexpected": "账外物品",
    "found": "已找到", "approve": "同意", "reject": "不同意", "count": "清点", "physical": "实物",
    "temperature": "温度", "weight": "复称", "incomplete": "不齐全", "mismatch": "不符", "missing-document": "缺文书",
    "seal-broken": "封签破损", "unsafe": "不安全", "reserve": "备用（不检验）", "test": "检验",
    "before-check-in": "入库前送检", "administrative-decision": "行政处理决定", "closed-case": "撤案或不起诉",
    "early-return": "判决前发还", "irrelevant": "与案件无关", "unclaimed": "无人认领", "sold": "变卖",
    "accident-vehicle": "事故车辆", "detained-vehicle": "扣留车辆", "representative": "代理人", "subject": "当事人",
    "victim": "被害人", "electronic": "电子", "oral": "口头", "written": "书面", "no-objection": "无异议",
    "objection": "有异议", "false-opinion": "虚假鉴定", "insufficient-basis": "依据不足", "procedure": "程序违法",
    "qualification": "不具备资质", "recusal": "应当回避", "specimen": "检材虚假或者被污染", "granted": "准许",
    "agent": "代理人", "authority": "机关", "right-holder": "权利人", "auction": "拍卖", "private-sale": "变卖",
    "present": "在场", "unavailable": "不能到场", "counsel": "辩护人、诉讼代理人", "expert": "有专门知识的人",
    "owner": "权利人", "party": "当事人", "insert": "补入", "replace": "更正", "accept": "认可", "confirm": "确认",
    "contest": "有异议", "explain": "说明", "counted": "清点", "list": "查看清单", "on-site": "现场查看",
    "handwritten": "纸面手写签名", "fingerprint": "纸面捺印", "absent": "不在场", "refused": "拒绝",
    "proceeds": "变价款", "accepted": "接收", "both": "实物和责任", "control": "责任（实物不移送）",
    "custody": "实物",
}  # fmt: skip
"""Term of an act → Chinese, where the command's words do not have it or mean another thing by it."""

AGENCY_KINDS: Final[Mapping[str, str]] = {"court": "法院", "finance": "财政机关"}
"""Kinds of agency whose word means something else elsewhere."""
