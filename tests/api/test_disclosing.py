"""Sealed values are shown by right, for a reason, and journaled first; and nothing tells more than one may look up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.conftest import JSON, SignedIn, serving
from custody import label
from custody.acts.values import decode
from world import World

CASE = "云公(刑)诈〔2026〕0520"
WHY = "核对见证人"


@contextmanager
def served(world: World) -> Iterator[Any]:
    """A server over a world; a call gives somebody's client."""
    with serving(world.ledger) as address:
        clients: list[httpx.Client] = []

        def of(name: str) -> httpx.Client:
            clients.append(httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, name)))
            return clients[-1]

        yield of
        for each in clients:
            each.close()


def views(world: World) -> list[Any]:
    """The journal's lines of looks."""
    return [each for each in world.ledger.journal.read(0, 1_000) if each.kind == "view"]


def seized(world: World, **fields: Any) -> tuple[str, str, int]:
    """A seizure: its act, its item, its position."""
    world.opens_case(case=CASE)
    line = world.item(**fields)
    receipt = world.act(world.seizure(CASE, [line]))
    return receipt.act, line["code"][:16], receipt.position


def test_who_works_on_the_case_is_shown_sealed_values_and_the_journal_says_who_looked_and_why(world: World) -> None:
    act, _, position = seized(world)
    with served(world) as of:
        officer = of("周远")
        sealed = officer.get(f"/v1/acts/{act}", params={"at_least": position})
        assert "disclosed" not in sealed.json()
        assert views(world) == []
        answer = officer.get(f"/v1/acts/{act}", params={"disclose": WHY})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    body = answer.json()
    witness = body["act"]["attestations"][0]["name"]["sealed"]
    assert body["disclosed"][witness] == "见证人岩某"
    [line] = views(world)
    assert (line.by, line.code, line.detail["why"], line.detail["act"]) == ("psb-0211", "view/act", WHY, act)
    assert line.detail["values"] == sorted(body["disclosed"])


def test_names_of_signers_are_shown_in_a_history_for_a_reason(world: World) -> None:
    _, item, position = seized(world)
    with served(world) as of:
        answer = of("高岚").get(f"/v1/items/{item}/history", params={"disclose": WHY, "at_least": position})
    [act] = answer.json()["acts"]
    assert [each["name"] for each in act["signers"]] == ["周远", "何苗"]
    [line] = views(world)
    assert (line.by, line.code, line.detail["item"]) == ("psb-0077", "view/history", item)
    assert len(line.detail["values"]) == 2


def test_who_sees_without_the_right_to_open_is_refused_and_who_sees_nothing_learns_nothing(world: World) -> None:
    act, item, _ = seized(world)
    position = world.checks_in([item]).position
    world.is_audited()
    with served(world) as of:
        for path in (f"/v1/acts/{act}", f"/v1/items/{item}/history"):
            asked = {"disclose": WHY, "at_least": position}
            for name in ("审计员", "梁静"):
                answer = of(name).get(path, params=asked)
                assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed/sealed"), name
            assert of("钱法官").get(path, params=asked).status_code == 404
            for why in ("", "  ", "长" * 201):
                assert of("周远").get(path, params={"disclose": why}).status_code == 400
    assert views(world) == []


def test_what_was_erased_is_null_and_where_nothing_was_opened_there_is_no_line(world: World) -> None:
    act, _, position = seized(world)
    with served(world) as of:
        officer = of("周远")
        before = officer.get(f"/v1/acts/{act}", params={"disclose": WHY, "at_least": position}).json()["disclosed"]
        assert all(before.values())
        with world.engine.begin() as connection:
            for each in before:
                connection.execute(text("DELETE FROM disclosure WHERE commitment = :c"), {"c": decode(each)})
        after = officer.get(f"/v1/acts/{act}", params={"disclose": WHY}).json()["disclosed"]
    assert after == dict.fromkeys(before)
    assert len(views(world)) == 1


def test_what_cannot_be_journaled_is_not_shown(sqlite_world: World) -> None:
    world = sqlite_world
    act, item, position = seized(world)
    with served(world) as of:
        officer = of("周远")
        assert officer.get(f"/v1/items/{item}", params={"at_least": position}).status_code == 200
        with world.engine.begin() as connection:
            connection.execute(text(
                "CREATE TRIGGER no_journal BEFORE INSERT ON journal_act BEGIN SELECT RAISE(ABORT, 'disk'); END"
            ))  # fmt: skip
        for path in (f"/v1/acts/{act}", f"/v1/items/{item}/history"):
            answer = officer.get(path, params={"disclose": WHY})
            assert answer.status_code >= 500
            assert "岩某" not in answer.text
            assert "何苗" not in answer.text
        with world.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER no_journal"))
    assert views(world) == []


