"""A customer's own credit page: its limit in plain words, what counts in it, and no more."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.tables.credit import CreditStanding, CustomerGrade
from portal.tables.customers import Customer
from tests.buyer import Buyer
from tests.credit.limiting import TODAY, bar, customer_id, grant
from tests.desk import Office, foot_of, rows_of


def section_of(office: Office, code: str) -> str:
    with office.installation.reading(SYSTEM) as r:
        return r.refs.of("cu", customer_id(office, code))


def below(office: Office, child: str, parent: str) -> None:
    with office.installation.work(SYSTEM) as w:
        row = w.session.scalars(select(Customer).where(Customer.code == child)).one()
        row.parent_id = customer_id(office, parent)


def minor(text: str) -> int:
    """The smallest units of an amount as a page prints it."""
    return int("".join(each for each in text.replace("−", "-") if each in "-0123456789"))


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_used_and_available_with_what_counts_summing_exactly(office: Office, chen: Buyer):
    grant(office, "HUADONG", 500_00, until=TODAY + dt.timedelta(days=90))
    page = chen.visit("/credit")
    table = f"counts-{section_of(office, 'HUADONG')}"

    assert "Used: 72 % of 500.00 (360.00)" in plain(page.text)
    assert "Still available 140.00" in page.text
    assert "It holds until 18 Feb 2027." in page.text
    assert rows_of(page, table) == [["Open invoices and other claims", "CNY 360.00", "360.00"]]
    assert foot_of(page, table)[0][-1] == "360.00"


def test_over_the_limit_it_says_so_and_what_to_pay(office: Office, chen: Buyer):
    grant(office, "HUADONG", 300_00)
    page = chen.visit("/credit")

    assert "You are CNY 60.00 over the limit" in page.text
    assert "Pay what is overdue, CNY 110.00." in page.text


@pytest.mark.parametrize("kind", ["frozen", "blacklisted"])
def test_who_is_barred_has_nothing_available_and_is_not_told_why(
    office: Office, chen: Buyer, kind: str
):
    grant(office, "HUADONG", 500_00)
    clerk = office.enter("clerk")
    bar(office, "HUADONG", kind, clerk.user_id)
    page = chen.visit("/credit")

    assert "Still available 0.00" in page.text
    assert "Nothing is shipped to you at present" in page.text
    assert "lacklist" not in page.text


def test_who_stands_below_one_that_is_barred_is_told_so(office: Office, chen: Buyer):
    grant(office, "HUADONG", 500_00)
    below(office, "HUADONG", "BERGMANN")
    clerk = office.enter("clerk")
    bar(office, "BERGMANN", "frozen", clerk.user_id)

    assert "Nothing is shipped to you at present" in chen.visit("/credit").text


def test_a_limit_that_ended_says_since_when(office: Office, chen: Buyer):
    grant(
        office,
        "HUADONG",
        900_00,
        first=TODAY - dt.timedelta(days=40),
        until=TODAY - dt.timedelta(days=1),
    )

    assert "The limit held until 19 Nov 2026." in chen.visit("/credit").text


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (0, "You order against prepayment"),
        (None, "Your orders are not limited by an amount."),
    ],
)
def test_a_limit_of_nothing_and_none_are_not_the_same(
    office: Office, chen: Buyer, minor: int | None, words: str
):
    grant(office, "HUADONG", minor)

    assert words in chen.visit("/credit").text


def test_who_prepays_is_not_told_that_something_of_a_limit_is_left(office: Office, chen: Buyer):
    grant(office, "HUADONG", 900_00)
    bar(office, "HUADONG", "prepayment", chen.user_id)
    page = chen.visit("/credit")

    assert "You order against prepayment" in page.text
    assert "Still available" not in page.text


def test_a_grade_that_prepays_says_so_too(office: Office, chen: Buyer):
    grant(office, "HUADONG", 900_00)
    with office.installation.work(SYSTEM) as w:
        w.session.add(
            CustomerGrade(
                customer_id=customer_id(office, "HUADONG"),
                effective_on=TODAY,
                grade="D",
                is_override=False,
                reason="",
                author="Wang Hong",
                at=w.now,
            )
        )

    assert "You order against prepayment" in chen.visit("/credit").text


def test_without_a_limit_the_page_says_what_that_means(chen: Buyer):
    page = chen.visit("/credit")

    assert "No limit has been set for you yet" in page.text
    assert page.links["Apply for a higher limit"] == "/credit/application"


def test_what_others_of_the_group_use_is_one_line(office: Office):
    below(office, "HUADONG", "ZHIYUAN")
    grant(office, "ZHIYUAN", 1000_00)
    head = Buyer(office, "ZHIYUAN")
    page = head.visit("/credit")
    table = f"counts-{section_of(office, 'ZHIYUAN')}"

    shown = [row[0] for row in rows_of(page, table)]
    assert "Other companies of your group" in shown
    assert "Open invoices and other claims" not in shown
    assert sum(minor(row[-1]) for row in rows_of(page, table)) == minor(foot_of(page, table)[0][-1])


def test_who_stands_below_a_limit_reads_that_it_is_shared(office: Office, chen: Buyer):
    below(office, "HUADONG", "ZHIYUAN")
    grant(office, "ZHIYUAN", 1000_00)
    page = chen.visit("/credit")

    assert "You order within the limit of your group." in page.text
    assert "1,000.00" not in page.text


def test_nothing_of_what_the_house_thinks_is_shown(office: Office, chen: Buyer):
    grant(office, "HUADONG", 500_00)
    with office.installation.work(SYSTEM) as w:
        of_huadong = {"customer_id": customer_id(office, "HUADONG")}
        user_id = chen.user_id
        w.session.add_all(
            [
                CustomerGrade(
                    **of_huadong,
                    effective_on=TODAY,
                    grade="GRADE-Z",
                    is_override=False,
                    reason="REASON-Z",
                    author="Wang Hong",
                    at=w.now,
                ),
                CreditStanding(
                    **of_huadong,
                    kind="frozen",
                    from_on=TODAY,
                    reason="REASON-Z",
                    set_by=user_id,
                    set_at=w.now,
                ),
            ]
        )
    text = chen.visit("/credit").text

    assert "-Z" not in text
    assert "stopped" not in text
    assert "Wang Hong" not in text


def test_who_looks_after_two_companies_reads_one_at_a_time(office: Office, treasury: Buyer):
    grant(office, "HUADONG", 500_00)
    page = treasury.visit("/credit")
    other = treasury.visit(page.links["Huadong Trading"])

    assert "Bergmann Antriebe" in {one.text for one in page.root.all("h2")}
    assert "CNY 360.00" in other.text


def test_another_companys_credit_is_not_there(office: Office, chen: Buyer):
    chen.visit(f"/credit?branch={section_of(office, 'BERGMANN')}", 404)
    chen.visit(office.customer_path("HUADONG", "/credit"), 404)


def test_it_costs_few_statements(office: Office, chen: Buyer):
    grant(office, "HUADONG", 500_00)

    assert chen.count_statements("/credit") <= 13
