"""The pages of cases: proposed with ticks, opened by another, written down, demanded, closed."""

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.tables.cases import CollectionCase
from tests.buyer import ref_of
from tests.desk import DeskBrowser, Office, foot_of, rows_of
from tests.page import Element, Page

REASON = "Three reminders and a visit did not help."


@pytest.fixture
def lawyer(office: Office) -> DeskBrowser:
    return office.enter("legal")


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    return office.enter("collections_lead")


def ticks_of(page: Page) -> list[Element]:
    return [one for one in page.everything() if one.get("name") == "items"]


def proposed(office: Office, lawyer: DeskBrowser, kind: str = "legal") -> str:
    """A case as the form makes it at first; its path."""
    new = office.customer_path("HUADONG", f"/cases/new?kind={kind}")
    empty = lawyer.visit(new)
    items = [one.get("value") for one in ticks_of(empty)]
    page = lawyer.fill(empty, new, reason=REASON, partner="Hengtong Law", items=items)
    return str(page.response.headers["Location"])


def opened(office: Office, lawyer: DeskBrowser, lead: DeskBrowser, kind: str = "legal") -> str:
    path = proposed(office, lawyer, kind)
    with office.installation.reading(SYSTEM) as r:
        case = r.session.scalars(select(CollectionCase).order_by(CollectionCase.id.desc())).first()
        assert case is not None
        approval = f"/desk/approvals/{r.refs.of('ap', case.approval_id)}"
    lead.fill(lead.visit(approval), f"{approval}/approval")
    return path


def test_a_case_is_proposed_with_what_is_ticked(office: Office, lawyer: DeskBrowser):
    new = office.customer_path("HUADONG", "/cases/new")
    page = lawyer.visit(new)
    assert [row[1] for row in rows_of(page, "claimable")] == ["INV-4", "INV-1"]

    shown = lawyer.visit(proposed(office, lawyer))

    assert "Waits for a second person" in shown.text
    assert REASON in shown.text
    assert [row[0] for row in rows_of(shown, "claim")] == ["INV-4", "INV-1"]


def test_an_agency_is_offered_only_what_is_not_disputed(office: Office, lawyer: DeskBrowser):
    page = lawyer.visit(office.customer_path("HUADONG", "/cases/new?kind=agency"))

    assert [row[-1] for row in rows_of(page, "claimable")] == ["40.00", "0.00"]
    assert len(ticks_of(page)) == 1


def test_without_items_or_reason_it_says_so(office: Office, lawyer: DeskBrowser):
    new = office.customer_path("HUADONG", "/cases/new")
    page = lawyer.fill(lawyer.visit(new), new, 422, reason="")

    assert "Write why the case is needed." in page.text


def test_a_case_that_stands_is_written_down_and_closed(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)
    event = f"{path}/events/new?act=filed"
    lawyer.fill(lawyer.visit(event), event, words="At the court of Pudong.", cost="12.50")
    shown = lawyer.visit(path)
    assert "At the court of Pudong." in shown.text
    assert "Suit filed" in shown.text

    closing = f"{path}/closing"
    lawyer.fill(lawyer.visit(closing), closing, result="settled", words="They pay half.")
    assert "Settled between the parties" in lawyer.visit(path).text


def test_what_cannot_be_is_said_at_its_field(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)
    event = f"{path}/events/new"
    page = lawyer.fill(lawyer.visit(event), event, 422, act="filed", on="2027-01-01")

    assert "That day is still to come." in page.text


def test_the_letter_of_law_is_looked_at_and_lies_with_the_case(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)
    demand = f"{path}/demand"
    told = {"sender": "Grace Hu", "law": "article 579 of the Civil Code"}
    soon = lawyer.fill(lawyer.visit(demand), demand, 422, pay_by="2026-11-21", **told)
    assert "so that they can pay" in soon.text
    sent = lawyer.visit(demand).form(demand) | told | {"pay_by": "2026-12-04"}
    looked = lawyer.client.post(demand, data=sent | {"look": "1"})
    assert looked.get_data().startswith(b"%PDF")

    lawyer.fill(lawyer.visit(demand), demand, pay_by="2026-12-04", **told)

    shown = lawyer.visit(path)
    assert "Demanded by letter of law" in shown.text
    assert "-letter-2026-11-20.pdf" in shown.text


