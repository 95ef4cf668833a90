"""Steps 6 and 7: the acts follow one another as their entries say, and none is missing of what the ledger states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.bundle import names
from custody.bundle.bundled import Bundle, Bundled
from custody.bundle.content import Subject
from custody.bundle.naming import GOVERNING, brought, house_of, keys_in, on
from custody.bundle.report import Step
from custody.bundle.statement import LARGEST, Counted, SignedStatement
from custody.errors import CustodyError, Untrusted
from custody.tlog.note import Verifier


def check_order(bundle: Bundle, step: Step) -> None:
    """Whether time runs with the log, and each item's and person's acts are a chain without a gap."""
    before: Bundled | None = None
    for each in bundle.acts.values():
        if each.recorded_at is None:
            continue
        step.checked += 1
        if before is not None and before.recorded_at is not None and each.recorded_at < before.recorded_at:
            step.found("time-back", each.name)
        before = each
    stated = _statement(bundle)
    if stated is None:
        step.passed_over("earlier-step", names.STATEMENT)
        return
    for name in stated.statement.acts:
        if name.startswith(("item:", "person:")):
            _check_chain(bundle, name, step)


def _check_chain(bundle: Bundle, name: str, step: Step) -> None:
    last = -1
    for each in bundle.acts.values():
        if each.entry is None or name not in each.entry.previous:
            continue
        step.checked += 1
        if each.entry.previous[name] != last:
            step.found("link", each.name, name=name, expected=last, got=each.entry.previous[name])
        last = each.index


def check_completeness(bundle: Bundle, step: Step) -> None:
    """Whether the log's own key states how many acts there are, and the bundle holds them all."""
    data = bundle.archive.read(names.STATEMENT, LARGEST)
    if data is None:
        step.passed_over("earlier-step", names.STATEMENT)
        return
    signed = _statement(bundle)
    if signed is None:
        step.found("statement", names.STATEMENT)
        return
    trustworthy = _check_statement(bundle, signed, step)
    held = _held(bundle)
    for name, counted in signed.statement.acts.items():
        step.checked += 1
        at = held.get(name, [])
        got = Counted.model_construct(count=len(at), last=at[-1] if at else -1)
        if got != counted:
            step.found("left-out", name, expected=counted.model_dump(), got=got.model_dump())
        elif trustworthy:
            bundle.complete.add(name)
    _check_facts(bundle, signed, trustworthy, step)
    for each in _strangers(bundle):
        step.found("left-out", each.name)
    for name in dict.fromkeys(_needed(bundle)):
        if name not in signed.statement.acts:
            step.found("not-stated", name)


def _check_facts(bundle: Bundle, signed: SignedStatement, trustworthy: bool, step: Step) -> None:
    """Whether every act is there from which a further fact follows; then decisions may rest on it."""
    for name, listed in signed.statement.facts.items():
        step.checked += 1
        if not bundle.acts.keys() >= set(listed):
            step.found("left-out", name)
        elif trustworthy:
            bundle.facts[name] = frozenset(listed)


def _statement(bundle: Bundle) -> SignedStatement | None:
    """The statement, read once; None if it is not there or is not one."""
    if bundle.signed_statement is None:
        try:
            bundle.signed_statement = SignedStatement(bundle.archive.read(names.STATEMENT, LARGEST) or b"")
        except CustodyError:
            return None
    return bundle.signed_statement


def _check_statement(bundle: Bundle, signed: SignedStatement, step: Step) -> bool:
    """Whether the statement is the ledger's, and about this checkpoint."""
    statement, checkpoint = signed.statement, bundle.checkpoint
    sound = True
    if not bundle.trusted:
        step.passed_over("earlier-step", names.STATEMENT)
        sound = False
    elif not any(_signed_by(signed, each) for each in bundle.trusted):
        step.found("statement-signature", names.STATEMENT)
        sound = False
    if checkpoint is None:
        return False
    if (statement.ledger, statement.size, signed.root) != (checkpoint.origin, checkpoint.size, checkpoint.root):
        step.found("statement-checkpoint", names.STATEMENT)
        sound = False
    return sound


def _signed_by(signed: SignedStatement, key: Verifier) -> bool:
    try:
        return signed.signed_by(key)
    except Untrusted:
        return False


def _held(bundle: Bundle) -> dict[str, list[int]]:
    """Of each name, where the bundle holds acts on it, in the order of the log."""
    found: dict[str, list[int]] = {}
    for each in bundle.acts.values():
        for name in dict.fromkeys(_names_of(bundle, each)):
            found.setdefault(name, []).append(each.index)
    return found


def _names_of(bundle: Bundle, each: Bundled) -> Iterator[str]:
    if each.entry is None:
        return
    yield from on(each.entry, each.act)
    subject = bundle.subject
    if subject and subject.kind == "case" and _is_on_case(bundle, each, subject):
        yield f"case:{subject.id}"


def _is_on_case(bundle: Bundle, each: Bundled, subject: Subject) -> bool:
    """Whether an act stands among those on the case, and nothing in it says that it does not belong there."""
    if each.folder or each.entry is None:
        return False
    named = getattr(each.act, "case", None)
    if each.act is None or named is None or named == subject.id:
        return True
    stated = bundle.signed_statement.statement.acts if bundle.signed_statement else {}
    return any(name in stated for name in each.entry.previous if name.startswith("item:"))


def _strangers(bundle: Bundle) -> Iterable[Bundled]:
    """The acts that stand among those on the subject, and are not."""
    subject = bundle.subject
    if subject is None:
        return ()
    name = f"{subject.kind}:{subject.id}"
    return (each for each in bundle.own() if each.entry is not None and name not in _names_of(bundle, each))


def _needed(bundle: Bundle) -> Iterator[str]:
    """The names that the statement has to be about."""
    yield GOVERNING
    subject = bundle.subject
    if subject is not None:
        yield f"{subject.kind}:{subject.id}"
        if subject.kind == "case":
            yield from (f"item:{item}" for item in _items_of(bundle, subject.id))
    belongs: dict[str, tuple[str, str]] = {}
    for each in bundle.acts.values():
        entering = brought(each.act) if each.act else None
        house = house_of(each.act) if each.act else None
        if entering is not None and house is not None:
            belongs.setdefault(entering[1].key_id, house)
    for each in bundle.acts.values():
        for key in _signing_keys(each):
            if key in belongs:
                person, agency = belongs[key]
                yield from (f"key:{key}", f"person:{person}", f"agency:{agency}")


def _signing_keys(each: Bundled) -> Iterable[str]:
    """The keys that signed an act; of one that is withheld, those that its entry shows."""
    if each.act is not None:
        return (signer.key for signer in each.act.signers)
    return keys_in(each.entry) if each.entry is not None else ()


def _items_of(bundle: Bundle, case: str) -> Iterator[str]:
    """The items of a case: those of which the first act takes them in it."""
    for each in bundle.own():
        if each.entry is not None and (each.act is None or each.act.case_of_births == case):
            begun = (name for name, at in each.entry.previous.items() if name.startswith("item:") and at == -1)
            yield from (name.removeprefix("item:") for name in begun)
