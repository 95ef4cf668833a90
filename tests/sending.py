"""A process that sends webhooks, to be killed: ``python sending.py DATABASE NOW``, until its standard input ends."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime
from ipaddress import ip_network

from custody.desk import Desk
from custody.ledger.engine import open_engine
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody_api.webhooks import Webhooks

HERE = (ip_network("127.0.0.0/8"),)


def main(database: str, now: str) -> None:
    """Send what there is to send, at one moment."""
    at = datetime.fromisoformat(now)
    engine = open_engine(database)
    ledger = Ledger(engine, clock=lambda: at)
    desk = Desk.beside(engine)
    with closing(Registers(engine)) as registers:
        registers.catch_up()
        webhooks = Webhooks(ledger, registers, desk, HERE, None)
        webhooks.tell(registers.positions())
        webhooks.start()
        sys.stdin.read()
        webhooks.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
