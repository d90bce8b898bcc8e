"""
Credit limits: how long one holds, who decides over it, and what speaks against it.

Over plain figures: the limit in force and the exposure are for others to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from portal.core.errors import RuleBroken
from portal.core.exposure import usage
from portal.core.money import Money
from portal.core.period import Month

#: How long a limit holds unless somebody says otherwise, in months.
MONTHS, DEALER_MONTHS = 12, 6
#: How far ahead a limit may begin, and how long it may hold at most.
LATEST_BEGIN_DAYS, LONGEST_DAYS = 366, 1096
#: So many days before it ends there is something to do about it.
SOON_DAYS = 30


class Doubt(StrEnum):
    """What speaks against a limit, and is said to whoever decides; it does not forbid it."""

    BELOW_EXPOSURE = "below_exposure"
    ABOVE_CAP = "above_cap"
    NO_REVIEW = "no_review"
    FROZEN = "frozen"
    OVERTAKEN = "overtaken"
    GAP = "gap"
    EXPOSURE_UNKNOWN = "exposure_unknown"


@dataclass(frozen=True, slots=True)
class AskedLimit:
    """A limit as somebody proposes it; no amount: not limited."""

    amount: Money | None
    effective_on: date
    valid_until: date | None
    insured: Money | None = None


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """What is known of the customer when a limit is proposed."""

    #: In the currency of the limit; None: a rate is missing.
    exposure: Money | None
    #: The highest that the grade may be given in that currency; None: it has none.
    cap: Money | None = None
    #: Until when the last review holds; None: there was none.
    reviewed_until: date | None = None
    is_barred: bool = False
    #: The last day of the limit in force; None: it has no end, or there is none.
    present_until: date | None = None
    #: The first day of a limit that was decided already for a later day.
    next_on: date | None = None


def last_day(effective_on: date, *, is_dealer: bool) -> date:
    """
    The last day on which a limit holds when nobody says otherwise.

    Rule: R240 — a dealer's limit holds half a year, any other a year, its first day included
    (S-038).

    >>> last_day(date(2026, 11, 20), is_dealer=True), last_day(date(2026, 8, 31), is_dealer=True)
    (datetime.date(2027, 5, 19), datetime.date(2027, 2, 27))
    >>> last_day(date(2026, 1, 1), is_dealer=False)
    datetime.date(2026, 12, 31)
    """
    month = Month.of(effective_on).plus(DEALER_MONTHS if is_dealer else MONTHS)
    same_day = month.first_on.replace(day=min(effective_on.day, month.last_on.day))
    return same_day - timedelta(days=1)


def check_limit(asked: AskedLimit, today: date) -> None:
    """
    Refuse a limit that makes no sense, whoever decides over it.

    Rule: R241 — a limit is never below nothing, begins today or within a year, ends after it
    begins and within three years, and insures no more than itself (S-038, SECURITY 2.3.5).
    Raises: limit.negative, limit.in_the_past, limit.too_far, limit.ends_before_it_begins,
    limit.too_long, limit.insured_beyond, limit.insures_nothing.

    >>> check_limit(AskedLimit(Money(0, "CNY"), date(2026, 1, 1), None), date(2026, 1, 1))
    """
    if asked.amount is not None and asked.amount.minor < 0:
        raise RuleBroken("limit.negative", field="amount")
    if asked.effective_on < today:
        raise RuleBroken("limit.in_the_past", field="effective_on", today=today)
    latest = today + timedelta(days=LATEST_BEGIN_DAYS)
    if asked.effective_on > latest:
        raise RuleBroken("limit.too_far", field="effective_on", latest=latest)
    if asked.valid_until is not None:
        _check_end(asked.effective_on, asked.valid_until)
    if asked.insured is not None:
        _check_insured(asked.amount, asked.insured)


def _check_end(effective_on: date, valid_until: date) -> None:
    if valid_until < effective_on:
        raise RuleBroken("limit.ends_before_it_begins", field="valid_until", first=effective_on)
    latest = effective_on + timedelta(days=LONGEST_DAYS)
    if valid_until > latest:
        raise RuleBroken("limit.too_long", field="valid_until", latest=latest)


def _check_insured(amount: Money | None, insured: Money) -> None:
    if insured.minor < 0:
        raise RuleBroken("limit.negative", field="insured")
    if amount is None or not amount.minor:
        raise RuleBroken("limit.insures_nothing", field="insured")
    if insured > amount:
        raise RuleBroken("limit.insured_beyond", field="insured", limit=amount)


def is_large(amount: Money | None, without_admin: Mapping[str, str]) -> bool:
    """
    Whether the admin decides over a limit, rather than another credit manager.

    Rule: R242 — above the policy's amount for its currency, in a currency that it does not name,
    and without a limit at all, the admin decides; a lower amount is decided by a second person
    (S-046).

    >>> is_large(Money(100_01, "EUR"), {"EUR": "100.00"}), is_large(None, {"EUR": "100.00"})
    (True, True)
    >>> is_large(Money(100_00, "EUR"), {"EUR": "100.00"}), is_large(Money(0, "JPY"), {})
    (False, False)
    """
    if amount is None:
        return True
    if not amount.minor:
        return False
    told = without_admin.get(amount.currency)
    return told is None or amount > Money.parse(told, amount.currency)


def doubts(asked: AskedLimit, known: LimitFacts) -> list[Doubt]:
    """
    What speaks against a limit, in the order of what matters most.

    Rule: R243 — a limit below the exposure, above the cap of the grade, without a review that
    holds, for a customer who is barred or frozen, past a later limit that is decided already, or
    that leaves days without one is not refused: whoever decides over it is told (S-042, UX S8).

    >>> low = AskedLimit(Money(50, "CNY"), date(2026, 3, 1), None)
    >>> [doubt.value for doubt in doubts(low, LimitFacts(Money(80, "CNY"), Money(40, "CNY")))]
    ['below_exposure', 'above_cap', 'no_review']
    """
    amount = asked.amount
    is_below = amount is not None and known.exposure is not None and amount < known.exposure
    is_above = known.cap is not None and (amount is None or amount > known.cap)
    reviewed = known.reviewed_until is not None and known.reviewed_until >= asked.effective_on
    ends = known.present_until
    said = {
        Doubt.BELOW_EXPOSURE: is_below,
        Doubt.EXPOSURE_UNKNOWN: amount is not None and known.exposure is None,
        Doubt.ABOVE_CAP: is_above,
        Doubt.FROZEN: known.is_barred,
        Doubt.NO_REVIEW: not reviewed,
        Doubt.OVERTAKEN: known.next_on is not None and known.next_on > asked.effective_on,
        Doubt.GAP: ends is not None and ends < asked.effective_on - timedelta(days=1),
    }
    return [doubt for doubt, is_so in said.items() if is_so]


def used_percent(used: Money, limit: Money) -> int | None:
    """
    How many whole per cent of a limit are used, rounded down; None of a limit of nothing.

    Rule: R244 — the used share of a limit is rounded down, so that it is never told to be reached
    before it is; of a limit of nothing there is no share (UX S2).

    >>> used_percent(Money(1_640_000_00, "CNY"), Money(2_000_000_00, "CNY"))
    82
    >>> (
    ...     used_percent(Money(99_99, "CNY"), Money(100_00, "CNY")),
    ...     used_percent(Money(1, "CNY"), Money(0, "CNY")),
    ... )
    (99, None)
    """
    if limit.minor <= 0:
        return None
    return int(Fraction(max(used.minor, 0) * 100, limit.minor))


class Use(StrEnum):
    """How a limit stands, from what presses most to what does not."""

    OVER = "over"
    EXPIRED = "expired"
    NEAR = "near"
    WITHIN = "within"
    PREPAYMENT = "prepayment"
    UNLIMITED = "unlimited"


def use_of(
    used: Money, asked: AskedLimit, on: date, watch_percent: int, *, prepays: bool = False
) -> Use:
    """
    How a limit stands on a day.

    Rule: R245 — what is over comes before what has expired, and that before what is near; past
    its last day a limit has expired, whatever is used; who prepays has nothing left of a limit,
    whatever it says (S-036, S-038, S-040).

    >>> half = AskedLimit(Money(100, "CNY"), date(2026, 1, 1), date(2026, 6, 30))
    >>> use_of(Money(91, "CNY"), half, date(2026, 6, 30), 90).value
    'near'
    >>> use_of(Money(10, "CNY"), half, date(2026, 7, 1), 90).value
    'expired'
    >>> use_of(Money(10, "CNY"), half, date(2026, 6, 30), 90, prepays=True).value
    'prepayment'
    """
    limit = asked.amount
    if limit is None:
        return Use.PREPAYMENT if prepays else Use.UNLIMITED
    found = usage(used, limit, watch_percent)
    if found == "over":
        return Use.OVER
    if asked.valid_until is not None and asked.valid_until < on:
        return Use.EXPIRED
    if prepays or not limit.minor:
        return Use.PREPAYMENT
    return Use.NEAR if found == "watch" else Use.WITHIN


def vital_few(amounts: Mapping[int, int], share_percent: int = 80) -> list[int]:
    """
    The fewest that together hold so many per cent of all, the largest first.

    Rule: R250 — the customers who hold 80 % of what is used in a currency are looked after first;
    what is below nothing counts as nothing, and of equals the first one counts (S-049).

    >>> vital_few({1: 50, 2: 10, 3: 35, 4: 5})
    [1, 3]
    >>> vital_few({1: -5})
    []
    """
    held = {key: amount for key, amount in amounts.items() if amount > 0}
    wanted = sum(held.values()) * share_percent
    found: list[int] = []
    reached = 0
    for key, amount in sorted(held.items(), key=lambda each: (-each[1], each[0])):
        if reached * 100 >= wanted:
            break
        found.append(key)
        reached += amount
    return found
