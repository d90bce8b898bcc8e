"""What the desk reads of one credit: its applications, the items it could pay, acts by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.applying import UNDO_FOR, proposed
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.customers.groups import Groups
from portal.invoices.open_items import among, both, open_items, seen_by
from portal.payments.announced import AdviceRow, advices_about, fits
from portal.payments.by_hand import read_done
from portal.payments.rows import ApplicationRow, CreditRow, HandActRow, PayableRow, Receipt
from portal.tables.customers import Customer
from portal.tables.hand import HandAct
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation, Payment
from portal.tables.people import User


def get_receipt(r: Reader, ref: str, advice_ref: str = "") -> Receipt:
    """
    A credit with all that can be done with it; `NotFound` where there is none to see.

    What it should pay follows the announcement that fits it, or the one that is named; `none`
    is neither.
    """
    entry, payment, customer = _found(r, r.id_of("iv", ref))
    applications = _applications(r, entry)
    members = Groups(r.session).members(entry.customer_id)
    items = _items(r, entry, members)
    left = -entry.amount_minor - sum(
        each.amount.minor
        for each in applications
        if each.effective_on <= r.today and (each.ended_on is None or each.ended_on > r.today)
    )
    credit = _credit_row(r, entry, payment, customer, left)
    own = [item for item in items if not item.customer_name]
    named = [place for place, item in enumerate(own) if item.entry_id == entry.about_id]
    places = proposed(credit.unapplied, [item.open for item in own], named) if left > 0 else []
    advices = [row for row in advices_about(r, entry) if left > 0 or row.payment_id]
    advice = _advice(entry, advices, advice_ref) if left > 0 else None
    amounts = _as_announced(advice, own, credit.unapplied) if advice else {}
    keys = tuple(amounts) or tuple(own[place].key for place in places)
    reason = _reason(credit.unapplied, [own[place] for place in places], is_named=named)
    return Receipt(
        credit=credit,
        customer_ref=r.refs.of("cu", customer.id),
        customer_code=customer.code,
        reason=entry.reason or "",
        applications=applications,
        items=items,
        acts=_acts(r, entry),
        group=_group(r, [each for each in members if each != customer.id]),
        proposal=keys,
        proposal_reason="announced" if amounts else reason,
        advices=tuple(advices),
        advice=advice if amounts else None,
        amounts=amounts,
    )


def _advice(credit: Entry, advices: list[AdviceRow], asked: str) -> AdviceRow | None:
    """The announcement that a proposal follows: the one asked for, else one that fits."""
    if asked:
        return next((each for each in advices if each.ref == asked), None)
    return next((each for each in advices if each.payment_id or fits(each, credit)), None)


def _as_announced(advice: AdviceRow, own: list[PayableRow], left: Money) -> dict[str, Money]:
    """What each item takes as it was announced, as far as it is open and the money reaches."""
    is_open = {item.key: item.open for item in own}
    amounts = {}
    for line in advice.lines:
        amount = min(line.amount, is_open.get(line.key, Money.zero(left.currency)), left)
        if amount.minor > 0:
            amounts[line.key] = amount
            left -= amount
    return amounts


def _reason(left: Money, taken: list[PayableRow], *, is_named: list[int]) -> str:
    if not taken:
        return ""
    if is_named:
        return "named"
    return "exact" if len(taken) == 1 and taken[0].open == left else "oldest_due"


def _found(r: Reader, entry_id: int) -> tuple[Entry, Payment | None, Customer]:
    wanted: Any = (
        visible_to(select(Entry, Payment, Customer), r.actor, Entry.customer_id)
        .join(Customer, Customer.id == Entry.customer_id)
        .outerjoin(Payment, Payment.entry_id == Entry.id)
        .where(Entry.id == entry_id, Entry.amount_minor < 0, Entry.memo == 0)
    )
    row = r.session.execute(wanted).first()
    if row is None:
        raise NotFound("receipt")
    entry, payment, customer = row
    return entry, payment, customer


def _credit_row(
    r: Reader, entry: Entry, payment: Payment | None, customer: Customer, left: int
) -> CreditRow:
    return CreditRow(
        id=entry.id,
        ref=r.refs.of("iv", entry.id),
        customer_id=customer.id,
        customer_name=customer.name,
        kind=Kind(entry.kind).word,
        number=entry.number,
        reference=entry.reference or "",
        dated_on=entry.dated_on,
        method=(payment.method if payment else None) or "",
        payer=(payment.payer if payment else None) or "",
        amount=Money(-entry.amount_minor, entry.currency),
        unapplied=Money(left, entry.currency),
        applied=(),
    )


def _applications(r: Reader, credit: Entry) -> tuple[ApplicationRow, ...]:
    """Every application of the credit, the newest first, the ended ones too."""
    found = r.session.execute(
        select(Allocation, Entry.number, Entry.kind)
        .join(Entry, Entry.id == Allocation.entry_id)
        .where(
            Allocation.customer_id == credit.customer_id,
            Allocation.credit_id == credit.id,
        )
        .order_by(Allocation.effective_on.desc(), Entry.number, Allocation.part, Allocation.nth)
    )
    return tuple(
        ApplicationRow(
            key=f"{row.entry_id}-{row.part}-{row.nth}",
            entry_id=row.entry_id,
            part=row.part,
            nth=row.nth,
            ref=r.refs.of("iv", row.entry_id),
            kind=Kind(kind).word,
            number=number,
            effective_on=row.effective_on,
            ended_on=row.ended_on,
            amount=Money(row.amount_minor, row.currency),
            source=row.source.partition("/")[0],
        )
        for row, number, kind in found
    )


def _items(r: Reader, credit: Entry, members: list[int]) -> tuple[PayableRow, ...]:
    """The open items of the group in the credit's currency: the own first, the earliest due."""
    items = open_items(r.today, both(seen_by(r.actor), among(members)))
    is_other = case((items.c.customer_id == credit.customer_id, 0), else_=1)
    undated = case((items.c.due_on.is_(None), 1), else_=0)
    found = r.session.execute(
        select(items, Entry.kind, Entry.number, Entry.reference, Customer.name)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.currency == credit.currency, items.c.open > 0)
        .order_by(
            *(is_other, undated, items.c.due_on, items.c.dated_on),
            *(Entry.number, items.c.part),
        )
    )
    return tuple(
        PayableRow(
            key=f"{row.entry_id}_{row.part}",
            entry_id=row.entry_id,
            part=row.part,
            ref=r.refs.of("iv", row.entry_id),
            kind=Kind(row.kind).word,
            number=row.number,
            reference=row.reference or "",
            dated_on=row.dated_on,
            due_on=row.due_on,
            days_late=days_late(row.due_on, r.today),
            open=Money(int(row.open), row.currency),
            is_disputed=bool(row.disputed),
            customer_name="" if row.customer_id == credit.customer_id else row.name,
        )
        for row in found
    )


