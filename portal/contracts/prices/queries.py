"""What pages read of price lists: all of them, and the prices of one on a day with what follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from portal.base.access import NotFound, Permission, allows
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.contract_check import plain
from portal.tables.contracts import Contract, Price

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class PriceListRow:
    """A price list as lists show it."""

    name: str
    products: int
    newest_on: dt.date
    contracts: int


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What a product costs on a day, and what it will."""

    product: str
    unit: str
    currency: str
    unit_price: str
    from_on: dt.date
    next_on: dt.date | None
    next_price: str


@dataclass(frozen=True, slots=True)
class PricePage:
    """One page of a price list on a day."""

    rows: list[PriceRow]
    page: int
    pages: int
    count: int


def list_price_lists(r: Reader) -> list[PriceListRow]:
    """The price lists by name, each with how many contracts begin with it."""
    _check_may_see(r)
    using = (
        select(Contract.price_list, func.count().label("contracts"))
        .group_by(Contract.price_list)
        .subquery()
    )
    columns: list[Any] = [
        *(Price.price_list, func.count(func.distinct(Price.product_code)).label("products")),
        *(func.max(Price.from_on).label("newest"), func.max(using.c.contracts).label("contracts")),
    ]
    rows: Select[Any] = select(*columns).outerjoin(using, using.c.price_list == Price.price_list)
    found = r.session.execute(rows.group_by(Price.price_list).order_by(Price.price_list))
    return [
        PriceListRow(each[0], each.products, each.newest, each.contracts or 0) for each in found
    ]


def get_price_list(r: Reader, name: str, on: dt.date, text: str = "", page: int = 1) -> PricePage:
    """The prices of a list on a day, the next ones beside them; `NotFound` if there is none."""
    _check_may_see(r)
    if r.session.scalar(select(Price.price_list).where(Price.price_list == name).limit(1)) is None:
        raise NotFound(name)
    asked = _on(name, on).where(*says(text, Price.product_code))
    count = r.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    page, pages = page_within(page, count, PER_PAGE)
    cut = asked.order_by(Price.product_code, Price.currency).limit(PER_PAGE)
    found = list(r.session.execute(cut.offset((page - 1) * PER_PAGE)))
    to_come = _to_come(r, name, on, [each.product_code for each in found])
    return PricePage([_row(each, to_come) for each in found], page, pages, count)


def _check_may_see(r: Reader) -> None:
    if not allows(r.actor, Permission.CONTRACT_VIEW):
        raise NotFound("price list")


def _on(name: str, on: dt.date) -> Select[Any]:
    """Each product's price in force on a day; one that is still to come, where it has none."""
    newest = (
        select(
            Price.product_code,
            Price.currency,
            func.coalesce(
                func.max(Price.from_on).filter(Price.from_on <= on), func.min(Price.from_on)
            ).label("from_on"),
        )
        .where(Price.price_list == name)
        .group_by(Price.product_code, Price.currency)
        .subquery()
    )
    same = and_(
        newest.c.product_code == Price.product_code,
        newest.c.currency == Price.currency,
        newest.c.from_on == Price.from_on,
    )
    columns: list[Any] = [
        *(Price.product_code, Price.unit, Price.currency, Price.unit_price, Price.from_on),
    ]
    rows: Select[Any] = select(*columns)
    return rows.join(newest, same).where(Price.price_list == name)


def _to_come(
    r: Reader, name: str, on: dt.date, products: list[str]
) -> dict[tuple[str, str], tuple[dt.date, str]]:
    """The next price of each product after a day."""
    rows = select(Price).where(
        Price.price_list == name, Price.from_on > on, Price.product_code.in_(products)
    )
    found: dict[tuple[str, str], tuple[dt.date, str]] = {}
    for row in r.session.scalars(rows.order_by(Price.from_on)):
        found.setdefault((row.product_code, row.currency), (row.from_on, plain(row.unit_price)))
    return found


def _row(found: Any, to_come: dict[tuple[str, str], tuple[dt.date, str]]) -> PriceRow:
    key = (found.product_code, found.currency)
    next_on, next_price = to_come.get(key, (None, ""))
    if next_on == found.from_on:  # it has no price yet
        next_on, next_price = None, ""
    return PriceRow(
        found.product_code,
        found.unit or "",
        found.currency,
        plain(found.unit_price),
        found.from_on,
        next_on,
        next_price,
    )
