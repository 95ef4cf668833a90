"""What a browser loads before a page can be used: the page, its styles, and its scripts with all that they import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from urllib.parse import urljoin

import httpx

MOST_BYTES: Final = 150_000
_LINKED: Final = re.compile(r'<(?:link rel="stylesheet" href|script [^>]*\bsrc)="([^"]+)"')
_IMPORTS: Final = re.compile(
    r'^(?:import\s+(?:[^"();]*?\bfrom\s+)?|export\s*[{*][^"();]*?\bfrom\s+)"([^"]+)"', re.MULTILINE
)
_AT_ONCE: Final = re.compile(r'^(?:\S.*)?\bawait import\("([^"]+)"\)', re.MULTILINE)
"""What a module imports as soon as it begins, in no function: what scripts say in Chinese is one."""


class Loading:
    """First loads from one server, in Chinese, which takes more. Bytes are counted as they are sent: heads, and bodies
    compressed as for a browser. Pictures, and what scripts fetch later, are not counted."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._asset = cache(self._loaded)

    def page(self, path: str, cookies: dict[str, str]) -> tuple[httpx.Response, int]:
        """A page, and how many bytes its first load takes."""
        answer, size = self._get(f"{self._origin}{path}", cookies)
        return answer, size + sum(self._asset(each)[0] for each in self.files(answer))

    def files(self, page: httpx.Response) -> set[str]:
        """The addresses of all styles and scripts that a page loads."""
        found: set[str] = set()
        wanted = {urljoin(str(page.url), each) for each in _LINKED.findall(page.text)}
        while wanted:
            found |= wanted
            wanted = {each for address in wanted for each in self._asset(address)[1]} - found
        return found

    def _loaded(self, address: str) -> tuple[int, tuple[str, ...]]:
        answer, size = self._get(address, {})
        assert answer.status_code == 200, address
        script = answer.headers["content-type"].startswith("text/javascript")
        return size, tuple(_imported(address, answer.text)) if script else ()

    def _get(self, address: str, cookies: dict[str, str]) -> tuple[httpx.Response, int]:
        accepts = {"Accept": "text/html, */*", "Accept-Language": "zh-CN", "Accept-Encoding": "gzip, deflate, br, zstd"}
        with httpx.stream("GET", address, cookies=cookies, headers=accepts, timeout=30) as answer:
            answer.read()
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        return answer, head + answer.num_bytes_downloaded


def _imported(address: str, script: str) -> Iterator[str]:
    for name in (*_IMPORTS.findall(script), *_AT_ONCE.findall(script)):
        yield urljoin(address, name)
