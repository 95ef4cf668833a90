"""``custody attach``: files beside the acts, what verifying says of them, and the sweep."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from buckets import new_bucket, s3_server
from commandline import Office

PHOTO = b"\xff\xd8\xff\xe0" + b"a photograph" * 1_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office of these tests' own: others expect of theirs that no file is missing."""
    made = Office(tmp_path_factory.mktemp("office"))
    made.found()
    made.settle()
    return made


@pytest.fixture
def own(office: Office, tmp_path: Path) -> dict[str, str]:
    """A store of this test's own."""
    return {"CUSTODY_ATTACHMENTS": str(tmp_path / "store")}


def photo(office: Office, data: bytes = PHOTO) -> Path:
    path = office.folder / "photo.jpg"
    path.write_bytes(data)
    return path


def findings(office: Office, **environment: str) -> tuple[dict[str, Any], list[str]]:
    done = office.run("verify", "--database", "ledger.db", "--json", **environment)
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    return report["attachments"], [each["code"] for each in report["findings"]]


def test_a_file_is_attached_named_by_an_act_verified_and_missed(office: Office, own: dict[str, str]) -> None:
    done = office.run("attach", photo(office), "--captured-at", "2026-03-12T14:00:00+08:00", **own)
    assert done.returncode == 0, done.stderr
    (attached,) = json.loads(done.stdout)
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    assert attached == {
        "sha256": sha256, "media_type": "image/jpeg", "size_bytes": len(PHOTO), "kind": "photo",
        "captured_at": attached["captured_at"],
    }  # fmt: skip
    assert f"{sha256}  " in done.stderr
    recorded = office.act({**office.draw(), "attachments": [attached]})
    assert recorded.returncode == 0, recorded.stderr
    looked, _ = findings(office)
    assert looked["named"] >= 1
    assert not looked["checked"]
    assert "were not compared" in office.run("verify", "--database", "ledger.db").stdout
    assert findings(office, **own)[0]["checked"]
    place = Path(own["CUSTODY_ATTACHMENTS"]) / sha256[:2] / sha256
    assert sha256 not in office.run("verify", "--database", "ledger.db", **own).stdout
    place.chmod(0o600)
    place.write_bytes(PHOTO[:-1])
    assert "attachment-damaged" in findings(office, **own)[1]
    place.unlink()
    assert "attachment-missing" in findings(office, **own)[1]
    assert f"附件不在附件库中：{sha256}" in office.run("verify", "--database", "ledger.db", lang="zh", **own).stdout


def test_a_bucket_is_verified_as_a_folder_is(office: Office) -> None:
    with s3_server() as address:
        bucket = new_bucket(address)
        own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        own["CUSTODY_ATTACHMENTS"] = f"s3://{bucket}/evidence"
        attached = office.json("attach", photo(office), "--database", "ledger.db", **own)
        assert office.act({**office.draw(), "attachments": attached}).returncode == 0
        looked, found = findings(office, **own)
        assert looked["checked"]
        assert not [each for each in found if each.startswith("attachment")]
        sha256, lies = attached[0]["sha256"], S3Store(bucket, prefix="evidence", client_options={"allow_http": True})
        obstore.put(lies, f"{sha256[:2]}/{sha256}", PHOTO[:-1])
        assert "attachment-damaged" in findings(office, **own)[1]
        obstore.delete(lies, f"{sha256[:2]}/{sha256}")
        assert "attachment-missing" in findings(office, **own)[1]
        swept = office.json("attach", "--sweep", "--database", "ledger.db", **own)
        assert swept == {"swept": []}
        assert not (office.folder / "ledger-attachments" / sha256[:2]).exists()


def test_a_bucket_needs_a_folder_for_what_is_arriving_and_a_name(office: Office) -> None:
    there = {"CUSTODY_ATTACHMENTS": "s3://evidence"}
    done = office.run("attach", photo(office), CUSTODY_DATABASE="postgresql:///custody", **there)
    assert (done.returncode, "use/attachment-staging" in done.stderr) == (2, True), done.stderr
    for wrong in ("s3://", "s3://Evidence", "s3://a", "s3://../x", "https://evidence", "s3://evidence/../x y"):
        done = office.run("attach", photo(office), CUSTODY_ATTACHMENTS=wrong)
        assert (done.returncode, "use/setting" in done.stderr) == (2, True), wrong


def test_the_sweep_spares_what_an_act_names(office: Office, own: dict[str, str]) -> None:
    named = json.loads(office.run("attach", photo(office, b"named"), "--kind", "document", **own).stdout)
    assert office.act({**office.draw(), "attachments": named}).returncode == 0
    other = office.run("attach", photo(office, b"not named"), **own)
    assert other.returncode == 0, other.stderr
    store = Path(own["CUSTODY_ATTACHMENTS"])
    for each in store.glob("??/*"):
        os.utime(each, (1_000, 1_000))
    swept = office.json("attach", "--sweep", "--days", "1", "--database", "ledger.db", **own)["swept"]
    assert swept == [hashlib.sha256(b"not named").hexdigest()]
    assert [each.name for each in store.glob("??/*")] == [hashlib.sha256(b"named").hexdigest()]


def test_wrong_use_is_told(office: Office) -> None:
    for arguments in ((), ("--sweep", "x.jpg"), ("--sweep", "--days", "0")):
        assert office.run("attach", *arguments, lang="zh", CUSTODY_DATABASE="").returncode == 2
    nowhere = office.run("attach", photo(office), CUSTODY_DATABASE="")
    assert nowhere.returncode == 2
    assert "use/no-attachments" in nowhere.stderr
    odd = office.run("attach", photo(office), CUSTODY_ATTACHMENT_LIMIT="2 GiB")
    assert "use/bytes" in odd.stderr
    small = office.run("attach", photo(office), CUSTODY_ATTACHMENT_LIMIT="99")
    assert "too-large/attachment" in small.stderr


@pytest.fixture
def server(office: Office, own: dict[str, str]) -> Iterator[str]:
    """A server of the office's ledger, over a store of its own."""
    with office.served("--attachments", own["CUSTODY_ATTACHMENTS"]) as address:
        yield address


def test_a_large_file_goes_to_a_server_in_parts(office: Office, server: str, own: dict[str, str]) -> None:
    recording = b"\x00\x00\x00\x18ftypisom" + os.urandom(1 << 20) * 17
    path, empty = office.folder / "recording.mp4", office.folder / "empty"
    path.write_bytes(recording)
    empty.write_bytes(b"")
    to = ("--server", server, "--key", "psb-0211.key")
    for _ in range(2):
        done = office.run("attach", path, empty, *to, CUSTODY_DATABASE="")
        assert done.returncode == 0, done.stderr
    video, nothing = json.loads(done.stdout)
    assert (video["kind"], video["media_type"], nothing["size_bytes"]) == ("recording", "video/mp4", 0)
    kept = Path(own["CUSTODY_ATTACHMENTS"]) / video["sha256"][:2] / video["sha256"]
    assert kept.read_bytes() == recording
