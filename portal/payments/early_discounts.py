"""
Early-payment discounts, granted by themselves on the payment that closes an invoice in time.

What is granted is a movement of its own, applied to the invoice; what is paid late stays open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from portal.base.batch import reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment
from portal.base.policy import MOVES_DAYS_OFF
from portal.base.work import Work
from portal.core.discount import discount_earned, discount_on_offer
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.terms import Discount
from portal.invoices.due_parts import BASELINES, baseline_of, parsed_terms
from portal.invoices.posting import NewEntry, post_entries
from portal.payments.asks import Ask
from portal.payments.by_hand import LONGEST_STEM
from portal.tables.invoices import Entry

#: How every text that offers a discount begins to say so: `2/10 net 30`, `30d; discount 2% 10d`.
IS_OFFERING = "(i.terms_text like '%/%' or i.terms_text like '%discount%')"
#: The invoices among what is asked for whose terms offer one.
ASKED = f"""select distinct k.entry_id from ask k join invoice i on i.entry_id = k.entry_id
where {IS_OFFERING}"""  # noqa: S608 - words of our own
#: What is paid and credited of invoices that have no discount yet; 4 and 8 are money that came, 3
#: credit notes, 5 discounts. What is disputed is not settled by a discount.
STANDING = f"""select e.id, e.number, e.customer_id, e.currency, e.dated_on, e.amount_minor,
  i.terms_text, {", ".join(f"i.{name}" for name in BASELINES.values())},
  sum(a.amount_minor) as applied,
  sum(case when k.kind in (4, 8) then a.amount_minor else 0 end) as paid,
  sum(case when k.kind = 3 then a.amount_minor else 0 end) as credited,
  max(case when k.kind in (4, 8) then k.dated_on end) as paid_on
from entry e join invoice i on i.entry_id = e.id
join allocation a on a.customer_id = e.customer_id and a.entry_id = e.id
  and a.ended_on is null and a.memo = 0
join entry k on k.id = a.credit_id
where e.id in (:keys) and {IS_OFFERING}
  and not exists (select 1 from allocation d join entry g on g.id = d.credit_id
    where d.customer_id = e.customer_id and d.entry_id = e.id and g.kind = 5
      and (d.ended_on is null or d.ended_on > d.effective_on))
  and not exists (select 1 from disputed_part m where m.customer_id = e.customer_id
    and m.entry_id = e.id and m.ended_on is null)
group by e.id, e.number, e.customer_id, e.currency, e.dated_on, e.amount_minor, i.terms_text,
  {", ".join(f"i.{name}" for name in BASELINES.values())}
having sum(a.amount_minor) < e.amount_minor
  and sum(case when k.kind in (4, 8) then a.amount_minor else 0 end) > 0
order by e.id"""  # noqa: S608 - words of our own
TAKEN = "select number from entry where space = 3 and leg = 0 and number in (:keys)"
WORD = "discount"


@dataclass(frozen=True, slots=True)
class Earned:
    """A discount that an invoice has earned, and the day from which it counts."""

    entry_id: int
    customer_id: int
    number: str
    amount: Money
    on: str


def asked_invoices(w: Work) -> set[int]:
    """The invoices with a discount on offer among what is about to be applied."""
    return set(w.session.scalars(text(ASKED)))


def grant_discounts(w: Work, entry_ids: Collection[int], told: Collection[str] = ()) -> list[Ask]:
    """
    Posts the discounts that invoices have earned; what is asked for, to apply them.

    Of the invoices in `told` somebody else says whether one is granted.
    """
    rows = [row for row in found_by(w.session, STANDING, entry_ids) if row.number not in told]
    earned = [one for row in rows if (one := _earned(w, row))]
    if not earned:
        return []
    ids = reserve_ids(w.session, Entry.__table__, len(earned))
    numbers = _free_numbers(w, earned)
    at = plain_moment(w.session, w.now)
    posted = [
        NewEntry(
            row_id,
            one.customer_id,
            one.amount.currency,
            Kind.DISCOUNT,
            Kind.DISCOUNT.space,
            one.on,
            -one.amount.minor,
            number,
            at,
            about_id=one.entry_id,
            subkind=WORD,
        )
        for row_id, one, number in zip(ids, earned, numbers, strict=True)
    ]
    post_entries(w.session, posted)
    return [
        Ask(
            each.id,
            one.entry_id,
            one.customer_id,
            each.currency,
            each.number,
            one.on,
            one.amount.minor,
        )
        for each, one in zip(posted, earned, strict=True)
    ]


def _earned(w: Work, row: Row[Any]) -> Earned | None:
    """What a row has earned by its last payment's value date; None where that is too late."""
    offer = _offer(w, row)
    if offer is None:
        return None
    currency, paid_on = row.currency, plain_day(row.paid_on)
    assert paid_on is not None
    paid = Money(int(row.paid), currency)
    before = Money(row.amount_minor - int(row.applied), currency) + paid
    short = discount_earned(offer, before, paid, dt.date.fromisoformat(paid_on))
    if not short.minor:
        return None
    # Money may come before its invoice; what is taken off of that does not.
    on = max(paid_on, plain_day(row.dated_on) or paid_on)
    return Earned(row.id, row.customer_id, row.number, short, on)


def _offer(w: Work, row: Row[Any]) -> Discount | None:
    """What the invoice's terms offer; a window that ends on a day off may end a workday later."""
    days = {"invoice_date": plain_day(row.dated_on)}
    days |= {name: plain_day(getattr(row, name)) for name in BASELINES.values()}
    invoiced, credited = (
        Money(row.amount_minor, row.currency),
        Money(int(row.credited), row.currency),
    )
    try:
        terms = parsed_terms(row.terms_text)
        baseline = baseline_of(terms, days)
        if terms.discount is None or baseline is None:
            return None
        offer = discount_on_offer(
            terms, dt.date.fromisoformat(baseline), invoiced, credited, w.calendar()
        )
    except RuleBroken:  # terms of another day, which make no sense any more
        return None
    if offer is None or w.policy.values["calendar_country"] not in MOVES_DAYS_OFF:
        return offer
    return Discount(w.calendar().on_or_after(offer.until), offer.amount)


def _free_numbers(w: Work, earned: list[Earned]) -> list[str]:
    """A number for each: `INV-1/discount`, or with a count where that is taken."""
    wanted = {one.entry_id: f"{one.number[:LONGEST_STEM]}/{WORD}" for one in earned}
    taken = {row.number for row in found_by(w.session, TAKEN, wanted.values())}
    numbers = []
    for one in earned:
        stem = number = wanted[one.entry_id]
        turn = 1
        while number in taken:
            turn += 1
            number = f"{stem}-{turn}"
            taken |= {row.number for row in found_by(w.session, TAKEN, [number])}
        taken.add(number)
        numbers.append(number)
    return numbers
