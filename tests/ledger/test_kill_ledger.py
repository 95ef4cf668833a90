"""A real process that records signed acts is killed while it works; then the whole ledger is verified."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from custody import keyfile
from custody.ledger.fsck import verify_database
from custody.tlog.proof import TlogProof
from harness import check
from world import World

WRITER = """
import json, sys, threading
from base64 import b64decode
from pathlib import Path
from custody import keyfile
from custody.ledger.engine import open_engine
from custody.ledger.ledger import Ledger
from custody.tlog.note import Signer
url, folder, origin = sys.argv[1:]
log_key, journal_key = (keyfile.read_key(Path(folder) / name) for name in ("log.key", "journal.key"))
ledger = Ledger(open_engine(url), Signer(origin, log_key), Signer(f"{origin}/journal", journal_key))
waiting = [b64decode(line) for line in (Path(folder) / "acts").read_text().split()]
speaking = threading.Lock()
def work(part):
    for envelope in part:
        receipt = ledger.submit(envelope)
        with speaking:
            print(json.dumps(receipt.as_json()), flush=True)
for thread in range(4):
    threading.Thread(target=work, args=(waiting[thread::4],)).start()
"""

ACTS = 160


def _prepared(world: World, folder: Path) -> None:
    """Key files for the log, and a signed check-in for each of many items."""
    from base64 import b64encode

    keyfile.write_key(folder / "log.key", world.log_key.private_key, None)
    keyfile.write_key(folder / "journal.key", world.journal_key.private_key, None)
    case = world.opens_case()
    items = world.seizes(case, *(world.item() for _ in range(ACTS)))
    signers = world.signers(deliverer="周远", custodian="梁静")
    drafts = [
        {"act": "check-in", "lines": world.lines([item]), "place": world.places["大库"], "signers": signers}
        for item in items
    ]
    envelopes = [world.sign(world.prepare(draft)) for draft in drafts]
    (folder / "acts").write_text("\n".join(b64encode(envelope).decode() for envelope in envelopes))


@pytest.mark.parametrize("receipts", [1, 40, 110])
def test_every_acknowledged_receipt_survives_a_kill(database_url: str, receipts: int, tmp_path: Path) -> None:
    world = World(database_url)
    _prepared(world, tmp_path)
    command = [sys.executable, "-c", WRITER, database_url, str(tmp_path), world.ledger.origin]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    heard = list(islice(writer.stdout, receipts))
    writer.kill()
    heard += [line for line in writer.stdout if line.endswith("\n")]
    writer.stdout.close()
    writer.wait()
    acknowledged = [json.loads(line) for line in heard]
    assert len(acknowledged) >= receipts

    recorder = world.ledger.recorder
    assert len({receipt["position"] for receipt in acknowledged}) == len(acknowledged)
    for receipt in acknowledged:
        found = recorder.find(UUID(receipt["act"]).bytes)
        assert found is not None
        assert found[0] == receipt["position"]
        entry = recorder.row(receipt["position"]).entry
        assert TlogProof.parse(receipt["proof"]).verify(entry, world.log_key.verifier).size >= receipt["position"]
    report = verify_database(database_url)
    assert report.findings == []
    assert report.entries == recorder.head().size
    check(world)
