"""What verifying a bundle found: step by step, and what could not be checked here. Source: docs/format.md section 7."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from custody.bundle.content import Subject

STEPS: Final = (
    "container", "checkpoint", "inclusion", "acts", "signatures", "order", "completeness", "decisions",
    "sealed-values", "attachments", "witnesses", "time",
)  # fmt: skip

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding, or what was not checked and why: its code, the file in the bundle or the name in the statement that it
    is about, and what else is known of it."""

    code: str
    where: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """One step: how many things were checked, what was found, and what was not checked."""

    number: int
    checked: int = 0
    findings: list[Noted] = field(default_factory=list)
    not_checked: list[Noted] = field(default_factory=list)
    shown: list[Noted] = field(default_factory=list)
    """What the step proved beyond that nothing is wrong."""

    @property
    def name(self) -> str:
        """What the step is called in a report."""
        return STEPS[self.number - 1]

    def found(self, code: str, where: str = "", **facts: Any) -> None:
        """Add a finding."""
        self.findings.append(Noted(code, where, facts))

    def showed(self, code: str, where: str = "", **facts: Any) -> None:
        """Say what was proved."""
        self.shown.append(Noted(code, where, facts))

    def passed_over(self, code: str, where: str = "", **facts: Any) -> None:
        """Say that something was not checked."""
        self.not_checked.append(Noted(code, where, facts))


@dataclass(slots=True)
class Report:
    """Everything that was found. ``log_key`` is the verifier key that the checkpoint was checked under, and whether it
    came from the verifier or with the bundle."""

    ledger: str | None = None
    subject: Subject | None = None
    size: int | None = None
    log_key: tuple[str, Literal["verifier", "bundle"]] | None = None
    steps: tuple[Step, ...] = field(default_factory=lambda: tuple(Step(number + 1) for number in range(len(STEPS))))

    @property
    def sound(self) -> bool:
        """Whether nothing that was checked is wrong."""
        return not any(step.findings for step in self.steps)

    def body(self) -> dict[str, Any]:
        """The report as JSON."""
        key = {"key": self.log_key[0], "from": self.log_key[1]} if self.log_key else None
        return {
            "ledger": self.ledger, "subject": self.subject._asdict() if self.subject else None, "size": self.size,
            "log_key": key, "steps": [_step(each) for each in self.steps], "sound": self.sound,
        }  # fmt: skip

    def lines(self, language: Language) -> Iterator[str]:
        """The report for people: each step with what was found, what was not checked, and at the end the verdict."""
        about = f"{self.subject.kind}:{self.subject.id}" if self.subject else "?"
        yield f"{self.ledger or '?'}  {about}  {self.size if self.size is not None else '?'}"
        if self.log_key:
            yield f"log {self.log_key[0]}"
        for step in self.steps:
            mark = "✗" if step.findings else "✓" if step.checked else "–"
            yield f"{mark} {step.number:2} {sentences()['steps'][step.name][language]} ({step.checked})"
            for each in step.shown:
                yield f"     ✓ {sentence(each, language)}"
            for each in step.findings:
                yield f"     ✗ {_where(each)}{sentence(each, language)} [{each.code}]"
            yield from _gathered(step.not_checked, language)
        count = sum(len(step.findings) for step in self.steps)
        verdict = sentences()["verdicts"]["sound" if self.sound else "not-sound"][language]
        yield ("✓ " if self.sound else "✗ ") + verdict.format(count=count)


@cache
def sentences() -> dict[str, Any]:
    """What every program that verifies bundles says of them, in both languages."""
    read: dict[str, Any] = json.loads(files("custody.bundle").joinpath("sentences.json").read_bytes())
    return read


def sentence(noted: Noted, language: Language) -> str:
    """What a finding, or what was not checked, means for the evidence."""
    known = sentences()
    kinds = ("findings", "not_checked", "shown")
    text: str = next(known[kind][noted.code] for kind in kinds if noted.code in known[kind])[language]
    return text.format(**{"count": "", **noted.facts})


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.number, "name": step.name, "checked": step.checked,
        "findings": [_noted(each) for each in step.findings],
        "not_checked": [_noted(each) for each in step.not_checked],
        **({"shown": [_noted(each) for each in step.shown]} if step.shown else {}),
    }  # fmt: skip


def _noted(noted: Noted) -> dict[str, Any]:
    said = {"zh": sentence(noted, "zh"), "en": sentence(noted, "en")}
    return {"code": noted.code, "where": noted.where, **said, **noted.facts}


def _where(noted: Noted) -> str:
    facts = " ".join(f"{name}={value}" for name, value in noted.facts.items() if name != "count")
    said = " ".join(each for each in (noted.where, facts) if each)
    return f"{said}: " if said else ""


def _gathered(noted: list[Noted], language: Language) -> Iterator[str]:
    """What was not checked, each reason once, with how many it is about."""
    by_code: dict[str, list[Noted]] = {}
    for each in noted:
        by_code.setdefault(each.code, []).append(each)
    for found in by_code.values():
        about = f"{found[0].where}: " if len(found) == 1 and found[0].where else ""
        times = f" (× {len(found)})" if len(found) > 1 else ""
        yield f"     – {about}{sentence(found[0], language)}{times}"
