"""
Disputes: their states and moves, when an answer is due, and what of an open item is disputed.

Reasons and root causes are data of the policy; here stand the shipped ones and what a list of them
has to look like. Nothing is posted: a credit note that follows from a decision is a document of its
own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.workdays import Calendar

REOPEN_WITHIN_DAYS = 14
LONGEST_TEXT = 4000
_SHORTEST_NAME, _LONGEST_NAME = 2, 40
_LONGEST_ANSWER_WORKDAYS = 60


class State(StrEnum):
    """Where a dispute stands."""

    RECEIVED = "received"
    CHECKING = "checking"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who makes a move: the customer, or the house (its people and its daily run)."""

    CUSTOMER = "customer"
    HOUSE = "house"


class Act(StrEnum):
    """What is done to a dispute."""

    TAKE = "take"
    DECIDE = "decide"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    SAY_AGAIN = "say_again"


#: The states in which the house still owes an answer.
OPEN = frozenset({State.RECEIVED, State.CHECKING})
_EITHER = frozenset(Side)
_CUSTOMER, _HOUSE = frozenset({Side.CUSTOMER}), frozenset({Side.HOUSE})

# Each act: the states it may be done in, the state it leads to, and who may do it.
MOVES: dict[Act, tuple[frozenset[State], State, frozenset[Side]]] = {
    Act.TAKE: (frozenset({State.RECEIVED}), State.CHECKING, _HOUSE),
    Act.DECIDE: (OPEN, State.DECIDED, _HOUSE),
    Act.CLOSE: (frozenset({State.DECIDED}), State.CLOSED, _HOUSE),
    Act.REOPEN: (frozenset({State.DECIDED, State.CLOSED}), State.CHECKING, _EITHER),
    Act.WITHDRAW: (OPEN, State.WITHDRAWN, _CUSTOMER),
    # A signature on the same statement, given anew, says the same difference anew.
    Act.SAY_AGAIN: (frozenset({State.WITHDRAWN}), State.RECEIVED, _CUSTOMER),
}


def may(state: State, act: Act, side: Side) -> bool:
    """
    Whether a side may do an act to a dispute in a state, whatever the day.

    >>> may(State.CHECKING, Act.WITHDRAW, Side.CUSTOMER)
    True
    >>> may(State.CHECKING, Act.WITHDRAW, Side.HOUSE)
    False
    """
    states, _to, sides = MOVES[act]
    return state in states and side in sides


def after(state: State, act: Act, side: Side) -> State:
    """
    The state that an act of a side leads to.

    Rule: R120 — a dispute is received, checked, decided, closed, or withdrawn by its customer while
    no answer was given; only the house decides, and a decision is only changed after the dispute
    was opened again (SECURITY 4.27, UX C13).
    Raises: dispute.not_in_this_state.

    >>> after(State.RECEIVED, Act.DECIDE, Side.HOUSE).value
    'decided'
    """
    if not may(state, act, side):
        raise RuleBroken("dispute.not_in_this_state", state=state.value, act=act.value)
    return MOVES[act][1]


def reopen_until(decided_on: date, within_days: int = REOPEN_WITHIN_DAYS) -> date:
    """
    The last day on which the customer may open a decided dispute again.

    Rule: R121 — a customer opens a dispute again within 14 days of the decision, the 14th included,
    whether it was closed since or not; the house may at any time (UX C13).

    >>> reopen_until(date(2026, 11, 2))
    datetime.date(2026, 11, 16)
    """
    return decided_on + timedelta(days=within_days)


def check_reopening(
    decided_on: date, on: date, side: Side, within_days: int = REOPEN_WITHIN_DAYS
) -> None:
    """
    Refuse a customer who opens a dispute again too late.

    Raises: dispute.reopened_too_late.

    >>> check_reopening(date(2026, 11, 2), date(2026, 11, 16), Side.CUSTOMER)
    """
    until = reopen_until(decided_on, within_days)
    if side is Side.CUSTOMER and on > until:
        raise RuleBroken("dispute.reopened_too_late", until=until)


