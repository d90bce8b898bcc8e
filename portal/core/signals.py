"""
Danger signals: what a debtor in trouble looks like, and which of it the books show by themselves.

They are names here; what each is called in words is for the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portal.core.money import Money
from portal.core.review import is_late_pattern

#: So many promises missed within the days of `RECENT_DAYS` are repeated ones.
BROKEN_OFTEN = 2
#: So many bills not matured yet are many.
BILLS_MANY = 5
#: An order so many times the month's sales is oversize.
OVERSIZE_TIMES = 3
RECENT_DAYS = 90


class Among(StrEnum):
    """Whose signals they are: any debtor's, or a retail terminal's."""

    DEBTOR = "debtor"
    RETAIL = "retail"


#: The eighteen signals of a debtor, in the order of S-108, and the ten of retail terminals (S-109).
SIGNALS: Mapping[str, Among] = {
    "cheaper_office": Among.DEBTOR,
    "staff_changes": Among.DEBTOR,
    "sued": Among.DEBTOR,
    "finance_evasive": Among.DEBTOR,
    "slower_payments": Among.DEBTOR,
    "broken_promises": Among.DEBTOR,
    "boss_unreachable": Among.DEBTOR,
    "boss_accident": Among.DEBTOR,
    "management_conflict": Among.DEBTOR,
    "unclear_investments": Among.DEBTOR,
    "calls_unanswered": Among.DEBTOR,
    "many_bills": Among.DEBTOR,
    "bounced_cheque": Among.DEBTOR,
    "own_receivables": Among.DEBTOR,
    "changing_banks": Among.DEBTOR,
    "selling_below_cost": Among.DEBTOR,
    "oversize_order": Among.DEBTOR,
    "growing_too_fast": Among.DEBTOR,
    "running_costs": Among.RETAIL,
    "manager_missing": Among.RETAIL,
    "buyers_changed": Among.RETAIL,
    "deep_discounts": Among.RETAIL,
    "suppliers_leaving": Among.RETAIL,
    "empty_shelves": Among.RETAIL,
    "gifts_offset": Among.RETAIL,
    "many_bounced_cheques": Among.RETAIL,
    "abnormal_stocktake": Among.RETAIL,
    "no_shoppers": Among.RETAIL,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the books show of a customer on a day."""

    #: Average days late of the last 90 days, less those of the year before.
    late_trend: Decimal | None = None
    #: Promises missed in the last 90 days.
    missed_promises: int = 0
    bills_waiting: int = 0
    #: Bills and cheques dishonoured in the last 90 days.
    dishonoured: int = 0
    largest_order: Money | None = None
    monthly_sales: Money | None = None


def shown_by_books(seen: Seen) -> tuple[str, ...]:
    """
    The signals that the books show; a person decides whether each is noted.

    Rule: R200 — slower payments by R198; two promises missed within 90 days; five bills waiting;
    a bill or cheque dishonoured within 90 days, of which two are many; an open order above three
    months' average sales (S-108, S-109).

    >>> shown_by_books(Seen(missed_promises=2, dishonoured=1))
    ('broken_promises', 'bounced_cheque')
    >>> sales, order = Money.parse("100.00", "CNY"), Money.parse("300.01", "CNY")
    >>> shown_by_books(Seen(largest_order=order, monthly_sales=sales))
    ('oversize_order',)
    """
    found = {
        "slower_payments": is_late_pattern(seen.late_trend),
        "broken_promises": seen.missed_promises >= BROKEN_OFTEN,
        "many_bills": seen.bills_waiting >= BILLS_MANY,
        "bounced_cheque": seen.dishonoured > 0,
        "oversize_order": _is_oversize(seen.largest_order, seen.monthly_sales),
        "many_bounced_cheques": seen.dishonoured > 1,
    }
    return tuple(name for name, is_shown in found.items() if is_shown)


def _is_oversize(order: Money | None, sales: Money | None) -> bool:
    """Nothing is oversize for who has bought nothing yet: that is for the first review to say."""
    if order is None or sales is None or not sales.minor or order.currency != sales.currency:
        return False
    return order > sales.times(OVERSIZE_TIMES)


def crosses(before: int, after: int, warn_at: int) -> bool:
    """
    Whether one more running signal raises an early warning.

    Rule: R201 — the warning is raised when the number of running signals reaches `warn_at` from
    below, once for each crossing; 0 raises none (S-108, S-101).

    >>> crosses(1, 2, 2), crosses(2, 3, 2), crosses(0, 1, 0)
    (True, False, False)
    """
    return before < warn_at <= after
