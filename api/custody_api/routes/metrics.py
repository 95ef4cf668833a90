"""Figures for monitoring, for whom the settings let see them; for everybody else there is nothing at this address."""

from __future__ import annotations

import hmac
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from custody.desk import sessions, subscriptions
from custody_api import documented
from custody_api.context import InContext
from custody_api.operation import Operation

router = APIRouter(tags=["health"])

_HERE: Final = frozenset({"127.0.0.1", "::1"})
_CAME_THROUGH: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "via", "x-real-ip")
"""What a proxy adds to a request: one that bears any of these came from elsewhere, wherever its connection did."""


@router.get("/metrics", response_class=PlainTextResponse, **documented.METRICS)
def read_metrics(request: Request, context: InContext) -> Response:
    """Counters, times and states for Prometheus."""
    metrics = context.metrics
    if metrics is None or not _may_see(request, context.operation):
        raise HTTPException(404)
    ledger = context.ledger
    head, now = ledger.recorder.head(), ledger.clock()
    metrics.followed(head.size, context.webhooks.head, subscriptions.standing(context.desk))
    if context.witnesses is not None:
        standing = context.witnesses.standing()
        metrics.witnessed(standing.size, standing.waiting_seconds, standing.answers)
    text = metrics.text(
        registers=context.runner.state(), age=max(0.0, (now - head.recorded_at).total_seconds()), size=head.size,
        sessions=sessions.count(context.desk, now),
    )  # fmt: skip
    return Response(text, media_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"})


def _may_see(request: Request, operation: Operation) -> bool:
    if operation.figures == "loopback":
        here = request.client is not None and request.client.host in _HERE
        return here and not any(name in request.headers for name in _CAME_THROUGH)
    borne = request.headers.get("authorization", "").encode()
    return operation.figures == "token" and hmac.compare_digest(borne, f"Bearer {operation.token}".encode())
