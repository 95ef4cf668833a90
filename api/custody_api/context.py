"""What every route works with: the ledger, its registers, and the threads and processes that serve them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from custody.attachments import Attachments
from custody.desk import Desk
from custody.errors import Unavailable
from custody.ledger.ledger import Ledger
from custody.registers.reading import Registers
from custody.registers.runner import Runner
from custody_api.auditing import Auditing
from custody_api.dating import Dating
from custody_api.limits import Limit
from custody_api.operation import Operation
from custody_api.streaming import Streams
from custody_api.submitting import Submitting
from custody_api.tracing import provider_to
from custody_api.verifying import Verifying

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from custody.vouching.tokens import Issuers
    from custody_api.metrics import Metrics
    from custody_api.webhooks import Webhooks
    from custody_api.witnesses import Witnesses

BEGIN_SECONDS = 15.0
"""How long the first request may have to wait for the registers to say where they stand; if they fail, it is answered
without them."""

WAIT_SECONDS = 2.0
"""How long a reader waits for the registers to reach the position he asks for."""


@dataclass
class Context:
    """One ledger behind one server."""

    ledger: Ledger
    registers: Registers
    desk: Desk
    runner: Runner
    streams: Streams
    webhooks: Webhooks
    submitting: Submitting
    verifying: Verifying
    attachments: Attachments | None
    operation: Operation
    metrics: Metrics | None
    traces: TracerProvider | None
    writes: Limit
    sign_ins: Limit
    issuers: Issuers | None
    dating: Dating
    auditing: Auditing
    witnesses: Witnesses | None
    receipts: Limit = field(default_factory=lambda: Limit(60, "too-many/receipts"))
    """How often an address may open receipts, and with what stands beside them."""
    comments: Limit = field(default_factory=lambda: Limit(4, "too-many/receipts"))
    """How often an address, or a link, may comment."""
    batches: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="batch"))
    """Batches take turns, chunk by chunk."""


async def start(ledger: Ledger, attachments: Attachments | None, operation: Operation) -> Context:
    """Begin to serve a ledger. Raises Unavailable if the registers or the desk cannot be opened."""
    registers = await run_in_threadpool(Registers, ledger.engine)
    desk = await run_in_threadpool(Desk.beside, ledger.engine)
    streams = Streams()
    metrics = _counting(ledger) if operation.figures != "nobody" else None
    from custody_api.webhooks import Webhooks  # asks who a caller is, as requests do, and they ask this module

    webhooks = Webhooks(ledger, registers, desk, operation.networks, metrics)

    def tell(positions: Mapping[str, int]) -> None:
        streams.tell(positions)
        webhooks.tell(positions)

    runner = Runner(ledger, registers.store, tell=tell, apart=operation.apart)
    context = Context(
        ledger, registers, desk, runner, streams, webhooks, Submitting(ledger), Verifying(), attachments, operation,
        metrics, provider_to(operation.traces) if operation.traces else None,
        writes=Limit(operation.writes_a_minute, "too-many/writes"),
        sign_ins=Limit(operation.sign_ins_a_minute, "too-many/sign-ins"), issuers=_issuers(operation),
        dating=Dating(ledger, operation.time_authorities),
        auditing=Auditing(ledger, desk, attachments),
        witnesses=_witnesses(ledger, operation),
    )  # fmt: skip
    context.runner.start()
    await run_in_threadpool(context.runner.wait, 0, BEGIN_SECONDS)
    context.submitting.start()
    context.webhooks.start()
    context.dating.start()
    if context.witnesses is not None:
        context.witnesses.start()
    return context


async def stop(context: Context) -> None:
    """Record what is waiting, then let go of everything but the ledger."""
    await context.submitting.stop()
    context.batches.shutdown()
    context.verifying.close()
    await run_in_threadpool(context.auditing.close)
    await run_in_threadpool(context.runner.stop)
    await run_in_threadpool(context.webhooks.stop)
    await run_in_threadpool(context.dating.stop)
    if context.witnesses is not None:
        await run_in_threadpool(context.witnesses.stop)
    if context.traces is not None:
        await run_in_threadpool(context.traces.shutdown)
    context.registers.close()
    context.desk.close()


def _counting(ledger: Ledger) -> Metrics:
    from custody_api.metrics import Metrics  # its library is loaded by whoever wants figures

    metrics = Metrics()
    ledger.watched_by(metrics)
    return metrics


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


def _issuers(operation: Operation) -> Issuers | None:
    if not operation.vouching.issuers:
        return None
    from custody.vouching.tokens import Issuers  # as above

    return Issuers(operation.vouching)


def _witnesses(ledger: Ledger, operation: Operation) -> Witnesses | None:
    if operation.witness_policy is None:
        return None
    from custody_api.witnesses import Witnesses  # as above

    return Witnesses(ledger, operation.witness_policy, operation.witness_minutes)


InContext = Annotated[Context, Depends(_context)]


async def _ledger(context: InContext) -> Ledger:
    return context.ledger


async def caught_up(
    context: InContext,
    at_least: Annotated[
        int | None, Query(ge=0, description="Wait until the registers hold the act at this position, else 503.")
    ] = None,
) -> Registers:
    """The registers, as far along as the caller asks."""
    if at_least is not None:
        await run_in_threadpool(require_reached, context, at_least)
    return context.registers


def reaches(context: Context, position: int) -> bool:
    """Whether the registers come to hold the act at a position while a reader waits."""
    return context.runner.wait(position, WAIT_SECONDS)


def require_reached(context: Context, at_least: int) -> None:
    """Wait until the registers hold the act at a position. Raises Unavailable if they are too far behind."""
    if not reaches(context, at_least):
        raise Unavailable(
            "unavailable/behind", "The registers have not reached this position yet.", at_least=at_least, retry_after=1
        )


TheLedger = Annotated[Ledger, Depends(_ledger)]
