"""May it be shipped: limits, bars, reviews, lateness, rates (R179–R186)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.credit_decision import REASONS, Asked, Bound, Overdue, Verdict, decide
from portal.core.exposure import Part, Rate, expose
from portal.core.money import Money
from tests.core.books import euro

TODAY = date(2026, 3, 10)
RATES = (Rate("PLN", "EUR", TODAY, Decimal("0.9")),)


def bound(used="800.00", limit="1000.00", *, customer="C1", figures=None, **columns):
    held = figures or {(Part.OPEN, "EUR"): euro(used).minor}
    exposure = expose(held, "EUR", RATES, TODAY)
    return Bound(customer, exposure, None if limit is None else euro(limit), **columns)


def asked(amount="200.00", *bounds, **columns):
    money = amount if isinstance(amount, Money) else euro(amount)
    return Asked(money, TODAY, bounds or (bound(),), RATES, **columns)


def codes(decision):
    return [reason.code for reason in decision.reasons]


@pytest.mark.parametrize(("amount", "verdict"), [("200.00", "allow"), ("200.01", "hold")])
def test_exposure_and_amount_stay_within_the_limit_to_the_last_cent(amount, verdict):
    told = decide(asked(amount))

    assert told.verdict.value == verdict
    assert (told.exposure, told.limit, told.available) == (
        *(euro("800.00"), euro("1000.00")),
        euro("200.00"),
    )


def test_what_is_over_is_told_with_its_figures():
    (reason,) = decide(asked("250.00")).reasons

    assert reason.code == "over_limit"
    assert reason.facts == {
        "customer": "C1",
        "over": euro("50.00"),
        "limit": euro("1000.00"),
        "exposure": euro("800.00"),
    }


def test_who_has_no_limit_is_not_limited_even_without_a_rate():
    figures = {(Part.OPEN, "JPY"): 10**9}
    told = decide(asked("1.00", bound(limit=None, figures=figures)))

    assert told.verdict is Verdict.ALLOW
    assert (told.exposure, told.limit, told.available) == (None, None, None)


@pytest.mark.parametrize(
    ("figures", "amount", "allowed"),
    [
        ({}, "0.01", False),
        ({(Part.MONEY, "EUR"): 10000}, "100.00", True),
        ({(Part.MONEY, "EUR"): 10000}, "100.01", False),
        ({(Part.MONEY, "EUR"): 10000, (Part.OPEN, "EUR"): 99900}, "100.00", True),
        ({(Part.MONEY, "EUR"): 10000, (Part.ORDERS, "EUR"): 4000}, "60.01", False),
        ({(Part.MONEY, "EUR"): 10000, (Part.DELIVERED, "EUR"): 4000}, "60.01", False),
        ({(Part.CREDIT_NOTES, "EUR"): 5000}, "50.00", True),
        ({(Part.CREDIT_NOTES, "EUR"): 5000, (Part.OPEN, "EUR"): 1}, "50.00", False),
    ],
)
@pytest.mark.parametrize("how", [{"limit": "0.00"}, {"prepays": True}])
def test_who_prepays_is_allowed_what_is_covered(figures, amount, allowed, how):
    held = {(Part.BILLS, "EUR"): 0, **figures}
    told = decide(asked(amount, bound(figures=held, **how)))

    assert told.verdict is (Verdict.ALLOW if allowed else Verdict.REFUSE)
    assert told.limit == euro("0.00")
    assert codes(told) == ([] if allowed else ["prepayment"])


@pytest.mark.parametrize("kind", ["blacklisted", "frozen"])
def test_who_is_barred_is_refused_whatever_else_holds(kind):
    told = decide(asked("0.00", bound(limit=None), standing={kind, "exempt_government"}))

    assert (told.verdict, codes(told)) == (Verdict.REFUSE, [kind])


def test_a_limit_holds_through_its_last_day():
    expiring = [bound(valid_until=TODAY - timedelta(days=days)) for days in (0, 1)]

    assert [codes(decide(asked("1.00", each))) for each in expiring] == [[], ["limit_expired"]]


@pytest.mark.parametrize(
    ("days", "standing", "reasons"),
    [
        (0, (), []),
        (1, (), ["review_overdue"]),
        (1, ("exempt_small",), []),
        (1, ("exempt_government",), []),
        (1, ("exempt_institution", "frozen"), ["frozen"]),
    ],
)
def test_a_review_holds_from_the_day_after_unless_nobody_needs_to_look(days, standing, reasons):
    due_on = TODAY - timedelta(days=days)

    assert codes(decide(asked("1.00", review_due_on=due_on, standing=standing))) == reasons


@pytest.mark.parametrize(("late", "reasons"), [(30, []), (31, ["overdue"])])
def test_an_item_holds_once_it_is_later_than_the_grade_allows(late, reasons):
    oldest = Overdue("INV-7", TODAY - timedelta(days=late))
    told = decide(asked("1.00", overdue=oldest, hold_overdue_days=30))

    assert codes(told) == reasons
    assert [reason.facts for reason in told.reasons] == [
        {"number": "INV-7", "days": 31, "threshold": 30} for _ in reasons
    ]


def test_without_a_threshold_no_lateness_holds():
    assert decide(asked("1.00", overdue=Overdue("I", date.min))).verdict is Verdict.ALLOW


def test_a_missing_rate_holds_and_names_the_pair():
    of_exposure = decide(asked("1.00", bound(figures={(Part.OPEN, "JPY"): 1})))
    of_amount = decide(asked(Money(1, "USD")))

    assert [reason.facts for reason in of_exposure.reasons] == [{"pair": "JPY/EUR"}]
    assert (of_exposure.verdict, of_exposure.exposure) == (Verdict.HOLD, None)
    assert [reason.facts for reason in of_amount.reasons] == [{"pair": "USD/EUR"}]
    assert (of_amount.exposure, of_amount.amount) == (euro("800.00"), None)


def test_an_amount_in_another_currency_counts_at_the_days_rate():
    fits, is_over = Money(22222, "PLN"), Money(22223, "PLN")

    assert [decide(asked(each)).verdict.value for each in (fits, is_over)] == ["allow", "hold"]


def test_every_limit_on_the_way_up_binds_and_the_scarcest_is_told():
    own, above = bound("100.00"), bound("4900.00", "5000.00", customer="P")

    told = decide(asked("150.00", own, above))
    assert (codes(told), told.reasons[0].facts["customer"]) == (["over_limit"], "P")
    assert told.available == euro("100.00")
    assert decide(asked("1.00", bound(limit=None), above)).limit == euro("5000.00")


def test_an_allowed_order_stays_so_unless_it_is_barred():
    over = bound("5000.00")

    assert decide(asked("1.00", over, was_allowed=True)).verdict is Verdict.ALLOW
    barred = asked("1.00", over, was_allowed=True, standing={"frozen"})
    assert codes(decide(barred)) == ["frozen"]


@given(
    used=st.integers(-(10**6), 10**6),
    limit=st.none() | st.integers(0, 10**6),
    amount=st.integers(0, 10**6),
    late=st.integers(0, 60),
    standing=st.sets(st.sampled_from(["blacklisted", "frozen", "exempt_small"])),
    review=st.booleans(),
)
def test_the_answer_is_the_heaviest_of_its_reasons_and_each_is_told_once(
    used, limit, amount, late, standing, review
):
    figures = {(Part.OPEN, "EUR"): used}
    ceiling = None if limit is None else Money(limit, "EUR").major()
    told = decide(
        Asked(
            Money(amount, "EUR"),
            TODAY,
            (bound(limit=ceiling, figures=figures), bound(limit=ceiling, figures=figures)),
            standing=standing,
            review_due_on=TODAY - timedelta(days=review),
            overdue=Overdue("I", TODAY - timedelta(days=late)),
            hold_overdue_days=30,
        )
    )

    heaviest = max((list(Verdict).index(REASONS[code]) for code in codes(told)), default=0)
    assert told.verdict is list(Verdict)[heaviest]
    assert len(codes(told)) == len(set(codes(told)))
    if told.verdict is Verdict.ALLOW and limit:
        assert used + amount <= limit
