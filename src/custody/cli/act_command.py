"""``custody act``: complete acts, sign them, and submit them; or pass them on for others to sign."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from custody.acts import ACT_TYPES
from custody.cli.completion import completed
from custody.cli.connection import Connection, connected
from custody.cli.inputs import Input, read_inputs
from custody.cli.keys import add_passphrase_option, is_key_file, read_keys
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.signed import SignedAct, signed_act_from
from custody.cli.terminal import note, progress, tell, tell_error, tell_json
from custody.cli.words import language, text
from custody.errors import CustodyError
from custody.ledger.policies import shipped_policy
from custody.signing import PrivateKey


def add(subparsers: Any) -> None:
    """Add ``custody act``."""
    parser = subparsers.add_parser("act", help=text("help/act"), description=text("help/act"))
    parser.add_argument("files", nargs="*", metavar="FILE", help=text("help/act-file"))
    parser.add_argument("--key", nargs="+", action="extend", default=[], metavar="KEY", help=text("help/act-key"))
    add_options(parser, server=True, log_key=True)
    add_passphrase_option(parser)
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help=text("help/dry-run"))
    doing.add_argument("--sign-only", action="store_true", help=text("help/sign-only"))
    parser.add_argument("-o", "--output", metavar="FILE", help=text("help/act-output"))
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Treat every act in order; one that is refused does not stop the others. Exit status 1 if any was."""
    if args.sign_only and not args.output:
        raise WrongUse("use/sign-only", "Say where the signed act goes: -o FILE.")
    settings = settings_of(args)
    files, key_files = _told_apart(args.files, args.key)
    inputs = read_inputs(files)
    keys = read_keys(key_files, settings)
    status, used, signed_acts = 0, set[str](), list[SignedAct]()
    with connected(settings, write=not (args.dry_run or args.sign_only)) as ledger, progress(text("act/doing")) as bar:
        for number, each in enumerate(inputs):
            bar(number, len(inputs))
            try:
                signed = _signed(each, ledger, keys)
                used |= {signature.key_id for signature in signed.signatures}
                signed_acts.append(signed)
                if args.output:
                    _write(args.output, signed_acts)
                _treat(args, ledger, signed, len(inputs) > 1)
            except CustodyError as error:
                status = 1
                if len(inputs) > 1:
                    note(f"{each.source}:")
                tell_error(error, args.json)
    if not status:
        for key_id in keys.keys() - used:
            note(text("act/unused-key", key=key_id))
    return status


def _told_apart(files: list[str], key_files: list[str]) -> tuple[list[str], list[str]]:
    """Acts and key files. ``--key K1 K2`` names two keys, and in ``--key K1 act.json`` the act is not taken for one."""
    acts = [file for file in key_files if not is_key_file(file)] if not files else []
    if not files and not acts:
        raise WrongUse("use/no-act", "Name the file of an act, or - for standard input.")
    return files + acts, [file for file in key_files if file not in acts]


def _signed(given: Input, ledger: Connection, keys: dict[str, PrivateKey]) -> SignedAct:
    signed = signed_act_from(given.body) if given.is_signed else completed(given.body, ledger, keys)
    return signed.signed_with(keys)


def _treat(args: Namespace, ledger: Connection, signed: SignedAct, many: bool) -> None:
    if args.sign_only:
        _tell_signed(args, signed, many)
    elif args.dry_run:
        _tell_decision(args, signed, ledger.check(signed), many)
    else:
        receipt, duplicate = ledger.submit(signed)
        _tell_receipt(args, signed, receipt, duplicate, many)


def _write(file: str, signed_acts: list[SignedAct]) -> None:
    """Write the signed acts, one a line, readable by their owner alone: disclosures are personal data."""
    lines = "".join(json.dumps(each.as_json(), ensure_ascii=False) + "\n" for each in signed_acts)
    unfinished = Path(f"{file}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(lines)
    unfinished.replace(file)  # the file may be the very one that was read


def _tell_signed(args: Namespace, signed: SignedAct, many: bool) -> None:
    missing = [signer.person for signer in signed.missing()]
    if args.json:
        report = {"file": args.output, "act": signed.act.id, "type": signed.act.act, "missing": missing}
        tell_json(report, lines=many)
    else:
        tell(text("act/signed", type=named(signed), act=signed.act.id, file=args.output))
        tell(text("act/missing", people=", ".join(missing)) if missing else text("act/complete"))


def _tell_decision(args: Namespace, signed: SignedAct, defects: list[dict[str, Any]], many: bool) -> None:
    if args.json:
        outcome = "accepted-with-defects" if defects else "accepted"
        tell_json({"act": signed.act.act, "outcome": outcome, "defects": defects}, lines=many)
        return
    tell("✓ " + text("act/would-defects" if defects else "act/would", type=named(signed)))
    _tell_defects(defects)


def _tell_receipt(
    args: Namespace, signed: SignedAct, receipt: dict[str, Any], duplicate: bool, many: bool
) -> None:
    if args.json:
        tell_json(receipt, lines=many)
        return
    tell("✓ " + text("act/recorded-before" if duplicate else "act/recorded", type=named(signed)))
    when = datetime.fromisoformat(receipt["recorded_at"]).astimezone().isoformat(timespec="seconds")
    for name, value in _receipt_lines(signed, receipt, when):
        tell(f"  {name}  {value}")
    _tell_defects(receipt["defects"])
    if signed.disclosures and not args.output and not duplicate:
        note(text("act/keep-copy"))


def _receipt_lines(signed: SignedAct, receipt: dict[str, Any], when: str) -> Iterator[tuple[str, object]]:
    yield text("receipt/act"), receipt["act"]
    yield text("receipt/position"), receipt["position"]
    yield text("receipt/recorded-at"), when
    yield text("receipt/signers"), ", ".join(f"{each.person} ({each.part})" for each in signed.act.signers)


def _tell_defects(defects: list[dict[str, Any]]) -> None:
    texts = shipped_policy("cn").texts  # names the defects of a server's ledger, too; others go by their code
    for defect in defects:
        known = texts.get(defect["code"])
        said = (known.zh if language() == "zh" else known.en) if known else ""
        tell(f"  ⚠ {defect['code']} ({text('severity/' + defect['severity'])})  {said}")


def named(signed: SignedAct) -> str:
    """An act's type as the reader calls it."""
    kind = ACT_TYPES[signed.act.act]
    return f"{kind.zh}（{kind.type_name}）" if language() == "zh" else kind.type_name
