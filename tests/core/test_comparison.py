"""R70–R76: two books are matched by number, amount, day and sum, and the bridge always sums."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.comparison import (
    Comparison,
    Decisions,
    How,
    OwnBooks,
    Pair,
    compare,
    flipped,
    guess_flipped,
)
from portal.core.comparison_answers import answers_of
from portal.core.confirmation import Reason, check_difference, check_own_document, own_closing_minor
from portal.core.document_number import keys_of
from tests.core.compared import books, day, line, mirrored, row, shuffled, statement

NUMBERS = ["INV-1", "INV-0001", "发票 1", "INV-2026-04101", "2026/4101", "RCT 7", "GR-7", "", "7"]
DAYS = st.integers(1, 31)
AMOUNTS = st.sampled_from([100, 200, 300, 500, -100, -300, 700, 1100])


@st.composite
def two_books(draw):
    lines = draw(
        st.lists(
            st.builds(line, st.sampled_from(NUMBERS), AMOUNTS, DAYS, st.sampled_from(["", "PO-9"])),
            max_size=9,
        )
    )
    drawn = draw(st.lists(st.tuples(st.sampled_from(NUMBERS), AMOUNTS, DAYS), max_size=9))
    rows = [row(at, *each) for at, each in enumerate(drawn, start=10)]
    money = st.integers(-1000, 1000)
    told = draw(st.tuples(money, st.none() | money, st.none() | money))
    return statement(*lines, opening=told[0]), books(*rows, opening=told[1], closing=told[2])


def summed(found: Comparison) -> int:
    bridge = found.bridge
    steps = bridge.opening_minor + bridge.only_ours_minor - bridge.only_yours_minor
    return bridge.yours_minor + steps + bridge.amounts_minor + bridge.unexplained_minor


def hows(*given, **more) -> list[tuple]:
    return [(each.ours, each.yours, each.how.value) for each in compare(*given, **more).matches]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("INV-2026-04101", "inv 2026/04101"),
        ("INV-2026-04101", "２０２６－４１０１"),
        ("INV-0017", "发票号：17"),
        ("INV-0017", "No.17"),
        ("INV-0017", "0017.00"),
        ("RCT-2026-04103", "rct2026-4103"),
    ],
)
def test_one_number_written_in_two_ways_is_one_number(ours, theirs):
    assert set(keys_of(ours)) & set(keys_of(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("INV-17", "RCT-17"), ("INV-1-12", "INV-11-3"), ("INV-170", "INV-17")]
)
def test_other_numbers_stay_others(ours, theirs):
    assert not set(keys_of(ours)) & set(keys_of(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [
        (line("INV-1", 100), row(1, "发票 1", 100, on=31), How.NUMBER),
        (line("INV-1", 100), row(1, "V-9", 100, reference="inv 0001", on=31), How.NUMBER),
        (line("INV-1001", 100), row(1, "V-9", 100, text="付 INV-1001 货款", on=31), How.NUMBER),
        (line("R-1", 100, reference="PO-77"), row(1, "GR-5", 100, reference="PO 77"), How.NUMBER),
        (line("INV-1", 100), row(1, "INV1", 130), How.OTHER_AMOUNT),
        (line("INV-1001", 100), row(1, "V-9", 130, reference="INV-1001"), How.OTHER_AMOUNT),
        (line("INV-1", 100, on=5), row(1, "GR-9", 100, on=12), How.AMOUNT),
        (line("INV-1", 100), row(1, "", 100, on=None), How.AMOUNT),
    ],
)
def test_each_match_tells_its_reason(ours, theirs, how):
    assert hows(statement(ours), books(theirs)) == [((1,), (1,), how)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (line("INV-1", 100, on=5), row(1, "GR-9", 100, on=13)),
        (line("INV-1", 100), row(1, "INV-1", -100)),
        (line("INV-1", 100), row(1, "GR-9", 101)),
        (line("INV-12", 100), row(1, "12", 700)),
    ],
    ids=["eight days", "the other sign", "another amount", "a short number alone"],
)
def test_what_only_resembles_is_not_matched(ours, theirs):
    assert hows(statement(ours), books(theirs)) == []


def test_the_surest_reason_wins():
    ours = statement(line("INV-1", 100, on=5), line("INV-2", 100, on=6))

    assert hows(ours, books(row(1, "GR-8", 100), row(2, "INV-1", 100, on=20))) == [
        ((1,), (2,), "number"),
        ((2,), (1,), "amount"),
    ]


def test_an_amount_that_could_be_two_is_none():
    ours = statement(line("INV-1", 100, on=5))

    assert hows(ours, books(row(1, "GR-1", 100, on=4), row(2, "GR-2", 100, on=6))) == []


def test_as_many_of_one_amount_on_one_day_belong_together():
    ours = statement(line("INV-1", 100), line("INV-2", 100))

    assert len(hows(ours, books(row(1, "GR-1", 100), row(2, "GR-2", 100)))) == 2


def test_one_payment_is_several_receipts():
    ours = statement(line("P-1", -1000, on=8))
    theirs = books(row(1, "B-1", -300, on=6), row(2, "B-2", -700, on=7), row(3, "B-3", -450, on=8))

    assert hows(ours, theirs) == [((1,), (1, 2), "sum")]


def test_several_invoices_are_one_row_of_the_same_order():
    ours = statement(line("INV-1", 300, reference="PO-5"), line("INV-2", 400, reference="PO-5"))

    assert hows(ours, books(row(1, "PO-5", 700, on=28))) == [((1, 2), (1,), "sum")]


def test_a_sum_that_two_choices_give_is_none():
    ours = statement(line("P-1", -1000))
    theirs = books(
        *(row(at, f"B-{at}", minor) for at, minor in enumerate((-400, -600, -300, -700)))
    )

    assert hows(ours, theirs) == []


def test_a_number_entered_twice_is_named():
    found = compare(
        statement(line("INV-1", 100)), books(row(1, "INV-1", 100), row(2, "inv 1", 100, on=9))
    )

    assert [(each.at, each.is_duplicate) for each in found.only_yours] == [(2, True)]


def test_what_stands_outside_the_period_is_timing():
    theirs = OwnBooks((), outside=(replace(row(1, "inv 1", 100), on=date(2026, 11, 2)),))

    assert [
        each.is_timing for each in compare(statement(line("INV-1", 100)), theirs).only_ours
    ] == [True]


def test_a_late_line_is_found_in_the_period_it_is_dated_in():
    late = line("INV-9", 100)._replace(dated_on=date(2026, 9, 28), late=True)
    early = replace(row(1, "INV-9", 100), on=date(2026, 9, 28))
    theirs = OwnBooks((), opening_minor=600, closing_minor=600, outside=(early,))
    found = compare(statement(late, opening=500), theirs)

    assert [each.yours for each in found.matches] == [(1,)]
    assert (found.bridge.opening_minor, found.bridge.unexplained_minor) == (0, 0)


def test_a_person_decides_before_the_machine():
    ours = statement(line("INV-1", 100), line("INV-2", 250))
    theirs = books(row(1, "INV-1", 100), row(2, "GR-2", 240))
    decided = Decisions(
        accepted=(Pair((2,), (2,)),), refused=frozenset({(1, 1)}), timing_yours=frozenset({1})
    )
    found = compare(ours, theirs, decided)

    assert [(each.ours, each.how) for each in found.matches] == [((2,), How.PERSON)]
    assert [(each.at, each.is_timing) for each in found.only_yours] == [(1, True)]


@pytest.mark.parametrize(
    "pairs",
    [
        (Pair((1,), (9,)),),
        (Pair((9,), (1,)),),
        (Pair((), (1,)),),
        (Pair((2,), (1,)), Pair((2,), (2,))),
    ],
)
def test_a_pair_that_cannot_be_is_passed_over(pairs):
    ours = statement(line("INV-1", 100), line("INV-2", 250))
    theirs = books(row(1, "X", 900), row(2, "Y", 800))

    assert len(compare(ours, theirs, Decisions(accepted=pairs)).matches) == len(pairs) - 1


@pytest.mark.parametrize(
    ("opening", "closing", "yours", "openings", "unexplained"),
    [
        (None, None, 1100, 0, 0),
        (900, None, 1000, 100, 0),
        (None, 1250, 1250, -150, 0),
        (1000, 1100, 1100, 0, 0),
        (1000, 1170, 1170, 0, -70),
    ],
)
def test_balances_that_are_not_told_are_reckoned(opening, closing, yours, openings, unexplained):
    ours = statement(line("INV-1", 100), opening=1000)
    bridge = compare(ours, books(row(1, "INV-1", 100), opening=opening, closing=closing)).bridge

    assert (bridge.yours_minor, bridge.opening_minor, bridge.unexplained_minor) == (
        *(yours, openings, unexplained),
    )
    assert bridge.is_explained == (unexplained == 0)


def test_swapped_sides_are_seen_by_number_and_by_amount():
    ours = [line("INV-1", 100), line("P-1", -30)]

    assert guess_flipped(ours, [row(1, "INV-1", -100), row(2, "B-1", 30)])
    assert guess_flipped(ours, [row(1, "a", -100), row(2, "b", 30)])
    assert not guess_flipped(ours, [row(1, "INV-1", 100), row(2, "b", 30)])
    assert not guess_flipped(ours, [])


@given(two_books())
def test_the_bridge_always_sums(both):
    assert summed(compare(*both)) == both[0].head.sums.closing_minor


@given(two_books())
def test_nothing_is_used_twice_and_nothing_is_lost(both):
    found = compare(*both)
    lines = [seq for each in found.matches for seq in each.ours]
    rows = [at for each in found.matches for at in each.yours]

    assert sorted(lines + [each.at for each in found.only_ours]) == list(
        range(1, len(both[0].lines) + 1)
    )
    assert sorted(rows + [each.at for each in found.only_yours]) == [
        each.row for each in both[1].rows
    ]


@given(two_books())
def test_swapped_sides_give_the_mirrored_result(both):
    found, back = compare(*both), compare(*mirrored(*both))
    at = {each.row: seq for seq, each in enumerate(both[1].rows, start=1)}

    assert {
        (each.ours, tuple(at[one] for one in each.yours), each.how) for each in found.matches
    } == {(each.yours, each.ours, each.how) for each in back.matches}
    assert found.bridge.only_ours_minor == back.bridge.only_yours_minor
    assert found.bridge.amounts_minor == -back.bridge.amounts_minor


@given(two_books(), st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(both, seed):
    assert compare(both[0], shuffled(both[1], seed)) == compare(*both)


@given(two_books())
def test_accepting_what_was_found_changes_no_balance(both):
    found = compare(*both)
    accepted = tuple(Pair(each.ours, each.yours) for each in found.matches)
    again = compare(*both, Decisions(accepted=accepted))

    assert (again.bridge, again.only_ours, again.only_yours) == (
        *(found.bridge, found.only_ours, found.only_yours),
    )


@given(two_books())
def test_books_flipped_twice_are_the_same(both):
    assert flipped(flipped(both[1])) == both[1]


@given(two_books())
def test_the_answers_give_the_customers_own_balance(both):
    ours, theirs = both
    found = compare(ours, theirs)
    answers = answers_of(ours, theirs, found)
    for each in answers.differences:
        if each.seq is None:
            check_own_document(each)
        else:
            check_difference(each, ours.lines[each.seq - 1])
    seqs = [each.seq for each in answers.differences if each.seq is not None]
    own = own_closing_minor(ours.head.sums.closing_minor, ours.lines, answers.differences)

    assert sorted([*answers.agreed, *seqs]) == list(range(1, len(ours.lines) + 1))
    assert own == found.bridge.yours_minor + found.bridge.unexplained_minor


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([line("INV-1", 100)], [], [(1, Reason.NOT_RECEIVED, None)]),
        ([line("P-1", -100)], [], [(1, Reason.NOT_IN_BOOKS, None)]),
        ([line("INV-1", 100)] * 2, [row(1, "INV-1", 100)], [(2, Reason.DUPLICATE, None)]),
        ([], [row(1, "GR-1", -100)], [(None, Reason.MISSING_DOCUMENT, -100)]),
        ([line("INV-1", 100)], [row(1, "INV-1", 80)], [(1, Reason.WRONG_AMOUNT, 80)]),
        ([line("INV-1", 100)] * 3, [], [(seq, Reason.DUPLICATE, None) for seq in (1, 2, 3)]),
    ],
)
def test_each_cause_has_its_reason(ours, theirs, said):
    own = statement(*ours)
    found = answers_of(own, books(*theirs), compare(own, books(*theirs))).differences

    assert [(each.seq, each.reason, each.own_minor) for each in found] == said


def test_what_a_person_calls_timing_is_answered_so():
    ours, theirs = statement(line("P-1", -100)), books()
    found = compare(ours, theirs, Decisions(timing_ours=frozenset({1})))

    assert [each.reason for each in answers_of(ours, theirs, found).differences] == [Reason.TIMING]


def test_agreeing_and_differing_are_told_apart():
    ours = statement(line("INV-1001", 100), line("INV-1002", 200))
    found = compare(ours, books(row(1, "INV-1001", 100), row(2, "INV-1002", 250)))

    assert ([each.ours for each in found.same], [each.ours for each in found.differing]) == (
        *([(1,)], [(2,)]),
    )


def test_a_pair_of_opposite_signs_becomes_a_document_beside_its_line():
    ours, theirs = statement(line("INV-1", 100)), books(row(1, "INV-1", -40, on=9))
    found = compare(ours, theirs, Decisions(accepted=(Pair((1,), (1,)),)))
    answers = answers_of(ours, theirs, found)

    assert answers.agreed == (1,)
    assert [(each.document, each.dated_on, each.own_minor) for each in answers.differences] == [
        ("INV-1", day(9), -140)
    ]


def test_many_that_match_nothing_cost_a_bounded_search():
    ours = statement(*(line(f"INV-{n}", 10_000 + 7 * n, on=1 + n % 31) for n in range(900)))
    rows = [row(n, f"GR-{n}", 20_001 + 7 * n, on=1 + n % 31) for n in range(900)]
    found = compare(ours, books(*rows))

    assert found.matches == () or {each.how for each in found.matches} <= {How.SUM, How.AMOUNT}
