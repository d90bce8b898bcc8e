"""What follows from a decision: words, a credit note, who has to agree (R126–R129, R151)."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.crediting import (
    LONGEST_ANSWER,
    Posted,
    Wanted,
    check_room,
    check_settlement,
    check_words,
    needs_approval,
    settled_by,
)
from portal.core.dispute import Settlement, Verdict
from portal.core.dispute_measures import Decided, disputed_share, measure
from portal.core.errors import RuleBroken
from portal.core.money import Money

MONDAY = date(2026, 11, 2)
MORNING, NOON = (datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (8, 12))
CAUSES = ("delivery", "other")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("answer", "cause", "code"),
    [
        ("  ", "other", "answer_missing"),
        ("x" * (LONGEST_ANSWER + 1), "other", "answer_too_long"),
        ("Paid on 9 October.", "", "root_cause_unknown"),
    ],
)
def test_no_decision_without_words_and_a_cause(answer: str, cause: str, code: str):
    with pytest.raises(RuleBroken, match=code):
        check_words(answer, cause, CAUSES)


@pytest.mark.parametrize(
    ("accepted", "settlement", "has_invoice", "code"),
    [
        (100, None, True, "settlement_missing"),
        (0, Settlement.CREDIT_NOTE, True, "settlement_of_nothing"),
        (100, Settlement.TAKE_BACK_GOODS, False, "nothing_to_credit"),
    ],
)
def test_what_is_accepted_is_settled_somehow(accepted, settlement, has_invoice, code):
    with pytest.raises(RuleBroken, match=code):
        check_settlement(accepted, settlement, has_invoice=has_invoice)


def test_what_lowers_nothing_needs_no_invoice():
    check_settlement(0, Settlement.CORRECTION, has_invoice=False)
    check_settlement(100, Settlement.LEGAL, has_invoice=False)
    check_settlement(0, None, has_invoice=False)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_only_above_its_limit_a_credit_note_waits(minor: int, limit: int):
    limits = {"CNY": cny(limit).major()}

    assert needs_approval(cny(minor), limits) is (minor > limit)
    assert needs_approval(Money(minor, "EUR"), limits)


def test_one_note_settles_one_request_and_only_one_of_its_amount():
    wanted = [Wanted(n, invoice, cny(50), NOON) for n, invoice in ((2, 7), (1, 7), (3, 8))]
    posted = [Posted(91, 7, cny(50), NOON), Posted(92, 8, cny(49), NOON)]
    posted += [Posted(93, 7, Money(50, "EUR"), NOON), Posted(90, 7, cny(50), MORNING)]

    assert settled_by(wanted, posted) == {1: 91}


def test_the_median_of_an_even_number_is_the_mean_of_the_middle():
    rows = [
        Decided(MONDAY, MONDAY + timedelta(days), Verdict.ACCEPT_PART, "delivery")
        for days in (1, 2, 5, 9)
    ]
    found = measure(rows)

    assert found.median_days.shown(1) == "3.5"
    assert found.valid.value == 1
    assert found.repeated == (("delivery", 4),)


def test_without_decisions_there_is_no_figure_but_a_reason():
    found = measure([])

    assert found.median_days.value is found.valid.value is None
    assert found.repeated == ()
    assert disputed_share(5, 0).reason == "nothing_open"


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300))
def test_credit_notes_are_together_never_more_than_the_invoice(
    credit: int, whole: int, others: int
):
    """R151."""
    is_above = credit > 0 and credit + others > whole
    refused = pytest.raises(RuleBroken, match="credit_above_invoice")
    with refused if is_above else nullcontext():
        check_room(cny(credit), cny(whole), cny(others))
