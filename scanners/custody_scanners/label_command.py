"""``custody label``: labels into a file."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from itertools import islice
from pathlib import Path
from typing import Final

from custody import label
from custody.cli.parser import WrongUse
from custody.errors import CustodyError, Malformed
from custody_scanners.labels import FORMATS, MOST, Drawn, Label, blank, draw
from custody_scanners.ledger_answers import answers_named, label_of
from custody_scanners.sentences import complain, explain, language, say

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2


def run(args: Namespace) -> int:
    """Draw what the arguments ask for; return the exit status."""
    lang = language(args)
    if bool(args.ids) == bool(args.blank):
        complain(say("use/label", lang))
        return WRONG_USE
    format = args.format or _format_of(args.output)
    try:
        labels = blank(args.kind, args.blank) if args.blank else _labels(args)
        job = (each for each in labels for _ in range(args.copies))
        drawn = draw([*islice(job, MOST + 1)], args.stock, format, args.dpi)
        _write(args.output, drawn.data)
    except CustodyError as error:
        complain(explain(error, lang))
        return WRONG_USE if isinstance(error, Malformed | WrongUse) else REFUSED
    except OSError as error:
        complain(say("file/unwritable", lang, file=args.output, reason=error.strerror))
        return WRONG_USE
    _report_drawn(args, lang, labels, drawn)
    return DONE


def _labels(args: Namespace) -> list[Label]:
    """The labels asked for. A ledger that is named says which code is in force, and what stands beside it."""
    with answers_named(args) as answers:
        if answers is None:
            return [_unasked(each, args.line) for each in args.ids]
        known = [label_of(answers, each) for each in args.ids]
    return [Label(each.code, tuple(args.line) or each.lines) for each in known]


def _unasked(text: str, lines: list[str]) -> Label:
    code = label.code_of(text) if len(text) == label.ID_LENGTH else text
    label.parse(code)
    return Label(code, tuple(lines))


def _format_of(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".").lower()
    return suffix if suffix in FORMATS else "pdf"


def _write(file: str, data: bytes) -> None:
    if file == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(file).write_bytes(data)


def _report_drawn(args: Namespace, lang: str, labels: list[Label], drawn: Drawn) -> None:
    talk = sys.stderr if args.output == "-" else sys.stdout
    if args.json:
        report = {
            "file": args.output, "media_type": drawn.media_type, "labels": [each.code for each in labels],
            "missing": drawn.missing, "shortened": drawn.shortened,
        }  # fmt: skip
        print(json.dumps(report, ensure_ascii=False), file=talk)
    else:
        print(say("label/written", lang, count=len(labels) * args.copies, file=args.output), file=talk)
    if drawn.missing:
        named = " ".join(f"{each} (U+{ord(each):04X})" for each in drawn.missing)
        complain(say("label/missing", lang, characters=named))
    if drawn.shortened:
        complain(say("label/shortened", lang, codes=" ".join(dict.fromkeys(drawn.shortened))))
