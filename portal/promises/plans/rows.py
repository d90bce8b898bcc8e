"""The frozen rows that pages, mails and letters read of instalment plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.instalment import Instalment, Standing, State
from portal.core.money import Money

#: Where the talk is, as long as it goes on.
TALKING = ("with_supplier", "countered", "approved")
#: As long as an offer can be made.
OPEN = ("draft", *TALKING)
#: An agreed plan that still stands for something, or one that may come of the talk.
LIVE = (*TALKING, "agreed")


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: A state as people read it (names.STATES), or `ours`: those that wait for the house.
    state: str = ""
    #: Part of a customer's name or code, or the plan's number.
    text: str = ""
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True, slots=True)
class Signed:
    """That one side signed an offer."""

    side: str
    name: str
    at: dt.datetime
    user_id: int
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A schedule that one side offered, with the interest of each instalment."""

    id: int
    nth: int
    side: str
    rows: tuple[Instalment, ...]
    interest: tuple[Money, ...]
    interest_bp: int
    penalty_bp: int
    reason: str
    note: str
    user_id: int
    who: str
    at: dt.datetime
    signed: tuple[Signed, ...] = ()

    @property
    def total(self) -> Money:
        """The debt itself."""
        return Money.total((row.amount for row in self.rows), self.rows[0].amount.currency)

    @property
    def interest_total(self) -> Money:
        """What comes on top of it."""
        return Money.total(self.interest, self.rows[0].amount.currency)

    @property
    def first_on(self) -> dt.date:
        """When the first instalment falls due."""
        return self.rows[0].due_on

    @property
    def last_on(self) -> dt.date:
        """When the last one does."""
        return self.rows[-1].due_on

    def signature(self, side: str) -> Signed | None:
        """That side's signature; None while there is none."""
        return next((each for each in self.signed if each.side == side), None)


@dataclass(frozen=True, slots=True)
class Item:
    """A due part that a plan covers."""

    entry_id: int
    ref: str
    #: The kind of document: only invoices have a page of their own.
    kind: str
    number: str
    part: int
    due_on: dt.date | None
    amount: Money
    #: What is open and not disputed of it now.
    free: Money

    @property
    def has_changed(self) -> bool:
        """Whether less is left of it than the plan counts on."""
        return self.free < self.amount


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as lists show it, as of the reader's day."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    total: Money
    #: draft | with_supplier | countered | approved | agreed | refused | withdrawn | ended
    stored: str
    offer: Offer
    made_at: dt.datetime
    agreed_on: dt.date | None
    ended_on: dt.date | None
    row_version: int
    #: What became of it once both had signed.
    standing: Standing | None

    @property
    def number(self) -> str:
        """The number that people read."""
        return number_of(self.id)

    @property
    def state(self) -> str:
        """Its state as people read it: what was agreed is agreed, active, broken or done."""
        if self.stored != "agreed" or self.standing is None:
            return self.stored
        is_untouched = not any(met.pieces for met in self.standing.each)
        if self.standing.state is State.ACTIVE and is_untouched:
            return "agreed"
        return self.standing.state.value

    @property
    def waits_for(self) -> str:
        """Whose turn it is while they talk: customer, house, or nobody's."""
        if self.stored == "with_supplier":
            return "house"
        if self.stored == "countered":
            return "customer"
        if self.stored == "approved":
            return "customer" if self.offer.signature("customer") is None else "house"
        return ""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One page of a list of plans."""

    rows: list[PlanRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The newest request for a second person's approval of a plan."""

    state: str
    asked_at: dt.datetime
    who: str
    comment: str


@dataclass(frozen=True)
class PlanView:
    """One plan with everything that its page shows; the newest offer last."""

    row: PlanRow
    offers: list[Offer]
    items: list[Item]
    asked: Asked | None
    #: Of the newest offer: what is signed, and what an approval stands on.
    sha256: str

    @property
    def changed(self) -> list[Item]:
        """The items of which less is left than a plan that is talked about counts on."""
        return [item for item in self.items if self.row.stored in OPEN and item.has_changed]

    @property
    def before(self) -> Offer | None:
        """The offer before the newest one, for telling what changed."""
        return self.offers[-2] if len(self.offers) > 1 else None


def number_of(plan_id: int) -> str:
    """
    The number that people read.

    >>> number_of(4)
    'PLN-4'
    """
    return f"PLN-{plan_id}"
