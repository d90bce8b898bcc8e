"""The desk of orders: held ones first, asked again, released; may we ship; rates and standings."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.tables.approvals import Approval
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer
from portal.tables.orders import HoldRelease, Rate, SalesOrder
from tests.desk import rows_of

LIST = "/desk/credit/orders"


@pytest.fixture
def shop(office):
    """Huadong has 500.00 left of its limit and an order over it; Bergmann one that nobody asked."""
    with office.installation.work(SYSTEM) as w:
        ids = dict(w.session.execute(select(Customer.code, Customer.id)).all())
        w.session.add(
            CreditLimit(
                customer_id=ids["HUADONG"],
                effective_on=w.today,
                currency="CNY",
                amount_minor=100_000_000,
                insured_minor=0,
                source="decision",
                reason="",
                author="",
                at=w.now,
            )
        )
        for code, customer, currency, minor in (
            ("SO-1", "HUADONG", "CNY", 900_000_000),
            ("SO-2", "BERGMANN", "EUR", 5_000),
        ):
            w.session.add(
                SalesOrder(
                    customer_id=ids[customer],
                    code=code,
                    currency=currency,
                    ordered_on=w.today,
                    amount_minor=minor,
                    status="open",
                    created_at=w.now,
                )
            )
    return office


@pytest.fixture
def asked(shop):
    """Huadong's order is held already."""
    with shop.installation.work(SYSTEM) as w:
        w.session.execute(update(SalesOrder).values(decision="hold"))
    return shop


def action_of(page, ending):
    actions = [form.get("action") for form in page.root.all("form")]
    (action,) = [each for each in actions if each.endswith(ending)]
    return action


def path_of(office, code):
    with office.installation.reading(SYSTEM) as r:
        order_id = r.session.scalars(select(SalesOrder.id).where(SalesOrder.code == code)).one()
        return f"{LIST}/{r.refs.of('or', order_id)}"


def decision(office, code):
    with office.installation.reading(SYSTEM) as r:
        wanted = select(SalesOrder.decision).where(SalesOrder.code == code)
        return r.session.scalar(wanted)


def test_an_order_is_asked_for_held_and_stands_first_with_the_reason(shop):
    desk = shop.enter("clerk")
    listed = desk.visit(f"{LIST}?state=all")
    path = path_of(shop, "SO-1")
    desk.fill(listed, f"{path}/question")
    held = rows_of(desk.visit(LIST), "orders")

    assert [row[0] for row in held] == ["SO-1"]
    assert held[0][3] == "Held"
    assert "over the limit of CNY 1,000,000.00 of HUADONG" in held[0][4]
    assert "Ask again" in held[0][6]


def test_the_figures_of_an_order_sum_and_its_history_is_kept(shop):
    desk = shop.enter("clerk")
    path = path_of(shop, "SO-1")
    desk.fill(desk.visit(path), f"{path}/question")
    page = desk.visit(path)

    parts = rows_of(page, "exposure-parts")
    assert parts[0][0] == "Open invoices and other claims"
    assert [row[1] for row in rows_of(page, "answers")] == ["Held"]


def test_a_release_goes_from_the_form_through_the_inbox(shop):
    clerk = shop.enter("clerk")
    path = path_of(shop, "SO-1")
    clerk.fill(clerk.visit(path), f"{path}/question")
    page = clerk.visit(path)
    bad = clerk.fill(page, f"{path}/release", 422, reason=" ", until_on="2026-11-27")
    late = clerk.fill(page, f"{path}/release", 422, reason="Why not", until_on="2027-11-27")
    clerk.fill(page, f"{path}/release", reason="The bank confirmed", until_on="2026-11-27")

    assert "Say why it may be shipped all the same." in bad.text
    assert "21 Dec 2026" in late.text
    assert "Why not" in late.text
    manager = shop.enter("credit_manager")
    with shop.installation.reading(SYSTEM) as r:
        approval = r.session.scalars(select(Approval)).one()
        release = r.session.scalars(select(HoldRelease)).one()
        ask = f"/desk/approvals/{r.refs.of('ap', approval.id)}"
        leads = f"/desk/credit/releases/{r.refs.of('rl', release.id)}"
    inbox = manager.visit(ask)
    assert leads in inbox.links.values()
    assert manager.visit(leads, 303).response.location.endswith(path)
    manager.fill(inbox, f"{ask}/approval")
    assert decision(shop, "SO-1") == "released"
    assert "Released" in manager.visit(path).text


