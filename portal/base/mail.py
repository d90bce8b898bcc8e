"""
Mails: queued in the act's own transaction, written when first tried, in their reader's language.

A mail of kind `statement` is written from `templates/mail/statement.txt`, whose first line is
`Subject: …`, and `templates/mail/statement.html`. What it says comes from its payload and from
what the roof's registry adds from the books at the moment of sending.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email._header_value_parser import get_unstructured
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from functools import cache
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup

from portal.base.config import ROOT, Config
from portal.base.language import speaking
from portal.base.notices import wished
from portal.base.templates import environment
from portal.base.work import Work
from portal.tables.journal import Outbox
from portal.tables.people import User

#: Kinds whose mails open a door: payload and body are emptied once they are sent.
SECRET_KINDS = frozenset({"code", "invitation", "recovery"})
SUBJECT = "Subject:"


class AddressOfOurs(BaseHeader):
    """A header that is one long address: it is written as it is, since nobody decodes it."""

    max_count: ClassVar[Literal[1] | None] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the text for what it is."""
        kwds["decoded"], kwds["parse_tree"] = value, get_unstructured(value)

    def fold(self, *, policy: Policy) -> str:
        """One line, however long: the standard library would encode what it cannot break."""
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", AddressOfOurs)
#: Whatever the servers on the way can do.
SEVEN_BIT = SMTP.clone(cte_type="7bit", header_factory=HEADERS)


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to who is not, or not yet, a user."""

    email: str
    name: str = ""
    language: str = "en"


def queue_mail(
    w: Work, key: str, kind: str, to: User | Recipient, payload: Mapping[str, Any], **columns: Any
) -> bool:
    """
    Puts a mail into the outbox, once by its key; says whether it is new.

    `payload` is what the template needs besides the books, as JSON; with `expires_at` (ISO) in it
    the mail is not sent after that moment. `columns` are `customer_id`, `documents` (refs as a JSON
    list) and `not_before`. A mail that its reader may choose goes as they chose: at once, after
    their quiet hours, or with the day's digest; whether they want it is asked when it leaves.
    """
    user_id = to.id if isinstance(to, User) else None
    wishes = wished(w, user_id, kind) if user_id is not None else {}
    times = [given["not_before"] for given in (wishes, columns) if given.get("not_before")]
    if times:
        columns["not_before"] = max(times)
    return w.later(
        key,
        kind,
        dict(payload),
        to_address=to.email,
        to_name=to.name,
        language=to.language,
        **{"channel": "email", "user_id": user_id, **wishes, **columns},
    )


@dataclass(frozen=True)
class Written:
    """A mail as it will be read."""

    subject: str
    text: str
    html: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.subject}\0{self.text}\0{self.html}".encode()).hexdigest()


def one_line(text: str) -> str:
    r"""
    Text that cannot begin a new header: every run of blanks and line ends is one blank.

    >>> one_line("Statement\r\nBcc: everybody@example.com")
    'Statement Bcc: everybody@example.com'
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())


def write_mail(kind: str, language: str, values: Mapping[str, Any]) -> Written:
    """The subject and both bodies of a mail, in one language."""
    templates = environment()
    with speaking(language):
        text = templates.get_template(f"mail/{kind}.txt").render(values)
        html = templates.get_template(f"mail/{kind}.html").render(values, style=_style())
    first, _, body = text.lstrip().partition("\n")
    assert first.startswith(SUBJECT), f"mail/{kind}.txt does not begin with {SUBJECT}"
    body = re.sub(r"\n{3,}", "\n\n", body).strip()  # what a condition left out leaves no hole
    return Written(one_line(first.removeprefix(SUBJECT)), body + "\n", html.strip() + "\n")


@cache
def _style() -> Markup:
    """The style sheet of mails, inside the mail: readers' programs fetch nothing."""
    sheet = (ROOT / "templates" / "mail" / "mail.css").read_text("utf-8")
    return Markup(f"<style>\n{sheet}</style>")  # noqa: S704 - a file of ours


def message_id(key: str, config: Config) -> str:
    """The same for every try, so that a mail which arrives twice is known to be one."""
    digest = hashlib.sha256(f"{config.secret()}:{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{_domain(config)}>"


def sender(config: Config, name: str) -> Address:
    """Whom mails come from: `?from=` of the mail URL, else an address at the public host."""
    given = parse_qs(urlsplit(config.mail_url).query).get("from", [""])[0]
    return address(given or f"accord@{_domain(config)}", name)


def _domain(config: Config) -> str:
    host = config.public_host
    return host if any(letter.isalpha() for letter in host) else "localhost"


def envelope(row: Outbox, sender: Address, unsubscribe_url: str = "") -> EmailMessage:
    """The message of a written row: plain text first, then HTML; one press stops optional ones."""
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = sender
    message["To"] = address(row.to_address, row.to_name)
    message["Subject"] = row.subject or ""
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = row.message_id
    message["Content-Language"] = row.language
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.body_text or "")
    message.add_alternative(row.body_html or "", subtype="html")
    message.set_boundary(f"accord-{row.body_sha256}"[:60])  # the same bytes at every try
    return message


def address(email: str, name: str = "") -> Address:
    """An address for a header; `ValueError` where it is none: nothing can be smuggled in."""
    local, at, domain = email.rpartition("@")
    if not at or not local or not domain or one_line(email) != email or " " in email:
        raise ValueError(f"{email!r} is not an e-mail address")
    return Address(one_line(name), username=local, domain=domain)
