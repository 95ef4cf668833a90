"""What the commands say of attachments, in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ATTACHING: Final[Mapping[str, tuple[str, str]]] = {
    "help/attach": ("把文件放入附件库或服务器，并打印记录中的 attachments", "put files beside the acts that name them"),
    "help/attach-file": ("照片、录音录像、文书", "photographs, recordings, documents"),
    "help/attach-kind": ("种类（默认按文件内容）", "what it is (default: by its bytes)"),
    "help/attach-captured": ("何时拍摄或录制", "when it was taken"),
    "help/attach-sweep": ("删除没有任何记录引用的旧文件", "delete what no act names"),
    "help/attach-days": ("多少天前放入的（默认 30）", "put before so many days (default: 30)"),
    "help/attachments": ("附件库：文件夹或 s3://存储桶/前缀", "the attachments: a folder, or s3://BUCKET/PREFIX"),
    "verify/attachments": ("核对了 {count} 个附件。", "Attachments compared: {count}."),
    "verify/attachments-unchecked": (
        "未指定附件库，记录引用的 {count} 个附件没有核对。",
        "No store of attachments is named: the {count} that acts name were not compared.",
    ),
    "attach/swept": ("已删除 {count} 个没有记录引用的附件。", "Deleted {count} attachments that no act names."),
}
