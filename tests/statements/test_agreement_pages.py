"""The agreement as people meet it: on the first page, on its own page, and where it shows."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.statements.issuing.preview import statements_of
from portal.statements.issuing.snapshot import statement_json
from portal.tables.agreements import Agreement
from tests.desk import OCTOBER
from tests.people.cast import ADA, LI, WANG, Browser
from tests.statements.stage import Stage
from tests.statements.test_agreements import LONG_AFTER, accept, backdate, deem

ACCEPT = "Accept what is ticked"


def accept_form(page) -> str:
    actions = [form.get("action") for form in page.root.all("form")]
    return next(action for action in actions if "/account/company/agreement?" in action)


def test_the_first_page_asks_a_signatory_to_decide(chen: Browser):
    page = chen.visit("/")

    assert "Read the agreement on electronic reconciliation" in page.text
    assert "/account/company" in page.links["Read"]


def test_nothing_is_ticked_beforehand(chen: Browser):
    page = chen.visit("/account/company")
    boxes = [one for one in page.root.all("input") if one.get("type") == "checkbox"]

    assert [one.get("name") for one in boxes] == ["is_electronic", "counts_silence"]
    assert not any("checked" in one.attributes for one in boxes)
    assert "within 10 workdays" in page.text


def test_the_agreement_is_accepted_on_its_page(chen: Browser, stage: Stage):
    page = chen.visit("/account/company")
    sent = chen.fill(page, accept_form(page), is_electronic="y", counts_silence="y")
    page = chen.follow(sent)

    assert "counts as agreed 10 workdays after the day by which to answer" in page.text
    assert "Read the agreement" not in chen.visit("/").text
    with stage.installation.reading(SYSTEM) as r:
        kept = r.session.scalars(select(Agreement)).one()
    assert '"address":"127.0.0.1"' in kept.evidence


def test_a_missing_tick_is_said_on_it(chen: Browser):
    page = chen.visit("/account/company")
    page = chen.fill(page, accept_form(page), 422)

    assert "Tick the first part" in page.text


def test_who_declines_is_not_asked_again(chen: Browser):
    page = chen.visit("/account/company")
    action = next(
        form.get("action") for form in page.root.all("form") if "declined" in form.get("action")
    )
    chen.fill(page, action)

    assert "Read the agreement" not in chen.visit("/").text
    assert ACCEPT in chen.visit("/account/company").text


def test_revoking_asks_first_and_ends_it(chen: Browser, stage: Stage):
    accept(stage)
    page = chen.visit("/account/company")
    page = chen.visit(page.links["Revoke the agreement"])
    action = next(
        form.get("action") for form in page.root.all("form") if "end" in form.get("action")
    )
    page = chen.follow(chen.fill(page, action))

    assert "The agreement is revoked." in page.text
    assert ACCEPT in page.text


def test_who_may_not_agree_reads_what_is_agreed(app: Flask):
    wang = Browser(app, but={"links"})
    wang.sign_in(WANG)
    page = wang.visit("/account/company")

    assert ACCEPT not in page.text
    assert "A signatory or the administrator" in page.text


def test_another_customers_agreement_is_not_found(app: Flask, stage: Stage):
    ada = Browser(app, but={"links"})
    ada.sign_in(ADA)
    with stage.installation.reading(SYSTEM) as r:
        ref = r.refs.of("cu", stage.statement.customer_id)

    ada.visit(f"/account/company?customer={ref}", 404)


def deemed(stage: Stage) -> None:
    accept(stage)
    backdate(stage)
    deem(stage.installation, LONG_AFTER)


def test_the_pages_say_what_counts_as_agreed_and_by_what(chen: Browser, stage: Stage):
    deemed(stage)
    page = chen.visit(f"/statements/{stage.ref}")

    assert "it counts as agreed since" in page.text
    assert "Review and confirm" in page.text
    assert "Counts as agreed" in chen.visit("/statements").text


def test_the_board_says_it_and_does_not_call_it_late(app: Flask, stage: Stage):
    deemed(stage)
    stage.cast.at(60 * 24 * 60)
    li = Browser(app, but={"links"})
    li.sign_in_fully(LI, stage.cast)

    assert "Counts as agreed" in li.visit("/desk/statements").text
    assert "Huadong Trading" not in li.visit("/desk/statements?state=late").text


def test_the_shell_tells_since_when(stage: Stage):
    deemed(stage)
    with stage.installation.reading(SYSTEM) as r:
        [told] = statements_of(r, OCTOBER)
    said = statement_json(told.statement, told.status, told.sha256, told.deemed_on)

    assert (said["status"], said["deemed_on"]) == ("issued", "2026-12-31")
    assert told.deemed_on == dt.date(2026, 12, 31)


def test_our_own_people_read_what_was_accepted(app: Flask, stage: Stage):
    accept(stage)
    li = Browser(app, but={"links"})
    li.sign_in_fully(LI, stage.cast)
    with stage.installation.reading(SYSTEM) as r:
        ref = r.refs.of("cu", stage.statement.customer_id)
    page = li.visit(f"/desk/customers/{ref}/people")

    assert "counts as agreed 10 workdays after the day by which to answer" in page.text
    assert "Huadong Trading reconcile their account through this portal" in page.text
