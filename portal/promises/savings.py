"""What paying an amount by a day would mean: which discounts are kept, and how late it would be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from portal.base.work import Reader
from portal.core.discount import discount_earned
from portal.core.money import Money
from portal.core.terms import Discount
from portal.interest.queries import interest_on
from portal.invoices.early_payment import Offer, list_offers
from portal.promises.promisable import PromisableRow


@dataclass(frozen=True, slots=True)
class Kept:
    """A discount that the payment would keep, or could if it came earlier or were larger."""

    number: str
    save: Money
    pay: Money
    until: dt.date


@dataclass(frozen=True, slots=True)
class Effect:
    """What a payment on a day would come to."""

    kept: tuple[Kept, ...]
    missed: tuple[Kept, ...]
    #: The most days that one of the items would be late; 0 where none would.
    days_late: int
    #: The late interest that the items bear by then, beside what is paid; nothing where none is.
    interest: Money

    @property
    def saved(self) -> Money | None:
        """All that is saved."""
        if not self.kept:
            return None
        return Money.total((each.save for each in self.kept), self.kept[0].save.currency)


def effect_of(
    r: Reader,
    account: tuple[int, str],
    items: Iterable[tuple[PromisableRow, Money]],
    day: dt.date,
) -> Effect:
    """What paying these amounts by a day saves, from the discounts on offer today."""
    chosen = list(items)
    offers = {offer.ref: offer.offer for offer in list_offers(r)}
    asked = [(row, amount, offers[row.ref]) for row, amount in chosen if row.ref in offers]
    kept = tuple(_kept(row, offer) for row, amount, offer in asked if _earns(offer, amount, day))
    numbers = {each.number for each in kept}
    missed = [_kept(row, offer) for row, _, offer in asked if row.number not in numbers]
    late = [(day - row.due_on).days for row, _ in chosen if row.due_on]
    keys = [(row.entry_id, row.part) for row, _ in chosen]
    return Effect(kept, tuple(missed), max([0, *late]), interest_on(r, account, keys, day))


def _earns(offer: Offer, amount: Money, day: dt.date) -> bool:
    """Paying what the offer asks for, or all of it, closes the item with its discount."""
    if day > offer.until:
        return False
    whole = offer.pay + offer.save
    terms = Discount(until=offer.until, amount=offer.save)
    return amount >= whole or bool(discount_earned(terms, whole, amount, day).minor)


def _kept(row: PromisableRow, offer: Offer) -> Kept:
    return Kept(row.number, offer.save, offer.pay, offer.until)
