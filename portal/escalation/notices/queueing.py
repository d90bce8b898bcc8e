"""
Messages of the ladder and reminders before due, put into the outbox with what they are about.

In the transaction of whoever finds them due: a notice, and the row by which it leaves. Letters are
not sent: they wait to be printed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.approvals.tasks import NewTask, make_task
from portal.base.batch import insert_rows, reserve_ids
from portal.base.work import Reader, Work
from portal.escalation.notices.readers import LETTERS, MESSAGES, Addressee, Readers
from portal.escalation.notices.times import leaves_at
from portal.escalation.steps import StepRow
from portal.invoices.open_items import spanning
from portal.tables.escalation import Notice
from portal.tables.journal import Outbox

#: The kinds of the rows in the outbox.
LADDER, REMINDER = "ladder", "reminder"
UNREACHED = "notice_bounced"
NOTICE = (
    *("id", "customer_id", "currency", "key", "kind", "dunning_id", "step", "channel", "strength"),
    *("language", "to_name", "to_address", "on", "state", "outbox_id", "facts", "tracking"),
    *("problem", "made_at"),
)
ROW = (
    *("id", "key", "kind", "channel", "to_address", "to_name", "language", "payload", "user_id"),
    *("customer_id", "documents", "on", "state", "tries", "not_before", "created_at"),
)


@dataclass(frozen=True)
class NewNotice:
    """What somebody is to be told: about which account, how, and what it hangs on."""

    customer_id: int
    currency: str
    #: dunning/17, or reminder/7/EUR/2026-11-20/5-1; with the channel and the address it is the key.
    about: str
    kind: str
    step: str
    channel: str
    strength: str
    on: dt.date
    dunning_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def queue_notices(w: Work, dunning: StepRow) -> int:
    """How many messages a step that is done makes; none where a person does it by other means."""
    return queue_for_all(w, [dunning])


def queue_for_all(w: Work, done: Sequence[StepRow]) -> int:
    """The messages of all these steps, asking the books as often as for one."""
    told = [_of_step(dunning) for dunning in done if dunning.channel in MESSAGES]
    return len(queue_new(w, told))


def _of_step(dunning: StepRow) -> NewNotice:
    return NewNotice(
        customer_id=dunning.customer_id,
        currency=dunning.currency,
        about=f"dunning/{dunning.id}",
        kind=LADDER,
        step=dunning.step,
        channel=dunning.channel,
        strength=dunning.strength,
        on=dunning.done_on or dunning.found_on,
        dunning_id=dunning.id,
    )


def queue_new(w: Work, told: Sequence[NewNotice]) -> list[tuple[NewNotice, int]]:
    """Each notice that was made, by what it tells; who cannot be reached makes a task instead."""
    if not told:
        return []
    w.session.flush()
    readers = Readers(w, spanning({each.customer_id for each in told}))
    messages: list[tuple[NewNotice, Addressee]] = []
    for each in told:
        to = readers.of(each.customer_id, each.channel)
        if each.kind == REMINDER:  # nobody prints what is not due yet
            to = [one for one in to if one.channel not in LETTERS]
        messages += [(each, one) for one in to]
        if not to and each.kind == LADDER:
            _tell_unreached(w, each, readers.name_of(each.customer_id))
    ids = _insert(w, readers, messages)
    return [(each, made) for (each, _to), made in zip(messages, ids, strict=True)]


def queue_to(w: Work, readers: Readers, told: NewNotice, to: Sequence[Addressee]) -> list[int]:
    """The ids of the notices to these readers."""
    w.session.flush()
    return _insert(w, readers, [(told, one) for one in to])


def _insert(
    w: Work, readers: Readers, messages: Sequence[tuple[NewNotice, Addressee]]
) -> list[int]:
    """The ids of the notices; each that is no letter has its row in the outbox."""
    sent = [nth for nth, (_, to) in enumerate(messages) if to.channel not in LETTERS]
    outbox = dict(zip(sent, reserve_ids(w.session, Outbox.__table__, len(sent)), strict=True))
    ids = reserve_ids(w.session, Notice.__table__, len(messages))
    leaving = _Leaving(w, readers)
    # Made before they are written: on PostgreSQL nothing else can be asked meanwhile.
    rows = [leaving.row(outbox[nth], ids[nth], *messages[nth]) for nth in sent]
    notices = [
        _notice(w, (made, outbox.get(nth)), each, to)
        for nth, (made, (each, to)) in enumerate(zip(ids, messages, strict=True))
    ]
    insert_rows(w.session, Outbox.__table__, ROW, rows)  # first: the notices name them
    insert_rows(w.session, Notice.__table__, NOTICE, notices)
    w.wakes = True
    return ids


def key_of(told: NewNotice, to: Addressee) -> str:
    """What makes a message one: what it is about, the channel, and the reader."""
    where = "post" if to.channel in LETTERS else to.address
    return f"{told.about}/{to.channel}/{where}"


def _notice(
    w: Work, ids: tuple[int, int | None], told: NewNotice, to: Addressee
) -> tuple[Any, ...]:
    """The values of NOTICE."""
    return (
        *(ids[0], told.customer_id, told.currency, key_of(told, to), told.kind, told.dunning_id),
        *(told.step, to.channel, told.strength, to.language, to.name, to.address, told.on),
        *("to_print" if to.channel in LETTERS else "queued", ids[1], _facts(told), "", "", w.now),
    )


def _facts(told: NewNotice) -> str:
    if not told.facts:
        return "{}"
    return json.dumps(dict(told.facts), ensure_ascii=False, sort_keys=True)


class _Leaving:
    """The rows of the outbox, with the moment from which each may leave."""

    def __init__(self, w: Work, readers: Readers) -> None:
        self._w = w
        self._readers = readers
        self._at: dict[str, dt.datetime | None] = {}

    def row(self, row_id: int, notice_id: int, told: NewNotice, to: Addressee) -> tuple[Any, ...]:
        """The values of ROW."""
        payload = json.dumps({"notice_id": notice_id})
        documents = json.dumps([self._w.refs.of("nt", notice_id)])
        not_before = self._leaves_at(self._readers.country_of(told.customer_id))
        return (
            *(row_id, key_of(told, to), told.kind, to.channel, to.address, to.name, to.language),
            *(payload, to.user_id, told.customer_id, documents, told.on, "pending", 0),
            *(not_before, self._w.now),
        )

    def _leaves_at(self, country: str) -> dt.datetime | None:
        if country not in self._at:
            self._at[country] = leaves_at(self._w, country)
        return self._at[country]


def _tell_unreached(w: Work, told: NewNotice, name: str) -> None:
    """A task for whoever looks after the customer: nobody there can be written to."""
    facts = {"number": name, "on": told.on.isoformat()}
    make_task(w, NewTask(told.customer_id, UNREACHED, told.about, w.today, facts))


def reaches(r: Reader, customer_ids: Sequence[int], channel: str) -> Iterator[tuple[int, int]]:
    """By customer how many a channel leads to; 0 where nobody can be reached at all."""
    readers = Readers(r, spanning(customer_ids))
    return ((each, len(readers.of(each, channel))) for each in customer_ids)