def test_auditors_of_an_audit_office_read_who_looked(world: World) -> None:
    act, item, position = seized(world)
    world.is_audited()
    with served(world) as of:
        officer, approver, auditor = of("周远"), of("刘振"), of("审计员")
        officer.get(f"/v1/acts/{act}", params={"disclose": WHY, "at_least": position})
        approver.get(f"/v1/items/{item}/history", params={"disclose": "审批前核对"})
        for _ in range(50):
            found = auditor.get("/v1/journal/views").json()["views"]
            if len(found) == 2:
                break
        assert [(each["by"], each["why"], each["of"]) for each in found] == [
            ("psb-0211", WHY, {"act": act, "position": position}), ("psb-0102", "审批前核对", {"item": item}),
        ]  # fmt: skip
        first = auditor.get("/v1/journal/views", params={"limit": 1})
        assert [each["by"] for each in auditor.get(first.links["next"]["url"]).json()["views"]] == ["psb-0102"]
        by = auditor.get("/v1/journal/views", params={"by": "psb-0102"}).json()["views"]
        assert [each["of"] for each in by] == [{"item": item}]
        assert officer.get("/v1/journal/views").status_code == 403


def test_a_search_finds_no_words_that_the_reader_is_not_shown(world: World) -> None:
    _, item, _ = seized(world, features="屏幕右上角裂痕")
    position = world.checks_in([item]).position
    with served(world) as of:
        found = {
            (name, word): len(of(name).get("/v1/items", params={"q": word, "at_least": position}).json()["items"])
            for name in ("周远", "梁静", "钱法官")
            for word in ("手机", "裂痕", f"裂痕 {item}")
        }
    assert [found["周远", "手机"], found["周远", "裂痕"], found["周远", f"裂痕 {item}"]] == [1, 1, 1]
    assert [found["梁静", "手机"], found["梁静", "裂痕"], found["梁静", f"裂痕 {item}"]] == [1, 0, 0]
    assert not any(found["钱法官", word] for word in ("手机", "裂痕"))


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_dry_run_on_what_is_not_ones_own_says_what_it_says_of_nothing(world: World, signed: bool) -> None:
    _, item, position = seized(world)
    nothing = world.code()[:16]
    seal = world.facts(item).seal

    def asked(each: str) -> bytes:
        prepared = world.prepare({
            "act": "transfer", "from": {"person": "crt-21"}, "to": {"person": "crt-21"}, "purpose": "交接",
            "lines": [{"item": each, "condition": "完好", "seal_seen": "F-1"}],
            "signers": world.signers(deliverer="钱法官", receiver="钱法官"),
        })  # fmt: skip
        if signed:
            return json.dumps({"envelope": json.loads(world.sign(prepared)), "disclosures": []}).encode()
        return json.dumps({"act": json.loads(prepared.payload)}).encode()

    with served(world) as of:
        judge, officer = of("钱法官"), of("周远")
        there, not_there = (
            judge.post("/v1/acts/check", content=asked(each), headers=JSON).text for each in (item, nothing)
        )
        assert there.replace(item, nothing) == not_there
        assert seal not in there
        assert "psb-" not in there
        assert officer.get(f"/v1/items/{item}", params={"at_least": position}).status_code == 200


def test_a_dry_run_goes_by_what_those_see_who_signed(world: World) -> None:
    """The store does not see yet what is brought to it: with the officer's signature it is told, without it not."""
    _, item, _ = seized(world)
    prepared = world.prepare({
        "act": "check-in", "lines": world.lines([item]), "place": world.places["大库"],
        "signers": world.signers(deliverer="周远", custodian="梁静"),
    })  # fmt: skip
    signed = {"envelope": json.loads(world.sign(prepared)), "disclosures": []}
    unsigned = {"act": json.loads(prepared.payload)}
    with served(world) as of:
        outcomes = {
            (name, "envelope" in body): of(name).post("/v1/acts/check", json=body).json()["outcome"]
            for name in ("周远", "梁静") for body in (signed, unsigned)
        }  # fmt: skip
    assert outcomes == {
        ("周远", True): "accepted", ("周远", False): "accepted", ("梁静", True): "accepted", ("梁静", False): "refused",
    }  # fmt: skip


def test_a_dry_run_sees_what_lies_before_the_caller_and_what_the_first_signer_sees(world: World) -> None:
    """At the counter the labels are scanned before anybody signs; elsewhere the giving side signs first."""
    _, item, _ = seized(world)
    prepared = world.prepare({
        "act": "check-in", "lines": world.lines([item]), "place": world.places["大库"],
        "signers": world.signers(deliverer="周远", custodian="梁静"),
    })  # fmt: skip
    act = json.loads(prepared.payload)
    half = {"envelope": json.loads(prepared.signed([world.key_of("周远")])), "disclosures": [], "unfinished": True}
    false = json.loads(json.dumps(half))
    false["envelope"]["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    with served(world) as of:
        for body, outcome in (
            ({"act": act, "presented": [label.code_of(item)]}, "accepted"),
            ({"act": act, "presented": [world.code()]}, "refused"),
            (half, "accepted"), (false, "refused"),
        ):  # fmt: skip
            assert of("梁静").post("/v1/acts/check", json=body).json()["outcome"] == outcome
        wrong = of("梁静").post("/v1/acts/check", json={"act": act, "presented": [item]})
        assert (wrong.status_code, wrong.json()["field"]) == (400, "presented")
