"""
What a notice may still ask for at the moment it is written: what was found due, as it is now.

Which step an account gets, and when, is the matter of `ladder_day`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from portal.core.ladder import Item
from portal.core.ladder_day import Account


@dataclass(frozen=True, slots=True)
class Asked:
    """An item with what is asked for of it, in minor units."""

    item: Item
    #: Open, and neither disputed, promised nor within a plan.
    amount: int
    #: What of that is covered by money that is not applied yet.
    set_off: int


def still_asked(
    account: Account, keys: Collection[tuple[int, int]], *, at_law: bool = False
) -> tuple[Asked, ...]:
    """
    Those of some items of which something may still be asked for, the oldest due first.

    Rule: R348 — at the moment of sending a notice looks again: what was paid, disputed, promised,
    planned, held or taken to a case since is not asked for, and unapplied money is set off against
    the account's oldest items first; where nothing is left, nothing is sent (SECURITY 4.38, 4.39).

    >>> from datetime import date
    >>> def asked(unapplied=0, **facts):
    ...     items = (
    ...         Item(1, 1, "A", date(2026, 11, 1), 5000),
    ...         Item(2, 1, "B", date(2026, 11, 9), 3000, **facts),
    ...     )
    ...     found = still_asked(Account(7, "C", "EUR", items, unapplied), [(2, 1)])
    ...     return [(each.amount, each.set_off) for each in found]
    >>> asked(), asked(disputed=1000), asked(unapplied=6000), asked(unapplied=9000)
    ([(3000, 0)], [(2000, 0)], [(3000, 1000)], [])
    >>> asked(stopped="held"), asked(case="agency")
    ([], [])
    """
    left, promised = account.unapplied, account.promised
    found: list[Asked] = []
    for item in sorted(account.items, key=_oldest_first):
        if item.due_on is None or item.stopped or (item.case and not at_law):
            continue
        rest = max(0, item.open - item.disputed - item.planned - item.promised)
        taken = min(promised, rest)
        promised, rest = promised - taken, rest - taken
        set_off = min(left, rest)
        left -= set_off
        if rest > set_off and (item.entry_id, item.part) in keys:
            found.append(Asked(item, rest, set_off))
    return tuple(found)


def _oldest_first(item: Item) -> tuple[str, str, int]:
    return (item.due_on.isoformat() if item.due_on else "", item.number, item.part)
