"""Late interest on the pages of both sides, without script."""

import subprocess

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.tables.customers import Customer
from portal.tables.interest import InterestCharge
from tests.buyer import Buyer, invoice_path, ref_of
from tests.desk import DeskBrowser, Office, day, rows_of
from tests.page import Page

#: Huadong: 70.00 since 1 October, disputed; 40.00 since 1 July. Bergmann: EUR 80.00 since 9 Nov.
PDF_TO_TEXT = ["pdftotext", "-layout", "-", "-"]
RATE = {"annual_rate": "36.5", "day_count": 365}


@pytest.fixture(autouse=True)
def agreed(office: Office) -> None:
    with office.installation.work(SYSTEM) as w:
        decide(w, {"late_interest": RATE}, day("01-01"))


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    return office.enter("collections_lead")


@pytest.fixture
def path(office: Office) -> str:
    return office.customer_path("HUADONG", "/interest")


def charge_path(office: Office) -> str:
    with office.installation.reading(SYSTEM) as r:
        newest = select(InterestCharge.id).order_by(InterestCharge.id.desc())
        return f"/desk/interest/charges/{r.refs.of('ic', r.session.scalars(newest).first())}"


def propose(browser: DeskBrowser, path: str, status: int = 303, **fields: str) -> Page:
    told = {f"charge-{name}": value for name, value in fields.items()}
    return browser.fill(browser.visit(path), f"{path}/charges?currency=CNY", status, **told)


def waive(browser: DeskBrowser, path: str, status: int = 303, **fields: str) -> Page:
    told = {f"waive-{name}": value for name, value in fields.items()}
    return browser.fill(browser.visit(path), f"{path}/waivers?currency=CNY", status, **told)


def charged(clerk: DeskBrowser, lead: DeskBrowser, office: Office, path: str) -> str:
    """The path of a charge that was proposed and approved on the pages."""
    propose(clerk, path)
    found = charge_path(office)
    request = lead.visit(found).links["To the request"]
    lead.fill(lead.visit(request), f"{request}/approval")
    return found


# ── The desk ─────────────────────────────────────────────────────────────────


def test_the_desk_lists_who_pays_late_with_what_it_cost(clerk):
    rows = rows_of(clerk.visit("/desk/interest"), "interest-accounts")

    assert [row[0] for row in rows] == ["Bergmann Antriebe BERGMANN", "Huadong Trading HUADONG"]
    assert rows[0][2:] == ["EUR", "0.88", "0.00", "0.00", "0.88"]
    # 40.00 for 142 days; 30.00 came a day late; 70.00 are disputed.
    assert rows[1][2:] == ["CNY", "5.71", "0.00", "0.00", "5.71"]


def test_it_is_narrowed_by_a_name_and_says_when_nothing_matches(clerk):
    assert len(rows_of(clerk.visit("/desk/interest?q=berg"), "interest-accounts")) == 1
    assert "No account matches" in clerk.visit("/desk/interest?q=nobody").text


def test_who_pays_late_without_a_rate_is_listed_too(clerk, office):
    with office.installation.work(SYSTEM) as w:
        decide(w, {"late_interest": {}}, day("01-01"))

    assert "No interest agreed" in clerk.visit("/desk/interest").text


def test_the_list_goes_into_a_spreadsheet(clerk):
    sheet = clerk.client.get("/desk/interest.csv").get_data(as_text=True)

    assert "HUADONG,Huadong Trading,CNY,5.71,0.00,0.00,5.71" in sheet


def test_an_account_shows_how_it_was_worked_out_and_what_accrues_silently(clerk, path):
    page = clerk.visit(path)

    assert (
        "2 Jul 2026 – 20 Nov 2026: 142 days on CNY 40.00 at 36.5 % a year of 365 days" in page.text
    )
    assert "The rate is that of our general terms." in page.text
    assert "CNY 3.50 more, once what is disputed of it is rejected." in page.text


def test_a_customers_page_shows_the_memo(clerk, path):
    told = clerk.region(path, "interest-part").text

    assert told.startswith("Late interest to 20 Nov 2026: CNY 5.71, not included.")


def test_a_charge_is_proposed_approved_by_another_and_prints(clerk, lead, office, path):
    found = charged(clerk, lead, office, path)
    page = lead.visit(found)

    assert page.heading == "Late interest INT-1"
    answer = lead.client.get(f"{found}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert 'filename="INT-1.pdf"' in answer.headers["Content-Disposition"]
    assert rows_of(clerk.visit("/desk/interest"), "interest-accounts")[1][3:] == [
        *("5.71", "5.71", "0.00", "0.00"),
    ]


def test_what_waits_is_listed_and_can_be_withdrawn(clerk, office, path):
    propose(clerk, path)
    found = charge_path(office)
    assert "CNY 5.71 from Huadong Trading" in clerk.visit("/desk/interest").text

    clerk.fill(clerk.visit(found), f"{found}/withdrawal")

    assert "Withdrawn" in clerk.visit(found).text
    assert clerk.client.get(f"{found}.pdf").status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"through_on": ""}, "Choose the last day that it covers."),
        ({"through_on": "2026-02-30"}, "Enter a real date"),
        ({"through_on": "2026-11-21"}, "Choose 20 Nov 2026 at the latest."),
        ({"through_on": "2026-07-01"}, "there is nothing that was not asked for yet"),
        ({"due": "never"}, "Not a valid choice"),
    ],
)
def test_a_wrong_charge_says_what_to_do(clerk, path, fields, said):
    assert said in propose(clerk, path, 422, **fields).text


