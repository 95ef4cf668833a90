"""A process that is killed while it appends: what it had been told is recorded, is recorded."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from custody.tlog.proof import TlogProof
from custody_migrations import migrate
from logs import SIGNER, check, draft, opened

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
import threading
from datetime import UTC, datetime
from logs import SIGNER, draft
from custody.ledger.engine import open_engine
from custody.ledger.recorder import Recorder
recorder = Recorder(open_engine(sys.argv[2]), SIGNER, clock=lambda: datetime.now(UTC))
speaking = threading.Lock()
def work(thread):
    n = 0
    while True:
        name = f"{sys.argv[3]}/{thread}/{n}"
        appended = recorder.submit(draft(name, f"item:{thread}", links=(f"item:{thread}",)))
        with speaking:
            print(name, appended.position, flush=True)
        n += 1
for thread in range(4):
    threading.Thread(target=work, args=(thread,)).start()
"""


@pytest.mark.parametrize("lines", [1, 120, 400])
def test_every_acknowledged_append_survives_a_kill(database_url: str, lines: int) -> None:
    migrate(database_url)
    command = [sys.executable, "-c", WRITER, str(Path(__file__).parent.parent), database_url]
    acknowledged: dict[str, int] = {}
    for life in ("first", "second"):
        writer = subprocess.Popen([*command, life], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        heard = list(islice(writer.stdout, lines))
        writer.kill()
        heard += [line for line in writer.stdout if line.endswith("\n")]
        writer.stdout.close()
        writer.wait()
        acknowledged.update((name, int(position)) for name, position in (line.split() for line in heard))
    with opened(database_url) as recorder:
        assert len(acknowledged) >= 2 * lines
        check(recorder)
        head = recorder.head()
        note = recorder.checkpoint(head.size)
        for name, position in acknowledged.items():
            found = recorder.find(draft(name).id)
            assert found is not None
            assert found[0] == position
            path = recorder.inclusion_path(position - 1, head.size)
            proof = TlogProof(position - 1, tuple(path), note)
            assert proof.verify(recorder.row(position).entry, SIGNER.verifier).size == head.size
