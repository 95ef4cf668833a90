"""A client generated from /openapi.json by a tool that knows nothing else, at work against a real server."""

from __future__ import annotations

import importlib
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from api.conftest import serving
from custody.acts.values import encode
from custody.ledger.ledger import Ledger
from custody.sign_in import signed_statement
from custody_api.app import create_app
from submissions import body_of
from world import World

CASE = "云公(刑)诈〔2026〕0520"
NAME = "generated_ledger_client"


class Generated:
    """The generated package: its calls by tag and operation, its models by name."""

    def call(self, tag: str, operation: str, client: Any, **arguments: Any) -> Any:
        """Ask the server, and return what the client made of the answer."""
        module = importlib.import_module(f"{NAME}.api.{tag}.{operation}")
        return module.sync_detailed(client=client, **arguments)

    def model(self, name: str, body: dict[str, Any]) -> Any:
        """A body of a request."""
        return getattr(importlib.import_module(f"{NAME}.models"), name).from_dict(body)

    def client(self, address: str, token: str | None = None) -> Any:
        """A client, of somebody or of nobody."""
        package = importlib.import_module(NAME)
        if token is None:
            return package.Client(base_url=address)
        return package.AuthenticatedClient(base_url=address, token=token)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """The package, generated into a folder of its own."""
    folder = tmp_path_factory.mktemp("generated")
    document = create_app(cast(Ledger, None)).openapi()
    (folder / "openapi.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (folder / "config.yaml").write_text("post_hooks: []\n")
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config", "config.yaml",
         "--meta", "none", "--output-path", NAME],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield Generated()
    sys.path.remove(str(folder))


def signed_in(generated: Generated, world: World, name: str, address: str) -> Any:
    """Sign in by the generated client itself; returns a client that bears the token."""
    statement = signed_statement(address, encode(secrets.token_bytes(16)), world.clock.now, world.key_of(name))
    answer = generated.call(
        "session", "sign_in", generated.client(address), body=generated.model("SignInBody", json.loads(statement))
    )
    assert (answer.status_code, answer.parsed.person) == (201, world.id_of(name))
    return generated.client(address, answer.parsed.token)


def test_what_the_document_says_is_enough_to_record_read_follow_and_sign_apart(
    generated: Generated, sqlite_world: World
) -> None:
    world = sqlite_world
    case = world.opens_case(case=CASE)
    line = world.item()
    prepared, apart = (world.prepare(world.seizure(case, [each])) for each in (line, world.item()))
    with serving(world.ledger) as address:
        officer, second = (signed_in(generated, world, name, address) for name in ("周远", "何苗"))
        submission = generated.model("SubmitActBody", body_of(prepared, world.sign(prepared)))
        for status in (201, 200):
            answer = generated.call("acts", "submit_act", officer, body=submission)
            assert (answer.status_code, answer.parsed.act) == (status, prepared.act.id)
        receipt = answer.parsed
        act = generated.call("acts", "read_act", officer, act_id=receipt.act, at_least=receipt.position).parsed
        assert (act.type_, act.position) == ("seizure", receipt.position)
        item = generated.call("items", "read_item", officer, id_or_code=line["code"]).parsed
        assert item["item"] == line["code"][:16]
        page = generated.call("feed", "read_feed", officer, after=receipt.position - 1).parsed
        assert page.events[0].id == receipt.act
        half = body_of(apart, apart.signed([world.key_of("周远")]))
        put = generated.call("pending", "put_down", officer, body=generated.model("PutDownBody", half))
        assert (put.status_code, put.parsed.state.value) == (201, "waiting")
        whole = body_of(apart, apart.signed([world.key_of("何苗")]))["envelope"]["signatures"][0]
        done = generated.call(
            "pending", "sign", second, act_id=apart.act.id, body=generated.model("SignBody", whole)
        ).parsed
        assert (done.state.value, done.receipt.act) == ("recorded", apart.act.id)
        wrong = generated.call("items", "read_item", officer, id_or_code=world.code()[:16])
        assert (wrong.status_code, json.loads(wrong.content)["code"]) == (404, "not-found/item")
