"""Whatever bytes come from outside: every reader of them gives a value or one of our own errors, never anything else.

The envelope and the act in it are tried further in acts/test_fuzz, images and symbols in scanners/, the API as a whole
in api/test_contract.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from starlette.datastructures import Headers

from custody import keyfile, label, rules
from custody.acts.claim import Claim
from custody.acts.entry import read_entry, write_entry
from custody.cli.inputs import read_inputs
from custody.client.feed import steps_in_stream, steps_on_page
from custody.client.wire import error_from
from custody.errors import CustodyError
from custody.importing.mapping import read_mapping
from custody.importing.tables import read_table
from custody.ledger.log_export import exported_size
from custody.ledger.mark import Mark
from custody.reminding.configured import read_configured
from custody.rules.rule_files import extends, read_policy
from custody.sign_in import read_statement, signed_statement
from custody.signed import signed_act_from
from custody.signing import public_bytes, read_envelope, read_public_key
from custody.stamping.configured import read_authorities
from custody.strict import read_json
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer, Verifier, sign_note
from custody.tlog.policy import WitnessPolicy
from custody.tlog.proof import TlogProof
from custody.tlog.tiles import read_bundle, write_bundle
from custody.tlog.witness import AddCheckpoint, judge
from custody.vouching.certificates import system_of
from custody.vouching.configured import Certificates, read_vouching
from custody.webauthn import read_assertion
from custody_api.answers import names_tag
from custody_api.bodies import submission_from
from custody_api.lists import accepted
from custody_api.routes.files import sent_by
from custody_api.wording import preferred

KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG: Final = Signer("custody.example/yunling", KEY)
COURT: Final = Signer("court.example/witness", KEY, KeyType.COSIGNATURE)
NOW: Final = datetime(2026, 3, 12, 14, 26, 5, tzinfo=UTC)
STATEMENT: Final = signed_statement("http://127.0.0.1:8000", "A" * 43, NOW, KEY)
CHECKPOINT: Final = Checkpoint(LOG.name, 1, bytes(32)).signed(LOG)
WITNESSES: Final = (
    Signer("court.example", KEY, KeyType.COSIGNATURE),
    Signer("audit.example", MLDSA44PrivateKey.from_seed_bytes(bytes(32))),
)
KEYS: Final = [each.verifier for each in (LOG, *WITNESSES)]
COSIGNED: Final = sign_note(Checkpoint(LOG.name, 1, bytes(32)).text, LOG, *WITNESSES, time=1_790_000_000)
ENTRY: Final = write_entry(
    recorded_at=NOW, act="0190a5b0-0000-7000-8000-000000000001", type_name="check-in", envelope_sha256="a" * 64,
    size_bytes=1300, policy="b" * 64, defects=(), previous={"item:EV1BHP5N40BAQPAA": -1},
)  # fmt: skip
EVENT: Final = {"id": "x", "data": {"position": 7}}
RULES: Final = b'jurisdiction = "cn"\nextends = "cn"\n[numbers.hours]\nvalue = 24\nsource = "art. 1"\n'
REMINDERS: Final = b'lang = "zh"\nattempts = 3\n[channels.push]\nkind = "webhook"\nurl = "https://127.0.0.1/x"\n'
MAPPING: Final = '[columns]\ncode = "编号"\n[values.category]\n"手机" = "general"\n'.encode()
SYSTEMS: Final = Certificates(header="Client-Cert", systems={"a" * 64: "pro-system"})
AUTHORITIES: Final = b"""renewal_hash = "sha256"
[authorities.north]
url = "https://tsa.example/ts"
roots = "root.pem"
policy = "1.2.3"
interval_minutes = 60
"""

VOUCHING: Final = b'[issuers.city]\nissuer = "https://id.example"\naudience = "custody"\nalgorithms = ["RS256"]\n'


def workbook() -> bytes:
    """A small sheet."""
    book, file = Workbook(), io.BytesIO()
    book.active.append(["编号", "名称"])
    book.active.append(["1", "手机"])
    book.save(file)
    return file.getvalue()


def in_file(read: Callable[[Path], Any], folder: Path, name: str, data: bytes) -> Any:
    """Read bytes that lie in a file."""
    path = folder / name
    path.write_bytes(data)
    path.chmod(0o600)
    return read(path)


def text(read: Callable[[str], Any], data: bytes) -> Any:
    """Read bytes as a header brings them."""
    return read(data.decode("latin-1"))


@cache
def key_bytes() -> bytes:
    """A key file."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


