"""Payments, credit notes, adjustments and applications as an export writes them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from portal.base.lookup import plain_day, streamed
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.payments.files.adjustments import CHARGE_KINDS, word_in_file

CREDITS = """select e.number, c.code as customer, e.currency, e.dated_on, -e.amount_minor as amount,
  e.reference, e.reason, p.method, p.payer
from entry e join customer c on c.id = e.customer_id left join payment p on p.entry_id = e.id
where e.kind = :kind order by e.number"""
#: The invoice that a credit was applied to stands with the applications.
ADJUSTMENTS = """select e.number, c.code as customer, e.currency, e.dated_on, e.kind, e.subkind,
  e.amount_minor, case when e.amount_minor > 0 and e.kind <> 8 then i.number end as about,
  k.code as counter, e.reason
from entry e join customer c on c.id = e.customer_id
left join entry i on i.id = e.about_id left join customer k on k.id = e.counter_customer_id
where e.space = 3 and e.leg = 0 order by e.number"""
#: Applications of one credit to one part on one day are one.
ALLOCATIONS = """select k.number as credit, e.number as invoice, a.effective_on, a.part, a.ended_on,
  a.currency, k.space as credit_space, e.space as invoice_space, sum(a.amount_minor) as amount
from allocation a join entry k on k.id = a.credit_id join entry e on e.id = a.entry_id
group by k.number, k.space, e.number, e.space, a.effective_on, a.part, a.ended_on, a.currency,
  a.customer_id
order by k.number, e.number, a.effective_on, k.space, e.space, a.part,
  a.ended_on is null, a.ended_on, a.customer_id"""
#: What an adjustment is called that was not imported under a word.
WORDS = {
    Kind.OPENING: "opening",
    Kind.CHARGE: "charge",
    Kind.DISCOUNT: "discount",
    Kind.REFUND: "refund",
    Kind.RETURNED_PAYMENT: "returned_payment",
    Kind.TRANSFER: "transfer",
    Kind.WRITE_OFF: "write_off",
    Kind.ADJUSTMENT: "rounding",
}

Written = Iterator[tuple[object, ...]]


def written_payments(r: Reader) -> Written:
    """The payments as `payments.csv` has them, but for the invoices they name."""
    for row in streamed(r.session, text(CREDITS), kind=Kind.PAYMENT):
        yield (
            row.number,
            row.customer,
            plain_day(row.dated_on),
            Money(row.amount, row.currency).major(),
            row.currency,
            row.reference,
            row.method,
            row.payer,
        )


def written_credit_notes(r: Reader) -> Written:
    """The credit notes as `credit_notes.csv` has them, but for the invoices they name."""
    for row in streamed(r.session, text(CREDITS), kind=Kind.CREDIT_NOTE):
        yield (
            row.number,
            row.customer,
            row.currency,
            plain_day(row.dated_on),
            Money(row.amount, row.currency).major(),
            row.reason,
        )


def written_adjustments(r: Reader) -> Written:
    """The adjustments as `adjustments.csv` has them; a transfer's two legs are one row."""
    for row in streamed(r.session, text(ADJUSTMENTS)):
        word = row.subkind or WORDS[Kind(row.kind)]
        yield (
            row.number,
            row.customer,
            row.currency,
            plain_day(row.dated_on),
            word_in_file(word),
            Money(row.amount_minor, row.currency).major(),
            row.about,
            row.counter,
            row.reason,
            word if word in CHARGE_KINDS else None,
        )


def written_allocations(r: Reader) -> Written:
    """Every application; adjustments are told from payments and invoices of the same number."""
    for row in streamed(r.session, text(ALLOCATIONS)):
        yield (
            row.credit,
            row.invoice,
            Money(int(row.amount), row.currency).major(),
            plain_day(row.effective_on),
            row.part,
            plain_day(row.ended_on),
            "adjustment" if row.credit_space == Kind.TRANSFER.space else None,
            "adjustment" if row.invoice_space == Kind.TRANSFER.space else None,
        )
