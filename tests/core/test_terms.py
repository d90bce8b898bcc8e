"""R11–R15: the terms notation, and the due dates and amounts that it gives."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.terms import BASELINES, parse_terms, schedule
from portal.core.workdays import Calendar

MONDAY = date(2025, 6, 16)


def due(text, issued=MONDAY, amount="100.00", currency="EUR", calendar=None):
    made = schedule(
        parse_terms(text), issued, Money.parse(amount, currency), calendar or Calendar()
    )
    return [(str(part.due_on), part.amount.major()) for part in made.parts]


def refusal(text, amount="100.00", currency="EUR"):
    with pytest.raises(RuleBroken) as refused:
        schedule(parse_terms(text), MONDAY, Money.parse(amount, currency))
    return refused.value.code, refused.value.facts["part"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("net 30", [("2025-07-16", "100.00")]),
        ("30d", [("2025-07-16", "100.00")]),
        ("net 30 eom", [("2025-07-31", "100.00")]),
        ("30d eom", [("2025-07-31", "100.00")]),
        ("eom net 45", [("2025-08-14", "100.00")]),
        ("eom 45d", [("2025-08-14", "100.00")]),
        ("1m day 25", [("2025-07-25", "100.00")]),
        ("30d eom 1d day 30", [("2025-08-30", "100.00")]),
        ("30% 15d, balance 45d", [("2025-07-01", "30.00"), ("2025-07-31", "70.00")]),
        (
            "70% 0d, 10.00 0d, balance 0d",
            [("2025-06-16", "70.00"), ("2025-06-16", "10.00"), ("2025-06-16", "20.00")],
        ),
        ("2/10 net 30", [("2025-07-16", "100.00")]),
        ("2/10, net 30", [("2025-07-16", "100.00")]),
        ("from acceptance 30d", [("2025-07-16", "100.00")]),
        ("prepaid", [("2025-06-16", "100.00")]),
        ("cod", [("2025-06-16", "100.00")]),
        ("from delivery cod", [("2025-06-16", "100.00")]),
        ("2w", [("2025-06-30", "100.00")]),
        ("5d bd", [("2025-06-23", "100.00")]),
        ("day 16", [("2025-06-16", "100.00")]),
        ("day 15", [("2025-07-15", "100.00")]),
    ],
)
def test_a_terms_text_gives_its_due_parts(text, parts):
    assert due(text) == parts


@pytest.mark.parametrize(
    "text", ["NET 30", "  net   30 ", "Net\t30", "net 30d", "net 30 d", "30 d", "ＮＥＴ　３０"]
)
def test_case_blanks_and_full_width_signs_do_not_matter(text):
    assert str(parse_terms(text)) == "30d"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("30 % 15d，balance 45d", "30% 15d, balance 45d"),
        ("1.5/10 net 30", "30d; discount 1.5% 10d"),
        ("from receipt 2/10 net 30", "from receipt 30d; discount 2% 10d"),
        ("from invoice eom", "eom"),
        ("PREPAID", "prepaid"),
    ],
)
def test_terms_are_written_without_sugar(text, plain):
    assert str(parse_terms(text)) == plain


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("", "terms.empty", ""),
        (" ", "terms.empty", ""),
        ("30d " * 300, "terms.too_long", "30d 30d 30d 30d 30d …"),
        ("from moon 30d", "terms.unknown_baseline", "from moon"),
        ("30 days", "terms.unknown_word", "30 days"),
        ("soon", "terms.unknown_word", "soon"),
        ("net", "terms.unknown_word", "net"),
        ("from delivery", "terms.unknown_word", "from delivery"),
        ("30", "terms.date_missing", "30"),
        ("50% 0d, 50%", "terms.date_missing", "50%"),
        ("15d, 45d", "terms.share_missing", "15d"),
        ("30% 15d,", "terms.share_missing", ""),
        ("0% 1d, 100% 2d", "terms.share_of_nothing", "0% 1d"),
        ("day", "terms.day_missing", "day"),
        ("day x", "terms.day_missing", "day x"),
        ("day 0", "terms.number_out_of_range", "day 0"),
        ("day 32", "terms.number_out_of_range", "day 32"),
        ("4000d", "terms.number_out_of_range", "4000d"),
        ("50% 0d", "terms.not_whole", "50% 0d"),
        ("60% 0d, 50% 30d", "terms.not_whole", "50% 30d"),
        ("100% 0d, balance 30d", "terms.nothing_left", "balance 30d"),
        ("50% 0d, 50.00 30d", "terms.balance_missing", "50.00 30d"),
        ("balance 0d, balance 30d", "terms.two_balances", "balance 30d"),
        ("30d; 2% 10d", "terms.discount_malformed", "2% 10d"),
        ("30d; discount 10d", "terms.discount_malformed", "discount 10d"),
        ("30d; discount 2%", "terms.discount_malformed", "discount 2%"),
        ("30d; discount balance 2d", "terms.discount_malformed", "discount balance 2d"),
        ("30d; discount 100% 2d", "terms.discount_takes_all", "discount 100% 2d"),
        ("2/10 30d; discount 1% 5d", "terms.two_discounts", "discount 2% 10d"),
        ("99.00 0d, 5.00 1d, balance 2d", "terms.exceeds_total", "99.00 0d"),
        ("30d; discount 100.01 2d", "terms.exceeds_total", "discount 100.01 2d"),
        ("1.005 0d, balance 1d", "money.too_many_decimals", "1.005 0d"),
    ],
)
def test_terms_that_make_no_sense_are_refused_naming_the_part(text, code, part):
    assert refusal(text) == (code, part)


def test_terms_that_leave_the_calendar_are_refused():
    with pytest.raises(RuleBroken) as refused:
        schedule(parse_terms("120m"), date(9995, 1, 1), Money(100, "EUR"))

    assert refused.value.code == "terms.beyond_calendar"


def test_a_fixed_share_written_with_decimals_suits_a_currency_without():
    assert due("200.00 0d, balance 1d", amount="1000", currency="JPY")[0][1] == "200"


@pytest.mark.parametrize(
    ("text", "from_on", "due_on"),
    [
        ("1m", date(2024, 1, 31), "2024-02-29"),
        ("1m", date(2025, 1, 31), "2025-02-28"),
        ("eom 1m", date(2020, 6, 11), "2020-07-30"),
        ("1m eom", date(2020, 6, 11), "2020-07-31"),
        ("day 31", date(2026, 2, 10), "2026-02-28"),
        ("day 31", date(2026, 2, 28), "2026-02-28"),
        ("day 30", date(2026, 1, 31), "2026-02-28"),
        ("day 15", date(2026, 12, 16), "2027-01-15"),
    ],
)
def test_months_of_any_length_are_walked_as_written(text, from_on, due_on):
    assert due(text, issued=from_on)[0][0] == due_on


def test_a_business_day_is_one_of_the_calendar():
    holiday = Calendar(holidays={date(2025, 6, 17)})

    assert due("1d bd", calendar=holiday)[0][0] == "2025-06-18"


@pytest.mark.parametrize(
    ("text", "amount", "shares"),
    [
        ("50% 0d, 50% 30d", "0.03", ["0.02", "0.01"]),
        ("25% 0d, 25% 1d, 25% 2d, 25% 3d", "0.02", ["0.01", "0.01", "0.00", "0.00"]),
        ("balance 0d, 33.33% 30d", "100.01", ["66.68", "33.33"]),
        ("70% 0d, 20.00 0d, balance 0d", "-100.00", ["-70.00", "-20.00", "-10.00"]),
        ("40.00 0d, balance 1d", "40.00", ["40.00", "0.00"]),
    ],
)
def test_the_last_part_takes_the_rest(text, amount, shares):
    assert [share for _, share in due(text, amount=amount)] == shares


def test_a_part_of_nothing_is_no_open_item():
    made = schedule(parse_terms("40.00 0d, balance 1d"), MONDAY, Money(4000, "EUR"))

    assert [part.amount.major() for part in made.items] == ["40.00"]


def test_percentages_are_summed_in_decimal():
    parts = ["50% 0d", *["1.66% 0d"] * 20, "16.8% 0d"]

    assert len(parse_terms(", ".join(parts)).parts) == 22


@pytest.mark.parametrize(
    ("text", "until", "off"),
    [
        ("2/10 net 30", "2025-06-26", "2.00"),
        ("30d; discount 50.00 10d", "2025-06-26", "50.00"),
        ("10d; discount 2.5% 30d", "2025-07-16", "2.50"),
    ],
)
def test_a_discount_may_end_when_it_likes(text, until, off):
    discount = schedule(parse_terms(text), MONDAY, Money(10000, "EUR")).discount

    assert (str(discount.until), discount.amount.major()) == (until, off)


def test_term_days_reach_to_the_last_due_date():
    made = schedule(parse_terms("30% 45d, balance 15d"), MONDAY, Money(10000, "EUR"))

    assert (made.term_days, [part.term_days for part in made.parts]) == (45, [45, 15])


@pytest.mark.parametrize("kind", BASELINES)
def test_the_baseline_is_named(kind):
    assert parse_terms(f"from {kind} 30d").baseline_kind == kind


def test_without_a_baseline_date_nothing_is_due_yet():
    made = schedule(parse_terms("from delivery 2/10 net 30"), None, Money(100, "EUR"))

    assert (made.parts[0].due_on, made.parts[0].amount.minor, made.discount, made.term_days) == (
        None,
        100,
        None,
        None,
    )


steps = st.lists(
    st.one_of(
        st.integers(0, 90).map("{}d".format),
        st.integers(0, 8).map("{}w".format),
        st.integers(0, 12).map("{}m".format),
        st.integers(1, 31).map("day {}".format),
        st.sampled_from(["eom", "bd"]),
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
fractions = st.lists(st.integers(1, 20), min_size=1, max_size=4)
totals = st.integers(-(10**9), 10**9)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@st.composite
def terms_texts(draw):
    parts = [f"{percent}% {draw(steps)}" for percent in draw(fractions)]
    body = ", ".join([*parts, f"balance {draw(steps)}"])
    baseline = draw(st.sampled_from(["", *(f"from {kind} " for kind in BASELINES)]))
    percent = draw(st.integers(0, 99))
    return f"{baseline}{body}" + (f"; discount {percent}% {draw(steps)}" if percent else "")


@given(terms_texts(), totals, days)
def test_the_parts_sum_to_the_total(text, total, issued):
    made = schedule(parse_terms(text), issued, Money(total, "EUR"))

    assert sum(part.amount.minor for part in made.parts) == total


@given(terms_texts(), totals, days)
def test_no_part_has_the_other_sign(text, total, issued):
    made = schedule(parse_terms(text), issued, Money(total, "EUR"))

    assert all(part.amount.minor * total >= 0 for part in made.parts)


@given(terms_texts())
def test_terms_written_and_read_again_are_the_same_terms(text):
    assert str(parse_terms(str(parse_terms(text)))) == str(parse_terms(text))


@given(steps, days)
def test_no_step_leads_back(text, issued):
    assert due(text, issued=issued)[0][0] >= str(issued)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(RuleBroken):
        parse_terms(text)
