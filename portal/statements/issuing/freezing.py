"""
Freezing statements: composed ones become rows that never change, with their hash and their mails.

One batch is one part of one transaction; whoever calls holds the customers' locks.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import delete, exists, select

from portal.base.batch import insert_rows, reserve_ids
from portal.base.work import Work
from portal.core.period import Cycle
from portal.core.statement import Party, canonical, sha256_of
from portal.core.statement_status import Status
from portal.statements.issuing.composing import Asked, Composed, compose, cycles_ending_in
from portal.statements.issuing.snapshot import Issue, head_of
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Event, Outbox
from portal.tables.people import Membership, User
from portal.tables.statements import Pending, Statement, StatementLine

#: Statements held in memory at once.
AT_ONCE = 1_000

# In the order in which `_frozen` and `_insert` give their values.
STATEMENT = (
    *("id", "customer_id", "currency", "period_from", "period_to", "version", "in_force"),
    *("prev_id", "number", "opening_minor", "invoiced_minor", "charged_minor", "credited_minor"),
    *("received_minor", "discounted_minor", "refunded_minor", "adjusted_minor", "closing_minor"),
    *("open_minor", "overdue_minor", "unapplied_minor", "disputed_minor", "line_count"),
    *("payload", "sha256", "policy_id", "run_id", "issued_on", "issued_at", "confirm_by", "state"),
)
LINE = ("customer_id", "statement_id", "seq", "entry_id", "in_force")
EVENT = ("customer_id", "subject_kind", "subject_id", "kind", "at", "user_id", "facts")
MAIL = (
    *("key", "kind", "channel", "to_address", "to_name", "language", "payload", "user_id"),
    *("customer_id", "documents", "on", "state", "tries", "created_at", "not_before"),
)
#: When a mail leaves that is held until somebody lets it go.
HELD = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Batch:
    """What is to be frozen: whose statements, and what they all have in common."""

    asked: Asked
    issue: Issue
    run_id: int | None = None
    #: The kind of the mails that tell of them.
    mail: str = "statement"
    #: The mails wait until somebody lets them go.
    holds_mails: bool = False


@dataclass(frozen=True, slots=True)
class Frozen:
    """A statement on its way into the database."""

    id: int
    customer_id: int
    code: str
    currency: str
    version: int
    sha256: str
    row: tuple[Any, ...]
    entry_ids: list[int]


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person who gets a customer's statements."""

    user_id: int
    email: str
    name: str
    language: str


def freeze(w: Work, batch: Batch) -> list[str]:
    """The hashes of the statements that were issued just now, by customer and currency."""
    customers = _locked_customers(w, batch.asked)
    readers = _addressees(w, batch.asked)
    composed = compose(
        w.session, batch.asked, {key: cycle for key, (_, cycle) in customers.items()}
    )
    hashes: list[str] = []
    first_id = None
    while chunk := list(islice(composed, AT_ONCE)):
        ids = reserve_ids(w.session, Statement.__table__, len(chunk))
        first_id = first_id or ids[0]
        frozen = [
            _frozen(w, batch, each, (statement_id, customers[each.customer_id][0]))
            for statement_id, each in zip(ids, chunk, strict=True)
        ]
        _insert(w, batch, frozen, readers)
        hashes += [each.sha256 for each in frozen]
    if first_id is not None:
        _take_from_pending(w, batch.asked, first_id)
    return hashes


def _locked_customers(w: Work, asked: Asked) -> dict[int, tuple[Party, Cycle]]:
    """
    The customers who get a statement, locked first, so that nobody posts to them meanwhile.

    Posting an entry waits for the lock, as its foreign key needs the customer's row.
    """
    cycles = list(Cycle) if asked.again else cycles_ending_in(asked.month)
    in_turn = Customer.statement_cycle.in_([cycle.value for cycle in cycles])
    found = w.session.execute(
        select(
            Customer.id,
            Customer.code,
            Customer.legal_name,
            Customer.name,
            Customer.tax_id,
            Customer.statement_cycle,
        )
        .where(asked.whose(Customer.id), in_turn)
        .order_by(Customer.id)
        .with_for_update()
    )
    return {
        row.id: (
            Party(row.code, row.legal_name or row.name, row.tax_id or ""),
            Cycle(row.statement_cycle),
        )
        for row in found
    }