READERS: Final[dict[str, tuple[Callable[..., Any], bytes]]] = {
    "strict JSON": (lambda data: read_json(data, "act"), b'{"a": [1, "\xe7", null]}'.replace(b"\xe7", b"x")),
    "an envelope": (read_envelope, STATEMENT),
    "a sign-in": (read_statement, STATEMENT),
    "a submission": (
        submission_from,
        b'{"envelope": ' + STATEMENT + b', "disclosures": [{"salt": "' + b"A" * 43 + b'", "value": "x"}]}',
    ),
    "an entry": (read_entry, ENTRY),
    "a public key": (read_public_key, public_bytes(KEY)),
    "what a passkey said": (lambda data: read_assertion(data[:37], data[37:]), bytes(37) + json.dumps({
        "type": "webauthn.get", "challenge": "AAAA", "origin": "http://localhost", "crossOrigin": False,
    }).encode()),
    "a note": (Note.parse, CHECKPOINT.encode()),
    "a checkpoint": (lambda data: open_checkpoint(data, LOG.verifier), CHECKPOINT.encode()),
    "a checkpoint with cosignatures": (lambda data: Note.parse(data).verified(KEYS), COSIGNED.encode()),
    "a verifier key": (partial(text, Verifier.parse), str(LOG.verifier).encode()),
    "a verifier key of ML-DSA-44": (partial(text, Verifier.parse), str(WITNESSES[1].verifier).encode()),
    "a proof": (lambda data: TlogProof.parse(data).verify(ENTRY, LOG.verifier), b""),
    "a claim of a paper": (partial(text, Claim.parse), f"CL1 {LOG.name} 7 {'A' * 43} 3".encode()),
    "a witness policy": (WitnessPolicy.parse, f"log {LOG.verifier}\nwitness w {COURT.verifier}\nquorum w\n".encode()),
    "a checkpoint to cosign": (
        lambda data: judge(AddCheckpoint.parse(data), [LOG.verifier], None), b"old 0\n\n" + CHECKPOINT.encode()
    ),
    "a bundle of entries": (read_bundle, write_bundle([ENTRY, ENTRY])),
    "a label": (partial(text, label.parse), label.code_of("EV1BHP5N40BAQPAA").encode()),
    "a label's id": (partial(text, label.code_of), b"EV1BHP5N40BAQPAA"),
    "a stream of the feed": (
        lambda data: list(steps_in_stream(io.BytesIO(data))), b"retry: 2000\n\nid: 7\ndata: {}\n\n: \n\nid: 9\n\n"
    ),
    "a page of the feed": (
        lambda data: steps_on_page(read_json(data, "feed"), 0),
        json.dumps({"events": [EVENT], "next": 9, "head": 12}).encode(),
    ),
    "a problem": (
        lambda data: error_from(_object(data), "http://127.0.0.1", "en"), b'{"code": "stale/x", "detail": "y", "zh": 1}'
    ),
    "rule data": (lambda data: (extends({"a.toml": data}), read_policy({"a.toml": data})), b""),
    "a mapping": (read_mapping, b""),
    "a condition": (partial(text, lambda said: names_tag(said, '"x"')), b'W/"x", "y"'),
    "a language": (partial(text, preferred), b"en;q=0.8, zh-CN;q=0.9"),
    "an Accept": (partial(text, accepted), b"text/csv;q=0.9, */*;q=0.1"),
    "a part of a file": (
        lambda data: sent_by(Headers({"content-length": "10", "content-range": data.decode("latin-1")})),
        b"bytes 0-9/20",
    ),
    "a certificate": (partial(text, lambda said: system_of(said, SYSTEMS, NOW)), b""),
}  # fmt: skip
"""What is read, by which function, and bytes that are sound; empty where none that are sound are at hand."""

FILES: Final[dict[str, tuple[Callable[[Path], Any], str, bytes]]] = {
    "a key file": (keyfile.read_key, "a.key", key_bytes()),
    "what was published last": (lambda path: Mark(path).read(), "a.key.published", COSIGNED.encode()),
    "an exported log": (lambda path: exported_size(path.parent), "checkpoint", COSIGNED.encode()),
    "drafts": (lambda path: read_inputs([str(path)]), "a.json", b'{"act": "x"}\n{"act": "y"}\n'),
    "signed acts": (
        lambda path: [signed_act_from(each.body) for each in read_inputs([str(path)]) if each.is_signed],
        "a.json",
        b"",
    ),
    "a CSV table": (read_table, "a.csv", "编号,名称\n1,手机\n".encode()),
    "an Excel table": (read_table, "a.xlsx", workbook()),
    "settings of reminders": (read_configured, "r.toml", b""),
    "settings of issuers": (read_vouching, "v.toml", b""),
    "settings of time authorities": (read_authorities, "t.toml", b""),
}
"""What is read from files."""

