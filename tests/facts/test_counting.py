"""Counting: verdicts scan by scan, what a count comes to, and a draw that anybody makes again."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from custody.acts.counting import list_digest, list_draft
from custody.acts.values import decode
from custody.rules.blind_count import Scan, Tally, count_draft, counted, expected, verdict_of
from custody.rules.draw import HIGH_RISK, drawn

BOOK = {"phone": "A", "watch": "A", "car": "B"}


def scan(item: str | None, place: str = "A") -> Scan:
    return Scan(f"code of {item}", place, item)


def test_every_scan_has_one_of_five_verdicts() -> None:
    tally = Tally(BOOK, {"phone": "A"})
    assert verdict_of(tally, scan("phone")) == "already-scanned"
    assert verdict_of(tally, scan("watch")) == "right-place"
    assert verdict_of(tally, scan("car")) == "wrong-place"
    assert verdict_of(tally, scan("loan")) == "belongs-elsewhere"
    assert verdict_of(tally, scan(None)) == "unknown-code"
    assert tally.missing == ("car", "watch")


def test_a_count_says_what_is_missing_and_what_lies_elsewhere() -> None:
    tally = counted(BOOK, [scan("phone"), scan("phone"), scan("car"), scan("loan"), scan(None)])
    assert tally.missing == ("watch",)
    assert tally.misplaced == (("car", "A"), ("loan", "A"))
    draft = count_draft("opening", ["B", "A"], tally)
    assert draft["verdicts"] == {
        "right_place": 1, "wrong_place": 1, "unknown_code": 1, "already_scanned": 1, "belongs_elsewhere": 1,
    }  # fmt: skip
    assert draft["places"] == ["A", "B"]
    assert draft["book"]["count"] == 3


@given(st.lists(st.tuples(st.sampled_from([*BOOK, "loan", None]), st.sampled_from(["A", "B"]))))
def test_the_numbers_of_any_count_add_up(scans: list[tuple[str | None, str]]) -> None:
    tally = counted(BOOK, [scan(item, place) for item, place in scans])
    said = tally.verdicts
    right, wrong = said.get("right-place", 0), said.get("wrong-place", 0)
    assert right + wrong + len(tally.missing) == len(BOOK)
    assert right + wrong + said.get("belongs-elsewhere", 0) == len(tally.found)
    assert wrong + said.get("belongs-elsewhere", 0) == len(tally.misplaced)
    assert sum(said.values()) == len(scans)


def test_what_moves_during_a_count_is_neither_missing_nor_a_surprise() -> None:
    """The book was phone and watch. The watch left since; a tablet and a camera came in, the tablet was scanned."""
    now = {"phone": "A", "tablet": "A", "camera": "A", "car": "B"}
    assert expected({"phone", "watch", "car"}, now, {"A"}, {"tablet"}) == {"phone": "A", "tablet": "A"}


def test_a_list_is_bound_by_a_digest_that_anybody_can_compute() -> None:
    draft = list_draft(["b", "a", "b"])
    assert decode(str(draft["digest"])) == hashlib.sha256(b"a\nb\n").digest()
    assert draft["count"] == 2
    assert len(list_draft([f"{number:016}" for number in range(1798)])["sheets"]) == 9  # type: ignore[arg-type]
    assert list_digest([]) == list_digest(())


ROOT = hashlib.sha256(b"a checkpoint").digest()


def test_a_draw_is_made_again_from_the_specification_alone() -> None:
    """docs/format.md section 11, written out once more."""
    items = {f"EV1{number:013}": "general" for number in range(100)} | {"EV1CASH": "cash", "EV1GUN": "weapon"}
    salt = hashlib.sha256("三季度".encode()).digest()
    tickets = {item: hashlib.sha256(ROOT + salt + item.encode()).digest() for item in items if len(item) == 16}
    smallest = sorted(tickets, key=lambda item: tickets[item])[:7]
    assert drawn(ROOT, "三季度", items, 7) == tuple(sorted([*smallest, "EV1CASH", "EV1GUN"]))
    assert drawn(ROOT, "四季度", items, 7) != drawn(ROOT, "三季度", items, 7)


@given(
    st.dictionaries(st.text("0123456789ABCDEF", min_size=1, max_size=4), st.sampled_from(["general", *HIGH_RISK])),
    st.integers(0, 20), st.randoms(),
)  # fmt: skip
def test_a_draw_does_not_depend_on_the_order_of_the_list(items: dict[str, str], count: int, random: object) -> None:
    shuffled = list(items.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = drawn(ROOT, "", dict(shuffled), count)
    assert found == drawn(ROOT, "", items, count)
    always = {item for item, category in items.items() if category in HIGH_RISK}
    assert always <= set(found)
    assert len(found) == len(always) + min(count, len(items) - len(always))