# ── Reasons and root causes ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reason:
    """A dispute reason or root cause of the policy; without titles it is a shipped one's name."""

    name: str
    #: Its words by language; empty: the shipped ones of the catalogue.
    titles: Mapping[str, str] = field(default_factory=dict)
    #: Its own time for an answer; None: that of all.
    answer_within_workdays: int | None = None


#: The usual ones; what differs from the contract (S-121); the causes of mismatch (S-083).
REASONS = (
    "price",
    "quantity",
    "quality",
    "not_delivered",
    "duplicate",
    "already_paid",
    "wrong_branch",
    "missing_order",
    "tax",
    "terms",
    "contract_content",
    "contract_amount",
    "contract_date",
    "many_products",
    "terms_per_product",
    "returns",
    "payment_not_matched",
    "netting",
    "other",
)
#: Why it came to it, as the house finds: the causes of S-083 first.
ROOT_CAUSES = (
    "many_products",
    "terms_per_product",
    "returns",
    "payment_not_matched",
    "netting",
    "price_master",
    "contract_not_followed",
    "delivery",
    "quality",
    "invoicing",
    "bookkeeping",
    "timing",
    "customer_error",
    "other",
)
_KNOWN_KEYS = frozenset({"name", "titles", "answer_within_workdays"})


def read_reasons(rows: Sequence[Mapping[str, Any]]) -> dict[str, Reason]:
    """
    The reasons of a policy's list by their names, in its order.

    Raises: policy.reason_malformed, policy.reason_twice, policy.deadline_out_of_reach.

    >>> list(read_reasons([{"name": "price"}, {"name": "packing", "titles": {"en": "Packing"}}]))
    ['price', 'packing']
    """
    found: dict[str, Reason] = {}
    for row in rows:
        reason = _reason(row)
        if reason.name in found:
            raise RuleBroken("policy.reason_twice", name=reason.name)
        found[reason.name] = reason
    return found


def _reason(row: Mapping[str, Any]) -> Reason:
    name, days = row.get("name"), row.get("answer_within_workdays")
    is_name = isinstance(name, str) and _SHORTEST_NAME <= len(name) <= _LONGEST_NAME
    if not is_name or not str(name).isidentifier() or set(row) - _KNOWN_KEYS:
        raise RuleBroken("policy.reason_malformed", name=name)
    if days is not None and not 1 <= days <= _LONGEST_ANSWER_WORKDAYS:
        raise RuleBroken("policy.deadline_out_of_reach", name=name)
    return Reason(str(name), dict(row.get("titles", {})), days)


def answer_by(raised_on: date, within_workdays: int, calendar: Calendar) -> date:
    """
    The day by which the house answers.

    Rule: R122 — an answer is due within 10 workdays of the day it was raised, or within those of
    its reason; a dispute opened again is given as long anew (UX C13, S-124).

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> answer_by(date(2026, 11, 4), 10, MONDAY_TO_FRIDAY)
    datetime.date(2026, 11, 18)
    """
    return calendar.add_workdays(raised_on, within_workdays)


# ── What is disputed, and what is not ────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A due part as of a day: what is open of it, and what of that is disputed already."""

    part: int
    due_on: date | None
    open_minor: int
    disputed_minor: int = 0

    @property
    def undisputed_minor(self) -> int:
        """What of it stays due, and can still be disputed."""
        return undisputed_of(self.open_minor, self.disputed_minor)


def disputed_of(open_minor: int, marks: Iterable[int | None]) -> int:
    """
    What of an open amount is disputed, by all its running marks together; None is the whole of it.

    Rule: R123 — disputed + undisputed = open, and neither is ever negative: what several disputes
    say of one part adds up, never above what is open of it (S-124, SECURITY 4.33).

    >>> disputed_of(10000, [3000, 2000]), disputed_of(4000, [3000, 2000]), disputed_of(700, [None])
    (5000, 4000, 700)
    """
    said = list(marks)
    whole = max(open_minor, 0)
    if None in said:
        return whole
    return min(sum(mark for mark in said if mark is not None), whole)


def undisputed_of(open_minor: int, disputed_minor: int) -> int:
    """
    What of an open amount stays due although the rest is disputed.

    >>> undisputed_of(10000, 3000)
    7000
    """
    return max(open_minor, 0) - disputed_minor


