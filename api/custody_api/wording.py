"""What the API itself says, by stable code, in zh-CN and in English; and which of the two a caller reads.

Rules bring their own text in both languages; the other errors' sentences stand in `custody.cli`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["zh", "en"]

TAGS: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en"}
"""The language tags that answers bear."""

CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    "not-found/route": ("没有这个地址。", "There is nothing at this address."),
    "method-not-allowed": ("此地址不接受这种请求方法。", "This address does not take this method."),
    "http": ("请求不能处理。", "The request cannot be served."),
    "internal/error": (
        "服务器内部错误，已记入日志。写入是否完成，请用同一请求再试：相同内容只会入账一次。",
        "Something went wrong inside and was logged. If this was a submission, send it again: it is recorded once.",
    ),
    "misdirected/host": (
        "本服务不应答这个主机名，请用：{expected}。",
        "This server does not answer to this host name: use {expected}.",
    ),
    "misdirected/in-the-clear": (
        "该请求未经加密到达，不予应答，请用：{expected}。",
        "This request did not come encrypted, and is not answered: use {expected}.",
    ),
    "not-found/issuer": ("没有这个签发者。", "There is no such issuer."),
    "sign-in/done": ("登录成功，继续", "Signed in. Go on"),
    "not-signed-in/session": (
        "尚未登录，或登录已失效，请重新登录。",
        "Nobody is signed in, or the session ended: sign in again.",
    ),
    "not-signed-in/foreign-page": (
        "该请求来自其他网页，未予受理。",
        "This request came from another page than this server's.",
    ),
    "untrusted/sign-in-key": (
        "登录声明不是由任何有效密钥签署的。",
        "No live key of anybody signed this sign-in.",
    ),
    "malformed/pending": (
        "字段“{field}”不符合格式。应为：{expected}；实为：{got}。",
        "The field {field} is wrong: expected {expected}, got {got}.",
    ),
    "malformed/subscription": (
        "订阅的字段 {field} 不对：应为 {expected}。",
        "The field {field} of the subscription is wrong: {expected}.",
    ),
    "too-large/subscription": ("订阅请求超过 {limit} 字节。", "A subscription is not over {limit} bytes."),
    "too-large/sign-in": ("登录声明超过 {limit} 字节。", "A sign-in is not over {limit} bytes."),
    "not-allowed/auditors": ("仅限审计机构的审计员查询。", "Only auditors of an audit office may ask this."),
    "not-allowed/sealed": (
        "密封内容只向办理该案的人员公开。",
        "Sealed values are shown only to who works on the case.",
    ),
    "not-allowed/pending": (
        "等待签名的记录只能由其签署人之一放入。",
        "Whoever puts an act down is one of its signers.",
    ),
    "not-allowed/withdraw": (
        "只有放入者可以撤回；其他签署人可以拒签。",
        "Whoever put it down may withdraw it; the other signers may decline.",
    ),
    "not-allowed/check": (
        "试算只能由该记录签署人所在的机构进行。",
        "An act is tried by the agency of somebody who is to sign it.",
    ),
    "not-allowed/oversight": (
        "仅限审核、审批、督察和审计人员查询。",
        "Only who reviews, approves, supervises or audits may ask this.",
    ),
    "too-many/writes": (
        "请求过于频繁，请 {retry_after} 秒后再试。",
        "Too many requests: try again in {retry_after} s.",
    ),
    "too-many/sign-ins": (
        "登录过于频繁，请 {retry_after} 秒后再试。",
        "Too many sign-ins: try again in {retry_after} s.",
    ),
    "too-many/receipts": (
        "查询过于频繁，请 {retry_after} 秒后再试。",
        "Too many requests: try again in {retry_after} s.",
    ),
    "malformed/form": ("表单格式不对。", "The form is not written as forms are."),
    "too-large/form": ("表单超过 {limit} 字节。", "A form is not over {limit} bytes."),
    "malformed/header": ("请求头 {field} 不对。", "The header {field} is wrong."),
    "malformed/range": ("所要的字节不在文件之内（共 {size} 字节）。", "The file has no such bytes: it has {size}."),
    "malformed/query": ("查询参数 {field} 不对。", "The query parameter {field} is wrong."),
    "malformed/media-type": ("请求正文须为 {expected}。", "The body of this request is to be {expected}."),
    "malformed/submission": (
        "提交内容的字段 {field} 不对：应为 {expected}。",
        "The field {field} of the submission is wrong: expected {expected}.",
    ),
    "too-large/body": (
        "请求正文超过 {limit} 字节。请把物品分到几份行为里，每份最多 1000 件、信封最大 1 MiB。",
        "The body is over {limit} bytes. Split the items over several acts of up to 1,000 items and 1 MiB each.",
    ),
    "too-large/image": (
        "图像超过 {limit} 字节，请缩小后再传。",
        "The image is over {limit} bytes: send a smaller one.",
    ),
    "too-large/batch": (
        "一批最多 {lines} 行、{limit} 字节；尚未写入任何内容。请分成几批提交。",
        "A batch takes up to {lines} lines and {limit} bytes; nothing was recorded. Send it as several batches.",
    ),
    "too-large/table": (
        "表格超过 {rows} 行：请缩小查询范围，或用 limit 和 after 分页导出。",
        "The table has over {rows} rows: narrow the search, or take it page by page with limit and after.",
    ),
    "unavailable/busy": ("等待处理的提交太多，请稍后重试。", "Too many submissions are waiting: try again shortly."),
    "unavailable/streams": ("同时打开的事件流太多，请稍后重试。", "Too many streams are open: try again later."),
    "unavailable/behind": (
        "登记簿尚未跟到位置 {at_least}，请稍后重试。",
        "The registers have not reached position {at_least} yet: try again shortly.",
    ),
    "not-found/act-type": ("没有这种行为：{got}", "There is no such type of act: {got}"),
    "malformed/paper": ("没有这种文书，或不能这样出具：{field}", "There is no such paper, or not of this: {field}"),
    "not-found/paper": ("台账中没有可据以出具此文书的记录：{asked}", "Nothing that this paper is drawn from: {asked}"),
    "paper/written": (
        "已依台账位置 {position} 出具 {count} 份、{pages} 页：{file}",
        "{count} papers on {pages} pages, drawn at position {position}: {file}",
    ),
    "paper/missing": ("字库中没有这些字，已印为“〓”：{characters}", "Not in the font, printed as 〓: {characters}"),
    "not-found/label": ("台账中没有贴此标签的东西：{got}", "The ledger knows nothing that bears this label: {got}"),
    "serve/registers": ("更新登记簿", "registers"),
    "serve/registers-behind": (
        "登记簿未能更新到最新，后台继续尝试（见 /readyz）。",
        "The registers could not be brought up to date; trying goes on (see /readyz).",
    ),
    "serve/address": (
        "接口地址：{address}/openapi.json（按 Ctrl-C 停止）",
        "API: {address}/openapi.json (Ctrl-C stops it)",
    ),
    "paper/revoked": ("已撤销 {count} 个查询链接。", "Revoked {count} link(s)."),
    "paper/link": ("查询链接：{link}", "Link: {link}"),
    "malformed/attachment-range": (
        "请求头 {field} 不对：应为 {expected}。", "The header {field} is wrong: expected {expected}.",
    ),
    "not-found/attachment": ("没有这个附件。", "There is no such attachment."),
    "unavailable/no-attachments": ("本服务器没有附件库。", "This server keeps no attachments."),
    "not-found/quorum": (
        "还没有达到法定数的检查点覆盖这条记录。", "No quorum of witnesses covers this act yet.",
    ),
    "not-found/receipt": ("没有这份回执。", "There is no such receipt."),
    "not-found/passkey": ("此人没有这个可用的通行密钥。", "No live key of this person is that passkey."),
    "use/look": (
        "请用 --by 和 --why 说明由谁、为何：显示密封值（或用 --sealed 不显示）、出具或撤销链接都要记入日志簿。",
        "Say who and why (--by, --why): showing sealed values (or draw it with --sealed), issuing and revoking links "
        "are journaled.",
    ),
    "use/paper-output": ("请用 -o 指明文书写到哪里。", "Say where the paper goes: -o FILE."),
    "use/paper-revoke": ("撤销链接须用 --act 指明行为记录。", "Name the act whose links are revoked: --act."),
    "use/host": (
        "要绑定 {host} 须加密传输：请给出 --tls-cert 与 --tls-key，或以 --behind-proxy 写明加密代理的地址；"
        "否则只绑定本机地址（127.0.0.1、localhost 或 ::1）。",
        "The server binds {host} only if it encrypts what it sends: give --tls-cert and --tls-key, or --behind-proxy "
        "with the address of the proxy that does. Otherwise loopback only: 127.0.0.1, localhost or ::1.",
    ),
    "use/tls": (
        "证书 {cert} 或私钥 {key} 不能使用：{reason}",
        "The certificate {cert} or the key {key} cannot be used: {reason}",
    ),
    "use/tls-pair": ("--tls-cert 与 --tls-key 须同时给出。", "--tls-cert and --tls-key go together."),
    "use/public-url": (
        "请用 --public-url 写明外部访问地址（https://…）：须据此核对主机名和登录声明。",
        "Say where the server is reached: --public-url https://NAME. Host names and statements of sign-in are checked "
        "against it.",
    ),
    "use/certificates": (
        "客户端证书由代理核验并转交：请用 --behind-proxy 写明代理地址。",
        "Client certificates are verified and passed on by a proxy: name its address with --behind-proxy.",
    ),
    "use/station": (
        "柜台界面须在终端里运行，不能经管道。",
        "A station needs a terminal: it cannot be run through a pipe.",
    ),
    "malformed/station": (
        "文件 {file} 不是未签单据，未作改动：请移走，或用 --sheet 另指文件。",
        "The file {file} holds no sheet of a station and was left as it is: move it away, or name another (--sheet).",
    ),
    "unavailable/station": (
        "未签单据 {file} 正由另一窗口使用：请在那里继续，或用 --sheet 另指文件。",
        "Another station has the sheet {file} open: go on there, or name another file with --sheet.",
    ),
    "use/port": ("端口 {port} 不能使用：{reason}", "Port {port} cannot be used: {reason}"),
}


def say(code: str, language: Language, **fields: object) -> str:
    """Return the sentence of one of the API's own codes."""
    return CATALOGUE[code][0 if language == "zh" else 1].format(**fields)


def preferred(accept_language: str | None) -> Language:
    """Return the language that an Accept-Language header asks for first (RFC 9110 section 12.5.4), else zh."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().lower().partition(";")
        weight = _weight(parameters)
        language: Language | None = "zh" if tag.startswith("zh") else "en" if tag.startswith("en") else None
        if language and weight > best[0]:
            best = weight, language
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
