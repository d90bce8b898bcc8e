"""What a second person's word on a charge of late interest does: it becomes an item, or it ends."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from portal.approvals.kinds import Facts, Kind
from portal.base.batch import reserve_ids
from portal.base.lookup import plain_moment
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind as EntryKind
from portal.core.money import Money
from portal.interest.accruing import SUBKIND
from portal.interest.charging import KIND, Due, charge_of, figures_of, fingerprint_of, subject_of
from portal.interest.workings import worked_of
from portal.invoices.due_parts import DueParts, Scheduler
from portal.invoices.posting import NewEntry, NewPart, post_entries, post_parts
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.interest import InterestCharge, InterestLine
from portal.tables.invoices import Entry


def _facts(r: Reader, approval: Approval) -> Facts:
    """What has accrued by the charge's day and was not asked for, as it is now."""
    charge = charge_of(r, approval.subject)
    worked = worked_of(r, charge.customer_id, charge.currency, charge.through_on)
    return Facts(fingerprint_of(charge, worked), figures_of(charge, worked), (charge.made_by,))


def _approve(w: Work, approval: Approval) -> None:
    """
    The charge is posted and falls due; it bears no interest itself.

    Raises: interest.not_in_this_state, interest.changed.
    """
    charge = charge_of(w, approval.subject)
    if charge.state != "waiting":
        raise RuleBroken("interest.not_in_this_state")
    _refuse_more_than_accrued(w, charge)
    amount = Money(charge.amount_minor, charge.currency)
    number = _free_number(w, charge)
    [entry_id] = reserve_ids(w.session, Entry.__table__, 1)
    post_entries(
        w.session,
        [
            NewEntry(
                entry_id,
                charge.customer_id,
                charge.currency,
                EntryKind.CHARGE,
                EntryKind.CHARGE.space,
                w.today.isoformat(),
                amount.minor,
                number,
                plain_moment(w.session, w.now),
                subkind=SUBKIND,
                about_id=_only_invoice(w, charge),
            )
        ],
    )
    due = _due(w, charge, amount)
    post_parts(w.session, [_part(w, charge, entry_id, *row) for row in enumerate(due.parts, 1)])
    charge.state, charge.entry_id = "charged", entry_id
    w.session.flush()
    told = {"document": number, "amount": amount.major(), "currency": charge.currency}
    w.audit("interest.charged", subject_of(charge.id), customer_id=charge.customer_id, **told)


def _refuse_more_than_accrued(w: Work, charge: InterestCharge) -> None:
    """A charge never asks for more than is left of a part by now."""
    worked = worked_of(w, charge.customer_id, charge.currency, charge.through_on)
    now = {(each.entry_id, each.part): each.open.minor for each in worked}
    asked = select(
        InterestLine.entry_id, InterestLine.part, func.sum(InterestLine.amount_minor)
    ).where(InterestLine.customer_id == charge.customer_id, InterestLine.charge_id == charge.id)
    for entry_id, part, minor in w.session.execute(
        asked.group_by(InterestLine.entry_id, InterestLine.part)
    ):
        if now.get((entry_id, part), 0) < minor:
            raise RuleBroken("interest.changed")


def _only_invoice(w: Work, charge: InterestCharge) -> int | None:
    """The invoice that it is about, where it is about one: files that bring it back say so."""
    named = select(InterestLine.entry_id).where(
        InterestLine.customer_id == charge.customer_id, InterestLine.charge_id == charge.id
    )
    found = set(w.session.scalars(named))
    return found.pop() if len(found) == 1 else None


def _free_number(w: Work, charge: InterestCharge) -> str:
    """Its own number, `INT-17`; where a file has brought one before, the next that is free."""
    stem = printed_number(charge.id)
    taken = set(
        w.session.scalars(
            select(Entry.number).where(
                Entry.space == EntryKind.CHARGE.space, Entry.number.startswith(stem)
            )
        )
    )
    turn, number = 1, stem
    while number in taken:
        turn += 1
        number = f"{stem}-{turn}"
    return number


def printed_number(charge_id: int) -> str:
    """The number of a charge as people read it."""
    return f"INT-{charge_id}"


def _due(w: Work, charge: InterestCharge, amount: Money) -> DueParts:
    """When it falls due: at once, or as an invoice of today by the customer's terms would."""
    today = w.today.isoformat()
    if json.loads(charge.facts)["due"] == Due.AT_ONCE:
        return DueParts(((today, 0, amount.minor),), None, "due_date")
    undated = w.session.get_one(Customer, charge.customer_id).payment_terms
    scheduler = Scheduler(w, {charge.customer_id: undated} if undated else {})
    scheduler.expect([charge.customer_id], [])
    found = scheduler.by_terms(None, charge.customer_id, amount, {"invoice_date": today})
    known = all(due_on for due_on, _, _ in found.parts)
    return found if known else DueParts(((today, 0, amount.minor),), None, "due_date")


def _part(
    w: Work,
    charge: InterestCharge,
    entry_id: int,
    nth: int,
    row: tuple[str | None, int | None, int],
) -> NewPart:
    due_on, term_days, minor = row
    day = w.today.isoformat()
    key = (charge.customer_id, entry_id, nth, charge.currency)
    return NewPart(*key, day, due_on, term_days, minor)


def _refuse(w: Work, approval: Approval) -> None:
    """Nothing is charged; another can be proposed."""
    charge = charge_of(w, approval.subject)
    charge.state = "refused"
    w.session.flush()
    w.audit("interest.refused", subject_of(charge.id), customer_id=charge.customer_id)


INTEREST_KIND = Kind(KIND, _facts, _approve, _refuse, ("desk_interest.charge", "ic"))
