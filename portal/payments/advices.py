"""
A customer announces a payment and what it is for; when it comes it is applied as announced.

An announcement posts nothing and pauses nothing. Only a person applies the money, by the same act
as any other: what stands in the books is the payment, never that it was announced.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.remittance import Choice, Sum, check_pay_day, summed
from portal.invoices.open_items import one, open_items
from portal.payments.announceable import item_name
from portal.payments.commands import ApplyByHand, Take, apply_by_hand
from portal.tables.invoices import Entry
from portal.tables.promises import RemittanceAdvice, RemittanceLine

LONGEST_REFERENCE, LONGEST_NOTE = 140, 500
RECEIVED, WITHDRAWN = "received", "withdrawn"


@dataclass(frozen=True)
class AnnouncePayment:
    """That money comes, or has left already, and which due parts of one account it is for."""

    customer_id: int
    currency: str
    lines: tuple[Take, ...]
    pay_on: dt.date
    #: One key, one announcement, however often it is sent.
    key: str
    #: What is paid in all; None: just the lines.
    total: Money | None = None
    method: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True)
class ApplyAnnounced:
    """That a payment is the announced one, and is applied so."""

    apply: ApplyByHand
    advice_id: int


def announce_payment(w: Work, c: AnnouncePayment) -> int:
    """
    The id of the announcement; sent twice, it is one.

    Raises: advice.pays_too_early, advice.pays_too_late, advice.item_paid, and what
    `core.remittance.summed` raises.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.ADVICE_GIVE, customer)
    said = select(RemittanceAdvice.id).where(
        RemittanceAdvice.idempotency_key == c.key, RemittanceAdvice.user_id == w.actor.user_id
    )
    found = w.session.scalar(said)
    if found is not None:
        return found
    check_pay_day(c.pay_on, w.today)
    told = _checked(w, c)
    advice = RemittanceAdvice(
        customer_id=customer.id,
        currency=c.currency,
        amount_minor=told.total.minor,
        pay_on=c.pay_on,
        method=c.method,
        reference=c.reference.strip()[:LONGEST_REFERENCE],
        note=c.note.strip()[:LONGEST_NOTE],
        user_id=w.actor.user_id,
        at=w.now,
        idempotency_key=c.key,
    )
    w.session.add(advice)
    w.session.flush()
    for line in c.lines:
        w.session.add(
            RemittanceLine(
                customer_id=customer.id,
                advice_id=advice.id,
                entry_id=line.entry_id,
                part=line.part,
                amount_minor=line.amount.minor,
            )
        )
    _note(w, advice, "given")
    return advice.id


def _checked(w: Work, c: AnnouncePayment) -> Sum:
    """What the announcement comes to, by what is open now; a broken rule names the item's field."""
    items = open_items(w.today, one(c.customer_id))
    wanted = {(line.entry_id, line.part) for line in c.lines}
    found = w.session.execute(
        select(items.c.entry_id, items.c.part, items.c.open, Entry.number)
        .join(Entry, Entry.id == items.c.entry_id)
        .where(
            items.c.currency == c.currency,
            items.c.open > 0,
            items.c.entry_id.in_([entry_id for entry_id, _part in wanted]),
        )
    )
    known = {(row.entry_id, row.part): row for row in found}
    choices = []
    for line in c.lines:
        row = known.get((line.entry_id, line.part))
        if row is None:
            raise _no_longer_open(w, c, line)
        is_open = Money(int(row.open), c.currency)
        name = item_name(row.number, line.part)
        choices.append(Choice(name, is_open, is_ticked=True, typed=line.amount))
    try:
        return summed(choices, c.total, c.currency)
    except RuleBroken as broken:
        fields = {
            item_name(
                known[line.entry_id, line.part].number, line.part
            ): f"amount_{line.entry_id}_{line.part}"
            for line in c.lines
        }
        field = fields.get(str(broken.facts.get("item")), broken.field)
        raise RuleBroken(broken.code, field, **broken.facts) from broken


def _no_longer_open(w: Work, c: AnnouncePayment, line: Take) -> Exception:
    """What is the customer's was paid meanwhile; anything else is not there."""
    entry = w.session.get(Entry, line.entry_id)
    if entry is None or (entry.customer_id, entry.currency) != (c.customer_id, c.currency):
        return NotFound("item")
    return RuleBroken(
        "advice.item_paid",
        f"take_{line.entry_id}_{line.part}",
        item=item_name(entry.number, line.part),
    )


def withdraw_advice(w: Work, advice_id: int) -> None:
    """
    The payment does not come as announced; withdrawn twice, it is so once.

    Raises: advice.has_arrived.
    """
    advice = lock_row(w, RemittanceAdvice, advice_id)
    w.require(Permission.ADVICE_GIVE, advice)
    if advice.ended_as == WITHDRAWN:
        return
    if advice.ended_as:
        raise RuleBroken("advice.has_arrived")
    advice.ended_as, advice.ended_at = WITHDRAWN, w.now
    _note(w, advice, "withdrawn")


def apply_announced(w: Work, c: ApplyAnnounced) -> int:
    """
    The payment is applied by hand, and the announcement has come true; the id of the act by hand.

    Raises: advice.not_in_this_state, and whatever `apply_by_hand` raises.
    """
    advice = lock_row(w, RemittanceAdvice, c.advice_id)
    act_id = apply_by_hand(w, c.apply)
    credit = w.session.get_one(Entry, c.apply.credit_id)
    same = (credit.kind, credit.customer_id, credit.currency)
    if same != (Kind.PAYMENT, advice.customer_id, advice.currency):
        raise NotFound("advice")
    if advice.payment_id == credit.id:
        return act_id
    if advice.ended_as:
        raise RuleBroken("advice.not_in_this_state")
    advice.payment_id, advice.ended_as, advice.ended_at = credit.id, RECEIVED, w.now
    _note(w, advice, "received", payment=credit.number)
    return act_id


def _note(w: Work, advice: RemittanceAdvice, what: str, **facts: str) -> None:
    """The audit entry, and the step in the announcement's life."""
    w.session.flush()
    amount = Money(advice.amount_minor, advice.currency)
    told = {
        "advice": f"ADV-{advice.id}",
        "amount": amount.major(),
        "currency": amount.currency,
        "pay_on": advice.pay_on.isoformat(),
        **facts,
    }
    w.audit(
        f"advice.{what}", f"remittance_advice/{advice.id}", customer_id=advice.customer_id, **told
    )
    w.tell(advice.customer_id, ("advice", advice.id), what, **told)
