"""A price list is taken in: what is new is added, what is known is put right, nothing goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.work import Work
from portal.contracts.checking import check_list
from portal.contracts.prices.reading import PricedProduct
from portal.core.errors import RuleBroken
from portal.tables.contracts import Price

LONGEST_NAME = 200
#: What an address cannot name: the page of a new list, and the places that dots stand for.
NOT_NAMES = frozenset({"new", ".", ".."})


@dataclass(frozen=True)
class KeepPrices:
    """Rows of a price list; those of other products and days stay as they are."""

    name: str
    rows: Sequence[PricedProduct]


@dataclass(frozen=True)
class KeptPrices:
    """How many rows were added, put right, and were so already."""

    added: int
    updated: int
    unchanged: int


def keep_prices(w: Work, c: KeepPrices) -> KeptPrices:
    """
    What became of the rows; invoices of contracts with this list are compared anew.

    Raises: price.name.
    """
    w.require(Permission.CONTRACT_KEEP)
    name = check_name(c.name)
    standing = {
        (row.product_code, row.currency, row.from_on): row
        for row in w.session.scalars(select(Price).where(Price.price_list == name))
    }
    added = updated = 0
    for each in c.rows:
        before = standing.get((each.product, each.currency, each.from_on))
        if before is None:
            w.session.add(_row(name, each))
            added += 1
        elif (before.unit_price, before.unit or "") != (each.unit_price, each.unit):
            before.unit_price, before.unit = each.unit_price, each.unit or None
            updated += 1
    w.session.flush()
    if added or updated:
        w.audit("price_list.kept", f"price_list/{name}", added=added, updated=updated)
        check_list(w, name)
    return KeptPrices(added, updated, len(c.rows) - added - updated)


def check_name(name: str) -> str:
    """A price list's name as it is kept. Raises: price.name."""
    plain = name.strip()
    is_name = plain and "/" not in plain and plain not in NOT_NAMES
    if not is_name or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise RuleBroken("price.name", field="name", longest=LONGEST_NAME)
    return plain


def _row(name: str, each: PricedProduct) -> Price:
    return Price(
        price_list=name,
        product_code=each.product,
        currency=each.currency,
        from_on=each.from_on,
        unit=each.unit or None,
        unit_price=each.unit_price,
    )
