"""The last twelve months under a draft, from the books, on both databases."""

import datetime as dt

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.core.ladder import ladders_of
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.core.period import Month
from portal.core.policy_canon import in_full
from portal.core.policy_schema import LADDERS
from portal.escalation.ladders import replaying
from portal.escalation.ladders.replaying import Replay, replay_year
from tests.desk import an_office, invoice
from tests.escalation.ladders.test_pages_ladders import kept
from tests.ledgers import store

MAILS = ladders_of(
    [{"name": "mails", "step": [{"name": "m", "days_overdue": 3, "channel": "email"}]}]
)
STANDARD = ladders_of(in_full(LADDERS, []))


@pytest.fixture
def books(any_installation: Installation) -> Installation:
    an_office(any_installation)
    return any_installation


def looked(installation: Installation, draft=MAILS) -> Replay:
    with installation.reading(SYSTEM) as r:
        return replay_year(r, draft, STANDARD)


def months(side) -> dict[tuple[int, str], int]:
    return {(month.month, step): count for (month, step), count in side.counts.items()}


def test_each_side_is_counted_by_month_and_step(books: Installation):
    """S-101, S-180: what another ladder would have done, beside what was done."""
    told = looked(books)

    assert months(told.draft) == {(7, "m"): 1, (10, "m"): 1, (11, "m"): 1}
    assert sorted(months(told.in_force)) == [
        *((7, "call"), (7, "letter"), (7, "sms"), (8, "legal")),
        *((10, "call"), (10, "letter"), (10, "sms")),
        *((11, "call"), (11, "legal"), (11, "sms")),
    ]
    assert (told.done.total, told.customers, told.of) == (0, 2, 2)


def test_what_is_paid_before_a_step_is_not_chased(books: Installation):
    made, part = invoice(300, "LATE", "08-01", "08-31", 50_00)
    paid = Entry(301, "LATE", Kind.PAYMENT, "RCT-301", dt.date(2026, 9, 5), Money(-50_00, "CNY"))
    applied = Allocation(301, 300, 1, Money(50_00, "CNY"), dt.date(2026, 9, 5))
    before = months(looked(books, STANDARD).draft)
    store(books, Book((made, paid), (part,), (applied,)))

    after = months(looked(books, STANDARD).draft)

    assert {key: n for key, n in after.items() if n != before.get(key)} == {(9, "sms"): 1}


def test_many_customers_are_sampled(books: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(replaying, "MOST_CUSTOMERS", 1)

    told = looked(books)

    assert (told.customers, told.of) == (1, 2)


def test_what_was_done_is_counted_by_its_day(lead, office):
    with office.installation.work(SYSTEM) as w:
        decide(w, {"ladders": [{"name": "mails", "step": [_step()]}]})
    draft = kept(lead, "/desk/policies/1/versions/1/edit", **{"s0-days": "5"})
    page = lead.visit(f"{draft}/replay")

    assert page.heading == "The last twelve months under this draft"
    assert "Nov 2026" in page.text
    assert "Reckoned on all 2 customers with something due." in page.text


def _step() -> dict:
    return {"name": "m", "days_overdue": 3, "channel": "email"}


def test_the_months_end_with_this_one(books: Installation):
    told = looked(books)

    assert (told.months[0], told.months[-1]) == (Month(2025, 12), Month(2026, 11))
    assert (told.first, told.last) == (dt.date(2025, 12, 1), dt.date(2026, 11, 19))
