"""A store of attachments: what a crash, a full disk, damage and the sweep leave behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from custody.attachments import Attachments, Limits
from custody.attachments.media import UNKNOWN, kind_of, media_type
from custody.errors import TooLarge, Unavailable

DATA = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1_000
NAME = hashlib.sha256(DATA).hexdigest()

PUTTING = """
import os, sys
from pathlib import Path
from custody.attachments import Attachments, Limits
folder, name, step, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
seen = []
def at(event, arguments):
    seen.append((event, str(arguments[0]) if arguments else ""))
    renamed = any(each == "os.rename" for each, _ in seen[:-1])
    here = {
        "marking": event == "open" and str(arguments[0]).endswith(".put"),
        "mode": event == "os.chmod",
        "renaming": event == "os.rename",
        "syncing the folder": event == "open" and renamed and str(arguments[0]) == str(folder / name[:2]),
        "syncing the store": event == "open" and renamed and str(arguments[0]) == str(folder),
    }[step]
    if here and how == "killed":
        os._exit(9)
    if here:
        raise OSError(5, "Input/output error")
store = Attachments(folder, Limits(free=1))
data = sys.stdin.buffer.read()
with store.receiving(name, "psb-0211", len(data), lambda hashes: ()) as incoming:
    incoming.begin(0)
    incoming.write(data)
    sys.addaudithook(at)
    try:
        store.keep(incoming)
    except Exception as error:
        print(error)
        os._exit(1)
"""


def none(hashes: Collection[str]) -> Collection[str]:
    """No act names anything."""
    return ()


def put(store: Attachments, data: bytes, person: str = "psb-0211") -> None:
    with store.receiving(hashlib.sha256(data).hexdigest(), person, len(data), none) as incoming:
        incoming.begin(0)
        incoming.write(data)
        store.keep(incoming)


def place_of(store: Attachments, sha256: str) -> Path:
    return store.folder / sha256[:2] / sha256


@pytest.fixture
def store(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments", Limits(free=1))


@pytest.mark.parametrize("how", ["killed", "failing"])
@pytest.mark.parametrize(
    ("step", "placed"),
    [
        ("marking", False), ("mode", False), ("renaming", False),
        ("syncing the folder", True), ("syncing the store", True),
    ],
)
def test_whatever_step_of_keeping_fails_the_file_is_there_whole_or_goes_on_arriving(
    store: Attachments, step: str, placed: bool, how: str
) -> None:
    command = [sys.executable, "-c", PUTTING, str(store.folder), NAME, step, how]
    done = subprocess.run(command, input=DATA, capture_output=True, check=False)
    assert done.returncode == (9 if how == "killed" else 1), done.stderr
    assert how == "killed" or b"unavailable/attachments" in done.stdout
    assert (store.find(NAME) is not None) == placed
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        assert incoming.received == (0 if placed else len(DATA))
        if placed:
            incoming.begin(0)
            incoming.write(DATA)
        store.keep(incoming)
    assert store.is_sound(NAME)
    assert [each.sha256 for each in store.shelf.all()] == [NAME]


def test_what_the_disk_has_no_room_for_is_given_up(store: Attachments) -> None:
    """The system lets this process write no file beyond 64 KiB: the 256 KiB come to an end there."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n" + PUTTING.replace(
        "    incoming.write(data)\n", "    try:\n        incoming.write(data)\n    except OSError as error:\n"
        "        print(error.errno, incoming.received, incoming.part.exists())\n        raise\n",
    )  # fmt: skip
    command = [sys.executable, "-c", limited, str(store.folder), NAME, "renaming", "killed"]
    done = subprocess.run(command, input=DATA, capture_output=True, text=False, check=False)
    assert done.stdout.split()[1:] == [b"0", b"False"]
    assert b"unavailable/attachment-space" in done.stderr
    assert [each for each in store.folder.rglob("*") if each.is_file() and each.name != "lock"] == []
    put(store, DATA)
    assert store.is_sound(NAME)


def test_what_has_to_stay_free_on_the_disk_stays_free(tmp_path: Path) -> None:
    nearly_full = Attachments(tmp_path / "attachments", Limits(free=1 << 60))
    with pytest.raises(Unavailable) as refused:
        put(nearly_full, DATA)
    assert refused.value.code == "unavailable/attachment-space"


def test_one_person_puts_one_file_at_a_time_and_others_at_the_same_time(store: Attachments) -> None:
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        incoming.begin(0)
        with pytest.raises(Unavailable) as refused:
            put(store, b"another")
        assert refused.value.code == "unavailable/attachment-busy"
        put(store, DATA, "psb-0347")
        incoming.write(DATA)
        store.keep(incoming)
    assert store.is_sound(NAME)


def test_the_right_bytes_take_the_place_of_damaged_ones_which_are_kept(store: Attachments) -> None:
    put(store, DATA)
    place = place_of(store, NAME)
    place.chmod(0o600)
    place.write_bytes(b"X" + DATA[1:])
    assert not store.is_sound(NAME)
    put(store, DATA)
    assert store.is_sound(NAME)
    assert (store.folder / "damaged" / f"{NAME}.0").read_bytes() == b"X" + DATA[1:]


def test_the_sweep_deletes_what_is_old_and_named_by_no_act(store: Attachments) -> None:
    named, old, young = b"named", b"old", b"young"
    for each in (named, old, young):
        put(store, each)
    with store.receiving(NAME, "psb-0211", len(DATA), none) as incoming:
        incoming.begin(0)
        incoming.write(DATA[:10])
    for path in (incoming.part, *(place_of(store, each.sha256) for each in store.shelf.all())):
        if path.name != hashlib.sha256(young).hexdigest():
            os.utime(path, (1_000, 1_000))
    swept = store.sweep(2_000, lambda hashes: [hashlib.sha256(named).hexdigest()])
    assert swept == [hashlib.sha256(old).hexdigest()]
    assert {place_of(store, each.sha256).read_bytes() for each in store.shelf.all()} == {named, young}
    assert not incoming.part.exists()
    put(store, old)
    assert store.sweep(2_000, none) == [hashlib.sha256(named).hexdigest()], "what was put again is young again"


def test_an_empty_file_counts_too(tmp_path: Path) -> None:
    small = Attachments(tmp_path / "attachments", Limits(waiting=3 << 20, free=1))
    put(small, b"")
    assert small.is_sound(hashlib.sha256(b"").hexdigest())
    put(small, b"1")
    put(small, b"2")
    with pytest.raises(TooLarge):
        put(small, b"3")


@pytest.mark.parametrize(
    ("head", "media", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg", "photo"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "photo"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "photo"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4", "recording"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wave", "recording"),
        (b"%PDF-1.7", "application/pdf", "document"),
        (b"<html>", UNKNOWN, "document"),
        (b'<?xml version="1.0"?><svg>', UNKNOWN, "document"),
        (b"", UNKNOWN, "document"),
    ],
)
def test_a_media_type_is_what_the_first_bytes_say(head: bytes, media: str, kind: str) -> None:
    assert (media_type(head), kind_of(media_type(head))) == (media, kind)
