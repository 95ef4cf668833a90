"""Every text that the commands print, by stable code, in zh-CN and in English; and which language is meant.

What errors say stands in `custody.sentences` and where they are raised.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Final

from custody.cli.words_attaching import ATTACHING
from custody.cli.words_exporting import EXPORTING
from custody.cli.words_operating import OPERATING
from custody.cli.words_past import PAST
from custody.cli.words_pending import PENDING
from custody.cli.words_reminding import REMINDING
from custody.cli.words_verifying import VERIFYING
from custody.cli.words_witness import WITNESSING

_chosen: ContextVar[str] = ContextVar("language", default="en")


def choose_language(arguments: Sequence[str]) -> str:
    """Return ``zh`` or ``en``: what ``--lang`` says, else the environment (LC_ALL, LC_MESSAGES, LANG)."""
    for index, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--lang":
            value = value or (arguments[index + 1] if index + 1 < len(arguments) else "")
            return "zh" if value == "zh" else "en"
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def use_language(lang: str) -> None:
    """Print in this language from now on."""
    _chosen.set(lang)


def language() -> str:
    """The language in use: ``zh`` or ``en``."""
    return _chosen.get()


def text(code: str, /, **fields: object) -> str:
    """Return the text of a code in the language in use."""
    return WORDS[code][0 if language() == "zh" else 1].format(**fields)


def either(zh: str, en: str) -> str:
    """Return what is said in the language in use."""
    return zh if language() == "zh" else en


def term(word: str | None) -> str | None:
    """Return a word of the acts (a category, a measure, a state) as the reader calls it; others pass through."""
    return TERMS.get(word, word) if word and language() == "zh" else word


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # help
    "help/custody": ("涉案财物与血样保管台账。", "A custody ledger for seized property and blood samples."),
    "help/command": ("命令", "COMMAND"),
    "help/lang": ("语言：zh 或 en", "language: zh or en"),
    "help/json": ("输出 JSON，供机器读取", "print JSON, for machines"),
    "help/database": ("台账数据库：URL，或 SQLite 文件路径", "the ledger's database: a URL, or a SQLite file's path"),
    "help/server": ("台账服务器地址", "the address of a ledger's server"),
    "help/log-key": ("日志私钥文件（SQLite 默认为“<数据库文件>.key”）",
                     "the log's private key (default for SQLite: <database file>.key)"),
    "help/passphrase-file": ("口令文件，每行一个，权限 0600", "file with one passphrase a line, mode 0600"),
    "help/keygen": ("生成密钥对，打印密钥编号和公钥", "make a key pair; print its id and public key"),
    "help/key-file": ("新的密钥文件", "the new key file"),
    "help/key-kind": ("算法", "algorithm"),
    "help/no-passphrase": ("不设口令", "protect the file by its mode alone"),
    "help/act": ("补全、签署并提交行为记录", "complete, sign and submit acts"),
    "help/act-file": ("行为记录（JSON 或 JSON Lines），“-”为标准输入", "acts (JSON, JSON Lines); - is standard input"),
    "help/act-key": ("签署用的密钥文件", "key files to sign with"),
    "help/dry-run": ("只说明会如何判定，不提交", "say what would be decided, submit nothing"),
    "help/sign-only": ("只签署，写入 -o 文件，交他人补签", "only sign, into -o FILE, for others to complete"),
    "help/act-output": ("签署后的记录连同披露内容写到哪里", "where the signed acts go, with their disclosures"),
    "help/template": ("打印某类行为记录的完整示例", "print a filled-in example of an act"),
    "help/template-type": ("行为类型；省略则列出全部", "the type of act; without it, all types are listed"),
    "help/schema": ("打印 JSON Schema 而非示例", "print the JSON Schema instead of an example"),
    "help/show": ("显示物品、案件、人员、场所、移送清单、调用或盘点",
                  "show an item, a case, a person, a place, a manifest, a loan or a stock-take"),
    "help/show-kind": ("种类", "what to show"),
    "help/show-inventory": ("另列场所内账面件数和清单摘要（供保管员交接）", "a place: how many, their digest"),
    "help/show-id": ("编号、标签编码或案号；调用、盘点用首条记录", "id, label code, case reference; or first act"),
    "help/as-of": ("某一时刻的状态（按现在所知）", "the state at this time, as it is known now"),
    "help/known-at": ("按台账当时所知", "as the ledger knew it at this time"),
    "help/history": ("物品的保管链", "the chain of custody of an item"),
    "help/item": ("物品编号或标签编码", "the item's id or label code"),
    "help/verify": ("核验证据包或整本台账，报告全部发现", "verify a bundle, or a whole ledger; report every finding"),
    "help/jobs": ("并行进程数", "processes to use"),
    "help/deadlines": ("列出期限：何时到期、颜色、由何停止",
                       "list deadlines: due when, in which colour, stopped by what"),
    "help/deadline-rule": ("期限编号，如 D09", "the number of a deadline, such as D09"),
    "help/deadline-case": ("案号", "of this case"),
    "help/deadline-item": ("物品编号或标签编码", "of the item with this id or label code"),
    "help/deadline-colour": ("颜色", "in this colour"),
    "help/deadline-all": ("包括已停止的", "those that were stopped, too"),
    "help/deadline-at": ("某一时刻的颜色（默认现在）", "in the colours of this time (default: now)"),
    "help/rebuild": ("由日志重建登记簿", "make the registers anew from the log"),
    "help/register": ("登记簿；省略则全部", "a register; all of them without it"),
    "help/draw": ("按根哈希、盐和清单重做随机抽查", "make a random draw again"),
    "help/draw-root": ("检查点的根哈希（base64url 或十六进制）", "a checkpoint's root, in base64url or hex"),
    "help/draw-salt": ("盐", "the salt"),
    "help/draw-count": ("抽取件数（高风险类别之外）", "how many, beside those of high risk"),
    "help/draw-place": ("从这些场所的现有物品中抽取", "draw from what lies in these places"),
    "help/draw-list": ("从文件抽取：每行一个编号和类别，“-”为标准输入", "draw from a file (or -): id, category"),
    "help/import": ("导入旧登记簿或扣押清单：逐行查错，生成草稿", "an older register or a list, made drafts"),
    "help/import-file": ("CSV 或 XLSX 文件", "a CSV or XLSX file"),
    "help/import-mapping": ("对照表（TOML）：哪一列是什么", "which column says what (TOML)"),
    "help/import-dry-run": ("只查错，不写草稿", "only tell the problems"),
    "help/import-compare": ("与登记核对，列出未登记的扣押物品", "compare with the register: what is not in it"),
    "help/import-output": ("草稿写到哪里（JSON Lines），由 custody act 签署", "where the drafts go, for custody act"),
    "help/inspect": ("检查材料：逾期、瑕疵、现金、抽查、证明", "an inspector's pack"),
    "help/inspect-output": ("新建的文件夹", "a new folder"),
    "help/inspect-sample": ("货架抽查件数（高风险类别之外）", "shelf sample, beside those of high risk"),
    "help/doctor": ("检查本机上哪些功能可用", "what works on this machine"),
    "help/init": ("建立新台账", "found a new ledger"),
    "help/migrate": ("把数据库结构升级到当前版本", "bring the database schema up to date"),
    "help/origin": ("日志来源名，永不复用，如 custody.example/yunling", "the log's origin, never used again"),
    "help/jurisdiction": ("法域", "jurisdiction"),
    "help/agency": ("首个机构的编号", "the first agency's id"),
    "help/agency-name": ("首个机构的名称（默认同编号）", "its name (default: its id)"),
    "help/agency-kind": ("首个机构的类别", "its kind"),
    "help/admin": ("管理员的编号", "the administrator's id"),
    "help/admin-name": ("管理员的姓名，密封保存（默认同编号）", "the administrator's name, kept sealed (default: id)"),
    "help/admin-key": ("管理员的密钥文件，由 custody keygen 生成", "the administrator's key file, from custody keygen"),
    # questions
    "ask/passphrase": ("{file} 的口令：", "Passphrase of {file}: "),
    "ask/new-passphrase": ("{file} 的新口令：", "New passphrase of {file}: "),
    "ask/again": ("再输入一次：", "Once more: "),
    # what errors add
    "error/rule": ("规则 {rule}；依据：{source}", "rule {rule}; source: {source}"),
    "error/unverified": ("（依据未经核对）", " (source not verified)"),
    "error/instead": ("应当：{instead}", "instead: {instead}"),
    "error/also": ("另违反 {rule}（{code}）", "also breaks {rule} ({code})"),
    "help/clearance": ("日清、月清、季清：到期和逾期事项", "what is due or overdue, heading by heading"),
    "help/clearance-name": ("日清 daily、月清 monthly 或季清 quarterly", "daily, monthly or quarterly"),
    "help/statistics": ("一段时间的统计：入库率等", "the figures of a period: check-in rate and others"),
    "help/since": ("自何时起（默认前 31 天）", "from when on; 31 days before, if not given"),
    "help/until": ("至何时（默认现在）", "until when; now, if not given"),
    "help/statistics-agency": ("只统计该机构主办的案件", "only the cases that this agency leads"),
    "help/sign-in": ("登录服务器，供其后的命令读取", "sign in at a server, for the commands that read there"),
    "help/sign-in-key": ("用于登录的密钥文件", "the key file to sign in with"),
    "help/sign-in-end": ("退出登录", "end the session"),
    "sign-in/begun": ("{person}（{agency}）已登录，有效至 {until}", "{person} ({agency}) is signed in until {until}"),
    "sign-in/ended": ("已退出登录", "the session is over"),
    # keygen, init, migrate
    "keygen/id": ("密钥编号", "key id"),
    "keygen/public": ("公钥", "public key"),
    "init/done": ("台账已建立：{origin}", "The ledger {origin} is founded."),
    "init/log-key": ("日志私钥：{files}（请备份，勿放入数据库）",
                     "Log keys: {files} (back them up; never in the database)"),
    "init/verifier": ("日志公钥：{vkey}", "Log verifier key: {vkey}"),
    "migrate/done": ("数据库结构版本：{revision}", "The schema is at revision {revision}."),
    # act
    "act/doing": ("处理中", "acts"),
    "act/signed": ("已签署 {type} {act}，写入 {file}", "Signed {type} {act} into {file}."),
    "act/missing": ("尚缺签名：{people}", "Still to sign: {people}"),
    "act/complete": ("签名已齐，可以提交。", "Everybody has signed: it can be submitted."),
    "act/would": ("会予入账：{type}", "Would be recorded: {type}"),
    "act/would-defects": ("会带瑕疵入账：{type}", "Would be recorded with defects: {type}"),
    "act/recorded": ("已入账：{type}", "Recorded: {type}"),
    "act/stands": ("此前已入账，不再重复：{type} {act}", "Recorded before, left as it is: {type} {act}"),
    "act/recorded-before": ("此前已入账，回执相同：{type}", "Recorded before, the same receipt: {type}"),
    "act/keep-copy": ("密封值的原文请自行留存（-o FILE）。", "Keep a copy of the sealed values (-o FILE)."),
    "act/unused-key": ("这把密钥没有用上：{key}", "This key was not used: {key}"),
    "receipt/act": ("行为编号", "act"),
    "receipt/position": ("日志位置", "position"),
    "receipt/recorded-at": ("入账时间", "recorded at"),
    "receipt/signers": ("签署人", "signers"),
    "severity/minor": ("轻微", "minor"),
    "severity/curable": ("瑕疵（可补正）", "curable"),
    "severity/exclusion-risk": ("排除风险", "exclusion risk"),
    # inspect
    "inspect/part": ("部分", "part"),
    "inspect/rows": ("项数", "rows"),
    "inspect/written": ("检查材料在 {folder}（位置 {position}）", "The pack is in {folder}, as of {position}."),
    # import
    "import/line": ("行", "line"),
    "import/problem": ("问题", "problem"),
    "import/code": ("代码", "code"),
    "import/problems": ("共 {count} 个问题，没有写入任何内容", "{count} problems; nothing was written"),
    "import/compared": ("清单所列均已登记。", "Everything on the list is in the register."),
    "import/drafts": ("{drafts} 份草稿，{items} 件物品", "{drafts} drafts, {items} items"),
    "import/written": ("草稿在 {file}，由 custody act 签署并提交", "The drafts are in {file}: custody act signs them."),
    # template
    "template/types": ("行为类型", "Types of act"),
    "template/type": ("类型", "type"),
    "template/name": ("名称", "Chinese name"),
    "template/parts": ("签署角色", "parts"),
    # show
    "show/item": ("物品", "item"),
    "show/code": ("现用标签", "label in force"),
    "show/retired": ("已停用标签", "retired labels"),
    "show/case": ("案件", "case"),
    "show/description": ("名称", "description"),
    "show/category": ("类别", "category"),
    "show/status": ("状态", "status"),
    "show/holder": ("现持有人", "holder"),
    "show/since": ("自", "since"),
    "show/control": ("责任机关", "control"),
    "show/document": ("移送文书", "document"),
    "show/offered": ("移送清单", "offered"),
    "show/effective": ("生效文书", "in effect"),
    "show/final": ("已终局", "final"),
    "show/measure": ("措施", "measure"),
    "show/seal": ("封签", "seal"),
    "show/condition": ("状况", "condition"),
    "show/loan": ("调用", "loan"),
    "deadlines/rule": ("编号", "number"),
    "deadlines/name": ("期限", "deadline"),
    "deadlines/subject": ("对象", "subject"),
    "deadlines/due": ("到期", "due"),
    "deadlines/colour": ("颜色", "colour"),
    "deadlines/state": ("状态", "state"),
    "deadlines/missing": ("缺少 {year} 年日历", "calendar of {year} is missing"),
    "show/due": ("应还", "due"),
    "show/kit": ("采血套件", "kit"),
    "show/holds": ("冻结处置", "holds"),
    "show/defects": ("瑕疵", "defects"),
    "show/version": ("日志位置", "position of the last act"),
    "show/kind": ("种类", "kind"),
    "show/lead": ("主办机构", "lead agency"),
    "show/officers": ("办案人员", "officers"),
    "show/reviewer": ("法制员", "legal reviewer"),
    "show/opened": ("登记时间", "opened"),
    "show/noted": ("时限事实", "noted"),
    "show/inventory": ("账面清单", "inventory"),
    "show/items": ("物品数", "items"),
    "show/person": ("人员", "person"),
    "show/agency": ("机构", "agency"),
    "show/unit": ("部门", "unit"),
    "show/left": ("已离职", "left the service"),
    "show/capacities": ("身份", "capacities"),
    "show/until": ("有效期至 {day}", "until {day}"),
    "show/places": ("负责场所", "looks after"),
    "show/keys": ("密钥", "keys"),
    "show/live": ("有效", "live"),
    "show/revoked": ("已吊销", "revoked"),
    "show/place": ("场所", "place"),
    "show/name": ("名称", "name"),
    "show/parent": ("上级场所", "in"),
    "show/class": ("类别", "class"),
    "show/dual": ("双人双锁", "dual control"),
    "show/temperature": ("温度（℃）", "temperature (℃)"),
    "show/manifest": ("移送清单", "manifest"),
    "show/stock-take": ("盘点", "stock-take"),
    "show/yes": ("是", "yes"),
    "show/no": ("否", "no"),
    # history
    "history/title": ("保管链：{item}", "Chain of custody: {item}"),
    "history/from": ("自", "from"),
    "history/to": ("至", "to"),
    "history/now": ("至今", "now"),
    "history/holder": ("持有人", "holder"),
    "history/gone": ("已出库处置", "left custody"),
    "history/act": ("经由", "by"),
    "history/signed": ("签署人", "signed by"),
    "history/paper": ("{part}（纸面：{kind}）", "{part} (on paper: {kind})"),
    "history/whole": ("保管链完整，没有缺口。", "The chain has no gap."),
    "history/gap": (
        "缺口：{since} 起由 {held_by} 持有，{until} 却由 {given_by} 交出，其间没有交接记录。",
        "Gap: held by {held_by} since {since}, yet given by {given_by} at {until}; no handover is recorded between.",
    ),
    **ATTACHING, **EXPORTING, **OPERATING, **PAST, **PENDING, **REMINDING, **VERIFYING, **WITNESSING,
    # verify, rebuild, doctor
    "verify/doing": ("核验", "verifying"),
    "verify/looked-at": (
        "核验了 {entries} 条记录、{signatures} 个签名；已删除的披露内容 {erased} 项。",
        "Looked at {entries} entries and {signatures} signatures; {erased} disclosures were erased.",
    ),
    "verify/clean": ("没有发现问题。", "Nothing found."),
    "verify/findings": ("发现 {count} 个问题。", "Findings: {count}."),
    "verify/step": ("步骤", "step"),
    "verify/at": ("位置", "position"),
    "verify/finding": ("发现", "finding"),
    "rebuild/done": ("已重建：{name}（至位置 {position}）", "Rebuilt {name} up to position {position}."),
    "doctor/check": ("检查项", "check"),
    "doctor/result": ("结果", "result"),
    "doctor/python": ("Python {version}", "Python {version}"),
    "doctor/command-missing": ("命令 {name} 不能加载：{why}", "The command {name} cannot be loaded: {why}"),
    "doctor/commands": ("全部 {count} 个命令可用。", "All {count} commands are there."),
    "doctor/option": ("命令行参数", "an option"),
    "doctor/setting": ("{value}（来自 {source}）", "{value} (from {source})"),
    "doctor/unset": ("未设置（{variable}）", "not set ({variable})"),
    "doctor/database": ("可以连接；台账 {origin}，{size} 条记录。", "Reachable: ledger {origin}, {size} entries."),
    "doctor/schema": ("数据库结构为当前版本 {revision}。", "The schema is current ({revision})."),
    "doctor/schema-old": ("数据库结构为 {revision}，应为 {newest}：请执行 custody migrate。",
                          "The schema is at {revision}, not {newest}: run custody migrate."),
    "doctor/clock": ("时钟不早于台账最后一条记录。", "The clock is not behind the ledger's last entry."),
    "doctor/clock-behind": ("时钟落后于台账最后一条记录（{last}）：校准前无法写入。",
                            "The clock is behind the ledger's last entry ({last}): nothing can be recorded."),
    "doctor/key": ("{file}：可用，仅本人可读。", "{file}: sound, and its owner's alone."),
    "doctor/key-missing": ("{file}：没有这个文件，不能写入台账。", "{file}: not there, so nothing can be recorded."),
    "doctor/key-open": ("{file}：他人可读，请执行 chmod 600。", "{file}: others may read it, chmod 600 it."),
    "doctor/file-open": ("{file}：他人可读，其中有密封值的原文，请执行 chmod 600。",
                         "{file}: others may read it, and sealed values stand in it: chmod 600 it."),
    "doctor/unavailable": ("不可用：{why}", "not available: {why}"),
}
"""Code → (zh-CN, English)."""

TERMS: Final[Mapping[str, str]] = {
    "person": "人员", "place": "场所", "outside": "外部保管人", "system": "系统",
    "general": "一般物品", "valuables": "贵重物品", "cash": "现金", "vehicle": "车辆", "drugs": "毒品",
    "weapon": "武器", "digital": "电子数据载体", "document": "文书", "dangerous": "危险物品", "perishable": "易腐物品",
    "biological": "生物检材", "effects": "随身财物", "funds": "资金",
    "seized": "扣押", "sealed-in-situ": "查封", "frozen": "冻结", "registered": "先行登记保存", "received": "接受",
    "effects-kept": "代为保管",
    "none": "无", "sealed": "已封", "open": "未了结", "opened": "已启封", "broken": "破损",
    "explained": "已说明", "accepted": "已补正", "reviewed": "法制已审核", "contested": "有争议",
    "minor": "轻微", "curable": "瑕疵（可补正）", "exclusion-risk": "排除风险",
    "investigation": "侦查", "prosecution": "审查起诉", "trial": "一审", "second-instance": "二审", "execution": "执行",
    "closed": "结案", "custody": "实物", "control": "权属（单据）", "both": "实物和权属",
    "criminal": "刑事", "administrative": "行政", "public-order": "治安", "traffic": "交通",
    "complaint": "申诉控告", "appeal": "上诉", "re-examination": "重新鉴定", "claim": "权属主张", "review": "复议复核",
    "linked-case": "关联案件",
    "interrogation": "讯问", "inquiry": "询问", "appraisal": "鉴定", "identification": "辨认", "examination": "检验",
    "inspection": "检查", "court": "出庭",
    "handwritten": "手签", "fingerprint": "捺印", "refused": "拒签", "absent": "未到场",
    "cold": "冷藏", "weapons": "枪械库", "vehicle-yard": "车场", "quarantine": "隔离", "laboratory": "实验室",
    "counter": "受理台",
    "administrator": "管理员", "officer": "办案民警", "auxiliary": "辅警", "custodian": "保管员",
    "approver-1": "部门负责人", "approver-2": "负责人", "approver-3": "主要负责人", "legal-reviewer": "法制员",
    "medic": "医护人员", "examiner": "鉴定人", "prosecutor": "检察官", "judge": "法官", "finance": "财务",
    "supervisor": "督察", "auditor": "审计员",
    "returned-to-unit": "返回单位", "urgent-examination-ended": "紧急检验结束", "loan-purpose-ended": "调用事由结束",
    "papers-produced": "文书齐备", "found-irrelevant": "查明无关", "excursion-acknowledged": "温度异常已确认",
    "blue": "蓝", "orange": "橙", "red": "红", "running": "进行中", "suspended": "中止", "no-calendar": "缺日历",
    "drafted": "待签发", "issued": "待答复", "answered": "已答复", "void": "作废", "dead": "已放弃",
    "in-doubt": "结果不明", "no-address": "无联系方式",
    "met": "按期", "late": "逾期完成", "lapsed": "到期失效",
    "documents-delivered": "文书已送交登记", "measure-reported": "当场措施已报告",
    "refusal-notified": "不予重新鉴定已书面通知", "claim-period-extended": "认领期限已延长",
    "verification-extended": "核实期限已延长", "submission-extended": "送检期限已延长",
    "unfreezing-decided": "决定解除冻结", "items-unregistered": "清单所列物品未登记",
    "record-sealed": "犯罪记录封存", "record-unsealed": "犯罪记录解除封存",
    "judgment-served": "判决送达", "receipt-to-court-sent": "回执送交法院", "recommendation-issued": "建议书发出",
    "recommendation-answered": "建议书答复", "reserve-offered": "备份样本已告知", "reserve-requested": "备份样本已申请",
    "returned": "发还", "remitted": "上缴国库", "destroyed": "销毁", "handed-over": "移交主管机关",
    "consumed": "检验用尽", "supplied-to-subject": "交当事人",
}  # fmt: skip
"""Words of the acts, in Chinese; in English they say themselves what they mean."""
