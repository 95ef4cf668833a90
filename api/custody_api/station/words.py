"""What pages say, in two languages: the English text is the key, and each area's ``zh_CN.po`` has the Chinese.

``scripts/words`` gathers the texts; a test demands that none is without its Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from markupsafe import Markup

from custody_api.wording import Language

HERE: Final = Path(__file__).parent
CATALOGUE: Final = "zh_CN.po"


def N_(text: str) -> str:
    """Mark a text for the catalogue."""
    return text


def say(lang: Language, text: str, /, **values: object) -> str:
    """A text in a language, with its values in the places that braces name."""
    return translated(lang, text).format(**values)


def marked(lang: Language, text: str, /, **values: object) -> Markup:
    """The same for a template: the catalogue's own text is trusted, the values are escaped."""
    return Markup(translated(lang, text)).format(**values)  # noqa: S704 - from the catalogue, never from outside


def counted(lang: Language, one: str, many: str, /, n: int, **values: object) -> Markup:
    """The same of a number of things; Chinese has one form for all numbers."""
    return marked(lang, one if n == 1 and lang == "en" else many, n=n, **values)


def translated(lang: Language, text: str) -> str:
    """A text in a language; one that nobody translated stays in English."""
    return _chinese().get(text, text) if lang == "zh" else text


@cache
def script_catalogue() -> str:
    """The Chinese of whatever scripts say, as a module of theirs."""
    said = {text: chinese for text, chinese, in_scripts in _messages() if in_scripts}
    return f"export default {json.dumps(said, ensure_ascii=False, sort_keys=True)};\n"


def catalogues() -> list[Path]:
    """The catalogue of each area, and of the frame."""
    return sorted(HERE.rglob(CATALOGUE))


@cache
def _chinese() -> Mapping[str, str]:
    return {text: chinese for text, chinese, _ in _messages()}


def _messages() -> Iterator[tuple[str, str, bool]]:
    """English, Chinese, and whether a script says it."""
    for path in catalogues():
        with path.open("rb") as file:
            catalogue: Catalog = read_po(file)
        for message in catalogue:
            if message.id:
                yield from _forms(message)


def _forms(message: Message) -> Iterator[tuple[str, str, bool]]:
    in_scripts = any(str(name).endswith(".js") for name, _ in message.locations)
    given, said = message.id, message.string
    chinese = str(said[0] if isinstance(said, tuple | list) else said or "")
    for text in given if isinstance(given, tuple | list) else [given]:  # of one and of many, the Chinese is the same
        if chinese:
            yield str(text), chinese, in_scripts
