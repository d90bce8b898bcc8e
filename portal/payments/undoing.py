"""The true undo of an act by hand: applications end where they began, postings are reversed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.applying import check_undo, reversal
from portal.core.errors import RuleBroken
from portal.core.ledger import Entry as Posted
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.payments.applying_singly import apply_wholly
from portal.payments.asks import Ask
from portal.payments.by_hand import CLERK, Done, Leg, ask, free_number, locked, post, read_done
from portal.payments.by_hand import told_of as told_of_act
from portal.tables.hand import HandAct
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation


@dataclass(frozen=True)
class UndoHandAct:
    """That an act by hand be undone."""

    act_id: int


def undo_hand_act(w: Work, c: UndoHandAct) -> None:
    """
    Undoes an act by hand, so that every balance of every day is as it was before.

    What was posted stays and is reversed on its own day: where the one was not stated yet, both
    stand on the next statement and come to nothing.

    Raises: hand.undone_already, hand.undo_too_late, hand.touched_since.
    """
    w.require(Permission.PAYMENT_APPLY)
    act = w.session.get(HandAct, c.act_id)
    if act is None:
        raise NotFound("act")
    done = read_done(act.facts)
    posted = _posted(w, done.posted)
    keys = [*done.made, *(key for key, _ in done.ended)]
    whose = {act.customer_id, *(key[0] for key in keys), *(each.customer_id for each in posted)}
    locked(w, whose)
    w.session.refresh(act, with_for_update=True)
    check_undo(act.at, w.now, act.undone_at)
    credit = w.session.get_one(Entry, act.credit_id)
    asks = [*_ended_anew(w, done), *_reversed(w, posted)]
    try:
        apply_wholly(w.session, asks, CLERK)
    except RuleBroken as broken:
        raise RuleBroken("hand.touched_since") from broken
    act.undone_at, act.undone_by = w.now, w.actor.user_id
    told = told_of_act(act, credit.number, done)
    w.audit("payment.undone", f"hand_act/{act.id}", customer_id=act.customer_id, **told)
    w.tell(act.customer_id, ("payment", credit.id), "undone", **told)


def _posted(w: Work, ids: Sequence[int]) -> list[Entry]:
    return list(w.session.scalars(select(Entry).where(Entry.id.in_(ids)).order_by(Entry.id)))


def _ended_anew(w: Work, done: Done) -> list[Ask]:
    """Ends what was applied where it began; asks again for what was ended, from that day."""
    for key in done.made:
        row = w.session.get_one(Allocation, key, with_for_update=True)
        if row.ended_on is not None:
            raise RuleBroken("hand.touched_since")
        row.ended_on = row.effective_on
    w.session.flush()
    asks = []
    for key, on in done.ended:
        row = w.session.get_one(Allocation, key)
        item = w.session.get_one(Entry, row.entry_id)
        amount = Money(row.amount_minor, row.currency)
        asks.append(ask(row.credit_id, item, amount, on, row.part))
    return asks


def _reversed(w: Work, posted: Sequence[Entry]) -> Iterable[Ask]:
    """Posts what reverses entries, and asks that each pair be applied to one another."""
    numbers: dict[str, str] = {}
    asks = []
    for each in posted:
        if each.number not in numbers:
            numbers[each.number] = free_number(w, each, "undone")
        back = reversal(_plain(each), numbers[each.number])
        leg = Leg(
            each.customer_id,
            back.kind,
            back.amount,
            back.number,
            back.dated_on,
            "transfer" if back.kind is Kind.TRANSFER else "reversal",
            about_id=each.id,
            counter_customer_id=each.counter_customer_id,
            leg=each.leg,
        )
        made = w.session.get_one(Entry, post(w, [leg])[0])
        debt, money = (each, made) if each.amount_minor > 0 else (made, each)
        asks.append(ask(money.id, debt, abs(back.amount), back.dated_on))
    return asks


def _plain(row: Entry) -> Posted:
    amount = Money(row.amount_minor, row.currency)
    kind = Kind(row.kind)
    return Posted(row.id, str(row.customer_id), kind, row.number, row.dated_on, amount, leg=row.leg)
