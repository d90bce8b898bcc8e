"""R45–R48, R77: the ticks on the lines decide which answer is possible."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.confirmation import (
    OF_LINES,
    Difference,
    Reason,
    Result,
    check_difference,
    check_own_document,
    check_result,
    difference_minor,
    fitting_result,
    own_closing_minor,
)
from portal.core.errors import RuleBroken
from portal.core.statement import Line
from portal.core.statement_status import Act

DAY = date(2026, 10, 5)
INVOICE = Line(DAY, 1, "INV-1", "", DAY, 1, 10000, 10000, late=False)
PAYMENT = Line(DAY, 4, "P-1", "", None, 0, -4000, 6000, late=False)


@pytest.mark.parametrize(
    ("line", "own_minor", "difference"),
    [
        (INVOICE, 8000, -2000),
        (INVOICE, 12000, 2000),
        (INVOICE, None, -10000),
        (PAYMENT, 5000, -1000),
        (PAYMENT, None, 4000),
    ],
)
def test_a_difference_is_their_books_less_ours(line, own_minor, difference):
    assert difference_minor(Difference(1, Reason.TIMING, own_minor), line) == difference


@pytest.mark.parametrize(
    ("difference", "code"),
    [
        (Difference(1, Reason.WRONG_AMOUNT), "difference.amount_missing"),
        (Difference(1, Reason.PRICE_OR_QUANTITY), "difference.amount_missing"),
        (Difference(1, Reason.OTHER, 1), "difference.note_missing"),
        (Difference(1, Reason.WRONG_AMOUNT, -1), "difference.amount_negative"),
        (Difference(1, Reason.WRONG_AMOUNT, 10000), "difference.same_amount"),
        (Difference(1, Reason.MISSING_DOCUMENT, 1), "difference.reason_unfit"),
    ],
    ids=["wrong amount", "price", "other", "negative", "same", "only theirs"],
)
def test_a_difference_that_says_too_little_is_refused(difference, code):
    with pytest.raises(RuleBroken) as refused:
        check_difference(difference, INVOICE)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "difference",
    [
        *(Difference(1, reason, 1, "see mail") for reason in OF_LINES),
        Difference(1, Reason.NOT_RECEIVED),
        Difference(1, Reason.OTHER, note="see mail"),
    ],
    ids=lambda difference: f"{difference.reason} {difference.own_minor}",
)
def test_a_difference_that_says_enough_is_taken(difference):
    check_difference(difference, INVOICE)


@pytest.mark.parametrize(
    ("difference", "code"),
    [
        (Difference(None, Reason.MISSING_DOCUMENT, 1), "difference.document_missing"),
        (Difference(None, Reason.TIMING, document="GR-1"), "difference.amount_missing"),
        (Difference(None, Reason.TIMING, 0, document="GR-1"), "difference.amount_missing"),
        (Difference(None, Reason.OTHER, 1, document="GR-1"), "difference.note_missing"),
        (Difference(None, Reason.OTHER_OPENING), "difference.amount_missing"),
    ],
    ids=["no number", "no amount", "nothing", "no note", "opening"],
)
def test_a_document_of_their_books_that_says_too_little_is_refused(difference, code):
    with pytest.raises(RuleBroken) as refused:
        check_own_document(difference)

    assert refused.value.code == code


def test_a_document_that_only_their_books_have_counts_with_its_amount():
    theirs = Difference(None, Reason.MISSING_DOCUMENT, -1500, document="GR-1", dated_on=DAY)
    opening = Difference(None, Reason.OTHER_OPENING, 200)
    for each in (theirs, opening):
        check_own_document(each)

    assert own_closing_minor(6000, [INVOICE, PAYMENT], [theirs, opening]) == 4700


@pytest.mark.parametrize(
    ("result", "count", "remark", "code"),
    [
        (Result.CONFIRMED, 1, "", "confirmation.differences_stand"),
        (Result.CONFIRMED_WITH_DIFFERENCES, 0, "", "confirmation.no_difference"),
        (Result.REFUSED, 0, " ", "confirmation.remark_missing"),
    ],
)
def test_a_result_that_the_ticks_contradict_is_refused(result, count, remark, code):
    with pytest.raises(RuleBroken) as refused:
        check_result(result, [Difference(1, Reason.DUPLICATE)] * count, remark)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("result", "count"),
    [
        (Result.CONFIRMED, 0),
        (Result.CONFIRMED_WITH_DIFFERENCES, 1),
        (Result.REFUSED, 0),
        (Result.REFUSED, 1),
    ],
)
def test_a_result_that_fits_is_taken(result, count):
    check_result(result, [Difference(1, Reason.DUPLICATE)] * count, "Not our account.")


@pytest.mark.parametrize(
    ("result", "act"),
    [
        (Result.CONFIRMED, Act.CONFIRM),
        (Result.CONFIRMED_WITH_DIFFERENCES, Act.CONFIRM_WITH_DIFFERENCES),
        (Result.REFUSED, Act.REFUSE),
    ],
)
def test_a_result_is_an_act_on_the_statement(result, act):
    assert result.act is act


def test_the_ticks_suggest_a_result():
    some = [Difference(1, Reason.DUPLICATE)]

    assert (fitting_result([]), fitting_result(some)) == (
        Result.CONFIRMED,
        Result.CONFIRMED_WITH_DIFFERENCES,
    )


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=8))
def test_our_closing_and_the_differences_make_theirs(owns):
    lines = [INVOICE] * len(owns)
    differences = [Difference(seq, Reason.OTHER, own) for seq, own in enumerate(owns, start=1)]

    assert own_closing_minor(10000 * len(owns), lines, differences) == sum(owns)
