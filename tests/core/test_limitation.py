"""R134–R137, R450–R451: until when a claim can be taken to court."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.limitation import (
    Act,
    End,
    Law,
    Proceeding,
    Reset,
    Start,
    lapse_of,
    lapses_on,
    years_after,
)
from portal.reports.laws import laws

CN, DE, UK = (laws()[code].law for code in ("cn", "de", "uk"))
ACTS = st.builds(
    Reset,
    st.sampled_from(list(Act)),
    st.dates(date(2019, 1, 1), date(2035, 1, 1)),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("law", "due_on", "ends_on"),
    [
        (CN, date(2023, 3, 31), date(2026, 3, 31)),
        (CN, date(2024, 2, 29), date(2027, 2, 28)),
        (DE, date(2023, 3, 31), date(2026, 12, 31)),
        (DE, date(2023, 12, 31), date(2026, 12, 31)),
        (DE, date(2024, 1, 1), date(2027, 12, 31)),
        (UK, date(2020, 5, 10), date(2026, 5, 10)),
    ],
)
def test_a_period_has_its_laws_length_and_start(law: Law, due_on: date, ends_on: date):
    """Rule R134."""
    assert lapses_on(law, due_on) == ends_on


def test_where_no_law_says_so_nothing_is_known():
    """Rule R134."""
    assert lapses_on(laws()["us"].law, date(2023, 3, 31)) is None


@pytest.mark.parametrize(
    ("act", "lands"),
    [
        (Act.PART_PAYMENT, {"cn", "de", "uk"}),
        (Act.PROMISE, {"cn", "de", "uk"}),
        (Act.PLAN, {"cn", "de", "uk"}),
        (Act.ACKNOWLEDGEMENT, {"cn", "de", "uk"}),
        (Act.DEMAND, {"cn"}),
        (Act.RECEIPT, set()),
    ],
)
def test_each_law_names_what_begins_a_period_anew(act: Act, lands: set[str]):
    """Rules R135, R136."""
    due_on, on = date(2023, 3, 31), date(2025, 6, 10)
    moved = {
        code
        for code, law in (("cn", CN), ("de", DE), ("uk", UK))
        if lapses_on(law, due_on, [Reset(act, on)]) == years_after(on, law.years or 0)
    }

    assert moved == lands


def test_in_germany_a_period_begins_anew_at_once_and_not_at_the_years_end():
    """Rule R135."""
    paid = Reset(Act.PART_PAYMENT, date(2025, 2, 3))

    assert lapses_on(DE, date(2024, 1, 10), [paid]) == date(2028, 2, 3)


def test_in_england_what_was_said_on_the_telephone_is_no_acknowledgement():
    """Rule R135."""
    said = Reset(Act.PROMISE, date(2022, 3, 1), is_written=False)

    assert lapses_on(UK, date(2020, 5, 10), [said]) == date(2026, 5, 10)
    assert lapses_on(CN, date(2020, 5, 10), [said]) == date(2025, 3, 1)


def test_no_law_may_take_a_receipt_for_an_acknowledgement():
    """Rule R136."""
    with pytest.raises(ValueError, match="receipt"):
        Law(3, Start.DUE, frozenset({Act.RECEIPT}))


@pytest.mark.parametrize(
    ("law", "due_on", "on"),
    [
        (CN, date(2023, 3, 31), date(2023, 3, 31)),
        (CN, date(2023, 3, 31), date(2026, 4, 1)),
        (DE, date(2023, 3, 31), date(2023, 12, 31)),
        (UK, date(2018, 3, 31), date(2024, 4, 1)),
    ],
)
def test_an_act_before_the_period_or_after_it_changes_nothing(law: Law, due_on: date, on: date):
    """Rule R137."""
    assert lapse_of(law, due_on, [Reset(Act.ACKNOWLEDGEMENT, on)]) == lapse_of(law, due_on)


def test_each_act_counts_while_the_period_of_the_one_before_runs():
    """Rules R135, R137: the promise of 2025 is in time, that of 2029 a year too late."""
    promised = [Reset(Act.PROMISE, date(year, 1, 15)) for year in (2029, 2025)]
    lapse = lapse_of(CN, date(2023, 3, 31), promised)

    assert lapse is not None
    assert (lapse.on, lapse.since) == (date(2028, 1, 15), promised[1])


@given(st.sampled_from([CN, DE, UK]), st.dates(date(2019, 1, 1), date(2030, 1, 1)), st.data())
def test_an_act_more_never_ends_a_claim_earlier(law: Law, due_on: date, data: st.DataObject):
    """Rule R135."""
    acts = data.draw(st.lists(ACTS, max_size=5))
    ends_on = [lapses_on(law, due_on, acts[:count]) or date.min for count in range(len(acts) + 1)]

    assert ends_on == sorted(ends_on)
    assert lapses_on(law, due_on, reversed(acts)) == ends_on[-1]


# ── Before a court ───────────────────────────────────────────────────────────

DUE, FILED, ENDED = date(2023, 3, 31), date(2025, 6, 10), date(2026, 2, 20)


@pytest.mark.parametrize("law", [CN, DE, UK])
def test_while_a_court_has_it_no_claim_lapses(law: Law):
    """Rule R450."""
    suit = Proceeding(Act.SUIT, FILED)
    lapse = lapse_of(law, DUE, [suit, Reset(Act.PART_PAYMENT, date(2024, 1, 5))])

    assert lapse is not None
    assert (lapse.on, lapse.since) == (None, suit)


@pytest.mark.parametrize(
    ("law", "end", "ends_on"),
    [
        (CN, End.OTHER, date(2029, 2, 20)),
        (CN, End.WITHDRAWN, date(2026, 3, 31)),
        (CN, End.JUDGMENT, date(2028, 2, 20)),
        # 31 December 2026, and from 10 June 2025 to 20 August 2026.
        (DE, End.OTHER, date(2028, 3, 11)),
        (DE, End.WITHDRAWN, date(2028, 3, 11)),
        (DE, End.JUDGMENT, date(2056, 2, 20)),
        (UK, End.OTHER, date(2029, 3, 31)),
        (UK, End.JUDGMENT, date(2032, 2, 20)),
    ],
)
def test_what_a_suit_leaves_of_the_period_is_the_laws_to_say(law: Law, end: End, ends_on: date):
    """Rules R450, R451."""
    assert lapses_on(law, DUE, [Proceeding(Act.ARBITRATION, FILED, ENDED, end)]) == ends_on


def test_in_germany_a_suit_counts_from_when_the_period_runs():
    """Rule R450: filed in September, ended in October: 121 days until the end of April."""
    suit = Proceeding(Act.SUIT, date(2023, 9, 1), date(2023, 10, 31))

    assert lapses_on(DE, DUE, [suit]) == date(2027, 5, 1)


def test_a_suit_that_comes_too_late_revives_nothing():
    """Rules R137, R450."""
    assert lapses_on(CN, DUE, [Proceeding(Act.SUIT, date(2026, 4, 1))]) == date(2026, 3, 31)
