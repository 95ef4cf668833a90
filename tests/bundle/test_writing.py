"""What goes into a bundle, and that the same content gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator

import pytest

import bundles
from custody.bundle.archive import archive_size, archived
from custody.bundle.content import Subject, files_of
from custody.bundle.names import in_order, is_known
from custody.bundle.statement import SignedStatement
from custody.errors import NotFound, Untrusted
from custody.facts.tags import UNLINKED
from custody.ledger.bundle_content import content_of
from custody.ledger.bundle_scope import scope_of
from custody.ledger.ledger import Ledger
from custody.signing import key_id_of, read_envelope
from custody.strict import read_base64url
from world import World


@pytest.fixture(scope="module")
def told(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str, list[str]]]:
    """A case whose officer lost a key, and another case that has nothing to do with it."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    world.checks_in(items, "大库")
    other = world.opens_case("何苗", "云公(刑)盗〔2026〕0611")
    world.seizes(other, world.item())
    world.adds_key("周远")
    world.revokes("周远", since=world.clock.now)
    yield world, case, items
    world.close()


def test_a_bundle_holds_every_act_on_its_subject_and_no_other(told: tuple[World, str, list[str]]) -> None:
    world, case, items = told
    size = world.ledger.recorder.head().size
    rows = {row.position - 1: (row, tags) for row, tags in world.ledger.recorder.tagged_rows(0, size)}
    passed_over = {kind for _, kind in UNLINKED}
    for subject, tags in ((Subject("case", case), {f"case:{case}", *(f"item:{item}" for item in items)}),
                          (Subject("item", items[0]), {f"item:{items[0]}"})):  # fmt: skip
        scope = scope_of(world.ledger.recorder, subject, size)
        assert set(scope.own) == {
            index for index, (row, borne) in rows.items() if tags & {*borne} and row.type not in passed_over
        }
        assert 0 in scope.keys
        assert not scope.own.keys() & scope.keys.keys()


def test_the_statement_counts_what_the_whole_log_holds(told: tuple[World, str, list[str]]) -> None:
    world, case, _ = told
    size = world.ledger.recorder.head().size
    scope = scope_of(world.ledger.recorder, Subject("case", case), size)
    every = world.ledger.recorder.tagged_rows(0, size)
    for name, counted in scope.counted().items():
        kind = name.partition(":")[0]
        types = {"agency": ("genesis", "agency"), "key": ("genesis", "agency", "enrolment", "revocation")}.get(kind)
        at = [
            row.position - 1 for row, tags in every
            if name in tags and (types is None or row.type in types) and (kind != "item" or row.type != "revocation")
            and (kind != "key" or _is_about(world, row.position, name))
        ]  # fmt: skip
        assert counted == (len(at), at[-1] if at else -1), name


def _is_about(world: World, position: int, name: str) -> bool:
    """Whether an act brings or revokes a key, read from the act itself."""
    act = json.loads(read_envelope(world.ledger.recorder.row(position).envelope).payload)
    spki = act.get("public_key") or (act.get("administrator") or {}).get("public_key")
    brings = spki is not None and f"key:{key_id_of(read_base64url(spki))}" == name
    return brings or (act["act"] == "revocation" and f"key:{act['key']}" == name)


def test_the_same_content_gives_the_same_bytes(told: tuple[World, str, list[str]]) -> None:
    world, case, _ = told
    one, two = (files_of(bundles.content(world, Subject("case", case), opened=True)) for _ in range(2))
    first = b"".join(archived(one))
    assert first == b"".join(archived(two))
    assert len(first) == archive_size(one)


def test_any_program_opens_the_archive(told: tuple[World, str, list[str]]) -> None:
    world, case, _ = told
    files = files_of(bundles.content(world, Subject("case", case)))
    with zipfile.ZipFile(io.BytesIO(b"".join(archived(files)))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == in_order(opened.namelist()) == [each.name for each in files]
        listed = bundles.manifest({"manifest.json": opened.read("manifest.json")})["files"]
        assert [each["name"] for each in listed] == opened.namelist()[1:]
        for each in listed:
            data = opened.read(each["name"])
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (each["sha256"], each["size_bytes"])
            assert is_known(each["name"])


def test_the_statement_is_signed_with_the_key_of_the_checkpoint(told: tuple[World, str, list[str]]) -> None:
    world, case, _ = told
    made = bundles.content(world, Subject("case", case))
    signed = SignedStatement(made.statement)
    assert signed.signed_by(world.log_key.verifier)
    assert not signed.signed_by(world.journal_key.verifier)
    assert (signed.statement.size, signed.root) == (made.size, world.ledger.recorder.root_at(made.size))


def test_without_the_logs_key_there_is_no_statement(told: tuple[World, str, list[str]]) -> None:
    world, case, _ = told
    reading = Ledger(world.engine, clock=world.clock)
    with pytest.raises(Untrusted, match="untrusted/statement-key"):
        content_of(reading, scope_of(reading.recorder, Subject("case", case), reading.recorder.head().size))
    reading.close()


def test_there_is_no_bundle_of_what_the_ledger_does_not_know(told: tuple[World, str, list[str]]) -> None:
    world, _, _ = told
    for subject in (Subject("case", "云公(刑)诈〔2026〕9999"), Subject("item", "EV1BHP5N40BAQPAA")):
        with pytest.raises(NotFound):
            scope_of(world.ledger.recorder, subject, world.ledger.recorder.head().size)
