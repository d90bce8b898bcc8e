"""
The outbox worked off: each row claimed for a minute, done, and marked, by any number of workers.

A row's effect inside the database happens at most once, whoever is killed where. A mail or text
that was handed over just before a kill is sent again under the same id, and its row says so.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, or_, select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.keepalive import kept_alive
from portal.base.mail import SECRET_KINDS, envelope, message_id, one_line, sender, write_mail
from portal.base.notices import is_off, unsubscribe_path
from portal.base.sms import (
    ALONE,
    CHANNEL,
    Text,
    TextService,
    open_text_service,
    text_beside,
    text_key,
    wanted_number,
    write_text,
)
from portal.base.transport import (
    Refused,
    Rejected,
    Transport,
    TryLater,
    Unreachable,
    open_transport,
)
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.tables.journal import Outbox
from portal.tables.people import User

LEASE = dt.timedelta(seconds=60)
GIVE_UP_AFTER = dt.timedelta(days=3)
#: Nobody wants a text of the day before yesterday.
GIVE_UP_TEXTS_AFTER = dt.timedelta(days=1)
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(hours=1)
#: These also reach a person who has been disabled: they tell it.
REACH_DISABLED = frozenset({"security_notice"})
LOST_TRACK = "A worker stopped while it sent this; it may arrive twice."

ENDS = frozenset({"sent", "failed", "cancelled"})

log = logging.getLogger(__name__)


class NotNeeded(Exception):  # noqa: N818 - it says what is so, and is no error
    """What a message was to tell is no longer so; the reason is kept with it."""


class SwitchedOff(NotNeeded):
    """Its reader wants no mails of this kind; the text beside it they may want all the same."""


#: What comes of a row when one of these is raised.
OUTCOMES: dict[type[Exception], str] = {
    NotNeeded: "cancelled",
    SwitchedOff: "cancelled",
    Refused: "failed",
    Rejected: "failed",
    TryLater: "waiting",
    Unreachable: "unreachable",
}
#: And what is noted then.
NOTES: dict[type[Exception], str] = {Refused: "refused", SwitchedOff: "off"}

Task = Callable[[Installation, dict[str, Any]], object]
Note = Callable[[Work, Outbox], None]


@dataclass(frozen=True)
class Letter:
    """What a kind of mail says besides its payload, from the books as they are when it is sent."""

    #: Raises `NotNeeded` where it shall not be sent any more.
    values: Callable[[Reader, dict[str, Any]], Mapping[str, Any]]
    #: What to note, in the same transaction, once it has left.
    sent: Note | None = None
    #: And once its address has refused it for good.
    refused: Note | None = None
    #: And what to note once the text beside it has left.
    texted: Note | None = None
    #: What to keep, in the transaction that keeps its words, of what it was written from.
    written: Callable[[Work, Outbox, Mapping[str, Any]], None] | None = None
    #: What to note whatever came of it, with the row as it ended.
    ended: Note | None = None
    #: Its words are those of each try: what was paid since the last one is asked for no more.
    is_fresh: bool = False


@dataclass(frozen=True)
class Registry:
    """What the features do with their rows: a task by its kind, what a mail of a kind says."""

    tasks: Mapping[str, Task] = field(default_factory=dict)
    letters: Mapping[str, Letter] = field(default_factory=dict)


def claim(installation: Installation, channels: Sequence[str]) -> Outbox | None:
    """The oldest row that is due and nobody else's, leased to us; None where there is none."""
    with installation.work(SYSTEM) as w:
        row = w.session.scalars(
            select(Outbox)
            .where(
                Outbox.state == "pending",
                Outbox.channel.in_(channels),
                or_(Outbox.lease_until.is_(None), Outbox.lease_until <= w.now),
                or_(Outbox.not_before.is_(None), Outbox.not_before <= w.now),
            )
            .order_by(Outbox.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        if row.lease_until is not None:
            row.problem = LOST_TRACK
        row.tries += 1
        row.lease_until = w.now + LEASE
        return row


def drain(
    installation: Installation,
    registry: Registry,
    *,
    channels: Sequence[str] = ("email", CHANNEL, "task"),
    stopping: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Works off what is due, oldest first; counts what came of the rows."""
    counted: Counter[str] = Counter()
    open_channels = list(channels)
    with open_transport(installation.config) as transport:
        delivery = Delivery(
            installation, registry, transport, open_text_service(installation.config)
        )
        while open_channels and not stopping():
            row = claim(installation, open_channels)
            if row is None:
                break
            state = delivery.deliver(row)
            if state == "unreachable":
                # Nothing else would leave that way either; the rest can go on.
                open_channels.remove(row.channel)
                if row.channel == CHANNEL:
                    state = "waiting"  # it rests longer each time, and no mail waits for it
            counted[state] += 1
    return counted


@dataclass(frozen=True)
class Delivery:
    """One claimed row at a time: done, and marked with what came of it."""

    installation: Installation
    registry: Registry
    transport: Transport
    texts: TextService | None = None

    def deliver(self, row: Outbox) -> str:
        """
        Does what the row asks for, marks it, and says what came of it.

        `sent`, `failed` or `cancelled` is the end of it; after `waiting` it is tried again later,
        after `unreachable` as soon as the mail server is there again.
        """
        renew = Renewal(self.installation, row.id, row.tries)
        problem: str | None
        note = ""
        try:
            with kept_alive(renew, LEASE / 4):
                self._do(row)
        except (NotNeeded, Rejected, TryLater, Unreachable) as reason:
            state, problem = OUTCOMES[type(reason)], str(reason)
            note = NOTES.get(type(reason), "")
        except RuleBroken as broken:
            state, problem = "failed", broken.code
        except Exception as error:
            log.exception("outbox row %s could not be done", row.key)
            state, problem = "waiting", f"{type(error).__name__}: {error}"
        else:
            state, problem, note = "sent", row.problem, "sent"
        if state in ENDS:
            return self._end(row, state, problem, note)
        return self._wait(row, state, problem or "")

    def _do(self, row: Outbox) -> None:
        payload: dict[str, Any] = json.loads(row.payload)
        if row.channel == "task":
            self.registry.tasks[row.kind](self.installation, payload)
            return
        if row.channel == CHANNEL:
            self._text(row, payload)
            return
        with self.installation.reading(SYSTEM) as r:
            values = self._values(r, row, payload)
        if row.body_text is None or self._is_fresh(row):
            self._write(row, values)
        try:
            from_us = sender(self.installation.config, values["company"].name)
            message = envelope(row, from_us, values["unsubscribe"])
        except ValueError as error:
            raise Refused(str(error)) from error
        self.transport.send(message)

    def _text(self, row: Outbox, payload: dict[str, Any]) -> None:
        if self.texts is None:
            raise NotNeeded("No text service is set up any more.")
        with self.installation.reading(SYSTEM) as r:
            is_alone = row.kind in ALONE
            if not is_alone and wanted_number(r, row.user_id or 0, row.kind) != row.to_address:
                raise NotNeeded("Its reader wants no such texts any more, or at another number.")
            values = self._said(r, row, payload)
        if row.body_text is None or self._is_fresh(row):
            written = write_text(row.kind, row.language, values)
            self._mark(
                row,
                *self._kept(row, values),
                subject=written.sentence,
                body_text=written.text,
                body_sha256=written.sha256,
                message_id=text_key(row.key, self.installation.config),
            )
        self.texts.send(Text(row.to_address, row.body_text or "", row.message_id or ""))

    def _values(self, r: Reader, row: Outbox, payload: dict[str, Any]) -> dict[str, Any]:
        """What the mail says now; `NotNeeded` where nobody waits for it any more."""
        if row.kind in SECRET_KINDS and not payload:
            raise NotNeeded("Its secret is forgotten; let a new one be sent.")
        expires_at = payload.get("expires_at")
        if expires_at and dt.datetime.fromisoformat(expires_at) <= r.now:
            raise NotNeeded("It had expired before it could be sent.")
        if row.user_id is not None and row.kind not in REACH_DISABLED:
            user = r.session.get(User, row.user_id)
            if user is None or user.disabled_at is not None:
                raise NotNeeded("Its reader has been disabled.")
            if is_off(r, row.user_id, row.kind):
                raise SwitchedOff("Its reader has switched these mails off.")
        said = self._said(r, row, payload)
        unsubscribe = unsubscribe_path(r, row.user_id, row.kind)
        return {**said, "unsubscribe": said["absolute"](unsubscribe) if unsubscribe else ""}

    def _said(self, r: Reader, row: Outbox, payload: dict[str, Any]) -> dict[str, Any]:
        """What a message is written from: its payload, the books as they are, the company."""
        letter = self.registry.letters.get(row.kind)
        public_url = self.installation.config.public_url.rstrip("/")
        return {
            **payload,
            **(letter.values(r, payload) if letter else {}),
            "company": r.company,
            "to_name": row.to_name or row.to_address,
            "zone": r.company.timezone,
            "documents": json.loads(row.documents),
            "absolute": lambda path: public_url + path,
        }

    def _write(self, row: Outbox, values: Mapping[str, Any]) -> None:
        written = write_mail(row.kind, row.language, values)
        self._mark(
            row,
            *self._kept(row, values),
            subject=written.subject,
            body_text=written.text,
            body_html=written.html,
            body_sha256=written.sha256,
            message_id=message_id(row.key, self.installation.config),
        )

    def _is_fresh(self, row: Outbox) -> bool:
        letter = self.registry.letters.get(row.kind)
        return letter is not None and letter.is_fresh

    def _kept(self, row: Outbox, values: Mapping[str, Any]) -> list[Note]:
        """What its feature keeps of what it was written from."""
        letter = self.registry.letters.get(row.kind)
        keep = letter.written if letter else None
        return [] if keep is None else [lambda w, kept: keep(w, kept, values)]

    def _wait(self, row: Outbox, state: str, problem: str) -> str:
        now = self.installation.clock.now()
        is_text = row.channel == CHANNEL
        if now - row.created_at > (GIVE_UP_TEXTS_AFTER if is_text else GIVE_UP_AFTER):
            return self._end(row, "failed", problem)
        is_away = state == "unreachable" and not is_text
        wait = dt.timedelta(0) if is_away else wait_after(row.tries)
        self._mark(row, problem=one_line(problem)[:500], lease_until=None, not_before=now + wait)
        return state

    def _end(self, row: Outbox, state: str, problem: str | None, noted: str = "") -> str:
        values: dict[str, Any] = {
            "state": state,
            "problem": problem and one_line(problem)[:500],
            "lease_until": None,
        }
        if state == "sent":
            values["sent_at"] = self.installation.clock.now()
        if row.kind in SECRET_KINDS and not self.transport.keeps_mails:
            values |= {"payload": "{}", "body_text": None, "body_html": None}
        notes = self._notes(row, state, noted)
        return state if self._mark(row, *notes, **values) else "waiting"

    def _notes(self, row: Outbox, state: str, noted: str) -> list[Note]:
        """What is noted with a row's end: by its feature, and the text that follows a mail."""
        letter = self.registry.letters.get(row.kind)
        ended = [letter.ended] if letter and letter.ended else []
        if row.channel == CHANNEL:
            own = letter.texted if letter and noted == "sent" else None
            return [*([own] if own else []), *ended]
        own = getattr(letter, noted, None) if letter and noted else None
        follows = row.channel == "email" and (state != "cancelled" or noted == "off")
        return [*([own] if own else []), *ended, *([text_beside] if follows else [])]

    def _mark(self, row: Outbox, *notes: Note, **values: Any) -> bool:
        """Changes the row while it is ours: whoever lost the lease changes nothing."""
        with self.installation.work(SYSTEM) as w:
            is_ours = _change(w, row.id, row.tries, values)
            for note in notes if is_ours else ():
                note(w, w.session.get_one(Outbox, row.id))
        for name, value in values.items():
            setattr(row, name, value)
        return is_ours


@dataclass(frozen=True)
class Renewal:
    """Keeps a lease from running out while its row is being done."""

    installation: Installation
    row_id: int
    tries: int

    def __call__(self) -> None:
        with self.installation.work(SYSTEM) as w:
            _change(w, self.row_id, self.tries, {"lease_until": w.now + LEASE})


def _change(w: Work, row_id: int, tries: int, values: Mapping[str, Any]) -> bool:
    """Changes a row that is still pending and in its `tries`-th try."""
    result = w.session.execute(
        update(Outbox)
        .where(Outbox.id == row_id, Outbox.tries == tries, Outbox.state == "pending")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def wait_after(tries: int) -> dt.timedelta:
    """
    How long a row rests after a try that failed: 15 seconds, then twice as long, an hour at most.

    >>> [str(wait_after(tries)) for tries in (1, 2, 3, 20)]
    ['0:00:15', '0:00:30', '0:01:00', '1:00:00']
    """
    doublings = min(tries - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
