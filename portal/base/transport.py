"""How mails leave: a real SMTP conversation, or a mailbox that only keeps them on a page."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal.base.config import LOOPBACK, Config, ConfigError

TIMEOUT_SECONDS = 30
PORTS = {"smtp": 25, "smtps": 465}
#: The statuses of an address that is not known or takes nothing more, and of a rule of the server.
AT_ADDRESS, OF_POLICY = re.compile(rb"5\.[12]\.[0-9]+\b"), re.compile(rb"5\.7\.[0-9]+\b")
#: The server is about to close the conversation: it is not about this mail.
CLOSING = 421


class Unreachable(Exception):  # noqa: N818 - see NotNeeded
    """The mail server cannot be talked to: nothing leaves for now."""


class Rejected(Exception):  # noqa: N818 - see NotNeeded
    """The mail server will never take this mail."""


class Refused(Rejected):
    """The mail server will never take a mail to this address."""


class TryLater(Exception):  # noqa: N818 - see NotNeeded
    """The mail server does not take this mail now, or nobody knows whether it did."""


class Transport(Protocol):
    """Where mails go."""

    keeps_mails: bool

    def send(self, message: EmailMessage) -> None: ...


class Mailbox:
    """Keeps every mail, codes included, for the page that shows them: for the demo and tests."""

    keeps_mails = True

    def send(self, message: EmailMessage) -> None:
        """Serialises it as a server would get it, and lets it be."""
        message.as_bytes()


@dataclass(frozen=True)
class SmtpAddress:
    """What an `smtp://` or `smtps://` URL says."""

    is_tls: bool
    host: str
    port: int
    user: str
    password: str


def smtp_address(url: str) -> SmtpAddress:
    """
    Reads `smtp://user:password@host:port`.

    >>> smtp_address("smtps://desk%40example.com:secret@mail.example.com").user
    'desk@example.com'
    """
    parts = urlsplit(url)
    return SmtpAddress(
        is_tls=parts.scheme == "smtps",
        host=parts.hostname or "localhost",
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class Smtp:
    """One conversation for many mails, opened with the first, opened again when it has ended."""

    keeps_mails = False

    def __init__(self, address: SmtpAddress) -> None:
        self._address = address
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hands a mail over; the server's answer becomes one of the three errors."""
        server = self._conversation()
        try:
            self._address_it(server, message)
        except smtplib.SMTPNotSupportedError as error:
            raise Rejected(f"The mail server cannot write to this address: {error}") from error
        except OSError as error:  # every exception of smtplib is one
            self.close()
            raise Unreachable(f"The mail server ended the conversation: {error}") from error
        try:
            code, answer = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            self._judge(server, error.smtp_code, _as_bytes(error.smtp_error))
        except OSError as error:
            self.close()
            raise TryLater(
                "The conversation ended while the mail was handed over;"
                f" it may arrive twice: {error}"
            ) from error
        else:
            self._judge(server, code, answer)

    def close(self) -> None:
        """Ends the conversation."""
        if self._server is not None:
            with suppress(OSError):
                self._server.quit()
            self._server.close()
            self._server = None

    def _conversation(self) -> smtplib.SMTP:
        if self._server is not None:
            with suppress(OSError):
                if self._server.noop()[0] == 250:
                    return self._server
            self.close()
        try:
            self._server = self._connected()
        except OSError as error:
            raise Unreachable(f"The mail server cannot be reached: {error}") from error
        return self._server

    def _connected(self) -> smtplib.SMTP:
        at = self._address
        context = ssl.create_default_context()
        if at.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(at.host, at.port, timeout=TIMEOUT_SECONDS)
        server.ehlo_or_helo_if_needed()
        if not at.is_tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif at.user and not at.is_tls and at.host not in LOOPBACK:
            raise ConnectionError(
                "it offers no encryption, and the password shall not be overheard"
            )
        if at.user:
            server.login(at.user, at.password)
        return server

    def _address_it(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        sender = message["From"].addresses[0].addr_spec
        self._judge(server, *server.mail(sender))
        for to in message["To"].addresses:
            self._judge(server, *server.rcpt(to.addr_spec), Refused)

    def _judge(
        self,
        server: smtplib.SMTP,
        code: int,
        answer: bytes,
        refusal: type[Rejected] = Rejected,
    ) -> None:
        if code < 400:
            return
        said = f"{code} {answer.decode(errors='replace')}"
        if code == CLOSING:
            self.close()
            raise Unreachable(f"The mail server closes: {said}")
        with suppress(OSError):
            server.rset()
        if code >= 500:
            if AT_ADDRESS.match(answer):
                refusal = Refused
            elif OF_POLICY.match(answer):
                refusal = Rejected
            raise refusal(f"The mail server refused it: {said}")
        raise TryLater(f"The mail server put it off: {said}")


def _as_bytes(answer: bytes | str) -> bytes:
    return answer.encode() if isinstance(answer, str) else answer


@contextmanager
def open_transport(config: Config) -> Iterator[Transport]:
    """The transport that the settings name; its conversation ends with the block."""
    scheme = urlsplit(config.mail_url).scheme
    if scheme == "mailbox":
        yield Mailbox()
        return
    if scheme not in PORTS:
        raise ConfigError("ACCORD_MAIL_URL must begin with smtp://, smtps:// or mailbox:.")
    smtp = Smtp(smtp_address(config.mail_url))
    try:
        yield smtp
    finally:
        smtp.close()
