"""
Money moved by hand: what a person chose of open items, how long it can be undone, and by what.

It decides over plain figures; the rows are the features' own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.core.errors import RuleBroken
from portal.core.ledger import Entry, Kind
from portal.core.money import Money

#: How long an act by hand can be undone, and how long a whole import can be taken back.
UNDO_FOR = timedelta(minutes=10)
TAKE_BACK_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wish:
    """An open item that a credit may pay: ticked, with an amount typed, or left alone."""

    name: str
    open: Money
    is_ticked: bool = False
    typed: Money | None = None


def taken(left: Money, wishes: Sequence[Wish]) -> list[Money]:
    """
    What each wish takes of a credit: the amount typed; a tick what fits then, in their order.

    Rule: R92 — what is applied by hand exceeds neither what an item has open nor what the credit
    has left (INTERFACES 3, SECURITY 4.6).

    Raises: hand.below_zero, hand.exceeds_item, hand.exceeds_credit, hand.nothing_chosen.

    >>> eur = lambda minor: Money(minor, "EUR")
    >>> wishes = [
    ...     Wish("A", eur(70), is_ticked=True),
    ...     Wish("B", eur(90), typed=eur(60)),
    ...     Wish("C", eur(50), is_ticked=True),
    ... ]
    >>> [amount.minor for amount in taken(eur(100), wishes)]
    [40, 60, 0]
    """
    typed = [wish.typed for wish in wishes]
    for wish in wishes:
        if wish.typed is not None and wish.typed.minor < 0:
            raise RuleBroken("hand.below_zero", item=wish.name)
        if wish.typed is not None and wish.typed > wish.open:
            raise RuleBroken("hand.exceeds_item", item=wish.name, open=wish.open)
    rest = left - Money.total((each for each in typed if each is not None), left.currency)
    if rest.minor < 0:
        raise RuleBroken("hand.exceeds_credit", left=left, over=-rest)
    amounts = []
    for wish in wishes:
        amount = wish.typed if wish.typed is not None else Money.zero(left.currency)
        if wish.typed is None and wish.is_ticked:
            amount = min(wish.open, rest)
            rest -= amount
        amounts.append(amount)
    if not any(amount.minor for amount in amounts):
        raise RuleBroken("hand.nothing_chosen")
    return amounts


def proposed(left: Money, opens: Sequence[Money], named: Iterable[int] = ()) -> list[int]:
    """
    The places of the items that a credit should pay.

    Those that it names, else one of just its amount, else the earliest due, as they are given.

    >>> eur = lambda *minors: [Money(minor, "EUR") for minor in minors]
    >>> proposed(eur(90)[0], eur(50, 60, 90)), proposed(eur(80)[0], eur(50, 60, 90))
    ([2], [0, 1])
    >>> proposed(eur(80)[0], eur(50, 60, 90), named=[1])
    [1]
    """
    wanted = sorted(set(named))
    if wanted:
        return wanted
    same = [place for place, amount in enumerate(opens) if amount == left]
    if same:
        return same[:1]
    places, rest = [], left
    for place, amount in enumerate(opens):
        if rest.minor <= 0:
            break
        places.append(place)
        rest -= min(amount, rest)
    return places


def check_undo(at: datetime, now: datetime, undone_at: datetime | None = None) -> None:
    """
    Nothing, while an act by hand can be undone.

    Rule: R93 — an act by hand can be undone once, within ten minutes; then every balance of every
    day is as before (UX S11, SECURITY 4.8).

    Raises: hand.undone_already, hand.undo_too_late.

    >>> at = datetime(2026, 11, 5, 14, 0)
    >>> check_undo(at, datetime(2026, 11, 5, 14, 10))
    >>> check_undo(at, datetime(2026, 11, 5, 14, 10, 1))
    Traceback (most recent call last):
    portal.core.errors.RuleBroken: hand.undo_too_late (minutes=10)
    """
    if undone_at is not None:
        raise RuleBroken("hand.undone_already")
    if now - at > UNDO_FOR:
        raise RuleBroken("hand.undo_too_late", minutes=UNDO_FOR // timedelta(minutes=1))


def reversal(posted: Entry, number: str) -> Entry:
    """
    The entry that undoes a posted one: of the same day and account, with the opposite sign.

    Rule: R94 — a posted entry is never changed nor deleted: what undoes it is a new entry of the
    same day that names it, so that both stand on the next statement and come to nothing
    (SECURITY 4.3).

    A transfer is undone by a transfer, anything else by an adjustment.

    >>> from datetime import date
    >>> refund = Entry(7, "C1", Kind.REFUND, "P-1/refund", date(2026, 11, 5), Money(500, "EUR"))
    >>> back = reversal(refund, "P-1/refund/undone")
    >>> back.kind.name, back.amount.major(), back.dated_on == refund.dated_on
    ('ADJUSTMENT', '-5.00', True)
    """
    kind = posted.kind if posted.kind is Kind.TRANSFER else Kind.ADJUSTMENT
    return replace(posted, id=0, kind=kind, number=number, amount=-posted.amount)


def check_taking_back(finished_at: datetime, now: datetime) -> None:
    """
    Nothing, while a whole import can be taken back.

    Rule: R95 — what an import added can be taken back for 24 hours, wholly or not at all, and only
    while nothing of it was stated, applied, answered or changed (UX S14).

    Raises: import.undo_too_late.

    >>> done = datetime(2026, 11, 5, 14, 0)
    >>> check_taking_back(done, datetime(2026, 11, 6, 14, 0))
    >>> check_taking_back(done, datetime(2026, 11, 6, 14, 1))
    Traceback (most recent call last):
    portal.core.errors.RuleBroken: import.undo_too_late (hours=24)
    """
    if now - finished_at > TAKE_BACK_FOR:
        raise RuleBroken("import.undo_too_late", hours=TAKE_BACK_FOR // timedelta(hours=1))
