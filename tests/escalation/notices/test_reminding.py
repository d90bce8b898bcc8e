"""Reminders before the day: each part once for each of its days, caught up with, never late."""

import datetime as dt
import json
from functools import partial

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.core.ledger import Book, Kind
from portal.core.ledger import Entry as BookEntry
from portal.core.ledger import Part as BookPart
from portal.core.money import Money
from portal.escalation.notices.daily import run
from portal.escalation.notices.reminding import remind_all
from portal.tables.disputes import DisputedPart
from portal.tables.escalation import RemindedPart
from tests.escalation.notices.steps import Chased
from tests.ledgers import store
from tests.people.cast import CHEN, WANG
from tests.statements.stage import october

TODAY = dt.date(2026, 11, 20)
#: An invoice due in three days, and one due in five.
SOON = {31: dt.date(2026, 11, 23), 32: dt.date(2026, 11, 25)}


@pytest.fixture
def soon(any_account: Chased) -> Chased:
    """Huadong, of whom two invoices fall due soon."""
    made = [
        BookEntry(n, "C1", Kind.INVOICE, f"NEXT-{n}", dt.date(2026, 11, 1), Money(n * 100, "CNY"))
        for n in SOON
    ]
    parts = tuple(BookPart(entry.id, 1, SOON[entry.id], entry.amount) for entry in made)
    before = october()
    both = Book((*before.entries, *made), (*before.parts, *parts))
    store(any_account.installation, both)
    return any_account


def remind(account: Chased, on: dt.date = TODAY) -> int:
    return run(account.installation, on)


def reminded(account: Chased) -> list[tuple[int, int]]:
    with account.installation.reading(SYSTEM) as r:
        rows = select(RemindedPart).order_by(RemindedPart.entry_id, RemindedPart.days_before)
        return [(row.entry_id, row.days_before) for row in r.session.scalars(rows)]


def told(account: Chased, to: str = CHEN) -> list[str]:
    notices = [each for each in account.notices if each.to_address == to and each.state == "sent"]
    return [item["number"] for each in notices for item in json.loads(each.facts)["items"]]


def test_three_days_before_the_customer_is_told_the_sum_the_day_and_the_account(soon: Chased):
    """S-092, S-093."""
    assert remind(soon) == 2
    soon.send()

    chen = soon.to(CHEN)
    assert chen.kind == "reminder"
    assert chen.strength == "reminder_before"
    assert chen.subject == "Northwind: CNY 31.00 falls due on 23 Nov 2026"
    assert "ending in 3456" in (chen.body_text or "")
    assert told(soon) == ["NEXT-31"]


def test_it_is_told_once_however_often_the_day_is_run(soon: Chased):
    """S-093."""
    remind(soon)

    assert remind(soon) == 0
    assert remind_all(partial(soon.installation.work, SYSTEM, TODAY)) == 0
    assert reminded(soon) == [(31, 3)]


def test_a_day_that_was_missed_is_caught_up_with(soon: Chased):
    assert remind(soon, dt.date(2026, 11, 22)) == 2

    assert reminded(soon) == [(31, 3), (32, 3)]


def test_on_the_day_it_is_told_again_and_afterwards_no_more(soon: Chased):
    remind(soon)
    remind(soon, SOON[31])
    assert remind(soon, SOON[31] + dt.timedelta(days=1)) == 0

    assert reminded(soon) == [(31, 0), (31, 3), (32, 3)]


def test_everything_of_a_day_goes_into_one_message(soon: Chased):
    remind(soon, dt.date(2026, 11, 22))
    later = soon.later(days=2)
    later.send()

    assert told(later) == ["NEXT-31", "NEXT-32"]
    assert {each.to_address for each in soon.notices} == {CHEN, WANG}


def test_what_is_disputed_is_not_reminded_of(soon: Chased):
    with soon.installation.work(SYSTEM) as w:
        mark = DisputedPart(customer_id=soon.customer_id, entry_id=31, part=1, from_on=TODAY)
        w.session.add(mark)

    assert remind(soon) == 0


def test_a_reminder_that_could_not_leave_before_the_day_is_not_sent(soon: Chased):
    remind(soon)

    assert soon.later(days=4).send() == {"cancelled": 2}


def test_a_house_that_rests_on_days_off_counts_from_workdays(soon: Chased):
    """What is due on a Sunday is reminded of for the Monday; the message leaves on a workday."""
    sunday = dt.date(2026, 11, 29)
    made = BookEntry(33, "C1", Kind.INVOICE, "NEXT-33", dt.date(2026, 11, 1), Money(33_00, "CNY"))
    before = october()
    store(
        soon.installation,
        Book((*before.entries, made), (*before.parts, BookPart(33, 1, sunday, made.amount))),
    )
    with soon.installation.work(SYSTEM) as w:
        decide(w, {"reminders_days_off": "wait"})

    remind(soon, dt.date(2026, 11, 27))
    assert (33, 3) in reminded(soon)
    remind(soon, dt.date(2026, 11, 30))
    assert (33, 0) in reminded(soon)


def test_without_days_in_the_policy_nobody_is_reminded(soon: Chased):
    with soon.installation.work(SYSTEM) as w:
        decide(w, {"reminders_before_due_days": []})

    assert remind(soon) == 0
