"""``custody paper``: papers drawn from a database, into a PDF."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Final, cast

from custody.cli.ledgers import reading
from custody.cli.settings import settings_of
from custody.cli.words import language
from custody.errors import CustodyError
from custody_api.papers.catalogue import Subject, papers
from custody_api.papers.drawing import Printed, print_papers
from custody_api.papers.paper import Language
from custody_api.papers.sources import Sources
from custody_api.wording import CATALOGUE, say

DONE: Final = 0
REFUSED: Final = 1
SUBJECTS: Final[tuple[Subject, ...]] = ("act", "item", "case", "person")


def run(args: Namespace) -> int:
    """Draw what the arguments ask for and say how much it was; return the exit status."""
    lang = cast(Language, language())
    subject = next(each for each in SUBJECTS if getattr(args, each) is not None)
    try:
        with reading(settings_of(args)) as ledger:
            sources = Sources(ledger, args.at, lang, opens=not args.sealed)
            found = papers(sources, args.kind, subject, getattr(args, subject), args.link or "")
        printed = print_papers(found)
    except CustodyError as error:
        if error.code not in CATALOGUE:
            raise
        print(f"{say(error.code, lang, **error.fields)} [{error.code}]", file=sys.stderr)
        return REFUSED
    if args.output == "-":
        sys.stdout.buffer.write(printed.data)
        sys.stdout.buffer.flush()
    else:
        Path(args.output).write_bytes(printed.data)
    _report(args, lang, sources.at, len(found), printed)
    return DONE


def _report(args: Namespace, lang: Language, at: int, count: int, printed: Printed) -> None:
    talk = sys.stderr if args.output == "-" else sys.stdout
    if args.json:
        report = {
            "file": args.output, "kind": args.kind, "papers": count, "pages": printed.pages, "position": at,
            "missing": printed.missing,
        }  # fmt: skip
        print(json.dumps(report, ensure_ascii=False), file=talk)
    else:
        said = say("paper/written", lang, count=count, pages=printed.pages, file=args.output, position=at)
        print(said, file=talk)
    if printed.missing:
        named = " ".join(f"{each} (U+{ord(each):04X})" for each in printed.missing)
        print(say("paper/missing", lang, characters=named), file=sys.stderr)
