"""Random people do random things to few items. After each step the world still makes sense.

Whatever is refused changes nothing. What is recorded leaves every live item with exactly one holder, every remembered
fact equal to a fresh fold of the log, and every receipt provable.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from custody.authoring import Prepared
from custody.errors import Malformed, Refused, Stale, Untrusted
from custody.facts.kinds import Need
from custody.ledger.ledger import Receipt
from custody.ledger.memory import FactMemory
from custody.tlog.proof import TlogProof
from submissions import hand_over
from telling import is_sound
from world import World, disclosed

HANDS = ["周远", "何苗", "孙凯", "梁静", "郑宏", "顾宁", "高岚"]
PLACES = ["大库", "冷藏", "车场", "贵重", "一所实验室", "二所实验室"]
CASES = ["云公(刑)诈〔2026〕0520", "云公(刑)盗〔2026〕0077"]

people, cases = st.sampled_from(HANDS), st.sampled_from(CASES)
givers = st.sampled_from([*["holder"] * 8, *HANDS])
keepers = st.sampled_from([*["梁静"] * 5, *["郑宏"] * 3, *HANDS])
places = st.sampled_from([*["right"] * 6, *PLACES])
numbers = st.integers(0, 11)
amendments = st.sampled_from(["void", "item", "to", "condition"])
approvers = st.sampled_from(["高岚", "高岚", "刘振", "周远"])
seen = st.sampled_from([None, None, None, "broken", "none", "F-1"])


class Custody(RuleBasedStateMachine):
    """A world with two cases, in which anybody may try anything."""

    world: ClassVar[World]
    """What every run begins with a copy of."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="custody-machine-")
        self.twin = self.world.twin(f"sqlite:///{Path(self.folder.name) / 'ledger.db'}")
        self.twin.refusing = True  # a step records one act or none: what a release rests on is a step of its own
        self.items: list[str] = []
        self.acts: list[str] = []
        self.tubes: list[str] = []
        for case in CASES:
            self.twin.opens_case(case=case, officers=["psb-0211", "psb-0347"])
        self.items += self.twin.seizes(CASES[0], self.twin.item(), self.twin.item())
        self.items += self.twin.draws(CASES[0])
        self.tubes.append(self.items[-1])
        self.receipt: Receipt | None = None

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do it; where that is refused, the log is as long as before."""
        before = self.twin.ledger.recorder.head()
        facts = self.known()
        try:
            done = act()
        except (Refused, Stale, Untrusted, Malformed):
            assert self.twin.ledger.recorder.head() == before
            assert self.known() == facts
            return None
        assert self.twin.ledger.recorder.head().size == before.size + 1
        if isinstance(done, Receipt):
            self.receipt = done
            self.acts.append(done.act)
        return done

    def known(self) -> dict[Need, Any]:
        """What is remembered of the items."""
        return self.twin.ledger.memory.fold([Need("item", each) for each in self.items])

    def pick(self, number: int) -> list[str]:
        """One of the items, sometimes two neighbours; now and then a stranger."""
        return self.items[number % 6 :][: 1 + number // 10] or [self.twin.code()[:16]]

    def who(self, name: str, items: list[str]) -> str:
        """Somebody: by name, or whoever holds the first of the items, himself or by keeping the place."""
        facts = self.twin.facts(items[0])
        if name != "holder" or facts is None or facts.holder is None:
            return "周远" if name == "holder" else name
        names = {self.twin.id_of(each): each for each in HANDS}
        return names.get(facts.holder.id, "梁静")

    def where(self, name: str, items: list[str]) -> str:
        """A place by name, or one in which the first of the items may lie."""
        facts = self.twin.facts(items[0])
        right = "冷藏" if facts is not None and facts.kit else "大库"
        return right if name == "right" else name

    @rule(case=cases, officer=people, count=st.integers(1, 2), ahead=st.booleans())
    def seizes(self, case: str, officer: str, count: int, ahead: bool) -> None:
        lines = [self.twin.item() for _ in range(count)]
        when = self.twin.clock.now + timedelta(hours=ahead)
        signers = self.twin.signers(officer=officer, second="何苗")
        draft = self.twin.seizure(case, lines, signers=signers, occurred_at=when.isoformat())
        if self.attempt(lambda: self.twin.act(draft)):
            self.items += [line["code"][:16] for line in lines]

    @rule(case=cases)
    def draws(self, case: str) -> None:
        draft = self.twin.draw(case)
        if self.attempt(lambda: self.twin.act(draft)):
            self.items += [tube["code"][:16] for tube in draft["tubes"]]
            self.tubes.append(self.items[-1])

    @rule(number=numbers, place=places, by=givers, to=keepers, seal=seen)
    def checks_in(self, number: int, place: str, by: str, to: str, seal: str | None) -> None:
        items = self.pick(number)
        lines, giver = self.twin.lines(items, seal), self.who(by, items)
        self.attempt(lambda: self.twin.checks_in(items, self.where(place, items), giver, to, lines=lines))

    @rule(number=numbers, giver=givers, taker=people, back=st.sampled_from([0, 0, 0, 3, 30, -1, -2, -5, -60]))
    def transfers(self, number: int, giver: str, taker: str, back: int) -> None:
        items = self.pick(number)
        when = self.twin.clock.now + timedelta(minutes=back)
        by = self.who(giver, items)
        self.attempt(lambda: self.twin.transfers(items, by, taker, occurred_at=when.isoformat()))

    @rule(number=numbers, takers=st.lists(people, min_size=2, max_size=4))
    def change_hands_without_a_network(self, number: int, takers: list[str]) -> None:
        """Signed before any of them is recorded; each names only the one before. None is stale by the others."""
        twin, items = self.twin, self.pick(number)
        giver, chain = self.who("holder", items), list[Prepared]()
        for taker in takers:
            draft = {**hand_over(twin, items[0], giver, taker), "lines": twin.lines(items)}
            chain.append(twin.prepare(draft, follows=[each.act.id for each in chain[-1:]]))
            giver = taker
        for each in chain:
            if not self.attempt(lambda each=each: self.sends(each)):
                return

    def sends(self, prepared: Prepared) -> Receipt:
        """What was signed on a device before reaches the ledger, which does not call it stale."""
        try:
            return self.twin.ledger.submit(self.twin.sign(prepared), disclosed(prepared))
        except Stale as error:
            raise AssertionError(error.code) from error

    @rule(number=numbers, place=places, by=keepers)
    def relocates(self, number: int, place: str, by: str) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.relocates(items, self.where(place, items), by))

    @rule(number=numbers, borrower=people)
    def lends(self, number: int, borrower: str) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.lends(items, borrower))

    @rule(number=numbers, borrower=givers, seal=seen)
    def returns(self, number: int, borrower: str, seal: str | None) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.returns(items, self.who(borrower, items), seal))

    @rule(number=numbers, laboratory=st.sampled_from(["lab-1", "lab-1", "lab-2"]))
    def dispatches(self, number: int, laboratory: str) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.dispatches(items, laboratory))

    @rule(number=numbers, place=st.sampled_from(["一所实验室", "一所实验室", "二所实验室", "冷藏"]), by=people)
    def lab_receives(self, number: int, place: str, by: str) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.lab_receives(items, place, "顾宁" if place == "一所实验室" else by))

    @rule(number=numbers)
    def finds_irrelevant(self, number: int) -> None:
        items = self.pick(number)
        signers = self.twin.signers(noter="何苗")
        self.attempt(lambda: self.twin.notes(CASES[0], "found-irrelevant", items, signers=signers))

    @rule(number=numbers, by=givers)
    def releases(self, number: int, by: str) -> None:
        items = self.pick(number)
        signers = self.twin.signers(holder=self.who(by, items), approver="沈建国")
        self.attempt(lambda: self.twin.releases(items, signers=signers))

    @rule(number=numbers, by=st.sampled_from(["高岚", "钱法官", "周远"]), case=cases)
    def holds(self, number: int, by: str, case: str) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.holds(case, items, by))

    @rule(number=numbers, fresh=st.booleans())
    def seals(self, number: int, fresh: bool) -> None:
        items = self.pick(number)
        self.attempt(lambda: self.twin.seals_up(items, numbers=None if fresh else ["F-880000"]))

    @rule(back=numbers, change=amendments, approver=approvers)
    def corrects(self, back: int, change: str, approver: str) -> None:
        if not self.acts:
            return
        changes = {
            "void": {"op": "void", "path": ""},
            "item": {"op": "void", "path": "/lines/0"},
            "to": {"op": "replace", "path": "/place", "old": self.twin.places["大库"], "new": self.twin.places["车场"]},
            "condition": {"op": "replace", "path": "/lines/0/condition", "old": "完好", "new": "破损"},
        }
        target = self.acts[-1 - back % len(self.acts)]
        self.attempt(lambda: self.twin.corrects(target, changes[change], approver=approver))

    @rule(name=st.sampled_from(["周远", "梁静", "顾宁"]), doubted=st.booleans())
    def loses_a_key(self, name: str, doubted: bool) -> None:
        since = self.twin.clock.now - timedelta(minutes=20) if doubted else None
        self.attempt(lambda: self.twin.revokes(name, since))
        self.attempt(lambda: self.twin.adds_key(name))

    @rule(minutes=st.integers(1, 900))
    def time_passes(self, minutes: int) -> None:
        self.twin.clock.forward(minutes=minutes)

    @invariant()
    def every_live_item_has_exactly_one_holder(self) -> None:
        for item, facts in zip(self.items, self.known().values(), strict=True):
            if facts is None or facts.voided:
                continue
            assert (facts.holder is None) == (facts.released is not None), item
            assert all(stretch.holder for stretch in facts.custody[:-1]), item
            assert [each.since for each in facts.custody] == sorted(each.since for each in facts.custody), item
            assert facts.loan is None or facts.holder.id == facts.loan.borrower, item

    @invariant()
    def a_reserve_tube_never_enters_a_laboratory(self) -> None:
        laboratories = {self.twin.places["一所实验室"], self.twin.places["二所实验室"], "lab1-07"}
        for need, facts in self.known().items():
            if need.id in self.tubes and facts is not None:
                assert not {each.holder.id for each in facts.custody if each.holder} & laboratories

    @invariant()
    def what_is_remembered_is_what_the_log_says(self) -> None:
        fresh = FactMemory(self.twin.ledger.recorder).fold([Need("item", each) for each in self.items])
        assert self.known() == fresh

    @invariant()
    def the_last_receipt_proves_itself(self) -> None:
        if self.receipt is not None:
            proof = TlogProof.parse(self.twin.ledger.proof(self.receipt.index))
            proof.verify(self.receipt.entry, self.twin.log_key.verifier)

    def teardown(self) -> None:
        if hasattr(self, "twin"):
            is_sound(self.twin)
            self.twin.close()
            self.folder.cleanup()


def test_random_acts_by_random_people_leave_a_sound_ledger(founded_world: World) -> None:
    Custody.world = founded_world
    state_machine = settings(
        max_examples=30, stateful_step_count=50, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    run_state_machine_as_test(Custody, settings=state_machine)  # type: ignore[no-untyped-call]


