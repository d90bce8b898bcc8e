"""What demo_company.toml tells: the company, its people, its customers and what was agreed."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from portal.base.config import HERE


@cache
def company_file() -> dict[str, Any]:
    """What demo_company.toml tells."""
    return tomllib.loads((HERE / "demo_company.toml").read_text("utf-8"))


def first_of_month(on: dt.date, months_ago: int) -> dt.date:
    """The first day of the month so many months before."""
    index = on.year * 12 + on.month - 1 - months_ago
    return dt.date(index // 12, index % 12 + 1, 1)


class Dice:
    """Figures that look thrown and are computed."""

    def __init__(self, *words: object) -> None:
        self._seed = "/".join(str(word) for word in words)
        self._throws = 0

    def below(self, bound: int) -> int:
        """A number from 0 to bound − 1."""
        self._throws += 1
        digest = hashlib.blake2b(f"{self._seed}#{self._throws}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % bound


@dataclass(frozen=True)
class Deal:
    """A contract as its file tells it; its days follow from the day on which the books end."""

    code: str
    customer: str
    terms: str
    starts_months_ago: int
    #: Where it ends: so many days after the books, or before them.
    ends_after_days: int | None = None
    method: str = ""
    late_rate: str = ""
    liability: str = ""
    #: Whether invoices name it, and cost what its list says.
    is_named: bool = False
    is_listed: bool = False

    def starts_on(self, on: dt.date) -> dt.date:
        return first_of_month(on, self.starts_months_ago)

    def ends_on(self, on: dt.date) -> dt.date | None:
        if self.ends_after_days is None:
            return None
        return on + dt.timedelta(days=self.ends_after_days)


@cache
def deals() -> list[Deal]:
    """The contracts."""
    return [Deal(**told) for told in company_file()["contract"]]


def deal_of(code: str, issued: dt.date, on: dt.date) -> Deal | None:
    """The contract that an invoice of a customer names."""
    named = (deal for deal in deals() if deal.customer == code and deal.is_named)
    return next((deal for deal in named if deal.starts_on(on) <= issued), None)


def list_name() -> str:
    """The name of the price list."""
    return str(company_file()["price_list"]["name"])


def list_prices() -> dict[str, Decimal]:
    """What each product costs on the price list."""
    return {code: Decimal(price) for code, price in company_file()["price_list"]["prices"].items()}
