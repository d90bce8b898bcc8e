"""Contracts as they read on the days of many invoices: first agreed, amended, with the prices."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.contract_check import Agreed, Price, prices_on
from portal.core.errors import RuleBroken
from portal.core.named_terms import NamedTerms
from portal.core.terms_in_force import Amendment, agreed_on, notation_of
from portal.invoices.terms_of import TermsBook, load_versions
from portal.tables.contracts import Contract, ContractAmendment
from portal.tables.contracts import Price as PriceRow

#: What of a contract an amendment can change, and the check reads.
FIRST = ("ends_on", "currency", "payment_terms", "late_interest_rate", "price_list")


@dataclass
class Agreements:
    """What is kept of some contracts, read once for all invoices of a batch."""

    r: Reader
    contracts: dict[str, Contract] = field(default_factory=dict)
    amendments: dict[int, list[Amendment]] = field(default_factory=dict)
    prices: dict[tuple[str, str], list[tuple[str, dt.date, Price]]] = field(default_factory=dict)
    _book: TermsBook | None = None
    _known: set[str] = field(default_factory=set)

    def know(self, codes: Iterable[str]) -> None:
        """Reads the contracts with these numbers that were not asked for before."""
        fresh = sorted(set(codes) - self._known)
        self._known.update(fresh)
        if not fresh:
            return
        found = self.r.session.scalars(select(Contract).where(Contract.code.in_(fresh))).all()
        self.contracts |= {each.code: each for each in found}
        self.amendments |= amendments_in_force(self.r, [each.id for each in found])

    def know_prices(self, lists: Iterable[str], products: Iterable[str]) -> None:
        """Reads what these products cost on these lists, in place of what was read before."""
        self.prices = {}
        wanted = (
            PriceRow.price_list.in_(sorted(lists)),
            PriceRow.product_code.in_(sorted(products)),
        )
        for row in self.r.session.scalars(select(PriceRow).where(*wanted)):
            price = Price(row.unit_price, row.unit or "")
            of_list = self.prices.setdefault((row.price_list, row.currency), [])
            of_list.append((row.product_code, row.from_on, price))

    def terms_on(self, text: str, on: dt.date) -> str:
        """The notation that a contract's terms mean on a day; empty where they mean nothing."""
        try:
            return notation_of(text, self._named_on(on)) if text else ""
        except RuleBroken:
            return ""

    def read(self, code: str, currency: str, on: dt.date) -> Agreed | None:
        """A contract as it reads on a day, with the prices of its list in a currency."""
        contract = self.contracts.get(code)
        if contract is None:
            return None
        said = values_on(contract, self.amendments.get(contract.id, ()), on)
        listed = str(said["price_list"] or "")
        return Agreed(
            number=code,
            starts_on=contract.starts_on,
            ends_on=said["ends_on"],
            currency=str(said["currency"] or ""),
            terms=self.terms_on(str(said["payment_terms"] or ""), on),
            price_list=listed,
            prices=prices_on(self.prices.get((listed, currency), ()), on),
        )

    def lists_on(self, code: str, on: dt.date) -> str:
        """The price list of a contract on a day; empty where it has none."""
        contract = self.contracts.get(code)
        if contract is None:
            return ""
        said = values_on(contract, self.amendments.get(contract.id, ()), on)
        return str(said["price_list"] or "")

    def _named_on(self, on: dt.date) -> Mapping[str, NamedTerms]:
        """The terms that have a name on a day: the same that invoices of the day are dated by."""
        if self._book is None:
            self._book = TermsBook(load_versions(self.r.session), {})
        return self._book.named_on(on.isoformat())


def amendments_in_force(r: Reader, contract_ids: Iterable[int]) -> dict[int, list[Amendment]]:
    """The amendments in force of some contracts, in the order of their days."""
    found: dict[int, list[Amendment]] = {}
    rows = select(ContractAmendment).where(
        ContractAmendment.contract_id.in_(list(contract_ids)),
        ContractAmendment.state == "in_force",
    )
    ordered = rows.order_by(ContractAmendment.effective_on, ContractAmendment.id)
    for row in r.session.scalars(ordered):
        made = Amendment(row.id, row.effective_on, json.loads(row.changes))
        found.setdefault(row.contract_id, []).append(made)
    return found


def first_values(contract: Contract, names: Iterable[str] = FIRST) -> dict[str, Any]:
    """What a contract said as it was first agreed."""
    return {name: getattr(contract, name) for name in names}


def values_on(
    contract: Contract,
    amendments: Iterable[Amendment],
    on: dt.date,
    names: Iterable[str] = FIRST,
) -> dict[str, Any]:
    """What a contract says on a day, in the types of its columns."""
    told = agreed_on(first_values(contract, names), amendments, on)
    return {name: typed(name, each.value) for name, each in told.items()}


def typed(name: str, value: Any) -> Any:
    """What an amendment's text says, as the column has it."""
    if value in (None, ""):
        return None
    if name == "ends_on" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    if name == "late_interest_rate" and not isinstance(value, Decimal):
        return Decimal(str(value))
    return value
