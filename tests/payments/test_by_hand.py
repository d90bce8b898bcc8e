"""Money moved by hand: applied, ended, paid back, moved; and each of them undone."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Denied
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.invoices.position import customer_position, list_open_items
from portal.payments.commands import (
    ApplyByHand,
    EndApplication,
    RefundByHand,
    Take,
    TransferByHand,
    apply_by_hand,
    end_application,
    refund_by_hand,
    transfer_by_hand,
)
from portal.payments.receipts import get_receipt
from portal.payments.undoing import UndoHandAct, undo_hand_act
from portal.tables.customers import Customer
from portal.tables.hand import HandAct
from portal.tables.invoices import Entry as EntryRow
from portal.tables.journal import Audit, Event
from tests.ledgers import count_on, store

INVOICE, BRANCH_INVOICE, PAYMENT, OTHER = 1, 2, 3, 4
TODAY = dt.date(2026, 11, 20)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@dataclass
class Till:
    """A head with a branch, and a stranger: an invoice each of the two, and one payment."""

    installation: Installation

    def act(self, command: Any, told: Any) -> Any:
        with self.installation.work(SYSTEM) as w:
            return command(w, told)

    def apply(self, *takes: tuple[int, int], credit: int = PAYMENT, **more: Any) -> int:
        wanted = tuple(Take(entry, 1, cny(minor)) for entry, minor in takes)
        return int(self.act(apply_by_hand, ApplyByHand(credit, wanted, **more)))

    def undo(self, act_id: int) -> None:
        self.act(undo_hand_act, UndoHandAct(act_id))

    def open_of(self, code: str) -> list[tuple[str, int]]:
        with self.installation.reading(SYSTEM) as r:
            row_id = r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
            return [(item.number, item.open.minor) for item in list_open_items(r, row_id)]

    def unapplied(self, code: str) -> int:
        with self.installation.reading(SYSTEM) as r:
            row_id = r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
            return sum(each.unapplied.minor for each in customer_position(r, row_id))

    def all(self, table: Any) -> list[Any]:
        with self.installation.reading(SYSTEM) as r:
            rows = list(r.session.scalars(select(table).order_by(table.id)))
            r.session.expunge_all()
            return rows

    def minutes_later(self, minutes: float) -> None:
        later = self.installation.clock.now() + dt.timedelta(minutes=minutes)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=later))


def books() -> Book:
    day = dt.date(2026, 11, 2)
    entries = (
        Entry(INVOICE, "HEAD", Kind.INVOICE, "INV-1", day, cny(100_00)),
        Entry(BRANCH_INVOICE, "BRANCH", Kind.INVOICE, "INV-2", day, cny(50_00)),
        Entry(PAYMENT, "HEAD", Kind.PAYMENT, "RCT-1", day, cny(-120_00)),
        Entry(OTHER, "OTHER", Kind.INVOICE, "INV-4", day, cny(70_00)),
    )
    due = dt.date(2026, 12, 2)
    parts = (Part(1, 1, due, cny(100_00)), Part(2, 1, due, cny(50_00)), Part(4, 1, due, cny(70_00)))
    return Book(entries, parts)


@pytest.fixture
def till(any_installation: Installation) -> Till:
    store(any_installation, books())
    count_on(any_installation)
    with any_installation.work(SYSTEM) as w:
        head, branch = (
            w.session.scalars(select(Customer).where(Customer.code == code)).one()
            for code in ("HEAD", "BRANCH")
        )
        branch.parent_id = head.id
    return Till(any_installation)


def test_a_credit_pays_what_is_chosen_and_the_rest_stays(till: Till):
    till.apply((INVOICE, 80_00))

    assert till.open_of("HEAD") == [("INV-1", 20_00)]
    assert till.unapplied("HEAD") == 40_00


def test_an_act_leaves_its_row_one_audit_entry_and_a_step(till: Till):
    till.apply((INVOICE, 80_00))

    act = till.all(HandAct)[0]
    assert (act.kind, act.amount_minor, act.acted_on) == ("apply", 80_00, TODAY)
    assert [each.kind for each in till.all(Audit)][-1:] == ["payment.applied"]
    assert [(e.subject_kind, e.kind) for e in till.all(Event)] == [("payment", "applied")]


def test_nothing_exceeds_the_item_nor_the_credit(till: Till):
    for takes in (((INVOICE, 100_01),), ((INVOICE, 80_00), (BRANCH_INVOICE, 40_01))):
        with pytest.raises(RuleBroken, match=r"hand\.no_room"):
            till.apply(*takes)

    assert till.all(HandAct) == []
    assert len(till.all(EntryRow)) == len(books().entries)


def test_an_item_of_the_group_is_paid_by_a_transfer_that_both_accounts_show(till: Till):
    till.apply((BRANCH_INVOICE, 50_00))

    assert till.open_of("BRANCH") == []
    assert (till.unapplied("HEAD"), till.unapplied("BRANCH")) == (70_00, 0)
    legs = [each for each in till.all(EntryRow) if each.kind == Kind.TRANSFER]
    assert [(leg.amount_minor, leg.number) for leg in legs] == [
        (50_00, "RCT-1/transfer"),
        (-50_00, "RCT-1/transfer"),
    ]


def test_a_stranger_to_the_group_is_not_paid_for(till: Till):
    with pytest.raises(RuleBroken, match=r"hand\.another_group"):
        till.apply((OTHER, 1_00))


def test_an_application_ends_from_a_day_and_stays_in_the_history(till: Till):
    till.apply((INVOICE, 80_00), from_on=dt.date(2026, 11, 10))
    key = EndApplication(PAYMENT, INVOICE, 1, 1, dt.date(2026, 11, 15))
    till.act(end_application, key)

    assert till.open_of("HEAD") == [("INV-1", 100_00)]
    with pytest.raises(RuleBroken, match=r"allocation\.ended_already"):
        till.act(end_application, key)


def test_an_application_ends_no_earlier_than_it_began(till: Till):
    till.apply((INVOICE, 80_00), from_on=dt.date(2026, 11, 10))

    with pytest.raises(RuleBroken, match=r"allocation\.ends_too_early"):
        till.act(end_application, EndApplication(PAYMENT, INVOICE, 1, 1, dt.date(2026, 11, 9)))


def test_nothing_is_applied_from_a_day_to_come(till: Till):
    with pytest.raises(RuleBroken, match=r"hand\.day_in_future"):
        till.apply((INVOICE, 1), from_on=TODAY + dt.timedelta(days=1))


def test_a_refund_is_posted_and_uses_the_credit_up(till: Till):
    till.act(refund_by_hand, RefundByHand(PAYMENT, cny(120_00), "paid twice"))

    assert till.unapplied("HEAD") == 0
    assert till.open_of("HEAD") == [("INV-1", 100_00)]
    refund = till.all(EntryRow)[-1]
    assert (refund.kind, refund.amount_minor, refund.dated_on) == (Kind.REFUND, 120_00, TODAY)
    with pytest.raises(RuleBroken, match=r"hand\.only_left"):
        till.act(refund_by_hand, RefundByHand(PAYMENT, cny(1)))


def test_money_of_another_customer_is_moved_to_them(till: Till):
    till.act(transfer_by_hand, TransferByHand(PAYMENT, "OTHER", cny(70_00)))

    assert (till.unapplied("HEAD"), till.unapplied("OTHER")) == (50_00, 70_00)
    for code, rule in (("NOBODY", "hand.unknown_customer"), ("HEAD", "hand.same_customer")):
        with pytest.raises(RuleBroken, match=re.escape(rule)):
            till.act(transfer_by_hand, TransferByHand(PAYMENT, code, cny(1)))


def test_an_act_is_undone_for_ten_minutes_and_once(till: Till):
    """R93."""
    first, second = till.apply((INVOICE, 10_00)), till.apply((INVOICE, 5_00))
    till.minutes_later(10)
    till.undo(first)
    with pytest.raises(RuleBroken, match=r"hand\.undone_already"):
        till.undo(first)
    till.minutes_later(0.1)
    with pytest.raises(RuleBroken, match=r"hand\.undo_too_late"):
        till.undo(second)

    assert till.open_of("HEAD") == [("INV-1", 95_00)]


def test_what_was_posted_is_reversed_by_an_entry_that_names_it(till: Till):
    """R94."""
    till.undo(int(till.act(refund_by_hand, RefundByHand(PAYMENT, cny(30_00)))))

    refund, back = till.all(EntryRow)[-2:]
    assert (back.about_id, back.amount_minor, back.dated_on) == (refund.id, -30_00, TODAY)
    assert back.number == "RCT-1/refund/undone"
    assert till.unapplied("HEAD") == 120_00


def test_what_was_touched_since_is_not_undone(till: Till):
    act = int(till.act(transfer_by_hand, TransferByHand(PAYMENT, "OTHER", cny(70_00))))
    arrived = till.all(EntryRow)[-1]
    till.apply((OTHER, 20_00), credit=arrived.id)

    with pytest.raises(RuleBroken, match=r"hand\.touched_since"):
        till.undo(act)
    assert till.unapplied("OTHER") == 50_00


def test_the_ending_of_an_application_is_undone_by_a_new_one(till: Till):
    till.apply((INVOICE, 80_00), from_on=dt.date(2026, 11, 10))
    ended = till.act(end_application, EndApplication(PAYMENT, INVOICE, 1, 1, TODAY))
    till.undo(int(ended))

    assert till.open_of("HEAD") == [("INV-1", 20_00)]
    assert [json.loads(each.facts)["documents"] for each in till.all(HandAct)] == [["INV-1"]] * 2


def test_who_may_only_look_changes_nothing(till: Till):
    with till.installation.reading(SYSTEM) as r:
        clerk_like = r.actor.__class__("staff", None, staff_role="auditor")
    with pytest.raises(Denied), till.installation.work(clerk_like) as w:
        apply_by_hand(w, ApplyByHand(PAYMENT, (Take(INVOICE, 1, cny(1)),)))


def test_the_proposal_is_the_item_of_the_same_amount_or_what_falls_due_first(till: Till):
    with till.installation.reading(SYSTEM) as r:
        receipt = get_receipt(r, r.refs.of("iv", PAYMENT))
    assert (receipt.proposal, receipt.proposal_reason) == (("1_1",), "oldest_due")

    till.act(refund_by_hand, RefundByHand(PAYMENT, cny(20_00)))
    with till.installation.reading(SYSTEM) as r:
        assert get_receipt(r, r.refs.of("iv", PAYMENT)).proposal_reason == "exact"
