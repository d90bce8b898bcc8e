"""The list of what is about to lapse, where else it is told, and the task that it makes once."""

import datetime as dt
import json

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from portal.reports.daily import run
from portal.tables.approvals import Task
from portal.tables.cases import CaseEvent, CasePart, CollectionCase
from portal.tables.invoices import Entry as Posted
from tests.buyer import Buyer, invoice_path
from tests.desk import DeskBrowser, Office, rows_of
from tests.ledgers import store

PAGE = "/desk/limitation"
TODAY = dt.date(2026, 11, 20)


def owe(
    office: Office, number: int, due_on: dt.date, minor: int = 500_00, currency: str = "CNY"
) -> Book:
    """An invoice of Huadong's that is due since a day, and not paid."""
    amount = Money(minor, currency)
    entry = Entry(number, "HUADONG", Kind.INVOICE, f"OLD-{number}", due_on, amount)
    book = Book((entry,), (Part(number, 1, due_on, amount),))
    store(office.installation, book)
    return book


def pay(office: Office, owed: Book, on: dt.date) -> None:
    """100.00 of an invoice were paid on a day."""
    [entry], amount = owed.entries, Money(100_00, "CNY")
    paid = Entry(900, "HUADONG", Kind.PAYMENT, "RCT-900", on, Money(-100_00, "CNY"))
    applied = Allocation(900, entry.id, 1, amount, on)
    store(office.installation, Book((entry, paid), owed.parts, (applied,)))


def test_the_first_to_lapse_stands_first_with_what_it_runs_from(office: Office):
    owe(office, 50, dt.date(2024, 5, 2))
    owe(office, 51, dt.date(2024, 3, 1), 70_00, "EUR")
    page = office.enter("collections_lead").visit(PAGE)

    assert [[row[0], row[1], row[4], row[6]] for row in rows_of(page, "claims")] == [
        ["OLD-51", "1 Mar 2027 in 101 days", "1 Mar 2024 Due date", "EUR 70.00"],
        ["OLD-50", "2 May 2027 in 163 days", "2 May 2024 Due date", "CNY 500.00"],
    ]
    assert "2 claims: CNY 500.00 · EUR 70.00" in page.text


def test_the_act_that_counts_leads_to_its_proof(office: Office):
    pay(office, owe(office, 50, dt.date(2022, 5, 2)), dt.date(2024, 2, 5))
    clerk = office.enter("clerk")
    page = clerk.visit(PAGE)
    row = rows_of(page, "claims")[0]
    [proof] = [one for one in page.root.all("a") if one.text == "RCT-900"]

    assert row[1].startswith("5 Feb 2027")
    assert row[4] == "5 Feb 2024 Part payment"
    assert "RCT-900" in clerk.visit(proof.get("href")).text


def test_the_list_is_narrowed_by_months_and_by_customer(clerk: DeskBrowser, office: Office):
    for number, due_on in ((50, "2024-01-15"), (51, "2024-04-15"), (52, "2024-10-15")):
        owe(office, number, dt.date.fromisoformat(due_on))
    owe(office, 53, dt.date(2023, 1, 2))
    counts = {
        query: len(rows_of(clerk.visit(f"{PAGE}?within={query}"), "claims"))
        for query in ("3", "6", "12", "lapsed")
    }
    other = office.customer_path("BERGMANN").rsplit("/", 1)[1]

    assert counts == {"3": 1, "6": 2, "12": 3, "lapsed": 1}
    assert "No claim lapses in this time" in clerk.visit(f"{PAGE}?customer={other}").text


def test_the_file_holds_what_the_list_holds(clerk: DeskBrowser, office: Office):
    owe(office, 50, dt.date(2024, 5, 2))
    text = clerk.client.get(f"{PAGE}.csv?within=6").get_data(as_text=True)

    assert text.splitlines()[1] == (
        "2027-05-02,Huadong Trading,HUADONG,OLD-50,1,2024-05-02,2024-05-02,Due date,,CNY,500.00"
    )


def test_a_country_whose_law_is_not_known_says_so(clerk: DeskBrowser, office: Office):
    with office.installation.work(SYSTEM) as w:
        w.company.country = "US"

    assert "No period is known for the United States" in clerk.visit(PAGE).text


