"""R152–R159: whose terms hold on a day, what contracts say then, and changes of later days."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.later_versions import carried, check_beginning, meet
from portal.core.named_terms import LateInterest, NamedTerms
from portal.core.terms_in_force import (
    Agreed,
    Amendment,
    Said,
    Source,
    agreed_on,
    find_named,
    notation_of,
    place_on,
    runs_on,
    terms_in_force,
    version_place_on,
)

ORDER = [Source.INVOICE, Source.CONTRACT, Source.CUSTOMER, Source.GRADE, Source.COMPANY]
STANDARD = NamedTerms("standard", "2/10 net 30", 3, LateInterest(annual_rate=Decimal(12)))
NAMED = {"standard": STANDARD, "at once": NamedTerms("at once", "0d")}


@pytest.mark.parametrize("first", range(5))
def test_the_nearest_that_says_something_wins(first):
    said = [
        Said(source, f"{place}d" if place >= first else "") for place, source in enumerate(ORDER)
    ]

    found = terms_in_force(said, {})

    assert (found.text, found.source) == (f"{first}d", ORDER[first])


def test_where_nobody_says_anything_it_is_due_at_once():
    found = terms_in_force([Said(source) for source in ORDER], {})

    assert (found.text, found.source, found.version) == (None, Source.NONE, None)


def test_a_name_stands_for_its_terms_with_grace_and_late_interest():
    found = terms_in_force([Said(Source.CUSTOMER, "Standard ", "customer_terms/3")], NAMED)

    assert (found.text, found.name, found.grace_days) == ("2/10 net 30", "standard", 3)
    assert found.late_interest == STANDARD.late_interest
    assert found.version == "customer_terms/3"


def test_grace_comes_from_the_nearest_that_says_something_of_it():
    of_contract = Said(Source.CONTRACT, "net 60", "contract/1")
    of_customer = Said(Source.CUSTOMER, "standard", grace_days=0)

    found = terms_in_force([of_contract, of_customer, Said(Source.COMPANY, grace_days=9)], NAMED)

    assert (found.text, found.grace_days, found.late_interest) == (
        "net 60",
        0,
        STANDARD.late_interest,
    )


def test_terms_that_name_no_grace_leave_it_to_the_company():
    found = terms_in_force(
        [Said(Source.GRADE, "at once"), Said(Source.COMPANY, grace_days=4)], NAMED
    )

    assert (found.text, found.grace_days) == ("0d", 4)


def test_a_name_comes_before_the_notation_and_neither_is_told_by_its_part():
    assert find_named("AT  once", NAMED) is NAMED["at once"]
    assert notation_of("standard", NAMED) == "2/10 net 30"
    assert notation_of("net 45", NAMED) == "net 45"
    with pytest.raises(RuleBroken) as refused:
        notation_of("30% 15d, premium 45d", NAMED)
    assert refused.value.facts["part"] == "premium 45d"


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(st.lists(DAYS), DAYS)
def test_the_last_row_that_has_begun_holds(days, on):
    days = sorted(days)
    begun = [place for place, day in enumerate(days) if day <= on]

    assert place_on(days, on) == (begun[-1] if begun else None)


@given(st.lists(DAYS, min_size=1), DAYS)
def test_before_the_companys_first_version_its_first_one_holds(days, on):
    days = sorted(days)
    place = version_place_on(days, on)

    assert place is not None
    assert days[place] == max((day for day in days if day <= on), default=days[0])
    assert place == len(days) - 1 or days[place + 1] > days[place]


def test_no_version_at_all_says_nothing():
    assert version_place_on([], date(2026, 1, 1)) is None


FIRST = {"payment_terms": "net 60", "late_interest_rate": None}
AMENDED = [
    Amendment(9, date(2026, 5, 1), {"payment_terms": "net 30"}),
    Amendment(7, date(2026, 5, 1), {"payment_terms": "net 45", "late_interest_rate": "12"}),
    Amendment(3, date(2026, 8, 1), {"payment_terms": "net 10"}),
]


@pytest.mark.parametrize(
    ("on", "terms"),
    [
        (date(2026, 4, 30), Agreed("net 60")),
        (date(2026, 5, 1), Agreed("net 30", 9)),
        (date(2026, 8, 1), Agreed("net 10", 3)),
    ],
)
def test_a_contract_reads_as_its_amendments_up_to_the_day_have_it(on, terms):
    assert agreed_on(FIRST, AMENDED, on)["payment_terms"] == terms


def test_what_an_amendment_leaves_alone_stays_as_it_was():
    assert agreed_on(FIRST, AMENDED, date(2026, 9, 1))["late_interest_rate"] == Agreed("12", 7)


def test_a_contract_runs_on_its_first_and_on_its_last_day():
    first, last = date(2026, 1, 1), date(2026, 12, 31)

    assert runs_on(first, last, first)
    assert runs_on(first, last, last)
    assert runs_on(first, None, date(2099, 1, 1))
    assert not runs_on(first, last, date(2027, 1, 1))
    assert not runs_on(first, last, date(2025, 12, 31))


# ── Changes of later days ────────────────────────────────────────────────────

VALUES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)


@given(VALUES, VALUES, VALUES)
def test_what_is_decided_now_and_what_begins_later_both_hold(before, now, later):
    first = {"a": 0, "b": 0, "c": 0, "d": 0, **before}
    version = {**first, **later}

    found = carried(first, {**first, **now}, version)

    own = {name: value for name, value in later.items() if value != first[name]}
    assert found == {**first, **now, **own}


def test_named_terms_are_carried_one_by_one():
    before = [{"name": "a", "text": "1d"}, {"name": "b", "text": "2d"}]
    now = [{"name": "a", "text": "9d"}, {"name": "c", "text": "3d"}]
    later = [{"name": "a", "text": "1d"}, {"name": "b", "text": "8d"}]

    assert carried(before, now, later) == [
        {"name": "a", "text": "9d"},
        {"name": "b", "text": "8d"},
        {"name": "c", "text": "3d"},
    ]


def test_terms_taken_away_are_taken_from_later_versions_too():
    both, one = [{"name": "a"}, {"name": "b"}], [{"name": "a"}]

    assert carried(both, one, [{"name": "a"}, {"name": "b"}]) == one


def test_lists_without_names_are_taken_whole():
    assert carried([3, 5], [3, 6], [4, 8]) == [4, 8]


def test_a_change_begins_today_at_the_earliest():
    today = date(2026, 11, 20)

    check_beginning(today, today)
    with pytest.raises(RuleBroken) as refused:
        check_beginning(date(2026, 11, 19), today)
    assert (refused.value.code, refused.value.field) == (
        "terms.begins_in_the_past",
        "effective_on",
    )


def test_changes_meet_where_the_second_begins_no_earlier():
    may, june = date(2026, 5, 1), date(2026, 6, 1)

    assert meet({"a", "b"}, may, {"b", "c"}, june) == {"b"}
    assert meet({"a"}, may, {"b"}, may) == frozenset()
    assert meet({"a"}, june, {"a"}, may) == frozenset()
