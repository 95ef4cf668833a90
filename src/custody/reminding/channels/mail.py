"""Mail by SMTP (RFC 5321), with TLS from the beginning, by STARTTLS, or not at all.

Up to the final line of the message nothing was sent, whatever fails; once that line is out, only the answer says.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar, Literal

from custody.reminding.channels.answer import InDoubt, Message, NotSent

Tls = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server. ``ca_file`` are certificates to trust beside none other; without it, those of the system."""

    repeatable: ClassVar[bool] = False  # two servers in three deliver a Message-ID twice

    host: str
    port: int
    tls: Tls
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    seconds: float = 20

    def send(self, message: Message) -> None:
        """Send one mail. Raises NotSent, InDoubt."""
        with _nothing_went_out():
            data = _stuffed(self._written(message).as_bytes(policy=policy.SMTP))
        with self._session() as server:
            with _nothing_went_out():
                _require(server.mail(self.sender), 250)
                _require(server.rcpt(message.address), 250, 251)
                _require(server.docmd("DATA"), 354)
            _handed_over(server, data)

    def _written(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.address, message.title
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
        mail.set_content(message.text, cte="base64")
        return mail

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        with _nothing_went_out():
            server = self._connected()
        try:
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.ca_file) if self.tls != "none" else None
        if self.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)  # raises where the server does not offer it: never in the clear
            server.ehlo_or_helo_if_needed()
            if self.user is not None:
                server.login(self.user, self.password or "")
        except BaseException:
            server.close()
            raise
        return server


def _stuffed(data: bytes) -> bytes:
    """A line that begins with a dot gets another, and a line with one dot alone ends it (RFC 5321 section 4.5.2)."""
    lines = data.rstrip(b"\r\n").split(b"\r\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


@contextmanager
def _nothing_went_out() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise NotSent(_said(error.smtp_code, error.smtp_error), for_good=error.smtp_code >= 500) from None
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(f"the server does not offer it: {error}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from None


def _handed_over(server: smtplib.SMTP, data: bytes) -> None:
    try:
        server.send(data)
        code, said = server.getreply()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise InDoubt(f"no answer to the message: {type(error).__name__}: {error}") from None
    if 400 <= code <= 599:
        raise NotSent(_said(code, said), for_good=code >= 500)
    if code != 250:
        raise InDoubt(f"an answer that is none: {_said(code, said)}")


def _require(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise smtplib.SMTPResponseException(*answer)


def _said(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {text}"[:300]
