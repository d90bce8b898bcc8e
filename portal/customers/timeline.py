"""What happened with customers, newest first: the life of their statements, and acts on them."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, literal, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from portal.base.access import visible_to
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.talks_said import CHANNELS, OUTCOMES
from portal.base.work import Reader
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning
from portal.tables.journal import Audit, Event
from portal.tables.people import User
from portal.tables.statements import Statement

#: kind of event on a statement → what is said, and its tone
TOLD = {
    "issued": (N_("Statement %(number)s was issued"), "neutral"),
    "notified": (N_("Statement %(number)s was mailed to %(address)s"), "neutral"),
    "texted": (N_("Statement %(number)s: a text went to %(address)s"), "neutral"),
    "bounced": (N_("A mail about statement %(number)s came back from %(address)s"), "bad"),
    "chased": (N_("Statement %(number)s: a reminder was sent"), "neutral"),
    "reminded": (N_("Statement %(number)s: a reminder went to %(address)s"), "neutral"),
    "opened": (N_("Statement %(number)s was opened"), "info"),
    "acknowledged": (N_("The receipt of statement %(number)s was acknowledged"), "info"),
    "confirmed": (N_("Statement %(number)s was confirmed"), "ok"),
    "deemed": (
        N_("Statement %(number)s counts as agreed without an answer, by the agreement"),
        "info",
    ),
    "confirmed_with_differences": (
        N_("Statement %(number)s was confirmed with differences"),
        "warn",
    ),
    "refused": (N_("Statement %(number)s was not agreed to"), "bad"),
    "withdrawn": (N_("Statement %(number)s was withdrawn"), "neutral"),
    "replaced": (N_("Statement %(number)s was replaced by a new version"), "neutral"),
}
#: One for each reader of a mail: too many for a glance.
MAILS = {"notified", "reminded", "texted"}
#: kind of audit entry → what is said, and its tone
NOTED = {
    "application.answered": (N_("An application for credit was answered"), "info"),
    "application.submitted": (N_("An application for credit was handed in"), "info"),
    "interest.charged": (
        N_("Late interest of %(amount)s %(currency)s was charged with %(document)s"),
        "info",
    ),
    "interest.waived": (N_("Late interest of %(amount)s %(currency)s was waived"), "neutral"),
    "limit.changed": (N_("A credit limit was set"), "neutral"),
    "security.ended": (N_("A security was ended"), "neutral"),
    "security.noted": (N_("A security was noted"), "neutral"),
    "advice.given": (N_("%(amount)s %(currency)s was announced as %(advice)s"), "info"),
    "advice.received": (N_("%(amount)s %(currency)s, announced as %(advice)s, has arrived"), "ok"),
    "advice.withdrawn": (N_("The announced payment %(advice)s was withdrawn"), "neutral"),
    "address.cleared": (N_("%(address)s is written to again"), "neutral"),
    "customer.cycle_changed": (N_("How often a statement comes was changed"), "neutral"),
    "agreement.accepted": (N_("The agreement on electronic reconciliation was accepted"), "ok"),
    "agreement.declined": (
        N_("The agreement on electronic reconciliation was declined"),
        "neutral",
    ),
    "agreement.revoked": (N_("The agreement on electronic reconciliation was revoked"), "warn"),
    "contact.added": (N_("A contact was added"), "neutral"),
    "contact.changed": (N_("A contact was changed"), "neutral"),
    "contact.removed": (N_("A contact was removed"), "neutral"),
    "credit.posted": (N_("Credit note %(document)s over %(amount)s %(currency)s was posted"), "ok"),
    "dispute.closed": (N_("Dispute %(dispute)s was closed"), "neutral"),
    "dispute.decided": (N_("Dispute %(dispute)s has its answer"), "ok"),
    "dispute.raised": (N_("Dispute %(dispute)s was raised about %(document)s"), "warn"),
    "dispute.reopened": (N_("Dispute %(dispute)s was opened again"), "warn"),
    "dispute.withdrawn": (N_("Dispute %(dispute)s was withdrawn"), "neutral"),
    "payment.applied": (
        N_("%(amount)s %(currency)s of %(credit)s was applied to %(documents)s"),
        "neutral",
    ),
    "payment.refunded": (N_("%(amount)s %(currency)s of %(credit)s was paid back"), "neutral"),
    "payment.transferred": (
        N_("%(amount)s %(currency)s of %(credit)s was moved to %(documents)s"),
        "neutral",
    ),
    "payment.unapplied": (
        N_("%(amount)s %(currency)s of %(credit)s is no longer applied to %(documents)s"),
        "neutral",
    ),
    "payment.undone": (
        N_("What was done with %(amount)s %(currency)s of %(credit)s was undone"),
        "neutral",
    ),
    "person.invited": (N_("%(email)s was invited"), "neutral"),
    "person.invited_again": (N_("A portal user was invited again"), "neutral"),
    "person.limits_changed": (N_("How much a portal user may sign for was changed"), "neutral"),
    "person.removed": (N_("A portal user was removed"), "warn"),
    "person.role_given": (N_("%(email)s was given a role"), "neutral"),
    "person.roles_changed": (N_("The roles of a portal user were changed"), "neutral"),
    "person.suspended": (N_("A portal user was suspended"), "warn"),
    "person.unsuspended": (N_("A portal user was let in again"), "neutral"),
    "promise.broken": (
        N_("Promise %(promise)s was not kept: %(missing)s %(currency)s is missing"),
        "bad",
    ),
    "promise.partly_kept": (
        N_("Promise %(promise)s was kept in part: %(missing)s %(currency)s is missing"),
        "warn",
    ),
    "talk.logged": (N_("%(channel)s: %(outcome)s"), "info"),
    "comment.written": (N_("A colleague wrote a comment"), "neutral"),
    "notice.posted": (N_("A letter was posted"), "neutral"),
    "notice.delivered": (N_("A letter was delivered"), "info"),
    "notice.failed": (N_("A message about what is due did not arrive"), "bad"),
    "hold.set": (N_("Nobody is to be reminded for a time"), "info"),
    "hold.ended": (N_("Reminders go on"), "neutral"),
    "case.proposed": (N_("A case with an agency or at law was proposed"), "warn"),
    "case.opened": (N_("A case with an agency or at law was opened"), "warn"),
    "case.handed_over": (N_("The case was handed over"), "warn"),
    "case.taken_back": (N_("The case was taken back"), "neutral"),
    "case.demand": (N_("A lawyer’s letter was written"), "warn"),
    "case.filed": (N_("The case was filed with a court"), "bad"),
    "case.judgment": (N_("The case was decided"), "neutral"),
    "case.closed": (N_("The case was closed"), "ok"),
    "provision.specific": (N_("It is provided for by itself, with %(percent)s per cent"), "warn"),
    "write_off.proposed": (
        N_("Writing off %(amount)s %(currency)s was proposed (%(write_off)s)"),
        "warn",
    ),
    "write_off.posted": (N_("A bad debt was written off inside the house"), "bad"),
    "write_off.recovered": (N_("Something of a written-off debt came in"), "ok"),
}
#: What of a customer's life lists can be narrowed to → what an entry's kind begins with.
TOPICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "statements": (N_("Statements"), ("agreement.", "customer.cycle")),
    "money": (N_("Money"), ("payment.", "credit.", "advice.")),
    "promises": (N_("Promises"), ("promise.",)),
    "disputes": (N_("Disputes"), ("dispute.",)),
    "talks": (N_("Talks and comments"), ("talk.", "comment.")),
    "ladder": (N_("Reminders and ladder"), ("notice.", "hold.")),
    "cases": (N_("Cases and bad debts"), ("case.", "provision.", "write_off.")),
    "interest": (N_("Late interest"), ("interest.",)),
    "credit": (N_("Credit"), ("application.", "limit.", "security.")),
    "people": (N_("People"), ("person.", "contact.", "address.")),
}
#: Steps of the ladder and its messages are told with their customer alone: a run has thousands.
STEPPED = (N_("Step “%(number)s” of the ladder was done"), "warn")
SENT = (N_("A message about what is due went to %(address)s"), "neutral")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: when, by whom, at which customer, in words."""

    at: dt.datetime
    #: Empty where the system did it by itself.
    who: str
    what: str
    tone: str
    customer_ref: str
    customer_name: str
    #: The statement it is about, if it is about one.
    statement_ref: str