def _addressees(w: Work, asked: Asked) -> dict[int, list[Addressee]]:
    """By customer: the portal users who are not disabled and have not been spared statements."""
    spared = exists().where(
        Contact.email == User.email,
        Contact.customer_id == Membership.customer_id,
        Contact.gets_statements.is_(False),
    )
    found = w.session.execute(
        select(Membership.customer_id, User.id, User.email, User.name, User.language)
        .join(User, User.id == Membership.user_id)
        .where(asked.whose(Membership.customer_id), User.disabled_at.is_(None), ~spared)
        .distinct()
        .order_by(Membership.customer_id, User.id)
    )
    readers: dict[int, list[Addressee]] = {}
    for row in found:
        person = Addressee(row.id, row.email, row.name, row.language)
        readers.setdefault(row.customer_id, []).append(person)
    return readers


def _frozen(w: Work, batch: Batch, composed: Composed, whose: tuple[int, Party]) -> Frozen:
    statement_id, customer = whose
    version = batch.asked.again.version if batch.asked.again else 1
    head = head_of(composed, customer, batch.issue, version)
    payload = canonical(head, composed.lines, composed.deliveries)
    digest = sha256_of(payload)
    sums, aged, issue = composed.sums, composed.aged, batch.issue
    row = (
        statement_id,
        composed.customer_id,
        composed.currency,
        composed.period.from_on,
        composed.period.to_on,
        version,
        1,
        composed.previous_id,
        head.number,
        sums.opening_minor,
        sums.invoiced_minor,
        sums.charged_minor,
        sums.credited_minor,
        sums.received_minor,
        sums.discounted_minor,
        sums.refunded_minor,
        sums.adjusted_minor,
        sums.closing_minor,
        aged.open_minor,
        aged.open_minor - aged.buckets[0],
        aged.unapplied_minor,
        aged.disputed_minor,
        len(composed.lines),
        payload.decode(),
        digest,
        issue.policy_id,
        batch.run_id,
        issue.issued_on,
        w.now,
        issue.confirm_by,
        Status.ISSUED.value,
    )
    return Frozen(
        statement_id,
        composed.customer_id,
        customer.code,
        composed.currency,
        version,
        digest,
        row,
        composed.entry_ids,
    )


def _insert(
    w: Work, batch: Batch, frozen: list[Frozen], readers: dict[int, list[Addressee]]
) -> None:
    """The rows of a chunk: statements, their lines, the first step of their story, their mails."""
    session = w.session
    insert_rows(session, Statement.__table__, STATEMENT, [each.row for each in frozen])
    lines = (
        (each.customer_id, each.id, seq, entry_id, 1)
        for each in frozen
        for seq, entry_id in enumerate(each.entry_ids, start=1)
    )
    insert_rows(session, StatementLine.__table__, LINE, lines)
    events = (
        (each.customer_id, "statement", each.id, "issued", w.now, w.actor.user_id, "{}")
        for each in frozen
    )
    insert_rows(session, Event.__table__, EVENT, events)
    insert_rows(session, Outbox.__table__, MAIL, list(_mails(w, batch, frozen, readers)))


def _mails(
    w: Work, batch: Batch, frozen: Iterable[Frozen], readers: dict[int, list[Addressee]]
) -> Iterator[tuple[Any, ...]]:
    """One mail to each reader of each statement; what it says is written when it is sent."""
    until = batch.asked.until
    for each in frozen:
        for reader in readers.get(each.customer_id, ()):
            yield (
                f"statement/{each.code}/{each.currency}/{until}/{each.version}/{reader.user_id}",
                batch.mail,
                "email",
                reader.email,
                reader.name,
                reader.language,
                json.dumps({"statement_id": each.id, "user_id": reader.user_id}),
                reader.user_id,
                each.customer_id,
                json.dumps([w.refs.of("st", each.id)]),
                batch.issue.issued_on,
                "pending",
                0,
                w.now,
                HELD if batch.holds_mails else None,
            )


def _take_from_pending(w: Work, asked: Asked, first_id: int) -> None:
    """
    Nothing that stands on the new statements, or in the opening of a first one, waits any longer.

    The customers are locked, so among their statements only those of this batch have keys this new.
    """
    issued = exists().where(
        Statement.customer_id == Pending.customer_id,
        Statement.currency == Pending.currency,
        Statement.period_to == asked.until,
        Statement.in_force == 1,
        Statement.id >= first_id,
    )
    w.session.execute(
        delete(Pending).where(
            asked.whose(Pending.customer_id), Pending.dated_on <= asked.until, issued
        ),
        execution_options={"synchronize_session": False},
    )
