"""What stands beside the acts: files, sealed values, and what vouches for the log itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from custody.bundle.content import Content
from custody.errors import Malformed
from custody.timestamps.token import read_token
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note
from custody_api.papers.paper import Table
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.report.saying import field_name
from custody_api.papers.report.wording import MORE_TERMS
from custody_api.papers.sheet import columns

_TIMED: Final = frozenset(each.signature_size for each in KeyType if each.timed)
"""A signature of one of these sizes begins with its time, 8 bytes (c2sp.org/tlog-cosignature)."""

_NO_TIME: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
"""No machine that tells the time states so late a one."""

_WITNESSED: Final = "witnessed/checkpoint"


def attachments(history: History) -> Chapter:
    """Every file that an act names, by its hash."""
    sources, t = history.sources, history.sources.t
    title = t("附件", "Attachments")
    rows = [
        (f"#{each.index + 1}", t(MORE_TERMS[file.kind], file.kind), file.media_type, f"{file.size_bytes:,}",
         history.moment(file.captured_at) if file.captured_at else "—", file.sha256)
        for each in history.shown
        for file in each.act.attachments
    ]  # fmt: skip
    if not rows:
        return Chapter(title, (t("没有行为附有文件。", "No act names a file."),))
    heads = columns(
        sources, ("行为", "Act", 17), ("种类", "Kind", 22), ("格式", "Media type", 34), ("字节", "Bytes", 26),
        ("摄录时间", "Captured at", 40), ("SHA-256", "SHA-256", 78),
    )  # fmt: skip
    return Chapter(title, (), (Table("", heads, tuple(rows[:MOST]), history.rest(len(rows))),))


def sealed(history: History) -> Chapter:
    """Every sealed value of the acts: opened for this bundle, or closed."""
    sources, t = history.sources, history.sources.t
    title = t("密封值", "Sealed values")
    found = list(_commitments(history))
    if not found:
        return Chapter(title, (t("各行为没有密封值。", "The acts hold no sealed values."),))
    opened = [sources.opened(commitment) for _, _, commitment in found]
    closed = sum(not sources.may_open(commitment) for _, _, commitment in found)
    erased = opened.count(t("〔已删除〕", "[erased]"))
    says = (
        t(f"共 {len(found)} 项：公开 {len(found) - closed - erased} 项，仍密封 {closed} 项，原文已删除 {erased} 项。"
          "每项的承诺值 SHA-256(盐 ‖ 原文) 在行为原文中，随签名固定。",
          f"{len(found)} in all: {len(found) - closed - erased} opened, {closed} still sealed, {erased} erased. The "
          "commitment of each, SHA-256(salt ‖ value), stands in the act and is covered by its signatures."),
    )  # fmt: skip
    heads = columns(
        sources, ("行为", "Act", 18), ("栏目", "Field", 60), ("内容", "Value", 60), ("承诺值", "Commitment", 80)
    )
    rows = tuple(
        (f"#{index + 1}", path, value, commitment)
        for (index, path, commitment), value in zip(found[:MOST], opened, strict=False)
    )
    return Chapter(title, says, (Table("", heads, rows, history.rest(len(found))),))


def _commitments(history: History) -> Iterator[tuple[int, str, str]]:
    """Leaf index, the way to it, commitment."""
    for recorded in history.shown:
        for path, commitment in _sealed_under(recorded.act.model_dump(mode="json", by_alias=True), ()):
            parts = [str(int(each) + 1) if each.isdigit() else field_name(history, each) for each in path]
            yield recorded.index, " › ".join(parts), commitment


def _sealed_under(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        if set(value) == {"sealed"}:
            yield path, str(value["sealed"])
            return
        inside = value.items()
    elif isinstance(value, list):
        inside = {str(index): each for index, each in enumerate(value)}.items()
    else:
        return
    for name, inner in inside:
        yield from _sealed_under(inner, (*path, name))


def vouched(history: History, content: Content) -> Chapter:
    """The checkpoint that all proofs lead to: who signed it, who saw it, and when it was dated."""
    t = history.sources.t
    tables = [_signatures(history, t("检查点上的签名", "Signatures on the checkpoint"), content.checkpoint)]
    if _WITNESSED in content.further:
        note = content.further[_WITNESSED].decode()
        size = Checkpoint.stated(note).size
        title = t(f"较早的检查点（长度 {size}）", f"An earlier checkpoint, of size {size}")
        tables.append(_signatures(history, title, note))
    dated = _dated(history, content.further)
    if dated.rows:
        tables.append(dated)
    says = [
        t("检查点的正文是三行：台账来源、长度、根。此处列出其上的签名和时间戳，其真伪由核验步骤判断。",
          "A checkpoint is three lines: origin, size, root. Its signatures are named here; verifying judges them."),
    ]  # fmt: skip
    if not any(row[0] != _ours(history) for table in tables if table is not dated for row in table.rows):
        says.append(t("没有见证机的签名。", "No witness has signed it."))
    if not dated.rows:
        says.append(t("没有时间戳。", "There is no time token."))
    return Chapter(t("检查点、见证和时间", "Checkpoint, witnesses, time"), tuple(says), tuple(tables))


def _ours(history: History) -> str:
    return history.sources.t("台账日志", "the log")


def _signatures(history: History, title: str, note: str) -> Table:
    sources, t = history.sources, history.sources.t
    rows: list[tuple[str, ...]] = []
    for each in Note.parse(note).signatures:
        own = each.name == sources.ledger.origin
        seen = "—" if own else _seen(history, each.value)
        rows.append((_ours(history) if own else t("见证机", "a witness"), each.name, each.key_id.hex(), seen))
    heads = columns(
        sources, ("谁", "Who", 24), ("名称", "Name", 84), ("密钥号", "Key id", 30), ("所见时间", "Seen at", 46)
    )
    return Table(title, heads, tuple(rows))


def _seen(history: History, signature: bytes) -> str:
    """The time that a cosignature states."""
    seconds = int.from_bytes(signature[:8]) if len(signature) in _TIMED else _NO_TIME
    return history.moment(datetime.fromtimestamp(seconds, UTC)) if seconds < _NO_TIME else "—"


def _dated(history: History, further: Mapping[str, bytes]) -> Table:
    """The time tokens of a bundle, as they say themselves."""
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("时间戳", "Token", 16), ("所证内容", "Over", 70), ("时间", "Time", 46), ("机构", "Authority", 70)
    )
    rows: list[tuple[str, ...]] = []
    for name in sorted(further):
        if token := re.fullmatch(r"timestamps/([0-9]+)/token\.der", name):
            text = further.get(f"timestamps/{token[1]}/text", b"")
            rows.append((token[1], _over(history, text), *_token(history, further[name])))
    return Table(t("时间戳", "Time tokens"), heads, tuple(rows))


def _over(history: History, text: bytes) -> str:
    t = history.sources.t
    try:
        size = Checkpoint.parse(text.decode()).size
    except (Malformed, UnicodeError):
        return t("续期：较早的时间戳", "renewal of older tokens")
    return t(f"长度 {size} 的检查点", f"the checkpoint of size {size}")


def _token(history: History, token: bytes) -> tuple[str, str]:
    """When a token says that it was made, and who signed it."""
    try:
        read = read_token(token)
    except (Malformed, ImportError):
        return "—", "—"
    return history.moment(read.time), read.signer.subject.rfc4514_string() if read.signer else "—"
