"""Traces: what a collector gets of requests and submissions, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.conftest import client_of
from custody_api.operation import Operation
from listening import Web, web_server
from world import World

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def spans(web: Web) -> list[Any]:
    """What the collector was sent, as its own library reads it, the first that ended first."""
    read = [ExportTraceServiceRequest.FromString(each.body) for each in web.posted]
    return [
        span for request in read for resource in request.resource_spans for scope in resource.scope_spans
        for span in scope.spans
    ]  # fmt: skip


def said(span: Any) -> dict[str, Any]:
    values = {each.key: each.value for each in span.attributes}
    return {key: value.int_value or value.string_value for key, value in values.items()}


def test_requests_and_submissions_are_traced_without_people_things_or_addresses(sqlite_world: World) -> None:
    world = sqlite_world
    [item] = world.seizes(world.opens_case(), world.item())
    with web_server() as web:
        web.usual = (200, b"")
        with client_of(world, "周远", Operation(traces=f"{web.url}/v1/traces")) as client:
            about = {"traceparent": PARENT, "User-Agent": "geheim-browser"}
            assert client.get(f"/v1/items/{item}", params={"at_least": 1}, headers=about).status_code == 200
            assert client.post("/v1/acts", json={"envelope": {"payload": "geheim"}}).status_code == 400
            assert client.get("/nowhere/geheim").status_code == 404
        found = {span.name: span for span in spans(web)}
        assert {each.path for each in web.posted} == {"/v1/traces"}
    read = found["GET /v1/items/{id_or_code}"]
    assert said(read) == {
        "http.request.method": "GET", "http.route": "/v1/items/{id_or_code}", "http.response.status_code": 200,
    }  # fmt: skip
    assert (read.trace_id.hex(), read.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    submitted, request = found["custody.submit"], found["POST /v1/acts"]
    assert submitted.trace_id == request.trace_id
    assert said(submitted)["custody.outcome"] == "malformed"
    assert said(submitted)["custody.code"].startswith("malformed/")
    assert said(found["GET"])["http.response.status_code"] == 404, "an address that is none has no name"
    sent = b"".join(each.body for each in web.posted)
    for secret in (item, "geheim", "nowhere", world.id_of("周远"), world.key_id("周远"), "psb-yunling", "127.0.0.1"):
        assert secret.encode() not in sent, secret


def test_a_collector_that_is_away_holds_nobody_up(sqlite_world: World) -> None:
    with client_of(sqlite_world, "周远", Operation(traces="http://127.0.0.1:1/v1/traces")) as client:
        assert client.get("/v1/session").status_code == 200


def test_whoever_wants_no_traces_loads_nothing_for_them() -> None:
    code = "import sys, custody_api.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    wanted = ("opentelemetry.sdk", "opentelemetry.exporter")
    assert not [each for each in done.stdout.split() if each.startswith(wanted)]


def test_no_variable_makes_the_framework_send_addresses_and_queries(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_server() as web:
        web.usual = (200, b"")
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", web.url)
        with client_of(sqlite_world, "周远") as client:
            assert client.get("/v1/items", params={"case": "geheim"}).status_code == 200
        assert web.posted == []
