"""The columns of every list as a table: which value of a member each shows, and its head in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from custody.cli.words import TERMS
from custody.facts.shapes import STATUSES
from custody_api.wording import Language

Cell = str | int


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the way to its value (``custody.holder``), its head, and whether that is a word of the trade."""

    path: str
    zh: str
    en: str
    term: bool = False

    def head(self, language: Language) -> str:
        """What stands above it."""
        return self.zh if language == "zh" else self.en

    def cell(self, member: Mapping[str, Any], language: Language) -> Cell:
        """What stands in it for one member of the list; empty where the member says nothing, or is not to say it."""
        value: Any = member
        for name in self.path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return _said(value, language, self.term)


def _said(value: Any, language: Language, term: bool) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        return "; ".join(str(_said(each, language, term)) for each in value)
    if isinstance(value, Mapping):
        if "sealed" in value:
            return "（密封）" if language == "zh" else "(sealed)"
        return ", ".join(str(_said(each, language, term)) for each in value.values() if each is not None)
    return _word(value, language) if term else str(value)


def _word(word: str, language: Language) -> str:
    zh, en = STATUSES.get(word, (TERMS.get(word, word), word))
    return zh if language == "zh" else en


def _columns(*said: str) -> tuple[Column, ...]:
    """``path zh en``; a path that begins with a tilde leads to a word of the trade."""
    split = [each.split(" ", 2) for each in said]
    return tuple(Column(path.removeprefix("~"), zh, en, path.startswith("~")) for path, zh, en in split)


_ITEM: Final = _columns(
    "item 物品 item", "code 标签 label", "case 案件 case", "~category 类别 category", "description 名称 description",
    "features 特征 features", "serial 编号 serial", "quantity 数量 quantity", "unit 单位 unit",
    "~status 状态 status", "custody.holder 持有人/场所 holder", "custody.place_name 场所名称 place name",
    "custody.agency 持有单位 holding agency", "custody.since 持有自（UTC） held since (UTC)",
    "control.agency 责任单位 controlling agency", "~control.stage 阶段 stage", "~measure 强制措施 measure",
    "measure_expires 措施到期 measure expires", "seal.number 封条号 seal", "~seal.state 封条状态 seal state",
    "loan.borrower 借用人 borrower", "loan.due 应还（UTC） due back (UTC)",
    "disposition.state 处置状态 disposition", "quarantined 存疑 in question", "version 日志位置 position",
)  # fmt: skip
_DEADLINE: Final = _columns(
    "deadline 编号 id", "rule 规则 rule", "zh 事项 in Chinese", "en 英文 in English", "case 案件 case",
    "subject 对象 subject", "~state 状态 state", "~colour 级别 colour", "started_at 起算（UTC） started (UTC)",
    "due 期限（UTC） due (UTC)", "first_due 原期限（UTC） first due (UTC)", "stopped_at 了结于（UTC） stopped (UTC)",
    "stopped_by 了结行为 stopped by", "source 依据 source", "verified 依据已核 source verified",
)  # fmt: skip

COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "items": _ITEM,
    "cases": _columns(
        "case 案件 case", "~kind 性质 kind", "lead 主办单位 lead", "~stage 阶段 stage", "officers 办案人 officers",
        "legal_reviewer 法制员 legal reviewer", "minor 涉未成年人 minor", "final 终结 final",
        "opened_at 登记时间（UTC） opened (UTC)", "opened_by 登记行为 opened by",
    ),
    "acts": _columns(
        "position 日志位置 position", "act 行为 act", "type 类型 type", "occurred_at 发生时间 occurred at",
        "recorded_at 入账时间（UTC） recorded (UTC)", "signers 签署人 signers", "attested 书面见证 attested",
        "target 所涉行为 target", "defects 瑕疵 defects",
    ),
    "kits": _columns("kit 采血管套 kit", "case 案件 case", "drawn_by 提取行为 drawn by", "tubes 血样 tubes"),
    "people": _columns(
        "person 人员 person", "agency 单位 agency", "~subject 类别 kind", "left 已离任 left",
        "~capacities 职责 capacities", "places 场所 places",
    ),
    "places": _columns(
        "place 场所 place", "name 名称 name", "parent 所在场所 within", "agency 单位 agency", "~class 类别 class",
        "dual_control 双人双锁 dual control", "temperature 温度 temperature",
    ),
    "manifests": _columns(
        "manifest 移送单 manifest", "state 状态 state", "sender 移出单位 sender", "receiver 接收方 receiver",
        "~stage 阶段 stage", "document 文书 document", "offered_at 提出（UTC） offered (UTC)",
        "offered_by 提出人 offered by", "expires_at 失效（UTC） expires (UTC)", "lines 明细 lines", "act 行为 act",
    ),
    "loans": _columns(
        "loan 调用 loan", "state 状态 state", "borrower 借用人 borrower", "~purpose 事由 purpose",
        "due 应还（UTC） due (UTC)", "asked_by 申请人 asked by", "out 在外件数 out", "overdue 逾期物品 overdue",
        "items 明细 items",
    ),
    "stock_takes": _columns(
        "stock_take 盘点 stock-take", "state 状态 state", "opened_at 开始（UTC） opened (UTC)",
        "closed_at 结束（UTC） closed (UTC)", "places 场所 places", "uncounted 未盘场所 uncounted",
        "counters 盘点人 counters", "book.count 账面件数 on the books", "missing 未见物品 missing",
    ),
    "unlocated": _columns(
        "item 物品 item", "now.description 名称 description", "now.case 案件 case",
        "now.custody.holder 账面持有 on the books with", "now.custody.place_name 场所名称 place name",
        "~now.status 状态 status", "missed 未见的盘点 missed by", "discrepancies 调查 inquiries",
    ),
    "defects": _columns(
        "id 编号 id", "code 瑕疵 defect", "rule 规则 rule", "~severity 程度 severity", "~state 状态 state",
        "case 案件 case", "act 行为 act", "items 物品 items", "~owed.by 由谁补正 owed by", "owed.persons 人员 persons",
        "owed.zh 如何补正 remedy in Chinese", "owed.en 英文 remedy in English",
    ),
    "deadlines": _DEADLINE,
    "clearance": (*_columns("heading 清理事项 heading"), *_DEADLINE),
    "refusals": _columns(
        "position 日志簿位置 journal position", "recorded_at 时间（UTC） time (UTC)", "by 何人 by",
        "type 行为类型 type", "act 行为 act",
        "code 代码 code", "rule 规则 rule", "items 物品 items", "envelope 信封摘要 envelope SHA-256",
    ),
    "weeks": _columns(
        "since 自（UTC） from (UTC)", "until 至（UTC） to (UTC)", "taken 应入库 to be handed over",
        "in_time 按期移交 in time", "late 逾期移交 late", "overdue 逾期未移交 overdue", "running 未到期 still running",
    ),
    "views": _columns(
        "position 日志簿位置 journal position", "recorded_at 时间（UTC） time (UTC)", "by 何人 by", "code 方式 how",
        "why 事由 why", "of 对象 of", "values 密封值 sealed values",
    ),
}  # fmt: skip
"""List → its columns. What a reader is not shown is empty, as it is left out of the JSON."""

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "items": ("物品", "items"), "cases": ("案件", "cases"), "acts": ("行为", "acts"),
    "kits": ("采血管套", "blood kits"),
    "people": ("人员", "people"), "places": ("场所", "places"), "manifests": ("移送单", "manifests"),
    "loans": ("调用", "loans"), "stock_takes": ("盘点", "stock-takes"), "unlocated": ("未见物品", "not found"),
    "defects": ("瑕疵", "defects"), "deadlines": ("期限", "deadlines"), "clearance": ("清理", "clearance"),
    "refusals": ("拒绝", "refusals"), "weeks": ("各周移交", "weeks"), "views": ("查看与导出", "views and exports"),
}  # fmt: skip
"""What a sheet is called."""
