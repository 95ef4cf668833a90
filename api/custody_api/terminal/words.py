"""Every text that a station shows, by stable code, in zh-CN and in English; and what the fields of acts are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.acts import ACT_TYPES
from custody.acts.parts import PARTS
from custody.cli.words import either, language
from custody_api.papers.report.wording import FIELDS, MORE_TERMS
from custody_api.terminal.flows import FLOWS, Ask, part_of

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "help/station": (
        "在终端里扫码、签署（无浏览器的柜台）",
        "scan and sign in a terminal, at a counter without a browser",
    ),
    "help/key": ("登录服务器用的密钥文件（或先用 custody sign-in）",
                 "the key file to sign in with at a server (or custody sign-in before)"),
    "help/sheet": (
        "未签单据存放的文件（默认在用户状态目录）",
        "the file that keeps the open sheet (default: the state folder)",
    ),
    "help/prefix": ("扫描枪设置的前缀", "what the scanner is set to send before a code"),
    "help/suffix": ("扫描枪设置的后缀", "what the scanner is set to send after a code"),
    # the frame
    "scan": ("扫描", "Scan"),
    "at/server": ("服务器 {where}", "server {where}"),
    "at/database": ("本机台账", "this machine's ledger"),
    "key/undo": ("F2 撤回", "F2 undo"),
    "key/throw": ("F2 作废此单", "F2 throw away"),
    "key/sign": ("F9 签名", "F9 sign"),
    "key/send": ("F9 再次提交", "F9 send again"),
    "key/back": ("Esc 返回", "Esc back"),
    "key/leave": ("Esc 退出", "Esc leave"),
    "key/on": ("Enter 继续", "Enter on"),
    # outcomes
    "outcome/accepted": ("已收", "accepted"),
    "outcome/already": ("已扫过", "already there"),
    "outcome/wrong-place": ("位置不符", "wrong place"),
    "outcome/unknown": ("不认识", "unknown"),
    "outcome/refused": ("不予采信", "refused"),
    # home
    "home/title": ("请扫描，或选择要办的事", "Scan, or choose what to do"),
    "home/open": (
        "有一张未签的单：{name}，{count} 件。Enter 继续办理。",
        "An open sheet: {name}, {count} items. Enter goes on with it.",
    ),
    "home/first": ("请先办完或作废未签的单。", "Finish the open sheet first, or throw it away."),
    "home/thrown": ("已作废：{name}", "Thrown away: {name}"),
    "home/unknown": ("台账中没有：{text}", "The ledger knows nothing of: {text}"),
    # scans
    "scan/in": ("{description}  {code}", "{description}  {code}"),
    "scan/unknown": ("台账中没有这个编码：{code}", "This code is not in the ledger: {code}"),
    "scan/retired": (
        "已停用的标签，不得据此移动。该物品现用 {now}",
        "A retired label moves nothing. The item now bears {now}",
    ),
    "scan/on-sheet": ("单上已有：{description}", "Already on the sheet: {description}"),
    "scan/not-here": ("这张单不收此类标签。", "This sheet takes no label of this kind."),
    "scan/place": ("场所：{name}", "Place: {name}"),
    "scan/tubes": ("已加入采血套件的 {count} 管", "{count} tubes of the kit added"),
    "scan/stored": ("台账记载在库：{where}", "by the ledger it lies in {where}"),
    "scan/not-stored": ("台账记载不在库（{status}）", "by the ledger it is not in the store ({status})"),
    "scan/not-lent": ("台账记载未出借（{status}）", "by the ledger it is not on loan ({status})"),
    # questions
    "ask/place": ("{name}：请扫描场所标签", "{name}: scan the place's label"),
    "ask/places": ("{name}：请逐个扫描场所标签，Enter 结束", "{name}: scan each place's label, Enter when done"),
    "ask/people": ("{name}：请输入人员编号（几人用空格分开）", "{name}: type the person's id (several: with spaces)"),
    "ask/text": ("{name}：请输入", "{name}: type it"),
    "ask/choice": ("{name}：请选择", "{name}: choose"),
    "ask/moment": ("{name}：如 2026-03-14 18:00，或 24h、3d", "{name}: like 2026-03-14 18:00, or 24h, 3d"),
    "ask/range": ("{name}：如 2 8", "{name}: like 2 8"),
    "ask/optional": ("（没有则按 Enter）", " (Enter: none)"),
    "ask/items": ("请扫描物品；扫完按 F9 签名", "Scan the items; F9 signs when all are there"),
    "ask/ready": ("可以签名：F9。也可以继续扫描。", "Ready to sign: F9. Or scan more."),
    "ask/line": ("{description}：所见封签和状况？也可扫描或输入另一封签号",
                 "{description}: which seal, which condition? Or scan or type another seal's number"),
    "ask/condition": ("{description}：状况如何？", "{description}: in which condition?"),
    "ask/seal-opened": ("{description}：启封的封签号？", "{description}: the number of the seal that was opened?"),
    "ask/seal-put-on": ("{count} 件装为一包：请扫描或输入新封签号；也可继续扫描同包物品",
                        "{count} items in one package: scan or type the new seal's number; or scan more of it"),
    "ask/count": (
        "请扫描；换货架时先扫场所标签。扫完按 F9",
        "Scan; a place's label says where you stand. F9 when done",
    ),
    "seen/as-known": ("封签 {seal}，完好", "seal {seal}, intact"),
    "seen/none-known": ("无封签，完好", "no seal, intact"),
    "seen/seal-only": ("封签 {seal}，状况另说", "seal {seal}, condition to be said"),
    "seen/broken": ("封签破损", "the seal is broken"),
    "seen/none": ("没有封签", "there is no seal"),
    "condition/intact": ("完好", "intact"),
    "condition/damaged": ("破损", "damaged"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "answer/person": ("没有此人：{person}", "Nobody has this id: {person}"),
    "answer/no-key": ("{person} 没有有效密钥。没有密钥的人按 Enter，另行记明。",
                      "{person} has no key in force. For somebody without a key, press Enter."),
    "answer/most": ("最多 {most} 人", "at most {most}"),
    "answer/moment": ("不是时间：{text}", "This is no time: {text}"),
    "answer/range": ("不是温度范围：{text}", "This is no range of temperatures: {text}"),
    "answer/seal": ("封签号只有大写字母、数字和“-”：{text}", "A seal's number has capitals, digits and - only: {text}"),
    "answer/choose": ("请按数字选择。", "Choose by its digit."),
    "answer/needed": ("这一项必须填写。", "This has to be said."),
    "answer/not-yet": ("还不能签名。", "It cannot be signed yet."),
    "answer/nothing": ("没有可撤回的。", "There is nothing to undo."),
    "answer/undone": ("已撤回：{what}", "Undone: {what}"),
    "answer/measured": ("已记称量：{quantity} {unit}", "Measured: {quantity} {unit}"),
    "answer/where": ("请先扫描场所标签。", "Scan a place's label first."),
    # the name and the paper of somebody without a key
    "field/name": ("{part}（无密钥）的姓名", "the name of the {part}, who has no key"),
    "field/how": ("{part}如何签认", "how the {part} signs"),
    "field/packaging": ("包装", "packaging"),
    "field/method": ("方法", "method"),
    "field/staff": ("是否机关人员", "staff of the authority"),
    # rows
    "row/seal": ("封签 {seal}", "seal {seal}"),
    "row/unseen": ("待说明", "to be said"),
    "row/more": ("……另有 {count} 件", "… and {count} more"),
    "row/count": ("{count} 件", "{count} items"),
    "row/signed": ("已签", "signed"),
    "row/to-sign": ("待签", "to sign"),
    # signing
    "sign/title": ("签署 {name}", "Sign {name}"),
    "sign/who": ("{part}：{person}", "{part}: {person}"),
    "sign/digest": ("所签字节的 SHA-256", "SHA-256 of the bytes to sign"),
    "sign/paper": ("{part}（纸面）：{kind}", "{part} (on paper): {kind}"),
    "sign/clean": ("现在提交会入账，没有瑕疵。", "Submitted now it would be recorded, without defects."),
    "sign/defect": ("会带瑕疵入账：{said}", "It would be recorded with a defect: {said}"),
    "sign/remedy": ("须补正：{remedy}", "owed then: {remedy}"),
    "sign/file": ("{part} {person}：请输入密钥文件", "{part} {person}: your key file"),
    "sign/passphrase": ("{person}：{file} 的口令（不显示）", "{person}: the passphrase of {file} (hidden)"),
    "sign/no-file": ("没有这个文件。", "There is no such file."),
    "sign/which-key": ("{person} 有几把密钥，用哪一把签？", "{person} has several keys: which one signs?"),
    "sign/other-key": ("这不是待签人签署此单的密钥。", "Nobody who is still to sign does so with this key."),
    "sign/passkey": (
        "{person} 只有通行密钥，须在浏览器中签署。",
        "{person} has a passkey only: that signs in a browser.",
    ),
    "sign/signed": ("{person} 已签", "{person} has signed"),
    "sign/source": ("规则 {rule}；依据：{source}", "rule {rule}; source: {source}"),
    "sign/instead": ("应当：{instead}", "instead: {instead}"),
    "sign/lost": ("签名已齐，但没有收到回执。是否入账尚不可知：F9 再次提交，相同内容只入账一次。",
                  "Everybody has signed, and no receipt came. F9 sends the same again: it is recorded once."),
    # receipts
    "done/title": ("已入账 第 {position} 号", "Recorded, number {position}"),
    "done/verified": ("入账证明已核验：在日志检查点内", "the proof is verified: it stands in the log's checkpoint"),
    "done/next": ("Enter 返回；可继续扫描", "Enter goes back; or scan"),
    # stock-takes
    "count/open": ("新开一次盘点", "open a stock-take"),
    "count/count": ("清点：{opening}", "count: {opening}"),
    "count/close": ("结束：{opening}", "close: {opening}"),
    "count/title": ("盘点", "Stock-take"),
    "count/which": ("请选择", "Choose"),
    "count/scanned": ("已扫 {count} 件", "{count} scanned"),
    "count/nothing": ("不应由本单给出。", "not for this sheet."),
}  # fmt: skip
"""Code → (zh-CN, English)."""

_ENGLISH: Final[Mapping[str, str]] = {"ordered_by": "disposition order", "without_order": "without order because"}


def say(code: str, /, **fields: object) -> str:
    """Return the text of a code in the language in use."""
    return either(*WORDS[code]).format(**fields)


def flow_name(name: str) -> str:
    """What a flow is called: its act, as the reader calls it."""
    act = FLOWS[name].act
    return f"{ACT_TYPES[act].zh} {act}" if language() == "zh" else act.capitalize()


def part_name(act: str, part: str) -> str:
    """Who signs, as the reader calls them."""
    known = PARTS[act].get(part)
    return either(known.zh, known.en) if known else part


def ask_name(act: str, ask: Ask) -> str:
    """What a question asks for, as the reader calls it."""
    before, _, name = ask.name.rpartition(":")
    if part := part_of(act, ask.name):
        return either(part.zh, part.en)
    if before:
        return say(f"field/{before}", part=part_name(act, name))
    last = name.rpartition(".")[2]
    if f"field/{last}" in WORDS:
        return say(f"field/{last}")
    return either(FIELDS.get(last, last), _ENGLISH.get(last, last.replace("_", " ")))


def term(word: str) -> str:
    """A coded value as the reader calls it."""
    if word in ("yes", "no"):
        return say(word)
    return either(MORE_TERMS.get(word, word), word.replace("-", " "))