def spread(amount_minor: int, parts: Iterable[OpenPart]) -> dict[int, int]:
    """
    What of a disputed amount goes to which part.

    Rule: R124 — a dispute takes the parts that are due first, undated ones last, and of each only
    what nobody disputes yet; more than that is refused (S-121, SECURITY 4.33).
    Raises: dispute.amount_missing, dispute.disputed_already, dispute.amount_too_large.

    >>> parts = [OpenPart(2, date(2026, 6, 1), 5000), OpenPart(1, date(2026, 5, 1), 3000, 1000)]
    >>> spread(4000, parts)
    {1: 2000, 2: 2000}
    """
    in_order = sorted(parts, key=lambda part: (part.due_on or date.max, part.part))
    most = sum(part.undisputed_minor for part in in_order)
    if amount_minor <= 0:
        raise RuleBroken("dispute.amount_missing", field="amount")
    if not most:
        raise RuleBroken("dispute.disputed_already", field="amount")
    if amount_minor > most:
        raise RuleBroken("dispute.amount_too_large", field="amount", most_minor=most)
    return as_far_as_free(amount_minor, in_order)


def as_far_as_free(amount_minor: int, in_order: Iterable[OpenPart]) -> dict[int, int]:
    """
    What of an amount finds room in parts, in their order; the rest of it finds none.

    >>> as_far_as_free(9000, [OpenPart(1, None, 3000, 1000), OpenPart(2, None, 0)])
    {1: 2000}
    """
    taken: dict[int, int] = {}
    for part in in_order:
        share = min(amount_minor, part.undisputed_minor)
        if share > 0:
            taken[part.part] = share
            amount_minor -= share
    return taken


# ── What the house decides ───────────────────────────────────────────────────


class Verdict(StrEnum):
    """What the house decides on a dispute."""

    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    REJECT = "reject"


class Settlement(StrEnum):
    """How an accepted amount is settled (S-125)."""

    CREDIT_NOTE = "credit_note"
    DISCOUNT = "discount"
    TAKE_BACK_GOODS = "take_back_goods"
    COLLATERAL = "collateral"
    LEGAL = "legal"
    PRESERVATION = "preservation"
    #: The customer is right, and nothing is owed less for it: a date, a name, a version.
    CORRECTION = "correction"

    @property
    def lowers_the_claim(self) -> bool:
        """Whether a credit note follows: the customer owes that much less."""
        return self in _CREDITED


_CREDITED = frozenset({Settlement.CREDIT_NOTE, Settlement.DISCOUNT, Settlement.TAKE_BACK_GOODS})


def check_decision(amount_minor: int, verdict: Verdict, accepted_minor: int) -> None:
    """
    Refuse a decision whose amount is not what its verdict says.

    Raises: dispute.accepted_unfit.

    >>> check_decision(10000, Verdict.ACCEPT_PART, 4000)
    """
    fits = {
        Verdict.ACCEPT: accepted_minor == amount_minor,
        Verdict.ACCEPT_PART: 0 < accepted_minor < amount_minor,
        Verdict.REJECT: accepted_minor == 0,
    }
    if not fits[verdict]:
        raise RuleBroken("dispute.accepted_unfit", field="accepted", most_minor=amount_minor)


def held_back(state: State, amount_minor: int, accepted_minor: int = 0) -> int:
    """
    How much of a dispute's amount is neither chased nor due.

    `accepted_minor` is what was accepted and waits for its credit note; once that is posted, it is
    nothing.

    Rule: R125 — while a dispute waits for its answer its whole amount is held back; decided, only
    what was accepted is, until its credit note is posted: what was rejected is due again from the
    day of the decision, what was withdrawn from that of the withdrawal (SECURITY 4.33, S-125).

    >>> held_back(State.CHECKING, 10000), held_back(State.DECIDED, 10000, accepted_minor=4000)
    (10000, 4000)
    """
    if state in OPEN:
        return amount_minor
    return 0 if state is State.WITHDRAWN else min(accepted_minor, amount_minor)
