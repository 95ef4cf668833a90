"""Histories as other systems read them: CASE/UCO, judged by its own community's validator, and PROV, read back by
another implementation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from prov.model import ProvActivity, ProvAgent, ProvDocument, ProvEntity
from rdflib import Graph, Namespace
from rdflib.term import Literal

from world import World

CASE = "云公(刑)诈〔2026〕0520"
PATH = f"/v1/cases/{quote(CASE, safe='')}"
WHY = "移送证据信息"

INVESTIGATION = Namespace("https://ontology.caseontology.org/case/investigation/")
ACTION = Namespace("https://ontology.unifiedcyberontology.org/uco/action/")
TYPES = Namespace("https://ontology.unifiedcyberontology.org/uco/types/")
CORE = Namespace("https://ontology.unifiedcyberontology.org/uco/core/")

Callers = Callable[[str], httpx.Client]

IMAGED = {"kind": "digital", "medium_serial": None, "capacity": "128 GB", "sha256": "5e" * 32, "sm3": None,
          "shielding": "shielded", "wireless": True}  # fmt: skip


def a_case(world: World) -> tuple[list[str], dict[str, str], int]:
    """A telephone with an image of it, cash, a late handover, a loan; and a thing of another case beside them."""
    world.opens_case(case=CASE)
    phone, cash = world.seizes(
        CASE, world.item(category="digital", description="手机", features="黑色，背面裂纹", details=IMAGED),
        world.item(category="cash", description="人民币", quantity="300", unit="CNY"),
    )  # fmt: skip
    [other] = world.seizes(world.opens_case(case="云公(治)赌〔2026〕0099"), world.item(description="麻将桌"))
    world.clock.forward(hours=50)
    world.checks_in([phone])
    world.checks_in([other])
    last = world.lends([phone]).position
    return [phone, cash], {"other": other, "code": world.facts(phone).code}, last


def taken_out(client: httpx.Client, path: str, position: int = 0) -> httpx.Response:
    """A file."""
    answer = client.get(path, params={"why": WHY, "at_least": position})
    assert answer.status_code == 200, answer.text
    return answer


def test_a_case_is_valid_case_uco(world: World, client: httpx.Client, tmp_path: Path) -> None:
    *_, position = a_case(world)
    answer = taken_out(client, f"{PATH}/case.jsonld", position)
    assert answer.headers["content-type"] == "application/ld+json"
    file = tmp_path / "case.jsonld"
    file.write_bytes(answer.content)
    validator = Path(sys.executable).with_name("case_validate")
    done = subprocess.run([validator, file], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
    assert "Conforms: True" in done.stdout


def test_the_validator_would_notice(world: World, client: httpx.Client, tmp_path: Path) -> None:
    """A word that no ontology has is found: the test before says something."""
    *_, position = a_case(world)
    wrong = taken_out(client, f"{PATH}/case.jsonld", position).text.replace(
        "case-investigation:exhibitNumber", "case-investigation:exhibitNumbre"
    )
    file = tmp_path / "case.jsonld"
    file.write_text(wrong, encoding="utf-8")
    validator = Path(sys.executable).with_name("case_validate")
    done = subprocess.run([validator, file], capture_output=True, text=True, timeout=300)
    assert "exhibitNumbre" in done.stdout + done.stderr


def test_case_uco_tells_acts_exhibits_and_their_order(world: World, client: httpx.Client) -> None:
    (phone, cash), names, position = a_case(world)
    graph = Graph().parse(data=taken_out(client, f"{PATH}/case.jsonld", position).text, format="json-ld")
    records = set(graph.objects(None, INVESTIGATION.exhibitNumber))
    assert records == {Literal(names["code"]), Literal(world.facts(cash).code)}
    hashes = [str(each) for each in graph.objects(None, TYPES.hashValue)]
    assert hashes == [world.facts(phone).thing.sha256]
    acts = list(graph.subjects(predicate=ACTION.performer))
    assert sorted(str(graph.value(each, CORE.name)) for each in acts) == [
        "case-opening", "check-in", "check-out", "seizure",
    ]  # fmt: skip
    by_name = {str(graph.value(each, CORE.name)): each for each in acts}
    assert set(graph.objects(by_name["check-in"], INVESTIGATION.wasInformedBy)) == {by_name["seizure"]}
    assert set(graph.objects(by_name["check-out"], INVESTIGATION.wasInformedBy)) == {by_name["check-in"]}
    assert len(set(graph.objects(by_name["seizure"], ACTION.result))) == 2
    assert [str(each) for each in graph.objects(by_name["check-in"], CORE.description)] == ["curable: LATE_HANDOVER"]
    assert names["other"] not in taken_out(client, f"{PATH}/case.jsonld").text
    assert taken_out(client, f"{PATH}/case.jsonld").content == taken_out(client, f"{PATH}/case.jsonld").content


def test_prov_is_read_back_by_another_implementation(world: World, client: httpx.Client) -> None:
    (phone, _), _, position = a_case(world)
    answer = taken_out(client, f"/v1/items/{phone}/prov.json", position)
    document = ProvDocument.deserialize(content=answer.text, format="json")
    activities = list(document.get_records(ProvActivity))
    assert sorted(str(next(iter(each.get_asserted_types()))) for each in activities) == [
        "custody:check-in", "custody:check-out", "custody:seizure",
    ]  # fmt: skip
    history = client.get(f"/v1/items/{phone}/history").json()
    assert sorted(each.get_startTime().isoformat() for each in activities) == sorted(
        act["occurred_at"] for act in history["acts"]
    )
    assert len(list(document.get_records(ProvEntity))) == 1 + len(history["acts"])
    signers = {signer["person"] for act in history["acts"] for signer in act["signers"]}
    assert {each.label for each in document.get_records(ProvAgent)} == signers
    kinds = [str(each.get_type()) for each in document.get_records()]
    counted = {each: kinds.count(f"prov:{each}") for each in ("Generation", "Derivation", "Usage", "Specialization")}
    assert counted == {"Generation": 3, "Derivation": 2, "Usage": 2, "Specialization": 3}
    assert ProvDocument.deserialize(content=document.serialize(), format="json") == document


def test_the_prov_of_a_case_holds_that_of_each_of_its_items(world: World, client: httpx.Client) -> None:
    things, _, position = a_case(world)
    whole = taken_out(client, f"{PATH}/prov.json", position).json()
    for item in things:
        own: dict[str, Any] = taken_out(client, f"/v1/items/{item}/prov.json").json()
        assert own["entity"].items() <= whole["entity"].items()
        assert own["activity"].keys() <= whole["activity"].keys()
    assert "麻将桌" not in str(whole)
    assert ProvDocument.deserialize(content=taken_out(client, f"{PATH}/prov.json").text, format="json").records


def test_a_history_is_taken_out_by_right_and_for_a_reason(world: World, callers: Callers) -> None:
    (phone, cash), _, position = a_case(world)
    keeper, officer, foreigner = callers("梁静"), callers("周远"), callers("江检")
    for path in (f"{PATH}/case.jsonld", f"{PATH}/prov.json", f"/v1/items/{cash}/prov.json"):
        taken_out(officer, path, position)
        assert officer.get(path).json()["field"] == "why"
        for stranger in (keeper, foreigner):
            assert stranger.get(path, params={"why": WHY}).status_code == 404
    taken_out(officer, f"/v1/items/{phone}/prov.json")
    lines = [line for line in world.ledger.journal.read(0, 1_000) if line.kind == "export"]
    assert [(line.by, line.code) for line in lines] == [
        ("psb-0211", f"export/{each}") for each in ("case-uco", "prov", "prov", "prov")
    ]  # fmt: skip
    assert [line.detail["asked"].get("reference", line.detail["asked"].get("id_or_code")) for line in lines] == [
        CASE, CASE, cash, phone,
    ]  # fmt: skip
