"""``custody paper``: papers drawn from a database, into a PDF; and the links of citizens' papers.

Sealed values that a paper shows are a look at personal data: who looked at what, when and why stands in the journal
before the paper is written. What cannot be journaled is not shown.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from argparse import Namespace
from contextlib import AbstractContextManager
from getpass import getuser
from pathlib import Path
from typing import Final, cast

from custody.cli.ledgers import reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import settings_of
from custody.cli.words import language
from custody.errors import CustodyError, NotFound
from custody.ledger import receipt_links
from custody.ledger.ledger import Ledger
from custody_api.papers.catalogue import Link, Subject, papers
from custody_api.papers.drawing import Printed, print_papers
from custody_api.papers.paper import Language
from custody_api.papers.sources import Source, Sources
from custody_api.wording import CATALOGUE, say

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2
SUBJECTS: Final[tuple[Subject, ...]] = ("act", "item", "case", "person")


class _Links:
    """The links that are issued with the papers of one call: a token for each act, journaled once all are drawn."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.issued: list[tuple[str, str]] = []

    def __call__(self, source: Source) -> str:
        """A fresh link to the receipt of an act."""
        token = secrets.token_urlsafe(16)
        self.issued.append((source.act.id, token))
        return self._address(token)

    def journal(self, ledger: Ledger, by: str, why: str) -> None:
        """Let the tokens open what they are for."""
        for act, token in self.issued:
            receipt_links.issue(ledger.journal, token, act, by, why)

    def addresses(self) -> dict[str, str]:
        """Act → its address."""
        return {act: self._address(token) for act, token in self.issued}

    def _address(self, token: str) -> str:
        return f"{self.site}/r/{token}"


def run(args: Namespace) -> int:
    """Draw what the arguments ask for and say how much it was; return the exit status."""
    lang = cast(Language, language())
    try:
        _require(args)
        with _ledger(args) as ledger:
            if args.revoke:
                return _revoke(args, ledger, lang)
            subject = next(each for each in SUBJECTS if getattr(args, each) is not None)
            sources = Sources(ledger, args.at, lang, opens=not args.sealed)
            links = _Links(args.issue) if args.issue else None
            link: Link = links or args.link or ""
            found = papers(sources, args.kind, subject, getattr(args, subject), link)
            printed = print_papers(found)
            _journal(args, sources, subject, links)
    except CustodyError as error:
        if error.code not in CATALOGUE:
            raise
        print(f"{say(error.code, lang, **error.fields)} [{error.code}]", file=sys.stderr)
        return WRONG_USE if isinstance(error, WrongUse) else REFUSED
    if args.output == "-":
        sys.stdout.buffer.write(printed.data)
        sys.stdout.buffer.flush()
    else:
        Path(args.output).write_bytes(printed.data)
    _report(args, lang, sources.at, len(found), printed, links.addresses() if links else {})
    return DONE


def _require(args: Namespace) -> None:
    """See that what must be answered for can be. Raises WrongUse."""
    answered = args.by and args.why
    if (args.revoke or args.issue or not args.sealed) and not answered:
        raise WrongUse(
            "use/look", "Say who and why (--by, --why): showing sealed values (or draw it with --sealed), issuing and "
            "revoking links are journaled.",
        )  # fmt: skip
    if args.revoke and args.act is None:
        raise WrongUse("use/paper-revoke", "Name the act whose links are revoked: --act.")
    if not args.revoke and args.output is None:
        raise WrongUse("use/paper-output", "Say where the paper goes: -o FILE.")


def _ledger(args: Namespace) -> AbstractContextManager[Ledger]:
    settings = settings_of(args)
    journals = args.revoke or args.issue or not args.sealed
    return writing(settings) if journals else reading(settings)


def _journal(args: Namespace, sources: Sources, subject: Subject, links: _Links | None) -> None:
    """Record the look, and the links: before anybody has the paper in hand. Raises NotFound for a stranger."""
    if not sources.shown and links is None:
        return
    ledger = sources.ledger
    _require_enrolled(ledger, args.by)
    if sources.shown:
        of = {
            subject: getattr(args, subject), "paper": args.kind, "position": sources.at, "account": _account(),
        }  # fmt: skip
        ledger.journal.view(args.by, args.why, of, sources.shown)
    if links is not None:
        links.journal(ledger, args.by, args.why)


def _account() -> str:
    """The account of the machine that the command runs under: --by is a statement, this is not."""
    try:
        return getuser()
    except (KeyError, OSError):  # an account without a name
        return str(os.getuid())


def _require_enrolled(ledger: Ledger, person: str) -> None:
    if Sources(ledger).person_facts(person) is None:
        raise NotFound("not-found/person", "The ledger knows no such person.", asked=person)


def _revoke(args: Namespace, ledger: Ledger, lang: Language) -> int:
    _require_enrolled(ledger, args.by)
    count = receipt_links.revoke(ledger.journal, args.act, args.by, args.why)
    print(json.dumps({"revoked": count}) if args.json else say("paper/revoked", lang, count=count))
    return DONE


def _report(
    args: Namespace, lang: Language, at: int, count: int, printed: Printed, links: dict[str, str]
) -> None:
    talk = sys.stderr if args.output == "-" else sys.stdout
    if args.json:
        report = {
            "file": args.output, "kind": args.kind, "papers": count, "pages": printed.pages, "position": at,
            "missing": printed.missing,
        }  # fmt: skip
        print(json.dumps({**report, "links": links} if links else report, ensure_ascii=False), file=talk)
    else:
        said = say("paper/written", lang, count=count, pages=printed.pages, file=args.output, position=at)
        print(said, file=talk)
        for link in links.values():
            print(say("paper/link", lang, link=link), file=talk)
    if printed.missing:
        named = " ".join(f"{each} (U+{ord(each):04X})" for each in printed.missing)
        print(say("paper/missing", lang, characters=named), file=sys.stderr)
