"""An inspection: every section and anomaly, the shelf sample and what proves them, read at one position of the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from custody.acts.entry import instant, read_entry, recorded_at
from custody.acts.values import encode
from custody.errors import Unavailable
from custody.facts.shapes import Shape
from custody.ledger.ledger import Ledger
from custody.registers.follower import REGISTERS
from custody.registers.inspection.anomalies import ANOMALIES
from custody.registers.inspection.look import Look, Picture, Row
from custody.registers.inspection.sections import SECTIONS, population, sampled
from custody.registers.reading import Registers

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that an inspector is shown, in print or by a query."""

    origin: str
    size: int
    journal: int
    at: str
    root: str
    checkpoint: str
    keys: tuple[str, ...]
    policy: str
    sections: Sequence[tuple[Look, Sequence[Row]]]
    anomalies: Sequence[tuple[Look, Sequence[Row]]]
    sample: Sequence[Row]
    population: Sequence[tuple[str, str]]
    salt: str
    count: int


def inspected(ledger: Ledger, registers: Registers, catch_up: Callable[[], object], salt: str, count: int) -> Report:
    """Look at everything at one position of the log, which may be growing; ``count`` others go into the sample beside
    all of high risk. Raises Unavailable if the registers do not catch up."""
    for _ in range(_ATTEMPTS):
        catch_up()
        head = ledger.recorder.head()
        with registers.store.reading() as connection:
            positions = registers.positions()
            if {positions[each.name] for each in REGISTERS if each.log == "ledger"} != {head.size}:
                continue
            at = recorded_at(read_entry(ledger.recorder.row(head.size).entry))
            policy = ledger.governed.policy(ledger.governing(), at)
            picture = Picture(connection, at, policy.numbers)
            return Report(
                ledger.origin, head.size, positions["refusals"], instant(at), encode(head.root),
                ledger.recorder.checkpoint(head.size), tuple(sorted(ledger.log_keys())), policy.id,
                [(each, list(each.find(picture))) for each in SECTIONS],
                [(each, list(each.find(picture))) for each in ANOMALIES],
                sampled(picture, head.root, salt, count), population(picture), salt, count,
            )  # fmt: skip
    raise Unavailable(
        "unavailable/behind", "The registers do not catch up with the log.", at_least=ledger.recorder.head().size,
        retry_after=1,
    )  # fmt: skip


def report_shape(report: Report) -> Shape:
    """Show a report: each part with its code, both titles and its rows, of which only the columns in print."""
    return {
        "origin": report.origin,
        "position": report.size,
        "journal": report.journal,
        "at": report.at,
        "sections": [_part(*each) for each in report.sections],
        "anomalies": [_part(*each) for each in report.anomalies],
        "sample": {
            "salt": report.salt, "count": report.count, "of": len(report.population),
            "rows": [{name: each.get(name) for name in SAMPLE_COLUMNS} for each in report.sample],
        },
        "proof": {
            "root": report.root, "checkpoint": report.checkpoint, "keys": list(report.keys), "policy": report.policy,
        },
    }  # fmt: skip


SAMPLE_COLUMNS = ("place", "code", "item", "category", "description", "case")


def _part(look: Look, rows: Sequence[Row]) -> Shape:
    shown = [{name: each.get(name) for name in look.columns} for each in rows]
    return {"code": look.code, "zh": look.zh, "en": look.en, "rows": shown}
