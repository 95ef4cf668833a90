"""``custody pending``: acts that wait for signatures at a server. What is signed is read from its very bytes here."""

from __future__ import annotations

import base64
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from custody.acts import ACT_TYPES, PAYLOAD_TYPE
from custody.acts.parts import PARTS
from custody.cli.connection import at_server
from custody.cli.inputs import read_inputs
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import note, tell, tell_json, tell_table
from custody.cli.words import either, language, text
from custody.cli.zone import here, local
from custody.client import Client
from custody.errors import Untrusted
from custody.signed import SignedAct, signed_act_from
from custody.signing import PrivateKey, key_id_of, public_bytes, sign

_HEADER = frozenset({"act", "id", "ledger", "occurred_at", "seen", "signers"})
"""What is said in sentences of its own, or is of the log and not of the matter."""


def add(subparsers: Any) -> None:
    """Add ``custody pending``."""
    parser = subparsers.add_parser("pending", help=text("help/pending"), description=text("help/pending"))
    doing = parser.add_subparsers(dest="doing", required=True)
    for name in ("list", "show", "put", "sign", "decline", "withdraw"):
        one = doing.add_parser(name, help=text(f"help/pending-{name}"), description=text(f"help/pending-{name}"))
        add_options(one, server=True)
        one.add_argument("--key", metavar="FILE", required=name == "sign", help=text("help/sign-in-key"))
        add_passphrase_option(one)
        if name == "list":
            one.add_argument("--all", action="store_true", help=text("help/pending-all"))
        elif name == "put":
            one.add_argument("files", nargs="+", metavar="FILE", help=text("help/act-file"))
            one.add_argument("--until", type=datetime.fromisoformat, metavar="TIME", help=text("help/pending-until"))
        else:
            one.add_argument("act", metavar="ACT", help=text("help/pending-act"))
        if name == "sign":
            one.add_argument("--yes", action="store_true", help=text("help/pending-yes"))
        if name == "decline":
            one.add_argument("--reason", required=True, metavar="TEXT", help=text("help/pending-reason"))
        one.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Do one of these at the server. Exit status 1 if what was signed is not recorded in the end, or nothing was."""
    settings = settings_of(args)
    if settings.server is None:
        raise WrongUse("use/pending", "Name the server at which acts wait: --server or CUSTODY_SERVER.")
    key = open_key(Path(args.key), settings) if args.key else None
    client = at_server(settings, key)
    if args.doing == "list":
        return _list(client, args)
    if args.doing == "put":
        return _put(client, args)
    if args.doing == "sign" and key is not None:
        return _sign(client, args, key)
    path = f"/v1/pending/{args.act}"
    if args.doing == "withdraw":
        client.send(path, method="DELETE")
    elif args.doing == "decline":
        client.send(f"{path}/decline", {"reason": args.reason})
    found = client.read(path)
    if args.json:
        tell_json(found)
    elif args.doing == "show":
        _tell(found, _of(found, client, args.act))
    else:
        tell(state_of(found))
    return 0


def _list(client: Client, args: Namespace) -> int:
    query = {} if args.all else {"state": "waiting"}
    found = list(client.members("/v1/pending", "pending", **query))
    if args.json:
        tell_json(found)
        return 0
    columns = [text(f"pending/{name}") for name in ("act", "type", "state", "until")]
    rows = [[each["id"], _called(each["type"]), state_of(each), local(each["expires_at"])] for each in found]
    tell_table(columns, rows)
    return 0


def _put(client: Client, args: Namespace) -> int:
    until = {"expires_at": here(args.until).isoformat()} if args.until else {}
    found = []
    for each in read_inputs(args.files):
        found.append(client.send("/v1/pending", {**signed_act_from(each.body).as_json(), **until}))
        if not args.json:
            tell(f"{found[-1]['id']}  {state_of(found[-1])}")
    if args.json:
        tell_json(found)
    return 0


def _sign(client: Client, args: Namespace, key: PrivateKey) -> int:
    found = client.read(f"/v1/pending/{args.act}")
    signed = _of(found, client, args.act)
    key_id = key_id_of(public_bytes(key))
    if key_id not in {each.key for each in signed.act.signers}:
        raise Untrusted("untrusted/signature-extra", "There is a signature by nobody the act names.", key=key_id)
    if not args.json:
        _tell(found, signed)
    if not (args.yes or _confirmed()):
        note(text("pending/not-signed"))
        return 1
    [made] = sign(PAYLOAD_TYPE, signed.payload, [key])
    body = {"keyid": made.key_id, "sig": base64.b64encode(made.value).decode()}
    done = client.send(f"/v1/pending/{signed.act.id}/signatures", body)
    recorded = done["state"] == "recorded"
    receipt = client.proof(signed.act.id) if recorded else None
    if args.json:
        tell_json(receipt.as_json() if receipt else done)
    else:
        tell(text("pending/position", position=receipt.position) if receipt else state_of(done))
    return 0 if done["state"] in ("waiting", "complete", "recorded") else 1


def _of(found: Mapping[str, Any], client: Client, act_id: str) -> SignedAct:
    """The act in the very bytes that wait. Raises Malformed, and Untrusted if they are not of the act asked for."""
    signed = signed_act_from({"envelope": found["envelope"]})
    if signed.act.id != act_id:
        raise Untrusted("untrusted/receipt", "The server gave another act than was asked for.", act=act_id)
    if signed.act.ledger != client.origin:
        raise Untrusted("untrusted/other-ledger", "The act is for another ledger.", ledger=signed.act.ledger)
    return signed


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("use/pending-yes", "Read it with `custody pending show`, then sign with --yes.")
    return input(text("pending/ask")).strip().lower() == "yes"


def _tell(found: Mapping[str, Any], signed: SignedAct) -> None:
    """Say what would be signed, by whom, and what would be decided; every field, nothing summed up."""
    act = signed.act
    when = local(act.occurred_at.isoformat())
    tell(text("pending/statement", type=_called(act.act), when=when, ledger=act.ledger))
    at = {each["key"]: each["signed_at"] for each in found["signers"]}
    for each in act.signers:
        part = PARTS[act.act].get(each.part)
        said = {"part": either(part.zh, part.en) if part else each.part, "person": each.person}
        signed_at = at.get(each.key)
        tell("  " + (text("pending/signed", **said, when=local(signed_at)) if signed_at else
                     text("pending/unsigned", **said)))  # fmt: skip
    tell(text("pending/says"))
    body = act.model_dump(mode="json", by_alias=True)
    for name, value in fields_of({name: value for name, value in body.items() if name not in _HEADER}):
        tell(f"  {name}: {value}")
    tell(_would(found["check"]) if found["check"] else state_of(found))


def fields_of(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every field with its path; what is empty has nothing to say."""
    if isinstance(value, Mapping) and value.keys() == {"sealed"}:
        yield name, text("pending/sealed")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from fields_of(inner, f"{name} {key}".strip())
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from fields_of(inner, f"{name} {number}")
    elif value is not None:
        yield name, str(value)


def state_of(found: Mapping[str, Any]) -> str:
    """In which state it is, in words."""
    missing = ", ".join(each["person"] for each in found["signers"] if not each["signed_at"])
    ended = found["ended"] or {}
    why = (ended.get("problem") or {}).get("detail")
    return text(f"pending-state/{found['state']}", missing=missing, why=why, by=ended.get("by"),
                reason=ended.get("reason"))  # fmt: skip


def _would(check: Mapping[str, Any]) -> str:
    if check["problem"]:
        return "✗ " + text("pending/would-refuse", why=check["problem"]["detail"])
    codes = ", ".join(each["code"] for each in check["defects"])
    return "⚠ " + text("pending/would-defects", codes=codes) if codes else "✓ " + text("pending/would")


def _called(type_name: str) -> str:
    kind = ACT_TYPES[type_name]
    return f"{kind.zh}（{type_name}）" if language() == "zh" else type_name
