"""``custody witness``: be a witness for other ledgers, or have this ledger's checkpoints cosigned."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.acts.entry import instant
from custody.cli.keygen_command import key_file_taken
from custody.cli.keys import add_passphrase_option, new_passphrase
from custody.cli.ledgers import reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import text
from custody.cli.zone import stamp
from custody.keyfile import write_key
from custody.ledger.cosignatures import newest, witnessed_checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Signer, Verifier
from custody.tlog.policy import NONE, WitnessPolicy
from custody.witnessing.asking import Asker, Outcome, require_own
from custody.witnessing.cosigner import found, state_beside, verifier_beside
from custody.witnessing.editing import added, read_policy_file, replace

KINDS = {"ed25519": KeyType.COSIGNATURE, "ml-dsa-44": KeyType.ML_DSA_44}


def add(subparsers: Any) -> None:
    """Add ``custody witness``."""
    parser = subparsers.add_parser("witness", help=text("help/witness"), description=text("help/witness"))
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    _add_keygen(steps)
    _add_serve(steps)
    _add_asking(steps)


def _step(steps: Any, name: str, run: Any) -> ArgumentParser:
    said = text(f"help/witness-{name}")
    parser: ArgumentParser = steps.add_parser(name, help=said, description=said)
    parser.set_defaults(run=run)
    return parser


def _add_keygen(steps: Any) -> None:
    parser = _step(steps, "keygen", keygen)
    parser.add_argument("file", metavar="FILE", help=text("help/key-file"))
    parser.add_argument("--name", required=True, metavar="NAME", help=text("help/witness-name"))
    parser.add_argument("--kind", choices=sorted(KINDS), default="ed25519", help=text("help/witness-kind"))
    parser.add_argument("--no-passphrase", action="store_true", help=text("help/no-passphrase"))
    add_passphrase_option(parser)


def _add_serve(steps: Any) -> None:
    parser = _step(steps, "serve", serve)
    parser.add_argument("--log", required=True, action="append", metavar="VKEY", help=text("help/witness-log"))
    parser.add_argument("--key", required=True, action="append", metavar="FILE", help=text("help/witness-key"))
    parser.add_argument("--name", metavar="NAME", help=text("help/witness-name"))
    parser.add_argument("--state", metavar="FILE", type=Path, help=text("help/witness-state"))
    parser.add_argument("--found", action="store_true", help=text("help/witness-found"))
    parser.add_argument("--host", default="127.0.0.1", help=text("help/witness-host"))
    parser.add_argument("--port", type=int, default=8100, help=text("help/witness-port"))
    for name, value in (("public-url", "URL"), ("tls-cert", "FILE"), ("tls-key", "FILE"), ("behind-proxy", "ADDR")):
        parser.add_argument(f"--{name}", metavar=value, help=text(f"help/witness-{name}"))
    add_passphrase_option(parser)


def _add_asking(steps: Any) -> None:
    """The steps of a ledger that is witnessed."""
    adding = _step(steps, "add", add_witness)
    adding.add_argument("vkey", metavar="VKEY", help=text("help/witness-vkey"))
    adding.add_argument("url", metavar="URL", help=text("help/witness-url"))
    adding.add_argument("--as", dest="known_as", metavar="NAME", help=text("help/witness-as"))
    adding.add_argument("--quorum", metavar="all|any|K", help=text("help/witness-quorum"))
    for each in (adding, _step(steps, "status", status), _step(steps, "ask", ask)):
        each.add_argument("--witness-policy", metavar="FILE", help=text("help/witness-policy"))
        add_options(each, log_key=each.prog.endswith(" ask"))


def keygen(args: Namespace) -> int:
    """Write a private key, and print what a policy names: the verifier key.

    It stands beside, too, with the state that a new key begins with: it has never signed anything.
    """
    path = Path(args.file)
    if path.exists():
        raise key_file_taken(path)
    kind = KINDS[args.kind]
    key = MLDSA44PrivateKey.generate() if kind is KeyType.ML_DSA_44 else Ed25519PrivateKey.generate()
    vkey = str(Signer(args.name, key, kind).verifier)  # before anything is asked for: the name may be no key's name
    passphrase = None if args.no_passphrase else new_passphrase(settings_of(args), path.name)
    if kind is KeyType.COSIGNATURE:  # a second key, of the other kind, goes by the state of the first
        found(state_beside(path))
    try:
        write_key(path, key, passphrase)
    except FileExistsError:
        raise key_file_taken(path) from None
    verifier_beside(path).write_text(f"{vkey}\n", encoding="utf-8")
    if args.json:
        tell_json({"file": str(path), "kind": args.kind, "name": args.name, "vkey": vkey})
    else:
        tell(vkey)
    return 0


def serve(args: Namespace) -> int:
    """Run a witness, which the package of servers does; its name and its state stand beside its first key."""
    key = Path(args.key[0])
    args.name = args.name or _name_beside(key)
    args.state = args.state or state_beside(key)
    serving: Any = import_module("custody_api.witnessing.serving")
    status: int = serving.run(args)
    return status


def _name_beside(key: Path) -> str:
    """The name that was given to a key when it was made. Raises WrongUse where that does not stand beside it."""
    try:
        return Verifier.parse(verifier_beside(key).read_text(encoding="utf-8").strip()).name
    except FileNotFoundError:
        raise WrongUse("use/witness-name", "Name the witness: --name.", file=str(verifier_beside(key))) from None


def add_witness(args: Namespace) -> int:
    """Add a witness to the policy file; where a ledger is named, a new file begins with its keys."""
    settings = settings_of(args)
    path = needed_policy(settings)
    key = Verifier.parse(args.vkey)
    name = args.known_as or key.name
    before = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    logs: list[str] = []
    if settings.database is not None and not before.strip():
        with reading(settings) as ledger:
            logs = sorted(ledger.log_keys())
    after = added(before, name, key, args.url, args.quorum, logs)
    replace(path, after)
    policy = WitnessPolicy.parse(after)
    counts = any(each.name == name for each in policy.counting)
    if args.json:
        tell_json({"name": name, "counts": counts, "quorum": policy.quorum, "file": str(path)})
        return 0
    tell(text("witness/added", name=name, quorum=_said(policy)))
    if not counts:
        tell(text("witness/not-counting"))
    return 0


def status(args: Namespace) -> int:
    """Each witness with what it cosigned last; exit status 1 where the newest entries have no quorum."""
    settings = settings_of(args)
    policy = read_policy_file(needed_policy(settings))
    with reading(settings) as ledger:
        require_own(policy, ledger)
        head = ledger.recorder.head().size
        rows = [(each, *(newest(ledger.engine, [each.key]) or (None, None))) for each in policy.witnesses]
        found = witnessed_checkpoint(ledger.publication, policy)
    covered = (found.size if found else 0) >= head or policy.quorum == NONE
    if args.json:
        witnesses = [
            {"name": each.name, "counts": each in policy.counting, "url": each.url, "size": size,
             "at": at and instant(at)}
            for each, size, at in rows
        ]  # fmt: skip
        quorum = {"size": found.size, "at": instant(found.at)} if found else None
        tell_json({"head": head, "quorum": quorum, "covered": covered, "witnesses": witnesses})
        return 0 if covered else 1
    columns = [text(f"witness/{name}") for name in ("name", "counts", "size", "when", "url")]
    said = {each.name: text("witness/yes" if each in policy.counting else "witness/no") for each in policy.witnesses}
    tell_table(columns, [[each.name, said[each.name], size, at and stamp(at), each.url] for each, size, at in rows])
    if found is None:
        tell(text("witness/no-quorum", head=head))
    else:
        tell(text("witness/quorum", size=found.size, head=head, when=stamp(found.at)))
    return 0 if covered else 1


def ask(args: Namespace) -> int:
    """Publish the head and ask every witness once; exit status 1 where one did not cosign."""
    settings = settings_of(args)
    policy = read_policy_file(needed_policy(settings))
    with writing(settings) as ledger:
        require_own(policy, ledger)
        ledger.publication.publish(at_once=True)
        asker = Asker(ledger, policy)
        size = ledger.publication.size()
        outcomes = [asker.ask(place) or Outcome(place.names, "cosigned", size) for place in asker.places]
    if args.json:
        tell_json([asdict(each) for each in outcomes])
    else:
        said = [[" ".join(each.names), text(f"witness/{each.what}", **asdict(each))] for each in outcomes]
        tell_table([text("witness/name"), text("witness/outcome")], said)
    return 0 if all(each.what == "cosigned" for each in outcomes) else 1


def needed_policy(settings: Settings) -> Path:
    """The policy file. Raises WrongUse if none was named."""
    if settings.witness_policy is None:
        raise WrongUse("use/witness-policy", "Name the policy file: --witness-policy or CUSTODY_WITNESS_POLICY.")
    return settings.witness_policy


def _said(policy: WitnessPolicy) -> str:
    group = next((each for each in policy.groups if each.name == policy.quorum), None)
    return f"{group.threshold}/{len(group.members)} ({', '.join(group.members)})" if group else policy.quorum