def test_a_request_is_withdrawn_from_the_order(shop):
    clerk = shop.enter("clerk")
    path = path_of(shop, "SO-1")
    clerk.fill(clerk.visit(path), f"{path}/question")
    clerk.fill(clerk.visit(path), f"{path}/release", reason="Soon", until_on="2026-11-27")
    page = clerk.visit(path)
    action = action_of(page, "/withdrawal")
    clerk.fill(page, action)

    assert "Withdrawn" in clerk.visit(path).text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("customer=HUADONG&amount=1.00", "May be shipped"),
        ("customer=huadong&amount=9,999,999.00", "Held"),
        ("customer=Bergmann&amount=5", "May be shipped"),
        ("customer=HUADONG&amount=5&in_currency=USD", "There is no exchange rate USD/CNY"),
    ],
)
def test_may_we_ship_is_answered_at_once(asked, query, word):
    assert word in asked.enter("clerk").visit(f"/desk/credit/check?{query}").text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("customer=nobody&amount=1", "No customer is called so"),
        ("customer=a&amount=1", "Several are called so"),
        ("customer=HUADONG&amount=x", "plain"),
        ("customer=HUADONG&amount=-1", "below zero"),
        ("customer=HUADONG&amount=1&in_currency=XXX", "XXX"),
        ("customer=HUADONG&amount=1&order_code=SO-2", "another customer"),
    ],
)
def test_what_cannot_be_answered_is_said_and_keeps_what_was_typed(shop, query, word):
    page = shop.enter("clerk").visit(f"/desk/credit/check?{query}", 422)

    assert word in page.text
    assert page.by_id("amount").get("value") == query.split("amount=")[1].split("&")[0]


def test_the_answer_comes_into_its_region_alone(asked):
    desk = asked.enter("clerk")
    part = desk.region("/desk/credit/check?customer=HUADONG&amount=1", "answer-part")

    assert "May be shipped" in part.text


def test_an_answer_is_kept_with_a_new_order_once(asked):
    desk = asked.enter("clerk")
    page = desk.visit("/desk/credit/check?customer=HUADONG&amount=10&order_code=NEW-1")
    desk.fill(page, "/desk/credit/check/order")
    desk.fill(page, "/desk/credit/check/order")

    assert decision(asked, "NEW-1") == "allow"


def test_held_orders_go_out_as_a_sheet(shop):
    desk = shop.enter("clerk")
    path = path_of(shop, "SO-1")
    desk.fill(desk.visit(path), f"{path}/question")
    told = desk.client.get(f"{LIST}.csv").get_data(as_text=True)

    assert "SO-1,Huadong Trading,HUADONG,2026-11-20,CNY,9000000.00,Held" in told
    assert "SO-2" not in told
    assert desk.client.get(f"{LIST}.xlsx").status_code == 200


def test_lists_take_as_many_statements_for_many_orders(shop):
    desk = shop.enter("clerk")
    few = desk.count_statements(f"{LIST}?state=all")
    with shop.installation.work(SYSTEM) as w:
        customer_id = w.session.scalar(select(Customer.id))
        w.session.add_all(
            SalesOrder(
                customer_id=customer_id,
                code=f"M-{turn}",
                currency="CNY",
                ordered_on=w.today,
                amount_minor=1,
                status="open",
                decision="hold",
                created_at=w.now,
            )
            for turn in range(60)
        )

    assert desk.count_statements(f"{LIST}?state=all") == few <= 12
    assert desk.count_statements(path_of(shop, "M-1")) <= 16


def test_rates_are_told_by_hand_and_listed(shop):
    desk = shop.enter("credit_manager")
    page = desk.visit("/desk/credit/rates")
    told = {"from_currency": "eur", "to_currency": "CNY", "rate": "7,83", "rate_on": "2026-11-20"}
    desk.fill(page, "/desk/credit/rates", **told)
    for wrong in ({"rate": "x"}, {"rate": "0"}, {"from_currency": "CNY"}, {"to_currency": "QQQ"}):
        desk.fill(page, "/desk/credit/rates", 422, **{**told, **wrong})

    assert rows_of(desk.visit("/desk/credit/rates"), "rates") == [
        ["EUR", "CNY", "20 Nov 2026", "7.83"]
    ]
    with shop.installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(Rate.rate)).all()) == 1


def test_a_customer_is_stopped_and_let_go_on(shop):
    desk = shop.enter("credit_manager")
    path = shop.customer_path("HUADONG", "/standing")
    page = desk.visit(path)
    desk.fill(page, path, 422, kind="frozen", reason=" ")
    desk.fill(page, path, kind="frozen", reason="Cheques bounced")
    desk.fill(page, path, 422, kind="frozen", reason="Again")
    held = desk.visit(path)
    end = action_of(held, "/end")
    name = next(name for name in held.form(end) if name.endswith("reason"))
    desk.fill(held, end, 422, **{name: " "})
    desk.fill(held, end, **{name: "They paid"})

    assert "They paid" in desk.visit(path).text
    assert "End it today" not in desk.visit(path).text


def test_a_sales_person_finds_only_their_own_customers_orders(shop):
    sales = shop.enter("sales")
    sales.visit(path_of(shop, "SO-1"))
    sales.visit(path_of(shop, "SO-2"), 404)
    assert (
        "No customer is called so"
        in sales.visit("/desk/credit/check?customer=BERGMANN&amount=1", 422).text
    )
    with shop.installation.work(SYSTEM) as w:
        w.session.execute(update(Customer).values(owner="Nobody"))
    assert "SO-1" not in sales.visit(f"{LIST}?state=all").text
