"""The log as files: whoever has only a URL and the log's verifier key recomputes the tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from custody.ledger import publication
from custody.ledger.log_export import export_log
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.merkle import leaf_hash, root_of
from custody.tlog.tiles import read_bundle, tiles_at
from custody_api.operation import Operation
from submissions import a_case
from world import World


def test_checkpoint_bundle_and_tile_add_up(world: World, client: httpx.Client) -> None:
    note = client.get("/log/checkpoint")
    checkpoint = open_checkpoint(note.content, world.log_key.verifier)
    assert note.headers["cache-control"] == "private, max-age=1"
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    bundle = client.get(f"/log/tile/entries/000.p/{checkpoint.size}")
    tile = client.get(f"/log/tile/0/000.p/{checkpoint.size}")
    leaves = [leaf_hash(entry) for entry in read_bundle(bundle.content)]
    assert b"".join(leaves) == tile.content
    assert root_of(leaves) == checkpoint.root
    for answer in (tile, bundle):
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "application/octet-stream"


def test_whoever_signs_sees_a_head_before_it_is_published(
    sqlite_world: World, sqlite_client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "EVERY_SECONDS", 3600.0)
    published = sqlite_client.get("/log/checkpoint").text
    sqlite_client.post("/v1/acts", json=a_case(sqlite_world, "云公(刑)诈〔2026〕1999"))
    assert sqlite_client.get("/log/checkpoint").text == published
    head = sqlite_client.get("/v1/head")
    assert open_checkpoint(head.text, sqlite_world.log_key.verifier).size == sqlite_world.ledger.recorder.head().size
    assert head.headers["cache-control"] == "no-cache"


def test_a_public_log_is_read_without_a_session_and_compressed_by_who_accepts_it(
    sqlite_world: World, operated: Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]
) -> None:
    served = operated(sqlite_world, "周远", Operation(public_log=True))
    with served as client, httpx.Client(base_url=client.base_url, timeout=30) as anybody:
        note = anybody.get("/log/checkpoint")
        size = open_checkpoint(note.text, sqlite_world.log_key.verifier).size
        assert note.headers["cache-control"] == "public, max-age=1"
        bundle = anybody.get(f"/log/tile/entries/000.p/{size}", headers={"Accept-Encoding": "gzip"})
        plain = anybody.get(f"/log/tile/entries/000.p/{size}", headers={"Accept-Encoding": "identity"})
        assert (bundle.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
        assert bundle.headers["vary"] == "Accept-Encoding"
        assert bundle.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert bundle.content == plain.content
        tile = anybody.get(f"/log/tile/0/000.p/{size}")
        assert b"".join(map(leaf_hash, read_bundle(plain.content))) == tile.content
        assert [anybody.get(each).status_code for each in ("/v1/head", "/v1/people", "/v1/feed")] == [401] * 3


def test_head_answers_as_get_does_without_the_body(sqlite_client: httpx.Client) -> None:
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/v1/people", "/v1/items/EV1BHP5N40BAQPAA", "/healthz"):
        asked, told = sqlite_client.get(path), sqlite_client.head(path)
        assert (told.status_code, told.content) == (asked.status_code, b""), path
        for name in ("content-type", "content-length", "cache-control", "etag"):
            assert told.headers.get(name) == asked.headers.get(name), (path, name)
    assert sqlite_client.head("/v1/acts").status_code == 405


def test_a_full_tile_is_served_by_its_own_name_and_all_is_exported_as_it_is_served(
    sqlite_world: World, sqlite_client: httpx.Client, tmp_path: Path
) -> None:
    assert sqlite_client.get("/log/tile/0/000").status_code == 404
    lines = [json.dumps(a_case(sqlite_world, f"云公(刑)诈〔2026〕{number:04}")) for number in range(2000, 2256)]
    sqlite_client.post("/v1/acts/batch", content="\n".join(lines), headers={"Content-Type": "application/jsonl"})
    sqlite_world.ledger.publication.publish(at_once=True)
    checkpoint = open_checkpoint(sqlite_client.get("/log/checkpoint").content, sqlite_world.log_key.verifier)
    full, rest = checkpoint.size // 256, checkpoint.size % 256
    assert full == 1
    leaves = [leaf_hash(each) for each in read_bundle(sqlite_client.get("/log/tile/entries/000").content)]
    assert b"".join(leaves) == sqlite_client.get("/log/tile/0/000").content
    assert root_of(leaves) == sqlite_client.get("/log/tile/1/000.p/1").content
    leaves += [leaf_hash(each) for each in read_bundle(sqlite_client.get(f"/log/tile/entries/001.p/{rest}").content)]
    assert root_of(leaves) == checkpoint.root
    folder = tmp_path / "log"
    exported = export_log(sqlite_world.ledger.recorder, sqlite_world.ledger.publication.checkpoint(), folder)
    files = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    assert len(files) == exported.written == len([*tiles_at(checkpoint.size)]) + 2 + 1
    assert {name: sqlite_client.get(f"/log/{name}").content for name in files} == files


@pytest.mark.parametrize(
    "name",
    [
        "0/001", "0/000.p/255", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/0", "0/x000/000", "00/000", "1/000",
        "-1/000", "x/000", "64/000", "99/000", "0/000.p/300", "entries/000", "entries/000.p/255", "entries/x000/000",
        "0/x001/x002/x003/x004/x005/x006/x007/000", "0/٠٠٠",
    ],
)  # fmt: skip
def test_a_tile_that_is_not_there_or_misspelt_is_not_found(sqlite_client: httpx.Client, name: str) -> None:
    answer = sqlite_client.get(f"/log/tile/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found/tile")
    assert answer.headers["cache-control"] == "no-store"
