"""Renewal: a token outlives its certificate if another was taken in time over it and all that belongs to it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from custody.errors import Unavailable
from custody.ledger import time_tokens as kept
from custody.ledger.fsck import verify_database
from custody.ledger.tables import TIME_TABLES
from custody.stamping.configured import Authorities
from custody.stamping.turn import Stamping
from custody.timestamps.stamps import Stamp, renews, verify_stamp
from custody.timestamps.token import Unproven
from telling import is_sound
from time_authority import DAY, TimeAuthority
from world import World

pytest.importorskip("rfc3161_client", reason="the extra time is not installed")

Settings = Callable[..., Authorities]


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + days * DAY


def code(found: datetime | Unproven) -> str:
    return found.code if isinstance(found, Unproven) else "good"


def everything(stamping: Stamping) -> list[Stamp]:
    return stamping.stamps([each.number for each in stamping.tokens()])


@pytest.fixture
def dated(
    world: World, authority: TimeAuthority, other: TimeAuthority, settings: Settings
) -> Callable[..., Stamping]:
    """A ledger dated by an authority whose certificate ends in 60 days, and by another with one for 20 years."""

    def made(**more: str) -> Stamping:
        authority.opens(days=60)
        other.opens(days=7_300)
        return Stamping(world.ledger, settings(authority, other, **more), pause=lambda _: None)

    return made


@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_each_older_token_is_judged_at_the_time_of_the_next(
    dated: Callable[..., Stamping], authority: TimeAuthority, other: TimeAuthority, tmp_path: Path, hashed: str
) -> None:
    stamping = dated(renewal_hash=hashed)
    first = stamping.date("north")
    assert stamping.renew("south", in_days(30)) == []
    ((second, renewed),) = stamping.renew("south", in_days(90))
    assert list(renewed) == [first.number]
    assert stamping.renew("south", in_days(90)) == []
    authority.opens(days=36_000)
    ((third, renewed),) = stamping.renew("north", in_days(8_000))
    assert list(renewed) == [second.number]

    stamps, roots = everything(stamping), stamping.authorities.roots
    for days, alone in ((1, "good"), (100, "expired"), (7_000, "expired"), (30_000, "expired")):
        assert code(verify_stamp(stamps[0], [], roots, in_days(days))) == alone
        assert verify_stamp(stamps[0], stamps, roots, in_days(days)) == first.time
    assert code(verify_stamp(stamps[0], stamps[:2], roots, in_days(7_000))) == "good"
    assert code(verify_stamp(stamps[0], stamps[:2], roots, in_days(8_000))) == "expired"
    assert code(verify_stamp(stamps[0], stamps, [authority.root], in_days(30_000))) == "chain"
    assert third.size is None
    assert _openssl_and_sha256sum(stamping, tmp_path, hashed, [authority, other, authority]) == [True] * 3


def _openssl_and_sha256sum(
    stamping: Stamping, folder: Path, hashed: str, authorities: list[TimeAuthority]
) -> list[bool]:
    """Whether what is kept verifies without us: each token by OpenSSL, each listing by coreutils."""
    found = []
    for stamp, authority in zip(everything(stamping), authorities, strict=True):
        place = folder / str(stamp.number)
        place.mkdir()
        for name, data in stamp.files.items():
            (place / name).write_bytes(data)
        done = [["openssl", "ts", "-verify", "-token_in", "-in", place / "token.der", "-data", place / "text",
                 "-CAfile", authority.folder / "root.pem", "-untrusted", place / "chain.pem"]]  # fmt: skip
        if stamp.number > 1:
            done.append([f"{hashed}sum", "--check", "--strict", place / "text"])
        found.append(all(subprocess.run(each, cwd=folder, capture_output=True).returncode == 0 for each in done))
    return found


def test_a_renewal_covers_every_file_and_no_file_less(dated: Callable[..., Stamping]) -> None:
    stamping = dated()
    stamping.date("north")
    stamping.date("north")
    stamping.renew("south", in_days(90))
    stamps, roots = everything(stamping), stamping.authorities.roots
    first, renewal = stamps[0], stamps[2]
    assert {"text", "token.der", "request.json", "chain.pem", "0.crl", "1.crl", "revocation.json"} == set(first.files)
    assert {"before.json", "before-0.crl", "before-1.crl"} < set(renewal.files)
    for name in first.files:
        fewer = Stamp(first.number, {file: data for file, data in first.files.items() if file != name})
        changed = Stamp(first.number, {**first.files, name: first.files[name] + b"\n"})
        assert not renews(renewal, fewer)
        assert not renews(renewal, changed)
        assert code(verify_stamp(fewer, stamps, roots, in_days(100))) != "good"
    without = Stamp(renewal.number, {file: data for file, data in renewal.files.items() if file != "before-0.crl"})
    assert not renews(without, first)
    assert code(verify_stamp(first, [without], roots, in_days(100))) == "expired"


def test_what_was_published_as_revoked_by_the_time_of_the_renewal_counts(
    dated: Callable[..., Stamping], authority: TimeAuthority
) -> None:
    stamping = dated()
    stamping.date("north")
    authority.revokes((authority.signer, None))
    stamping.renew("south", in_days(90))
    stamps = everything(stamping)
    assert code(verify_stamp(stamps[0], stamps, stamping.authorities.roots, in_days(100))) == "revoked"


def test_where_a_list_cannot_be_had_that_is_kept(dated: Callable[..., Stamping], authority: TimeAuthority) -> None:
    stamping = dated()
    authority.lists = {"/root.crl": authority.lists["/root.crl"], "/between.crl": b"nonsense"}
    stamping.date("north")
    ((stamp,), (judged,)) = everything(stamping), stamping.judged(stamping.tokens())
    assert set(stamp.files) == {"text", "token.der", "request.json", "chain.pem", "0.crl", "revocation.json"}
    assert b'"absent":"' in stamp.files["revocation.json"]
    assert b"no list of revoked certificates" in stamp.files["revocation.json"]
    assert code(judged.found) == "good"


def test_what_is_kept_is_append_only_and_bytes_are_kept_once(
    database_url: str, authority: TimeAuthority, settings: Settings
) -> None:
    world = World(database_url)
    stamping = Stamping(world.ledger, settings(authority))
    first, second = stamping.date("north"), stamping.date("north")
    assert [each.number for each in stamping.tokens()] == [first.number, second.number] == [1, 2]
    assert stamping.standing("north").last == second
    assert [code(each.found) for each in stamping.judged(stamping.tokens())] == ["good", "good"]
    for table in TIME_TABLES:
        for statement in (f"UPDATE {table} SET {table.columns.keys()[-1]} = NULL", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), world.engine.begin() as connection:
                connection.execute(text(statement))
    with world.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM time_evidence")).scalar_one()
    assert count < sum(len(each.files) for each in everything(stamping))
    with pytest.raises(Unavailable) as taken:
        kept.keep(world.engine, None, "north", in_days(0), in_days(0), {}, number=2)
    assert taken.value.code == "unavailable/time-number"
    assert len(stamping.tokens()) == 2
    assert timedelta(0) <= stamping.now() - second.asked_at < timedelta(minutes=1)
    is_sound(world)
    world.close()


def test_what_the_documents_tell_openssl_verifies_a_token_and_its_renewal(
    dated: Callable[..., Stamping], authority: TimeAuthority, other: TimeAuthority, tmp_path: Path
) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/format.md").read_text(encoding="utf-8")
    block = next(each for each in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "openssl ts" in each)
    stamping = dated()
    stamping.date("north")
    stamping.renew("south", in_days(90))
    for stamp in everything(stamping):
        (tmp_path / str(stamp.number)).mkdir()
        for name, data in stamp.files.items():
            (tmp_path / str(stamp.number) / name).write_bytes(data)
    trusted = [(each.folder / "root.pem").read_bytes() for each in (authority, other)]
    (tmp_path / "root.pem").write_bytes(b"".join(trusted))
    run = partial(subprocess.run, ["bash", "-e"], cwd=tmp_path, input=block, capture_output=True, text=True)
    done = run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Verification: OK") + done.stderr.count("Verification: OK") == 3
    (tmp_path / "1/0.crl").write_bytes(b"another")
    assert run().returncode != 0

def test_an_act_that_was_dated_back_stands_above_what_was_dated_later(
    founded_world: World, sqlite_url: str, authority: TimeAuthority, settings: Settings
) -> None:
    world = founded_world.twin(sqlite_url)
    world.opens_case()
    world.clock.forward(minutes=30)
    Stamping(world.ledger, settings(authority)).date("north")
    world.clock.forward(minutes=-3)
    world.opens_case(case="云公(刑)诈〔2026〕0521")
    is_sound(world)
    world.clock.forward(minutes=30)
    Stamping(world.ledger, settings(authority)).date("north")
    world.clock.forward(minutes=-20)
    world.opens_case(case="云公(刑)诈〔2026〕0522")
    findings = verify_database(sqlite_url).findings
    assert [(each.step, each.code) for each in findings] == [(1, "dated-back")]
    world.close()
