"""R380–R390, R435, R436: late interest by day, rates that change, caps, disputes, charges.

The oracle walks day by day; properties are the invariants 43 and 44.
"""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.instalment import Paid
from portal.core.interest import (
    BASES,
    EARLIEST,
    Asked,
    Claim,
    Rate,
    RateFrom,
    Scale,
    always,
    at_most,
    counted_due,
    shared_out,
    worked_out,
)
from portal.core.interest_law import (
    Law,
    Reference,
    cap_on,
    capped,
    fixed_sum,
    merged,
    rates_of,
    read_cap,
    read_law,
)
from portal.core.money import Money, rounded
from portal.core.policy_kinds import LATE_CAPS, LATE_LAWS, REFERENCES
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.interest.laws import FILE

DUE = date(2026, 3, 31)
LAWS = tomllib.loads(FILE.read_text("utf-8"))


def cny(major: str) -> Money:
    return Money.parse(major, "CNY")


def rate(percent: str, basis: int = 365):
    return always(Rate(Decimal(percent), basis))


def total(amount: str, days: int, rates, *paid: tuple[int, str], **told) -> str:
    """Of a claim late for so many days, part payments by their day after the due date."""
    came = tuple(Paid(DUE + timedelta(days=day), cny(minor)) for day, minor in paid)
    claim = Claim(cny(amount), DUE, came, told.pop("grace_days", 0), told.pop("disputed", 0))
    return worked_out(claim, rates, DUE + timedelta(days=days), **told).total.major()


# ── The figures of the specification ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (total("100000", 45, rate("12.25"), (20, "40000")), "1174.66"),
        (total("2000", 45, rate("12.25")), "30.21"),
        (total("1000", 50, rate("8.5")), "11.64"),
        (total("1000", 50, rate("8.5"), round_daily=True), "11.50"),
        (total("100000", 45, rate("0.05", 1)), "2250.00"),
        (total("100000", 90, rate("4.5")), "1109.59"),
        (total("100000", 90, rate("4.5", 360)), "1125.00"),
        (total("1000", 30, rate("10.15")), "8.34"),
        (total("100", 20, rate("0")), "0.00"),
    ],
)
def test_the_figures_of_the_rules(found, expected):
    assert found == expected


def test_a_day_of_a_leap_year_costs_what_any_day_does():
    leap = Claim(cny("36500"), date(2028, 2, 27))

    assert worked_out(leap, rate("10"), date(2028, 3, 1)).total == cny("30.00")


# ── From which day to which ──────────────────────────────────────────────────


@pytest.mark.parametrize(("days", "expected"), [(-1, "0.00"), (0, "0.00"), (1, "10.00")])
def test_it_begins_the_day_after_the_due_date(days, expected):
    assert total("36500", days, rate("10")) == expected


def test_a_payment_lowers_what_is_owed_from_the_next_day():
    claim = Claim(cny("100"), DUE, (Paid(DUE + timedelta(days=1), cny("60")),))
    [first, second] = worked_out(claim, rate("10"), DUE + timedelta(days=3)).segments

    assert (first.principal, first.days) == (cny("100"), 1)
    assert (second.principal, second.days) == (cny("40"), 2)


def test_what_was_paid_in_full_bears_no_longer():
    assert total("36500", 99, rate("10"), (5, "36500")) == "50.00"


def test_money_before_the_due_date_lowers_it_from_the_start():
    assert total("36500", 1, rate("10"), (-9, "18250")) == "5.00"


@pytest.mark.parametrize(("day", "expected"), [(7, "0.00"), (8, "80.00")])
def test_grace_spares_what_is_paid_within_it_and_nothing_else(day, expected):
    assert total("36500", 30, rate("10"), (day, "36500"), grace_days=7) == expected


def test_within_the_days_of_grace_nothing_is_told():
    assert total("36500", 7, rate("10"), grace_days=7) == "0.00"
    assert total("36500", 8, rate("10"), grace_days=7) == "80.00"


def test_what_falls_due_on_a_day_off_is_late_after_the_next_workday():
    saturday = date(2026, 10, 31)

    assert counted_due(saturday, MONDAY_TO_FRIDAY) == date(2026, 11, 2)
    assert counted_due(saturday, None) == saturday


def test_what_is_disputed_is_left_out_until_it_is_rejected():
    assert total("36500", 10, rate("10"), disputed=18250_00) == "50.00"
    assert total("36500", 10, rate("10"), disputed=0) == "100.00"


def test_more_than_what_is_open_is_not_disputed():
    assert total("36500", 10, rate("10"), (5, "36000"), disputed=99999_00) == "49.32"


def test_more_than_was_owed_cannot_have_come():
    with pytest.raises(RuleBroken, match=r"interest\.paid_too_much"):
        Claim(cny("10"), DUE, (Paid(DUE, cny("10.01")),))


# ── Rates that follow each other ─────────────────────────────────────────────