def test_the_list_asks_the_same_however_long_it_is(clerk: DeskBrowser, office: Office):
    owe(office, 50, dt.date(2024, 5, 2))
    few = clerk.count_statements(PAGE)
    for number in range(51, 90):
        owe(office, number, dt.date(2024, 5, 2))

    assert clerk.count_statements(PAGE) == few <= 12


def test_the_invoice_tells_the_house_and_never_the_customer(clerk: DeskBrowser, office: Office):
    owe(office, 50, dt.date(2024, 5, 2))
    path = invoice_path(office, "OLD-50")

    assert "Lapses on 2 May 2027" in clerk.visit(path).text
    seen = Buyer(office, "HUADONG").visit(path).text
    assert "apses" not in seen
    assert "imitation" not in seen


def test_what_a_court_has_stands_apart_and_leads_to_its_case(office: Office):
    owe(office, 50, dt.date(2024, 5, 2))
    day, at = dt.date(2026, 3, 2), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    with office.installation.work(SYSTEM) as w:
        told = select(Posted.customer_id, Posted.id).where(Posted.number == "OLD-50")
        of, entry_id = w.session.execute(told).one()
        case = {"number": "CS-9", "currency": "CNY", "kind": "legal", "state": "open"}
        case |= {"stage": "filed", "reason": "", "opened_on": day, "customer_id": of}
        w.session.add(row := CollectionCase(**case))
        w.session.flush()
        same = {"customer_id": of, "case_id": row.id}
        w.session.add(CasePart(entry_id=entry_id, part=1, amount_minor=500_00, **same))
        w.session.add(CaseEvent(on=day, kind="filed", words="", at=at, idempotency_key="k", **same))
    lead = office.enter("collections_lead")

    page = lead.visit(f"{PAGE}?within=standing")
    assert rows_of(page, "claims")[0][1] == "With a court"
    assert rows_of(page, "claims")[0][4] == "2 Mar 2026 Suit filed"
    assert "none of these claims lapses" in lead.visit(page.links["CS-9"]).text
    assert "With a court" in lead.visit(invoice_path(office, "OLD-50")).text
    assert "OLD-50" not in lead.visit(PAGE).text


def test_the_customers_page_at_the_desk_warns_of_the_first(clerk: DeskBrowser, office: Office):
    owe(office, 50, dt.date(2024, 5, 2))

    page = clerk.visit(office.customer_path("HUADONG"))
    assert "1 claim lapses within a year" in page.text
    assert "The first is OLD-50, on 2 May 2027." in page.text


def tasks(installation: Installation) -> list[Task]:
    with installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Task).order_by(Task.id)))


def test_half_a_year_before_it_lapses_a_claim_makes_one_task(office: Office):
    owe(office, 50, dt.date(2024, 5, 20))
    assert run(office.installation, TODAY) == {"made": 1, "closed": 0}
    assert run(office.installation, TODAY + dt.timedelta(days=1)) == {"made": 0, "closed": 0}

    [task] = tasks(office.installation)
    assert task.subject == "part/50/1/2027-05-20"
    assert json.loads(task.facts)["amount"] == "500.00"
    assert task.due_on == dt.date(2026, 12, 20)


def test_a_claim_of_the_day_after_makes_none_yet(office: Office):
    owe(office, 50, dt.date(2024, 5, 21))

    assert run(office.installation, TODAY) == {"made": 0, "closed": 0}


def test_a_part_payment_closes_the_task_and_the_next_end_makes_another(office: Office):
    owed = owe(office, 50, dt.date(2024, 5, 20))
    run(office.installation, TODAY)
    pay(office, owed, TODAY)
    assert run(office.installation, TODAY) == {"made": 0, "closed": 1}

    run(office.installation, dt.date(2029, 6, 1))
    subjects = {task.subject for task in tasks(office.installation)}
    assert {"part/50/1/2027-05-20", "part/50/1/2029-11-20"} <= subjects


def test_a_claim_that_lapsed_keeps_its_task(office: Office):
    owe(office, 50, dt.date(2024, 5, 20))
    run(office.installation, TODAY)

    assert run(office.installation, dt.date(2027, 5, 21)) == {"made": 0, "closed": 0}
