"""
Composing a statement from the books: which documents stand on it, and what they sum to.

This is the reference that the set-based statement run is compared with. It chooses no number, no
deadline and no wording.
"""

from dataclasses import dataclass
from datetime import date

from portal.core.ageing import BUCKETS, Ageing, AgeingScheme, age
from portal.core.ledger import Account, Book, Entry, OpenItem, open_items, position
from portal.core.money import Money
from portal.core.period import Period
from portal.core.statement import SUMS, Line, Sums, line_order
from portal.core.workdays import ONE_DAY


@dataclass(frozen=True, slots=True)
class Composition:
    """
    What a statement of an account says; `covers` are the entries that no later one takes again.

    The ageing is the customer's: what the house wrote off is still in it.
    """

    period: Period
    sums: Sums
    lines: tuple[Line, ...]
    ageing: Ageing
    unapplied: Money
    covers: frozenset[int]

    @property
    def says_nothing(self) -> bool:
        """
        Whether there is neither movement nor balance.

        Rule: R41 — a customer without movement and balance gets no statement (INTERFACES 5).
        """
        return not self.lines and not self.sums.opening_minor


def compose(
    book: Book,
    account: Account,
    period: Period,
    previous: Composition | None = None,
    scheme: AgeingScheme = BUCKETS,
) -> Composition:
    """
    The statement of an account for a period, after the statement in force before it.

    Rule: R42 — a first statement, and a preview, take the documents dated in the period and open
    with the ledger's balance of the day before; every later one opens with the closing before it
    and takes the documents dated up to its end that stand on no earlier statement in force; those
    dated before the period are marked late (S-081, INTERFACES 5).
    """
    end = period.to_on
    posted = [entry for entry in _shown(book, account) if entry.dated_on <= end]
    if previous is None:
        opening = position(book, account, period.from_on - ONE_DAY).balance.minor
        taken = [entry for entry in posted if entry.dated_on >= period.from_on]
        covered = frozenset(entry.id for entry in posted)
    else:
        opening = previous.sums.closing_minor
        taken = [entry for entry in posted if entry.id not in previous.covers]
        covered = previous.covers | {entry.id for entry in taken}
    taken.sort(key=lambda entry: line_order(entry.dated_on, entry.kind, entry.number))
    items = [item for item in open_items(book, end) if item.entry.account == account]
    return Composition(
        period=period,
        sums=_sums(opening, taken),
        lines=_lines(book, taken, opening, items, period.from_on),
        ageing=age(items, end, account.currency, scheme),
        unapplied=position(book, account, end).unapplied,
        covers=covered,
    )


def _shown(book: Book, account: Account) -> list[Entry]:
    return [entry for entry in book.entries if entry.account == account and not entry.kind.is_memo]


def _sums(opening_minor: int, taken: list[Entry]) -> Sums:
    counted = {
        f"{term}_minor": sign * sum(entry.amount.minor for entry in taken if entry.kind in kinds)
        for term, (kinds, sign) in SUMS.items()
    }
    return Sums(opening_minor, **counted)


def _lines(
    book: Book,
    taken: list[Entry],
    opening_minor: int,
    items: list[OpenItem],
    from_on: date,
) -> tuple[Line, ...]:
    lines, balance = [], opening_minor
    for entry in taken:
        balance += entry.amount.minor
        due_on, parts = _due(book, entry, items)
        lines.append(
            Line(
                dated_on=entry.dated_on,
                kind=entry.kind.shown,
                document=entry.number,
                reference=entry.reference,
                due_on=due_on,
                parts=parts,
                amount_minor=entry.amount.minor,
                balance_minor=balance,
                late=entry.dated_on < from_on,
            )
        )
    return tuple(lines)


def _due(book: Book, entry: Entry, items: list[OpenItem]) -> tuple[date | None, int]:
    """
    Say when a line is due, and in how many parts.

    Rule: R43 — a line is due when its first open part is; when all are paid, when the last was
    (INTERFACES 5).
    """
    dated = [part.due_on for part in book.parts if part.entry_id == entry.id]
    known = [day for day in dated if day is not None]
    still_open = [
        item.part.due_on
        for item in items
        if item.entry.id == entry.id and item.claim.minor and item.part.due_on is not None
    ]
    return min(still_open, default=max(known, default=None)), len(dated)