def test_who_has_it_is_changed_and_files_are_added(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)
    edit = f"{path}/edit"
    lawyer.fill(lawyer.visit(edit), edit, partner="Court of Pudong")
    assert "Court of Pudong" in lawyer.visit(path).text
    lawyer.fill(lawyer.visit(edit), edit, 409, row_version="1")
    assert lawyer.visit(f"{path}/files").response.status_code == 200


def test_the_list_is_summed_filtered_and_written_out(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    opened(office, lawyer, lead)
    page = lawyer.visit("/desk/cases")
    assert [row[3] for row in rows_of(page, "cases")] == ["Huadong Trading"]
    assert foot_of(page, "cases")[0][-1] == "110.00"
    assert "No case matches" in lawyer.visit("/desk/cases?state=closed").text

    sheet = lead.client.get("/desk/cases.csv").get_data(as_text=True)
    assert "Hengtong Law" in sheet
    assert "110.00" in sheet


def test_it_is_printed(office: Office, lawyer: DeskBrowser, lead: DeskBrowser):
    path = opened(office, lawyer, lead)

    assert lawyer.client.get(f"{path}.pdf").get_data().startswith(b"%PDF")


def test_the_customers_cases_stand_on_their_page(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    opened(office, lawyer, lead)
    page = lawyer.visit(office.customer_path("HUADONG", "/cases"))

    assert len(rows_of(page, "customer-cases")) == 1


@pytest.mark.parametrize(
    "path",
    ["", ".pdf", "/events/new", "/closing", "/edit", "/files", "/demand", "/packs/ep_1.zip"],
)
def test_a_case_that_is_none_is_not_found(lawyer: DeskBrowser, path: str):
    made_up = f"/desk/cases/cs_0000000000000{path}"

    assert lawyer.client.get(made_up).status_code == 404


def test_an_agency_case_writes_no_letter_of_law(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead, "agency")

    assert lawyer.client.get(f"{path}/demand").status_code == 404


def test_sales_sees_its_own_and_writes_nothing(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)
    sales = office.enter("sales")

    assert sales.client.get(path).status_code == 200
    for act in ("/events/new", "/closing", "/edit", "/files", "/demand"):
        assert sales.client.get(f"{path}{act}").status_code == 403


def test_the_page_asks_the_same_for_few_and_many(
    office: Office, lawyer: DeskBrowser, lead: DeskBrowser
):
    path = opened(office, lawyer, lead)

    assert lawyer.count_statements("/desk/cases") <= 12
    assert lawyer.count_statements(path) <= 45


def test_colleagues_comment_on_it(office: Office, lawyer: DeskBrowser, lead: DeskBrowser):
    path = opened(office, lawyer, lead)
    page = lawyer.visit(path)
    lawyer.fill(page, f"{path}/comments", words="Ask the firm for its fee.")

    assert "Ask the firm for its fee." in lead.visit(path).text
    lawyer.fill(lawyer.visit(path), f"{path}/comments", 422, words=" ")


def test_an_invoice_leads_to_a_case_about_it(office: Office, lawyer: DeskBrowser):
    invoice = f"/desk/invoices/{ref_of(office, 'INV-4')}/case"
    page = lawyer.follow(lawyer.visit(invoice, 303))
    ticked = [one.get("value") for one in ticks_of(page) if "checked" in one.attributes]

    assert len(ticked) == 1
    assert "Open a case about it" in lawyer.visit(f"/invoices/{ref_of(office, 'INV-4')}").text
    sales = office.enter("sales")
    assert "Open a case about it" not in sales.visit(f"/invoices/{ref_of(office, 'INV-4')}").text
