"""
Who may sign for how much, when it takes two, on whose right, and how long it can be undone.

It knows neither people nor roles by name: they are numbers here, and access says who is one.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import RuleBroken

#: So long a signer may take their signature back.
WITHDRAW_WITHIN = dt.timedelta(minutes=15)
#: The longest that signing is handed to a colleague, first and last day counted.
LONGEST_DELEGATION_DAYS = 92


class Way(StrEnum):
    """What a signature does: it answers alone, waits for a second one, or completes a first."""

    ALONE = "alone"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Right:
    """A right to sign: one's own or a colleague's, with its limit in the statement's currency."""

    principal_id: int
    #: The largest closing balance it covers; None where none is on file in this currency.
    limit_minor: int | None = None


@dataclass(frozen=True, slots=True)
class First:
    """A first signature that waits for another: who gave it, on whose right."""

    signer_id: int
    principal_id: int


def covers(right: Right, closing_minor: int, *, limits_in_use: bool) -> bool:
    """
    Whether a right is enough to answer for a closing balance alone.

    Rule: R60 — a limit covers a balance up to and including itself, whichever side owes; no limit
    in the statement's currency covers nothing, but where nobody has any limit each may sign alone
    (S-075, UX 1.2).

    >>> covers(Right(1, 500_000_00), -500_000_00, limits_in_use=True)
    True
    >>> covers(Right(1, 500_000_00), 500_000_01, limits_in_use=True)
    False
    >>> covers(Right(1), 1, limits_in_use=True), covers(Right(1), 1, limits_in_use=False)
    (False, True)
    """
    if not limits_in_use:
        return True
    return right.limit_minor is not None and abs(closing_minor) <= right.limit_minor


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs now, with every right they hold: their own, and those handed to them."""

    signer_id: int
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be signed: the balance, whether it is refused, and a first signature if any."""

    closing_minor: int
    limits_in_use: bool
    is_refusal: bool = False
    first: First | None = None


def way_to_sign(signer: Signer, asked: Asked) -> tuple[Way, Right]:
    """
    What somebody's signature does, and the right that it is given on: their own where it does.

    Rule: R61 — above one's limit two sign: two different people, on the rights of two different
    people; who is covered signs alone, and refusing takes one (UX C7).
    Raises: confirmation.same_signer.

    >>> li = Signer(2, (Right(2, 100_00),))
    >>> way_to_sign(li, Asked(100_01, limits_in_use=True))[0].value
    'first'
    >>> way_to_sign(li, Asked(100_01, limits_in_use=True, first=First(1, 1)))[0].value
    'second'
    """
    ranked = sorted(signer.rights, key=lambda right: _rank(signer, right))
    if asked.is_refusal:
        return Way.ALONE, ranked[0]
    enough = [
        right
        for right in ranked
        if covers(right, asked.closing_minor, limits_in_use=asked.limits_in_use)
    ]
    first = asked.first
    if first is None or (enough and first.signer_id == signer.signer_id):
        return (Way.ALONE, enough[0]) if enough else (Way.FIRST, ranked[0])
    others = [right for right in ranked if right.principal_id != first.principal_id]
    fitting = enough or (others if signer.signer_id != first.signer_id else [])
    if not fitting:
        raise RuleBroken("confirmation.same_signer")
    return Way.SECOND, fitting[0]


def _rank(signer: Signer, right: Right) -> tuple[bool, int, int]:
    """One's own right comes first, then the one that reaches furthest."""
    return (
        right.principal_id != signer.signer_id,
        -(right.limit_minor or 0),
        right.principal_id,
    )


def still_counts(first_said: tuple[str, str], now_said: tuple[str, str]) -> bool:
    """
    Whether a first signature still is to what the second would sign: result and answers.

    Rule: R62 — both signatures are to the same result and the same answers on the lines; a first
    one to others is void (UX C7, SECURITY 4.25).

    >>> still_counts(("confirmed", "a1"), ("confirmed", "b2"))
    False
    """
    return first_said == now_said


def check_delegation(from_on: dt.date, until_on: dt.date, today: dt.date) -> None:
    """
    Refuse to hand signing over for a period that is over, runs backwards or is too long.

    Rule: R63 — signing is handed over from a day to a day, for at most 92 days counted with both
    ends, and not into the past (UX 1.2).
    Raises: delegation.backwards, delegation.over, delegation.too_long.

    >>> check_delegation(dt.date(2026, 11, 1), dt.date(2027, 1, 31), dt.date(2026, 11, 1))
    """
    if until_on < from_on:
        raise RuleBroken("delegation.backwards", field="until_on")
    if until_on < today:
        raise RuleBroken("delegation.over", field="until_on")
    if (until_on - from_on).days >= LONGEST_DELEGATION_DAYS:
        raise RuleBroken(
            "delegation.too_long",
            field="until_on",
            latest=from_on + dt.timedelta(days=LONGEST_DELEGATION_DAYS - 1),
        )


def delegation_runs(from_on: dt.date, until_on: dt.date, on: dt.date) -> bool:
    """
    Whether signing is handed over on a day.

    Rule: R64 — a delegation counts from its first day to the end of its last, in the company's
    zone, unless it was ended or whoever gave it can sign no more (UX 1.2, SECURITY 4.28).

    >>> delegation_runs(dt.date(2026, 11, 3), dt.date(2026, 11, 20), dt.date(2026, 11, 20))
    True
    """
    return from_on <= on <= until_on


def withdraw_until(signed_at: dt.datetime) -> dt.datetime:
    """
    The last moment at which a signer may take their signature back.

    Rule: R65 — a signature can be withdrawn by its signer within 15 minutes, the last second
    included (UX 23).

    >>> withdraw_until(dt.datetime(2026, 11, 2, 14, 47, tzinfo=dt.UTC)).strftime("%H:%M")
    '15:02'
    """
    return signed_at + WITHDRAW_WITHIN


def check_withdrawal(signed_at: dt.datetime, now: dt.datetime) -> None:
    """
    Refuse to take back a signature after its time.

    Raises: confirmation.withdrawn_too_late.
    """
    if now > withdraw_until(signed_at):
        raise RuleBroken("confirmation.withdrawn_too_late", until=withdraw_until(signed_at))
