"""What an append promises: order without gaps, conditions, one place for one act, honest time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from sqlalchemy import delete

from custody.errors import Conflict, Damaged, Malformed, NotFound, TooLarge
from custody.ledger.drafts import Appended, ConditionFailed, DecideAgain, IdTaken
from custody.ledger.recorder import Recorder
from custody.ledger.tables import JOURNAL, disclosure
from custody.tlog.merkle import EMPTY_ROOT
from logs import NOON, SIGNER, Clock, check, draft, everything, opened, unless


def test_an_append_says_where_the_act_stands(database_url: str) -> None:
    with opened(database_url) as recorder:
        appended = recorder.submit(draft("first", "item:1", links=("item:1", "key:a")))
        assert (appended.position, appended.size, appended.recorded_at) == (1, 1, NOON)
        assert appended.entry == b"0 2026-03-12T12:00:00+00:00 [('item:1', -1), ('key:a', -1)] first"
        assert not appended.duplicate
        row = recorder.row(1)
        assert (row.type, row.entry, row.envelope) == ("check-in", appended.entry, b"envelope of first")
        assert recorder.head().root == appended.root == recorder.root_at(1)
        check(recorder, 1)


def test_an_empty_log_has_a_head_and_no_events(database_url: str) -> None:
    with opened(database_url) as recorder:
        assert (recorder.head().size, recorder.head().root) == (0, EMPTY_ROOT)
        assert recorder.scan(None, 0, 10) == ([], 0)
        assert recorder.rows(0, 10) == []
        assert recorder.root_at(0) == EMPTY_ROOT
        for missing in (lambda: recorder.row(1), recorder.checkpoint, lambda: recorder.inclusion_path(0, 1)):
            with pytest.raises(NotFound):
                missing()
        check(recorder, 0)


def test_each_link_names_the_last_leaf_that_bore_the_tag(database_url: str) -> None:
    with opened(database_url) as recorder:
        for name in ("a", "b", "c"):
            recorder.submit(draft(name, "item:1" if name == "a" else "item:2"))
        linked = draft("d", "item:1", "item:2", links=("item:1", "item:2", "item:3"))
        again = draft("e", "item:1", links=("item:1",))
        first, second = recorder.submit_many([linked, again])
        assert isinstance(first, Appended)
        assert isinstance(second, Appended)
        assert b"[('item:1', 0), ('item:2', 2), ('item:3', -1)]" in first.entry
        assert b"[('item:1', 3)]" in second.entry, "a batch links to its own events too"
        with opened(database_url) as fresh:
            assert b"[('item:1', 4), ('item:2', 3)]" in fresh.submit(draft("f", links=("item:1", "item:2"))).entry


def test_the_same_payload_again_gives_the_same_answer(database_url: str) -> None:
    clock = Clock()
    with opened(database_url, clock=clock) as recorder:
        first = recorder.submit(draft("act", "item:1"))
        recorder.submit_many([draft(f"later {n}") for n in range(3)])
        clock.move(60)
        again = recorder.submit(draft("act", "item:1"))
        assert again.duplicate
        assert (again.position, again.recorded_at, again.entry) == (1, NOON, first.entry)
        assert (again.size, again.root) == (first.size, first.root)
        check(recorder, 4)


def test_a_repeated_act_is_answered_though_its_condition_would_fail_now(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("act", "item:1", condition=unless("item:1")))
        assert recorder.submit(draft("act", "item:1", condition=unless("item:1"))).duplicate


def test_another_payload_under_the_same_id_is_refused(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("act"))
        with pytest.raises(IdTaken) as refused:
            recorder.submit(draft("act", digest=bytes(32)))
        assert refused.value.position == 1
        check(recorder, 1)


def test_within_one_batch_an_id_has_one_place_too(database_url: str) -> None:
    with opened(database_url) as recorder:
        first, same, other = recorder.submit_many([draft("act"), draft("act"), draft("act", digest=bytes(32))])
        assert isinstance(first, Appended)
        assert isinstance(same, Appended)
        assert (first.position, same.position, first.duplicate, same.duplicate) == (1, 1, False, True)
        assert first.size == same.size
        assert isinstance(other, IdTaken)
        check(recorder, 1)


@pytest.mark.parametrize("cold", [False, True], ids=["from memory", "from the database"])
@pytest.mark.parametrize(
    ("condition", "in_the_way"),
    [
        pytest.param(unless("item:1"), 3, id="one tag"),
        pytest.param(unless("item:1", after=1), 3, id="one tag, after its first event"),
        pytest.param(unless("item:1", after=3), None, id="one tag, after its last event"),
        pytest.param(unless("item:1", types=["release"]), None, id="one tag, another type"),
        pytest.param(unless("item:1", types=["release", "transfer"]), 3, id="one tag, one of two types"),
        pytest.param(unless("item:9", "item:2"), 2, id="two alternatives"),
        pytest.param(unless("item:9"), None, id="a tag that nobody bears"),
        pytest.param(unless(types=["transfer"]), 3, id="a type alone"),
        pytest.param(unless(types=["transfer"], after=3), None, id="a type alone, after its last event"),
        pytest.param(unless(after=2), 3, id="anything"),
        pytest.param(unless(after=3), None, id="anything, after the end"),
        pytest.param(
            DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["item:1", "case:x"])])), 1, id="both tags at once"
        ),
        pytest.param(
            DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["item:1", "case:x"])]), after=1),
            None,
            id="both tags at once, after that event",
        ),
    ],
)
def test_a_condition_fails_only_on_what_matches_it(
    database_url: str, condition: DCBAppendCondition, in_the_way: int | None, cold: bool
) -> None:
    with opened(database_url) as recorder:
        events = [
            draft("a", "item:1", "case:x"),
            draft("b", "item:2", "case:x"),
            draft("c", "item:1", kind="transfer"),
        ]
        recorder.submit_many(events)
        asked = Recorder(recorder.engine, SIGNER, clock=Clock()) if cold else recorder
        if in_the_way is None:
            assert asked.submit(draft("d", condition=condition)).position == 4
        else:
            with pytest.raises(ConditionFailed) as refused:
                asked.submit(draft("d", condition=condition))
            assert refused.value.position == in_the_way
        check(asked, 3 if in_the_way else 4)


@pytest.mark.parametrize(
    "condition",
    [
        unless("item:1"),
        unless("item:1", types=["check-in"]),
        unless(types=["check-in"]),
        unless(after=0),
        DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["item:1", "case:x"])])),
    ],
)
def test_a_condition_sees_what_was_accepted_earlier_in_its_batch(
    database_url: str, condition: DCBAppendCondition
) -> None:
    with opened(database_url) as recorder:
        rivals = [draft(name, "item:1", "case:x", condition=condition) for name in ("a", "b")]
        first, second = recorder.submit_many(rivals)
        assert isinstance(first, Appended)
        assert isinstance(second, ConditionFailed)
        assert second.position == 1
        check(recorder, 1)


def test_one_bad_draft_stops_no_other_and_leaves_no_gap(database_url: str) -> None:
    def breaks(index: int, recorded_at: object, previous: object) -> bytes:
        raise RuntimeError("a bug in the caller")

    with opened(database_url) as recorder:
        outcomes = recorder.submit_many(
            [
                draft("a", "item:1"),
                draft("b", "new:tag", complete=breaks),
                draft("c", complete=lambda index, recorded_at, previous: bytes(65_536)),
                draft("d", "item:1", condition=unless("item:1")),
                draft("e", decide_again_at=NOON),
                draft("f", "new:tag", complete=lambda index, recorded_at, previous: bytes(65_535)),
            ]
        )
        kinds = [Appended, RuntimeError, TooLarge, ConditionFailed, DecideAgain, Appended]
        assert [type(outcome) for outcome in outcomes] == kinds
        check(recorder, 2)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_a_database_cannot_hold_never_reaches_a_batch(text: str) -> None:
    sealed = ((bytes(32), bytes(32), text),)
    for options in ({"disclosures": sealed}, {"links": (text,)}, {"kind": text}, {"condition": unless(text)}):
        with pytest.raises(Malformed):
            draft("a", **options)
    with pytest.raises(Malformed):
        draft("a", text)


def test_refused_appends_leave_no_gap(database_url: str) -> None:
    with opened(database_url) as recorder:
        for number in range(6):
            recorder.submit(draft(f"good {number}", "item:1"))
            with pytest.raises(ConditionFailed):
                recorder.submit(draft(f"bad {number}", "item:1", condition=unless("item:1")))
        check(recorder, 6)


def test_a_decision_that_time_overtook_is_handed_back(database_url: str) -> None:
    clock = Clock()
    with opened(database_url, clock=clock) as recorder:
        limit = NOON + timedelta(seconds=1)
        recorder.submit(draft("in time", decide_again_at=limit))
        clock.move(1)
        with pytest.raises(DecideAgain) as refused:
            recorder.submit(draft("too late", decide_again_at=limit))
        assert refused.value.recorded_at == limit
        check(recorder, 1)


def test_recorded_time_never_goes_back(database_url: str) -> None:
    clock = Clock()
    with opened(database_url, clock=clock) as recorder:
        recorder.submit(draft("a"))
        clock.move(-4)
        assert recorder.submit(draft("b")).recorded_at == NOON
        clock.move(10)
        assert recorder.submit(draft("c")).recorded_at == NOON + timedelta(seconds=6)
        check(recorder, 3)


def test_a_clock_far_behind_stops_writing_until_it_is_set_right(database_url: str) -> None:
    clock = Clock()
    with opened(database_url, clock=clock) as recorder:
        recorder.submit(draft("a"))
        clock.move(-6)
        with pytest.raises(Damaged) as refused:
            recorder.submit(draft("b"))
        assert refused.value.code == "damaged/clock"
        clock.move(6)
        recorder.submit(draft("b"))
        check(recorder, 2)


def test_several_events_are_appended_together_or_not_at_all(database_url: str) -> None:
    with opened(database_url) as recorder:
        pair = [DCBEvent("check-in", b"one", ["item:1"]), DCBEvent("check-in", b"two", ["item:1"])]
        assert recorder.append(pair, unless("item:1")) == 2, "its own events are not in its way"
        with pytest.raises(ConditionFailed):
            recorder.append(pair, unless("item:1"))
        with pytest.raises(TooLarge):
            recorder.append([pair[0], DCBEvent("check-in", bytes(65_536))])
        check(recorder, 2)


def test_disclosures_come_with_their_act_and_can_be_erased(database_url: str) -> None:
    with opened(database_url) as recorder:
        sealed = [(bytes([n]) * 32, bytes(32), f"姓名{n}") for n in range(3)]
        recorder.submit(draft("a", disclosures=(sealed[0], sealed[1])))
        recorder.submit(draft("b", disclosures=(sealed[1], sealed[2])))
        with pytest.raises(ConditionFailed):
            recorder.submit(draft("c", condition=unless(after=0), disclosures=((bytes(32), bytes(32), "nobody"),)))
        commitments = [value[0] for value in sealed] + [bytes([9]) * 32]
        assert recorder.disclosures(commitments) == {value[0]: value[1:] for value in sealed}
        with recorder.engine.begin() as connection:
            connection.execute(delete(disclosure).where(disclosure.c.commitment == sealed[0][0]))
        assert recorder.disclosures(commitments).keys() == {sealed[1][0], sealed[2][0]}
        recorder.submit(draft("a", disclosures=(sealed[0], sealed[1])))
        assert sealed[0][0] not in recorder.disclosures(commitments), "a repeated act brings nothing back"
        check(recorder, 2)


def test_ledger_and_journal_share_a_database_and_nothing_else(database_url: str) -> None:
    with opened(database_url) as ledger, opened(database_url, log=JOURNAL) as journal:
        ledger.submit_many([draft("a", "item:1"), draft("b", "item:2")])
        journal.submit(draft("a", "by:psb-0211", kind="refusal"))
        check(ledger, 2)
        check(journal, 1)
        assert journal.last("item:1") is None


def test_acts_are_found_by_id_and_tags_by_their_last_event(database_url: str) -> None:
    with opened(database_url) as recorder:
        drafts = [draft("a", "item:1"), draft("b", "item:1", "案:云公(交)刑受〔2026〕0312-07")]
        recorder.submit_many(drafts)
        assert recorder.find(drafts[1].id) == (2, drafts[1].digest)
        assert recorder.find(bytes(16)) is None
        assert recorder.last("item:1") == 2
        assert recorder.last("案:云公(交)刑受〔2026〕0312-07") == 2
        assert recorder.last("item:2") is None


def test_a_scan_moves_past_what_does_not_match(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit_many([draft(str(n), "even" if n % 2 == 0 else "odd") for n in range(1, 10)])
        query = DCBQuery([DCBQueryItem(tags=["even"])])
        events, scanned_to = recorder.scan(query, 0, 3)
        assert ([event.position for event in events], scanned_to) == ([2, 4, 6], 6)
        events, scanned_to = recorder.scan(query, scanned_to, 3)
        assert ([event.position for event in events], scanned_to) == ([8], 9)
        assert recorder.scan(query, 9, 3) == ([], 9)
        assert recorder.scan(DCBQuery([DCBQueryItem(tags=["never"])]), 2, 3) == ([], 9)


def test_a_query_of_many_alternatives_gives_each_event_once_and_in_order(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit_many([draft(str(n), f"item:{n % 4}", "case:x", kind="ab"[n % 2]) for n in range(1, 13)])
        query = DCBQuery(
            [
                DCBQueryItem(types=["a"], tags=["item:2"]),
                DCBQueryItem(types=["a"], tags=["item:0"]),
                DCBQueryItem(tags=["case:x", "item:1"]),
                DCBQueryItem(types=["nothing"]),
            ]
        )
        expected = [n for n in range(1, 13) if n % 4 in (0, 1, 2)]
        assert [event.position for event in recorder.read(query)] == expected
        assert [event.position for event in recorder.scan(query, 0, 4)[0]] == expected[:4]


def test_long_reads_go_through_in_pages(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorder.submit_many([draft(str(n), "item:1") for n in range(1_203)])
        response = recorder.read()
        assert [event.position for event in response] == list(range(1, 1_204))
        assert response.head == 1_203
        assert [row.position for row in recorder.rows(1_200, 10)] == [1_201, 1_202, 1_203]
        assert [row.size for row in everything(recorder.engine, recorder.log.checkpoint)] == [256, 512, 768, 1024, 1203]


def test_a_recorder_without_a_key_reads_only(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("a"))
        reading = Recorder(recorder.engine)
        assert reading.row(1).envelope == b"envelope of a"
        assert reading.inclusion_path(0, 1) == []
        with pytest.raises(Conflict, match="only reads"):
            reading.submit(draft("b"))
