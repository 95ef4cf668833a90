"""Every error's sentence in Chinese, by its stable code; the English one stands where the error is raised.

What a refused rule says comes with the error itself, from the rule data whose hash is in the log. A test finds every
code that has no sentence here. Names in braces are fields of the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from custody.errors import CustodyError

CHINESE: Final[Mapping[str, str]] = {
    # Malformed: the bytes are not what the format says
    "malformed/act": "行为记录的字段“{field}”不符合格式。应为：{expected}；实为：{got}。",
    "malformed/base64": "base64 编码不符合格式（{field}）。",
    "malformed/checkpoint": "检查点不符合格式（{field}）。",
    "malformed/correction-insert": "补入的行为应为一个对象，不含 id、ledger、seen、follows、signers。",
    "malformed/correction-old": "更正所列的原内容与记载不一致（{field}）。",
    "malformed/correction-path": "原记录中没有这个位置，或该位置不能更正（{field}）。",
    "malformed/config": "设置文件无法读取，或其中有不认识的设置：{file}",
    "malformed/disclosure": "披露内容须为 32 字节盐值和原文。",
    "malformed/disclosures": "披露内容与行为记录中的密封值不一致：缺少或多余。",
    "malformed/draft": "行为记录草稿不符合格式：{field} {got}",
    "malformed/entry": "条目不符合格式（{field}）。",
    "malformed/entry-bundle": "条目包不符合格式。",
    "malformed/entry-size": "条目超过 65,535 字节。",
    "malformed/envelope": "签名信封的字段“{field}”不符合格式。应为：{expected}；实为：{got}。",
    "too-large/items": "一份记录列得太多：请把物品分到多份记录中，每份不超过 1,000 件。",
    "malformed/envelope-size": "签名信封超过 1 MiB：请把物品分到多份记录中，每份不超过 1,000 件。",
    "malformed/file": "文件无法使用：{file}（{reason}）",
    "malformed/genesis": "台账只能由开账记录建立。",
    "malformed/hash": "哈希值应为 32 字节。",
    "malformed/journal-detail": "日志明细无法读取。",
    "malformed/journal-entry": "日志条目无法读取。",
    "malformed/key-file": "这不是可用的密钥文件（PKCS#8 PEM，Ed25519 或 P-256）：{file}",
    "malformed/label": "这不是本系统的标签编码。",
    "malformed/label-check": "标签校验字符不符，请重新扫描。",
    "malformed/label-id": "这不是标签编号。",
    "malformed/log-key": "日志密钥须为 Ed25519：{file}",
    "malformed/mapping": "对照表不能使用：{field}（{got}）",
    "malformed/note": "签名文本不符合格式（{field}）。",
    "malformed/payload-type": "信封中不是行为记录。",
    "malformed/policy": "规则数据无法读取。",
    "malformed/proof": "证明不符合格式。",
    "malformed/reminders": "提醒设置有误（{field}）。应为：{expected}；实为：{got}。",
    "malformed/reminders-open": "他人可读，请执行 chmod 600：{file}",
    "malformed/rule-case": "文件 {file} 不是可用的规则用例。",
    "malformed/sign-in": "登录声明不符合格式（{field}）。应为：{expected}；实为：{got}。",
    "malformed/signed-act": "已签署的记录只含信封和披露内容：{field}",
    "malformed/signer-key": "签署人 {got} 没有可用的密钥。",
    "malformed/signer-keys": "{got} 有多把密钥：请在 signers 中写明，或用 --key 给出。",
    "malformed/text": "文字中有数据库无法保存的字符（{got}）。",
    "malformed/workbook": "不是可读的 Excel 工作簿：{file}（{reason}）",
    "too-large/import": "文件太大（{got} 字节，上限 {limit}），请拆分：{file}",
    "malformed/tlog-proof": "日志证明不符合格式（{field}）。",
    # Untrusted: signatures, keys or capacities do not bear the act out
    "untrusted/capacity": "{person} 不具备以此角色（{part}）签署所需的身份。",
    "untrusted/checkpoint-origin": "检查点属于另一本台账：应为 {expected}，实为 {got}。",
    "untrusted/consistency-proof": "一致性证明不成立。",
    "untrusted/foreign-key": "该密钥登记在他人名下，不属于 {person}。",
    "untrusted/inclusion-proof": "存在性证明不成立。",
    "untrusted/key-algorithm": "只能登记 Ed25519 或 P-256 密钥。",
    "untrusted/key-file-mode": "密钥文件可被他人读取，请执行 chmod 600：{file}",
    "untrusted/key-form": "公钥无法读取，或不是唯一的 DER 形式。",
    "untrusted/left": "{person} 已离职或未登记，不能签署。",
    "untrusted/log-key": "这不是开账记录或其后记录所载的现用日志密钥。",
    "untrusted/note-signature": "签名文本上 {name} 的签名不成立。",
    "untrusted/note-unsigned": "签名文本上没有受信任的签名。",
    "untrusted/other-ledger": "该行为属于另一本台账（{ledger}）。",
    "untrusted/paper": "“{part}”不能以纸面签认代替。",
    "untrusted/part": "此类记录没有“{part}”这一签署角色。",
    "untrusted/part-crowded": "“{part_zh}”签署人过多：至多 {expected} 人，实有 {got} 人。",
    "untrusted/part-missing": "缺少“{part_zh}”的签名：至少 {expected} 人，实有 {got} 人。",
    "untrusted/passphrase": "密钥口令缺失或不正确。",
    "untrusted/passphrase-file-mode": "口令文件可被他人读取，请执行 chmod 600：{file}",
    "untrusted/policy": "本版本的规则数据与该台账所用的不一致。",
    "untrusted/revoked-key": "{person} 的这把密钥已吊销。",
    "untrusted/seen": "签署人所见的检查点不是本台账签发的（大小 {seen}）。",
    "untrusted/seen-ahead": "签署人所见的台账比现有的更长：本台账可能被回退或复制。",
    "untrusted/sign-in-origin": "该登录声明是为另一台服务器（{origin}）作出的。",
    "untrusted/sign-in-time": "该登录声明不是刚刚作出的，请核对时钟（声明：{time}；服务器：{now}）。",
    "untrusted/sign-in-used": "该登录声明已用过，请重新登录。",
    "untrusted/signature": "{person} 的签名不成立：签名所对的不是这些字节。",
    "untrusted/signature-extra": "有一个签名不属于任何签署人。",
    "untrusted/signature-missing": "缺少签署人的签名：{person} {key}",
    "untrusted/signature-twice": "同一把密钥签了两次。",
    "untrusted/signs-twice": "同一签署人被列了两次。",
    "untrusted/two-parts": "{person} 在同一份记录中以两种角色签署。",
    "untrusted/unknown-key": "{person} 的这把密钥未登记。",
    "untrusted/weak-key": "该 Ed25519 公钥不安全（低阶点或非规范形式）。",
    # Stale, Conflict, NotFound
    "awaits": "须先行入账的记录尚未收到：{awaits}",
    "stale": "签署之后物品已有变动，请重新查看并重新签署（其间的行为：{act}）。",
    "stale/follows-stranger": "只能接续由同一密钥签署的记录。",
    "conflict/backup": "该处已有文件或目录，请指定新目录：{folder}",
    "conflict/recommendation": "只有尚未签发的执法建议书可以作废：{reference}（{state}）",
    "conflict/recommendation-closed": "执法建议书 {reference} 已答复或作废，无后续记录。",
    "conflict/act-id": "该编号下已有另一份内容入账。",
    "conflict/founded": "该数据库中已有台账。",
    "conflict/key-file": "文件已存在，密钥不会被覆盖：{file}",
    "conflict/log-key-exists": "日志密钥文件已存在：{file}。如确需使用，请用 --log-key 指明。",
    "not-found/recommendation": "没有这个编号的执法建议书：{asked}",
    "not-found/act": "台账中没有这份行为记录。",
    "not-found/calendar": "缺少 {year} 年的工作日历，无法计算期限。",
    "not-found/case": "台账中没有这个案件：{asked}",
    "not-found/checkpoint": "日志没有签发过这样的检查点。",
    "not-found/receipt-link": "没有可查询此回执的链接：{act}",
    "not-found/manifest": "台账中没有这份移送清单：{asked}",
    "not-found/item": "台账中没有这件物品：{asked}",
    "not-found/jurisdiction": "没有该法域的规则数据：{got}",
    "not-found/ledger": "该数据库中没有台账：请先执行 custody init。",
    "not-found/clearance": "没有这种清理：{asked}",
    "not-found/code": "台账中没有这个标签编码：{asked}",
    "not-found/kit": "台账中没有这个采血套件：{asked}",
    "not-found/loan": "台账中没有这次呈请调用：{asked}",
    "not-found/person": "台账中没有这个人员：{asked}",
    "not-found/place": "台账中没有这个场所：{asked}",
    "not-found/register": "没有这个登记簿：{asked}",
    "not-found/position": "日志没有这个位置。",
    "not-found/rule": "没有这条规则：{got}",
    "not-found/rule-cases": "该文件夹中没有用例：{folder}",
    "not-found/size": "日志尚未达到这个长度。",
    "not-found/stock-take": "台账中没有这次盘点：{asked}",
    "not-found/sheets": "清单原文已删除，只余摘要。",
    "not-found/tile": "日志没有这个分块。",
    # Unavailable, Damaged
    "unavailable/behind": "登记簿尚未跟上日志，请稍后重试。",
    "unavailable/contention": "同时操作这些对象的人太多，请稍后重试。",
    "unavailable/desk": "工作台数据表尚未建立，请先执行 custody migrate。",
    "unavailable/database": "数据库被锁、已满或无法连接；没有写入任何内容。",
    "unavailable/program": "程序内部出错（{kind}）；设置 CUSTODY_DEBUG=1 可查看详情。",
    "unavailable/server": "服务器无法连接或没有正常回答：{server}",
    "damaged/clock": "系统时钟落后于日志的最后一条记录，校准之前不再入账。",
    "damaged/database": "数据库中有不应存在的内容，已停止写入。",
    "damaged/entry": "有一个条目缺失或无法读取，已停止写入。",
    "damaged/genesis": "日志的第一条不是开账记录。",
    "damaged/head": "日志头缺失，或在加锁后变动，无法读写。",
    "damaged/rolled-back": "日志比曾签发的检查点短：数据可能被回退，已停止写入。",
    "damaged/sheets": "清单原文与签署的摘要不符。",
    "damaged/tile": "所存日志缺少分块，已停止写入。",
    "damaged/tree": "叶子与日志头的根哈希不符，已停止写入。",
    # Wrong use of a command
    "use/backup": "本命令只备份 SQLite 文件；PostgreSQL 请用 pg_dump 或 pg_basebackup。",
    "use/database": "请指明数据库：--database 或 CUSTODY_DATABASE。",
    "use/database-kind": "台账须为 SQLite 文件或 PostgreSQL 数据库。",
    "use/database-url": "这不是数据库 URL，也不是路径。",
    "use/draw": "请用 --place 或 --list 之一指明从何处抽取；件数不得为负。",
    "use/draw-root": "根哈希应为 32 字节（base64url 或十六进制）。",
    "use/dry-run": "预演不写任何文件，请去掉 -o。",
    "use/import": "请用 -o 指明草稿写到哪里，或者用 --dry-run、--compare。",
    "use/inspect": "文件夹已存在，请另取名：{folder}",
    "use/inspect-sample": "抽查件数不得为负。",
    "use/log-key": "请指明日志私钥文件：--log-key 或 CUSTODY_LOG_KEY。",
    "use/moment": "只有物品和案件可以查询其他时刻的状态。",
    "use/no-act": "请给出行为记录文件，或“-”表示标准输入。",
    "use/no-ledger": "请指明台账：--database 或 --server。",
    "use/one-ledger": "同时设置了数据库和服务器：请用参数指明其一。",
    "use/output-is-input": "副本须写入另一个文件，不能是所读的文件。",
    "use/passphrase": "需要口令：请在终端运行，或用 --passphrase-file 给出口令文件。",
    "use/passphrase-empty": "口令为空，起不到保护作用；如确不需要，请用 --no-passphrase。",
    "use/passphrases-differ": "两次输入的口令不一致。",
    "use/recommend": "请同时给出：--draft 与 --noter；--void 与 --reason。",
    "use/reminders": "请指明提醒设置文件：--reminders 或 CUSTODY_REMINDERS。",
    "use/remind-every": "间隔不得少于 1 秒。",
    "use/server": "服务器地址须以 http:// 或 https:// 开头。",
    "use/sign-in": "请写明服务器，并给出登录密钥（--key）或 --end。",
    "use/sign-only": "请指明签署结果写到哪里：-o FILE。",
    "use/timezone": "本机不认识这个时区：{got}。",
}
"""Code → the sentence in zh-CN."""


class _Blanks(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def sentence(error: CustodyError, lang: str) -> str:
    """Return what an error says in ``zh`` or ``en``; an unknown code falls back to the English sentence."""
    if not lang.startswith("zh"):
        return error.sentence
    if error.code.startswith("refused/"):
        return str(error.fields.get("zh") or error.sentence)
    code = "awaits" if error.code.startswith("awaits/") else error.code
    known = CHINESE.get(code)
    return known.format_map(_Blanks(error.fields)) if known else error.sentence
