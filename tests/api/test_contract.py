"""What /openapi.json promises: whatever is asked, right or wrong, is answered with a documented status, media type and
shape, and never by an error of the server's own."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, Final, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.conftest import serving
from api.test_admission import CASE, Story, signed_in, told
from custody.attachments import Attachments
from custody.ledger.ledger import Ledger
from custody_api import context
from custody_api.app import create_app
from world import World

EXAMPLES: Final = 5
"""Of requests that fit the document, and as many that do not, at each endpoint."""

ENDLESS: Final = ("GET /v1/feed/stream",)
"""A stream has no last byte to judge it by: see test_feed_stream."""

TAKEN_OUT: Final = (".json", ".jsonld", ".ics", "/bundle")
"""Files, which are given to who says why."""

CHECKS: Final = [status_code_conformance, content_type_conformance, response_schema_conformance]

DOCUMENT: Final = schemathesis.openapi.from_dict(create_app(cast(Ledger, None)).openapi())
OPERATIONS: Final = {
    label: operation
    for operation in (each.ok() for each in DOCUMENT.get_all_operations())
    if (label := f"{operation.method.upper()} {operation.path}") not in ENDLESS
}


@schemathesis.serializer("application/jsonl")
def as_lines(_: Any, value: Any) -> bytes:
    """A batch of one line."""
    return json.dumps(value, ensure_ascii=True).encode() + b"\n"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Cases in several hands."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('contract') / 'ledger.db'}")
    yield told(world)
    world.close()


@pytest.fixture(scope="module")
def server(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The story, served, with a store of attachments; nobody waits for registers that will not come."""
    patch = pytest.MonkeyPatch()
    store = Attachments(tmp_path_factory.mktemp("attachments"))
    with serving(story.world.ledger, store) as address, httpx.Client(base_url=address, timeout=60) as client:
        auditor, size = signed_in(client, story.world, "aud-01"), story.world.ledger.recorder.head().size
        assert any(client.get(f"/v1/items?at_least={size}", headers=auditor).status_code == 200 for _ in range(20))
        patch.setattr(context, "WAIT_SECONDS", 0.01)
        logging.disable(logging.CRITICAL)
        yield client
        logging.disable(logging.NOTSET)
    patch.undo()


def judged(case: schemathesis.Case, response: Response) -> None:
    """Hold an answer against the document. Registers that are behind what was asked for are a promised 503."""
    behind = response.status_code == 503 and response.json()["code"] == "unavailable/behind"
    case.validate_response(response, checks=[*CHECKS, *([] if behind else [not_a_server_error])])


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked_is_answered_as_documented(story: Story, server: httpx.Client, label: str) -> None:
    operation = OPERATIONS[label]
    someone = {} if label == "DELETE /v1/session" else signed_in(server, story.world, "psb-0211")
    usual = settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def ask(case: schemathesis.Case) -> None:
        judged(case, case.call(base_url=str(server.base_url), headers=someone))

    usual(given(case=operation.as_strategy())(ask))()
    if list(operation.query) or list(operation.body):  # no path can be wrong but by naming nothing
        usual(given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))(ask))()


def test_every_resource_that_is_there_has_the_shape_that_is_documented(story: Story, server: httpx.Client) -> None:
    n = story.names
    parameters = {
        "act_id": n["moved"], "id_or_code": n["stored"], "reference": CASE, "kit": story.kit, "person": "psb-0211",
        "place": n["store"], "manifest": n["manifest"], "loan": n["loan"], "stock_take": n["count"],
        "type_name": "seizure", "name": "daily", "label_id": n["stored"], "format": "svg", "level": "0",
    }  # fmt: skip
    auditor = signed_in(server, story.world, "aud-01")
    asked = set()
    for label, operation in OPERATIONS.items():
        named = {each.name for each in operation.path_parameters}
        of_others = label == "GET /metrics" or "/v1/pending/" in label
        if not label.startswith("GET ") or not named <= parameters.keys() or of_others:
            continue
        query = {"act": n["moved"]} if "papers" in label else {"why": "随卷移送"} if label.endswith(TAKEN_OUT) else {}
        path = {name: parameters[name] for name in named}
        if "papers" in label:
            path["kind"] = "check-in-slip"
        case = operation.Case(path_parameters=path, query=query)
        response = case.call(base_url=str(server.base_url), headers=auditor)
        assert response.status_code == 200, (label, response.text)
        judged(case, response)
        asked.add(label)
    assert len(asked) > 40