def test_while_one_charge_waits_there_is_no_second(clerk, path):
    form = clerk.visit(path).form(f"{path}/charges?currency=CNY") | {"charge-note": "Again"}
    propose(clerk, path)
    page = clerk.visit(path)
    assert "A charge of CNY 5.71 up to 20 Nov 2026 waits for its approval." in page.text

    page = clerk.look(clerk.client.post(f"{path}/charges?currency=CNY", data=form), 409)

    assert "Withdraw it first to propose another." in page.text


def test_one_invoice_is_waived_with_a_reason(clerk, office, path):
    waive(clerk, path, invoice=ref_of(office, "INV-4"), reason="Our mistake.")
    page = clerk.visit(path)

    assert [row[0] for row in rows_of(page, "interest-waivers")] == ["INV-4"]
    assert rows_of(page, "interest-items")[0][3:] == ["5.68", "0.00", "5.68", "0.00"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": " "}, "Say why it is waived."),
        ({"through_on": "2026-07-01"}, "nothing to waive"),
    ],
)
def test_a_wrong_waiver_says_what_to_do(clerk, path, fields, said):
    assert said in waive(clerk, path, 422, **({"reason": "Goodwill."} | fields)).text


def test_who_only_looks_is_not_offered_to_charge(office, path):
    auditor = office.enter("auditor")

    assert "Propose the charge" not in auditor.visit(path).text
    auditor.send(f"{path}/charges", 403)


def test_the_list_asks_as_often_for_many_accounts_as_for_few(clerk, office):
    few = clerk.count_statements("/desk/interest")
    office.add_customers(30)

    assert clerk.count_statements("/desk/interest") == few


# ── The customer ─────────────────────────────────────────────────────────────


def test_a_customer_sees_the_memo_its_working_and_their_notes(chen, clerk, lead, office, path):
    page = chen.visit("/interest")
    assert "It is not included in your balance" in page.text
    assert "142 days on CNY 40.00" in page.text
    assert "rejected" not in page.text

    charged(clerk, lead, office, path)

    page = chen.visit("/interest")
    assert rows_of(page, "interest-notes")[0][0] == "INT-1"
    note = page.links["PDF of INT-1"]
    assert chen.client.get(note).mimetype == "application/pdf"


def test_nobody_sees_anothers_note_nor_one_that_waits(chen, clerk, lead, office, path):
    propose(clerk, path)
    ref = charge_path(office).rpartition("/")[2]
    chen.visit(f"/interest/{ref}.pdf", 404)

    lead.fill(lead.visit(charge_path(office)), f"{charge_path(office)}/withdrawal")
    charged(clerk, lead, office, path)

    other = Buyer(office, "BERGMANN")
    other.visit(f"/interest/{charge_path(office).rpartition('/')[2]}.pdf", 404)
    assert "INT-" not in other.visit("/interest").text


def test_an_invoice_shows_its_late_interest_to_both_sides(chen, clerk, office):
    path = invoice_path(office, "INV-1", "/interest")

    assert "Late interest to 20 Nov 2026: CNY 0.03, not included." in chen.visit(path).text
    assert "rejected" not in chen.visit(path).text
    assert "CNY 3.50 more" in clerk.visit(path).text
    assert "Late interest" in chen.region(path, "interest-part").text


def test_an_invoice_in_time_bears_none(chen, office):
    path = invoice_path(office, "INV-2", "/interest")

    assert "This invoice bears no late interest." in chen.visit(path).text


def test_who_was_never_late_is_told_so(office):
    assert "No late interest" in Buyer(office, "ZHIYUAN").visit("/interest").text


def test_a_statement_says_what_it_does_not_include(chen, office):
    """S-155."""
    office.issue()
    statement = next(url for url in chen.visit("/statements").links.values() if "/st_" in url)
    path = f"{statement.partition('?')[0]}/interest"

    told = chen.region(path, "interest-part").text
    assert told.startswith("Late interest to 31 Oct 2026: CNY 4.91, not included in this statement")
    assert rows_of(chen.visit(path), "interest-items")[0][0] == "INV-4"


def test_the_first_page_shows_the_memo(chen):
    told = chen.region("/interest", "interest-memo").text

    assert told.startswith("Late interest to 20 Nov 2026: CNY 5.71, not included.")


def test_a_promise_says_what_waiting_costs(chen, office):
    page = chen.visit(f"/promises/new?invoice={ref_of(office, 'INV-4')}")
    data = page.form("/promises") | {"other_on": "2026-11-27"}
    page = chen.look(chen.client.post("/promises/preview", data=data), 200)

    assert "By then these items bear late interest of CNY 5.96" in page.text


def test_the_note_is_printed_in_the_customers_language(clerk, lead, office, path):
    with office.installation.work(SYSTEM) as w:
        named = select(Customer).where(Customer.code == "HUADONG")
        w.session.scalars(named).one().language = "zh-CN"
    found = charged(clerk, lead, office, path)

    body = lead.client.get(f"{found}.pdf").get_data()
    told = subprocess.run(PDF_TO_TEXT, input=body, capture_output=True, check=True).stdout.decode()

    assert "逾期" in told
    assert "INV-4" in told
    assert "5.71" in told
