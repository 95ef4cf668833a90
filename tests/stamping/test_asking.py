"""Asking an authority: what is verified is kept, and whatever else it does is a clear error and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from custody.cli import main
from custody.errors import CustodyError
from custody.stamping import asking
from custody.stamping.configured import Authorities, read_authorities
from custody.stamping.turn import Stamping
from custody.timestamps.token import read_token
from custody.timestamps.wire import request
from time_authority import DAY, OTHER_POLICY, TimeAuthority
from world import World

pytest.importorskip("rfc3161_client", reason="the extra time is not installed")

Settings = Callable[..., Authorities]


def refused(stamping: Stamping, name: str = "north") -> CustodyError:
    with pytest.raises(CustodyError) as error:
        stamping.date(name)
    assert stamping.tokens() == []
    return error.value


def test_two_authorities_date_the_same_checkpoint(
    world: World, authority: TimeAuthority, other: TimeAuthority, settings: Settings
) -> None:
    stamping = Stamping(world.ledger, settings(authority, other))
    tokens = [stamping.date(name) for name in ("north", "south")]
    first, second = stamping.stamps([1, 2])
    note = world.ledger.recorder.checkpoint()
    assert first.text == second.text == note[: note.index("\n\n") + 1].encode()
    assert first.token != second.token
    assert {each.size for each in tokens} == {world.ledger.recorder.head().size}
    assert all(isinstance(each.found, datetime) for each in stamping.judged(tokens))


def test_an_authority_is_asked_again_after_503_and_given_up_after_the_third_time(
    world: World, authority: TimeAuthority, settings: Settings
) -> None:
    waits: list[float] = []
    stamping = Stamping(world.ledger, settings(authority), pause=waits.append)
    authority.answers = [503, 503, 503]
    error = refused(stamping)
    assert (error.code, error.fields["reason"]) == ("unavailable/time-authority", "status 503")
    assert waits == [1.0, 2.0]
    authority.answers = [503]
    assert stamping.date("north").number == 1
    assert len(authority.asked) == 5
    assert len(set(authority.asked)) == 2  # a second try is the same request


def test_an_authority_that_is_not_there_changes_nothing(
    world: World, authority: TimeAuthority, settings: Settings
) -> None:
    known = settings(authority).authorities["north"]
    away = known.model_copy(update={"url": "http://127.0.0.1:9"})
    stamping = Stamping(world.ledger, Authorities(authorities={"north": away}), pause=lambda _: None)
    assert refused(stamping).fields["reason"] == "ConnectError"
    standing = stamping.standing("north")
    assert standing.overdue
    assert standing.grown == world.ledger.recorder.head().size


@pytest.mark.parametrize(("answer", "code", "reason"), [
    (lambda it, text: it.answer(request(text, "sha256", 1)), "untrusted/time-token", "nonce"),
    (lambda it, text: it.answer(request(b"other", "sha256", 1)), "untrusted/time-token", "imprint"),
    (lambda it, text: bytes.fromhex("30053003020102"), "untrusted/time-refused", None),
    (lambda it, text: b"<html>", "malformed/time-token", None),
    (lambda it, text: b"", "malformed/time-token", None),
    (lambda it, text: b"0" * (asking.MOST_OF_AN_ANSWER + 1), "unavailable/time-authority", "too much, or too slow"),
    (lambda it, text: 404, "unavailable/time-authority", "status 404"),
    (lambda it, text: 302, "unavailable/time-authority", "status 302"),
], ids=["nonce", "imprint", "refusal", "page", "nothing", "flood", "missing", "redirect"])  # fmt: skip
def test_a_hostile_or_broken_authority_leaves_nothing(
    world: World, authority: TimeAuthority, settings: Settings,
    answer: Callable[[TimeAuthority, bytes], bytes | int], code: str, reason: str | None,
) -> None:
    stamping = Stamping(world.ledger, settings(authority), pause=lambda _: None)
    note = world.ledger.recorder.checkpoint()
    authority.answers = [answer(authority, note[: note.index("\n\n") + 1].encode())]
    error = refused(stamping)
    assert (error.code, error.fields.get("reason")) == (code, reason)


def test_an_authority_whose_certificate_has_ended_or_is_not_trusted_dates_nothing(
    world: World, authority: TimeAuthority, other: TimeAuthority, settings: Settings
) -> None:
    authority.opens(days=-1, since=2 * DAY)
    stamping = Stamping(world.ledger, settings(authority))
    assert refused(stamping).fields["reason"] == "expired"
    authority.opens()
    authority.signer, authority.folder = other.signer, other.folder  # somebody else answers
    assert refused(stamping).fields["reason"] == "chain"


def test_a_policy_is_asked_for_and_insisted_on(
    world: World, authority: TimeAuthority, tmp_path: Path
) -> None:
    file = tmp_path / "time.toml"
    file.write_text(authority.settings(policy=OTHER_POLICY))
    stamping = Stamping(world.ledger, read_authorities(file)[0])
    stamping.date("north")
    assert read_token(stamping.stamps([1])[0].token).policy == OTHER_POLICY
    file.write_text(authority.settings(policy="1.2.3.9"))
    with pytest.raises(CustodyError, match="untrusted/time-refused"):
        Stamping(world.ledger, read_authorities(file)[0]).date("north")


def test_a_token_is_due_when_the_log_has_grown_and_the_interval_is_over(
    world: World, authority: TimeAuthority, settings: Settings
) -> None:
    stamping = Stamping(world.ledger, settings(authority))
    assert stamping.due("north")
    stamping.date("north")
    world.clock.forward(minutes=61)
    assert not stamping.due("north")
    world.opens_case()
    assert stamping.due("north")
    assert not stamping.standing("north").overdue
    world.clock.forward(minutes=60)
    assert stamping.standing("north").overdue
    stamping.date("north")
    world.opens_case(case="云公(刑)诈〔2026〕0521")
    assert not stamping.due("north")


def test_what_is_wrong_with_the_settings_is_named(tmp_path: Path, steady: TimeAuthority) -> None:
    file = tmp_path / "time.toml"
    for text, field in (
        ("[authorities.north]\nurl = 'http://a.example'", "authorities.north.roots"),
        (steady.settings(roots="missing.pem"), "authorities.north.roots"),
        (steady.settings(url="ftp://a.example"), "authorities.north.url"),
        (steady.settings(policy="one.two"), "authorities.north.policy"),
        (steady.settings(interval_minutes=0), "authorities.north.interval_minutes"),
        (steady.settings(colour="red"), "authorities.north.colour"),
        ("renewal_hash = 'md5'", "renewal_hash"),
        ("[[", ""),
    ):
        file.write_text(text)
        read, mistakes = read_authorities(file)
        assert [each.fields["field"] for each in mistakes] == [field]
        assert not read.authorities


@pytest.fixture
def commanded(
    world: World, authority: TimeAuthority, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str]]:
    """Run ``custody time`` on the world's ledger; returns status and what it printed."""
    settings(authority)
    monkeypatch.setenv("CUSTODY_DATABASE", world.url)
    monkeypatch.setenv("CUSTODY_TIME_AUTHORITIES", str(tmp_path / "time.toml"))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["time", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_the_command_asks_lists_renews_and_writes_files(
    commanded: Callable[..., tuple[int, str]], authority: TimeAuthority, tmp_path: Path
) -> None:
    authority.opens(days=30)
    assert commanded("status", "--json")[0] == 1  # the log has acts, and no token
    status, said = commanded("ask", "--json")
    assert (status, len(json.loads(said)["tokens"])) == (0, 1)
    status, said = commanded("list")
    assert status == 0
    assert "good" in said
    assert "1 tokens have certificates that end within 90 days" in commanded("status")[1]
    authority.opens()
    status, said = commanded("renew", "--json")
    assert (status, [each["renews"] for each in json.loads(said)]) == (0, [[1]])
    assert "Nothing has to be renewed." in commanded("renew")[1]
    status, said = commanded("status", "--json")
    stated = json.loads(said)
    assert (status, stated["ending"], stated["offline"]) == (0, 0, False)
    assert abs(stated["authorities"][0]["clock_ahead_seconds"]) < 60
    assert commanded("export", "-o", str(tmp_path / "out"))[0] == 0
    assert token_written(tmp_path / "out/2")
    assert commanded("export", "-o", str(tmp_path / "more"), "7")[0] == 1
    authority.answers = [404]
    status, said = commanded("ask", "--lang", "zh")
    assert status == 1
    assert "时间戳机构 north 无法访问" in said


def token_written(folder: Path) -> bool:
    return {"text", "token.der", "chain.pem", "before.json"} <= {each.name for each in folder.iterdir()}


def test_without_authorities_the_command_says_that_the_time_is_the_ledgers_own(
    commanded: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTODY_TIME_AUTHORITIES")
    status, said = commanded("status")
    assert (status, said.startswith("Offline:")) == (0, True)
    status, said = commanded("ask")
    assert (status, "use/time-authorities" in said) == (2, True)


def test_doctor_has_an_authority_answer_and_keeps_nothing(
    commanded: Callable[..., tuple[int, str]], authority: TimeAuthority, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor", "--json"])
    checks = {each["check"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["time"]["works"]
    assert checks["time authority north"]["works"]
    assert commanded("list", "--json")[1].strip() == "[]"
    authority.answers = [b"nonsense"]
    main(["doctor", "--json"])
    checks = {each["check"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
    assert not checks["time authority north"]["works"]
