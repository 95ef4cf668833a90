"""``custody erase``: personal data that an act disclosed, erased by an act, and told where else it may be."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from custody.acts.entry import Recorded, instant
from custody.acts.values import decode, encode, sealed_in
from custody.cli.completion import completed
from custody.cli.connection import LocalLedger
from custody.cli.keys import add_passphrase_option, read_keys
from custody.cli.ledgers import reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.show_command import act_name
from custody.cli.terminal import note, tell, tell_json, tell_table
from custody.cli.words import language, text
from custody.cli.zone import here, local
from custody.desk import Desk
from custody.desk.pending import end_recorded, sweep
from custody.errors import Malformed, NotFound
from custody.facts.kinds import Need
from custody.ledger.engine import wiped
from custody.ledger.journal import JournalEntry
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from custody.ledger.proposing import Proposed, proposed
from custody.ledger.traces import Traces, files_with, traces

_SAID: Final = ("authority", "reason", "reviewer", "administrator")


@dataclass(frozen=True, slots=True)
class _Erasing:
    """What is to be erased: which commitments of which act."""

    recorded: Recorded
    commitments: list[str]


def add(subparsers: Any) -> None:
    """Add ``custody erase``."""
    parser = subparsers.add_parser("erase", help=text("help/erase"), description=text("help/erase"))
    parser.add_argument("commitments", nargs="*", metavar="COMMITMENT", help=text("help/erase-commitment"))
    parser.add_argument("--act", metavar="ID", help=text("help/erase-act"))
    parser.add_argument("--authority", metavar="REFERENCE", help=text("help/erase-authority"))
    parser.add_argument("--reason", metavar="TEXT", help=text("help/erase-reason"))
    parser.add_argument("--reviewer", metavar="ID", help=text("help/erase-reviewer"))
    parser.add_argument("--administrator", metavar="ID", help=text("help/erase-administrator"))
    parser.add_argument("--key", nargs="+", action="extend", default=[], metavar="KEY", help=text("help/erase-key"))
    parser.add_argument("--proposed", action="store_true", help=text("help/erase-proposed"))
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help=text("help/erase-at"))
    add_options(parser, log_key=True)
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Erase, and tell where the values were and may still be; without keys, print the act to be signed. Or list what
    the rule data propose to erase."""
    if args.proposed:
        return _propose(args)
    if not (args.act or args.commitments) or not all(getattr(args, each) for each in _SAID):
        raise WrongUse("use/erase", "Name the act (--act) or commitments, and --authority, --reason, --reviewer, "
                                    "--administrator.")  # fmt: skip
    settings = settings_of(args)
    with writing(settings) if args.key else reading(settings) as ledger:
        erasing = _what(ledger, args)
        found = traces(ledger.recorder, ledger.journal, erasing.recorded, _cases(ledger, erasing), erasing.commitments)
        draft = _draft(args, erasing)
        if not args.key:
            tell_json(draft)
            _tell_traces(found, erasing, note)
            return 0
        keys = read_keys(args.key, settings)
        connection = LocalLedger(ledger)
        signed = completed(draft, connection, keys).signed_with(keys)
        receipt = connection.submit(signed.envelope())
        clean = _clean(ledger)
    left = files_with(found.values, _files(settings))
    if args.json:
        tell_json({**receipt.as_json(), "clean": clean, "left": list(map(str, left)), **_told(found)})
        return 0
    tell("✓ " + text("erase/done", count=len(erasing.commitments), position=receipt.position))
    _tell_left(settings, clean, left)
    _tell_traces(found, erasing, tell)
    return 0


def _propose(args: Namespace) -> int:
    with reading(settings_of(args)) as ledger:
        found = list(proposed(ledger, here(args.at) if args.at else ledger.clock()))
    if args.json:
        tell_json([_proposal(each) for each in found])
        return 0
    columns = [text(f"erase/{name}") for name in ("rule", "act", "value", "cases", "since", "source")]
    tell_table(columns, [_row(each) for each in found], text("erase/proposed", count=len(found)))
    return 0


def _proposal(each: Proposed) -> dict[str, Any]:
    rule = each.proposal.rule
    return {
        "rule": rule.rule, "zh": rule.zh, "en": rule.en, "must": rule.must, "source": rule.source,
        "verified": rule.verified, "act": each.recorded.act.id, "type": each.recorded.act.act,
        "position": each.recorded.index + 1, "cases": list(each.cases), "pointer": each.proposal.pointer,
        "commitment": each.proposal.commitment, "since": instant(each.proposal.since), "held": each.held,
    }  # fmt: skip


