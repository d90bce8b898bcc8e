"""
Who may decide what somebody else proposed, on whose right, and what has changed since.

Who proposes never decides: each looks at the other's work (S-191).
People are numbers here and roles plain words; who they are is for the features to say.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import RuleBroken

#: Kind of request → the roles that decide it.
ROLES: Mapping[str, frozenset[str]] = {
    "amendment": frozenset({"collections_lead", "credit_manager", "admin"}),
    "case": frozenset({"collections_lead", "credit_manager", "admin"}),
    "credit_note": frozenset({"collections_lead", "credit_manager", "admin"}),
    "extension": frozenset({"collections_lead", "credit_manager", "admin"}),
    "grade": frozenset({"credit_manager", "admin"}),
    "interest": frozenset({"collections_lead", "credit_manager", "admin"}),
    "limit": frozenset({"credit_manager", "admin"}),
    "ladder_step": frozenset({"collections_lead", "credit_manager", "admin"}),
    # Above what the credit manager may grant.
    "large_limit": frozenset({"admin"}),
    "plan": frozenset({"credit_manager", "admin"}),
    "release": frozenset({"collections_lead", "credit_manager", "admin"}),
    "terms": frozenset({"credit_manager", "admin"}),
    "write_off": frozenset({"collections_lead", "credit_manager", "admin"}),
    # The second approval of a large one.
    "write_off_second": frozenset({"collections_lead", "credit_manager", "admin"}),
}
#: Who decides what stands in no table of ours.
STRICTEST = frozenset({"credit_manager", "admin"})
#: The longest that somebody stands in for a colleague, first and last day counted.
LONGEST_STAND_IN_DAYS = 92


class Locked(StrEnum):
    """Why somebody cannot decide a request."""

    OWN = "own"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Manager:
    """A person with a role, who decides or is away."""

    user_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Question:
    """A request as far as it matters who decides it: its kind, and who had a hand in it."""

    kind: str
    #: Who proposed it and who made what is proposed.
    makers: Collection[int]


def deciding_roles(kind: str) -> frozenset[str]:
    """
    The roles that decide a kind of request.

    >>> sorted(deciding_roles("plan"))
    ['admin', 'credit_manager']
    """
    return ROLES.get(kind, STRICTEST)


def right_to_decide(me: Manager, absent: Sequence[Manager], asked: Question) -> Manager | Locked:
    """
    On whose right a person decides a request: their own, else an absent colleague's; or why not.

    Rule: R130 — nobody decides what they proposed or made the offer of, and nobody decides it in
    the place of who did (S-114, SECURITY 2.3.5).
    Rule: R131 — a request is decided by who has one of the roles of its kind, or stands in for a
    colleague who has; what one decides as a stand-in cannot be handed on (S-114, UX S10).

    `absent` are those for whom the person stands in today by name, not those for whom these do.

    >>> li, zhao = Manager(2, "collections_lead"), Manager(3, "credit_manager")
    >>> right_to_decide(li, [], Question("extension", {9})) == li
    True
    >>> right_to_decide(li, [zhao], Question("plan", {9})) == zhao
    True
    >>> right_to_decide(li, [zhao], Question("plan", {3})).value
    'own'
    """
    if me.user_id in asked.makers:
        return Locked.OWN
    roles = deciding_roles(asked.kind)
    fitting = [one for one in (me, *absent) if one.role in roles]
    free = [one for one in fitting if one.user_id not in asked.makers]
    if free:
        return free[0]
    return Locked.OWN if fitting else Locked.ROLE


def check_stand_in(from_on: dt.date, until_on: dt.date, today: dt.date) -> None:
    """
    Refuse to name a stand-in for a period that is over, runs backwards or is too long.

    Rule: R132 — a stand-in decides from a day to a day, both included, for at most 92 days and not
    in the past (UX S10).
    Raises: standin.backwards, standin.over, standin.too_long.

    >>> check_stand_in(dt.date(2026, 11, 1), dt.date(2027, 1, 31), dt.date(2026, 11, 1))
    """
    if until_on < from_on:
        raise RuleBroken("standin.backwards", field="until_on")
    if until_on < today:
        raise RuleBroken("standin.over", field="until_on")
    if (until_on - from_on).days >= LONGEST_STAND_IN_DAYS:
        latest = from_on + dt.timedelta(days=LONGEST_STAND_IN_DAYS - 1)
        raise RuleBroken("standin.too_long", field="until_on", latest=latest)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """
    The figures that are not the same on both sides: name, before, after; empty where one lacks it.

    >>> changes({"due": "2026-11-05", "open": "9"}, {"due": "2026-12-01", "open": "9", "fee": "1"})
    [('due', '2026-11-05', '2026-12-01'), ('fee', '', '1')]
    """
    names = [*before, *(name for name in after if name not in before)]
    pairs = [(name, before.get(name, ""), after.get(name, "")) for name in names]
    return [each for each in pairs if each[1] != each[2]]
