"""Reading papers back: text by poppler, pictures of pages, and what their QR codes say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from PIL import Image

from custody_api.papers.catalogue import Subject, papers
from custody_api.papers.drawing import print_papers
from custody_api.papers.paper import Language, Paper
from custody_api.papers.sources import Sources
from custody_scanners import decoders
from world import World


def drawn(world: World, kind: str, subject: Subject, name: str, link: str = "", **asked: object) -> list[Paper]:
    """The papers of a kind about a subject, as data."""
    return papers(Sources(world.ledger, **asked), kind, subject, name, link)  # type: ignore[arg-type]


def one(world: World, kind: str, subject: Subject, name: str, lang: Language = "zh", link: str = "") -> Paper:
    """The only paper of a kind about a subject."""
    (paper,) = drawn(world, kind, subject, name, link, lang=lang)
    return paper


def fields(paper: Paper) -> dict[str, str]:
    """The named values above the lists."""
    return {each.name: each.value for each in paper.fields}


def pages(*shown: Paper) -> list[str]:
    """The text of each page, in the order in which it was drawn."""
    return text_of(print_papers(shown).data).split("\f")[:-1]


def text_of(data: bytes) -> str:
    """The text of a PDF, as a reader would copy it."""
    return subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()


def squeezed(text: str) -> str:
    """A text without the breaks and gaps that a cell puts into it."""
    return re.sub(r"\s", "", text)


def pictures(data: bytes, folder: Path, dpi: int = 200) -> list[Image.Image]:
    """Every page as a printer would show it, in grey."""
    source = folder / "paper.pdf"
    source.write_bytes(data)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", source, folder / "page"], check=True)
    return [Image.open(page).convert("L") for page in sorted(folder.glob("page-*.pgm"))]


def symbols(page: Image.Image) -> dict[str, set[str]]:
    """What each decoder reads on a page."""
    return {name: {each.text for each in read(page)} for name, read in decoders.live().items()}
