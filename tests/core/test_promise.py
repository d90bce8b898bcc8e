"""R21, R104–R109: until when and how much may be promised, and whether a promise was kept."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.promise import (
    COOL_DOWN,
    Reason,
    check_amount,
    check_cool_down,
    check_day,
    check_reason,
    earliest_limit,
    last_offered,
    promise_limit,
    unfit,
    workdays_between,
)
from portal.core.promise_kept import (
    Came,
    Leniency,
    PartFacts,
    Promised,
    Share,
    State,
    judge,
    share_out,
)
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

DUE = dt.date(2026, 3, 31)
MADE = dt.date(2026, 11, 2)
DAYS = st.dates(MADE, dt.date(2026, 12, 31))
MINOR = st.integers(1, 10_000)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def broken_by(act, *args, **told) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*args, **told)
    return broken.value.code


# ── Until when ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("term_days", "days"), [(30, 10), (60, 20), (45, 15), (31, 10), (90, 30), (2, 0), (1, 0)]
)
def test_the_limit_is_a_third_of_the_term_after_the_due_date(term_days, days):
    """R21."""
    assert promise_limit(DUE, term_days).latest_on == DUE + dt.timedelta(days=days)


@pytest.mark.parametrize(("due_on", "term_days"), [(DUE, 0), (DUE, -3), (None, 30)])
def test_cash_terms_and_no_due_date_allow_no_promise(due_on, term_days):
    """R21."""
    assert promise_limit(due_on, term_days).latest_on is None


@given(st.dates(max_value=dt.date(9000, 1, 1)), st.integers(1, 32_767))
def test_the_limit_is_whole_days_and_never_more_than_a_third(due_on, term_days):
    """R21, SECURITY 4.35."""
    days = promise_limit(due_on, term_days).days
    assert days * 3 <= term_days < (days + 1) * 3


def test_a_term_in_parts_has_a_limit_for_each():
    """R21: 30 % after 15 days, the rest after 45."""
    first, last = promise_limit(dt.date(2026, 4, 15), 15), promise_limit(dt.date(2026, 5, 15), 45)
    assert (first.days, last.days) == (5, 15)
    assert earliest_limit([last, first]) == first


@given(st.lists(st.tuples(DAYS, st.integers(1, 120)), min_size=1, max_size=6))
def test_several_items_have_the_earliest_limit(items):
    """R104."""
    limits = [promise_limit(*item) for item in items]
    latest = earliest_limit(limits).latest_on
    assert all(limit.latest_on >= latest for limit in limits)


@given(DAYS, st.integers(1, 120), DAYS)
def test_the_last_day_offered_is_the_last_workday_up_to_the_limit(due_on, term_days, today):
    """R105."""
    limit = promise_limit(due_on, term_days)
    assert limit.latest_on is not None
    days = list(workdays_between(today, limit.latest_on, MONDAY_TO_FRIDAY))
    assert last_offered(limit, today, MONDAY_TO_FRIDAY) == (days[-1] if days else None)
    assert all(unfit(day, today, limit.latest_on, MONDAY_TO_FRIDAY) is None for day in days)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (dt.date(2026, 11, 3), "promise.day_over"),
        (dt.date(2026, 11, 7), "promise.day_off"),
        (dt.date(2026, 11, 5), "promise.day_off"),
        (dt.date(2026, 11, 11), "promise.too_late"),
        (dt.date(2028, 11, 10), "promise.too_far"),
    ],
)
def test_a_day_that_cannot_be_promised_is_refused(day, code):
    """R105: the 5th is a holiday."""
    calendar = Calendar(holidays={dt.date(2026, 11, 5)})
    limit = promise_limit(dt.date(2026, 10, 31), 30)
    assert broken_by(check_day, day, dt.date(2026, 11, 4), limit, calendar) == code


def test_the_limit_itself_passes():
    """R21."""
    limit = promise_limit(dt.date(2026, 10, 31), 30)
    check_day(dt.date(2026, 11, 10), dt.date(2026, 11, 4), limit, MONDAY_TO_FRIDAY)


# ── How much, and by whom ────────────────────────────────────────────────────


@given(st.integers(0, 300), st.lists(st.integers(-5, 150), max_size=8))
def test_what_is_promised_is_never_more_than_is_open(is_open, wishes):
    """R106, SECURITY 4.35."""
    promised = 0
    for wish in wishes:
        try:
            check_amount(cny(wish), cny(is_open), cny(promised), "INV-1")
        except RuleBroken:
            continue
        promised += wish
        assert promised <= is_open


@pytest.mark.parametrize(
    ("asked", "is_open", "promised", "code"),
    [
        (100, 0, 0, "promise.item_paid"),
        (0, 100, 0, "promise.no_amount"),
        (101, 100, 0, "promise.exceeds_open"),
        (61, 100, 40, "promise.promised_already"),
    ],
)
def test_an_amount_without_room_is_refused(asked, is_open, promised, code):
    """R106."""
    assert broken_by(check_amount, cny(asked), cny(is_open), cny(promised), "INV-1") == code


def test_two_missed_promises_stop_the_third():
    """R107."""
    days = [dt.date(2026, 10, 30), dt.date(2026, 10, 9)]
    assert broken_by(check_cool_down, days, MADE, 2) == "promise.cooling_down"


@pytest.mark.parametrize("days", [[], [MADE], [MADE - COOL_DOWN - dt.timedelta(days=1)] * 2])
def test_fewer_or_old_ones_do_not(days):
    """R107."""
    check_cool_down(days, MADE, 2)


def test_no_number_means_no_such_rule():
    """R107."""
    check_cool_down([MADE] * 9, MADE, 0)


def test_only_the_house_calls_a_customer_unwilling():
    told = broken_by(check_reason, Reason.LOST_CONTACT, "", is_house=False)
    assert told == "promise.reason_unfit"
    check_reason(Reason.LOST_CONTACT, "", is_house=True)


def test_another_reason_is_said_in_words():
    assert broken_by(check_reason, Reason.OTHER, " ", is_house=True) == "promise.note_missing"


# ── Whether it was kept ──────────────────────────────────────────────────────

PROMISED_ON = dt.date(2026, 11, 6)


STRICT = Leniency()


def promised(key=1, minor=100, day=PROMISED_ON, paid_then=0, ended_on=None) -> Promised:
    return Promised(key, day, MADE, minor, (Share("A", minor, paid_then),), ended_on)


def part(*came: tuple[int, int], of: int = 100) -> PartFacts:
    paid = tuple(Came(dt.date(2026, 11, day), minor) for day, minor in came)
    return PartFacts(of - sum(each.minor for each in paid), paid)


WHOLE = (promised(),)


def stands(facts: PartFacts, made=WHOLE, on=20, on_account=0, leniency=STRICT) -> list[str]:
    as_of = dt.date(2026, 11, on)
    outcomes = share_out(made, {"A": facts}, as_of=as_of)
    return [state.value for state in judge(made, outcomes, leniency, as_of, on_account).values()]


@pytest.mark.parametrize(
    ("came", "state"),
    [
        ([(6, 100)], "kept"),
        ([(3, 40), (6, 60)], "kept"),
        ([(7, 100)], "late_kept"),
        ([(6, 99), (7, 1)], "partly_kept"),
        ([(6, 40)], "partly_kept"),
        ([(7, 40)], "broken"),
        ([], "broken"),
    ],
    ids=str,
)
def test_the_state_goes_by_value_date(came, state):
    """R108."""
    assert stands(part(*came)) == [state]


def test_until_its_last_day_a_promise_is_open():
    """R108, SECURITY 4.34."""
    assert (stands(part(), on=6), stands(part(), on=7)) == (["open"], ["broken"])


def test_paid_early_it_is_kept_before_its_day():
    """R108."""
    assert stands(part((3, 100)), on=4) == ["kept"]


@pytest.mark.parametrize(("on_account", "state"), [(60, "being_checked"), (59, "partly_kept")])
def test_money_on_account_that_covers_what_is_short_is_being_checked(on_account, state):
    """R108."""
    assert stands(part((6, 40)), on_account=on_account) == [state]


def test_tolerance_and_days_off_are_granted():
    """R108: promised for Saturday, two days of tolerance after Monday."""
    saturday = (promised(day=dt.date(2026, 11, 7)),)
    lenient = Leniency(2, MONDAY_TO_FRIDAY)
    assert stands(part((11, 100)), saturday, leniency=lenient) == ["kept"]
    assert stands(part((12, 100)), saturday, leniency=lenient) == ["late_kept"]


def test_what_was_paid_before_keeps_nothing():
    """R109."""
    assert stands(part((1, 60)), (promised(minor=40, paid_then=60),)) == ["broken"]


def test_what_is_taken_off_the_item_is_no_longer_owed():
    """R109: a credit note of 30 is no money, and leaves 70 to pay."""
    assert stands(PartFacts(0, (Came(PROMISED_ON, 70),))) == ["kept"]
    assert stands(PartFacts(0)) == ["ended"]


def test_a_promise_that_ended_takes_no_money():
    """R109."""
    made = (promised(1, ended_on=MADE), promised(2, day=dt.date(2026, 11, 9)))
    assert stands(part((6, 100)), made) == ["ended", "kept"]


def test_money_on_the_account_keeps_a_promise_that_names_no_item():
    """R109: what came before it was made does not."""
    whole = (Promised(1, PROMISED_ON, MADE, 100),)
    came = [Came(dt.date(2026, 11, 1), 100), Came(dt.date(2026, 11, 4), 60)]
    [outcome] = share_out(whole, {}, came).values()
    assert outcome.came_minor == 60


@given(
    st.lists(st.tuples(DAYS, MINOR), max_size=6),
    st.lists(st.tuples(DAYS, MINOR, st.integers(0, 5_000)), min_size=1, max_size=5),
    st.integers(0, 20_000),
)
def test_money_counts_once_and_no_more_is_awaited_than_is_open(payments, wishes, is_open):
    """R109, SECURITY 4.35."""
    facts = {"A": PartFacts(is_open, tuple(Came(*each) for each in payments))}
    made = [
        Promised(key, day, MADE, minor, (Share("A", minor, before),))
        for key, (day, minor, before) in enumerate(wishes)
    ]
    outcomes = share_out(made, facts).values()
    assert sum(each.came_minor for each in outcomes) <= sum(minor for _, minor in payments)
    assert sum(each.awaited_minor for each in outcomes) <= is_open


@given(st.lists(st.tuples(DAYS, MINOR), max_size=6), MINOR, DAYS)
def test_more_money_never_makes_a_promise_worse(payments, minor, day):
    """R108."""
    rank = [State.BROKEN, State.LATE_KEPT, State.PARTLY_KEPT, State.KEPT]
    total = sum(each for _, each in payments)
    assume(total < minor)
    made = [Promised(1, day, MADE, minor, (Share("A", minor),))]
    after = dt.date(2027, 1, 1)

    def state(came) -> int:
        paid = tuple(Came(*each) for each in came)
        facts = {"A": PartFacts(minor - sum(each.minor for each in paid), paid)}
        return rank.index(judge(made, share_out(made, facts), Leniency(), after)[1])

    in_time = (day, minor - total)
    assert state([*payments, in_time]) >= state(payments)


@given(DAYS, DAYS)
def test_a_promise_is_open_exactly_until_its_last_day(day, today):
    """R108, SECURITY 4.34."""
    made = [promised(day=day)]
    outcomes = share_out(made, {"A": part()})
    is_open = judge(made, outcomes, Leniency(), today)[1] is State.OPEN
    assert is_open == (today <= day)
