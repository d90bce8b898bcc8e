"""A person's calendar: their own days at an address of their own, until they end it."""

import datetime as dt

import pytest
from sqlalchemy import event, select, update

from portal.base.access import SYSTEM
from portal.tables.approvals import Approval, Task
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute, DisputeNote
from portal.tables.invoices import Entry
from portal.tables.people import Membership, User
from portal.tables.promises import Promise, PromisedPart
from tests.almanac import Component, events_of, read_calendar
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office
from tests.people.cast import CHEN

PAGE = "/account/calendar"
SENTINEL = "between ourselves: they are nearly broke"


def make_feed(browser: DeskBrowser, **fields: str) -> str:
    """The path of a new feed, as its page shows it."""
    browser.fill(browser.visit(PAGE), PAGE, **fields)
    page = browser.visit(PAGE)
    links = [one.get("href") for one in page.root.all("a")]
    return next(link for link in links if link.startswith("/calendar/"))


def read(office: Office, path: str) -> list[Component]:
    """The events that a calendar's program gets, which is nobody who has signed in."""
    answer = office.app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return events_of(read_calendar(answer.data))


def told(events: list[Component]) -> list[str]:
    return [f"{each.on} {each.text('SUMMARY')}" for each in events]


def status(office: Office, path: str) -> int:
    return office.app.test_client().get(path).status_code


def quarrel_and_promise(office: Office) -> None:
    """Huadong promised 250.00 of invoice 2 and disputes 10.00, of which the house has notes."""
    office.invite("HUADONG")
    with office.installation.work(SYSTEM) as w:
        customer = w.session.scalars(select(Customer).where(Customer.code == "HUADONG")).one()
        entry = w.session.scalars(select(Entry).where(Entry.number == "INV-2")).one()
        user = w.session.scalars(select(User).where(User.email == CHEN)).one()
        whose = {"customer_id": customer.id, "currency": "CNY", "user_id": user.id}
        promise = Promise(
            **whose,
            promised_on=dt.date(2026, 11, 30),
            made_on=w.today,
            made_at=w.now,
            amount_minor=250_00,
            reason="",
            note="",
            method="",
            way="portal",
            evidence="{}",
            evidence_sha256="",
        )
        dispute = Dispute(
            **whose,
            entry_id=entry.id,
            amount_minor=10_00,
            reason="price",
            said="too dear",
            raised_at=w.now,
            raised_on=w.today,
            way="portal",
            state="received",
            answer_by=dt.date(2026, 11, 27),
        )
        w.session.add_all([promise, dispute])
        w.session.flush()
        covered = {"promise_id": promise.id, "entry_id": entry.id, "part": 1}
        w.session.add(PromisedPart(customer_id=customer.id, **covered, amount_minor=250_00))
        w.session.add(
            DisputeNote(
                customer_id=customer.id,
                dispute_id=dispute.id,
                body=SENTINEL,
                user_id=user.id,
                at=w.now,
            )
        )


def test_a_customer_reads_what_waits_for_them(office: Office):
    office.issue()
    quarrel_and_promise(office)
    path = make_feed(Buyer(office, "HUADONG"))

    assert told(read(office, path)) == [
        "2026-11-27 Our answer to dispute DSP-1 is due",
        "2026-11-30 Pay CNY\xa0250.00 as promised",
        "2026-12-04 Answer the statement for October 2026",
    ]


def test_due_dates_are_in_it_where_they_were_wished(office: Office):
    path = make_feed(Buyer(office, "HUADONG"), with_invoices="y")

    assert told(read(office, path)) == ["2026-11-25 CNY\xa0250.00 of INV-2 is due"]


def test_the_same_day_keeps_its_name_when_the_calendar_is_read_again(office: Office):
    quarrel_and_promise(office)
    path = make_feed(Buyer(office, "HUADONG"))
    first, second = read(office, path), read(office, path)

    assert [each.values for each in first] == [each.values for each in second]


