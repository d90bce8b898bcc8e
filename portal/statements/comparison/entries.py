"""One row of a ledger as it is read: its day, number, amount and balance, or what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Words
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.core.money import exponent
from portal.statements.comparison.figures import amount_of, day_of, plain
from portal.statements.comparison.mapping import Mapping, cell_of
from portal.statements.comparison.titles import special_row

#: Other names of currencies than their codes.
CURRENCIES = {
    **dict.fromkeys(("RMB", "人民币", "人民币元", "元", "¥", "￥", "CNH"), "CNY"),
    **dict.fromkeys(("美元", "美金", "$", "US$"), "USD"),
    **dict.fromkeys(("欧元", "€", "EURO"), "EUR"),
    **dict.fromkeys(("港币", "港元", "HK$"), "HKD"),
    **dict.fromkeys(("日元", "円"), "JPY"),
    **dict.fromkeys(("英镑", "£"), "GBP"),
}
_CREDIT_SIDES = {"贷", "贷方", "c", "cr", "credit", "h", "haben", "k"}


class Unclear(Exception):  # noqa: N818 - it is the row's fault
    """A cell that cannot be read: of which field, its text, and the code of the sentence."""

    def __init__(self, name: str, value: str, code: str, **facts: object) -> None:
        super().__init__(code)
        self.name = name
        self.value = value
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: `amount_minor` is debit less credit; `special` names a balance or a total."""

    row: int
    on: dt.date | None
    number: str
    reference: str
    text: str
    amount_minor: int | None
    balance_minor: int | None
    special: str = ""


@dataclass
class EntryReader:
    """Reads rows by a mapping, all in one currency."""

    mapping: Mapping
    currency: str
    #: The currencies that were met besides, for the sentence.
    others: set[str] = field(default_factory=set)

    def read(self, row: int, cells: Sequence[str]) -> Entry | None:
        """
        The entry of a row, None for one that holds no amount and names no document.

        Raises `Unclear` for a row that holds something that cannot be read.
        """
        columns = self.mapping.columns
        number = cell_of(cells, columns.get("number"))
        special = "" if any(map(str.isdigit, number)) else special_row(cells)
        amount = self._amount(cells, columns)
        balance = self._balance(cells, columns)
        if not special and amount is None:
            self._refuse_unfinished(cells, number, balance)
            return None
        self._check_currency(cell_of(cells, columns.get("currency")))
        return Entry(
            row=row,
            on=None if special else self._day(cell_of(cells, columns.get("date"))),
            number=number,
            reference=cell_of(cells, columns.get("reference")),
            text=cell_of(cells, columns.get("text")),
            amount_minor=amount,
            balance_minor=balance,
            special=special,
        )

    def _refuse_unfinished(self, cells: Sequence[str], number: str, balance: int | None) -> None:
        day = cell_of(cells, self.mapping.columns.get("date"))
        if day and any(map(str.isdigit, number)) and balance is None:
            raise Unclear("amount", "", "own_ledger.amount_missing")

    def _check_currency(self, cell: str) -> None:
        code = plain(cell).upper()
        if code and CURRENCIES.get(code, code) != self.currency:
            self.others.add(CURRENCIES.get(code, code))
            raise Unclear("currency", cell, "own_ledger.other_currency_row", currency=self.currency)

    def _day(self, cell: str) -> dt.date | None:
        try:
            return day_of(cell, self.mapping.date_order)
        except ValueError:
            raise Unclear("date", cell, "own_ledger.day_unclear") from None

    def _amount(self, cells: Sequence[str], columns: Words[str, int]) -> int | None:
        if "amount" in columns:
            minor = self._minor("amount", cells, columns)
            return minor if minor is None else minor * self._sign(cells, columns)
        debit = self._minor("debit", cells, columns)
        credit = self._minor("credit", cells, columns)
        if debit is None and credit is None:
            return None
        return (debit or 0) - (credit or 0)

    def _balance(self, cells: Sequence[str], columns: Words[str, int]) -> int | None:
        """The balance, debits above zero where a column says its side."""
        try:
            minor = self._minor("balance", cells, columns)
        except Unclear:
            return None
        if minor is None or "amount" in columns:
            return minor
        return minor * self._sign(cells, columns)

    def _sign(self, cells: Sequence[str], columns: Words[str, int]) -> int:
        side = plain(cell_of(cells, columns.get("side"))).casefold()
        return -1 if side in _CREDIT_SIDES else 1

    def _minor(self, name: str, cells: Sequence[str], columns: Words[str, int]) -> int | None:
        cell = cell_of(cells, columns.get(name))
        if not cell:
            return None
        try:
            amount = amount_of(cell, self.mapping.decimal)
        except ValueError:
            raise Unclear(name, cell, "own_ledger.amount_unclear") from None
        if amount is None:
            return None
        minor = amount * Decimal(10) ** exponent(self.currency)
        if minor != minor.to_integral_value():
            raise Unclear(name, cell, "own_ledger.too_many_decimals", currency=self.currency)
        return int(minor)