def _row(each: Proposed) -> list[object]:
    rule = each.proposal.rule
    then = text("erase/must" if rule.must else "erase/may")
    named = f"{rule.rule} {rule.zh if language() == 'zh' else rule.en} ({then})"
    held = f" ({text('erase/held')})" if each.held else ""
    source = rule.source if rule.verified else f"{rule.source}{text('error/unverified')}"
    act = f"{act_name(each.recorded.act.act)} #{each.recorded.index + 1} {each.recorded.act.id}"
    return [named, act, f"{each.proposal.pointer} {each.proposal.commitment}", ", ".join(each.cases),
            f"{local(instant(each.proposal.since))}{held}", source]  # fmt: skip


def _what(ledger: Ledger, args: Namespace) -> _Erasing:
    """The act and the commitments that are still disclosed. Raises Malformed, NotFound, WrongUse."""
    recorder = ledger.recorder
    try:
        act_id = UUID(args.act).bytes if args.act else None
        given = {decode(each): each for each in args.commitments}
    except ValueError:
        raise Malformed("malformed/commitment", "This is no act id, or no commitment in base64url.") from None
    kept = recorder.kept_disclosures(given)
    if given.keys() - kept.keys():
        missing = [each for commitment, each in given.items() if commitment not in kept]
        raise NotFound("not-found/disclosure", "There is no such disclosure: never made, or erased.", asked=missing)
    if act_id is not None:
        at = recorder.find(act_id)
        if at is None:
            raise NotFound("not-found/act", "The ledger has no act with this id.", act=args.act)
        position = at[0]
    else:
        positions = {each[2] for each in kept.values()}
        if len(positions) != 1:
            raise WrongUse("use/erase", "These were disclosed by several acts: erase those of one act at a time.")
        (position,) = positions
    recorded = recorded_from(recorder.row(position))
    own = sealed_in(recorded.act.model_dump(mode="json", by_alias=True))
    wanted = list(given.values()) or [encode(each) for each in recorder.disclosures(map(decode, own))]
    if not wanted:
        raise NotFound("not-found/disclosure", "There is no such disclosure: never made, or erased.", asked=args.act)
    return _Erasing(recorded, wanted)


def _draft(args: Namespace, erasing: _Erasing) -> dict[str, Any]:
    parts = {"reviewer": args.reviewer, "administrator": args.administrator}
    return {
        "act": "erasure", "target": erasing.recorded.act.id, "disclosures": erasing.commitments,
        "authority": args.authority, "reason": args.reason,
        "signers": [{"part": part, "person": person} for part, person in parts.items()],
    }  # fmt: skip


def _cases(ledger: Ledger, erasing: _Erasing) -> set[str]:
    needs = [Need("item", each) for each in erasing.recorded.act.own_items]
    ledger.memory.catch_up()
    own = erasing.recorded.act.case_of_births
    return {each.case for each in ledger.memory.fold(needs).values() if each} | ({own} if own else set())


def _clean(ledger: Ledger) -> bool:
    """Leave nothing of it in what the files kept of before, nor on the desk."""
    desk = Desk.beside(ledger.engine)
    try:
        end_recorded(desk, ledger.recorder, ledger.clock())
        sweep(desk, ledger.clock())
        return wiped(ledger.engine) and wiped(desk.engine)
    finally:
        desk.close()


def _files(settings: Settings) -> list[Path]:
    """The files of a SQLite ledger: its own, its registers', its desk's, and what SQLite keeps beside them."""
    file = settings.sqlite_file
    if file is None:
        return []
    return sorted(each for each in file.resolve().parent.glob(f"{file.stem}*") if each.is_file())


def _tell_left(settings: Settings, clean: bool, left: list[Path]) -> None:
    if settings.sqlite_file is None:
        tell("⚠ " + text("erase/vacuum"))
        return
    if not clean:
        tell("⚠ " + text("erase/busy"))
    for file in left:
        tell("⚠ " + text("erase/left", file=file))
    if clean and not left:
        tell(text("erase/gone"))


def _tell_traces(found: Traces, erasing: _Erasing, say: Any) -> None:
    for commitment, position in found.again:
        say("⚠ " + text("erase/again", commitment=commitment, position=position))
    for code, lines in (("erase/shown", found.shown), ("erase/taken", found.taken)):
        for line in lines:
            say("⚠ " + text(code, at=local(line.recorded_at), by=line.by, why=line.detail["why"], code=line.code))
    say("⚠ " + text("erase/backups", since=local(instant(erasing.recorded.recorded_at))))


def _told(found: Traces) -> dict[str, Any]:
    return {
        "again": [{"commitment": commitment, "position": position} for commitment, position in found.again],
        "shown": [_line(each) for each in found.shown], "taken": [_line(each) for each in found.taken],
    }  # fmt: skip


def _line(line: JournalEntry) -> dict[str, Any]:
    return {"at": line.recorded_at, "by": line.by, "code": line.code, "why": line.detail["why"]}
