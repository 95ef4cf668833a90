"""Archives that mean harm: each is found, or turned away in a sentence; none costs memory, none is unpacked."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bundles
from bundles import Files, packed
from custody.bundle import archive, reading
from custody.bundle.archive import MOST_32, Measured, Member, archived, directory, file_of, local_header
from custody.bundle.content import Subject
from custody.bundle.reading import read_archive
from custody.bundle.report import Report
from custody.bundle.verifying import verify_bundle
from custody.errors import CustodyError, TooLarge
from custody.signing import pae, read_envelope
from world import World

MEBIBYTE: Final = 1 << 20


@pytest.fixture(scope="module")
def files(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """The files of a bundle that is sound."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'ledger.db'}")
    case = world.opens_case()
    world.checks_in(world.seizes(case, world.item(), world.item()), "大库")
    yield bundles.files(bundles.content(world, Subject("case", case)))
    world.close()


@pytest.fixture(scope="module")
def sound(files: Files, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Its archive."""
    return packed(files, tmp_path_factory.mktemp("sound") / "bundle.zip").read_bytes()


def verified(data: bytes, folder: Path) -> Report:
    """What verifying bytes says."""
    file = folder / "bundle.zip"
    file.write_bytes(data)
    return verify_bundle(file)


def codes(report: Report) -> set[str]:
    return {each.code for step in report.steps for each in step.findings}


def zipped(files: Files, method: int = zipfile.ZIP_STORED, *more: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """An archive as other programs write it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as written:
        for name, data in files.items():
            written.writestr(name, data)
        for name_or_info, data in more:
            written.writestr(name_or_info, data)
    return whole.getvalue()


def linked() -> zipfile.ZipInfo:
    """A link to a file of the machine."""
    info = zipfile.ZipInfo("report.html")
    info.external_attr = 0o120777 << 16
    return info


def lying(data: bytes) -> bytes:
    """A directory that calls a file larger than it is."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<L", 1 << 30) + data[at + 4 :]


def other_directory(data: bytes) -> bytes:
    """A directory that lists another name than stands before the bytes: programs would differ in what they read."""
    at = data.rindex(b"witness-policy.txt")
    return data[:at] + b"witness-policy.tx_" + data[at + 18 :]


def lengthened(data: bytes) -> bytes:
    """A first file that says it goes on for 4 GiB."""
    return data[:18] + struct.pack("<2L", MOST_32 - 1, MOST_32 - 1) + data[26:]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda files, data: zipped(files, zipfile.ZIP_DEFLATED), {"container"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("attachments/" + "0" * 64, b"")), {"file-unlisted"}),
        (lambda files, data: zipped(files, zipfile.ZIP_DEFLATED, ("report.html", bytes(64 << 20))), {"container"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("checkpoint", b"another")), {"file-name"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("/etc/passwd", b"")), {"file-name"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("rules/../../x", b"")), {"file-name"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("C:\\x", b"")), {"file-name"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, ("案卷", b"")), {"file-name"}),
        (lambda files, data: zipped(files, zipfile.ZIP_STORED, (linked(), b"/etc/passwd")), {"container"}),
        (lambda files, data: lying(data), {"container"}),
        (lambda files, data: other_directory(data), {"container"}),
        (lambda files, data: lengthened(data), {"container"}),
        (lambda files, data: data + b"\n", {"container"}),
        (lambda files, data: b"#!/bin/sh\n" + data, {"container"}),
        (lambda files, data: data + data, {"container"}),
        (lambda files, data: data[:-30], {"container"}),
        (lambda files, data: data[: len(data) // 2], {"container"}),
        (lambda files, data: data[data.index(b"PK\x01\x02") :], {"container"}),
        (lambda files, data: b"", {"container"}),
        (lambda files, data: bytes(1000), {"container"}),
        (lambda files, data: b"PK\x05\x06" + bytes(18), {"manifest"}),
    ],
)
def test_an_archive_that_is_not_as_the_ledger_writes_it_is_found(
    files: Files, sound: bytes, tmp_path: Path, spoil: Callable[[Files, bytes], bytes], expected: set[str]
) -> None:
    report = verified(spoil(files, sound), tmp_path)
    assert not report.sound
    assert codes(report) >= expected


def test_an_archive_that_somebody_packed_again_without_compression_is_as_good(files: Files, tmp_path: Path) -> None:
    """Dates and attributes are no evidence."""
    assert verified(zipped(files), tmp_path).sound


def test_a_file_that_claims_much_costs_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of holes is hashed piece by piece; one of ever more members is left where they are too many."""
    file = tmp_path / "bundle.zip"
    with file.open("wb") as hollow:
        hollow.write(local_header("attachments/" + "0" * 64, 64 * MEBIBYTE, 0))
        hollow.truncate(64 * MEBIBYTE)
    tracemalloc.start()
    report = verify_bundle(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "container" in codes(report)
    assert most < 8 * MEBIBYTE
    monkeypatch.setattr(reading, "MOST_MEMBERS", 100)
    file.write_bytes(local_header("entries/1.json", 0, 0) * 1_000)
    report = verify_bundle(file)
    assert "container" in codes(report)
    assert len(report.steps[0].findings) < 150
    monkeypatch.setattr(reading, "MOST_READ", 10)
    file.write_bytes(b"".join(archived([file_of("manifest.json", b"{}" * 20)])))
    with pytest.raises(TooLarge):
        verify_bundle(file)


def test_what_does_not_fit_into_32_bits_is_written_and_read(tmp_path: Path) -> None:
    """A file of 4 GiB and one behind it, as holes: ZIP64 in the header, in the directory, and at the end."""
    size = MOST_32 + 10
    file = tmp_path / "large.zip"
    name = "attachments/" + "0" * 64
    small = file_of("checkpoint", b"x")
    with file.open("wb") as written:
        written.write(local_header(name, size, 0))
        begins = written.tell() + size
        written.seek(begins)
        rest = b"".join(archived([small]))
        at = rest.index(b"PK\x01\x02")
        written.write(rest[:at])
        members = [Member(name, Measured(size, "", 0), 0), Member("checkpoint", small.measured, begins)]
        for piece in directory(members, written.tell()):
            written.write(piece)
    with zipfile.ZipFile(file) as opened:
        assert [(each.filename, each.file_size) for each in opened.infolist()] == [(name, size), ("checkpoint", 1)]
        assert opened.read("checkpoint") == b"x"


def test_what_is_written_for_large_archives_is_read_alike(
    files: Files, sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 32 bits ended at 1,000: nearly every size and place stands in ZIP64's fields."""
    for module in (archive, reading):
        monkeypatch.setattr(module, "MOST_32", 1_000)
    large = packed(files, tmp_path / "large.zip").read_bytes()
    assert len(large) > len(sound)
    assert verified(large, tmp_path).sound
    assert codes(verified(large[:-1], tmp_path)) == {"container"}


bounded = settings(
    max_examples=80, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def test_whatever_byte_of_a_bundle_is_another_it_is_found_or_turned_away(sound: bytes, tmp_path: Path) -> None:
    """Times, versions and CRC-32 of the archive are passed over: they are nobody's word."""
    before = verified(sound, tmp_path).body()

    @bounded
    @given(st.integers(0, len(sound) - 1), st.binary(max_size=6), st.integers(0, 6))
    def any_bytes(at: int, piece: bytes, length: int) -> None:
        changed = sound[:at] + piece + sound[at + length :]
        with suppress(CustodyError):
            report = verified(changed, tmp_path)
            assert not report.sound or report.body() == before

    any_bytes()


@pytest.mark.parametrize(
    "name", ["manifest.json", "checkpoint", "statement.json", "witness-policy.txt", "disclosures.json", "entries/",
             "proofs/", "envelopes/", "rules/"],
)  # fmt: skip
def test_whatever_a_file_of_a_bundle_holds_it_is_read_or_found(files: Files, tmp_path: Path, name: str) -> None:
    which = min(each for each in files if each.startswith(name))

    @settings(bounded, max_examples=15)
    @given(st.integers(0, 10_000), st.sampled_from([b"", b"9" * 400, b"\x00", b"\xff", b"-1", b"1e999", b"[[", b'"',
                                                     b"{}", b"null", b"\n\n"]), st.integers(0, 40))  # fmt: skip
    def any_bytes(at: int, piece: bytes, length: int) -> None:
        data = files[which]
        at %= len(data) + 1
        changed = {**files, which: data[:at] + piece + data[at + length :]}
        if which != "manifest.json":
            changed = bundles.agreeing(changed)
        with suppress(CustodyError):
            verify_bundle(packed(changed, tmp_path / "bundle.zip")).body()

    any_bytes()


def test_members_are_read_where_they_lie(sound: bytes) -> None:
    read = read_archive(io.BytesIO(sound))
    assert read.problems == []
    for name, found in read.members.items():
        data = read.read(name, 1 << 24)
        assert data is not None
        assert hashlib.sha256(data).hexdigest() == found.sha256
    assert read.read("checkpoint", 10) is None
    assert read.read("nothing", 10) is None


def test_openssl_finds_the_signatures_of_the_statement_and_of_an_act_good(files: Files, tmp_path: Path) -> None:
    """With the files alone: the log's key out of genesis, the officer's out of the enrolment."""
    genesis = read_envelope(files[_envelope(files, "keys/entries/0.json")])
    log_key = json.loads(genesis.payload)["log_keys"][0]
    raw = base64.b64decode(log_key.split("+", 2)[2])[1:]
    spki = bytes.fromhex("302a300506032b6570032100") + raw
    statement = read_envelope(files["statement.json"])
    assert openssl(tmp_path, spki, statement.signatures[0].value, pae(statement.payload_type, statement.payload))
    assert not openssl(tmp_path, spki, statement.signatures[0].value, pae(statement.payload_type, b"{}"))
    keys = {}
    for name in (each for each in files if "entries/" in each):
        act = json.loads(read_envelope(files[_envelope(files, name)]).payload)
        if "public_key" in act:
            der = base64.urlsafe_b64decode(act["public_key"] + "==")
            keys[hashlib.sha256(der).hexdigest()] = der
    seizure = next(each for each in files if each.startswith("entries/") and b'"seizure"' in files[each])
    envelope = read_envelope(files[_envelope(files, seizure)])
    for signature in envelope.signatures:
        assert openssl(
            tmp_path, keys[signature.key_id], signature.value, pae(envelope.payload_type, envelope.payload)
        )


def _envelope(files: Files, entry: str) -> str:
    return entry.partition("entries/")[0] + "envelopes/" + str(json.loads(files[entry])["envelope"])


def openssl(folder: Path, spki: bytes, signature: bytes, message: bytes) -> bool:
    """Whether openssl verifies it."""
    for name, data in {"key": spki, "sig": signature, "pae": message}.items():
        (folder / name).write_bytes(data)
    by_kind = (
        ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "pae", "-sigfile", "sig"]
        if len(spki) == 44
        else ["dgst", "-sha256", "-verify", "key", "-keyform", "DER", "-signature", "sig", "pae"]
    )
    done = subprocess.run(["openssl", *by_kind], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0
