"""Announced payments as acts: once by their key, by what is open, and applied as announced."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor, Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.ledger import Book, Entry, Kind
from portal.core.money import Money
from portal.invoices.position import list_open_items
from portal.payments.advices import (
    AnnouncePayment,
    ApplyAnnounced,
    announce_payment,
    apply_announced,
    withdraw_advice,
)
from portal.payments.announced import AdviceFilter, list_advices, list_arrived
from portal.payments.commands import ApplyByHand, Take, apply_by_hand
from portal.payments.receipts import get_receipt
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.invoices import Entry as EntryRow
from portal.tables.journal import Audit
from portal.tables.promises import RemittanceAdvice
from tests.desk import books
from tests.ledgers import count_on, store

TODAY = dt.date(2026, 11, 20)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@dataclass
class Counter:
    """Huadong owes 70.00 on INV-1, 250.00 on INV-2 and 40.00 on INV-4; its accountant is Chen."""

    installation: Installation
    chen: Actor
    stranger: Actor
    customer_id: int

    def act(self, actor: Actor, act: Callable[[Any, Any], Any], told: Any) -> Any:
        with self.installation.work(actor) as w:
            return act(w, told)

    def wish(self, *takes: tuple[int, int], **more: Any) -> AnnouncePayment:
        lines = tuple(Take(entry, 1, cny(minor)) for entry, minor in takes)
        told = {"pay_on": TODAY, "key": "one", "reference": "HD-118", **more}
        return AnnouncePayment(self.customer_id, "CNY", lines, **told)

    def announce(self, *takes: tuple[int, int], **more: Any) -> int:
        return int(self.act(self.chen, announce_payment, self.wish(*takes, **more)))

    def receive(self, number: int, minor: int, reference: str = "", day: str = "11-20") -> None:
        dated = dt.date.fromisoformat(f"2026-{day}")
        paid = Entry(
            number, "HUADONG", Kind.PAYMENT, f"RCT-{number}", dated, cny(-minor), reference
        )
        store(self.installation, Book((paid,), ()))
        count_on(self.installation)

    def receipt(self, number: int, advice: str = "") -> Any:
        with self.installation.reading(SYSTEM) as r:
            return get_receipt(r, r.refs.of("iv", number), advice)

    def row(self, advice_id: int) -> RemittanceAdvice:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(RemittanceAdvice, advice_id)

    def arrived(self) -> dict[int, str]:
        with self.installation.reading(SYSTEM) as r:
            return {key: each.number for key, each in list_arrived(r).items()}

    def open_of(self) -> dict[str, int]:
        with self.installation.reading(SYSTEM) as r:
            return {one.number: one.open.minor for one in list_open_items(r, self.customer_id)}


@pytest.fixture
def counter(any_installation: Installation) -> Counter:
    store(any_installation, books())
    count_on(any_installation)
    with any_installation.work(SYSTEM) as w:
        ids = dict(w.session.execute(select(Customer.code, Customer.id)).all())
        people = []
        for name, code in (("chen", "HUADONG"), ("eve", "BERGMANN")):
            new = NewUser(
                f"{name}@x.example", name.title(), "a password", ("customer_accountant",), (code,)
            )
            people.append(create_user_with_password(w, new).user_id)
    with any_installation.reading(SYSTEM) as r:
        chen, eve = (actor_of(r, each) for each in people)
    return Counter(any_installation, chen, eve, ids["HUADONG"])


def test_what_is_announced_is_kept_and_told(counter: Counter):
    said = counter.announce((1, 70_00), (2, 100_00), total=cny(200_00), method="transfer")

    row = counter.row(said)
    assert (row.amount_minor, row.pay_on, row.reference, row.ended_as) == (
        200_00,
        TODAY,
        "HD-118",
        "",
    )
    with counter.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Audit.kind).order_by(Audit.id.desc())).first() == (
            "advice.given"
        )
        [shown] = list_advices(r, AdviceFilter()).rows
    assert (shown.state, shown.on_account) == ("open", cny(30_00))
    assert counter.open_of()["INV-1"] == 70_00


def test_a_form_sent_twice_announces_once(counter: Counter):
    first = counter.announce((1, 70_00))

    assert counter.announce((1, 70_00)) == first
    assert counter.announce((1, 70_00), key="another") != first


def test_a_form_sent_twice_at_once_announces_once(counter: Counter):
    ids: list[int] = []
    both = [threading.Thread(target=lambda: ids.append(counter.announce((1, 70_00)))) for _ in "12"]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_more_than_is_open_is_told_at_its_field(counter: Counter):
    with pytest.raises(RuleBroken) as broken:
        counter.announce((1, 70_01))

    assert (broken.value.code, broken.value.field) == ("advice.exceeds_item", "amount_1_1")


def test_what_is_another_customers_is_not_there(counter: Counter):
    with pytest.raises(NotFound):
        counter.announce((3, 1))


def test_an_item_that_is_paid_in_full_is_told_of(counter: Counter):
    counter.receive(11, 70_00)
    counter.act(SYSTEM, apply_by_hand, ApplyByHand(11, (Take(1, 1, cny(70_00)),)))
    with pytest.raises(RuleBroken) as broken:
        counter.announce((1, 70_00))

    assert (broken.value.code, broken.value.facts) == ("advice.item_paid", {"item": "INV-1"})


def test_a_stranger_can_announce_and_withdraw_nothing(counter: Counter):
    said = counter.announce((1, 70_00))

    with pytest.raises(NotFound):
        counter.act(counter.stranger, announce_payment, counter.wish((1, 70_00)))
    with pytest.raises(NotFound):
        counter.act(counter.stranger, withdraw_advice, said)


def test_a_viewer_announces_nothing(counter: Counter):
    viewer = replace(
        counter.chen, memberships={counter.customer_id: frozenset({"customer_viewer"})}
    )

    with pytest.raises(Denied):
        counter.act(viewer, announce_payment, counter.wish((1, 70_00)))


def test_an_announcement_is_withdrawn_once(counter: Counter):
    said = counter.announce((1, 70_00))
    for _ in range(2):
        counter.act(counter.chen, withdraw_advice, said)

    assert counter.row(said).ended_as == "withdrawn"
    assert counter.arrived() == {}


def test_the_receipt_proposes_what_was_announced_first(counter: Counter):
    counter.announce((2, 100_00), (4, 40_00))
    counter.receive(11, 140_00)
    receipt = counter.receipt(11)

    assert receipt.proposal_reason == "announced"
    assert receipt.amounts == {"2_1": cny(100_00), "4_1": cny(40_00)}
    assert counter.receipt(11, "none").proposal_reason == "oldest_due"


@pytest.mark.parametrize(
    ("minor", "reference", "day", "fits"),
    [
        (140_00, "", "11-17", True),
        (140_00, "", "11-16", False),
        (140_00, "Huadong hd118", "11-02", True),
        (140_01, "HD-118", "11-20", False),
    ],
)
def test_a_payment_that_was_not_announced_is_not_taken_for_it(
    counter: Counter, minor: int, reference: str, day: str, fits: bool
):
    said = counter.announce((2, 100_00), (4, 40_00))
    counter.receive(11, minor, reference, day)

    assert (counter.receipt(11).proposal_reason == "announced") is fits
    assert counter.arrived() == ({said: "RCT-11"} if fits else {})


def test_applied_as_announced_it_has_arrived(counter: Counter):
    said = counter.announce((2, 100_00), (4, 40_00))
    counter.receive(11, 140_00)
    takes = (Take(2, 1, cny(100_00)), Take(4, 1, cny(40_00)))
    counter.act(SYSTEM, apply_announced, ApplyAnnounced(ApplyByHand(11, takes), said))

    row = counter.row(said)
    assert (row.ended_as, row.payment_id) == ("received", 11)
    assert counter.open_of() == {"INV-1": 70_00, "INV-2": 150_00}
    assert counter.arrived() == {}
    with pytest.raises(RuleBroken, match="has_arrived"):
        counter.act(counter.chen, withdraw_advice, said)


def test_what_is_not_open_any_more_is_not_proposed(counter: Counter):
    counter.announce((2, 250_00), (4, 40_00))
    counter.receive(11, 290_00)
    counter.receive(12, 200_00, day="11-10")
    counter.act(SYSTEM, apply_by_hand, ApplyByHand(12, (Take(2, 1, cny(200_00)),)))

    assert counter.receipt(11).amounts == {"4_1": cny(40_00), "2_1": cny(50_00)}


def test_two_equal_payments_are_taken_for_two_announcements(counter: Counter):
    first = counter.announce((4, 40_00))
    second = counter.announce((1, 40_00), key="two")
    counter.receive(11, 40_00)
    assert counter.arrived() == {first: "RCT-11"}
    counter.receive(12, 40_00)

    assert counter.arrived() == {first: "RCT-11", second: "RCT-12"}


def test_the_announcement_of_another_customer_is_not_received(counter: Counter):
    said = counter.announce((4, 40_00))
    paid = ApplyByHand(9, (Take(4, 1, cny(40_00)),))  # RCT-9 is Zhiyuan's
    with counter.installation.work(SYSTEM) as w:
        rows = {each.code: each for each in w.session.scalars(select(Customer))}
        rows["HUADONG"].parent_id = rows["ZHIYUAN"].id

    with pytest.raises(NotFound):
        counter.act(SYSTEM, apply_announced, ApplyAnnounced(paid, said))
    with counter.installation.reading(SYSTEM) as r:
        moved = select(EntryRow.id).where(EntryRow.number.contains("transfer"))
        assert r.session.scalars(moved).all() == []
