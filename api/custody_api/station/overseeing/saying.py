"""Values of shapes as people read them, so that two moments can be laid side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from custody.cli.zone import here
from custody.facts.shapes import STATUSES
from custody_api.station.telling import field_name, term
from custody_api.wording import Language

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CALLED: Final[Mapping[str, str]] = {
    "custody": "实物", "holder": "持有", "place_name": "场所名称", "disposition": "处置", "state": "状态",
    "case": "案件", "quarantined": "存疑", "status": "状态", "code": "标签",
    "retired_codes": "已废止标签", "control": "责任",
    "offer": "移送", "holds": "暂停", "defects": "瑕疵", "severity": "程度", "rule": "规则", "scope": "范围",
    "measure_expires": "措施到期", "measure_lifted": "措施解除", "odometer_km": "里程", "discrepancies": "差异",
    "effective_at": "生效", "order": "决定", "borrower": "调用人", "designation": "管别", "children": "分出",
    "excursions": "温度异常", "weighed": "称量", "examined": "检验", "lead": "主办单位", "stages": "阶段",
    "stage": "阶段", "officers": "办案人员", "opened_at": "立案登记", "noted": "已记事实", "effective": "生效文书",
    "dual_control": "双人双锁", "class": "类别", "moves": "移送", "sender": "移出", "receiver": "接收", "final": "终结",
    "sha256": "SHA-256", "minor": "涉未成年人", "results": "结果", "reexaminations": "重新鉴定", "notices": "告知",
}  # fmt: skip
"""Fields of shapes → what they are called in Chinese, where no field of an act is called so."""

_BESIDE: Final = frozenset({"since_act", "position", "opened_by", "registered_at", "id"})
"""What refers to acts, which stand in a list of their own."""

_UNSAID: Final[tuple[object, ...]] = (None, "", [], {})


def called(lang: Language, name: str) -> str:
    """What a field of a shape is called."""
    return CALLED.get(name) or field_name(lang, name) if lang == "zh" else field_name(lang, name)


def plainly(lang: Language, value: Any) -> str:
    """A value in words: names and what they say, without what is empty; a dash for nothing."""
    said = _said(lang, value)
    return said or "—"


def _said(lang: Language, value: Any) -> str:
    if value in _UNSAID:
        return ""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, Mapping):
        if "sealed" in value:
            return "（密封）" if lang == "zh" else "(sealed)"
        beside = _BESIDE | ({"kind", "place"} if "place_name" in value else set())  # which its name says
        told = ((called(lang, name), _said(lang, each)) for name, each in value.items() if name not in beside)
        return ("；" if lang == "zh" else "; ").join(f"{name} {each}" for name, each in told if each)
    if isinstance(value, list):
        return "、".join(filter(None, (_said(lang, each) for each in value)))
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return f"{here(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str) and value in STATUSES:
        return STATUSES[value][0 if lang == "zh" else 1]
    return term(lang, value)