def list_happenings(
    r: Reader,
    customer_id: int | None = None,
    limit: int = 20,
    *,
    with_mails: bool = True,
    topic: str = "",
) -> list[Happening]:
    """The newest happenings at a customer, of one topic or all; or at all whom the reader sees."""
    kinds = set(TOLD) if with_mails else set(TOLD) - MAILS
    sources = [_audits(r, customer_id, noted_of(topic))]
    if topic in ("", "statements"):
        sources.append(_events(r, customer_id, kinds))
    if customer_id is not None and topic in ("", "ladder"):
        sources += [_steps(r, customer_id), _messages(r, customer_id)]
    halves = [
        select(half.order_by(half.selected_columns.seq.desc()).limit(limit).subquery())
        for half in sources
    ]
    found = union_all(*halves).subquery()
    newest = select(found).order_by(found.c.at.desc(), found.c.seq.desc()).limit(limit)
    return [_happening(r, row) for row in r.session.execute(newest)]


def _events(r: Reader, customer_id: int | None, kinds: set[str]) -> Select[Any]:
    """The events of statements, with the columns that `_audits` has too."""
    subject = and_(
        Event.subject_kind == "statement",
        Statement.customer_id == Event.customer_id,
        Statement.id == Event.subject_id,
    )
    columns: list[Any] = [
        *(Event.id.label("seq"), Event.at, Event.kind, Event.facts, User.name.label("who")),
        *(Customer.id.label("customer_id"), Customer.name.label("customer_name")),
        *(Statement.number, Statement.id.label("statement_id")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Statement, subject)
        .join(Customer, Customer.id == Event.customer_id)
        .outerjoin(User, User.id == Event.user_id)
        .where(Event.kind.in_(sorted(kinds)), _of(Event.customer_id, customer_id))
    )
    return visible_to(rows, r.actor, Event.customer_id)


