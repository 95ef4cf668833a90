"""The templates and the schemas: every act has one, both are sound, and what is published is current."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from custody import label
from custody.acts import ACT_TYPES
from custody.acts.examples import example
from custody.acts.parts import PARTS
from custody.acts.schemas import published, schema
from custody.acts.values import encode
from custody.authoring import new_act_id, prepare
from custody.cli import main
from custody.tlog.merkle import EMPTY_ROOT

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/schemas"


def completed(name: str) -> Any:
    draft = example(name)
    return prepare(
        draft, act_id=new_act_id(1_773_325_260_000, os.urandom(10)), ledger="custody.example/yunling",
        seen={"size": 0, "root": encode(EMPTY_ROOT)}, salts=lambda: os.urandom(32),
        keys={signer["person"]: "0" * 64 for signer in draft["signers"]},
    )  # fmt: skip


@pytest.mark.parametrize("name", ACT_TYPES)
def test_a_template_is_a_valid_act_once_completed(name: str) -> None:
    prepared = completed(name)
    assert prepared.act.act == name
    assert not {"id", "ledger", "seen"} & example(name).keys()
    stood_in = {signer.part for signer in prepared.act.signers} | {each.part for each in prepared.act.attestations}
    assert stood_in <= PARTS[name].keys()
    assert all(part in stood_in for part, needed in PARTS[name].items() if needed.least)


@pytest.mark.parametrize("name", ACT_TYPES)
def test_a_template_fits_its_schema(name: str) -> None:
    fits(json.loads(completed(name).payload), schema(name), schema(name))


@pytest.mark.parametrize("name", ACT_TYPES)
def test_the_published_schema_is_current(name: str) -> None:
    assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == published(name), "run scripts/pages"


def test_nothing_else_is_published() -> None:
    assert {path.stem for path in SCHEMAS.iterdir()} == set(ACT_TYPES)


@pytest.mark.parametrize("name", ACT_TYPES)
def test_the_command_prints_the_template(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", name]) == 0
    assert json.loads(capsys.readouterr().out) == example(name)


def test_without_a_type_the_types_are_listed_by_their_chinese_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "template"]) == 0
    listed = capsys.readouterr().out
    for kind in ACT_TYPES.values():
        assert kind.type_name in listed
        assert kind.zh in listed


def test_the_codes_of_the_templates_would_scan() -> None:
    text = json.dumps([example(name) for name in ACT_TYPES])
    codes = {word for word in text.replace('"', " ").split() if word[:3] in label.PREFIXES and len(word) == 20}
    assert codes
    assert all(label.is_code(code) for code in codes)


def fits(value: Any, rule: dict[str, Any], root: dict[str, Any]) -> None:
    """Check a value against the part of JSON Schema that the acts' schemas use."""
    if "$ref" in rule:
        return fits(value, root["$defs"][rule["$ref"].split("/")[-1]], root)
    for choices in (rule.get("anyOf"), rule.get("oneOf")):
        if choices:
            assert any(does_fit(value, each, root) for each in choices), value
            return None
    if "const" in rule:
        assert value == rule["const"]
    if "enum" in rule:
        assert value in rule["enum"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if "type" in rule:
        assert isinstance(value, kinds[rule["type"]]), value
    if isinstance(value, dict) and "properties" in rule:
        assert set(rule.get("required", ())) <= value.keys() <= rule["properties"].keys()
        for name, inner in value.items():
            fits(inner, rule["properties"][name], root)
    for inner in value if isinstance(value, list) else ():
        fits(inner, rule.get("items", {}), root)
    return None


def does_fit(value: Any, rule: dict[str, Any], root: dict[str, Any]) -> bool:
    try:
        fits(value, rule, root)
    except AssertionError:
        return False
    return True
