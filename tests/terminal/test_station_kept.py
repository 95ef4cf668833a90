"""What a station in a terminal keeps: the open sheet, and what was signed and not answered."""

from __future__ import annotations

import pytest

from custody.errors import Malformed, Unavailable
from custody_api.terminal.kept import kept_in
from terminal.conftest import Station


def test_a_closed_terminal_loses_nothing_and_the_file_is_its_owners_alone(station: Station) -> None:
    world = station.world
    one, two = world.seizes(world.opens_case(), world.item(), world.item())

    async def begun(at: Station) -> None:
        await at.check_in(one)
        await at.sign("周远")

    async def gone_on(at: Station) -> None:
        assert "An open sheet: Check-in, 1 items" in at.screen
        assert "Finish the open sheet first" in await at.type("4")
        said = await at.press("enter")
        assert "deliverer: psb-0211  signed" in said
        assert "custodian cen-01: your key file" in said
        assert "Nobody who is still to sign" in await at.sign("周远")
        await at.press("escape")
        await at.scan(two)
        await at.type("1")
        said = await at.press("f9")
        assert "deliverer: psb-0211  to sign" in said, "other bytes: nobody has signed them"
        assert at.key("周远") in said, "where the key file lay last time"
        await at.type("1")
        assert "Recorded" in await at.sign("梁静")

    station.run(begun)
    file = station.folder / "sheet.json"
    assert file.stat().st_mode & 0o777 == 0o600
    with kept_in(file), pytest.raises(Unavailable) as busy, kept_in(file):
        pass
    assert busy.value.code == "unavailable/station"
    station.run(gone_on, drawn=True)
    assert {world.facts(each).holder.id for each in (one, two)} == {world.places["大库"]}
    for foreign in (b"{", b"[]", b'{"sheet": {"name": "no-such", "entries": []}, "signed": null}', b"\xff"):
        file.write_bytes(foreign)
        with pytest.raises(Malformed), kept_in(file):
            pass
        assert file.read_bytes() == foreign


def test_what_everybody_signed_before_the_power_failed_is_sent_again_and_recorded_once(station: Station) -> None:
    world = station.world
    (item,) = world.seizes(world.opens_case())
    file = station.folder / "sheet.json"

    async def signed_by_one(at: Station) -> None:
        await at.check_in(item)
        await at.sign("周远")

    async def sent_again(at: Station) -> None:
        said = await at.press("enter")
        assert "no receipt came" in said
        assert "F9 send again" in said
        assert "Recorded" in await at.press("f9")

    station.run(signed_by_one)
    with kept_in(file) as kept:
        assert kept.signed is not None
        kept.keep(kept.sheet, kept.signed.signed_with({world.key_id("梁静"): world.key_of("梁静")}))
        before = file.read_bytes()
    station.run(sent_again)
    size = world.ledger.recorder.head().size
    file.write_bytes(before)
    station.run(sent_again)
    assert world.ledger.recorder.head().size == size
