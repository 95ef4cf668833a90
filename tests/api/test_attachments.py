"""Files put and read over HTTP: whole, in parts, by whom, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from custody.attachments import Attachments
from processes import until
from world import World

Callers = Callable[[str], httpx.Client]

PHOTO = b"\xff\xd8\xff\xe0" + b"a photograph of a watch" * 4_000


def address(data: bytes) -> str:
    return f"/v1/attachments/{hashlib.sha256(data).hexdigest()}"


def attachment(data: bytes) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(data).hexdigest(), "media_type": "image/jpeg", "size_bytes": len(data),
        "kind": "photo",
    }  # fmt: skip


def part(data: bytes, first: int, last: int) -> dict[str, Any]:
    return {"content": data[first:last], "headers": {"Content-Range": f"bytes {first}-{last - 1}/{len(data)}"}}


def asks(size: int) -> dict[str, Any]:
    return {"content": b"", "headers": {"Content-Range": f"bytes */{size}"}}


def code(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


def files(store: Attachments) -> set[str]:
    """Everything that lies in the store, but locks."""
    found = {each for each in store.folder.rglob("*") if each.is_file() and each.name != "lock"}
    return {str(each.relative_to(store.folder)) for each in found}


def seizes(world: World, *data: bytes) -> int:
    """A seizure that names these files; its position."""
    world.seizes(world.opens_case(), attachments=[attachment(each) for each in data])
    return world.ledger.recorder.head().size


def test_a_file_is_put_named_by_an_act_and_read_by_who_sees_the_whole_of_it(world: World, callers: Callers) -> None:
    officer = callers("周远")
    for _ in range(2):
        answer = officer.put(address(PHOTO), content=PHOTO)
        assert (answer.status_code, answer.json()["size_bytes"]) == (201, len(PHOTO))
    assert code(officer.get(address(PHOTO)), 404) == "not-found/attachment", "no act names it yet"
    position = seizes(world, PHOTO)
    answer = officer.get(address(PHOTO), params={"at_least": position})
    assert (answer.status_code, answer.content) == (200, PHOTO)
    for stranger in ("梁静", "顾宁", "钱法官"):
        assert code(callers(stranger).get(address(PHOTO)), 404) == "not-found/attachment"


def test_a_file_goes_out_to_be_saved_and_is_never_shown_in_place(world: World, callers: Callers) -> None:
    page = b"<!doctype html><script>alert(1)</script>" + b" " * 3_000
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    officer = callers("周远")
    for data in (PHOTO, page, drawing):
        officer.put(address(data), content=data, headers={"Content-Type": "text/html"})
    position = seizes(world, PHOTO, page, drawing)
    unknown = "application/octet-stream"
    for data, media in ((PHOTO, "image/jpeg"), (page, unknown), (drawing, unknown)):
        headers = officer.get(address(data), params={"at_least": position}).headers
        assert headers["content-type"] == media
        assert headers["content-disposition"].startswith("attachment; filename=")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'
        assert "content-encoding" not in headers
    tag = f'"{hashlib.sha256(PHOTO).hexdigest()}"'
    unchanged = officer.get(address(PHOTO), headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_ranges_and_heads_are_answered(world: World, callers: Callers) -> None:
    officer = callers("周远")
    officer.put(address(PHOTO), content=PHOTO)
    officer.get(address(PHOTO), params={"at_least": seizes(world, PHOTO)})
    some = officer.get(address(PHOTO), headers={"Range": "bytes=10-19"})
    assert (some.status_code, some.content) == (206, PHOTO[10:20])
    assert some.headers["content-range"] == f"bytes 10-19/{len(PHOTO)}"
    rest = officer.get(address(PHOTO), headers={"Range": f"bytes={len(PHOTO) - 5}-", "If-Range": some.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, PHOTO[-5:])
    assert officer.get(address(PHOTO), headers={"Range": "bytes=-7"}).content == PHOTO[-7:]
    changed = officer.get(address(PHOTO), headers={"Range": "bytes=1-", "If-Range": '"of another"'})
    assert (changed.status_code, changed.content) == (200, PHOTO)
    for span in ("bytes=0-1,5-6", "bytes=5-4", "bytes=-", "lines=1-2", "bytes=x-"):
        whole = officer.get(address(PHOTO), headers={"Range": span})
        assert (whole.status_code, len(whole.content)) == (200, len(PHOTO)), span
    for span in (f"bytes={len(PHOTO)}-", "bytes=-0"):
        beyond = officer.get(address(PHOTO), headers={"Range": span})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(PHOTO)}")
    head = officer.head(address(PHOTO))
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(PHOTO)))
    assert callers("梁静").head(address(PHOTO)).status_code == 404


def test_an_upload_in_parts_goes_on_where_it_stopped(store: Attachments, callers: Callers) -> None:
    officer = callers("周远")
    assert officer.put(address(PHOTO), **asks(len(PHOTO))).json()["received"] == 0
    answer = officer.put(address(PHOTO), **part(PHOTO, 0, 1_000))
    assert (answer.status_code, answer.json()["received"]) == (202, 1_000)
    wrong = officer.put(address(PHOTO), **part(PHOTO, 2_000, 3_000))
    assert (code(wrong, 409), wrong.json()["received"]) == ("conflict/attachment-part", 1_000)
    assert callers("何苗").put(address(PHOTO), **asks(len(PHOTO))).json()["received"] == 0, "parts are their sender's"
    assert officer.put(address(PHOTO), **part(PHOTO, 1_000, 50_000)).json()["received"] == 50_000
    assert officer.put(address(PHOTO), **part(PHOTO, 50_000, len(PHOTO))).status_code == 201
    name = hashlib.sha256(PHOTO).hexdigest()
    path = store.folder / name[:2] / name
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (PHOTO, 0o400)


def test_what_arrived_of_a_body_that_broke_off_is_kept(store: Attachments, callers: Callers) -> None:
    officer = callers("周远")
    officer.get("/v1/session")
    token = officer.auth._token  # type: ignore[union-attr]
    request = (
        f"PUT {address(PHOTO)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(PHOTO)}\r\n\r\n"
    )
    with socket.create_connection((officer.base_url.host, officer.base_url.port or 0)) as broken:
        broken.sendall(request.encode() + PHOTO[:40_000])
        until(lambda: sum(each.stat().st_size for each in store.folder.rglob("incoming/*/*")) == 40_000)
        assert code(officer.put(address(PHOTO), **asks(len(PHOTO))), 503) == "unavailable/attachment-busy"
    until(lambda: officer.put(address(PHOTO), **asks(len(PHOTO))).status_code == 202)
    answer = officer.put(address(PHOTO), **asks(len(PHOTO)))
    assert answer.json()["received"] == 40_000
    assert officer.put(address(PHOTO), **part(PHOTO, 40_000, len(PHOTO))).status_code == 201
    assert store.is_sound(hashlib.sha256(PHOTO).hexdigest())


def test_other_bytes_than_the_hash_names_leave_nothing(store: Attachments, callers: Callers) -> None:
    officer = callers("周远")
    assert code(officer.put(address(PHOTO), content=PHOTO[:-1] + b"!"), 400) == "malformed/attachment"
    assert files(store) == set()
    officer.put(address(PHOTO), **part(b"x" * len(PHOTO), 0, 100))
    assert code(officer.put(address(PHOTO), **part(PHOTO, 100, len(PHOTO))), 400) == "malformed/attachment"
    assert files(store) == set()
    assert officer.put(address(PHOTO), content=PHOTO).status_code == 201


@pytest.mark.parametrize(
    "span", ["bytes 5-4/9", "bytes 0-9/10", "bytes 0-2/2", "lines 0-2/9", "bytes 0-2/*", "0", "bytes */9"]
)
def test_a_range_that_does_not_fit_its_body_is_malformed(callers: Callers, span: str) -> None:
    answer = callers("周远").put(address(PHOTO), content=b"abc", headers={"Content-Range": span})
    assert (code(answer, 400), answer.json()["field"]) == ("malformed/attachment-range", "Content-Range")


def test_hostile_names_and_bodies_without_a_length_are_malformed(store: Attachments, callers: Callers) -> None:
    officer = callers("周远")
    for name in ("..%2f..%2fetc%2fpasswd", "A" * 64, "a" * 63, "%00" * 64, "aa/../bb"):
        for answer in (officer.put(f"/v1/attachments/{name}", content=b"x"), officer.get(f"/v1/attachments/{name}")):
            assert answer.status_code in (400, 404), name
    chunked = officer.put(address(PHOTO), content=iter([PHOTO]))
    assert (code(chunked, 400), chunked.json()["field"]) == ("malformed/attachment-range", "Content-Length")
    packed = gzip.compress(PHOTO)
    assert code(officer.put(address(PHOTO), content=packed, headers={"Content-Encoding": "gzip"}), 400)
    assert files(store) == set()


def test_nobody_fills_the_disk(world: World, store: Attachments, callers: Callers) -> None:
    """A file has a limit, and so has what one person put that no act names; what acts name counts no more."""
    officer = callers("周远")
    large = b"\x00" * ((3 << 20) + 1)
    assert code(officer.put(address(large), content=large), 413) == "too-large/attachment"
    declared = {"Content-Range": f"bytes 0-2/{4 << 20}"}
    assert code(officer.put(address(large), content=b"abc", headers=declared), 413) == "too-large/attachment"
    small = [bytes([number]) for number in range(6)]
    for each in small[:4]:
        assert officer.put(address(each), content=each).status_code == 201
    assert officer.put(address(PHOTO), **part(PHOTO, 0, 9)).status_code == 202
    assert code(officer.put(address(small[5]), content=small[5]), 413) == "too-large/attachments-waiting"
    assert callers("何苗").put(address(small[5]), content=small[5]).status_code == 201
    officer.get("/v1/items", params={"at_least": seizes(world, *small[:2])})
    assert officer.put(address(small[4]), content=small[4]).status_code == 201
    assert len([each for each in files(store) if len(each) == 67]) == 6


def test_without_a_session_nothing_is_put_or_read(callers: Callers) -> None:
    with httpx.Client(base_url=callers("周远").base_url, timeout=30) as stranger:
        for method in ("PUT", "GET", "HEAD"):
            assert stranger.request(method, address(PHOTO), content=PHOTO).status_code == 401


def test_a_server_without_a_store_says_so(sqlite_client: httpx.Client) -> None:
    assert code(sqlite_client.put(address(PHOTO), content=PHOTO), 503) == "unavailable/no-attachments"
    assert code(sqlite_client.get(address(PHOTO)), 503) == "unavailable/no-attachments"
