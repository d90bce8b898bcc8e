"""The dispute desk: its list, one dispute with its decision, and credit notes to post."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision, DisputeNote
from tests.buyer import Buyer, ref_of
from tests.desk import DeskBrowser, Office, foot_of, rows_of
from tests.page import Page


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def raised(chen: Buyer, office: Office, number: str = "INV-2", **fields: object) -> str:
    """The desk's path of a dispute that was just raised."""
    path = f"/disputes/new?invoice={ref_of(office, number)}"
    told = {"reason": "price", "said": "Price of the offer", **fields}
    page = chen.fill(chen.visit(path), path, **told)
    return "/desk" + urlsplit(page.response.headers["Location"]).path


def kept(office: Office, table: type) -> list:
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(table).order_by(table.id)))


def decided(
    clerk: DeskBrowser, path: str, verdict: str, status: int = 303, **fields: object
) -> Page:
    page = clerk.visit(f"{path}?verdict={verdict}")
    told = {"root_cause": "price_master", **fields}
    return clerk.fill(page, f"{path}/decisions/{verdict}", status, **told)


def test_whose_answer_is_due_first_stands_first(chen: Buyer, office: Office):
    raised(chen, office, amount="100")
    office.pass_days(1)
    later = Buyer(office, "HUADONG", role="customer_admin")
    raised(later, office, "INV-4", reason="already_paid")
    clerk = office.enter("clerk")
    rows = rows_of(clerk.visit("/desk/disputes"), "desk")

    assert [row[0].split()[1] for row in rows] == ["INV-2", "INV-4"]
    assert [row[3] for row in rows] == ["Take it", "Take it"]
    assert foot_of(clerk.visit("/desk/disputes"), "desk") == [["2 disputes together", "140.00"]]


def test_what_is_late_says_so_and_is_found(clerk: DeskBrowser, chen: Buyer, office: Office):
    raised(chen, office)
    assert "No dispute matches" in clerk.visit("/desk/disputes?state=due").text
    office.pass_days(21)
    page = office.enter("admin").visit("/desk/disputes?state=due")

    assert "late since 4 Dec" in page.text


def test_the_list_is_narrowed_by_its_address(clerk: DeskBrowser, chen: Buyer, office: Office):
    raised(chen, office)
    for query, count in (
        ("reason=price&q=huadong&owner=nobody", 1),
        ("reason=quality", 0),
        ("owner=mine", 0),
        ("state=decided", 0),
        ("q=inv-2", 1),
    ):
        page = clerk.visit(f"/desk/disputes?{query}")
        assert page.text.count("Price of") + page.text.count("Another price") >= count
        assert ("No dispute matches" in page.text) is not bool(count)


def test_sales_see_only_their_customers(chen: Buyer, office: Office):
    path = raised(chen, office)
    sales = office.enter("sales")
    assert "INV-2" in sales.visit("/desk/disputes").text
    other = Buyer(office, "BERGMANN")
    foreign = raised(other, office, "INV-3")

    assert "INV-3" not in sales.visit("/desk/disputes").text
    sales.visit(foreign, 404)
    assert "Accept in part" not in sales.visit(path).text


def test_auditors_read_and_neither_decide_nor_see_notes(chen: Buyer, office: Office):
    path = raised(chen, office)
    auditor = office.enter("auditor")
    page = auditor.visit(path)

    assert "Price of the offer" in page.text
    assert "Internal notes" not in page.text
    for act in ("decisions/reject", "notes", "owner", "reopening", "messages"):
        auditor.send(f"{path}/{act}", 403, data={"csrf_token": auditor.token()})


def test_a_verdict_comes_with_its_text_in_the_customers_language(
    clerk: DeskBrowser, chen: Buyer, office: Office
):
    path = raised(chen, office, amount="100")
    english = clerk.visit(f"{path}?verdict=accept")
    chinese = clerk.visit(f"{path}?verdict=accept&language=zh-CN")

    assert english.form(f"{path}/decisions/accept")["answer"] == (
        "The price on INV-2 is not the one we agreed on. We accept CNY 100.00."
    )
    assert "与双方约定不符" in chinese.form(f"{path}/decisions/accept")["answer"]


def test_it_is_decided_with_one_choice_typed(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office, amount="100")
    page = clerk.follow(decided(clerk, path, "reject"))
    [decision] = kept(office, DisputeDecision)

    assert "The customer reads the answer and is mailed." in page.text
    assert decision.answer.startswith("The price on INV-2 is the one in the contract.")
    assert "CNY 100.00" in decision.answer.replace("\xa0", " ")


def test_of_a_part_the_text_tells_the_amount_that_is_accepted(
    clerk: DeskBrowser, chen: Buyer, office: Office
):
    path = raised(chen, office, amount="100")
    page = decided(clerk, path, "accept_part", 422)
    assert "Enter the amount that is accepted." in page.text
    decided(clerk, path, "accept_part", accepted="40")
    [decision] = kept(office, DisputeDecision)

    assert "we accept CNY 40.00" in decision.answer.replace("\xa0", " ")
    assert "CNY 40.00 is accepted and waits" in clerk.visit(path).text


def test_no_decision_without_words(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office)
    page = decided(clerk, path, "reject", 422, answer="", root_cause="")

    assert "Write what the customer is to read." in page.by_id("error-summary").text
    assert "Choose why it came to this." in page.by_id("error-summary").text


