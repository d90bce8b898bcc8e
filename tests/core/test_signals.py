"""R200–R201: which danger signals the books show, and when they raise an early warning."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import Money
from portal.core.signals import SIGNALS, Among, Seen, crosses, shown_by_books

SALES = Money.parse("1000.00", "CNY")


def test_all_signals_of_the_sources_are_here():
    """S-108 lists eighteen, S-109 ten."""
    found = list(SIGNALS.values())

    assert (found.count(Among.DEBTOR), found.count(Among.RETAIL)) == (18, 10)


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        (Seen(), ()),
        (Seen(late_trend=Decimal(15)), ("slower_payments",)),
        (Seen(late_trend=Decimal(14)), ()),
        (Seen(missed_promises=1), ()),
        (Seen(missed_promises=2), ("broken_promises",)),
        (Seen(bills_waiting=4), ()),
        (Seen(bills_waiting=5), ("many_bills",)),
        (Seen(dishonoured=1), ("bounced_cheque",)),
        (Seen(dishonoured=2), ("bounced_cheque", "many_bounced_cheques")),
        (Seen(largest_order=SALES.times(3), monthly_sales=SALES), ()),
        (Seen(largest_order=SALES.times(4), monthly_sales=SALES), ("oversize_order",)),
        (Seen(largest_order=SALES.times(4)), ()),
        (Seen(largest_order=SALES, monthly_sales=Money.zero("CNY")), ()),
        (Seen(largest_order=SALES.times(4), monthly_sales=Money(1, "EUR")), ()),
    ],
)
def test_what_the_books_show(seen: Seen, shown: tuple[str, ...]):
    """R200."""
    assert shown_by_books(seen) == shown


@given(st.integers(0, 28), st.integers(1, 28))
def test_a_warning_is_raised_once_on_the_way_up(warn_at: int, most: int):
    """R201; S-101."""
    raised = [crosses(count, count + 1, warn_at) for count in range(most)]

    assert sum(raised) == (1 <= warn_at <= most)
