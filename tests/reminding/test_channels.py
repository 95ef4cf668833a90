"""Each channel against a real server: what it sends, and what it makes of refusals, silence and nonsense."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custody.reminding.channels.answer import Channel, InDoubt, Message, NotSent
from custody.reminding.channels.gateway import Accepted, Gateway
from custody.reminding.channels.mail import Mail
from custody.reminding.channels.webhook import Webhook, signature, signing_key
from listening import Post, Web, certificate_for_loopback, mail_server, web_server

MESSAGE = Message(
    id="b3" * 16, recipient="psb-0211", address="zhou@example.test", title="红色预警：1 项期限已逾期",
    text="第一行\n.点号开头\n", short='红色预警 "D01" & 其他', facts={"colour": "red", "reminders": []},
    at=datetime(2026, 3, 12, 1, 0, tzinfo=UTC),
)  # fmt: skip
SOON = 0.3
"""How long we wait where nobody answers. Whoever answers has as long as a busy machine may need."""


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate_for_loopback(tmp_path_factory.mktemp("certificate"))


def mail(post: Post, **fields: Any) -> Mail:
    return replace(Mail("127.0.0.1", post.port, "none", "custody@example.test", seconds=5), **fields)


def refused(channel: Channel) -> NotSent:
    with pytest.raises(NotSent) as caught:
        channel.send(MESSAGE)
    return caught.value


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port on which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# -- mail


def test_a_mail_arrives_whole_with_its_title_and_an_id_that_stays(post: Post) -> None:
    mail(post).send(MESSAGE)
    ((sender, recipient, data),) = post.mails
    assert sender.startswith("FROM:<custody@example.test>")
    assert recipient == "TO:<zhou@example.test>"
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert read["Subject"] == MESSAGE.title
    assert read["Message-ID"] == f"<{MESSAGE.id}@example.test>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content() == MESSAGE.text


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "message"])
@pytest.mark.parametrize(("answer", "for_good"), [(b"451 later", False), (b"550 no such user", True)])
def test_a_mail_that_is_refused_was_not_sent(post: Post, verb: str, answer: bytes, for_good: bool) -> None:
    post.says[verb] = answer
    assert refused(mail(post)).for_good is for_good
    assert post.mails == []


@pytest.mark.parametrize("verb", ["greeting", "MAIL", "RCPT", "DATA"])  # a broken EHLO is followed by HELO
@pytest.mark.parametrize("answer", [None, b"\x00\xff what", b""])
def test_silence_and_nonsense_before_the_message_mean_that_nothing_was_sent(
    post: Post, verb: str, answer: bytes | None
) -> None:
    post.says[verb] = answer
    assert not refused(mail(post, seconds=SOON)).for_good
    assert post.mails == []


@pytest.mark.parametrize("answer", [None, b"\x00\xff what", b"", b"354 go on"])
def test_silence_and_nonsense_after_the_message_leave_it_in_doubt(post: Post, answer: bytes | None) -> None:
    post.says["message"] = answer
    with pytest.raises(InDoubt):
        mail(post, seconds=2).send(MESSAGE)  # long enough for all that comes before
    assert len(post.mails) == 1  # it had arrived


def test_a_title_that_no_mail_can_bear_was_not_sent(post: Post) -> None:
    with pytest.raises(NotSent):
        mail(post).send(replace(MESSAGE, title="a\nBcc: x@example.test"))
    assert post.mails == []


def test_a_mail_server_that_is_not_there_was_sent_nothing(nobody: int) -> None:
    channel = Mail("127.0.0.1", nobody, "none", "custody@example.test", seconds=SOON)
    assert not refused(channel).for_good


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_goes_through_tls_to_a_server_that_is_trusted_and_to_no_other(
    certificate: tuple[Path, Path], tls: Any
) -> None:
    with mail_server(certificate, from_the_start=tls == "tls") as post:
        trusted = mail(post, tls=tls, ca_file=str(certificate[0]), user="custody", password="geheim", seconds=5)
        trusted.send(MESSAGE)
        assert len(post.mails) == 1
        assert "PLAIN " + base64.b64encode(b"\0custody\0geheim").decode() in post.heard
        assert "geheim" not in repr(trusted)
        assert not refused(replace(trusted, ca_file=None)).for_good
        assert len(post.mails) == 1


def test_a_server_that_does_not_offer_starttls_gets_neither_mail_nor_password(post: Post) -> None:
    assert not refused(mail(post, tls="starttls", user="custody", password="geheim")).for_good
    assert {"AUTH", "MAIL"}.isdisjoint(post.heard)


def test_a_wrong_password_is_refused(certificate: tuple[Path, Path]) -> None:
    with mail_server(certificate) as post:
        post.says["AUTH"] = b"535 no"
        channel = mail(post, tls="starttls", ca_file=str(certificate[0]), user="custody", password="x", seconds=5)
        assert refused(channel).for_good
        assert "MAIL" not in post.heard


# -- webhook

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def test_a_webhook_is_signed_as_standard_webhooks_says(web: Web) -> None:
    Webhook(f"{web.url}/in?from=custody", signing_key(SECRET)).send(MESSAGE)
    (request,) = web.posted
    assert request.path == "/in?from=custody"
    sent_at = request.headers["webhook-timestamp"]
    assert request.headers["webhook-id"] == MESSAGE.id
    signed = f"{MESSAGE.id}.{sent_at}.".encode() + request.body
    expected = base64.b64encode(hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(request.body)["data"]["recipient"] == "psb-0211"


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks libraries: id, time, body and secret with the signature they make."""
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "c2hvcnQ=" * 8, "whsec_!!"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever of its two sentences
        signing_key(secret)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(web: Web, status: int) -> None:
    web.answers = [(status, b"")]
    assert refused(Webhook(web.url, bytes(32))).for_good
    assert len(web.posted) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_webhook_that_is_refused_is_not_tried_again(web: Web, status: int) -> None:
    web.answers = [(status, b"")]
    assert refused(Webhook(web.url, bytes(32))).for_good


