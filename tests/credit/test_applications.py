"""An application page by page on both sides, handed in once, answered in words, printed."""

import io
import json

import pytest

from portal.base.access import SYSTEM
from portal.core.application import Asks, Step
from portal.core.errors import RuleBroken
from portal.credit.application_list import get_application
from portal.credit.applications import (
    BeginApplication,
    SaveStep,
    SubmitApplication,
    begin_application,
    save_step,
    submit_application,
)
from portal.tables.approvals import Task
from portal.tables.credit import CreditApplication, CreditFact
from portal.tables.files import KeptFile
from portal.tables.journal import Outbox
from tests.buyer import Buyer
from tests.credit.limiting import actor, approve, customer_id, rows
from tests.desk import DeskBrowser, Office
from tests.page import Page

OWN = "/credit/application"
DESK = "/desk/credit/applications"


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


def begun(buyer: Buyer, kind: str = "limit") -> str:
    """The path of a new application, up to its reference."""
    page = buyer.visit(OWN)
    form = next(one for one in page.root.all("form") if one.get("action") == OWN)
    customer = next(one.get("value") for one in form.all("input") if one.get("name") == "customer")
    sent = buyer.send(OWN, data={"kind": kind, "customer": customer})
    return str(sent.response.headers["Location"])


def save(buyer: DeskBrowser, path: str, step: str, status: int = 303, **told: str) -> Page:
    url = f"{path}/{step}"
    typed = buyer.visit(url).form(url)
    return buyer.send(url, status, data=typed | {"then": "on"} | told)


def handed_in(buyer: Buyer, asked: str = "800.00") -> str:
    path = begun(buyer)
    save(buyer, path, "ask", asked_limit=asked, reason="The spring season")
    buyer.send(f"{path}/handing-in")
    return path


