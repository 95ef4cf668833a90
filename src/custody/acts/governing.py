"""What governs a ledger itself: the rule data that acts are judged by, and the keys that sign its checkpoints."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.values import Hex32, Many, Moment, Text, VerifierKey

VerifierKeys = Annotated[Many[VerifierKey], Field(max_length=20)]


class NewPolicy(Act):
    """规则版本: from ``valid_from`` on, and never before it is recorded, acts are judged by these rule data.

    ``policy`` is the SHA-256 of the manifest of the rule data, as genesis names it.
    """

    type_name: ClassVar = "policy"
    zh: ClassVar = "规则版本"
    act: Literal["policy"]
    policy: Hex32
    valid_from: Moment


class LogKey(Act):
    """日志密钥: verifier keys that sign the log's checkpoints from the next one on, and keys that end.

    The checkpoint that first covers this act is the last that an ended key signs.
    """

    type_name: ClassVar = "log-key"
    zh: ClassVar = "日志密钥"
    act: Literal["log-key"]
    added: VerifierKeys
    ended: VerifierKeys
    reason: Text