def test_who_is_second_reads_who_was_first_and_keeps_what_they_typed(
    clerk: DeskBrowser, chen: Buyer, office: Office
):
    path = raised(chen, office)
    admin = office.enter("admin")
    page = admin.visit(f"{path}?verdict=accept")
    decided(clerk, path, "reject")
    told = admin.fill(
        page, f"{path}/decisions/accept", 409, root_cause="other", answer="My own words"
    )

    assert "The clerk decided this dispute a moment ago." in told.text
    assert "My own words" in told.text
    assert "Not accepted" in told.text
    assert len(kept(office, DisputeDecision)) == 1


def test_above_the_limit_the_form_and_the_page_say_that_somebody_else_agrees(
    office: Office,
):
    buyer = Buyer(office, "BERGMANN")
    path = raised(buyer, office, "INV-3")
    with office.installation.work() as w:
        decide(w, {"dispute_credit_without_approval": {}})
    clerk = office.enter("clerk")
    assert "needs a second person" in clerk.visit(f"{path}?verdict=accept").text
    page = clerk.follow(decided(clerk, path, "accept"))

    assert "A second person has to agree" in page.text
    assert "Being checked" in buyer.visit(path.removeprefix("/desk")).text
    assert [row.state for row in kept(office, CreditRequest)] == ["waiting"]


def test_it_is_taken_and_handed_over(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office)
    clerk.send(f"{path}/owner", data={"csrf_token": clerk.token(), "take": "yes"})
    assert [row.owner_id for row in kept(office, Dispute)] == [clerk.user_id]
    assert rows_of(clerk.visit("/desk/disputes?owner=mine"), "desk")[0][3] == "Decide"
    clerk.fill(clerk.visit(f"{path}/owner"), f"{path}/owner", owner="")

    assert [row.owner_id for row in kept(office, Dispute)] == [None]


def test_our_record_stands_beside_the_claim(clerk: DeskBrowser, chen: Buyer, office: Office):
    first = raised(chen, office, "INV-4", reason="already_paid")
    path = raised(chen, office)
    page = clerk.visit(f"{path}/record")

    assert "Nothing was applied to it." in page.text
    assert "No delivery in our books names it." in page.text
    assert first in clerk.visit(f"{path}/history").source


def test_a_note_is_kept_and_read_by_the_house(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office)
    clerk.fill(clerk.visit(path), f"{path}/notes", **{"note-body": "Li Na promised this price."})

    assert "Li Na promised this price." in clerk.visit(path).text
    assert len(kept(office, DisputeNote)) == 1
    assert "Write the note." in clerk.fill(clerk.visit(path), f"{path}/notes", 422).text


def test_the_house_writes_to_the_customer(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office)
    clerk.fill(clerk.visit(path), f"{path}/messages", body="Which offer do you mean?")

    assert "Which offer do you mean?" in chen.visit(path.removeprefix("/desk")).text


def test_an_accepted_credit_note_is_posted_from_its_list(
    clerk: DeskBrowser, chen: Buyer, office: Office
):
    path = raised(chen, office, amount="100")
    decided(clerk, path, "accept")
    page = clerk.visit("/desk/credit-requests")
    forms = page.root.all("form")
    action = next(one.get("action") for one in forms if one.get("action").endswith("/credit-note"))
    prefix = action.split("/")[-2]
    clerk.fill(page, action, 422, **{f"{prefix}-number": ""})
    shown = clerk.follow(clerk.fill(page, action, **{f"{prefix}-number": "CN-7"}))

    assert "Credit note CN-7 is posted and applied." in shown.text
    assert "Closed" in shown.text
    assert "CN-7" in clerk.visit("/desk/credit-requests?state=posted").text


def test_the_list_leaves_as_a_file(clerk: DeskBrowser, chen: Buyer, office: Office):
    raised(chen, office)
    body = clerk.client.get("/desk/disputes.csv").get_data(as_text=True)

    assert re.search(r"DSP-\d+,Received,Another price than agreed,", body)


def test_the_head_tells_what_is_disputed_and_how_it_went(
    clerk: DeskBrowser, chen: Buyer, office: Office
):
    for verdict in ("reject", "accept"):
        decided(clerk, raised(chen, office, amount="50", said=verdict), verdict)
    raised(chen, office, amount="50", said="open")
    page = clerk.visit("/desk/disputes")

    assert "0.0 days" in page.text
    assert "50 %" in page.text
    assert "Price kept wrongly by us (2)" in page.text


def test_pages_ask_as_often_for_many_as_for_few(clerk: DeskBrowser, chen: Buyer, office: Office):
    path = raised(chen, office, amount="1", said="0")
    pages = ("/desk/disputes", path, f"{path}/record", f"{path}/history", "/desk/credit-requests")
    few = [clerk.count_statements(each) for each in pages]
    for turn in range(1, 6):
        raised(chen, office, amount="1", said=str(turn))
    many = [clerk.count_statements(each) for each in pages]

    assert many == few
    assert max(many) <= 12, many


def test_what_is_due_stands_among_the_duties_of_who_decides(chen: Buyer, office: Office):
    raised(chen, office)
    assert "whose answer is due" not in office.enter("clerk").visit("/desk").text
    office.pass_days(14)
    page = office.enter("admin").visit("/desk")

    assert "Decide 1 dispute whose answer is due" in page.text
    assert "/desk/disputes?state=due" in page.source


def test_the_customers_page_has_its_open_disputes(clerk: DeskBrowser, chen: Buyer, office: Office):
    raised(chen, office)
    path = office.customer_path("HUADONG", "/disputes")

    assert path in clerk.visit(office.customer_path("HUADONG")).source
    assert "INV-2" in clerk.visit(path).text
    assert (
        "No dispute of this customer"
        in clerk.visit(office.customer_path("BERGMANN", "/disputes")).text
    )
