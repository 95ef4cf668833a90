"""Command-line arguments, with wrong use explained in the reader's language."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from typing import Any, Final, NoReturn

from custody.cli.words import language
from custody.errors import CustodyError

_CHINESE: Final = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"one of the arguments (.*) is required", r"须给出其中之一：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*): expected one argument", r"参数 \1 需要一个值"),
    (r"argument (.*): expected at least one argument", r"参数 \1 至少需要一个值"),
    (r"argument (.*): not allowed with argument (.*)", r"参数 \1 不能与 \2 同时使用"),
    (r"argument (.*): invalid choice: (\S+) \(choose from (.*)\)", r"参数 \1 不能是 \2，可选：\3"),
    (r"argument (.*): invalid \S+ value: (.*)", r"参数 \1 的值不对：\2"),
)

_HEADINGS: Final = (
    ("usage: ", "用法："),
    ("\npositional arguments:\n", "\n参数：\n"),
    ("\noptions:\n", "\n选项：\n"),
    ("show this help message and exit", "显示本帮助"),
    ("show program's version number and exit", "显示版本号"),
)


_DIGEST: Final = re.compile(r"[\w-]{43}", re.ASCII)
"""32 bytes as base64url without padding (RFC 4648 section 5), as commitments and keys are named: one in 64 begins
with a dash."""


class WrongUse(CustodyError):
    """The command was used wrongly: options are missing or contradict each other. Exit status 2."""


class Parser(ArgumentParser):
    """A parser that says in Chinese, too, what is wrong with its arguments. Sub-commands inherit it."""

    def format_usage(self) -> str:
        """The usage line, with its heading in the reader's language."""
        return _headed(super().format_usage())

    def format_help(self) -> str:
        """The help text, with its headings in the reader's language."""
        return _headed(super().format_help())

    def _parse_optional(self, arg_string: str) -> Any:
        """A commitment or key is a value wherever it stands, even if its first character is a dash."""
        return None if _DIGEST.fullmatch(arg_string) else super()._parse_optional(arg_string)

    def error(self, message: str) -> NoReturn:
        """Print usage and the complaint to standard error; exit status 2."""
        self.print_usage(sys.stderr)
        sys.stderr.write(f"{self.prog}: {in_chinese(message) if language() == 'zh' else message}\n")
        sys.exit(2)


def _headed(text: str) -> str:
    for english, chinese in _HEADINGS if language() == "zh" else ():
        text = text.replace(english, chinese, 1)
    return text


def in_chinese(message: str) -> str:
    """Return one of argparse's complaints in Chinese, or unchanged if it is an unusual one."""
    for pattern, chinese in _CHINESE:
        if re.fullmatch(pattern, message):
            return re.sub(pattern, chinese, message)
    return message
