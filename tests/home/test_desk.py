"""The desk's first page: duties first, then where everyone stands."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.home.commands import send_again
from portal.home.duties import list_duties
from portal.tables.journal import ImportRun, Outbox
from tests.desk import DeskBrowser, Office, an_office
from tests.page import Page
from tests.people.cast import CHEN, Browser

CLERK = Actor("staff", 1, "Tom", "tom@northwind.example", staff_role="clerk")


def duties(office: Office, actor: Actor = CLERK) -> dict[str, tuple[int, list[str]]]:
    with office.installation.reading(actor) as r:
        found = list_duties(r)
    return {duty.name: (duty.count, [each.major() for each in duty.amounts]) for duty in found}


def hrefs(page: Page, words: str) -> list[str]:
    return [link.get("href") for link in page.root.all("a") if link.text == words]


def fail_a_mail(office: Office) -> int:
    with office.installation.work(SYSTEM) as w:
        w.later("statement/1", "statement", {}, channel="email", to_address="chen@h.example")
        w.session.flush()
        mail = w.session.scalars(select(Outbox)).one()
        mail.state, mail.problem, mail.tries = "failed", "550 no such person", 7
        return mail.id


def test_a_fresh_desk_says_how_books_come(installation: Installation):
    page = an_office(installation, with_books=False).enter().visit("/desk")

    assert "Nothing to do" in page.text
    assert "No books yet" in page.text


def test_late_statements_are_the_first_duty_with_their_sums(office: Office):
    office.issue()
    assert "late" not in duties(office)

    office.pass_days(30)

    assert duties(office)["late"] == (3, ["-140.00", "80.00"])
    page = office.enter().visit("/desk")
    assert "Chase 3 statements whose deadline has passed" in page.text


def test_every_duty_leads_to_a_list_as_long_as_its_count(office: Office):
    office.issue()
    office.change("HUADONG", "refused")
    office.change("BERGMANN", "confirmed_with_differences")
    page = office.enter().visit("/desk")

    assert "Look at 1 statement that was not agreed to" in page.text
    assert "Look at 1 statement confirmed with differences" in page.text
    clerk = office.enter("collector")
    listed = [clerk.visit(path) for path in hrefs(page, "See the statements")]
    assert ["1 statement " in one.by_id("statements").text for one in listed] == [True, True]


def test_a_refusal_is_no_duty_once_a_later_statement_followed(office: Office):
    office.issue()
    office.change("HUADONG", "refused")
    office.pass_days(20)
    office.issue_next()

    assert "refused" not in duties(office)


def test_customers_nobody_can_be_written_to_at_are_a_duty(office: Office):
    assert duties(office)["contacts"] == (3, [])
    office.invite("HUADONG")

    assert duties(office)["contacts"] == (2, [])


def test_failed_imports_are_a_duty_for_a_week_of_who_sees_imports(office: Office):
    with office.installation.work(SYSTEM) as w:
        w.session.add(ImportRun(file_name="x.csv", options="{}", state="failed", started_at=w.now))
    support = Actor("staff", 2, "Su", staff_role="support")

    assert duties(office)["imports"] == (1, [])
    assert "imports" not in duties(office, support)
    office.pass_days(8)
    assert "imports" not in duties(office)


def test_a_failed_mail_is_shown_and_sent_again(office: Office):
    mail_id = fail_a_mail(office)
    clerk = office.enter()
    page = clerk.visit("/desk/mails")
    assert "550 no such person" in page.text

    action = page.by_id("main").all("form")[0].get("action")
    clerk.fill(page, action)

    with office.installation.reading(SYSTEM) as r:
        mail = r.session.get_one(Outbox, mail_id)
        assert (mail.state, mail.tries, mail.problem) == ("pending", 0, None)
    assert "Every mail could be delivered." in clerk.visit("/desk/mails").text


def test_a_mail_that_waits_already_is_not_sent_again(office: Office):
    mail_id = fail_a_mail(office)
    with office.installation.work(CLERK) as w:
        send_again(w, mail_id)
    with pytest.raises(RuleBroken), office.installation.work(CLERK) as w:
        send_again(w, mail_id)


def test_each_state_of_mails_is_a_page(office: Office):
    auditor = office.enter("auditor")
    for state in ("failed", "pending", "sent", "cancelled", "nonsense"):
        assert auditor.visit(f"/desk/mails?state={state}").heading == "Mails"


def test_the_position_of_all_stands_by_currency(office: Office):
    page = office.enter().visit("/desk")

    for said in ("−140.00", "110.00", "In other currencies", "EUR", "80.00"):
        assert said in page.text


def test_the_last_run_tells_its_rate(office: Office):
    office.issue()
    office.change("HUADONG", "confirmed")
    page = office.enter().visit("/desk")

    assert "1 of 3 answered (33 %)" in page.text
    assert "Statement 202610-HUADONG-CNY was issued" in page.text


def test_customers_people_do_not_find_the_desk(office: Office):
    office.invite("HUADONG")
    chen = Browser(office.app)
    chen.sign_in(CHEN)

    chen.visit("/desk", 404)


def test_the_first_page_asks_as_much_of_many_rows_as_of_few(office: Office, clerk: DeskBrowser):
    office.issue()
    few = clerk.count_statements("/desk")
    office.add_customers(30)
    office.issue()

    assert clerk.count_statements("/desk") == few
    assert few <= 12


def test_a_demo_day_in_the_future_is_no_surprise(office: Office):
    office.pass_days((dt.date(2028, 2, 29) - dt.date(2026, 11, 20)).days)

    assert office.enter().visit("/desk").heading == "Today"
