"""The settings of reminders: what is wrong is named by its place, and secrets are nobody else's."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from custody.errors import Malformed
from custody.reminding.channels.gateway import Gateway
from custody.reminding.channels.mail import Mail
from custody.reminding.channels.webhook import Webhook
from custody.reminding.configured import read_configured

WHOLE = """
lang = "zh"
attempts = 5
back_off_minutes = 2
report_at = 07:30:00
report_tells = ["approver-3"]
reply_days = 10
number = "{agency}建〔{year}〕{number}号"

[agencies]
psb-yunling = "云公法"

[through]
blue = ["mail"]
orange = ["sms", "mail"]
red = ["sms", "mail"]

[channels.mail]
kind = "smtp"
host = "mail.example.test"
from = "custody@example.test"
user = "custody"
password_file = "mail.password"

[channels.sms]
kind = "sms"
url = "https://sms.example.test/send"
body = '{"to": "{address}", "text": "{text}"}'
header = "Authorization"
token_variable = "SMS_TOKEN"
accepted_field = "code"
accepted_value = 0

[channels.push]
kind = "webhook"
url = "http://127.0.0.1:9000/in"
secret_file = "push.secret"

[people.psb-0211]
mail = "zhou@example.test"
sms = "+8613900000000"

[people.psb-0077]
mail = "gao@example.test"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SMS_TOKEN", "geheim")
    for name, text in (("mail.password", "geheim\n"), ("push.secret", "whsec_" + "AA" * 16), ("it.toml", WHOLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    return tmp_path / "it.toml"


def test_a_whole_file_is_read(file: Path) -> None:
    read = read_configured(file)
    assert isinstance(read.channels["mail"], Mail)
    assert isinstance(read.channels["sms"], Gateway)
    assert isinstance(read.channels["push"], Webhook)
    assert (read.channels["mail"].port, read.channels["mail"].tls) == (587, "starttls")
    assert (read.report_at, read.attempts, read.reply_days) == (time(7, 30), 5, 10)
    assert read.reference("psb-yunling", 2026, 3) == "云公法建〔2026〕3号"
    assert "geheim" not in repr(read)


def test_a_colour_goes_through_the_first_channel_that_has_an_address(file: Path) -> None:
    read = read_configured(file)
    assert read.way("psb-0211", "blue") == ("mail", "zhou@example.test")
    assert read.way("psb-0211", "red") == ("sms", "+8613900000000")
    assert read.way("psb-0077", "red") == ("mail", "gao@example.test")
    assert read.way("psb-0077", "report") == ("mail", "gao@example.test")
    assert read.way("psb-0347", "red") is None


@pytest.mark.parametrize(("old", "new", "field"), [
    ('lang = "zh"', 'lang = "fr"', "lang"),
    ('lang = "zh"', 'langue = "zh"', "langue"),
    ("attempts = 5", "attempts = 0", "attempts"),
    ("attempts = 5", "attempts = true", "attempts"),
    ("report_at = 07:30:00", 'report_at = "soon"', "report_at"),
    ("{agency}建〔{year}〕{number}号", "建〔{year}〕{number}号", "number"),
    ("{agency}建〔{year}〕{number}号", "{agency.x}建〔{year}〕{number}号", "number"),
    ('orange = ["sms", "mail"]', 'orange = ["fax"]', "through.orange"),
    ('blue = ["mail"]', 'green = ["mail"]', "through.green"),
    ('kind = "smtp"', 'kind = "fax"', "channels.mail.kind"),
    ('kind = "smtp"', 'kind = "smtp"\\ntls = "none"', "channels.mail.tls"),
    ('kind = "smtp"', 'kind = "smtp"\\nseconds = 0', "channels.mail.seconds"),
    ('kind = "smtp"', 'kind = "smtp"\\npassword = "x"', "channels.mail.password"),
    ('host = "mail.example.test"', "", "host"),
    ('from = "custody@example.test"', 'from = "custody"', "channels.mail.from"),
    ("https://sms.example.test/send", "file:///etc/passwd", "channels.sms.url"),
    ("https://sms.example.test/send", "https://me:pw@sms.example.test/", "channels.sms.url"),
    ("https://sms.example.test/send", "https://{address}/", "channels.sms.url"),
    ('"text": "{text}"', '"text": "x"', "channels.sms.body"),
    ('token_variable = "SMS_TOKEN"', 'token_variable = "NOT_SET"', "channels.sms.token_file"),
    ('secret_file = "push.secret"', 'secret_file = "mail.password"', "channels.push.secret"),
    ('mail = "zhou@example.test"', 'mail = "zhou@example.test\\\\nBcc: x@example.test"', "people.psb-0211.mail"),
    ('mail = "zhou@example.test"', 'fax = "1"', "people.psb-0211.fax"),
    ("[people.psb-0077]", '[people."a b"]', "people.a b"),
    ('psb-yunling = "云公法"', 'psb-yunling = "云公法"\\nlab-1 = "云公法"', "agencies.psb-yunling"),
    ("[agencies]", "[agencies", ""),
])  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(file: Path, old: str, new: str, field: str) -> None:
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new.replace("\\\\n", "\\n") if "Bcc" in new else new.replace("\\n", "\n")))
    with pytest.raises(Malformed) as caught:
        read_configured(file)
    assert caught.value.fields["field"] == field
    assert "geheim" not in str(caught.value.fields)


@pytest.mark.parametrize("name", ["it.toml", "mail.password", "push.secret"])
def test_a_file_that_others_may_read_is_refused(file: Path, name: str) -> None:
    (file.parent / name).chmod(0o640)
    with pytest.raises(Malformed) as caught:
        read_configured(file)
    assert caught.value.code == "malformed/reminders-open"