def test_each_day_bears_its_own_rate():
    told = (RateFrom(EARLIEST, Rate(Decimal(10))), RateFrom(date(2026, 4, 6), Rate(Decimal(20))))
    found = worked_out(Claim(cny("36500"), DUE), told, date(2026, 4, 10))

    assert [(each.from_on.day, each.to_on.day, each.days) for each in found.segments] == [
        (1, 5, 5),
        (6, 10, 5),
    ]
    assert found.total == cny("150.00")


def test_a_rate_that_begins_the_day_after_the_due_date_holds_at_once():
    told = (RateFrom(EARLIEST, Rate(Decimal(10))), RateFrom(date(2026, 4, 1), Rate(Decimal(20))))

    assert len(worked_out(Claim(cny("100"), DUE), told, date(2026, 4, 9)).segments) == 1


# ── Laws ─────────────────────────────────────────────────────────────────────


def shipped(name: str) -> tuple[Law, list[Reference]]:
    law = read_law(LAWS["laws"][name])
    known = LAWS["references"].get(law.reference, {})
    return law, [Reference(date.fromisoformat(on), Decimal(each)) for on, each in known.items()]


def percent_on(name: str, due: str, on: str) -> Decimal:
    law, known = shipped(name)
    claim = Claim(Money(100_00, "EUR"), date.fromisoformat(due))
    return (
        worked_out(claim, rates_of(law, known, claim.due_on), date.fromisoformat(on))
        .segments[-1]
        .rate.percent
    )


@pytest.mark.parametrize(
    ("law", "due", "on", "percent"),
    [
        ("eu", "2024-11-30", "2024-12-31", "12.25"),
        ("eu", "2024-11-30", "2025-01-01", "11.15"),
        ("de", "2024-11-30", "2025-07-01", "10.27"),
        ("fr", "2024-11-30", "2025-07-01", "12.15"),
        ("uk", "2024-05-31", "2026-01-01", "13.25"),
        ("uk", "2024-12-31", "2026-01-01", "12.75"),
        ("cn", "2026-01-01", "2026-02-01", "0.05"),
        ("cn_court", "2025-06-01", "2026-02-01", "4.500"),
    ],
)
def test_a_law_gives_its_rate_of_the_day(law, due, on, percent):
    assert percent_on(law, due, on) == Decimal(percent)


def test_every_law_that_a_policy_can_name_is_told_and_builds_on_what_is_known():
    assert set(LAWS["laws"]) == set(LATE_LAWS)
    assert set(LAWS["references"]) == set(REFERENCES)
    assert {read_law(each).reference for each in LAWS["laws"].values()} - {""} == set(REFERENCES)


def test_reference_rates_stand_in_the_order_of_their_days():
    for rates in LAWS["references"].values():
        assert list(rates) == sorted(rates)


def test_a_newer_reference_rate_goes_before_the_shipped_one():
    told = [Reference(date(2026, 1, 1), Decimal("2.15"))]
    newer = [Reference(date(2026, 7, 1), Decimal("1.9")), Reference(date(2026, 1, 1), Decimal(2))]

    assert [each.percent for each in merged(told, newer)] == [Decimal(2), Decimal("1.9")]


def test_without_a_reference_rate_the_points_stand_alone():
    assert rates_of(Law("ecb", Decimal(8)), [], DUE)[0].rate.percent == 8


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.01", "40"), ("999.99", "40"), ("1000", "70"), ("9999.99", "70"), ("10000", "100")],
)
def test_the_law_of_the_united_kingdom_adds_by_the_size_of_the_claim(amount, expected):
    found = fixed_sum(shipped("uk")[0], Money.parse(amount, "GBP"))

    assert found == Money.parse(expected, "GBP")


def test_a_fixed_sum_is_of_the_laws_own_currency():
    assert fixed_sum(shipped("eu")[0], cny("1000")).minor == 0


# ── Caps ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("percent", "basis", "expected"),
    [("12", 365, "12"), ("12.01", 365, "12.0"), ("0.05", 1, "12.0"), ("11.9", 360, "12.0")],
)
def test_the_lower_of_what_was_agreed_and_the_cap_holds_by_the_day(percent, basis, expected):
    told = [Reference(date(2025, 5, 20), Decimal("3.0")), Reference(DUE, Decimal(9))]
    most = cap_on(read_cap(LAWS["caps"]["cn"]), told, DUE - timedelta(days=1))

    assert capped(Rate(Decimal(percent), basis), most).percent == Decimal(expected)


def test_every_cap_that_a_policy_can_name_is_told():
    assert set(LAWS["caps"]) == set(LATE_CAPS)
    assert {each["reference"] for each in LAWS["caps"].values()} <= set(LAWS["references"])


@pytest.mark.parametrize(("percent", "expected"), [(15, 150_00), (22, 220_00), (30, 220_00)])
def test_no_more_than_a_part_of_what_was_owed_is_asked_for(percent, expected):
    assert at_most(220_00, owed=1000_00, percent=percent) == expected
    assert at_most(1, owed=0, percent=percent) == 0


