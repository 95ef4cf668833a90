"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from custody.acts.entry import instant
from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody_api import documented
from custody_api.context import Context, InContext
from custody_scanners import decoders

router = APIRouter(tags=["health"])

LEAST_DISK = 256 << 20
"""Bytes free beside a SQLite ledger; with less, the server says it is not ready, while it still is."""

Finding = tuple[bool, dict[str, Any]]


@router.get("/healthz", **documented.HEALTH)
async def read_health() -> JSONResponse:
    """The process lives and answers."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get("/readyz", **documented.READY)
def read_readiness(context: InContext) -> JSONResponse:
    """Each thing the work needs, and whether it is there; 503 if one is not."""
    ledger = context.ledger
    checks: dict[str, Callable[[], Finding]] = {
        "database": lambda: _database(ledger),
        "checkpoint": lambda: _checkpoint(ledger),
        "publication": lambda: _publication(ledger),
        "witnesses": lambda: _witnesses(context),
        "writing": lambda: _writing(ledger),
        "registers": lambda: _registers(context),
        "decoders": _decoders,
        "disk": lambda: _disk(ledger),
        "time": lambda: (True, context.dating.state()),
    }
    found = {name: _finding(check) for name, check in checks.items()}
    ready = all(each["ok"] for each in found.values())
    headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "5"})
    return JSONResponse({"ready": ready, "checks": found}, 200 if ready else 503, headers=headers)


def _finding(check: Callable[[], Finding]) -> dict[str, Any]:
    try:
        fine, about = check()
    except CustodyError as error:
        return {"ok": False, "code": error.code}
    return {"ok": fine, **about}


def _database(ledger: Ledger) -> Finding:
    return True, {"kind": ledger.engine.dialect.name, "size": ledger.recorder.head().size}


def _checkpoint(ledger: Ledger) -> Finding:
    """How old the newest checkpoint is. A quiet night is no failure; a checkpoint that does not cover the log is."""
    head = ledger.recorder.head()
    age = ledger.clock() - head.recorded_at
    covered = ledger.recorder.root_at(head.size) == head.root
    return covered, {"recorded_at": instant(head.recorded_at), "age_seconds": max(0, round(age.total_seconds()))}


def _publication(ledger: Ledger) -> Finding:
    """What was published last, and by which keys of the log it will be signed; not ready while it cannot be."""
    publication, trouble = ledger.publication, ledger.publication.trouble
    signed = ["ed25519", *(["ml-dsa-44"] if publication.cosigned else [])]
    found = {"size": publication.size(), "signatures": signed}
    return trouble is None, {**found, "code": trouble.code} if trouble else found


def _witnesses(context: Context) -> Finding:
    """Up to where a quorum has cosigned. That it lags is a failure only after as long as the settings say."""
    if context.witnesses is None:
        return True, {}
    standing = context.witnesses.standing()
    quorum = {"size": standing.size, "at": instant(standing.at)} if standing.at else {"size": standing.size}
    about = {"quorum": quorum, "waiting_seconds": round(standing.waiting_seconds), "answers": dict(standing.answers)}
    return context.witnesses.is_ready(standing), about


def _writing(ledger: Ledger) -> Finding:
    """Whether a log was found to contradict itself: it is then read, and no longer written."""
    found = {each.log.name: each.damage for each in (ledger.recorder, ledger.journal.recorder)}
    damaged = {name: {"code": damage.code, **damage.fields} for name, damage in found.items() if damage}
    return not damaged, {"damaged": damaged} if damaged else {}


def _registers(context: Context) -> Finding:
    """How far each register is behind its log. Not ready until they came close, nor while one fails to get on."""
    states = context.runner.state()
    fine = context.runner.came_close and not any(each.failures for each in states)
    return fine, {"registers": [asdict(each) for each in states]}


def _decoders() -> Finding:
    live = sorted(decoders.live())
    return bool(live), {"live": live}


def _disk(ledger: Ledger) -> Finding:
    database = ledger.engine.url.database
    if ledger.engine.dialect.name != "sqlite" or database is None:
        return True, {}
    free = shutil.disk_usage(Path(database).resolve().parent).free
    return free >= LEAST_DISK, {"free_bytes": free}
