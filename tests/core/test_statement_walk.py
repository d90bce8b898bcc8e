"""R87: the walk from an agreed balance to a closing one sums exactly."""

from hypothesis import given
from hypothesis import strategies as st

from portal.core.composition import compose
from portal.core.ledger import Kind
from portal.core.period import Month, month_period
from portal.core.statement_walk import EARLIER, Moved, term_of, walk
from tests.random_books import a_random_book

KINDS = st.sampled_from([kind for kind in Kind if not kind.is_memo])
moved = st.lists(
    st.builds(Moved, KINDS, st.integers(-90_000, 90_000), st.integers(1, 9), st.integers(0, 9))
)


def total(found):
    return found.from_minor + sum(step.sign * step.minor for step in found.steps)


@given(st.integers(), moved, st.integers())
def test_it_sums_exactly_whatever_moved(agreed, documents, closing):
    found = walk(agreed, documents, closing)

    assert total(found) == found.to_minor == closing
    assert sum(step.documents for step in found.steps) == sum(each.documents for each in documents)
    assert found.late == sum(each.late for each in documents)


@given(st.integers(), moved)
def test_what_the_lines_explain_leaves_nothing_over(agreed, documents):
    closing = agreed + sum(each.amount_minor for each in documents)

    assert EARLIER not in [step.term for step in walk(agreed, documents, closing).steps]


def test_over_several_months_of_random_books_the_lines_explain_it_all():
    for seed in range(5):
        book = a_random_book(seed)
        for account in book.accounts:
            first = compose(book, account, month_period(Month(2026, 1)))
            stated, previous = [], first
            for month in range(2, 6):
                previous = compose(book, account, month_period(Month(2026, month)), previous)
                stated += previous.lines
            documents = [Moved(each.kind, each.amount_minor, 1, each.late) for each in stated]
            found = walk(first.sums.closing_minor, documents, previous.sums.closing_minor)

            assert total(found) == previous.sums.closing_minor
            assert EARLIER not in [step.term for step in found.steps]


def test_a_kind_counts_where_the_equation_counts_it():
    assert [term_of(kind) for kind in (Kind.OPENING, Kind.REFUND, Kind.DISCOUNT)] == [
        "adjusted",
        "refunded",
        "discounted",
    ]


def test_what_was_posted_before_the_first_period_is_a_term_of_its_own():
    [step] = walk(100, [], 107).steps

    assert (step.term, step.minor) == (EARLIER, 7)
