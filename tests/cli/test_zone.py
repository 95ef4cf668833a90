"""The time zone commands speak in: an option of the setting for people, UTC for machines."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from commandline import CASE, Office
from custody.cli.parser import WrongUse
from custody.cli.zone import here, local, use_zone, zone_named

SHANGHAI = {"CUSTODY_TIMEZONE": "Asia/Shanghai"}


def opened(office: Office, **environment: str) -> str:
    """When a case was opened, as a person reads it."""
    lines = office.run("show", "case", CASE, **environment).stdout.splitlines()
    return next(line.split("\t")[1] for line in lines if line.startswith("opened\t"))


def test_people_read_the_time_of_their_zone_and_machines_utc(office: Office) -> None:
    said = office.json("show", "case", CASE, **SHANGHAI)["opened_at"]
    assert said.endswith("Z")
    moment = datetime.fromisoformat(said)
    assert moment.utcoffset() == UTC.utcoffset(None)
    shanghai, newfoundland = opened(office, **SHANGHAI), opened(office, CUSTODY_TIMEZONE="-03:30")
    assert shanghai.endswith("+08:00")
    assert newfoundland.endswith("-03:30")
    assert datetime.fromisoformat(shanghai) == datetime.fromisoformat(newfoundland) == moment.replace(microsecond=0)


def test_without_the_setting_the_system_says_where_it_is(office: Office) -> None:
    assert opened(office, TZ="UTC-9").endswith("+09:00")
    assert opened(office, TZ="UTC-9", **SHANGHAI).endswith("+08:00")


def test_the_settings_file_names_the_zone_and_the_environment_beats_it(office: Office) -> None:
    (office.folder / "here.toml").write_text('timezone = "+05:45"\n')
    assert opened(office, CUSTODY_CONFIG="here.toml").endswith("+05:45")
    assert opened(office, CUSTODY_CONFIG="here.toml", **SHANGHAI).endswith("+08:00")


def test_a_time_without_an_offset_is_taken_in_the_zone(office: Office) -> None:
    opened_at = datetime.fromisoformat(office.json("show", "case", CASE)["opened_at"])
    before = (opened_at - timedelta(seconds=1)).replace(tzinfo=None).isoformat()  # as told in UTC
    assert office.run("show", "case", CASE, "--as-of", before, CUSTODY_TIMEZONE="+00:00").returncode == 1
    assert office.run("show", "case", CASE, "--as-of", before, CUSTODY_TIMEZONE="-01:00").returncode == 0


def test_a_draft_without_a_time_gets_the_offset_of_the_zone(office: Office) -> None:
    noted = json.loads(office.run("template", "noted").stdout)
    draft = noted | {"case": CASE, "items": [], "signers": [{"part": "noter", "person": "psb-0211"}]}
    del draft["occurred_at"]
    done = office.run(
        "act", office.file("noted.json", draft), "--key", "psb-0211.key", "--sign-only", "-o", "signed.json", "--json",
        **SHANGHAI,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    envelope = json.loads((office.folder / "signed.json").read_text())["envelope"]
    assert json.loads(base64.b64decode(envelope["payload"]))["occurred_at"].endswith("+08:00")


def test_an_unknown_zone_is_told_before_anything_is_done(office: Office) -> None:
    for name in ("Asia/Yunling", "+25:00", "../../etc/passwd", "+8"):
        done = office.run("show", "case", CASE, lang="zh", CUSTODY_TIMEZONE=name)
        assert (done.returncode, done.stdout) == (2, ""), name
        assert "use/timezone" in done.stderr


def test_doctor_shows_the_zone_and_where_it_comes_from(office: Office) -> None:
    said = office.run("doctor", **SHANGHAI).stdout
    assert "Asia/Shanghai" in said
    assert "CUSTODY_TIMEZONE" in said


def test_an_offset_is_a_zone_too() -> None:
    moment = datetime(2026, 3, 12, 6, 20, tzinfo=UTC)
    try:
        use_zone("+08:00")
        assert local("2026-03-12T06:20:00.000000Z") == "2026-03-12 14:20:00+08:00"
        assert here(datetime(2026, 3, 12, 14, 20)) == moment
    finally:
        use_zone(None)
    assert local(None) is None
    with pytest.raises(WrongUse):
        zone_named("+24:00")
