"""
Simulation of a company-wide change of terms: `python -m tests.benchmarks.bench_terms_impact [S|L]`.

The floor is the ageing of the same book; every invoice of the book is paid by the company's terms.
"""

import datetime as dt
import sys

from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.core.terms import parse_terms, schedule
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.terms.impact import Simulation, simulate
from portal.terms.moved_due_dates import list_moved
from portal.terms.replacing import Change
from tests.benchmarks.bench_ageing import AS_OF, TIMES, floor
from tests.benchmarks.books import CURRENCY, SIZES, Size, documents
from tests.benchmarks.side_by_side import books, in_turns, peak_megabytes, reopened, tell

TEXT = "net 60 eom"
CHANGE = Change(1, "company", None, AS_OF, "open", {"default_terms": ""}, {"default_terms": TEXT})
BY_THE_COMPANY = "update invoice set terms_source = 'company', terms_text = 'net 30'"
LIMITS = "update customer set credit_limit_minor = 100000000, credit_limit_currency = 'CNY'"


def product(installation: Installation) -> Simulation:
    with installation.reading(SYSTEM, AS_OF) as r:
        return simulate(r, CHANGE)


def product_alone(url: str, folder: str) -> None:
    product(reopened(url, folder))


def first_page(installation: Installation) -> None:
    """What the page asks besides: fifty of the due dates that move."""
    with installation.reading(SYSTEM, AS_OF) as r:
        told = simulate(r, CHANGE)
        assert len(list_moved(r, told.concern, 0, 50)) == 50


def expected(size: Size) -> tuple[int, int, dict[dt.date, int]]:
    """How many parts move, what is open of them, and when what is open is due then."""
    terms, count, amount = parse_terms(TEXT), 0, 0
    due: dict[dt.date, int] = {}
    for each in documents(size):
        is_paid = each.paid_on is not None and each.paid_on <= AS_OF
        left = each.minor - (each.paid_minor if is_paid else 0)
        if each.dated_on > AS_OF or not left:
            continue
        part = schedule(terms, each.dated_on, Money(left, CURRENCY), MONDAY_TO_FRIDAY).parts[0]
        assert part.due_on is not None
        due[part.due_on] = due.get(part.due_on, 0) + left
        if part.due_on != each.due_on:
            count, amount = count + 1, amount + left
    return count, amount, due


def check_equal(installation: Installation, size: Size) -> None:
    """The same figures as document by document, before anything is timed."""
    told = product(installation)
    count, amount, due = expected(size)
    [moved], [cash] = told.moves.amounts, told.cash
    assert (told.moves.count, moved.minor) == (count, amount)
    assert cash.open.minor == sum(due.values())
    total = cash.open.minor + cash.coming.minor
    assert sum(week.before.minor for week in cash.weeks) == total
    assert sum(week.after.minor for week in cash.weeks) == total


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            with installation.work() as w:
                where = "" if installation.database.is_sqlite else " on invoice"
                w.session.execute(text(f"drop trigger invoice_keeps_terms{where}"))
                w.session.execute(text(BY_THE_COMPANY))
                w.session.execute(text(LIMITS))
            check_equal(installation, size)
            works = {
                "floor: ageing, open amounts only": lambda at=installation: floor(at),
                "simulation": lambda at=installation: product(at),
                "simulation and its first page": lambda at=installation: first_page(at),
            }
            medians = in_turns(works, TIMES[size.name])
            peak = peak_megabytes(product_alone, installation)
            title = f"Change of terms, book {size.name}, {name}"
            tell(title, medians, "floor: ageing, open amounts only", peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
