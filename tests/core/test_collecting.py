"""R368–R370: what was recovered and at what cost, talks and their success, the second clock."""

import datetime as dt

from portal.core.collecting import Contacts, Recovered, contacts_of, doubtful_since
from portal.core.money import Money


def yuan(major: int) -> Money:
    return Money(major * 100, "CNY")


def test_the_recovery_rate_is_rounded_down_and_unknown_of_nothing():
    assert Recovered(yuan(3), yuan(2), yuan(0)).rate == 66
    assert Recovered(yuan(0), yuan(0), yuan(0)).rate is None


def test_the_cost_is_told_by_what_was_recovered():
    assert Recovered(yuan(80), yuan(60), yuan(3)).cost_percent == 5
    assert Recovered(yuan(80), yuan(0), yuan(3)).cost_percent is None


def test_talks_that_reached_nobody_count_as_made_only():
    assert contacts_of([("no_answer", 5), ("lost", 1)]) == Contacts(6, 0, 0)
    assert contacts_of([("no_answer", 5)]).success is None


def test_a_promise_and_a_payment_are_success():
    assert contacts_of([("promised", 1), ("paid", 1), ("refuses", 2)]).success == 50


def test_the_second_clock_runs_from_the_shipment_else_the_delivery_else_the_invoice():
    """S-107, S-168."""
    one, two, three = (dt.date(2026, 3, day) for day in (1, 2, 3))

    assert doubtful_since(one, two, three) == ("shipped", one)
    assert doubtful_since(None, two, three) == ("delivered", two)
    assert doubtful_since(None, None, three) == ("invoiced", three)
