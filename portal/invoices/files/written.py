"""Invoices, their due parts and their lines as an export writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, text

from portal.base.lookup import plain_day, streamed
from portal.base.work import Reader
from portal.core.money import Money

#: What is disputed is what all marks of a part say together, those of disputes here too.
#: A due day stands with the invoice where it has one part or no terms; where the day is not known
#: yet, the terms give it again.
INVOICES = """select e.number, c.code as customer, e.currency, e.dated_on, e.amount_minor,
  e.reference, i.*, d.amount as disputed, d.is_whole, q.parts, q.first_part, q.due_on
from entry e join customer c on c.id = e.customer_id join invoice i on i.entry_id = e.id
join (select customer_id, entry_id, count(*) as parts, min(part) as first_part,
    min(due_on) as due_on from part group by customer_id, entry_id) q
  on q.customer_id = e.customer_id and q.entry_id = e.id
left join (select m.customer_id, m.entry_id, min(m.is_whole) as is_whole,
    sum(case when m.is_whole = 1 or m.said > p.amount_minor then p.amount_minor else m.said end)
      as amount
  from (select customer_id, entry_id, part, sum(coalesce(amount_minor, 0)) as said,
      max(case when amount_minor is null then 1 else 0 end) as is_whole
    from disputed_part where ended_on is null group by customer_id, entry_id, part) m
  join part p on p.customer_id = m.customer_id and p.entry_id = m.entry_id and p.part = m.part
  group by m.customer_id, m.entry_id) d
  on d.customer_id = e.customer_id and d.entry_id = e.id
where e.kind = 1 order by e.number"""
PARTS = """select e.number, e.currency, p.part, p.due_on, p.amount_minor
from entry e join part p on p.customer_id = e.customer_id and p.entry_id = e.id
join (select customer_id, entry_id from part group by customer_id, entry_id
    having (count(*) > 1 or min(part) > 1) and count(due_on) = count(*)) q
  on q.customer_id = e.customer_id and q.entry_id = e.id
where e.kind = 1 order by e.number, p.part"""
LINES = """select e.number, e.currency, l.* from invoice_line l join entry e on e.id = l.entry_id
order by e.number, l.line"""

Written = Iterator[tuple[object, ...]]


def written_invoices(r: Reader) -> Written:
    """The invoices as `invoices.csv` has them; settlements stand in payments and allocations."""
    for row in streamed(r.session, text(INVOICES)):
        # Without a day or terms of its own, the customer's terms would speak when it is read.
        says_day = (row.parts == 1 and row.first_part == 1) or row.terms_text is None
        yield (
            row.number,
            row.customer,
            row.currency,
            plain_day(row.dated_on),
            _major(row.amount_minor, row),
            plain_day(row.due_on) if says_day else None,
            row.terms_text,
            _major(row.tax_minor, row),
            row.tax_invoice_no,
            row.reference,
            row.contract_code,
            row.order_code,
            plain_day(row.shipped_on),
            plain_day(row.delivered_on),
            plain_day(row.accepted_on),
            plain_day(row.received_on),
            row.description,
            row.region,
            row.product,
            "yes" if row.is_whole else _major(row.disputed, row),
        )


def written_parts(r: Reader) -> Written:
    """The due parts of invoices that have several."""
    for row in streamed(r.session, text(PARTS)):
        yield row.number, row.part, plain_day(row.due_on), _major(row.amount_minor, row)


def written_lines(r: Reader) -> Written:
    """The lines of invoices."""
    for row in streamed(r.session, text(LINES)):
        yield (
            row.number,
            row.line,
            row.description,
            row.quantity,
            row.unit_price,
            _major(row.amount_minor, row),
            row.product_code,
            row.unit,
            row.tax_rate,
            _major(row.tax_minor, row),
        )


def _major(minor: int | None, row: Row[Any]) -> str | None:
    return None if minor is None else Money(int(minor), row.currency).major()
