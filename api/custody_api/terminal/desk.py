"""The counter's desk: the ledger, what is kept, the scanner; and what every view on the screen can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from custody import label
from custody.cli.terminal import of_file, unexpected
from custody.errors import CustodyError, Malformed
from custody_api.terminal.counter import Counter
from custody_api.terminal.kept import Kept
from custody_api.terminal.shown import Answer, Outcome, Shown, words_of
from custody_api.terminal.words import say
from custody_scanners import wedge


@dataclass
class Desk:
    """What all views work with. ``answer`` is what came of the last scan or key."""

    counter: Counter
    kept: Kept
    prefix: str = ""
    suffix: str = ""
    answer: Answer | None = None
    home: Callable[[], View] = field(init=False)
    """The view that stands when nothing else is being done; set by it."""

    def answered(self, outcome: Outcome, code: str, /, **fields: object) -> None:
        """Say what came of the last scan or key."""
        self.answer = Answer(outcome, say(code, **fields))


class View:
    """What stands on the screen, and what comes of a scan or a key: each method returns the view that stands next.

    Whatever a view does not take is answered with a sentence; nothing is ever guessed.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def shown(self) -> Shown:
        """The screen."""
        raise NotImplementedError

    def scanned(self, code: str) -> View:
        """A sound label code."""
        self.desk.answered("refused", "scan/not-here")
        return self

    def chosen(self, number: int) -> View:
        """One of the options, counted from 0."""
        return self

    def told(self, text: str) -> View:
        """Text that is neither a label nor the number of an option."""
        self.desk.answered("refused", "answer/choose")
        return self

    def entered(self) -> View:
        """Enter, with nothing typed."""
        return self

    def undone(self) -> View:
        """F2."""
        self.desk.answered("refused", "answer/nothing")
        return self

    def signed(self) -> View:
        """F9."""
        self.desk.answered("refused", "answer/not-yet")
        return self

    def left(self) -> View | None:
        """Esc; None: the station is left."""
        return None


Step = Callable[[View], View | None]
"""A scan or a key."""


def taken(view: View, step: Step) -> tuple[View, Shown] | None:
    """Take one step: the view that stands then, and the screen; None: the station is left.

    What goes wrong is said, and the view stays.
    """
    desk = view.desk
    desk.answer = None
    try:
        after = step(view)
        return (after, after.shown()) if after is not None else None
    except CustodyError as error:
        desk.answer = Answer("refused", words_of(error))
    except OSError as error:
        desk.answer = Answer("refused", words_of(of_file(error)))
    except Exception as error:
        desk.answer = Answer("refused", words_of(unexpected(error)))
    return view, view.shown()


def typed(view: View, text: str) -> View:
    """Give a view a line from the scanner or the keyboard: a label, the number of an option, or text."""
    shown = view.shown()
    if shown.secret:
        return view.told(text)
    text = text.strip()
    if not text:
        return view.entered()
    try:
        return view.scanned(wedge.read_line(text, view.desk.prefix, view.desk.suffix))
    except Malformed as error:
        if _looks_like_label(text, view.desk.prefix):
            view.desk.answer = Answer("refused", words_of(error))
            return view
    if text.isdecimal() and 1 <= int(text) <= len(shown.options):
        return view.chosen(int(text) - 1)
    return view.told(text)


def _looks_like_label(text: str, prefix: str) -> bool:
    """Whether a line is as long as a label and begins as one: then it is read wrongly, and no answer to anything."""
    plain = "".join(text.upper().removeprefix(prefix.upper()).split())
    return plain[:3] in label.PREFIXES and len(plain) > label.ID_LENGTH
