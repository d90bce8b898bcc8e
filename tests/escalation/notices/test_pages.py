"""The pages of notices: a customer's own, the desk's, an invoice's, and the texts in settings."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.outbox import drain
from portal.base.policies import decide
from portal.core.limitation import Act
from portal.core.notice_text import Wanted
from portal.escalation.notices.texts import text_for
from portal.reports.proofs import proofs_of
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.terms import TermsChange
from portal.worker import REGISTRY
from tests.desk import DeskBrowser
from tests.escalation.notices.steps import Chased
from tests.kept import app_over
from tests.people.cast import ADA, CHEN, WANG, Browser

TEXTS = "/desk/settings/notices"
POLITE = f"{TEXTS}/polite/email/en"


@pytest.fixture
def app(account: Chased) -> Flask:
    return app_over(account.installation)


def enter(app: Flask, email: str) -> Browser:
    browser = Browser(app, but={"links"})
    browser.sign_in(email)
    return browser


@pytest.fixture
def chen(app: Flask) -> Browser:
    return enter(app, CHEN)


@pytest.fixture
def tom(app: Flask, account: Chased) -> DeskBrowser:
    return DeskBrowser(app, account.installation, "clerk")


@pytest.fixture
def lead(app: Flask, account: Chased) -> DeskBrowser:
    """Who writes texts, and leads the collecting."""
    return DeskBrowser(app, account.installation, "collections_lead")


def ref_to(account: Chased, email: str) -> str:
    with account.installation.reading(SYSTEM) as r:
        return r.refs.of("nt", account.to(email).id)


# ── The customer's side ──────────────────────────────────────────────────────


def test_a_customer_reads_each_message_once(account: Chased, chen: Browser):
    account.step()
    account.send()

    page = chen.visit("/notices")
    assert len(page.by_id("notices").all("tbody")[0].all("tr")) == 1
    assert "Reminder of what is past due" in page.text
    assert page.links["Reminder of what is past due"] == f"/notices/{ref_to(account, CHEN)}"


def test_it_is_the_same_story_as_in_the_mail_with_ways_to_answer(account: Chased, chen: Browser):
    account.step()
    account.send()

    page = chen.visit(f"/notices/{ref_to(account, CHEN)}")
    assert "177,748.56" in page.text
    assert "CN44 1234 5678 9012 3456" in page.text
    assert "perhaps it escaped your notice" in page.text
    assert page.links["I will pay on …"].startswith("/promises/new?customer=")
    assert page.links["This is wrong: INV-2026-04101"].startswith("/disputes/new?invoice=")


def test_that_it_was_opened_is_noted_once_and_not_for_our_own(
    account: Chased, chen: Browser, tom: DeskBrowser
):
    account.step()
    account.send()
    ref = ref_to(account, CHEN)

    tom.visit(f"/desk/notices/{ref}")
    assert account.to(CHEN).opened_at is None
    chen.visit(f"/notices/{ref}")
    opened = account.to(CHEN).opened_at
    assert opened == account.installation.clock.now()


def test_what_has_not_left_and_what_is_anothers_is_not_there(
    account: Chased, app: Flask, chen: Browser
):
    account.step()
    ref = ref_to(account, CHEN)
    chen.visit(f"/notices/{ref}", 404)
    account.send()

    enter(app, ADA).visit(f"/notices/{ref}", 404)
    enter(app, ADA).visit(f"/notices/{ref}.pdf", 404)
    chen.visit(f"/desk/notices/{ref}", 404)


def test_an_invoice_shows_what_was_sent_about_it_and_staff_where_it_stands(
    account: Chased, chen: Browser, tom: DeskBrowser
):
    account.step()
    account.send()
    with account.installation.reading(SYSTEM) as r:
        invoice, customer = r.refs.of("iv", 1), r.refs.of("cu", account.customer_id)

    own = chen.visit(f"/invoices/{invoice}/notices")
    assert "Reminder of what is past due" in own.text
    assert "What comes next" not in own.text
    ours = tom.visit(f"/invoices/{invoice}/notices")
    assert "What comes next" in ours.text
    chasing = tom.visit(ours.links["How Huadong Trading is chased"])
    assert chasing.links["INV-2026-04101"] == f"/invoices/{invoice}"
    told = tom.visit(chasing.links["The messages that told of it"])
    assert "2 notices" in told.text
    assert f"customer={customer}" in chasing.links["The messages that told of it"]


def test_without_messages_the_list_says_so(chen: Browser):
    assert "No reminders" in chen.visit("/notices").text


# ── The desk ─────────────────────────────────────────────────────────────────


def test_the_desk_sees_states_and_proof(account: Chased, tom: DeskBrowser):
    account.step()
    account.send()

    page = tom.visit("/desk/notices")
    assert "2 notices" in page.text
    one = tom.visit(f"/desk/notices/{ref_to(account, CHEN)}")
    assert account.to(CHEN).body_sha256 in one.text
    assert "Message-ID" in one.text


def test_letters_are_chosen_printed_posted_and_delivered(account: Chased, tom: DeskBrowser):
    account.change(Customer, account.customer_id, address="1 Harbour Road, Ningbo")
    account.step("letter", "firm")
    with account.installation.reading(SYSTEM) as r:
        ref = r.refs.of("nt", account.notices[0].id)
    assert "Print 1 letter that waits" in tom.visit("/desk").text
    links = tom.visit("/desk/work").links
    waiting = tom.visit(links["Letters to print 1"])

    tom.fill(waiting, "/desk/notices/prints", 303, chosen=ref)
    drain(account.installation, REGISTRY, channels=["task"])
    assert "letter that waits" not in tom.visit("/desk").text
    assert "Letters to print" not in tom.visit("/desk/work").text
    listed = tom.visit("/desk/notices?state=printed")
    assert "Printed together" in listed.text
    file = tom.client.get(listed.links[next(name for name in listed.links if "PDF" in name)])
    assert file.data.startswith(b"%PDF")

    page = tom.visit(f"/desk/notices/{ref}")
    tom.fill(page, f"/desk/notices/{ref}/posting", 303, tracking="RR 1 CN")
    page = tom.visit(f"/desk/notices/{ref}")
    tom.fill(page, f"/desk/notices/{ref}/delivery", 303, on="2026-11-20")
    page = tom.visit(f"/desk/notices/{ref}")
    assert "RR 1 CN" in page.text
    assert "Handed over by the post" in page.text
    with account.installation.reading(SYSTEM) as r:
        [demand] = proofs_of(r, [1])[1]
    assert (demand.act, demand.on.isoformat()) == (Act.DEMAND, "2026-11-20")
    assert demand.path == f"/desk/notices/{ref}"


def test_printing_nothing_is_refused(account: Chased, tom: DeskBrowser):
    account.change(Customer, account.customer_id, address="1 Harbour Road, Ningbo")
    account.step("letter", "firm")
    waiting = tom.visit("/desk/notices?state=to_print")

    page = tom.fill(waiting, "/desk/notices/prints", 422)
    assert "Choose at least one letter" in page.text


def test_a_letter_can_be_looked_at_before_it_is_printed(account: Chased, tom: DeskBrowser):
    account.change(Customer, account.customer_id, address="1 Harbour Road, Ningbo")
    account.step("letter", "final")
    with account.installation.reading(SYSTEM) as r:
        ref = r.refs.of("nt", account.notices[0].id)

    assert tom.client.get(f"/desk/notices/{ref}.pdf").data.startswith(b"%PDF")
    assert account.notices[0].state == "to_print"


def test_lists_are_filtered(account: Chased, tom: DeskBrowser):
    account.step()
    account.send()

    assert "No notice matches" in tom.visit("/desk/notices?state=failed").text
    assert "2 notices" in tom.visit("/desk/notices?channel=email&q=huadong").text
    assert "1 notice" in tom.visit(f"/desk/notices?q={WANG}").text


def test_the_list_is_written_out_as_it_is_filtered_and_runs_nothing(
    account: Chased, tom: DeskBrowser
):
    account.step()
    account.send()
    account.change(Customer, account.customer_id, name="=cmd|' /C calc'!A0")

    assert (
        "/desk/notices.csv?channel=email" in tom.visit("/desk/notices?channel=email").links["CSV"]
    )
    told = tom.client.get("/desk/notices.csv?channel=email").get_data(as_text=True).splitlines()
    assert len(told) == 3
    assert "'=cmd|' /C calc'!A0" in told[1]
    assert "177748.56" in told[1]
    assert len(tom.client.get("/desk/notices.csv?state=failed").get_data().splitlines()) == 1
    assert tom.client.get("/desk/notices.xlsx").get_data().startswith(b"PK")


# ── The texts ────────────────────────────────────────────────────────────────


def test_every_text_is_listed_and_opens_on_a_real_customer(lead: DeskBrowser):
    listed = lead.visit(TEXTS)
    urls = {url for url in listed.links.values() if url.startswith(f"{TEXTS}/")}
    assert len(urls) == 28

    page = lead.visit(POLITE)
    assert "Northwind: CNY 177,748.56 is past due" in page.text
    assert "To Huadong Trading, today" in page.text


def test_a_text_is_drafted_approved_and_then_used(account: Chased, lead: DeskBrowser):
    page = lead.visit(POLITE)
    body = page.form(POLITE)["body"]
    lead.fill(
        page,
        POLITE,
        303,
        subject="{supplier}: please pay {total}",
        body="Pay {total}.\n\n{items}\n\n{payee}\n\n{links}",
        effective_on="2026-11-20",
        reason="shorter",
    )
    assert "perhaps it escaped" in body
    with account.installation.reading(SYSTEM) as r:
        after = json.loads(r.session.scalars(select(TermsChange.after)).one())
    with account.installation.work(SYSTEM) as w:
        decide(w, after)

    account.step()
    account.send()
    assert account.to(CHEN).subject == "Northwind: please pay CNY 177,748.56"
    assert "yours" in lead.visit(TEXTS).text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{nobody}", "{nobody} is not known here"),
        ("You crook.", "threatens or abuses"),
        ("本函仅为复核账目之用，并非催款结算。", "would spoil it"),
    ],
)
def test_what_a_text_must_not_say_is_told_and_not_kept(
    account: Chased, lead: DeskBrowser, words: str, said: str
):
    page = lead.visit(POLITE)
    sent = {
        "subject": "Due",
        "body": f"{words}\n\n{{total}}\n\n{{items}}\n\n{{payee}}\n\n{{links}}",
        "effective_on": "2026-11-20",
        "reason": "why not",
    }

    assert said in lead.fill(page, POLITE, 422, **sent).text
    assert said in lead.send(POLITE + "/preview", 200, data=sent).text
    with account.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(TermsChange)).all() == []


def test_a_test_goes_to_who_writes_it_and_to_nobody_else(account: Chased, lead: DeskBrowser):
    body = "Please pay {total}.\n\n{items}\n\n{payee}\n\n{links}"
    told = lead.send(POLITE + "/test", 200, data={"subject": "Due", "body": body})
    assert "collections_lead@northwind.example" in told.text

    assert drain(account.installation, REGISTRY, channels=["email"])["sent"] == 1
    with account.installation.reading(SYSTEM) as r:
        mail = r.session.scalars(select(Outbox).where(Outbox.kind == "notice_test")).one()
    assert mail.to_address == "collections_lead@northwind.example"
    assert "177,748.56" in (mail.body_text or "")


def test_a_text_of_one_step_is_kept_beside_the_others(account: Chased, lead: DeskBrowser):
    with account.installation.work(SYSTEM) as w:
        entry = {
            "name": "first",
            "strength": "polite",
            "channel": "email",
            "language": "en",
            "step": "polite email",
            "subject": "First",
            "body": "{total}\n\n{items}\n\n{payee}\n\n{links}",
        }
        decide(w, {"notices": [entry]})
        assert text_for(w.policy, Wanted("polite", "email", "en", "polite email")).name == "first"
        assert text_for(w.policy, Wanted("polite", "email", "en", "other")).name != "first"

    assert "step polite email" in lead.visit(TEXTS).text


def test_who_may_not_write_them_may_read_them(tom: DeskBrowser):
    page = tom.visit(POLITE)

    assert "Keep as a draft" not in page.text


def test_a_text_that_there_is_none_of_is_not_found(tom: DeskBrowser):
    tom.visit(f"{TEXTS}/rude/email/en", 404)
    tom.visit(f"{TEXTS}/polite/fax/en", 404)


def test_they_stand_among_the_settings(lead: DeskBrowser):
    assert TEXTS in lead.visit("/desk/settings/company").links.values()
