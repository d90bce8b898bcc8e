"""Random books, random acts: undone, nothing is different on any day, on either database."""

import datetime as dt
import re
from random import Random
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.core.ageing import BUCKETS
from portal.core.money import Money
from portal.core.period import Month
from portal.invoices.ageing import AsOf, aged_accounts
from portal.invoices.open_items import everyone
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
from portal.payments.rows import Receipt
from portal.payments.undoing import UndoHandAct, undo_hand_act
from portal.statements.issuing.preview import Told, statements_of
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from tests.ledgers import count_on, store
from tests.random_books import a_random_book

#: What acts by hand call what they post.
POSTED = re.compile("/(refund|transfer)")
#: Before, on and after the day of the acts.
DAYS = [dt.date(2026, 11, 20) + dt.timedelta(days=away) for away in (-100, -1, 0, 40)]


def position(r: Reader, ids: list[int]) -> Any:
    return {
        (row_id, day): (customer_position(r, row_id, day), items_of(r, row_id, day))
        for row_id in ids
        for day in DAYS
    }


def items_of(r: Reader, row_id: int, day: dt.date) -> list[Any]:
    items = list_open_items(r, row_id, day)
    return [(item.number, item.part, item.open, item.disputed) for item in items]


def everything(installation: Installation) -> Any:
    """Positions, open items, ageing of every day, and the sums of the next statements."""
    with installation.reading(SYSTEM) as r:
        ids = list(r.session.scalars(select(Customer.id).order_by(Customer.id)))
        ageing = {
            day: [
                account
                for account in aged_accounts(
                    r.session, AsOf(day, BUCKETS, inside=True), everyone, settled=False
                )
                if any(account.buckets) or account.unapplied_minor
            ]
            for day in DAYS
        }
        shown = {_key(told): _frozen(told) for told in statements_of(r, Month(2026, 11))}
        return position(r, ids), ageing, shown


def _key(told: Told) -> tuple[str, str]:
    return told.statement.head.customer.code, told.currency


def _frozen(told: Told) -> Any:
    """All of a statement but what stands there with its reversal, and the sums that keep both."""
    head = told.statement.head
    lines = [line for line in told.statement.lines if POSTED.search(line.document) is None]
    return (
        (head.sums.opening_minor, head.sums.closing_minor, head.unapplied_minor),
        (head.disputed_minor, head.buckets),
        [line._replace(balance_minor=0) for line in lines],
    )


def receipts(installation: Installation, random: Random) -> list[Receipt]:
    """Every credit there is, in an order of chance."""
    with installation.reading(SYSTEM) as r:
        of_credits = select(Entry.id).where(
            Entry.amount_minor < 0, Entry.memo == 0, Entry.dated_on <= r.today
        )
        ids = list(r.session.scalars(of_credits.order_by(Entry.id)))
        random.shuffle(ids)
        return [get_receipt(r, r.refs.of("iv", one)) for one in ids]


def wish(command: Any, receipt: Receipt, random: Random) -> Any:
    """What the command could be told to do with a credit; None where it can do nothing."""
    left, credit, today = receipt.credit.unapplied, receipt.credit.id, dt.date(2026, 11, 20)
    if command is end_application:
        running = [e for e in receipt.applications if not e.ended_on and e.effective_on < today]
        if not running:
            return None
        one = random.choice(running)
        on = max(one.effective_on, today - dt.timedelta(days=random.randrange(90)))
        return EndApplication(credit, one.entry_id, one.part, one.nth, on)
    if left.minor <= 0 or (command is apply_by_hand and not receipt.items):
        return None
    some = Money(random.randint(1, left.minor), left.currency)
    if command is refund_by_hand:
        return RefundByHand(credit, some)
    if command is transfer_by_hand:
        return TransferByHand(credit, _other(receipt), some)
    item = random.choice(receipt.items)
    return ApplyByHand(credit, (Take(item.entry_id, item.part, min(item.open, some)),))


def _other(receipt: Receipt) -> str:
    return "C1" if receipt.customer_code != "C1" else "C2"


def in_one_group(installation: Installation) -> None:
    with installation.work(SYSTEM) as w:
        rows = {each.code: each for each in w.session.scalars(select(Customer))}
        rows["C1"].parent_id = rows["C3"].parent_id = rows["C0"].id


def test_what_is_done_and_undone_never_was(any_installation: Installation):
    """R93, invariant 8: apply, end, refund and transfer, each undone, change no figure."""
    random = Random(7)
    store(any_installation, a_random_book(11, customers=4, documents=60))
    count_on(any_installation)
    in_one_group(any_installation)
    before = everything(any_installation)
    known = receipts(any_installation, random)
    for command in (apply_by_hand, end_application, refund_by_hand, transfer_by_hand) * 2:
        told = next(one for each in known if (one := wish(command, each, random)))
        random.shuffle(known)
        with any_installation.work(SYSTEM) as w:
            act_id = command(w, told)
        assert everything(any_installation) != before, told
        with any_installation.work(SYSTEM) as w:
            undo_hand_act(w, UndoHandAct(act_id))

        assert everything(any_installation) == before, told


def test_the_order_of_applications_does_not_matter(any_installation: Installation):
    """Invariant 9."""
    store(any_installation, a_random_book(5, customers=2, documents=40))
    count_on(any_installation)
    takes = _takes(any_installation)
    seen = []
    for order in (takes, takes[::-1], sorted(takes, key=str)):
        acts = []
        for credit, take in order:
            with any_installation.work(SYSTEM) as w:
                acts.append(apply_by_hand(w, ApplyByHand(credit, (take,))))
        seen.append(everything(any_installation))
        for act_id in acts:
            with any_installation.work(SYSTEM) as w:
                undo_hand_act(w, UndoHandAct(act_id))

    assert len(takes) > 2
    assert seen[0] == seen[1] == seen[2]


def _takes(installation: Installation) -> list[tuple[int, Take]]:
    """Applications that fit all together."""
    takes, used = [], set()
    with installation.reading(SYSTEM) as r:
        found = select(Entry.id).where(Entry.amount_minor < 0, Entry.memo == 0)
        for one in r.session.scalars(found.order_by(Entry.id)).all():
            receipt = get_receipt(r, r.refs.of("iv", one))
            free = [
                item for item in receipt.items if item.key not in used and not item.customer_name
            ]
            if free and receipt.credit.unapplied.minor > 1:
                amount = min(free[0].open, receipt.credit.unapplied)
                used.add(free[0].key)
                takes.append((one, Take(free[0].entry_id, free[0].part, amount)))
    return takes[:6]