# ── Charges ──────────────────────────────────────────────────────────────────


def test_what_was_charged_and_waived_is_not_asked_again():
    assert Asked(cny("100"), cny("60"), cny("30")).open == cny("10")
    assert Asked(cny("100"), cny("90"), cny("30")).open == cny("0")


def test_what_a_file_charged_is_taken_by_the_parts_in_order():
    assert shared_out(50, [30, 40]) == [30, 20]
    assert shared_out(90, [30, 40]) == [50, 40]
    assert shared_out(90, []) == []


# ── Properties ───────────────────────────────────────────────────────────────

DAYS = st.integers(0, 900)
BEGIN = date(2023, 12, 1)
RATE = st.builds(Rate, st.decimals("0", "40", places=3), st.sampled_from(BASES[:2])) | st.builds(
    Rate, st.decimals("0", "0.2", places=4), st.just(1)
)


@st.composite
def rate_tables(draw):
    days = sorted(draw(st.sets(DAYS, max_size=4)))
    later = [RateFrom(BEGIN + timedelta(days=day), draw(RATE)) for day in days]
    return (RateFrom(EARLIEST, draw(RATE)), *later)


@st.composite
def claims(draw):
    amount = draw(st.integers(1, 10**11))
    left, came = amount, []
    for day in sorted(draw(st.lists(DAYS, max_size=4))):
        minor = draw(st.integers(0, left))
        left -= minor
        came += [Paid(BEGIN + timedelta(days=day), Money(minor, "EUR"))] if minor else []
    due = BEGIN + timedelta(days=draw(DAYS))
    grace = draw(st.sampled_from([0, 0, 5, 30]))
    disputed = draw(st.just(0) | st.integers(0, amount))
    return Claim(Money(amount, "EUR"), due, tuple(came), grace, disputed)


def day_by_day(claim: Claim, rates, until: date) -> int:
    """What somebody with a pencil does: each day what is owed then at the rate of that day."""
    if until <= claim.grace_until:
        return 0
    spared = sum(p.amount.minor for p in claim.paid if p.on <= claim.grace_until)
    came = sum(p.amount.minor for p in claim.paid if p.on <= until)
    silent = min(claim.disputed, claim.amount.minor - came)
    exact, day = Fraction(0), claim.due_on
    while day < until:
        day += timedelta(days=1)
        gone = sum(p.amount.minor for p in claim.paid if claim.grace_until < p.on < day)
        held = max((each for each in rates if each.from_on <= day), key=lambda each: each.from_on)
        owed = claim.amount.minor - spared - gone - silent
        exact += owed * Fraction(held.rate.percent) / (100 * held.rate.basis)
    return rounded(exact)


@given(claims(), rate_tables(), DAYS)
def test_it_is_what_somebody_with_a_pencil_finds(claim, rates, days):
    until = BEGIN + timedelta(days=days)

    assert worked_out(claim, rates, until).total.minor == day_by_day(claim, rates, until)


@given(claims(), rate_tables(), DAYS)
def test_the_scale_of_a_book_agrees_with_the_single_item(claim, rates, days):
    until = BEGIN + timedelta(days=days)

    found = Scale(rates).total(claim.pieces(until), claim.due_on.toordinal())

    assert found == worked_out(claim, rates, until).total.minor


@given(claims(), rate_tables(), st.lists(DAYS, min_size=1, max_size=5))
def test_charges_for_following_periods_come_to_one_for_the_whole(claim, rates, days):
    charged = Money(0, "EUR")
    undisputed = Claim(claim.amount, claim.due_on, claim.paid, claim.grace_days)
    for day in sorted(days):
        so_far = worked_out(undisputed, rates, BEGIN + timedelta(days=day)).total
        charged += Asked(so_far, charged, Money(0, "EUR")).open

    assert charged == worked_out(undisputed, rates, BEGIN + timedelta(days=max(days))).total


@given(claims(), rate_tables(), DAYS)
def test_it_is_never_negative_and_nothing_before_the_day_after_the_due_date(claim, rates, days):
    until = BEGIN + timedelta(days=days)
    found = worked_out(claim, rates, until)

    assert found.total.minor >= 0
    assert until > claim.due_on or found.total.minor == 0
    assert all(each.from_on > claim.due_on and each.to_on <= until for each in found.segments)


@given(claims(), rate_tables(), DAYS, st.integers(0, 10**9))
def test_interest_bears_no_interest(claim, rates, days, charged):
    """What was charged is no argument of it: only the claim and its payments are."""
    until = BEGIN + timedelta(days=days)
    found = worked_out(claim, rates, until).total
    asked = Asked(found, Money(charged, "EUR"), Money(0, "EUR"))

    assert asked.open.minor == max(found.minor - charged, 0)
