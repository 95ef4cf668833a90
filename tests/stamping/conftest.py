"""Two authorities of one's own, and a ledger that they date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from custody.stamping.configured import Authorities, read_authorities
from time_authority import TimeAuthority, time_authority


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimeAuthority]:
    """An authority whose certificate ends in ten years."""
    with time_authority(tmp_path / "north", "north") as made:
        yield made


@pytest.fixture
def other(tmp_path: Path) -> Iterator[TimeAuthority]:
    """Another."""
    with time_authority(tmp_path / "south", "south") as made:
        yield made


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimeAuthority]:
    """One for tests that change nothing of it."""
    with ExitStack() as opened:
        yield opened.enter_context(time_authority(tmp_path_factory.mktemp("authority") / "north", "north"))


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Authorities]:
    """The settings that name some authorities; what is said besides stands above them."""

    def written(*authorities: TimeAuthority, **more: str) -> Authorities:
        lines = [f"{name} = {value!r}\n" for name, value in more.items()]
        file = tmp_path / "time.toml"
        file.write_text("".join([*lines, *(each.settings() for each in authorities)]), encoding="utf-8")
        read, mistakes = read_authorities(file)
        assert not mistakes
        return read

    return written
