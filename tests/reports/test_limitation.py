"""Until when what is open can be taken to court: from facts alone, on both databases."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.confirmation import Result
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.limitation import Act
from portal.core.money import Money
from portal.reports.limitation import AskLapses, LapseRow, list_lapses
from portal.statements.answers import AcknowledgeReceipt, acknowledge_receipt
from portal.tables.cases import CaseEvent, CasePart, CollectionCase
from portal.tables.customers import Customer
from portal.tables.payments import Allocation as AllocationTable
from portal.tables.people import User
from portal.tables.promises import (
    Plan,
    PlannedPart,
    PlanOffer,
    PlanSignature,
    Promise,
    PromisedPart,
)
from portal.tables.settings import Policy
from portal.tables.statements import Confirmation
from tests.ledgers import store
from tests.people.cast import cast_into
from tests.statements.stage import Stage, staged

DUE = dt.date(2024, 1, 15)
#: Three years later, two months from the day of the tests.
ENDS = dt.date(2027, 1, 15)


def cny(yuan: int) -> Money:
    return Money(yuan * 100, "CNY")


def old_books(*, paid_on: dt.date | None = None) -> Book:
    """Huadong owes 500 of an invoice since January 2024; 100 were paid on a day, or nothing."""
    issued = dt.date(2023, 12, 16)
    entries = [Entry(1, "HUADONG", Kind.INVOICE, "OLD-1", issued, cny(500))]
    applied = []
    if paid_on:
        entries.append(Entry(2, "HUADONG", Kind.PAYMENT, "RCT-2", paid_on, cny(-100)))
        applied.append(Allocation(2, 1, 1, cny(100), paid_on))
    return Book(tuple(entries), (Part(1, 1, DUE, cny(500)),), tuple(applied))


def lapses(installation: Installation, **asked: Any) -> list[LapseRow]:
    with installation.reading(SYSTEM) as r:
        return list_lapses(r, AskLapses(**asked))


def ends(installation: Installation) -> list[tuple[dt.date | None, Act | None]]:
    return [(row.lapses_on, row.since and row.since.act) for row in lapses(installation)]


@pytest.fixture
def owed(any_installation: Installation) -> Installation:
    """An installation with the old invoice, of which nothing was paid."""
    store(any_installation, old_books())
    return any_installation


def add(installation: Installation, *rows: Any, **values: Any) -> None:
    with installation.work(SYSTEM) as w:
        for row, more in rows:
            w.session.add(row(customer_id=1, **more, **values))
            w.session.flush()


def promise_of(on: dt.date, way: str = "portal") -> tuple[tuple[Any, dict[str, Any]], ...]:
    """A promise over the whole invoice, and what it covers."""
    moment = dt.datetime.combine(on, dt.time(4), dt.UTC)
    promise = {
        "id": 7,
        "currency": "CNY",
        "promised_on": on + dt.timedelta(days=9),
        "made_on": on,
        "made_at": moment,
        "reason": "",
        "note": "",
        "method": "",
        "way": way,
        "evidence": "{}",
        "evidence_sha256": "",
    }
    return (Promise, promise), (PromisedPart, {"promise_id": 7, "entry_id": 1, "part": 1})


def test_a_claim_runs_from_the_day_it_was_due(owed: Installation):
    assert ends(owed) == [(ENDS, None)]


def test_a_part_payment_begins_it_anew_on_its_value_date(any_installation: Installation):
    store(any_installation, old_books(paid_on=dt.date(2025, 6, 2)))
    [row] = lapses(any_installation)

    assert (row.lapses_on, row.open) == (dt.date(2028, 6, 2), cny(400))
    assert row.since is not None
    assert (row.since.act, row.since.number) == (Act.PART_PAYMENT, "RCT-2")


def test_money_that_was_taken_away_again_proves_nothing(any_installation: Installation):
    store(any_installation, old_books(paid_on=dt.date(2025, 6, 2)))
    with any_installation.work(SYSTEM) as w:
        w.session.execute(update(AllocationTable).values(ended_on=dt.date(2025, 6, 3)))

    assert ends(any_installation) == [(ENDS, None)]


def test_a_credit_note_of_ours_is_no_payment_of_theirs(any_installation: Installation):
    book = old_books(paid_on=dt.date(2025, 6, 2))
    credit = Entry(2, "HUADONG", Kind.CREDIT_NOTE, "CN-2", dt.date(2025, 6, 2), cny(-100))
    store(any_installation, Book((book.entries[0], credit), book.parts, book.allocations))

    assert ends(any_installation) == [(ENDS, None)]


def test_a_promise_begins_it_anew_on_the_day_it_was_made(owed: Installation):
    add(owed, *promise_of(dt.date(2025, 3, 4)), amount_minor=500_00)

    assert ends(owed) == [(dt.date(2028, 3, 4), Act.PROMISE)]


def test_a_promise_on_the_telephone_counts_in_china_and_not_in_england(owed: Installation):
    add(owed, *promise_of(dt.date(2025, 3, 4), "phone"), amount_minor=500_00)
    assert ends(owed) == [(dt.date(2028, 3, 4), Act.PROMISE)]
    with owed.work(SYSTEM) as w:
        w.company.country = "GB"

    assert ends(owed) == [(dt.date(2030, 1, 15), None)]


def test_a_plan_counts_once_the_customer_has_signed_it(owed: Installation):
    at = dt.datetime(2025, 5, 6, 4, tzinfo=dt.UTC)
    with owed.work(SYSTEM) as w:
        w.session.add(User(id=1, email="a@a.example", name="A", language="en", created_at=w.now))
    plan = {"id": 4, "currency": "CNY", "total_minor": 500_00, "state": "with_supplier"}
    offer = {"id": 5, "plan_id": 4, "nth": 1, "side": "customer", "reason": "", "note": ""}
    covered = {"plan_id": 4, "entry_id": 1, "part": 1, "amount_minor": 500_00, "open_minor": 500_00}
    add(owed, (Plan, {**plan, "user_id": 1, "made_at": at}))
    add(owed, (PlannedPart, covered), (PlanOffer, {**offer, "user_id": 1, "at": at}))
    assert ends(owed) == [(ENDS, None)]

    signed = {"plan_id": 4, "offer_id": 5, "side": "customer", "user_id": 1, "at": at}
    add(owed, (PlanSignature, {**signed, "evidence": "{}", "evidence_sha256": ""}))
    assert ends(owed) == [(dt.date(2028, 5, 6), Act.PLAN)]


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", [dt.date(2027, 12, 31)]), ("GB", [dt.date(2030, 1, 15)]), ("US", []), ("FR", [])],
)
def test_the_companys_country_says_which_law(
    owed: Installation, country: str, expected: list[dt.date]
):
    with owed.work(SYSTEM) as w:
        w.company.country = country

    assert [on for on, _act in ends(owed)] == expected


def test_only_what_is_asked_for_is_told(owed: Installation):
    assert [len(lapses(owed, within_months=months)) for months in (1, 2, 12)] == [0, 1, 1]
    assert lapses(owed, has_lapsed=True) == []
    assert [len(lapses(owed, entry_id=entry_id)) for entry_id in (1, 2)] == [1, 0]
    assert lapses(owed, currency="EUR") == []


def test_what_is_over_is_told_as_over(any_installation: Installation):
    entry = Entry(1, "HUADONG", Kind.INVOICE, "OLD-1", dt.date(2023, 1, 1), cny(500))
    store(any_installation, Book((entry,), (Part(1, 1, dt.date(2023, 11, 19), cny(500)),)))

    assert [row.lapses_on for row in lapses(any_installation, has_lapsed=True)] == [
        dt.date(2026, 11, 19)
    ]
    assert lapses(any_installation, within_months=12) == []


def test_what_was_due_on_a_leap_day_is_found_in_time(any_installation: Installation):
    entry = Entry(1, "HUADONG", Kind.INVOICE, "OLD-1", dt.date(2024, 1, 1), cny(500))
    store(any_installation, Book((entry,), (Part(1, 1, dt.date(2024, 2, 29), cny(500)),)))
    with any_installation.reading(SYSTEM, dt.date(2026, 11, 28)) as r:
        [row] = list_lapses(r, AskLapses(within_months=3))

    assert row.lapses_on == dt.date(2027, 2, 28)


# ── What is signed on statements ─────────────────────────────────────────────


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))


def acts(stage: Stage) -> list[Act | None]:
    """By invoice, the act since which its claim runs; all are due by then."""
    with stage.installation.reading(SYSTEM, dt.date(2027, 1, 2)) as r:
        rows = list_lapses(r, AskLapses())
    return [row.since and row.since.act for row in sorted(rows, key=lambda row: row.entry_id)]


def test_a_debt_that_was_signed_for_begins_anew(any_stage: Stage):
    any_stage.confirm(owes=True)

    assert acts(any_stage) == [Act.ACKNOWLEDGEMENT] * 5


def test_a_balance_that_is_merely_correct_acknowledges_no_debt(any_stage: Stage):
    any_stage.confirm()

    assert acts(any_stage) == [None] * 5


def test_what_differs_is_not_acknowledged(any_stage: Stage):
    any_stage.differ(2)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES, owes=True)

    assert acts(any_stage).count(None) == 1


def test_a_signature_that_was_taken_back_proves_nothing(any_stage: Stage):
    any_stage.confirm(owes=True)
    with any_stage.installation.work(SYSTEM) as w:
        w.session.execute(update(Confirmation).values(withdrawn_at=w.now))

    assert acts(any_stage) == [None] * 5


def test_a_receipt_proves_that_a_demand_arrived_and_nothing_else(any_stage: Stage):
    """Rule R136: in Germany, where a demand begins nothing anew, the receipt does neither."""
    any_stage.act(acknowledge_receipt, AcknowledgeReceipt(any_stage.id))
    assert acts(any_stage) == [Act.DEMAND] * 5

    with any_stage.installation.work(SYSTEM) as w:
        w.company.country = "DE"
    assert acts(any_stage) == [None] * 5


def test_the_receipt_of_a_statement_for_checking_only_begins_nothing(
    any_installation: Installation,
):
    with any_installation.work(SYSTEM) as w:
        body = '{"statement_for_checking_only": true}'
        on = dt.date(2026, 1, 1)
        w.session.add(Policy(effective_on=on, body=body, author="", created_at=w.now))
    stage = staged(cast_into(any_installation))
    stage.act(acknowledge_receipt, AcknowledgeReceipt(stage.id))

    assert acts(stage) == [None] * 5


def test_sales_see_the_claims_on_their_own_customers_only(owed: Installation):
    with owed.work(SYSTEM) as w:
        w.session.execute(update(Customer).values(owner="Li Na"))
    found = {}
    for name in ("Li Na", "Marta Klein"):
        with owed.reading(Actor("staff", 1, name, staff_role="sales")) as r:
            found[name] = len(list_lapses(r, AskLapses()))

    assert found == {"Li Na": 1, "Marta Klein": 0}


FILED = ("filed", dt.date(2025, 6, 10))


def at_law(installation: Installation, *events: tuple[str, dt.date], **columns: Any) -> None:
    """A case at law about the invoice, with what happened in it."""
    told = {"id": 3, "number": "CS-3", "currency": "CNY", "kind": "legal", "state": "open"}
    told |= {"stage": "filed", "reason": "", "opened_on": dt.date(2025, 5, 1), **columns}
    rows: list[Any] = [
        (CollectionCase, told),
        (CasePart, {"case_id": 3, "entry_id": 1, "part": 1, "amount_minor": 500_00}),
    ]
    at = dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
    same = {"case_id": 3, "words": "", "at": at}
    rows += [
        (CaseEvent, {"kind": kind, "on": on, "idempotency_key": kind, **same})
        for kind, on in events
    ]
    add(installation, *rows)


def test_while_a_court_has_it_it_does_not_lapse_and_leads_to_its_case(owed: Installation):
    at_law(owed, FILED, ("hearing", dt.date(2025, 9, 1)))

    [row] = lapses(owed, is_standing=True)
    assert row.since is not None
    assert (row.lapses_on, row.since.act, row.since.number) == (None, Act.SUIT, "CS-3")
    assert row.since.path.startswith("/desk/cases/")
    assert ends(owed) == [(None, Act.SUIT)]
    assert lapses(owed, within_months=12) == lapses(owed, has_lapsed=True) == []


@pytest.mark.parametrize(
    ("events", "columns", "ends_on"),
    [
        # A letter of law is no suit.
        ([("demand", dt.date(2025, 6, 10))], {}, ENDS),
        ([FILED, ("judgment", dt.date(2026, 2, 2))], {}, dt.date(2028, 2, 2)),
        ([FILED], {"outcome": "settled"}, dt.date(2029, 3, 1)),
        ([FILED], {"outcome": "withdrawn"}, ENDS),
    ],
)
def test_how_a_suit_ended_decides_until_when(
    installation: Installation, events: Any, columns: dict[str, Any], ends_on: dt.date
):
    store(installation, old_books())
    closed = {"state": "closed", "closed_on": dt.date(2026, 3, 1)} if columns else {}
    at_law(installation, *events, **columns, **closed)

    assert [row.lapses_on for row in lapses(installation)] == [ends_on]
