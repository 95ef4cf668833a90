"""Policy files of witnesses: the specification's example, every way to be wrong, and what a quorum is."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import Malformed, TooLarge, Untrusted
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer, Verifier
from custody.tlog.policy import LONGEST, WitnessPolicy


def signer(name: str, number: int, kind: KeyType = KeyType.COSIGNATURE) -> Signer:
    """A key that is always the same."""
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), kind)


LOG = signer("custody.example/yunling", 1, KeyType.ED25519)
X = [signer(f"witness.example/x{number}", 10 + number) for number in (1, 2, 3)]
Y = [signer(f"witness.example/y{number}", 20 + number) for number in (1, 2, 3)]

TWO_LEVELS = f"""
# two of the one house, and one of the other
log {LOG.verifier} https://custody.example/log

witness X1 {X[0].verifier} https://x1.example/
witness X2 {X[1].verifier}
 \twitness\tX3 {X[2].verifier}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y[0].verifier}
witness Y2 {Y[1].verifier}
witness Y3 {Y[2].verifier}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def one(*lines: str) -> str:
    """A policy with one log, two witnesses and some more lines."""
    return "".join(
        f"{line}\n"
        for line in (f"log {LOG.verifier}", f"witness a {X[0].verifier}", f"witness b {X[1].verifier}", *lines)
    )


def keys(*signers: Signer) -> list[Verifier]:
    """Their public halves."""
    return [each.verifier for each in signers]


def test_the_specifications_example_is_two_of_x_and_any_of_y() -> None:
    policy = WitnessPolicy.parse(TWO_LEVELS)
    for some in chain.from_iterable(combinations([*X, *Y], count) for count in range(7)):
        wanted = len(set(some) & set(X)) >= 2 and bool(set(some) & set(Y))
        assert policy.satisfied(keys(*some)) is wanted
    assert policy.least == 3
    assert policy.witnesses[0].url == "https://x1.example/"
    assert policy.logs[0].key == LOG.verifier


def test_a_policy_reads_back_as_it_was_written() -> None:
    policy = WitnessPolicy.parse(TWO_LEVELS)
    assert WitnessPolicy.parse(str(policy)) == policy == WitnessPolicy.parse(str(policy).encode())


def test_only_witnesses_below_the_quorum_count() -> None:
    policy = WitnessPolicy.parse(one("group g any a", "quorum g"))
    assert [each.name for each in policy.counting] == ["a"]
    assert policy.satisfied(keys(X[0]))
    assert not policy.satisfied(keys(X[1], LOG))
    assert WitnessPolicy.parse(one("quorum none")).satisfied([])
    assert (WitnessPolicy.parse(one("quorum none")).counting, WitnessPolicy.parse(one("quorum none")).least) == ((), 0)


def test_a_witness_is_known_by_its_key_and_not_by_its_name() -> None:
    namesake = signer(X[0].name, 99)
    assert not WitnessPolicy.parse(one("quorum a")).satisfied(keys(namesake))