NEARLY: Final = {
    "rule data": RULES, "settings of reminders": REMINDERS, "a mapping": MAPPING, "settings of issuers": VOUCHING,
    "settings of time authorities": AUTHORITIES,
    "a proof": str(TlogProof(0, (), CHECKPOINT)).encode(), "a certificate": b":" + base64.b64encode(bytes(99)) + b":",
    "signed acts": b'{"envelope": ' + STATEMENT + b', "disclosures": []}',
}  # fmt: skip
"""Bytes near enough to sound ones for their changes to reach deep."""


def _object(data: bytes) -> dict[str, Any]:
    found = read_json(data, "problem")
    return found if isinstance(found, dict) else {}


def changed(sound: bytes) -> st.SearchStrategy[bytes]:
    """Sound bytes of which a piece is other bytes, is missing, or stands there twice; or bytes of no kind at all."""

    def spliced(at: int, length: int, piece: bytes, twice: bool) -> bytes:
        at %= len(sound) + 1
        kept = sound[at : at + length] * 2 if twice else piece
        return sound[:at] + kept + sound[at + length :]

    usual = [b"9" * 400, b"\x00", b"\xff\xfe", b"-1", b"1e999", b"[[", b'"', b"\n", b"1", b"{}", b"null", b"[]"]
    odd = st.binary(max_size=8) | st.sampled_from(usual)
    splice = st.builds(spliced, st.integers(0, 10**4), st.integers(0, 40), odd, st.booleans())
    return splice | st.binary(max_size=200) if sound else st.binary(max_size=200)


def other_values(sound: bytes) -> st.SearchStrategy[bytes]:
    """TOML in which one setting has a value of another kind, or a table is a value."""
    lines = sound.decode().splitlines()

    def replaced(number: int, value: str) -> bytes:
        name = lines[number].strip("[]").rpartition(".")[2] if lines[number].startswith("[") else lines[number]
        said = f"{name.partition(' = ')[0]} = {value}"
        return "\n".join([*lines[:number], said, *lines[number + 1 :]]).encode()

    settable = [number for number, line in enumerate(lines) if " = " in line or line.startswith("[")]
    values = ["3", "-1", "1.5", "true", '"x"', '""', "[]", "[[]]", "[1]", "{}", "{a = 1}", "2026-01-01", "09:00:00"]
    return st.builds(replaced, st.sampled_from(settable), st.sampled_from(values))


bounded = settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_whatever_bytes_arrive_are_read_or_turned_away(name: str) -> None:
    read, sound = READERS[name]
    if sound:
        read(sound)

    @bounded
    @given(changed(sound or NEARLY.get(name, b"")))
    def any_bytes(data: bytes) -> None:
        with suppress(CustodyError):
            read(data)

    any_bytes()


@pytest.mark.parametrize("name", FILES)
def test_whatever_lies_in_a_file_is_read_or_turned_away(name: str, tmp_path: Path) -> None:
    read, file, sound = FILES[name]
    if sound:
        in_file(read, tmp_path, file, sound)

    near = sound or NEARLY[name]

    @bounded
    @given(changed(near) | other_values(near) if file.endswith(".toml") else changed(near))
    def any_bytes(data: bytes) -> None:
        with suppress(CustodyError):
            in_file(read, tmp_path, file, data)

    any_bytes()


@pytest.mark.parametrize("name", ["rules.toml", "deadlines.toml", "calendar-2026.toml", "choices.toml"])
def test_shipped_rule_data_with_a_piece_changed_is_read_or_turned_away(name: str) -> None:
    folder = Path(rules.__file__).parent
    files = {path.name: path.read_bytes() for path in sorted((folder / "cn").glob("*.toml"))}
    read_policy(files)

    @settings(bounded, max_examples=25)
    @given(changed(files[name]) | other_values(files[name]))
    def any_bytes(data: bytes) -> None:
        with suppress(CustodyError):
            read_policy({**files, name: data})

    any_bytes()
