"""
What pages, letters and cases read of late interest: by item and by account, as of a day.

It stands beside the balance and is not in it, until a charge was approved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from portal.base.work import Reader
from portal.core.money import Money
from portal.interest.accruing import accrued
from portal.invoices.open_items import Scope, both, one, seen_by


@dataclass(frozen=True, slots=True)
class AccruedLine:
    """Late interest of a due part as of a day: in all, and what of it was charged and waived."""

    entry_id: int
    part: int
    due_on: dt.date
    #: With what the law adds once.
    total: Money
    charged: Money
    waived: Money
    #: What the law adds once, of the total.
    fixed: Money
    #: What has accrued and was not asked for yet.
    open: Money


@dataclass(frozen=True, slots=True)
class AccountInterest:
    """Late interest of an account as of a day."""

    total: Money
    charged: Money
    waived: Money
    open: Money


def accrued_of(
    r: Reader, customer_id: int, currency: str, as_of: dt.date | None = None
) -> list[AccruedLine]:
    """The late parts of an account that bear interest, by invoice and part."""
    return [
        AccruedLine(
            *(each.late.entry_id, each.late.part, each.late.due_on),
            *(each.asked.total, each.asked.charged, each.asked.waived),
            Money(each.fixed, currency),
            each.asked.open,
        )
        for each in accrued(r, both(seen_by(r.actor), one(customer_id)), as_of or r.today)
        if each.late.currency == currency and each.interest + each.fixed
    ]


def accrued_sum(r: Reader, customer_id: int, currency: str, as_of: dt.date | None = None) -> Money:
    """The late interest of an account that was not asked for yet: a memo beside the balance."""
    lines = accrued_of(r, customer_id, currency, as_of)
    return Money.total((line.open for line in lines), currency)


def interest_on(
    r: Reader, account: tuple[int, str], keys: Collection[tuple[int, int]], day: dt.date
) -> Money:
    """What due parts (document and part) bear by a day if nothing comes before, not asked yet."""
    customer_id, currency = account
    lines = accrued_of(r, customer_id, currency, day) if keys else []
    wanted = set(keys)
    asked = (line.open for line in lines if (line.entry_id, line.part) in wanted)
    return Money.total(asked, currency)


def accrued_by_account(
    r: Reader, whose: Scope, as_of: dt.date | None = None
) -> dict[tuple[int, str], AccountInterest]:
    """The late interest of the accounts of a scope that bear some, by customer and currency."""
    sums: dict[tuple[int, str], list[int]] = {}
    for each in accrued(r, both(seen_by(r.actor), whose), as_of or r.today):
        total = each.interest + each.fixed
        if total:
            account = sums.setdefault((each.late.customer_id, each.late.currency), [0, 0, 0, 0])
            account[0] += total
            account[1] += each.charged
            account[2] += each.waived
            account[3] += each.open
    return {
        key: AccountInterest(*(Money(minor, key[1]) for minor in minors))
        for key, minors in sums.items()
    }