def ref_in(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_what_was_saved_is_there_again(chen: Buyer):
    path = begun(chen)
    save(chen, path, "ask", asked_limit="800,000", reason="The spring season")

    assert begun(chen) == path
    shown = chen.visit(f"{path}/ask").form(f"{path}/ask")
    assert (shown["asked_limit"], shown["reason"]) == ("800000.00", "The spring season")


def test_bad_input_is_said_at_its_field_and_nothing_is_lost(chen: Buyer):
    path = begun(chen)
    page = save(
        chen, path, "figures", 422, year_end_1="31.12.2025", sales_1="a lot", profit_1="-4,000"
    )

    shown = page.form(f"{path}/figures")
    assert (shown["year_end_1"], shown["sales_1"], shown["profit_1"]) == (
        "31.12.2025",
        "a lot",
        "-4,000",
    )
    assert "Enter a real date" in page.text


def test_figures_without_their_day_are_asked_for_it(chen: Buyer):
    page = save(chen, begun(chen), "figures", 422, sales_1="5000")

    assert "Enter the year end that these figures are of." in page.text


def test_two_who_write_at_once_do_not_overwrite_each_other(chen: Buyer):
    path = begun(chen)
    url = f"{path}/ask"
    old = chen.visit(url).form(url)
    save(chen, path, "ask", reason="first")
    page = chen.send(url, 409, data=old | {"reason": "second", "then": "on"})

    assert page.form(url)["reason"] == "second"
    chen.send(url, data=page.form(url) | {"then": "on"})
    assert chen.visit(url).form(url)["reason"] == "second"


def test_what_is_missing_is_listed_and_nothing_is_handed_in(chen: Buyer):
    path = begun(chen)
    page = chen.send(f"{path}/handing-in", 422)

    assert page.links["Limit that you need"] == f"{path}/ask#asked_limit"
    assert chen.visit(f"{path}/check").heading == "Check"


def test_it_is_handed_in_once_with_facts_and_a_task(office: Office, chen: Buyer):
    path = begun(chen)
    save(chen, path, "ask", asked_limit="800.00", reason="The spring season")
    save(
        chen,
        path,
        "figures",
        year_end_1="2025-12-31",
        assets_1="200.00",
        debts_1="90.00",
    )
    chen.send(f"{path}/handing-in")
    chen.send(f"{path}/handing-in")

    (task,) = rows(office, Task)
    assert (task.kind, task.done_at) == ("application_in", None)
    told = {fact.factor: (str(fact.value), fact.source) for fact in rows(office, CreditFact)}
    assert told["debt_ratio"] == ("45.00", "application")
    assert len(rows(office, CreditFact)) == len(told)
    assert "Handed in" in chen.visit(path).text


def test_while_one_waits_there_is_no_second(chen: Buyer):
    handed_in(chen)
    page = chen.visit(OWN)
    form = next(one for one in page.root.all("form") if one.get("action") == OWN)
    customer = next(one.get("value") for one in form.all("input") if one.get("name") == "customer")
    again = chen.send(OWN, 409, data={"kind": "limit", "customer": customer})

    assert "waits for our answer already" in again.text


def test_a_draft_is_its_own_sides_alone(office: Office, chen: Buyer, manager: DeskBrowser):
    path = begun(chen)
    manager.visit(f"{DESK}/{ref_in(path)}", 404)
    assert "not applied" not in manager.visit(DESK).text.replace("Nobody has applied", "")

    made = manager.send(
        f"{DESK}/begun",
        data={"customer": office.customer_path("HUADONG").rsplit("/", 1)[1], "kind": "limit"},
    )
    ours = ref_in(str(made.response.headers["Location"]))
    chen.visit(f"{OWN}/{ours}", 404)
    assert ours != ref_in(path)


def test_anothers_application_is_not_there(office: Office, chen: Buyer):
    path = handed_in(chen)
    other = Buyer(office, "BERGMANN")

    for ending in ("", "/ask", ".pdf"):
        other.visit(f"{path}{ending}", 404)
    for ending in ("/ask", "/attached", "/handing-in", "/withdrawal"):
        other.send(f"{path}{ending}", 404)


def test_who_only_reads_sees_it_and_writes_nothing(office: Office, chen: Buyer):
    path = handed_in(chen)
    viewer = Buyer(office, "HUADONG", role="customer_viewer")

    assert "The spring season" in viewer.visit(path).text
    viewer.visit(f"{path}/ask", 403)
    viewer.send(f"{path}/withdrawal", 403)


def test_files_go_with_it_and_are_taken_out_again(office: Office, chen: Buyer):
    path = begun(chen)
    paper = (io.BytesIO(b"%PDF-1.4 the balance"), "balance.pdf")
    chen.send(f"{path}/attached", data={"kind": "balance_sheet", "files": paper})
    page = chen.visit(f"{path}/files")
    assert "Balance sheet: balance.pdf" in page.text

    (removal,) = [
        one.get("action") for one in page.root.all("form") if "removal" in one.get("action")
    ]
    chen.send(removal)
    assert "No file yet." in chen.visit(f"{path}/files").text

    paper = (io.BytesIO(b"%PDF-1.4 the balance"), "balance.pdf")
    chen.send(f"{path}/attached", data={"kind": "balance_sheet", "files": paper})
    assert "Balance sheet: balance.pdf" in chen.visit(f"{path}/files").text
    assert len(rows(office, KeptFile)) == 1


def test_the_printed_form_comes_back_signed(chen: Buyer, manager: DeskBrowser):
    path = handed_in(chen)
    assert "Add the signed form" in chen.visit(path).text
    paper = (io.BytesIO(b"%PDF-1.4 signed"), "signed.pdf")
    chen.send(f"{path}/attached", data={"files": paper})

    assert "Signed form: signed.pdf" in chen.visit(path).text
    desk = f"{DESK}/{ref_in(path)}"
    assert "Signed form: signed.pdf" in manager.visit(desk).text
    paper = (io.BytesIO(b"%PDF-1.4 signed by both"), "both.pdf")
    manager.send(f"{desk}/attached", data={"files": paper})
    assert "Signed form: both.pdf" in chen.visit(path).text


def test_nothing_else_is_added_to_what_was_handed_in(office: Office, chen: Buyer):
    path = handed_in(chen)
    paper = (io.BytesIO(b"%PDF-1.4 the balance"), "balance.pdf")
    chen.send(f"{path}/attached", data={"kind": "balance_sheet", "files": paper})

    assert [row.kind for row in rows(office, KeptFile)] == ["signed_form"]


def test_a_withdrawn_application_takes_no_signed_form(office: Office, chen: Buyer):
    path = handed_in(chen)
    chen.send(f"{path}/withdrawal")
    paper = (io.BytesIO(b"%PDF-1.4 signed"), "signed.pdf")
    chen.send(f"{path}/attached", data={"files": paper})

    assert rows(office, KeptFile) == []


def test_a_note_that_is_sent_twice_is_one(chen: Buyer, manager: DeskBrowser):
    path = f"{DESK}/{ref_in(handed_in(chen))}"
    for _ in range(2):
        manager.send(f"{path}/notes", data={"note": "Looked at their year"})

    assert manager.visit(path).text.count("Looked at their year") == 1


def test_a_file_that_lies_about_itself_is_refused(chen: Buyer):
    path = begun(chen)
    paper = (io.BytesIO(b"MZ not a pdf"), "balance.pdf")
    page = chen.send(f"{path}/attached", 422, data={"kind": "balance_sheet", "files": paper})

    assert page.heading == "Files"


def test_refused_in_words_the_customer_reads_and_gets_by_mail(
    office: Office, chen: Buyer, manager: DeskBrowser
):
    path = handed_in(chen)
    at_desk = f"{DESK}/{ref_in(path)}"
    manager.send(
        f"{at_desk}/answer", data={"verdict": "refused", "answer": "Pay what is overdue first."}
    )

    page = chen.visit(path)
    assert "We cannot grant the limit that you asked for" in page.text
    assert "Pay what is overdue first." in page.text
    mails = [row for row in rows(office, Outbox) if row.kind == "application_answered"]
    assert [mail.user_id for mail in mails] == [chen.user_id]
    assert [task.done_at is None for task in rows(office, Task)] == [False]


def test_a_limit_is_granted_by_approving_one(office: Office, chen: Buyer, manager: DeskBrowser):
    path = handed_in(chen)
    at_desk = f"{DESK}/{ref_in(path)}"
    page = manager.send(
        f"{at_desk}/answer", 422, data={"verdict": "granted", "answer": "With pleasure."}
    )
    assert "propose it here" in page.text

    limit = f"{office.customer_path('HUADONG', '/credit/limit')}?application={ref_in(path)}"
    typed = manager.visit(limit).form(limit)
    assert typed["amount"] == "800.00"
    manager.send(limit, data=typed | {"amount": "600.00", "answer": "A first step."})
    assert "A first step." not in chen.visit(path).text
    approve(office, office.enter("admin").user_id)

    page = chen.visit(path)
    assert "We grant a part of the limit that you asked for" in page.text
    assert "A first step." in page.text
    assert "Your limit from 20 Nov 2026 to 19 Nov 2027: CNY 600.00" in page.text


def test_what_the_house_notes_stays_inside(chen: Buyer, manager: DeskBrowser):
    path = handed_in(chen)
    at_desk = f"{DESK}/{ref_in(path)}"
    manager.send(f"{at_desk}/notes", data={"note": "Called their bank."})
    manager.send(f"{at_desk}/notes", data={"note": "Called again."})

    assert "Called their bank." in manager.visit(at_desk).text
    assert "Called again." in manager.visit(at_desk).text
    assert "Called" not in chen.visit(path).text
    chen.send(f"{at_desk}/notes", 404, data={"note": "me"})


def test_both_sides_print_it(chen: Buyer, manager: DeskBrowser):
    path = handed_in(chen)
    for who, url in ((chen, f"{path}.pdf"), (manager, f"{DESK}/{ref_in(path)}.pdf")):
        answer = who.client.get(url)
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF-")


def test_withdrawn_it_waits_no_longer(office: Office, chen: Buyer):
    path = handed_in(chen)
    chen.send(f"{path}/withdrawal")

    assert [row.state for row in rows(office, CreditApplication)] == ["withdrawn"]
    handed_in(chen)


def test_the_audit_keeps_what_was_handed_in(office: Office, chen: Buyer):
    with office.installation.work(actor(office.installation, chen.user_id)) as w:
        made = begin_application(w, BeginApplication(customer_id(office, "HUADONG"), Asks.TERMS))
        told = {"asked_terms": "net 60", "reason": "custom of the trade"}
        save_step(w, SaveStep(made, Step.ASK, told, 1))
        submit_application(w, SubmitApplication(made))
    with (
        pytest.raises(RuleBroken, match="not_in_this_state"),
        office.installation.work(actor(office.installation, chen.user_id)) as w,
    ):
        save_step(w, SaveStep(made, Step.ASK, {"reason": "later"}, 3))

    with office.installation.reading(SYSTEM) as r:
        view = get_application(r, r.refs.of("ca", made))
    assert json.loads(rows(office, CreditApplication)[0].answers) == told
    assert view.answers == told


# ── A new customer ───────────────────────────────────────────────────────────


def test_a_new_customer_is_put_on_file_with_its_application(office: Office, manager: DeskBrowser):
    page = manager.visit("/desk/credit/opening")
    typed = page.form("/desk/credit/opening") | {"code": "NEU", "name": "Neu GmbH", "country": "de"}
    step = manager.follow(manager.send("/desk/credit/opening", data=typed), 303)

    assert step.status == 303
    assert manager.follow(step).heading == "What you ask for"
    (row,) = rows(office, CreditApplication)
    assert (row.kind, row.side, row.customer_id) == (
        "opening",
        "house",
        customer_id(office, "NEU"),
    )


def test_a_known_code_is_refused_with_everything_kept(manager: DeskBrowser):
    typed = manager.visit("/desk/credit/opening").form("/desk/credit/opening")
    sent = typed | {"code": "HUADONG", "name": "Neu GmbH", "billed_in": "eur"}
    page = manager.send("/desk/credit/opening", 422, data=sent)

    assert "There is a customer HUADONG already" in page.text
    assert page.form("/desk/credit/opening")["name"] == "Neu GmbH"


def test_a_clerk_invites_its_person_to_apply(office: Office, clerk: DeskBrowser):
    typed = clerk.visit("/desk/credit/opening").form("/desk/credit/opening") | {
        "code": "NEU",
        "name": "Neu GmbH",
        "contact_name": "Eva Neu",
        "invites": "y",
        "contact_email": "eva@neu.example",
    }
    clerk.send("/desk/credit/opening", data=typed)

    assert [row.to_address for row in rows(office, Outbox) if row.kind == "invitation"] == [
        "eva@neu.example"
    ]
    assert rows(office, CreditApplication) == []