def test_another_customers_days_are_not_in_it(office: Office):
    office.issue()
    quarrel_and_promise(office)
    events = read(office, make_feed(Buyer(office, "BERGMANN"), with_invoices="y"))

    assert [each.text("DESCRIPTION").split(",")[0] for each in events] == ["Bergmann Antriebe"] * 2


def test_what_the_house_writes_for_itself_is_in_no_calendar(office: Office):
    quarrel_and_promise(office)
    for browser in (Buyer(office, "HUADONG"), office.enter("clerk")):
        answer = office.app.test_client().get(make_feed(browser))

        assert SENTINEL[:20] not in answer.get_data(as_text=True).replace("\r\n ", "")


def test_the_desk_reads_one_line_a_day(office: Office):
    quarrel_and_promise(office)
    with office.installation.work(SYSTEM) as w:
        customer_id = w.session.scalars(select(Customer.id).order_by(Customer.id)).first()
        w.session.add_all(
            Task(
                customer_id=customer_id,
                kind="lapsing",
                subject=f"entry/{n}",
                facts="{}",
                due_on=dt.date(2026, 11, 24),
                made_at=w.now,
            )
            for n in (1, 2)
        )
        w.session.add(
            Approval(
                customer_id=customer_id,
                kind="extension",
                subject="extension/1",
                currency="CNY",
                amount_minor=1,
                before="{}",
                after="{}",
                fingerprint="",
                reason="",
                asked_at=w.now,
                state="waiting",
            )
        )
    events = read(office, make_feed(office.enter("collections_lead")))

    assert told(events) == [
        "2026-11-20 1 request to approve",
        "2026-11-24 2 tasks",
        "2026-11-27 1 dispute to answer",
        "2026-11-30 1 promise: CNY\xa0250.00",
    ]


def test_the_feed_is_written_in_its_owners_language(office: Office):
    office.issue()
    path = make_feed(Buyer(office, "HUADONG"))
    with office.installation.work(SYSTEM) as w:
        w.session.execute(update(User).values(language="zh-CN"))

    [answer] = read(office, path)
    assert "2026年10月" in answer.text("SUMMARY")


def test_a_feed_that_was_ended_shows_nothing(office: Office):
    buyer = Buyer(office, "HUADONG")
    path = make_feed(buyer)
    buyer.fill(buyer.visit(PAGE), f"{PAGE}/end")

    assert status(office, path) == 404
    assert "no calendar yet" in buyer.visit(PAGE).text


def test_a_new_address_ends_the_old_one(office: Office):
    buyer = Buyer(office, "HUADONG")
    old = make_feed(buyer)
    new = make_feed(buyer)

    assert (status(office, old), status(office, new)) == (404, 200)


@pytest.mark.parametrize("what", ["disabled", "suspended", "links_revoked"])
def test_who_may_not_enter_has_no_calendar(office: Office, what: str):
    path = make_feed(Buyer(office, "HUADONG"))
    with office.installation.work(SYSTEM) as w:
        changes = {
            "disabled": update(User).values(disabled_at=w.now),
            "suspended": update(Membership).values(suspended_at=w.now),
            "links_revoked": update(User).values(link_epoch=1),
        }
        w.session.execute(changes[what])

    assert status(office, path) == 404


def test_an_address_cannot_be_made_up(office: Office):
    path = make_feed(Buyer(office, "HUADONG"))
    other = make_feed(Buyer(office, "BERGMANN"))
    ref, seal = path.split(".")[0], other.split(".")[1]

    for made_up in (f"{path[:-5]}x.ics", f"{ref}.{seal}.ics", f"{ref}.ics", "/calendar/x.ics"):
        assert status(office, made_up) == 404


def test_reading_changes_nothing_and_takes_few_questions(office: Office):
    office.issue()
    path = make_feed(Buyer(office, "HUADONG"), with_invoices="y")
    said: list[str] = []
    engine = office.installation.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    read(office, path)

    asked = [each for each in said if each.split()[0].lower() not in {"begin", "pragma"}]
    assert {each.split()[0].lower() for each in asked} <= {"select", "with"}
    assert len(asked) <= 12
