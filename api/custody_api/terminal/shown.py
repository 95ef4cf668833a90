"""What stands on the screen: pure values that `app` draws and tests read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from custody.cli.words import language, text
from custody.errors import CustodyError
from custody.sentences import sentence
from custody_api.terminal.words import say
from custody_api.wording import CATALOGUE
from custody_api.wording import say as say_of_the_api

Outcome = Literal["accepted", "already", "wrong-place", "unknown", "refused"]

SIGNS: Final[Mapping[Outcome, str]] = {
    "accepted": "✓", "already": "=", "wrong-place": "⚠", "unknown": "?", "refused": "✗"
}  # fmt: skip

BELLS: Final[Mapping[Outcome, tuple[float, ...]]] = {
    "accepted": (0,), "already": (0, 0.15), "wrong-place": (0, 0.15, 0.3), "unknown": (0, 0.5),
    "refused": (0, 0.5, 1.0),
}  # fmt: skip
"""When the terminal's bell rings after a scan, in seconds: told apart without looking."""

Tone = Literal["plain", "good", "warn", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the last scan or key."""

    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, with its sign."""

    sign: str
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole screen: what is being done, what is known of it, its lines, and what is asked next."""

    title: str
    question: str
    facts: tuple[tuple[str, str], ...] = ()
    rows: tuple[Row, ...] = ()
    options: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    digits_alone: bool = False
    """Whether a digit chooses at once, without Enter: nothing else can be typed here."""
    secret: bool = False
    """Whether what is typed is hidden, and never taken for a scan."""
    guarded: bool = False
    """Whether something secret may be asked for next: what was typed before that is not shown."""


def words_of(error: CustodyError) -> str:
    """What an error says, in the language in use."""
    lang: Literal["zh", "en"] = "zh" if language() == "zh" else "en"
    if error.code in CATALOGUE and "zh" not in error.fields:  # not said by a server already
        return say_of_the_api(error.code, lang, **error.fields)
    return sentence(error, lang)


def problem_rows(error: CustodyError) -> Iterator[Row]:
    """An error as lines: its sentence and code, the rule with its source, and what to do instead."""
    fields = error.fields
    yield Row("✗", f"{words_of(error)} [{error.code}]", "bad")
    if fields.get("rule") and fields.get("source"):
        yield Row(" ", say("sign/source", rule=fields["rule"], source=fields["source"]))
    instead = fields.get(f"instead_{language()}") or fields.get("instead")
    if instead:
        yield Row("→", say("sign/instead", instead=instead))
    for other in fields.get("also") or ():
        if other.get("code") != error.code:
            yield Row("✗", text("error/also", rule=other.get("rule"), code=other.get("code")), "bad")
