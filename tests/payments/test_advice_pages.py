"""Announced payments on their pages, without script: by the customer, and beside the payment."""

import datetime as dt

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.ledger import Book, Entry, Kind
from portal.core.money import Money
from portal.tables.promises import RemittanceAdvice
from tests.buyer import Buyer, invoice_path, ref_of
from tests.desk import Office, day, rows_of
from tests.ledgers import count_on, store
from tests.page import Page

HERE = "/payments/advices"


def announce(buyer: Buyer, status: int = 303, **fields: str) -> Page:
    told = {"take_1_1": "y", "reference": "HD-118", **fields}
    return buyer.fill(buyer.visit(f"{HERE}/new"), HERE, status, **told)


def receive(office: Office, number: int, minor: int) -> str:
    """A payment of today; the path of its page at the desk."""
    paid = Entry(number, "HUADONG", Kind.PAYMENT, f"RCT-{number}", day("11-20"), cny(-minor))
    store(office.installation, Book((paid,), ()))
    count_on(office.installation)
    with office.installation.reading(SYSTEM) as r:
        return f"/desk/receipts/{r.refs.of('iv', number)}"


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def test_an_invoice_leads_to_its_announcement_in_three_steps(chen: Buyer, office: Office):
    links = chen.visit(invoice_path(office, "INV-1")).links
    page = chen.visit(links["Announce a payment"])
    assert page.form(HERE).get("take_1_1") == "y"
    assert "take_2_1" not in page.form(HERE)
    page = chen.follow(chen.fill(page, HERE))

    assert "Announced payment ADV-1" in page.text
    assert rows_of(page, "advice-lines") == [["INV-1", "70.00"]]
    assert "does not pause reminders" in page.text


def test_rows_ticked_in_the_list_are_ticked_in_the_form(chen: Buyer, office: Office):
    chosen = [ref_of(office, "INV-1"), ref_of(office, "INV-4")]
    sent = chen.send(f"{HERE}/choice", data={"chosen": chosen})
    page = chen.visit(sent.response.headers["Location"])

    ticked = {name for name in page.form(HERE) if name.startswith("take_")}
    assert ticked == {"take_1_1", "take_4_1"}


def test_the_sum_is_told_before_anything_is_announced(chen: Buyer):
    typed = chen.visit(f"{HERE}/new").form(HERE) | {"take_1_1": "y", "amount_1_1": "50"}
    typed |= {"take_2_1": "y", "total": "400"}
    page = chen.look(chen.client.post(f"{HERE}/sum", data=typed), 200)

    told = page.by_id("sum-part").text
    assert "300.00 for 2 items" in told
    assert "100.00 beyond them stay on account" in told
    assert "No payment is announced" in chen.visit(HERE).text


def test_what_is_wrong_is_told_where_it_was_typed_and_kept(chen: Buyer):
    page = announce(chen, 422, amount_1_1="70.01", pay_on="2026-10-20")
    summary = page.by_id("error-summary").text

    assert "Only CNY 70.00 is open of INV-1" in summary
    assert page.form(HERE)["amount_1_1"] == "70.01"
    page = chen.fill(page, HERE, 422, amount_1_1="70")
    assert "too long ago" in page.text
    assert "Tick at least one" in announce(chen, 422, take_1_1="").text


def test_an_account_is_chosen_where_there_are_several(treasury: Buyer):
    page = treasury.visit(f"{HERE}/new")
    euro = page.links["Bergmann Antriebe, EUR"]
    assert page.links.keys() >= {"Huadong Trading, CNY"}
    page = treasury.fill(treasury.visit(euro), HERE, take_3_1="y")

    assert "EUR 80.00" in treasury.follow(page).text


def test_a_second_press_announces_nothing_more(chen: Buyer, office: Office):
    page = chen.visit(f"{HERE}/new")
    for _ in range(2):
        chen.fill(page, HERE, take_1_1="y")

    with office.installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(RemittanceAdvice.id)).all()) == 1


def test_who_owes_nothing_reads_so(office: Office):
    assert "Nothing is open" in Buyer(office, "ZHIYUAN").visit(f"{HERE}/new").text


def test_an_announcement_is_withdrawn_on_its_page(chen: Buyer):
    page = chen.follow(announce(chen))
    [withdraw] = [
        form.get("action")
        for form in page.root.all("form")
        if form.get("action").endswith("/withdrawal")
    ]
    page = chen.follow(chen.fill(page, withdraw))

    assert "Withdrawn" in page.text
    assert "The announcement is withdrawn." in page.text


