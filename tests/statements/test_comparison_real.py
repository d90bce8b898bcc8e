"""Real books compared with themselves after slips of every kind: all found, none invented."""

from random import Random

import pytest

from portal.core.comparison import Comparison, How, compare, flipped, guess_flipped
from portal.core.comparison_answers import answers_of
from portal.core.confirmation import own_closing_minor
from tests.statements.real_books import BOOKS, DATA, KINDS, Slips, accounts

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"there is no {DATA}")


def told(found: Comparison) -> set:
    """What is not plainly the same document with the same amount."""
    facts = {("differs", each.ours, each.yours) for each in found.differing}
    facts |= {("sum", each.ours, each.yours) for each in found.same if each.how is How.SUM}
    facts |= {
        ("mistaken", each.ours, each.yours)
        for each in found.same
        if each.how is not How.SUM and each.ours != each.yours
    }
    facts |= {("only ours", (each.at,), ()) for each in found.only_ours}
    for each in found.only_yours:
        word = "entered twice" if each.is_duplicate else "only yours"
        facts.add((word, (), (each.at,)))
    return facts


@pytest.mark.parametrize("book", BOOKS)
def test_a_book_beside_itself_is_the_same(book):
    for ours in accounts(book):
        found = compare(ours, Slips(ours, Random(0)).books)

        assert (told(found), found.bridge.is_explained) == (set(), True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("book", BOOKS)
def test_a_slip_of_each_kind_is_found_and_nothing_else(book, kind):
    for seed, ours in enumerate(accounts(book)):
        slips = Slips(ours, Random(seed))
        getattr(slips, kind)()
        found = compare(ours, slips.books)

        assert told(found) == slips.wanted
        assert found.bridge.opening_minor == (-5_00 if kind == "another_opening" else 0)


@pytest.mark.parametrize("book", BOOKS)
def test_slips_of_all_kinds_at_once_are_found_and_answered(book):
    for seed, ours in enumerate(accounts(book)):
        slips = Slips(ours, Random(1000 + seed))
        for kind in KINDS:
            getattr(slips, kind)()
        books = slips.books
        found = compare(ours, books)
        answers = answers_of(ours, books, found)
        own = own_closing_minor(ours.head.sums.closing_minor, ours.lines, answers.differences)

        assert told(found) == slips.wanted
        assert (own, found.bridge.unexplained_minor) == (found.bridge.yours_minor, 0)


@pytest.mark.parametrize("book", BOOKS)
def test_swapped_sides_are_seen_and_turned(book):
    for ours in accounts(book):
        books = flipped(Slips(ours, Random(0)).books)

        assert guess_flipped(ours.lines, books.rows)
        assert not guess_flipped(ours.lines, flipped(books).rows)
