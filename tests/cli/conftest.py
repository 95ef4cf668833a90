"""One office with a ledger for all these tests: founding it takes a few seconds."""

from __future__ import annotations

import pytest

from commandline import Office


@pytest.fixture
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A folder without a ledger."""
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a ledger, people, a place and a case."""
    made = Office(tmp_path_factory.mktemp("office"))
    made.found()
    made.settle()
    return made