WRONG = {
    "no quorum": (one(), "quorum", 3),
    "two quorums": (one("quorum a", "quorum a"), "quorum", 5),
    "a quorum of nobody known": (one("quorum c"), "name", 4),
    "a quorum before its group": (one("quorum g", "group g any a"), "name", 4),
    "an unknown line": (one("quorate a", "quorum a"), "line", 4),
    "a log without a key": (one("log", "quorum a"), "line", 4),
    "a word too many": (one("quorum a b"), "line", 4),
    "a circle": (one("group g any h", "group h any g", "quorum g"), "name", 4),
    "a member that comes later": (one("group g any c", f"witness c {X[2].verifier}", "quorum g"), "name", 4),
    "a member twice": (one("group g any a a", "quorum g"), "group", 4),
    "a member of two groups": (one("group g any a", "group h any a b", "quorum h"), "group", 5),
    "none as a member": (one("group g any none", "quorum g"), "name", 4),
    "a witness called none": (one(f"witness none {X[2].verifier}", "quorum a"), "name", 4),
    "a name taken by a witness": (one(f"witness a {X[2].verifier}", "quorum a"), "name", 4),
    "a name taken by a group": (one("group a any b", "quorum b"), "name", 4),
    "more than there are": (one("group g 3 a b", "quorum g"), "group", 4),
    "none of them": (one("group g 0 a b", "quorum g"), "group", 4),
    "a number with a zero before it": (one("group g 01 a b", "quorum g"), "group", 4),
    "a number of another script": (one("group g ２ a b", "quorum g"), "group", 4),
    "a group of nobody": (one("group g any", "quorum g"), "line", 4),
    "one key for two witnesses": (one(f"witness c {signer('other.example', 11).verifier}", "quorum a"), "key", 4),
    "one key for two logs": (one(f"log {LOG.verifier}", "quorum a"), "key", 4),
    "a log's key for a witness": (one(f"witness c {signer('c', 50, KeyType.ED25519).verifier}", "quorum a"), "key", 4),
    "a witness's key for a log": (one(f"log {X[2].verifier}", "quorum a"), "key", 4),
    "no key": (one("witness c c+00000000+AAAA", "quorum a"), "key", 4),
    "a carriage return": (one("quorum a\r"), "file", 4),
    "another space": (one("quorum\u3000a"), "line", 4),
    "no last newline": (one("quorum a")[:-1], "file", 4),
    "nothing": ("", "quorum", 0),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_policy_that_is_wrong_is_turned_away_at_its_line(what: str) -> None:
    text, field, line = WRONG[what]
    with pytest.raises(Malformed) as found:
        WitnessPolicy.parse(text)
    assert (found.value.fields["field"], found.value.fields["line"]) == (field, line), found.value.sentence


def test_octets_above_127_are_read_as_they_are_and_a_key_among_them_is_turned_away() -> None:
    policy = WitnessPolicy.parse(one("group \u6cd5 any a", "quorum \u6cd5").encode("gb18030"))
    assert policy.satisfied(keys(X[0]))
    with pytest.raises(Malformed):
        WitnessPolicy.parse(b"log \xff+00000000+AAAA\nquorum none\n")
    with pytest.raises(TooLarge):
        WitnessPolicy.parse("#" * (LONGEST + 1))


def test_a_checkpoint_is_accepted_that_a_listed_log_signed_and_a_quorum_cosigned() -> None:
    policy = WitnessPolicy.parse(TWO_LEVELS)
    checkpoint = Checkpoint(LOG.name, 7, bytes(32))
    lines = [each.sign(checkpoint.text, 1_700_000_000) for each in (X[0], X[2], Y[1])]
    whole = Note(checkpoint.text, (LOG.sign(checkpoint.text), *lines))
    assert policy.accept(str(whole)) == checkpoint
    with pytest.raises(Untrusted) as few:
        policy.accept(str(Note(checkpoint.text, whole.signatures[:-1])))
    assert few.value.code == "untrusted/quorum"
    with pytest.raises(Untrusted) as unsigned:
        policy.accept(str(Note(checkpoint.text, whole.signatures[1:])))
    assert unsigned.value.code == "untrusted/note-unsigned"
    false = Note(checkpoint.text, (*whole.signatures[:-1], Y[1].sign("other\n", 1_700_000_000)))
    with pytest.raises(Untrusted):
        policy.accept(str(false))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_a_quorum_is_what_its_groups_say_by_definition(data: st.DataObject) -> None:
    lines, free = [], []
    for number, each in enumerate([*X, *Y]):
        lines.append(f"witness w{number} {each.verifier}")
        free.append(f"w{number}")
    groups: dict[str, tuple[int, list[str]]] = {}
    for number in range(data.draw(st.integers(1, 4))):
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
        least = data.draw(st.integers(1, len(members)))
        groups[f"g{number}"] = least, members
        lines.append(f"group g{number} {least} {' '.join(members)}")
        free = [each for each in free if each not in members] + [f"g{number}"]
    quorum = data.draw(st.sampled_from(free))
    policy = WitnessPolicy.parse("".join(f"{line}\n" for line in [*lines, f"quorum {quorum}"]))
    signed = data.draw(st.sets(st.integers(0, 5)))

    def met(name: str) -> bool:
        if name not in groups:
            return int(name[1:]) in signed
        return sum(map(met, groups[name][1])) >= groups[name][0]

    assert policy.satisfied(keys(*([*X, *Y][number] for number in signed))) is met(quorum)
    assert len(signed) >= policy.least or not met(quorum)
