"""Orders are asked for, held, released and asked again; a limit is given out once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.orders import AskToShip, ask_to_ship
from portal.credit.releases import WithdrawRelease, withdraw_release
from portal.tables.credit import CustomerGrade
from portal.tables.journal import Audit
from portal.tables.orders import OrderDecision, SalesOrder
from tests.credit.shipping import a_depot, cny

THREADS = 20


@pytest.fixture
def depot(any_installation):
    return a_depot(any_installation)


@pytest.fixture
def one_depot(installation):
    return a_depot(installation)


def broken(act, *told, **more):
    with pytest.raises(RuleBroken) as refused:
        act(*told, **more)
    return refused.value.code


# ── Exactly the limit ────────────────────────────────────────────────────────


def in_threads(acts):
    with ThreadPoolExecutor(THREADS) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


@pytest.mark.parametrize("amount", ["100.00", "130.00"])
def test_twenty_new_orders_at_once_are_given_exactly_the_limit(depot, amount):
    """I-48: the customers of a group share the last of its limit, and nobody gets it twice."""
    tom = depot.actor("tom")

    def ask(turn):
        customer = depot.customers["ABC"[turn % 3]]
        with depot.installation.work(tom) as w:
            return ask_to_ship(w, AskToShip(f"O-{turn}", customer, cny(amount))).decision

    answers = in_threads([lambda turn=turn: ask(turn) for turn in range(THREADS)])
    fits = 100_000 // cny(amount).minor
    assert sorted(answers) == ["allow"] * fits + ["hold"] * (THREADS - fits)
    assert depot.exposure() == Money(fits * cny(amount).minor, "CNY")


def test_twenty_held_orders_asked_again_at_once_take_exactly_what_came_free(depot):
    """I-48: of what a payment freed each unit goes to one order."""
    depot.told("OLD", "1000.00")
    for turn in range(THREADS):
        depot.ask(f"O-{turn}", "100.00", "ABC"[turn % 3])
    depot.pay("350.00")

    answers = in_threads([lambda turn=turn: depot.again(f"O-{turn}") for turn in range(THREADS)])
    assert sorted(each.decision for each in answers) == ["allow"] * 3 + ["hold"] * 17
    assert depot.exposure() == cny("950.00")


def test_one_order_asked_for_by_twenty_at_once_is_kept_once(depot):
    answers = in_threads([lambda: depot.ask("O-1", "60.00") for _ in range(THREADS)])

    assert {each.decision for each in answers} == {"allow"}
    assert (depot.history("O-1"), depot.exposure()) == (["allow"], cny("60.00"))


# ── Asked, held, and what lifts it ───────────────────────────────────────────


def test_an_answer_is_kept_with_the_figures_and_the_policy_that_it_stands_on(one_depot):
    one_depot.told("OLD", "900.00")
    one_depot.ask("O-1", "150.00", "B")
    with one_depot.installation.reading(SYSTEM) as r:
        row = r.session.scalars(select(OrderDecision)).one()
        told = r.session.scalars(select(Audit.facts).where(Audit.kind == "order.decided")).one()

    assert (row.decision, row.exposure_minor, row.limit_minor, row.amount_minor) == (
        *("hold", 90_000),
        *(100_000, 15_000),
    )
    assert (row.currency, row.asked_by) == ("CNY", "Tom")
    assert json.loads(row.reasons) == [
        {
            "code": "over_limit",
            "customer": "A",
            "over": "CNY 50.00",
            "limit": "CNY 1000.00",
            "exposure": "CNY 900.00",
        }
    ]
    assert json.loads(told)["reasons"] == ["over_limit"]


def test_a_held_order_counts_for_nobody_and_is_lifted_by_payment(one_depot):
    one_depot.told("OLD", "900.00")
    one_depot.ask("O-1", "150.00")
    before = one_depot.exposure()
    one_depot.pay("50.00")

    assert (before, one_depot.again("O-1").decision) == (cny("900.00"), "allow")
    assert one_depot.exposure() == cny("1000.00")


def test_a_raised_limit_lets_the_oldest_order_pass_with_the_days_run_once(one_depot):
    one_depot.told("OLD", "1000.00")
    for code, amount in (("O-1", "300.00"), ("O-2", "50.00"), ("O-3", "250.00")):
        one_depot.ask(code, amount)
    one_depot.limit("A", "1350.00")

    assert one_depot.day() == {"asked": 3, "allowed": 2, "held_again": 0}
    assert [one_depot.decision(f"O-{n}") for n in (1, 2, 3)] == ["allow", "allow", "hold"]
    assert one_depot.day() == {"asked": 1, "allowed": 0, "held_again": 0}
    assert one_depot.history("O-3") == ["hold"]


def test_an_allowed_order_stays_allowed_though_the_limit_is_lowered_and_a_freeze_stops_it(
    one_depot,
):
    one_depot.ask("O-1", "800.00")
    one_depot.limit("A", "100.00")
    kept = one_depot.again("O-1").decision
    one_depot.bar("frozen")

    assert (kept, one_depot.again("O-1").decision) == ("allow", "refuse")
    assert one_depot.history("O-1") == ["allow", "refuse"]


def test_a_bar_of_the_parent_stops_the_children(one_depot):
    one_depot.bar("blacklisted")

    assert one_depot.ask("O-1", "1.00", "B").decision == "refuse"
    assert one_depot.ask("O-2", "1.00", "D").decision == "allow"


def test_who_prepays_ships_what_money_covers(one_depot):
    one_depot.bar("prepayment", "D")
    refused = one_depot.ask("O-1", "50.00", "D").decision
    one_depot.pay("80.00", "D")

    assert refused == "refuse"
    assert one_depot.day()["allowed"] == 1
    assert one_depot.ask("O-2", "30.00", "D").decision == "allow"
    assert one_depot.ask("O-3", "0.01", "D").decision == "refuse"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (AskToShip(" "), "order.number_missing"),
        (AskToShip("x" * 201), "order.number_unfit"),
        (AskToShip("a\nb"), "order.number_unfit"),
        (AskToShip("O-9", 1, cny("-1.00")), "order.amount_negative"),
        (AskToShip("O-1", 4, cny("1.00")), "order.customer_differs"),
        (AskToShip("O-1", 1, cny("2.00")), "order.known_with_other_content"),
        (AskToShip("O-2"), "order.not_open"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_kept(one_depot, told, code):
    one_depot.told("O-1", "1.00")
    one_depot.told("O-2", "1.00", status="closed")
    with one_depot.installation.work(one_depot.actor("tom")) as w:
        assert broken(ask_to_ship, w, told) == code
    with one_depot.installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(SalesOrder.id)).all()) == 2


def test_an_unknown_order_without_a_customer_is_not_found(one_depot):
    with one_depot.installation.work(one_depot.actor("tom")) as w, pytest.raises(NotFound):
        ask_to_ship(w, AskToShip("O-1"))


def test_sales_ask_for_their_own_customers_only(one_depot):
    with pytest.raises(NotFound):
        one_depot.ask("O-1", "1.00", by="sally")


# ── Releases ─────────────────────────────────────────────────────────────────


def held(depot, code="O-1"):
    depot.told("OLD", "1000.00")
    assert depot.ask(code, "150.00").decision == "hold"


def test_a_hold_is_released_by_a_second_person_until_a_day_and_no_longer(depot):
    """I-49: lifted by an audited override with its reason and its end, and held again after it."""
    held(depot)
    depot.request("O-1", days=7)
    depot.approve()
    released = depot.order("O-1")

    assert (released.decision, depot.release().state) == ("released", "approved")
    assert depot.exposure() == cny("1150.00")
    depot.pass_days(7)
    assert (depot.exposure(), depot.day()["held_again"]) == (cny("1150.00"), 0)
    depot.pass_days(1)
    assert depot.exposure() == cny("1000.00")
    assert depot.day() == {"asked": 1, "allowed": 0, "held_again": 1}
    assert depot.history("O-1") == ["hold", "released", "hold"]
    with depot.installation.reading(SYSTEM) as r:
        kinds = set(r.session.scalars(select(Audit.kind)))
    assert {"release.asked", "approval.approved", "order.decided"} <= kinds


def test_an_order_asked_again_while_it_is_released_stays_so(one_depot):
    held(one_depot)
    one_depot.request("O-1")
    one_depot.approve()

    assert one_depot.again("O-1").decision == "released"
    assert one_depot.history("O-1") == ["hold", "released"]


def test_a_refused_release_leaves_it_held(one_depot):
    held(one_depot)
    one_depot.request("O-1")
    one_depot.refuse()

    assert (one_depot.release().state, one_depot.decision("O-1")) == ("refused", "hold")


def test_nobody_releases_what_they_asked_for(one_depot):
    held(one_depot)
    one_depot.request("O-1", by="zhao")

    assert broken(one_depot.approve, "zhao") == "approval.own"
    with pytest.raises(Denied):
        one_depot.approve("tom")
    one_depot.approve("ada")
    assert one_depot.decision("O-1") == "released"


def test_no_release_lifts_a_bar_neither_before_nor_after_it_was_asked_for(one_depot):
    held(one_depot)
    one_depot.request("O-1")
    one_depot.bar("frozen")
    after = broken(one_depot.approve)
    one_depot.again("O-1")

    assert after == "release.barred"
    assert broken(one_depot.request, "O-1") == "release.barred"


def test_a_request_is_overtaken_once_the_order_is_another(one_depot):
    held(one_depot)
    one_depot.request("O-1")
    with one_depot.installation.work(SYSTEM) as w:
        w.session.execute(update(SalesOrder).values(amount_minor=90_000_000))

    assert broken(one_depot.approve) == "approval.changed"


def test_a_request_falls_away_once_the_order_fits(one_depot):
    held(one_depot)
    one_depot.request("O-1")
    one_depot.pay("500.00")
    one_depot.day()

    assert (one_depot.decision("O-1"), one_depot.release().state) == ("allow", "withdrawn")
    with pytest.raises(Exception, match="No row"):
        one_depot.waiting()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reason": " "}, "release.reason_missing"),
        ({"days": -1}, "release.day_over"),
        ({"days": 32}, "release.too_long"),
    ],
)
def test_a_request_for_a_release_says_why_and_until_when(one_depot, told, code):
    held(one_depot)

    assert broken(one_depot.request, "O-1", **told) == code
    assert one_depot.request("O-1", days=31)


def test_a_release_is_asked_for_once_at_a_time_and_only_of_what_is_held(one_depot):
    held(one_depot)
    one_depot.ask("O-2", "0.00")
    one_depot.request("O-1")

    assert broken(one_depot.request, "O-1") == "release.waits"
    assert broken(one_depot.request, "O-2") == "release.not_held"


def test_a_request_can_be_taken_back_and_made_anew(one_depot):
    held(one_depot)
    release_id = one_depot.request("O-1")
    with one_depot.installation.work(one_depot.actor("tom")) as w:
        withdraw_release(w, WithdrawRelease(release_id))

    assert one_depot.release().state == "withdrawn"
    assert one_depot.request("O-1") > release_id


# ── Standings and grades ─────────────────────────────────────────────────────


def test_a_freeze_is_ended_at_once_and_a_blacklisting_by_a_second_person(one_depot):
    frozen, black = one_depot.bar("frozen"), one_depot.bar("blacklisted")

    assert one_depot.lift(frozen) is True
    assert one_depot.lift(black) is False
    assert broken(one_depot.lift, black) == "standing.lift_waits"
    assert one_depot.ask("O-1", "1.00").decision == "refuse"
    assert broken(one_depot.approve, "zhao") == "approval.own"
    one_depot.approve("ada")
    assert one_depot.again("O-1").decision == "allow"
    assert broken(one_depot.lift, black) == "standing.over_already"


def test_a_standing_ends_with_its_last_day(one_depot):
    with one_depot.installation.reading(SYSTEM) as r:
        today = r.today
    one_depot.bar("frozen", until_on=today)
    refused = one_depot.ask("O-1", "1.00").decision
    one_depot.pass_days(1)

    assert (refused, one_depot.again("O-1").decision) == ("refuse", "allow")


def test_only_who_decides_about_credit_bars_and_only_once(one_depot):
    with pytest.raises(Denied):
        one_depot.bar("frozen", by="tom")
    one_depot.bar("frozen")

    assert broken(one_depot.bar, "frozen") == "standing.set_already"
    assert broken(one_depot.bar, "odd") == "standing.kind_unknown"


def test_a_grade_counts_from_its_day(one_depot):
    """I-49: a change of grade applies from its date."""
    with one_depot.installation.work(SYSTEM) as w:
        w.session.add(
            CustomerGrade(
                customer_id=one_depot.customers["D"],
                effective_on=w.today.replace(day=w.today.day + 1),
                grade="D",
                is_override=False,
                reason="",
                author="",
                at=w.now,
            )
        )
    today = one_depot.ask("O-1", "5.00", "D").decision
    one_depot.pass_days(1)

    assert (today, one_depot.ask("O-2", "5.00", "D").decision) == ("allow", "refuse")
