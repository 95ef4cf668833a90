"""Attachments in a bucket that speaks S3: what the folder promises, the bucket promises too."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import S3Store

from api.conftest import SignedIn, serving
from buckets import new_bucket, s3_server
from custody.attachments import Attachments, Limits
from custody.attachments.bucket import PART, Bucket
from custody.errors import Conflict, Malformed, Unavailable
from world import World

DATA = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1_000
NAME = hashlib.sha256(DATA).hexdigest()

PUTTING = """
import os, sys
from pathlib import Path
from custody.attachments import Attachments, Limits
from custody.attachments.bucket import Bucket
folder, url, name, when = Path(sys.argv[1]), *sys.argv[2:]
class Dying(Bucket):
    def take_in(self, part, sha256):
        if when == "after":
            super().take_in(part, sha256)
        os._exit(9)
store = Attachments(folder, Limits(free=1), Dying.at(url))
data = sys.stdin.buffer.read()
with store.receiving(name, "psb-0211", len(data), lambda hashes: ()) as incoming:
    incoming.begin(0)
    incoming.write(data)
    store.keep(incoming)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def url(server: str) -> str:
    """A prefix in a fresh bucket."""
    return f"s3://{new_bucket(server)}/evidence/yunling"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "staging", Limits(free=1), Bucket.at(url))


def none(hashes: Collection[str]) -> Collection[str]:
    return ()


def put(store: Attachments, data: bytes, person: str = "psb-0211") -> None:
    with store.receiving(hashlib.sha256(data).hexdigest(), person, len(data), none) as incoming:
        incoming.begin(0)
        incoming.write(data)
        store.keep(incoming)


def lying(store: Attachments) -> list[str]:
    return [each.sha256 for each in store.shelf.all()]


def around(url: str) -> S3Store:
    """The bucket, for who goes around the store."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return S3Store(bucket, prefix=prefix, client_options={"allow_http": True})


def content(url: str, name: str) -> bytes:
    return bytes(obstore.get(around(url), name).bytes())


def left(store: Attachments) -> list[str]:
    """What is in the staging folder of what is arriving."""
    return [each.name for each in store.folder.rglob("incoming/*/*") if each.suffix != ".put" and each.name != "lock"]


def test_a_file_lies_in_the_bucket_whole_and_nowhere_else(store: Attachments, url: str) -> None:
    large = os.urandom(2 * PART + 17)
    for data in (DATA, large, b""):
        put(store, data)
        name = hashlib.sha256(data).hexdigest()
        found = store.find(name)
        assert found is not None
        assert (found.sha256, found.size) == (name, len(data))
        assert store.is_sound(name)
        assert content(url, f"{name[:2]}/{name}") == data
    assert b"".join(store.shelf.read(NAME, 3, 1_003)) == DATA[3:1_003]
    assert store.find("0" * 64) is None
    assert left(store) == []


def test_other_bytes_than_the_hash_names_never_reach_the_bucket(store: Attachments) -> None:
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        incoming.begin(0)
        incoming.write(DATA[:-1] + b"!")
        with pytest.raises(Malformed):
            store.keep(incoming)
    assert (lying(store), left(store)) == ([], [])


def test_an_upload_goes_on_where_it_stopped(store: Attachments) -> None:
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        incoming.begin(0)
        incoming.write(DATA[:1_000])
    assert lying(store) == []
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        assert incoming.received == 1_000
        with pytest.raises(Conflict):
            incoming.begin(999)
        incoming.begin(1_000)
        incoming.write(DATA[1_000:])
        store.keep(incoming)
    assert store.is_sound(NAME)


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_is_killed_while_the_bucket_takes_a_file_in_finishes_it_later(
    store: Attachments, url: str, when: str
) -> None:
    command = [sys.executable, "-c", PUTTING, str(store.folder), url, NAME, when]
    assert subprocess.run(command, input=DATA, check=False).returncode == 9
    assert lying(store) == ([NAME] if when == "after" else [])
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        assert incoming.received == len(DATA)
        store.keep(incoming)
    assert store.is_sound(NAME)
    assert left(store) == []


def test_the_right_bytes_take_the_place_of_damaged_ones_which_are_kept(store: Attachments, url: str) -> None:
    for number in range(2):
        put(store, DATA)
        obstore.put(around(url), f"{NAME[:2]}/{NAME}", b"X" + DATA[1:])
        assert not store.is_sound(NAME)
        put(store, DATA)
        assert store.is_sound(NAME)
        assert content(url, f"damaged/{NAME}/{number}") == b"X" + DATA[1:]
    assert lying(store) == [NAME]


def test_the_sweep_deletes_what_is_old_and_named_by_no_act(store: Attachments) -> None:
    for data in (b"named", b"old"):
        put(store, data)
    named = hashlib.sha256(b"named").hexdigest()
    assert store.sweep(time.time() - 60, none) == []
    assert store.sweep(time.time() + 60, lambda hashes: [named]) == [hashlib.sha256(b"old").hexdigest()]
    assert lying(store) == [named]


def test_a_bucket_that_is_away_loses_nothing_and_its_keys_are_not_told(
    store: Attachments, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    away = Attachments(store.folder, Limits(free=1), Bucket.at(url))
    missing = Attachments(store.folder, Limits(free=1), store.shelf)
    with pytest.raises(Unavailable) as refused:
        put(away, DATA)
    assert refused.value.code == "unavailable/attachments"
    assert "geheim" not in str(refused.value) + str(refused.value.fields)
    with pytest.raises(Unavailable):
        away.is_sound(NAME)
    with missing.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        assert incoming.received == len(DATA)
        missing.keep(incoming)
    assert store.is_sound(NAME)


def test_over_http_it_is_as_with_a_folder(sqlite_url: str, store: Attachments) -> None:
    world = World(sqlite_url)
    address = f"/v1/attachments/{NAME}"
    with (
        serving(world.ledger, store) as base,
        httpx.Client(base_url=base, timeout=30, auth=SignedIn(world, "周远")) as officer,
    ):
        part = {"Content-Range": f"bytes 0-99/{len(DATA)}"}
        assert officer.put(address, content=DATA[:100], headers=part).json()["received"] == 100
        rest = {"Content-Range": f"bytes 100-{len(DATA) - 1}/{len(DATA)}"}
        assert officer.put(address, content=DATA[100:], headers=rest).status_code == 201
        assert officer.get(address).status_code == 404, "no act names it yet"
        world.seizes(world.opens_case(), attachments=[
            {"sha256": NAME, "media_type": "image/png", "size_bytes": len(DATA), "kind": "photo"}
        ])  # fmt: skip
        answer = officer.get(address, params={"at_least": world.ledger.recorder.head().size})
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, DATA, "image/png")
        some = officer.get(address, headers={"Range": "bytes=-10"})
        assert (some.status_code, some.content) == (206, DATA[-10:])
        assert officer.head(address).headers["content-length"] == str(len(DATA))
    world.close()