def _acts(r: Reader, credit: Entry) -> tuple[HandActRow, ...]:
    """What was done with the credit by hand, the newest first."""
    found = r.session.execute(
        select(HandAct, User.name)
        .outerjoin(User, User.id == HandAct.user_id)
        .where(HandAct.customer_id == credit.customer_id, HandAct.credit_id == credit.id)
        .order_by(HandAct.id.desc())
    )
    return tuple(_act(r, act, who or "") for act, who in found)


def _act(r: Reader, act: HandAct, who: str) -> HandActRow:
    until = act.at + UNDO_FOR
    return HandActRow(
        id=act.id,
        ref=r.refs.of("ha", act.id),
        kind=act.kind,
        who=who,
        at=act.at,
        on=act.acted_on,
        amount=Money(act.amount_minor, act.currency),
        documents=tuple(read_done(act.facts).documents),
        undone_at=act.undone_at,
        undo_until=until if act.undone_at is None and r.now <= until else None,
    )


def _group(r: Reader, others: list[int]) -> tuple[tuple[str, str], ...]:
    if not others:
        return ()
    rows = visible_to(select(Customer.code, Customer.name), r.actor, Customer.id)
    found = r.session.execute(rows.where(Customer.id.in_(others)).order_by(Customer.code))
    return tuple((code, name) for code, name in found)
