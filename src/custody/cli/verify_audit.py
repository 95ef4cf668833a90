"""``custody verify --resume`` and ``--write``: going on from an audit; ``--sample``: acts that nobody could pick."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from custody.acts.parties import Genesis
from custody.acts.values import decode
from custody.cli.findings import report_as_json, tell_findings
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.ledgers import founded
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, settings_of
from custody.cli.terminal import note, progress, tell, tell_json
from custody.cli.words import text
from custody.errors import Damaged, Malformed, TooLarge
from custody.ledger.audit import LARGEST, Audited, believed, signed_audit
from custody.ledger.durable import whole
from custody.ledger.findings import Report
from custody.ledger.fsck import founded_by
from custody.ledger.reader import Reader
from custody.ledger.sample import Sampled, verify_sample
from custody.signing import VerifyingKey, public_bytes, read_public_key
from custody.tlog.encoding import to_base64
from custody.tlog.note import Verifier


def add_options(parser: Any) -> None:
    """Add what an auditor says beside the ledger."""
    parser.add_argument("--resume", type=Path, metavar="FILE", help=text("help/verify-resume"))
    parser.add_argument("--write", type=Path, metavar="FILE", help=text("help/verify-write"))
    parser.add_argument("--key", type=Path, metavar="FILE", help=text("help/verify-key"))
    parser.add_argument("--auditor", action="append", default=[], metavar="KEY", help=text("help/verify-auditor"))
    parser.add_argument("--sample", type=int, metavar="N", help=text("help/verify-sample"))
    parser.add_argument("--seed", metavar="TEXT", help=text("help/verify-seed"))
    add_passphrase_option(parser)


def relied_on(args: Namespace, settings: Settings, engine: Engine) -> Audited | None:
    """The audit to go on from, if one is named. Raises Malformed, Untrusted, OSError; WrongUse for a missing key."""
    if args.write is not None and args.key is None:
        raise WrongUse("use/audit-key", "Say with whose key the audit is signed: --key.")
    if args.resume is None:
        return None
    with args.resume.open("rb") as opened:
        data = opened.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooLarge("malformed/audit-size", "The file is larger than any audit.", limit=LARGEST)
    reader = Reader(engine)
    own = [_public(each) for each in args.auditor]
    if args.key is not None:
        own.append(read_public_key(public_bytes(open_key(args.key, settings))))
    return believed(data, _genesis(reader).origin, reader, {each.key_id: each for each in own})


def tell_relied_on(audited: Audited | None, report: Report) -> None:
    """Say what was not looked at again, and on whose word."""
    if audited is not None and report.relied_on:
        who = audited.person or text("verify/own-key")
        tell(text("verify/resumed", count=report.relied_on, who=who, at=audited.verified_at))


def write(args: Namespace, settings: Settings, report: Report, engine: Engine) -> None:
    """Write what was verified, signed, if that is asked for and nothing was found; the file is there whole or not."""
    if args.write is None:
        return
    if report.findings:
        note(text("verify/not-written", file=args.write))
        return
    key = open_key(args.key, settings)
    origin = _genesis(Reader(engine)).origin
    with whole(args.write, 0o666) as file:
        file.write(signed_audit(origin, report.entries, report.root, datetime.now(UTC), key))
    note(text("verify/written", file=args.write, size=report.entries))


def run_sample(args: Namespace) -> int:
    """Verify some acts, and print which, and how they were drawn."""
    if args.seed is None or args.sample < 1:
        raise WrongUse("use/sample", "A sample takes a number above zero and a seed: --sample N --seed TEXT.")
    settings = settings_of(args)
    given = args.log_keys or ([settings.log_verifier] if settings.log_verifier else [])
    verifiers = [Verifier.parse(each) for each in given]
    with founded(settings) as engine, progress(text("verify/doing")) as bar:
        reader = Reader(engine)
        genesis = _genesis(reader)
        sampled = verify_sample(reader, genesis, args.seed, args.sample, verifiers=verifiers, progress=bar)
    if args.json:
        tell_json(_shape(sampled))
    else:
        shape = _shape(sampled)["sample"]
        tell(text("verify/sample", **shape, count=len(sampled.drawn)))
        tell(text("verify/sample-drawn", positions=" ".join(str(each + 1) for each in sampled.drawn)))
        tell(text("verify/sample-rest", rest=sampled.checkpoint.size - len(sampled.drawn)))
        tell_findings(sampled.report)
    return 1 if sampled.report.findings else 0


def _shape(sampled: Sampled) -> dict[str, Any]:
    stated = sampled.checkpoint
    drawn = {"size": stated.size, "root": to_base64(stated.root), "seed": sampled.seed, "drawn": sampled.drawn}
    return {**report_as_json(sampled.report), "sample": drawn}


def _genesis(reader: Reader) -> Genesis:
    genesis = founded_by(reader)
    if genesis is None:
        raise Damaged("damaged/genesis", "The log does not begin with its genesis.", index=0)
    return genesis


def _public(given: str) -> VerifyingKey:
    """A public key as ``custody keygen`` prints it."""
    try:
        return read_public_key(decode(given))
    except ValueError:
        raise Malformed("malformed/auditor-key", "An auditor's key is given as custody keygen prints it.") from None
