"""The demo's old claims, one of each end of a limitation period, and who wants texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.sms import TEXTS
from portal.core.limitation import months_after, years_after
from portal.core.money import Money
from portal.demo_books import Books
from portal.home.feeding import MakeFeed, make_feed
from portal.people.commands import ChooseNotices, ChooseTexts, choose_notices
from portal.people.recognising import actor_of
from portal.tables.people import User

CUSTOMER = "LINHAI"
#: A customer's person who wants texts and has a calendar.
READER, NUMBER = "chen.wei@huadong.example", "+86 138 0013 8000"
YEARS = 3


@dataclass(frozen=True)
class OldClaim:
    """An invoice that was never paid, and when it lapses, or would have without a part payment."""

    number: str
    yuan: int
    #: From the demo's day; negative is over.
    lapses_in_months: int
    paid_months_ago: int | None = None


CLAIMS = (
    OldClaim("03311", 6_840, 2),
    OldClaim("03347", 9_150, 5),
    OldClaim("03402", 4_320, 11),
    OldClaim("03058", 12_600, -4, paid_months_ago=27),
    OldClaim("02987", 2_260, -1),
)


def add_old_claims(books: Books, on: dt.date) -> None:
    """Adds the invoices to the books that end on a day, each with its part payment."""
    for claim in CLAIMS:
        due_on = years_after(months_after(on, claim.lapses_in_months), -YEARS)
        issued = due_on - dt.timedelta(days=30)
        number = f"INV-{issued.year}-{claim.number}"
        books.add(
            "invoices",
            invoice_id=number,
            customer_id=CUSTOMER,
            currency="CNY",
            invoice_date=issued.isoformat(),
            amount=Money(claim.yuan * 100, "CNY").major(),
            reference=f"PO-{claim.number}",
            region="East",
        )
        if claim.paid_months_ago is not None:
            paid_on = months_after(on, -claim.paid_months_ago)
            books.add(
                "payments",
                payment_id=number.replace("INV", "RCT"),
                customer_id=CUSTOMER,
                payment_date=paid_on.isoformat(),
                amount="1000.00",
                currency="CNY",
                invoice_id=number,
                bank_reference=f"{paid_on:%y%m%d}000117",
                method="bank transfer",
                payer="临海紧固件厂",
            )


def want_texts(installation: Installation) -> None:
    """Somebody of a customer wants texts about all there is, and subscribes to a calendar."""
    with installation.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id).where(User.email == READER)).one()
        reader = actor_of(r, user_id)
    with installation.work(reader) as w:
        wishes = ChooseTexts(NUMBER, frozenset(TEXTS))
        choose_notices(w, ChooseNotices("zh-CN", texts=wishes))
        make_feed(w, MakeFeed(with_invoices=False))
