"""The opening and closing balances that a ledger names: in rows of their own, or as it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.core.period import Period
from portal.statements.comparison.entries import Entry

#: So many of a hundred rows must carry the running balance on before it is believed.
MOSTLY = 90


@dataclass(frozen=True, slots=True)
class Balances:
    """The balances at the beginning and the end of a period, in debits; None where not told."""

    opening_minor: int | None
    closing_minor: int | None


def balances_of(entries: Sequence[Entry], period: Period, stands: int) -> Balances:
    """
    The balances of the period: of rows that say so, else of the balance as it runs.

    `stands` is 1 where a balance above zero is a debit, -1 where it is a credit, as far as that is
    known without seeing it run.
    """
    documents = [each for each in entries if not each.special]
    running = running_sign(entries)
    sign = running or stands
    opening = _told([each for each in entries if each.special == "opening"], sign)
    closing = _told([each for each in entries[::-1] if each.special == "closing"], sign)
    before = sum(each.amount_minor or 0 for each in documents if _is_before(each, period))
    after = sum(each.amount_minor or 0 for each in documents if _is_after(each, period))
    runs = _running(documents, period, running)
    return Balances(
        opening_minor=runs.opening_minor if opening is None else opening + before,
        closing_minor=runs.closing_minor if closing is None else closing - after,
    )


def running_sign(entries: Sequence[Entry]) -> int:
    """1 where the balance runs as debit less credit, -1 the other way, 0 where it does not run."""
    for order in (entries, entries[::-1]):
        steps = [
            (two.balance_minor - one.balance_minor, two.amount_minor)
            for one, two in pairwise(each for each in order if _has_balance(each))
            if one.balance_minor is not None and two.balance_minor is not None and two.amount_minor
        ]
        for sign in (1, -1):
            good = sum(step == sign * amount for step, amount in steps)
            if steps and good * 100 >= len(steps) * MOSTLY:
                return sign
    return 0


def _has_balance(each: Entry) -> bool:
    is_document = not each.special or each.special == "opening"
    return is_document and each.balance_minor is not None


def _told(rows: Sequence[Entry], sign: int) -> int | None:
    """What the first of some rows says: its balance, else its amount."""
    for each in rows:
        if each.balance_minor is not None:
            return sign * each.balance_minor
        if each.amount_minor is not None:
            return each.amount_minor
    return None


def _running(documents: Sequence[Entry], period: Period, sign: int) -> Balances:
    """The balance before the first row of the period and after its last, where it runs."""
    if not sign:
        return Balances(None, None)
    within = [
        each for each in documents if not (_is_before(each, period) or _is_after(each, period))
    ]
    if not within:
        return Balances(None, None)
    newest_first = _runs_backwards(documents)
    first, last = (within[-1], within[0]) if newest_first else (within[0], within[-1])
    opening = closing = None
    if first.balance_minor is not None and first.amount_minor is not None:
        opening = sign * first.balance_minor - first.amount_minor
    if last.balance_minor is not None:
        closing = sign * last.balance_minor
    return Balances(opening, closing)


def _runs_backwards(documents: Sequence[Entry]) -> bool:
    days = [each.on for each in documents if each.on is not None]
    return len(days) > 1 and days[0] > days[-1]


def _is_before(each: Entry, period: Period) -> bool:
    return each.on is not None and each.on < period.from_on


def _is_after(each: Entry, period: Period) -> bool:
    return each.on is not None and each.on > period.to_on
