"""``custody export item|case``: a bundle for court, from a database or fetched from a server."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from custody.attachments.bundled import bundled
from custody.bundle.archive import File, archived
from custody.bundle.content import Content, Kind, Subject, files_of
from custody.cli.connection import at_server
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.ledgers import attachments_of, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import language, text
from custody.errors import NotFound
from custody.facts import files
from custody.facts.kinds import Need
from custody.ledger.bundle_content import ALL, NO_WITNESSES, content_of, sealed_values, with_reports
from custody.ledger.bundle_scope import Scope, item_of, scope_of
from custody.ledger.durable import whole
from custody.ledger.ledger import Ledger
from custody.witnessing.editing import read_policy_file


def add(kinds: Any) -> None:
    """Add ``item`` and ``case``."""
    for kind in get_args(Kind):
        parser = kinds.add_parser(kind, help=text(f"help/export-{kind}"), description=text(f"help/export-{kind}"))
        parser.add_argument("id", metavar=text(f"help/export-{kind}-id"), help=text(f"help/export-{kind}-id"))
        parser.add_argument(
            "-o", "--output", required=True, type=Path, metavar="BUNDLE", help=text("help/export-output")
        )  # fmt: skip
        parser.add_argument(
            "--disclose", action="append", default=[], metavar="COMMITMENT|all", help=text("help/export-disclose")
        )  # fmt: skip
        parser.add_argument("--by", metavar="PERSON", help=text("help/export-by"))
        parser.add_argument("--why", metavar="TEXT", help=text("help/export-why"))
        parser.add_argument("--with-attachments", action="store_true", help=text("help/export-attachments"))
        parser.add_argument("--without-report", action="store_true", help=text("help/export-without-report"))
        parser.add_argument("--attachments", metavar="DIR", help=text("help/attachments"))
        add_options(parser, server=True, log_key=True)
        parser.add_argument("--key", metavar="FILE", help=text("help/sign-in-key"))
        add_passphrase_option(parser)
        parser.set_defaults(run=run, kind=kind)


def run(args: Namespace) -> int:
    """Write the bundle, whole or not at all, and say what is in it."""
    settings = settings_of(args)
    if settings.server:
        return _fetch(args, settings)
    if bool(args.by) != bool(args.why) or (args.disclose and not args.by):
        raise WrongUse("use/export", "Say who and why (--by, --why): opening sealed values is journaled.")
    with writing(settings) as ledger:
        content = _content(ledger, args, settings)
        with whole(args.output) as file:
            file.writelines(archived(files_of(content)))
    said = {
        "bundle": str(args.output), "size": content.size, "acts": len(content.acts), "keys": len(content.keys),
        "disclosures": len(content.disclosures), "attachments": len(content.attachments),
    }  # fmt: skip
    if args.json:
        tell_json(said)
    else:
        tell(text("export/bundle", **said))
    return 0


def _fetch(args: Namespace, settings: Settings) -> int:
    """Write the bundle that a server gives to whoever is signed in."""
    if not args.why or args.by:
        raise WrongUse("use/export-why", "Say why (--why); who asks a server is whoever signed in.")
    client = at_server(settings, open_key(Path(args.key), settings) if args.key else None)
    with client.bundle(
        args.kind, args.id, args.why, disclose=args.disclose, attachments=args.with_attachments,
        report=not args.without_report,
    ) as pieces, whole(args.output) as file:  # fmt: skip
        file.writelines(pieces)
    size = args.output.stat().st_size
    if args.json:
        tell_json({"bundle": str(args.output), "size_bytes": size})
    else:
        tell(text("export/fetched", bundle=args.output, size=size))
    return 0


def _content(ledger: Ledger, args: Namespace, settings: Settings) -> Content:
    ledger.publication.publish(at_once=True)
    size = ledger.recorder.head().size
    subject = Subject(args.kind, item_of(ledger.recorder, args.id) if args.kind == "item" else args.id)
    scope = scope_of(ledger.recorder, subject, size)
    opened = {}
    if args.disclose:
        only = None if ALL in args.disclose else args.disclose
        opened = sealed_values(ledger, scope.acts.values(), only)
    content = content_of(
        ledger, scope, disclosures=opened.values(),
        attachments=_attachments(scope, settings) if args.with_attachments else (),
        witnesses=read_policy_file(settings.witness_policy) if settings.witness_policy else NO_WITNESSES,
    )  # fmt: skip
    if not args.without_report:
        content = with_reports(ledger, scope, content, language())
    if args.by:
        _journal(ledger, args, content, opened)
    return content


def _attachments(scope: Scope, settings: Settings) -> list[File]:
    store = attachments_of(settings)
    if store is None:
        raise WrongUse("use/no-attachments", "Name the store: --attachments or CUSTODY_ATTACHMENTS; or a --server.")
    return bundled(store, (name for each in scope.own.values() for name in files.files_of(each.recorded.act)))


def _journal(ledger: Ledger, args: Namespace, content: Content, opened: Iterable[str]) -> None:
    """Record who takes the bundle out, and what was opened for it, before anybody has it. Raises NotFound for a
    stranger."""
    ledger.memory.catch_up()
    need = Need("person", args.by)
    if ledger.memory.fold([need])[need] is None:
        raise NotFound("not-found/person", "The ledger knows no such person.", asked=args.by)
    of: dict[str, object] = {content.subject.kind: content.subject.id, "position": content.size}
    if values := list(opened):
        ledger.journal.view(args.by, args.why, of, values, "view/bundle")
    ledger.journal.export(args.by, args.why, of, "export/bundle")