def noted_of(topic: str) -> list[str]:
    """The kinds of audit entries that a topic tells; all of them without one."""
    begins = TOPICS[topic][1] if topic else ("",)
    return [kind for kind in NOTED if kind.startswith(begins)]


def _steps(r: Reader, customer_id: int) -> Select[Any]:
    """The steps of the ladder that were done about a customer."""
    columns: list[Any] = [
        *(Dunning.id.label("seq"), Dunning.made_at.label("at"), literal("stepped").label("kind")),
        *(literal("{}").label("facts"), literal("").label("who")),
        *(Customer.id.label("customer_id"), Customer.name.label("customer_name")),
        *(Dunning.step.label("number"), literal(None, BigInteger).label("statement_id")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Dunning.customer_id)
        .where(Dunning.customer_id == customer_id, Dunning.state == "done")
    )
    return visible_to(rows, r.actor, Dunning.customer_id)


def _messages(r: Reader, customer_id: int) -> Select[Any]:
    """The messages about what is due that left."""
    columns: list[Any] = [
        *(Event.id.label("seq"), Event.at, Event.kind, Event.facts, literal("").label("who")),
        *(Customer.id.label("customer_id"), Customer.name.label("customer_name")),
        *(literal("").label("number"), literal(None, BigInteger).label("statement_id")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Event.customer_id)
        .where(Event.customer_id == customer_id, Event.subject_kind == "notice")
        .where(Event.kind == "notice_sent")
    )
    return visible_to(rows, r.actor, Event.customer_id)


def _audits(r: Reader, customer_id: int | None, kinds: list[str]) -> Select[Any]:
    columns: list[Any] = [
        *(Audit.id.label("seq"), Audit.at, Audit.kind, Audit.facts, User.name.label("who")),
        *(Customer.id.label("customer_id"), Customer.name.label("customer_name")),
        *(literal("").label("number"), literal(None, BigInteger).label("statement_id")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Audit.customer_id)
        .outerjoin(User, User.id == Audit.actor_id)
        .where(Audit.kind.in_(kinds), _of(Audit.customer_id, customer_id))
    )
    return visible_to(rows, r.actor, Customer.id)


def _of(column: InstrumentedAttribute[Any], customer_id: int | None) -> ColumnElement[bool]:
    return true() if customer_id is None else column == customer_id


def _words_of(kind: str, *, is_event: bool) -> tuple[str, str]:
    alone = {"stepped": STEPPED, "notice_sent": SENT}
    return alone.get(kind) or (TOLD if is_event else NOTED)[kind]


def _happening(r: Reader, row: Any) -> Happening:
    is_event = row.statement_id is not None
    words, tone = _words_of(row.kind, is_event=is_event)
    # What an older entry does not tell stays empty: no list stops for it.
    known = defaultdict(str, {**json.loads(row.facts), "number": row.number})
    if row.kind == "talk.logged":
        outcome, tone = OUTCOMES[known["outcome"]]
        known.update(outcome=_(outcome), channel=_(CHANNELS[known["channel"]]))
    return Happening(
        at=row.at,
        who=row.who or "",
        what=_(words) % known,
        tone=tone,
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=row.customer_name,
        statement_ref=r.refs.of("st", row.statement_id) if is_event else "",
    )
