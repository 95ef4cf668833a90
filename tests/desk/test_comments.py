"""What citizens say of a receipt: plain text, so much of it, for the supervisors of one agency."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from custody.desk import Desk, comments
from custody.errors import Malformed, NotFound, TooLarge, TooMany
from custody_migrations import migrate
from world import World

TOKEN = "A" * 22
BY = ("act", "psb-yunling")


@pytest.fixture
def desk(founded_world: World, sqlite_url: str) -> Iterator[Desk]:
    """The desk of a world in which nothing happened."""
    world = founded_world.twin(sqlite_url)
    migrate(sqlite_url)
    made = Desk.beside(world.engine)
    yield made
    made.close()
    world.close()


def test_a_comment_is_kept_for_one_agency_until_somebody_there_has_read_it(desk: Desk, founded_world: World) -> None:
    now = founded_world.clock()
    number = comments.put(desk, TOKEN, *BY, "处理及时，\r\n态度好。", now)
    assert comments.search(desk, "crt-yunling", None, 10) == []
    (kept,) = comments.search(desk, "psb-yunling", None, 10)
    assert (kept["text"], kept["act"], kept["read_by"]) == ("处理及时，\n态度好。", "act", None)
    assert comments.unread(desk, "psb-yunling") == 1
    with pytest.raises(NotFound):
        comments.mark_read(desk, number, "crt-yunling", "crt-21", now)
    comments.mark_read(desk, number, "psb-yunling", "psb-0900", now)
    comments.mark_read(desk, number, "psb-yunling", "psb-0077", now)
    assert [each["read_by"] for each in comments.search(desk, None, None, 10)] == ["psb-0900"]
    assert comments.unread(desk, "psb-yunling") == 0


def test_a_comment_keeps_neither_the_link_nor_what_nobody_sees(desk: Desk, founded_world: World) -> None:
    comments.put(desk, TOKEN, *BY, "a\x00b\u202ec\u200bd\te", founded_world.clock())
    (kept,) = comments.search(desk, None, None, 10)
    assert kept["text"] == "abcde"
    assert TOKEN not in str(kept)


@pytest.mark.parametrize(("text", "error"), [(" \n\u200b", Malformed), ("字" * 1_001, TooLarge)])
def test_a_comment_says_something_and_not_too_much(desk: Desk, founded_world: World, text: str, error: type) -> None:
    with pytest.raises(error):
        comments.put(desk, TOKEN, *BY, text, founded_world.clock())
    assert comments.search(desk, None, None, 10) == []


def test_one_link_takes_so_many_comments_and_another_still_takes_some(desk: Desk, founded_world: World) -> None:
    now = founded_world.clock()
    for number in range(comments.MOST):
        comments.put(desk, TOKEN, *BY, f"第{number}条", now)
    with pytest.raises(TooMany):
        comments.put(desk, TOKEN, *BY, "还有", now)
    comments.put(desk, "B" * 22, *BY, "另一份", now)
    assert len(comments.search(desk, None, None, 50)) == comments.MOST + 1
