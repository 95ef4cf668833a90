"""``custody serve``: the API, until it is interrupted."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from threading import Thread

import uvicorn

from custody.cli.ledgers import attachments_of, reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import settings_of
from custody.cli.terminal import note, progress, tell
from custody.cli.words import language
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody.witnessing.asking import require_own
from custody_api import binding, logs
from custody_api.app import create_app
from custody_api.operation import operation_of
from custody_api.station.pages import load
from custody_api.wording import CATALOGUE, Language, say

log = logging.getLogger("custody.api")

LONGEST_STOP_SECONDS = 30
"""How long requests may take to finish when the server is told to stop."""

DONE = 0
REFUSED = 1
WRONG_USE = 2


class Server(uvicorn.Server):
    """The server. It waits for answers that are on their way, so those that have no end are told to end first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self.config.app.state.context.streams.stop()  # type: ignore[union-attr] # the application that create_app made
        await super().shutdown(sockets)


def run(args: Namespace) -> int:
    """Serve the ledger that the arguments name; return the exit status."""
    settings = settings_of(args)
    try:
        operation = replace(operation_of(settings, args.host), apart=True)
        encrypted = binding.encrypted(settings)
        listener = binding.bound(args.host, args.port)
    except WrongUse as error:
        if error.code not in CATALOGUE:
            raise
        return _wrong_use(error.code, **error.fields)
    logs.begin(settings.log_format)
    with listener, binding.until_terminated(), (reading if args.read_only else writing)(settings) as ledger:
        if operation.witness_policy is not None:
            require_own(operation.witness_policy, ledger)
        Thread(target=load, name="templates", daemon=True).start()
        _catch_up(ledger)
        _collect_in_short_turns()
        tell(say("serve/address", _language(), address=binding.address_of(listener, settings)))
        sys.stdout.flush()
        config = uvicorn.Config(
            create_app(ledger, attachments_of(settings), operation), log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=LONGEST_STOP_SECONDS, proxy_headers=False,
            ssl_context_factory=(lambda *_: encrypted) if encrypted else None,
        )  # fmt: skip
        server = Server(config)
        server.run([listener])
        return DONE if server.started else REFUSED


def _catch_up(ledger: Ledger) -> None:
    """Bring the registers up to date first, so that nobody is told that what exists is not there."""
    try:
        with closing(Registers(ledger.engine)) as registers, progress(say("serve/registers", _language())) as bar:
            registers.catch_up(bar)
    except Exception as error:
        # Acts can be recorded without registers. The runner tries again, and /readyz says what it fails at.
        note(f"⚠ {say('serve/registers-behind', _language())}")
        log.error("the registers were not brought up to date", exc_info=error)


def _collect_in_short_turns() -> None:
    """Have Python's cyclic collector look at little at a time, and not again at what is there from the start.

    What suits a batch (`calm_collector`) holds up every answer for a third of a second now and then
    (docs/performance.md, "Pages").
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def _wrong_use(code: str, **fields: object) -> int:
    note(f"✗ {say(code, _language(), **fields)}")
    return WRONG_USE


def _language() -> Language:
    return "zh" if language() == "zh" else "en"
