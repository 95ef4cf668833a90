"""``custody act``: complete acts, sign them, and submit them; or pass them on for others to sign."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from custody.acts import ACT_TYPES
from custody.cli.completion import completed, require_no_passkey
from custody.cli.connection import Connection, connected
from custody.cli.inputs import Input, read_inputs
from custody.cli.keys import add_passphrase_option, is_key_file, read_keys
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import note, progress, tell, tell_error, tell_json
from custody.cli.words import language, text
from custody.cli.zone import local
from custody.errors import CustodyError
from custody.ledger.policies import shipped_policy
from custody.signed import SignedAct, signed_act_from
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
    files, key_files = _told_apart(args.files, args.key)
    _check_output(args, files)
    settings = settings_of(args)
    inputs = read_inputs(files)
    keys = read_keys(key_files, settings)
    many, failed, signed_acts = len(inputs) > 1, False, list[SignedAct]()
    write = not (args.dry_run or args.sign_only)
    with connected(settings, write=write, keys=keys.values()) as ledger, progress(text("act/doing")) as bar:
        for number, each in enumerate(inputs):
            bar(number, len(inputs))
            try:
                if _stands(each, ledger):
                    _tell_standing(args, each.body, many)
                    continue
                signed = _signed(each, ledger, keys)
                signed_acts.append(signed)
                _treat(args, ledger, signed, many)
            except CustodyError as error:
                failed = True
                if many:
                    note(f"{each.source}:")
                tell_error(error, args.json)
    if failed:
        return 1
    if args.sign_only:
        _pass_on(args, signed_acts, many)
    for key_id in keys.keys() - {signature.key_id for signed in signed_acts for signature in signed.signatures}:
        note(text("act/unused-key", key=key_id))
    return 0


def _check_output(args: Namespace, files: list[str]) -> None:
    if args.sign_only and not args.output:
        raise WrongUse("use/sign-only", "Say where the signed act goes: -o FILE.")
    if args.dry_run and args.output:
        raise WrongUse("use/dry-run", "A dry run writes nothing: leave -o out.")
    if args.output and not args.sign_only and args.output in files:
        raise WrongUse("use/output-is-input", "The copy goes into another file than the one that is read.")


def _told_apart(files: list[str], key_files: list[str]) -> tuple[list[str], list[str]]:
    """Acts and key files. ``--key K1 K2`` names two keys, and in ``--key K1 act.json`` the act is not taken for one."""
    acts = [file for file in key_files if not is_key_file(file)] if not files else []
    if not files and not acts:
        raise WrongUse("use/no-act", "Name the file of an act, or - for standard input.")
    return files + acts, [file for file in key_files if file not in acts]


def _stands(given: Input, ledger: Connection) -> bool:
    """Whether a draft that brings its own id was recorded already: then a file is gone through once more."""
    act_id = None if given.is_signed else given.body.get("id")
    if not isinstance(act_id, str) or not _ID.fullmatch(act_id):
        return False
    return ledger.recorded(act_id) == given.body.get("act")


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _tell_standing(args: Namespace, draft: Mapping[str, Any], many: bool) -> None:
    if args.json:
        tell_json({"act": draft["id"], "type": draft["act"], "recorded": "before"}, lines=many)
    else:
        tell("= " + text("act/stands", type=draft["act"], act=draft["id"]))


def _signed(given: Input, ledger: Connection, keys: dict[str, PrivateKey]) -> SignedAct:
    signed = signed_act_from(given.body) if given.is_signed else completed(given.body, ledger, keys)
    return signed.signed_with(keys)


def _treat(args: Namespace, ledger: Connection, signed: SignedAct, many: bool) -> None:
    if args.dry_run:
        _tell_decision(args, signed, ledger.check(signed), many)
    elif not args.sign_only:
        require_no_passkey(signed, ledger)
        if args.output:
            _keep(args.output, signed)
        receipt = ledger.submit(signed.envelope(), signed.disclosures)
        _tell_receipt(args, signed, receipt.as_json(), receipt.duplicate, many)


def _keep(file: str, signed: SignedAct) -> None:
    """Add a copy to a file before it is submitted: if the answer is lost, the copy can be submitted again."""
    with _private(file, os.O_APPEND) as out:
        out.write(_line(signed))


def _pass_on(args: Namespace, signed_acts: list[SignedAct], many: bool) -> None:
    """Write all the acts for the next signer; the file may be the very one that was read."""
    unfinished = f"{args.output}.new"
    with _private(unfinished, os.O_TRUNC) as out:
        out.writelines(map(_line, signed_acts))
    Path(unfinished).replace(args.output)
    for signed in signed_acts:
        _tell_signed(args, signed, many)


def _private(file: str, how: int) -> TextIO:
    """Open a file for writing that is its owner's alone: disclosures are personal data."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "w", encoding="utf-8")


def _line(signed: SignedAct) -> str:
    return json.dumps(signed.as_json(), ensure_ascii=False) + "\n"


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
    when = local(receipt["recorded_at"])
    for name, value in _receipt_lines(signed, receipt, when):
        tell(f"  {name}  {value}")
    _tell_defects(receipt["defects"])
    if signed.disclosures and not args.output and not duplicate:
        note(text("act/keep-copy"))


def _receipt_lines(signed: SignedAct, receipt: dict[str, Any], when: str | None) -> Iterator[tuple[str, object]]:
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