def test_a_stranger_finds_nothing_of_it(chen: Buyer, office: Office):
    there = announce(chen).response.headers["Location"]
    eve = Buyer(office, "BERGMANN")

    eve.visit(there, 404)
    eve.send(f"{there}/withdrawal", 404)
    eve.visit(f"{HERE}/new?account=nobody.CNY", 404)
    assert "ADV-1" not in eve.visit(HERE).text
    eve.visit("/desk/advices", 404)


def test_a_viewer_sees_and_announces_nothing(chen: Buyer, office: Office):
    there = announce(chen).response.headers["Location"]
    viewer = Buyer(office, "HUADONG", role="customer_viewer")

    assert "Withdraw it" not in viewer.visit(there).text
    viewer.visit(f"{HERE}/new", 403)
    assert "Announce a payment" not in viewer.visit("/payments").text


def test_one_press_applies_what_came_as_it_was_announced(chen: Buyer, office: Office):
    announce(chen, amount_1_1="60", take_4_1="y")
    there, clerk = receive(office, 11, 100_00), office.enter("clerk")
    duty = clerk.visit("/desk")
    assert "Apply 1 payment as its customer announced it" in duty.text
    assert "Apply RCT-11" in clerk.visit("/desk/advices?state=arrived").text
    page = clerk.visit(there)
    assert "Ticked is what Chen Wei announced as ADV-1" in page.text
    page = clerk.follow(clerk.fill(page, f"{there}/applications"))

    assert [row[0] for row in rows_of(page, "applications")] == ["INV-1", "INV-4"]
    assert rows_of(page, "advices")[0][4] == "This payment"
    assert "has arrived as RCT-11" in chen.visit(chen.visit(HERE).links["ADV-1"]).text


def test_a_clerk_can_propose_another_announcement_or_none(chen: Buyer, office: Office):
    announce(chen, amount_1_1="60")
    there, clerk = receive(office, 11, 100_00), office.enter("clerk")
    page = clerk.visit(there)
    assert "Ticked is what falls due first." in page.text
    page = clerk.visit(page.links["Propose it ADV-1"])
    assert "announced as ADV-1" in page.text
    page = clerk.visit(page.links["It is none of these: propose something else"])
    clerk.fill(page, f"{there}/applications")

    assert "Announced" in rows_of(clerk.visit("/desk/advices"), "advices")[0][5]


def test_what_has_not_come_by_its_day_is_marked(chen: Buyer, office: Office):
    announce(chen)
    office.pass_days(1)

    assert "Not arrived yet" in Buyer(office, "HUADONG", role="customer_admin").visit(HERE).text


def test_pages_take_few_statements_however_much_is_announced(chen: Buyer, office: Office):
    there = announce(chen).response.headers["Location"]
    paths = (HERE, f"{HERE}/new", there)
    before = [chen.count_statements(each) for each in paths]
    for n in range(10):
        announce(chen, pay_on=(dt.date(2026, 11, 21) + dt.timedelta(days=n)).isoformat())
    clerk, receipt = office.enter("clerk"), receive(office, 11, 100_00)

    assert [chen.count_statements(each) for each in paths] == before
    assert max(before) <= 12
    for path in (receipt, "/desk/advices?state=arrived", "/desk"):
        assert clerk.count_statements(path) <= 12, path


def test_a_customers_page_at_the_desk_tells_what_is_announced(chen: Buyer, office: Office):
    announce(chen)
    clerk = office.enter("clerk")
    page = clerk.visit(office.customer_path("HUADONG"))
    there = page.links["All announced payments"]

    assert rows_of(clerk.visit(there), "advices")[0][0] == "ADV-1"
    assert "CNY 70.00 for 20 Nov 2026" in clerk.region(there, "announced-part").text


def test_an_announcement_leads_to_promising_its_day(chen: Buyer, office: Office):
    page = chen.follow(announce(chen, take_4_1="y"))
    wanted = [ref_of(office, number) for number in ("INV-4", "INV-1")]

    assert page.links["Promise the day"] == "/promises/new?" + "&".join(
        f"invoice={ref}" for ref in wanted
    )


def test_both_lists_are_written_out_one_row_a_document(chen: Buyer, office: Office):
    announce(chen, take_4_1="y", amount_4_1="15")
    clerk = office.enter("clerk")
    for somebody, there in ((chen, HERE), (clerk, "/desk/advices")):
        sheet = somebody.client.get(f"{there}.csv").get_data(as_text=True).splitlines()
        assert [line.split(",")[-3:] for line in sheet[1:]] == [
            ["INV-4", "1", "15.00"],
            ["INV-1", "1", "70.00"],
        ]
