"""
What two looks at the ladders would do differently: two versions of them, or a run then and now.

Steps are told as they are listed, by account; what becomes of them is not known here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import RuleBroken

#: Customer and currency.
AccountKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A step about an account, as a list tells it; the amount in minor units."""

    customer_id: int
    currency: str
    step: str
    channel: str
    amount: int

    @property
    def account(self) -> AccountKey:
        """Whose it is."""
        return self.customer_id, self.currency


class Fate(StrEnum):
    """What becomes of an account's steps from the first look to the second."""

    NEW = "new"
    GONE = "gone"
    OTHER_STEP = "other_step"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True, slots=True)
class Change:
    """An account that the second look treats otherwise."""

    account: AccountKey
    fate: Fate
    before: tuple[Told, ...]
    after: tuple[Told, ...]


def channel_differences(before: Iterable[str], after: Iterable[str]) -> list[tuple[str, int]]:
    """
    By channel how many more, or fewer, there are; channels that do not differ are left out.

    Rule: R335 — two versions of the ladders are compared by what they would do on the same day with
    the same books: so many more of this, so many fewer of that (UX S6).

    >>> channel_differences(["call", "call", "sms"], ["letter", "sms", "letter"])
    [('letter', 2), ('call', -2)]
    """
    was, now = Counter(before), Counter(after)
    more = {name: now[name] - was[name] for name in sorted({*was, *now})}
    return sorted(((name, n) for name, n in more.items() if n), key=lambda each: -each[1])


def changed_accounts(before: Iterable[Told], after: Iterable[Told]) -> list[Change]:
    """
    The accounts whose steps or amounts are not as they were, in the order of customers.

    >>> was = [Told(1, "EUR", "sms", "sms", 100), Told(2, "EUR", "call", "call", 70)]
    >>> now = [Told(2, "EUR", "call", "call", 50), Told(3, "EUR", "sms", "sms", 9)]
    >>> [(each.account[0], each.fate.value) for each in changed_accounts(was, now)]
    [(1, 'gone'), (2, 'other_amount'), (3, 'new')]
    """
    was, now = _by_account(before), _by_account(after)
    changes = []
    for account in sorted({*was, *now}):
        one, other = was.get(account, ()), now.get(account, ())
        if one != other:
            changes.append(Change(account, _fate(one, other), one, other))
    return changes


def _by_account(told: Iterable[Told]) -> Mapping[AccountKey, tuple[Told, ...]]:
    found: dict[AccountKey, tuple[Told, ...]] = {}
    for each in told:
        found[each.account] = (*found.get(each.account, ()), each)
    return found


def _fate(before: Sequence[Told], after: Sequence[Told]) -> Fate:
    if not before:
        return Fate.NEW
    if not after:
        return Fate.GONE
    is_same = [each.step for each in before] == [each.step for each in after]
    return Fate.OTHER_AMOUNT if is_same else Fate.OTHER_STEP


def check_seen(seen: tuple[int, int], now: tuple[int, int]) -> None:
    """
    Refuses a run that would do something else than what was seen: steps, and customers.

    Rule: R336 — who lets a run go names how many steps go to how many customers; where that is not
    so any more, it is looked at again first (UX S7, UX 35).
    Raises: ladder_run.changed.

    >>> check_seen((214, 187), (214, 187))
    """
    if seen != now:
        raise RuleBroken(
            "ladder_run.changed",
            steps_then=seen[0],
            customers_then=seen[1],
            steps=now[0],
            customers=now[1],
        )
