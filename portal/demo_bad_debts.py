"""The demo's bad debts: one written off of which a part came in, one that waits, provisions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select

from portal.approvals.kinds import know_kinds
from portal.bad_debts import daily as bad_debts
from portal.bad_debts.expected import ExpectedPart, expected_parts
from portal.bad_debts.proposing import WRITE_OFF_KINDS, ProposeWriteOff, propose_write_off
from portal.bad_debts.providing import PostProvision, ProvideFor, post_provision, provide_for
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.bad_debt import Reason
from portal.core.money import Money
from portal.demo_books import Books
from portal.demo_file import first_of_month
from portal.demo_stage import ADMIN, LEAD, MANAGER, At, Stage, approve, customer_id, do
from portal.tables.approvals import Approval

DEBTOR = "LINHAI"
#: An invoice whose delivery nobody can prove any more; a part of it came in after all.
LOST, LOST_YUAN, CAME = "03966", 5_460, "1365.00"
WRITTEN_OFF, CAME_AGO = 62, 19
UNPROVEN = "送货单遗失，无法举证；金额不大，不值得单独起诉。"
LAPSED = "已过诉讼时效，客户拒绝重新确认。"


def add_lost_claim(books: Books, on: dt.date) -> None:
    """Adds the invoice that is going to be written off, and the part of it that came in later."""
    issued = first_of_month(on, 15) + dt.timedelta(days=8)
    number = f"INV-{issued.year}-{LOST}"
    books.add(
        "invoices",
        invoice_id=number,
        customer_id=DEBTOR,
        currency="CNY",
        invoice_date=issued.isoformat(),
        amount=Money(LOST_YUAN * 100, "CNY").major(),
        reference=f"PO-{LOST}",
        region="East",
    )
    paid_on = on - dt.timedelta(days=CAME_AGO)
    books.add(
        "payments",
        payment_id=f"RCT-{paid_on.year}-{LOST}",
        customer_id=DEBTOR,
        payment_date=paid_on.isoformat(),
        amount=CAME,
        currency="CNY",
        invoice_id=number,
        bank_reference=f"{paid_on:%y%m%d}000209",
        method="bank transfer",
        payer="临海紧固件厂",
    )


def weigh(at: At, on: dt.date) -> None:
    """Write-offs with what came back of one, and the provisions of two months."""
    know_kinds(WRITE_OFF_KINDS)
    stage = Stage(at, on)
    _write_off(stage, WRITTEN_OFF, LOST, (Reason.UNECONOMIC, UNPROVEN), is_approved=True)
    bad_debts.run(at(on - dt.timedelta(days=CAME_AGO), 6), on - dt.timedelta(days=CAME_AGO))
    _provide(stage)
    _write_off(stage, 1, "02987", (Reason.LAPSED, LAPSED), is_approved=False)


def _write_off(
    stage: Stage, days_ago: int, ending: str, why: tuple[Reason, str], *, is_approved: bool
) -> None:
    """The clerk proposes one invoice; two others agree, or will."""
    then = stage.ago(days_ago, 11)
    parts = [part for part in _parts(then) if part.number.endswith(ending)]
    amounts = {part.key: part.expected for part in parts}
    reason, note = why
    proposed = ProposeWriteOff(
        customer_id(then, DEBTOR), amounts, reason, note, f"demo/write-off/{ending}"
    )
    row_id = do(then, LEAD, propose_write_off, proposed)
    if is_approved:
        later = stage.ago(days_ago - 1, 10)
        for email in (MANAGER, ADMIN):
            waiting = _waiting(later, f"write_off/{row_id}")
            if waiting is not None:
                approve(later, email, waiting)


def _parts(then: Installation) -> list[ExpectedPart]:
    with then.reading(SYSTEM) as r:
        return expected_parts(r, customer_id(then, DEBTOR))


def _waiting(then: Installation, subject: str) -> int | None:
    with then.reading(SYSTEM) as r:
        rows = select(Approval.id).where(Approval.subject == subject, Approval.state == "waiting")
        return r.session.scalar(rows)


def _provide(stage: Stage) -> None:
    """Some claims have a rate of their own; the provisions of the last two months are posted."""
    for ago in (1, 0):
        first = first_of_month(stage.on, ago)
        then = stage.since(first + dt.timedelta(days=3), 15)
        if ago:
            told = "诉讼中，多数款项恐难收回。"
            apart = ProvideFor(
                customer_id(then, DEBTOR), None, Decimal(60), told, first - dt.timedelta(days=1)
            )
            do(then, MANAGER, provide_for, apart)
        do(then, MANAGER, post_provision, PostProvision(first - dt.timedelta(days=1)))