@pytest.mark.parametrize("answer", [(500, b""), (503, b""), (429, b""), None, b"\x00nonsense\r\n\r\n", b""])
def test_a_webhook_without_a_good_answer_is_in_doubt(web: Web, answer: tuple[int, bytes] | bytes | None) -> None:
    web.answers = [answer]
    with pytest.raises(InDoubt):
        Webhook(web.url, bytes(32), SOON).send(MESSAGE)


def test_a_web_server_that_is_not_there_was_sent_nothing(nobody: int) -> None:
    assert not refused(Webhook(f"http://127.0.0.1:{nobody}", bytes(32), SOON)).for_good


# -- SMS gateway

JSON_BODY = '{"to": "{address}", "content": "{text}", "ref": "{id}"}'
CODE = Accepted("result.code", "0")


def test_a_short_message_is_put_into_the_template_as_json_writes_it(web: Web) -> None:
    Gateway(web.url, JSON_BODY, header="X-Token", token="geheim").send(MESSAGE)
    (request,) = web.posted
    assert json.loads(request.body) == {"to": MESSAGE.address, "content": MESSAGE.short, "ref": MESSAGE.id}
    assert request.headers["x-token"] == "geheim"


def test_a_short_message_is_put_into_the_template_as_forms_write_it(web: Web) -> None:
    from urllib.parse import parse_qs

    Gateway(web.url, "mobile={address}&text={text}", "application/x-www-form-urlencoded").send(MESSAGE)
    assert parse_qs(web.posted[0].body.decode()) == {"mobile": [MESSAGE.address], "text": [MESSAGE.short]}


def test_what_stands_in_a_message_is_never_read_as_a_template(web: Web) -> None:
    Gateway(web.url, JSON_BODY).send(replace(MESSAGE, address="{id}", short="{address}"))
    assert json.loads(web.posted[0].body)["to"] == "{id}"
    assert json.loads(web.posted[0].body)["content"] == "{address}"


def test_a_gateway_says_in_its_answer_that_it_accepts(web: Web) -> None:
    channel = Gateway(web.url, JSON_BODY, accepted=CODE)
    web.answers = [(200, b'{"result": {"code": 0}}'), (200, b'{"result": {"code": 17}}')]
    channel.send(MESSAGE)
    assert refused(channel).for_good


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"result": 0}', b"\xff", b"[" * 60_000])
def test_an_answer_that_cannot_be_read_leaves_a_short_message_in_doubt(web: Web, body: bytes) -> None:
    web.answers = [(200, body)]
    with pytest.raises(InDoubt):
        Gateway(web.url, JSON_BODY, accepted=CODE).send(MESSAGE)


@pytest.mark.parametrize("answer", [(500, b""), (502, b""), None, b"\x00", b""])
def test_a_short_message_without_a_good_answer_is_in_doubt(web: Web, answer: tuple[int, bytes] | bytes | None) -> None:
    web.answers = [answer]
    with pytest.raises(InDoubt):
        Gateway(web.url, JSON_BODY, seconds=SOON).send(MESSAGE)


@pytest.mark.parametrize(("status", "for_good"), [(429, False), (503, False), (400, True), (302, True)])
def test_a_short_message_that_is_refused_was_not_sent(web: Web, status: int, for_good: bool) -> None:
    web.answers = [(status, b"")]
    assert refused(Gateway(web.url, JSON_BODY)).for_good is for_good
    assert len(web.posted) == 1
