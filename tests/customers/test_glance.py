"""A customer at a glance: what comes next, what is used, what can be done, who is abnormal."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.invoices.abnormal import abnormal_customers
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, DunningHold, LadderRun
from portal.tables.invoices import Entry
from portal.tables.people import User
from portal.tables.terms import CustomerTerms
from tests.desk import Office, an_office, rows_of


def id_of(office: Office, code: str) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()


def give_grace(office: Office, code: str, days: int) -> None:
    customer_id = id_of(office, code)
    with office.installation.work(SYSTEM) as w:
        row = CustomerTerms(
            customer_id=customer_id,
            effective_on=dt.date(2026, 1, 1),
            terms="net 30",
            grace_days=days,
            late_rate=None,
            day_count=None,
            source="decision",
            reason="",
            author="",
            at=w.now,
        )
        w.session.add(row)


def abnormal(office: Office) -> dict[int, dt.date]:
    with office.installation.reading(SYSTEM) as r:
        return abnormal_customers(r)


def test_who_is_overdue_beyond_the_grace_is_abnormal(any_installation: Installation):
    """S-097."""
    office = an_office(any_installation)

    found = abnormal(office)

    assert found == {
        id_of(office, "HUADONG"): dt.date(2026, 7, 2),
        id_of(office, "BERGMANN"): dt.date(2026, 11, 10),
    }


def test_the_customers_own_grace_is_left_to_it(any_installation: Installation):
    office = an_office(any_installation)
    give_grace(office, "BERGMANN", 11)
    give_grace(office, "HUADONG", 10)

    assert abnormal(office) == {id_of(office, "HUADONG"): dt.date(2026, 7, 12)}


def test_the_list_is_narrowed_to_abnormal_customers(office: Office):
    give_grace(office, "BERGMANN", 30)

    page = office.enter().visit("/desk/customers?state=abnormal")

    assert [row[0] for row in rows_of(page, "accounts")] == ["Huadong Trading"]
    assert "Abnormal: overdue beyond the grace" in page.text


def test_what_comes_next_is_told_with_its_day_and_why(office: Office):
    page = office.enter().visit(office.customer_path("HUADONG", "/next"))

    assert "INV-4 is overdue for" in page.text


def test_who_owes_nothing_is_not_chased(office: Office):
    page = office.enter().visit(office.customer_path("ZHIYUAN", "/next"))

    assert "Nothing is due to be chased." in page.text


def test_who_is_left_alone_is_said_with_the_reason(office: Office):
    clerk = office.enter()
    customer_id = id_of(office, "HUADONG")
    with office.installation.work(SYSTEM) as w:
        hold = DunningHold(
            customer_id=customer_id,
            from_on=dt.date(2026, 11, 1),
            until_on=dt.date(2026, 12, 24),
            reason="They merge in spring",
            set_by=clerk.user_id,
            set_at=w.now,
        )
        w.session.add(hold)

    page = clerk.visit(office.customer_path("HUADONG", "/position"))

    assert "Left alone They merge in spring until 24 Dec 2026" in page.text


def test_the_limit_and_the_grades_are_drawn(office: Office):
    page = office.enter().visit(office.customer_path("HUADONG", "/position"))

    assert "Abnormal Something undisputed is overdue beyond its grace since" in page.text
    assert "is used." in page.text
    assert "Overdue" in page.text


@pytest.mark.parametrize("sub", ["/next", "/position"])
def test_both_come_as_regions_of_the_first_page(office: Office, sub: str):
    region = f"{sub[1:]}-part"
    clerk = office.enter()

    assert region in clerk.visit(office.customer_path("HUADONG")).source
    assert clerk.region(office.customer_path("HUADONG", sub), region)


@pytest.mark.parametrize("sub", ["/next", "/position", "/talks", "/comments"])
def test_somebody_elses_customer_is_not_there(office: Office, sub: str):
    office.enter("sales").visit(office.customer_path("BERGMANN", sub), 404)


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [("collector", "Log a talk", "no such act"), ("auditor", "Credit file", "Log a talk")],
)
def test_acts_are_those_of_the_reader(office: Office, role: str, there: str, absent: str):
    page = office.enter(role).visit(office.customer_path("HUADONG"))

    assert there in page.text
    assert absent not in page.text


def test_the_timeline_tells_talks_and_steps_and_is_narrowed(office: Office):
    """S-188, S-194: every department reads the same story."""
    clerk = office.enter()
    path = office.customer_path("HUADONG")
    told = {"csrf_token": clerk.token(), "result": "no_answer", "channel": "call"}
    clerk.send(f"{path}/talks", data=told)
    step_done(office)

    everything = clerk.visit(f"{path}/timeline").text
    talks = clerk.visit(f"{path}/timeline?kind=talks").text

    assert "Call: Nobody answered" in everything
    assert "Step “sms” of the ladder was done" in everything
    assert "Call: Nobody answered" in talks
    assert "of the ladder was done" not in talks
    assert "Step “sms”" in clerk.visit(f"{path}/timeline?kind=ladder").text


def step_done(office: Office) -> None:
    with office.installation.work(SYSTEM) as w:
        entry = w.session.scalars(select(Entry).where(Entry.number == "INV-4")).one()
        run = LadderRun(
            on=w.today,
            state="done",
            started_by="command",
            made_by=w.session.scalars(select(User.id)).first(),
            made_at=w.now,
        )
        w.session.add(run)
        w.session.flush()
        w.session.add(
            Dunning(
                customer_id=entry.customer_id,
                currency="CNY",
                ladder="standard",
                step="sms",
                lead_entry_id=entry.id,
                lead_part=1,
                found_on=w.today,
                run_id=run.id,
                channel="sms",
                responsible="system",
                strength="polite",
                raises_grade_to=None,
                state="done",
                done_on=w.today,
                amount_minor=40_00,
                set_off_minor=0,
                made_at=w.now,
            )
        )
