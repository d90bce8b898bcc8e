"""
Texts: which mails have one beside them, how they are written, and how they leave.

A text is an addition to a mail, for who asked for it: it follows once the mail's fate is settled,
holds no secret and no sum, and its link asks who is there. A kind that has one is written from
`templates/sms/<kind>.txt`.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.base.config import Config
from portal.base.documents.fetching import cut_after
from portal.base.language import speaking
from portal.base.mail import one_line
from portal.base.templates import environment
from portal.base.transport import Refused, TryLater, Unreachable
from portal.base.work import Reader, Work
from portal.core.notices import quiet_until
from portal.core.texting import fitted, masked_number
from portal.tables.agreements import QuietHours
from portal.tables.channels import TextChoice
from portal.tables.journal import Outbox
from portal.tables.people import User

CHANNEL = "sms"
#: What people may want texts about → the kinds of mails that have one beside them.
TEXTS: Mapping[str, frozenset[str]] = {
    "statements": frozenset({"statement", "statement_corrected", "statement_reminder"}),
    "payment_days": frozenset({"promise_due", "plan_instalment"}),
    "dispute_answers": frozenset({"dispute_decided"}),
}
_EVENT_OF = {kind: event for event, kinds in TEXTS.items() for kind in kinds}
#: Kinds whose texts go alone, to the number that their feature found, and may name a sum.
ALONE = frozenset({"ladder", "reminder"})
#: Who chose no quiet hours is left alone at night all the same (INTERFACES 7, reminders).
NIGHT = (20, 8)
SECONDS = 10.0
#: How much of an answer is read, for the reason of a refusal.
READ_OCTETS = 2_000
#: The service is asked to come again later: nothing is wrong with this text.
LATER = frozenset({408, 425, 429})

log = logging.getLogger(__name__)


# ── Beside which mails, and when ─────────────────────────────────────────────


def text_beside(w: Work, mail: Outbox) -> None:
    """
    Queues the text that goes with a mail where its reader wants one; of a kind, one an hour.

    Who looks after ten branches gets ten mails, and is not rung ten times.
    """
    event = _EVENT_OF.get(mail.kind)
    if event is None or mail.user_id is None or not w.keys.config.sms:
        return
    number = wanted_number(w, mail.user_id, mail.kind)
    if number is None:
        return
    w.later(
        f"{CHANNEL}/{mail.kind}/{mail.user_id}/{w.now:%Y-%m-%dT%H}",
        mail.kind,
        json.loads(mail.payload),
        channel=CHANNEL,
        to_address=number,
        to_name=mail.to_name,
        language=mail.language,
        user_id=mail.user_id,
        customer_id=mail.customer_id,
        documents=mail.documents,
        not_before=_after_the_quiet(w, mail.user_id),
    )


def wanted_number(r: Reader, user_id: int, kind: str) -> str | None:
    """The number at which a person wants a text of this kind; None where they want none."""
    return r.session.scalar(
        select(User.phone)
        .join(TextChoice, TextChoice.user_id == User.id)
        .where(
            User.id == user_id,
            User.disabled_at.is_(None),
            User.phone.is_not(None),
            TextChoice.event == _EVENT_OF[kind],
        )
    )


def _after_the_quiet(w: Work, user_id: int) -> dt.datetime | None:
    """When a person's quiet hours are over; None where it is not quiet."""
    chosen = w.session.get(QuietHours, user_id)
    hours = (chosen.from_hour, chosen.until_hour) if chosen else NIGHT
    end = quiet_until(w.now.astimezone(ZoneInfo(w.company.timezone)), *hours)
    return end.astimezone(dt.UTC) if end else None


def shown_address(row: Outbox) -> str:
    """The address of a message as lists show it: a telephone number only in part."""
    return masked_number(row.to_address) if row.channel == CHANNEL else row.to_address


# ── What it says ─────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class WrittenText:
    """A text as it will be read: what it says, and the whole of it with its link."""

    sentence: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def write_text(kind: str, language: str, values: Mapping[str, Any]) -> WrittenText:
    """A text in one language: the template's first line is the sentence, the second its link."""
    with speaking(language):
        written = environment().get_template(f"sms/{kind}.txt").render(values)
    sentence, _, link = written.strip().partition("\n")
    return WrittenText(one_line(sentence), fitted(one_line(sentence), link.strip()))


def text_key(key: str, config: Config) -> str:
    """What the service knows a text by, the same for every try; it tells nothing of the books."""
    return hashlib.sha256(f"{config.secret()}:{key}".encode()).hexdigest()[:40]


# ── How it leaves ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Text:
    """A text on its way: to a number in E.164, with the key that makes it one."""

    to: str
    text: str
    key: str


class TextService(Protocol):
    """Where texts go."""

    def send(self, text: Text) -> None: ...


class Console:
    """Writes that there is a text to the log; what it says stands on the mailbox page."""

    def send(self, text: Text) -> None:
        """Nothing leaves this machine."""
        log.info("a text of %s letters to %s", len(text.text), masked_number(text.to))


@dataclass(frozen=True)
class HttpService:
    """A service that takes texts as JSON by POST: `{"to", "text", "key"}`."""

    url: str
    seconds: float = SECONDS

    def send(self, text: Text) -> None:
        """Hands a text over; the service's answer becomes one of the three errors."""
        status, said = self._asked(text)
        if status in LATER or status >= 500:
            raise TryLater(f"The text service put it off: {status} {said}")
        if not 200 <= status < 300:
            raise Refused(f"The text service refused it: {status} {said}")

    def _asked(self, text: Text) -> tuple[int, str]:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = json.dumps({"to": text.to, "text": text.text, "key": text.key}).encode()
        try:
            with closing(kind(parts.hostname or "", parts.port, timeout=self.seconds)) as asking:
                asking.connect()
                with cut_after(self.seconds, asking.sock):
                    asking.request("POST", path, body, self._headers(text.key))
                    with asking.getresponse() as answer:
                        return answer.status, _reason(answer)
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(
                f"The text service cannot be reached: {type(error).__name__}: {error}"
            ) from error

    def _headers(self, key: str) -> dict[str, str]:
        parts = urlsplit(self.url)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if parts.username:
            known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
        return headers


def _reason(answer: HTTPResponse) -> str:
    """What a service says about what it does not take."""
    return one_line(answer.read(READ_OCTETS).decode(errors="replace"))[:300]


def open_text_service(config: Config) -> TextService | None:
    """The service that the settings name; None where no texts are sent."""
    if not config.sms:
        return None
    return Console() if config.sms == "console:" else HttpService(config.sms)
