"""``custody seal-record``: the key of a case taken away, and brought back, once the log says that it is to be."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.errors import Conflict, NotFound
from custody.facts.case import CaseFacts
from custody.facts.kinds import Need
from custody.ledger.case_keys import CaseKeys, is_record_sealed
from custody.ledger.ledger import Ledger
from custody.ledger.locking_up import lock_up


def add(subparsers: Any) -> None:
    """Add ``custody seal-record``."""
    parser = subparsers.add_parser("seal-record", help=text("help/seal-record"), description=text("help/seal-record"))
    parser.add_argument("case", metavar="CASE", help=text("help/seal-record-case"))
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=text("help/seal-record-to"))
    parser.add_argument("--unseal", metavar="FILE", type=Path, help=text("help/unseal"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Move the key into a file, or put it back from one, as the last approved fact in the log says."""
    if (args.output is None) == (args.unseal is None):
        raise WrongUse("use/seal-record", "Name the file that the key goes into (-o), or comes back from (--unseal).")
    settings = settings_of(args)
    if settings.case_keys is None:
        raise WrongUse("use/case-keys", "Name the folder with the case keys: CUSTODY_CASE_KEYS.")
    keys = CaseKeys(settings.case_keys)
    with reading(settings) as ledger:
        if is_record_sealed(_case(ledger, args.case)) != (args.unseal is None):
            raise Conflict(
                "conflict/record-seal", "The log has no approved fact that says so, or a later one says otherwise.",
                case=args.case,
            )  # fmt: skip
        if args.unseal is None:
            lock_up(ledger.recorder, keys, args.case)
    if args.unseal is None:
        keys.take_away(args.case, args.output)
    else:
        keys.bring_back(args.case, args.unseal)
    state, file = ("sealed", args.output) if args.unseal is None else ("unsealed", args.unseal)
    if args.json:
        tell_json({"case": args.case, "state": state, "file": str(file)})
    else:
        tell(text(f"seal-record/{state}", case=args.case, file=file))
    return 0


def _case(ledger: Ledger, reference: str) -> CaseFacts:
    need = Need("case", reference)
    ledger.memory.catch_up()
    found: CaseFacts | None = ledger.memory.fold([need])[need]
    if found is None:
        raise NotFound("not-found/case", "The ledger knows no such case.", asked=reference)
    return found
