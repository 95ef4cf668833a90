"""What is in view: every code at its place, believed only when nothing speaks against it.

A small symbol that was damaged now and then decodes to another valid text. So a text counts only if the whole
label pattern and its check characters agree, decoders that read the same place agree, and the mode's expectation
holds. Nothing is corrected and nothing is guessed. Source: docs/format.md section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PIL import Image

from custody import label
from custody.errors import Malformed, Unavailable
from custody_scanners import decoders, sentences
from custody_scanners.decoders import Box, Name, Reading, Symbology
from custody_scanners.images import open_grey

Mode = Literal["single", "page"]


@dataclass(frozen=True, slots=True)
class Code:
    """A believed label: ``code`` as printed, the ``id`` in it, and who read it where."""

    code: str
    id: str
    kind: str
    box: Box
    decoders: tuple[Name, ...]
    symbologies: tuple[Symbology, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in view that is not believed, or must be told. ``refuses``: the scan as a whole does not count."""

    code: str
    refuses: bool
    box: Box | None = None
    texts: tuple[str, ...] = ()

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return sentences.CATALOGUE[f"scan/{self.code}"][0]

    @property
    def en(self) -> str:
        """The sentence in English."""
        return sentences.CATALOGUE[f"scan/{self.code}"][1]


@dataclass(frozen=True, slots=True)
class Scan:
    """The outcome. In single mode ``codes`` has one entry, or none if the scan is refused."""

    mode: Mode
    codes: tuple[Code, ...]
    problems: tuple[Problem, ...]
    decoders: tuple[Name, ...]
    """The decoders that were live."""

    @property
    def accepted(self) -> bool:
        """Whether nothing in view refuses the scan."""
        return not any(problem.refuses for problem in self.problems)


def scan(image: bytes | Path, mode: Mode = "single") -> Scan:
    """Read a picture: one label held before the counter's camera, or a page or shelf with many.

    Raises Malformed, TooLarge (see `open_grey`), and Unavailable if no decoder works on this machine.
    """
    return scan_grey(open_grey(image), mode)


def scan_grey(grey: Image.Image, mode: Mode = "single") -> Scan:
    """`scan` for a picture that is open already, such as a camera's frame."""
    if mode not in ("single", "page"):
        raise Malformed("malformed/scan-mode", "There is no such mode.", expected=["single", "page"], got=mode)
    live = decoders.live()
    if not live:
        raise Unavailable("unavailable/decoder", "Neither pyzbar nor zxing-cpp can be loaded.")
    readings = [reading for read in live.values() for reading in read(grey)]
    return judge(readings, mode, tuple(live))


def judge(readings: Iterable[Reading], mode: Mode, live: Sequence[Name]) -> Scan:
    """Decide what to believe of raw readings. Pure."""
    codes: list[Code] = []
    problems: list[Problem] = []
    for place in _by_place(readings):
        verdict = _at_one_place(place)
        if isinstance(verdict, Code):
            codes.append(verdict)
        else:
            problems.append(verdict)
    codes = _reading_order(_pair_symbols(codes))
    copies = _copies(codes)
    if mode == "page":
        problems += copies
        if not codes and not any(problem.refuses for problem in problems):
            problems.append(Problem("none", refuses=True))
        return Scan(mode, tuple(codes), tuple(problems), tuple(live))
    if not codes and not problems:
        problems.append(Problem("none", refuses=True))
    if len(codes) + len(problems) > 1:
        texts = tuple(code.code for code in codes)
        problems += [*copies, Problem("several", refuses=True, texts=texts)]
    refused = tuple(replace(problem, refuses=True) for problem in problems)
    return Scan(mode, () if refused else tuple(codes), refused, tuple(live))


def _by_place(readings: Iterable[Reading]) -> list[list[Reading]]:
    """Group readings that lie upon each other."""
    places: list[list[Reading]] = []
    for reading in readings:
        touched = [place for place in places if any(_same_place(reading.box, other.box) for other in place)]
        places = [place for place in places if place not in touched]
        places.append([*(other for place in touched for other in place), reading])
    return places


def _same_place(one: Box, other: Box) -> bool:
    return one.holds(other.centre) or other.holds(one.centre)


def _at_one_place(place: Sequence[Reading]) -> Code | Problem:
    """Believe a place if all who read it read the same sound label."""
    texts = tuple(dict.fromkeys(reading.text for reading in place))
    box = place[0].box
    for reading in place[1:]:
        box = box.around(reading.box)
    if len(texts) > 1 and any(map(_looks_ours, texts)):
        return Problem("disagreement", refuses=True, box=box, texts=texts)
    text = texts[0]
    if not label.is_code(text):
        ours = _looks_ours(text)
        return Problem("check-characters" if ours else "foreign", refuses=ours, box=box, texts=texts)
    return Code(
        code=text,
        id=label.parse(text),
        kind=label.PREFIXES[text[:3]],
        box=box,
        decoders=tuple(sorted({reading.decoder for reading in place})),
        symbologies=tuple(sorted({reading.symbology for reading in place})),
    )


def _looks_ours(text: str) -> bool:
    return len(text) == label.CODE_LENGTH and text[:3] in label.PREFIXES


def _pair_symbols(codes: Sequence[Code]) -> list[Code]:
    """A tube label bears its code twice, as QR and beside it as Data Matrix: that is one label."""
    merged: list[Code] = []
    for code in codes:
        for index, other in enumerate(merged):
            if _one_label(code, other):
                merged[index] = replace(
                    other,
                    box=other.box.around(code.box),
                    decoders=tuple(sorted({*other.decoders, *code.decoders})),
                    symbologies=tuple(sorted({*other.symbologies, *code.symbologies})),
                )
                break
        else:
            merged.append(code)
    return merged


def _one_label(one: Code, other: Code) -> bool:
    beside = one.box.gap(other.box) < max(one.box.longest, other.box.longest)
    return one.code == other.code and not {*one.symbologies} & {*other.symbologies} and beside


def _reading_order(codes: Sequence[Code]) -> list[Code]:
    """Rows from the top, each from the left, as on a sheet of labels that lies straight."""
    rows: list[list[Code]] = []
    for code in sorted(codes, key=lambda code: code.box.centre[1]):
        if rows and code.box.centre[1] - rows[-1][0].box.centre[1] < code.box.longest / 2:
            rows[-1].append(code)
        else:
            rows.append([code])
    return [code for row in rows for code in sorted(row, key=lambda code: code.box.centre[0])]


def _copies(codes: Sequence[Code]) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for code in codes:
        if code.code in seen:
            problems.append(Problem("twice", refuses=False, box=code.box, texts=(code.code,)))
        seen.add(code.code)
    return problems
