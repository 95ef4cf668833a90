"""Every text that the commands print, by stable code, in zh-CN and in English; and which language is meant.

What errors say stands in `custody.sentences` and where they are raised.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Final

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
    "help/act-key": ("签署用的密钥文件，可重复", "key file to sign with; repeatable"),
    "help/dry-run": ("只说明会如何裁定，不提交", "say what would be decided, submit nothing"),
    "help/sign-only": ("只签署，写入 -o 文件，交他人补签", "only sign, into -o FILE, for others to complete"),
    "help/act-output": ("把签署后的记录连同披露内容写入文件", "also write the signed acts with their disclosures"),
    "help/template": ("打印某类行为记录的完整示例", "print a filled-in example of an act"),
    "help/template-type": ("行为类型；省略则列出全部", "the type of act; without it, all types are listed"),
    "help/schema": ("打印 JSON Schema 而非示例", "print the JSON Schema instead of an example"),
    "help/show": ("显示物品、案件、人员或场所的状态", "show the state of an item, a case, a person or a place"),
    "help/show-kind": ("种类", "what to show"),
    "help/show-id": ("编号、标签编码或案号", "id, label code or case reference"),
    "help/as-of": ("某一时刻的状态（按现在所知）", "the state at this time, as it is known now"),
    "help/known-at": ("按台账当时所知", "as the ledger knew it at this time"),
    "help/history": ("物品的保管链", "the chain of custody of an item"),
    "help/item": ("物品编号或标签编码", "the item's id or label code"),
    "help/verify": ("核验整本台账，报告全部发现", "verify a whole ledger; report every finding"),
    "help/jobs": ("并行进程数", "processes to use"),
    "help/rebuild": ("由日志重建登记簿", "make the registers anew from the log"),
    "help/register": ("登记簿；省略则全部", "a register; all of them without it"),
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
    # keygen, init, migrate
    "keygen/id": ("密钥编号", "key id"),
    "keygen/public": ("公钥", "public key"),
    "init/done": ("台账已建立：{origin}", "The ledger {origin} is founded."),
    "init/log-key": ("日志私钥：{file}、{journal}（请备份，勿放入数据库）",
                     "Log keys: {file}, {journal} (back them up; never in the database)"),
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
    "act/recorded-before": ("此前已入账，回执相同：{type}", "Recorded before, the same receipt: {type}"),
    "act/keep-copy": ("密封值的原文请自行留存（-o FILE）。", "Keep a copy of the sealed values (-o FILE)."),
    "act/unused-key": ("这把密钥没有用上：{key}", "This key was not used: {key}"),
    "receipt/act": ("行为编号", "act"),
    "receipt/position": ("日志位置", "position"),
    "receipt/recorded-at": ("入账时间", "recorded at"),
    "receipt/signers": ("签署人", "signers"),
    "receipt/rule": ("规则", "rule"),
    "severity/minor": ("轻微", "minor"),
    "severity/curable": ("瑕疵（可补正）", "curable"),
    "severity/exclusion-risk": ("排除风险", "exclusion risk"),
    # template
    "template/types": ("行为类型", "Types of act"),
    "template/type": ("类型", "type"),
    "template/name": ("名称", "Chinese name"),
    "template/parts": ("签署角色", "parts"),
}
"""Code → (zh-CN, English)."""
