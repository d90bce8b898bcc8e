"""
May this be shipped: allow, hold or refuse, with every reason against it and the figures.

It decides on what it is told; who may let a held order pass all the same is another question.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.exposure import Exposure, Pair, Part, Rate, converted, rate_between
from portal.core.lots import LotRule, Purchases, too_large
from portal.core.money import Money
from portal.core.review import EXEMPT

#: What bars every shipment; money in hand does not lift it.
BARS = frozenset({"blacklisted", "frozen"})
#: Where the policy says nothing else.
USUAL_LOTS = LotRule()


class Verdict(StrEnum):
    """The answer; the later one in this order wins."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


#: The code of a reason → what it comes to.
REASONS = {
    "blacklisted": Verdict.REFUSE,
    "frozen": Verdict.REFUSE,
    "prepayment": Verdict.REFUSE,
    "missing_rate": Verdict.HOLD,
    "over_limit": Verdict.HOLD,
    "limit_expired": Verdict.HOLD,
    "review_overdue": Verdict.HOLD,
    "overdue": Verdict.HOLD,
    "large_lot_held": Verdict.HOLD,
    # Advice: it speaks against shipping at once, and changes nothing.
    "large_lot": Verdict.ALLOW,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks against shipping: a code, and the facts that its sentence names."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What it comes to by itself."""
        return REASONS[self.code]


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit that binds: the customer's own, or that of one above it."""

    #: Whose limit it is.
    customer: str
    #: Of that customer and all below it, in the currency of the limit.
    exposure: Exposure
    #: None: none is set.
    limit: Money | None = None
    #: The last day on which the limit holds.
    valid_until: date | None = None
    #: Prepayment only, whatever the limit says.
    prepays: bool = False


@dataclass(frozen=True, slots=True)
class Overdue:
    """The oldest item that is late, undisputed: its number, and since when it is due."""

    number: str
    due_on: date


@dataclass(frozen=True)
class Asked:
    """What is asked, and all that the answer stands on."""

    #: What would be added: of a named order only what neither invoice nor delivery counts yet.
    amount: Money
    on: date
    #: The customer's own first, then those above it; at least one.
    bounds: tuple[Bound, ...]
    rates: tuple[Rate, ...] = ()
    #: The kinds of standing of the customer; of those above it only what bars.
    standing: Collection[str] = ()
    review_due_on: date | None = None
    overdue: Overdue | None = None
    #: More days overdue than these hold every order; None: none do.
    hold_overdue_days: int | None = None
    #: What the customer usually buys; None: nobody asks for small lots.
    purchases: Purchases | None = None
    lots: LotRule = USUAL_LOTS
    #: It was allowed before, and has been counted since.
    was_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with its reasons and the figures of the limit that binds most."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    #: The currency of the limit, else the customer's.
    currency: str
    #: Before the amount that is asked for; None: a rate is missing.
    exposure: Money | None
    #: None: none is set.
    limit: Money | None
    #: What is asked for, in the same currency; None: its rate is missing.
    amount: Money | None
    #: The limit that binds most, and what counts in it.
    bound: Bound

    @property
    def available(self) -> Money | None:
        """What is left of the limit before the amount; below nothing where it is exceeded."""
        if self.limit is None or self.exposure is None:
            return None
        return self.limit - self.exposure


def decide(asked: Asked) -> Decision:
    """
    Whether it may be shipped.

    Rule: R180 — refused where the customer is blacklisted, frozen or prepays without cover; held
    where a limit, its validity, a review, an overdue item or a missing rate speaks against it; else
    allowed (RULES 2 'exposure', S-011, S-039, S-040, S-041).
    Rule: R186 — an order that was allowed stays so whatever the limit becomes, for it is counted
    already; only a bar stops it (tryton sale_credit_limit, S-041).

    >>> limit, open_ = Money(100000, "EUR"), {(Part.OPEN, "EUR"): 80000}
    >>> from portal.core.exposure import expose
    >>> day = date(2026, 3, 1)
    >>> bound = Bound("C1", expose(open_, "EUR", [], day), limit)
    >>> answers = [decide(Asked(Money(cents, "EUR"), day, (bound,))) for cents in (20000, 20001)]
    >>> [(each.verdict.value, each.available.major()) for each in answers]
    [('allow', '200.00'), ('hold', '200.00')]
    >>> answers[1].reasons[0].facts["over"].major()
    '0.01'
    """
    reasons = [Reason(kind) for kind in sorted(BARS & set(asked.standing))]
    if not asked.was_allowed:
        for bound in asked.bounds:
            reasons += _against_bound(asked, bound)
        reasons += _against_customer(asked)
        reasons += _against_lot(asked)
    verdict = Verdict.ALLOW
    for wanted in (Verdict.HOLD, Verdict.REFUSE):
        if any(reason.verdict is wanted for reason in reasons):
            verdict = wanted
    binding = _binding(asked)
    return Decision(
        verdict,
        tuple(_once(reasons)),
        binding.exposure.currency,
        binding.exposure.total,
        _limit_of(binding),
        _amount_in(asked, binding.exposure.currency),
        binding,
    )


def _once(reasons: Iterable[Reason]) -> list[Reason]:
    """Each reason once, however many limits bind; the heaviest first."""
    told: list[Reason] = []
    for reason in reasons:
        if reason not in told:
            told.append(reason)
    return sorted(told, key=lambda reason: list(REASONS).index(reason.code))


def _against_bound(asked: Asked, bound: Bound) -> list[Reason]:
    """
    What one limit says against it.

    Rule: R179 — where a limit binds, an amount without a rate into its currency holds and names
    the pair (RULES 2 'exposure').
    Rule: R181 — no limit set is not limited; a limit of nothing is prepayment only; otherwise
    exposure and amount together stay within the limit, up to the last unit (INTERFACES 3 and 5).
    Rule: R184 — every limit on the way up binds: a child's exposure counts in its parent's
    (RULES 2 'exposure').
    """
    expired = []
    if bound.valid_until is not None and bound.valid_until < asked.on:
        facts = {"customer": bound.customer, "valid_until": bound.valid_until}
        expired = [Reason("limit_expired", facts)]
    if _limit_of(bound) is None:
        return expired
    amount = _amount_in(asked, bound.exposure.currency)
    missing = list(bound.exposure.missing)
    if amount is None:
        missing.append(Pair(asked.amount.currency, bound.exposure.currency))
    if missing:
        return expired + [_no_rate(pair) for pair in missing]
    exposure = bound.exposure.total
    assert exposure is not None
    assert amount is not None
    limit = _limit_of(bound)
    assert limit is not None
    if not limit.minor:
        return expired + _against_prepaying(bound, exposure, amount)
    over = exposure + amount - limit
    if over.minor <= 0:
        return expired
    facts = {"customer": bound.customer, "over": over, "limit": limit, "exposure": exposure}
    return [*expired, Reason("over_limit", facts)]


def _against_prepaying(bound: Bound, exposure: Money, amount: Money) -> list[Reason]:
    """
    What is missing of a prepayment.

    Rule: R185 — who prepays is allowed what unapplied money covers that no order or delivery has
    taken yet, or what leaves them owing nothing; anything else is refused (S-036, S-039).

    >>> from portal.core.exposure import expose
    >>> held = {(Part.MONEY, "EUR"): 10000, (Part.ORDERS, "EUR"): 4000, (Part.OPEN, "EUR"): 90000}
    >>> bound = Bound("C1", expose(held, "EUR", [], date(2026, 3, 1)), Money(0, "EUR"))
    >>> [
    ...     _against_prepaying(bound, bound.exposure.total, Money(cents, "EUR")) == []
    ...     for cents in (6000, 6001)
    ... ]
    [True, False]
    """
    taken = bound.exposure.of(Part.ORDERS, Part.DELIVERED)
    free = -bound.exposure.of(Part.MONEY) - taken
    nothing = Money.zero(exposure.currency)
    if amount <= free or exposure + amount <= nothing:
        return []
    facts = {"customer": bound.customer, "missing": amount - max(free, nothing)}
    return [Reason("prepayment", facts)]


def _against_customer(asked: Asked) -> list[Reason]:
    """
    What the customer's own history says against it.

    Rule: R182 — a limit past its last day and a review past its day hold; who is exempt from being
    looked into is not held for a review (S-012, S-026, S-038).
    Rule: R183 — an undisputed item that is more days overdue than the grade allows, or without a
    grade the policy, holds every order (RULES 1 'credit hold').
    """
    reasons = []
    is_exempt = bool(EXEMPT & set(asked.standing))
    if asked.review_due_on is not None and asked.review_due_on < asked.on and not is_exempt:
        reasons.append(Reason("review_overdue", {"due_on": asked.review_due_on}))
    if asked.overdue is not None and asked.hold_overdue_days is not None:
        days = (asked.on - asked.overdue.due_on).days
        if days > asked.hold_overdue_days:
            facts = {
                "number": asked.overdue.number,
                "days": days,
                "threshold": asked.hold_overdue_days,
            }
            reasons.append(Reason("overdue", facts))
    return reasons


def _against_lot(asked: Asked) -> list[Reason]:
    """What the size of the shipment says against it: advice, unless the policy holds it."""
    told = too_large(asked.amount, asked.purchases, asked.lots, asked.on)
    if told is None:
        return []
    facts = {
        "days": told.days,
        "most": asked.lots.most_days,
        "least": asked.lots.least_days,
        "lots": told.lots,
        "lot": told.lot,
    }
    return [Reason("large_lot_held" if asked.lots.holds else "large_lot", facts)]


def _limit_of(bound: Bound) -> Money | None:
    """The limit as it binds: who prepays has one of nothing."""
    return Money.zero(bound.exposure.currency) if bound.prepays else bound.limit


def _no_rate(pair: Pair) -> Reason:
    return Reason("missing_rate", {"pair": str(pair)})


def _amount_in(asked: Asked, currency: str) -> Money | None:
    rate = rate_between(asked.rates, Pair(asked.amount.currency, currency), asked.on)
    return None if rate is None else converted(asked.amount, currency, rate)


def _binding(asked: Asked) -> Bound:
    """The limit with the least left, or one that cannot be told; the nearest of equal ones."""
    binding = [bound for bound in asked.bounds if _limit_of(bound) is not None]
    return min(binding, key=lambda bound: _room(asked, bound), default=asked.bounds[0])


def _room(asked: Asked, bound: Bound) -> tuple[int, int]:
    """How much is left of a limit in the currency that is asked in: limits of two compare."""
    limit, exposure = _limit_of(bound), bound.exposure.total
    pair = Pair(bound.exposure.currency, asked.amount.currency)
    rate = rate_between(asked.rates, pair, asked.on)
    if limit is None or exposure is None or rate is None:
        return (0, 0)
    return (1, converted(limit - exposure, pair.to_currency, rate).minor)
