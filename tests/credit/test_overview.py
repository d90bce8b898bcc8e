"""The overview of credit: each figure leads to a list that comes to the same; and one customer."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.limit import Use
from portal.core.money import Money
from portal.core.signals import SIGNALS
from portal.credit.ending.daily import run
from portal.credit.exposure import exposure_of
from portal.credit.overview import kept, list_stands, sums_of
from portal.credit.ratings import score_customers
from portal.credit.securities import EndSecurity, NoteSecurity, end_security, note_security
from portal.tables.approvals import Task
from portal.tables.credit import Collateral, CustomerGrade, WarningSignal
from portal.tables.customers import Customer
from portal.tables.orders import SalesOrder
from tests.credit.limiting import (
    TODAY,
    actor,
    approve,
    bar,
    customer_id,
    grant,
    propose,
    rows,
    wanted,
)
from tests.desk import DeskBrowser, Office, an_office, rows_of

DAY = dt.timedelta(days=1)


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


def shown(office: Office, what: str) -> set[str]:
    with office.installation.reading(SYSTEM) as r:
        return {row.code for row in kept(list_stands(r), what, r.today)}


def below(office: Office, child: str, parent: str) -> None:
    with office.installation.work(SYSTEM) as w:
        row = w.session.scalars(select(Customer).where(Customer.code == child)).one()
        row.parent_id = customer_id(office, parent)


def test_lists_hold_who_they_name(office: Office):
    grant(office, "HUADONG", 300_00, until=TODAY + 10 * DAY)
    grant(office, "ZHIYUAN", 100_00, first=TODAY - 9 * DAY, until=TODAY - DAY)

    assert shown(office, "over") == {"HUADONG"}
    assert shown(office, "ending") == {"HUADONG"}
    assert shown(office, "expired") == {"ZHIYUAN"}
    assert shown(office, "near") == set()
    grant(office, "HUADONG", 380_00)
    assert shown(office, "near") == {"HUADONG"}
    assert shown(office, "over") == set()


def test_each_figure_leads_to_a_list_with_as_many(office: Office, clerk: DeskBrowser):
    grant(office, "HUADONG", 300_00)
    page = clerk.visit("/desk/credit")
    links = [one for one in page.root.all("a") if "show=" in one.get("href")]
    counted = {one.get("href"): one.text for one in links if one.text.isdigit()}

    assert counted["/desk/credit/customers?show=over"] == "1"
    for url, count in counted.items():
        listed = clerk.visit(url)
        held = rows_of(listed, "stands") if int(count) else []
        assert len(held) == int(count)


def test_of_high_risk_are_the_lowest_grade_enough_signals_and_a_guess_with_something_late(
    office: Office,
):
    """R205."""
    warn_at = 2
    with office.installation.work(SYSTEM) as w:
        ids = {code: customer_id(office, code) for code in ("HUADONG", "ZHIYUAN", "BERGMANN")}
        given = {"effective_on": TODAY, "is_override": False, "author": "", "at": w.now}
        w.session.add(CustomerGrade(customer_id=ids["BERGMANN"], grade="D", reason="", **given))
        w.session.add_all(
            WarningSignal(
                customer_id=ids["ZHIYUAN"],
                signal=name,
                note="seen",
                noted_on=TODAY,
                at=w.now,
            )
            for name in list(SIGNALS)[:warn_at]
        )
        score_customers(w, TODAY, [ids["HUADONG"]])
    for code in ids:
        grant(office, code, 9_000_00, currency="EUR" if code == "BERGMANN" else "CNY")

    assert shown(office, "risky") == {"HUADONG", "ZHIYUAN", "BERGMANN"}


def test_who_prepays_has_nothing_left_whatever_the_limit_says(
    office: Office, clerk: DeskBrowser, manager: DeskBrowser
):
    grant(office, "HUADONG", 900_00)
    bar(office, "HUADONG", "prepayment", manager.user_id)
    page = clerk.visit(office.customer_path("HUADONG", "/credit"))

    assert "Available −360.00" in page.text
    with office.installation.reading(SYSTEM) as r:
        stand = next(row for row in list_stands(r) if row.code == "HUADONG")
        assert stand.use is Use.PREPAYMENT


def test_what_waits_leads_to_the_list_that_it_counts(office: Office, manager: DeskBrowser):
    page = manager.visit("/desk/credit")

    assert "may not be shipped" not in page.text
    with office.installation.work(SYSTEM) as w:
        for code, decision in (("O-1", "hold"), ("O-2", "refuse"), ("O-3", "allow")):
            order = SalesOrder(
                customer_id=customer_id(office, "HUADONG"),
                code=code,
                currency="CNY",
                ordered_on=TODAY,
                amount_minor=100,
                status="open",
                decision=decision,
                created_at=w.now,
            )
            w.session.add(order)
    page = manager.visit("/desk/credit")
    listed = manager.visit(page.links["2 orders may not be shipped now"])

    assert {row[0] for row in rows_of(listed, "orders")} == {"O-1", "O-2"}


def test_nothing_is_summed_across_currencies_and_a_group_counts_once(office: Office):
    below(office, "HUADONG", "ZHIYUAN")
    grant(office, "ZHIYUAN", 1000_00)
    grant(office, "HUADONG", 400_00)
    with office.installation.reading(SYSTEM) as r:
        stands = list_stands(r)
        sums = {each.currency: each for each in sums_of(stands)}
        head = next(row for row in stands if row.code == "ZHIYUAN")

    assert sums["CNY"].limits == Money(1000_00, "CNY")
    assert head.used is not None
    assert sums["CNY"].used.minor - head.used.minor in (0, 80_00)


def test_the_list_writes_out_what_it_shows(office: Office, clerk: DeskBrowser):
    grant(office, "HUADONG", 300_00)
    answer = clerk.client.get("/desk/credit/customers.csv?show=over")

    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "HUADONG" in lines[1]


def test_the_pages_ask_as_much_of_many_as_of_few(office: Office, clerk: DeskBrowser):
    paths = ["/desk/credit", "/desk/credit/customers", "/desk/credit/applications"]
    paths.append(office.customer_path("HUADONG", "/credit"))
    few = [clerk.count_statements(path) for path in paths]
    office.add_customers(30)
    for nth in range(5):
        grant(office, "HUADONG", 100_00 + nth)

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12, few


def test_the_group_shows_what_each_uses(office: Office, clerk: DeskBrowser):
    below(office, "HUADONG", "ZHIYUAN")
    grant(office, "ZHIYUAN", 1000_00)
    page = clerk.visit(office.customer_path("ZHIYUAN", "/credit"))

    (row,) = rows_of(page, "members")
    assert row[0] == "Huadong Trading"
    assert row[-1] == "CNY 360.00"


def test_the_credit_file_is_printed(office: Office, clerk: DeskBrowser):
    grant(office, "HUADONG", 300_00)
    answer = clerk.client.get(office.customer_path("HUADONG", "/credit.pdf"))

    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")


def test_sales_see_their_own_customers_alone(office: Office):
    grant(office, "HUADONG", 300_00)
    grant(office, "BERGMANN", 10_00, currency="EUR")
    li = office.enter("sales")

    text = li.visit("/desk/credit/customers").text
    assert "Huadong" in text
    assert "Bergmann" not in text
    li.visit(office.customer_path("BERGMANN", "/credit"), 404)


# ── Securities, and what ends ────────────────────────────────────────────────


def used(office: Office, on: dt.date) -> Money | None:
    with office.installation.reading(SYSTEM) as r:
        return exposure_of(r, customer_id(office, "HUADONG"), on).total


def note(office: Office, by: int, **told: object) -> int:
    given = {
        "customer_id": customer_id(office, "HUADONG"),
        "kind": "guarantee",
        "giver": "Bank of the East",
        "amount": Money(200_00, "CNY"),
        "accepted": Money(100_00, "CNY"),
        "from_on": TODAY,
        "until_on": TODAY + 20 * DAY,
    } | told
    with office.installation.work(actor(office.installation, by)) as w:
        return note_security(w, NoteSecurity(**given))  # type: ignore[arg-type]


def test_what_is_accepted_lowers_what_is_used_until_it_ends(office: Office, manager: DeskBrowser):
    path = office.customer_path("HUADONG", "/credit")
    made = note(office, manager.user_id)
    assert "260.00" in manager.visit(path).text

    with office.installation.work(actor(office.installation, manager.user_id)) as w:
        end_security(w, EndSecurity(made))
        end_security(w, EndSecurity(made))
    (row,) = rows(office, Collateral)
    assert row.ended_by == manager.user_id
    assert used(office, TODAY + DAY) == Money(360_00, "CNY")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"accepted": Money(200_01, "CNY")}, "security.accepted_beyond"),
        ({"accepted": Money(1_00, "EUR")}, "security.currencies_differ"),
        ({"amount": Money(0, "CNY")}, "security.amount_missing"),
        ({"until_on": TODAY - DAY}, "security.ends_before_it_begins"),
        ({"giver": " "}, "security.giver_missing"),
        ({"kind": "wish"}, "security.kind_missing"),
    ],
)
def test_a_security_that_makes_no_sense_is_refused(
    office: Office, manager: DeskBrowser, told: dict[str, object], code: str
):
    with pytest.raises(RuleBroken) as broken:
        note(office, manager.user_id, **told)

    assert broken.value.code == code


def test_what_ends_makes_a_task_once(office: Office, manager: DeskBrowser):
    grant(office, "HUADONG", 300_00, until=TODAY + 30 * DAY)
    grant(office, "ZHIYUAN", 300_00, first=TODAY - 9 * DAY, until=TODAY - DAY)
    grant(office, "BERGMANN", 300_00, currency="EUR", until=TODAY + 31 * DAY)
    note(office, manager.user_id)

    for _time in range(2):
        run(office.installation, TODAY)
    made = sorted(row.kind for row in rows(office, Task))
    assert made == ["limit_ending", "limit_over", "security_ending"]


def test_a_new_limit_closes_the_task_of_the_old_one(office: Office, manager: DeskBrowser):
    grant(office, "HUADONG", 300_00, until=TODAY + 5 * DAY)
    run(office.installation, TODAY)
    propose(office, manager.user_id, "HUADONG", wanted(500_00, until=TODAY + 300 * DAY))
    approve(office, office.enter("admin").user_id)

    assert [row.done_at is not None for row in rows(office, Task)] == [True]
    run(office.installation, TODAY)
    assert len(rows(office, Task)) == 1


def test_the_page_of_a_security_keeps_its_paper(office: Office, manager: DeskBrowser):
    path = office.customer_path("HUADONG", "/credit/securities")
    typed = manager.visit(path).form(path)
    page = manager.send(path, 422, data=typed | {"giver": "", "amount": "5"})
    assert page.form(path)["amount"] == "5"

    typed |= {"giver": "Bank of the East", "amount": "200", "accepted": "100"}
    manager.send(path, data=typed)
    (row,) = rows(office, Collateral)
    with office.installation.reading(SYSTEM) as r:
        shown_at = f"/desk/credit/securities/{r.refs.of('sc', row.id)}"
    assert "Bank of the East" in manager.visit(shown_at).text


def test_both_databases_agree_on_the_lists(any_installation: Installation):
    office = an_office(any_installation)
    grant(office, "HUADONG", 300_00, until=TODAY + 10 * DAY)
    grant(office, "HUADONG", 390_00)

    assert shown(office, "near") == {"HUADONG"}
    assert shown(office, "ending") == set()
    assert "HUADONG" in shown(office, "few")
