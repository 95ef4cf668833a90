"""Traces by OpenTelemetry, where the settings name who collects them: a span for each request, and one within it for
each act that is submitted. Its libraries are loaded by whoever wants traces.

A span says what the log of requests says of a request, without who called: method, the route's template, status. Of a
submission it has the outcome and the error's code. There are no paths, queries, bodies, names, ids or addresses in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from custody.errors import CustodyError
from custody_api.requests import asked, method_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

SECONDS: Final = 3
"""How long the collector may take; while it is away, traces are lost and nothing waits for them."""

_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


def provider_to(endpoint: str) -> TracerProvider:
    """What makes spans and sends them to an address that takes OTLP over HTTP; to be shut down in the end."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "custody"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=SECONDS)))
    return provider


class Traced:
    """Makes a span of each request, within the caller's trace if a ``traceparent`` names one (W3C Trace Context)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        tracer: Tracer = scope["app"].state.context.traces.get_tracer("custody")
        given = {"traceparent": Headers(scope=scope).get("traceparent", "")}
        within = TraceContextTextMapPropagator().extract(given)
        method = method_of(scope)
        with tracer.start_as_current_span(
            method, context=within, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            _tracer.set(tracer)  # never reset: a request has a context of its own

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                span.set_attribute("http.request.method", method)
                if route := asked().route:
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)


@contextmanager
def submission() -> Iterator[None]:
    """The time in which an act waits for its turn, is judged and recorded, as a span; nothing where nobody traces."""
    tracer = _tracer.get()
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span(
        "custody.submit", record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attribute("custody.outcome", "failed")
        try:
            yield
        except CustodyError as error:
            span.set_attribute("custody.outcome", type(error).__name__.lower())
            span.set_attribute("custody.code", error.code)
            raise
        span.set_attribute("custody.outcome", "recorded")
