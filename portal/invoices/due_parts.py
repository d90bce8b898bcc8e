"""When an invoice falls due: on a day it names, or by the terms that hold for it on its date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from portal.base.work import Work
from portal.core.money import Money
from portal.core.terms import Terms, parse_terms, schedule
from portal.core.terms_in_force import find_named
from portal.invoices.terms_of import TermsLoader

LONGEST_TERM_DAYS = 32_767
#: Baseline of terms → the column with that day.
BASELINES = {
    "delivery": "delivered_on",
    "shipment": "shipped_on",
    "acceptance": "accepted_on",
    "receipt": "received_on",
}


@dataclass(frozen=True, slots=True)
class DueParts:
    """The due parts of one invoice: (due day, days from the baseline, amount), and whose terms."""

    parts: tuple[tuple[str | None, int | None, int], ...]
    terms_text: str | None
    #: invoice | contract | customer | grade | company | none | due_date
    source: str
    #: What gave the terms, such as policy/7; None where that is undated.
    version: str | None = None


class Scheduler:
    """Finds due parts for many invoices; equal terms on equal days are worked out once."""

    def __init__(self, w: Work, terms_of: Mapping[int, str]) -> None:
        self._loader = TermsLoader(w.session, terms_of)
        self._book = self._loader.book
        self._calendar = w.calendar()
        self._whole: dict[tuple[str, str | None], tuple[str | None, int | None]] = {}

    def expect(self, customer_ids: Iterable[int], codes: Iterable[str | None]) -> None:
        """Reads what is dated of the customers and contracts of the invoices to come."""
        if self._loader.is_dated:
            self._loader.look_up(customer_ids, codes)

    def notation(self, text: str, on: str) -> str:
        """
        What terms that an invoice of a day says mean: names are those of that day.

        Raises: terms.*.
        """
        named = self._book.named_on(on)
        found = find_named(text, named) if named else None
        if found is not None:
            return found.text
        parsed_terms(text)
        return text

    def on_day(self, due_on: str, baseline: str | None, amount: int, terms: str | None) -> DueParts:
        """One part, due on the day that the invoice names."""
        days = None if baseline is None else days_between(baseline, due_on)
        return DueParts(((due_on, days, amount),), terms, "due_date")

    def by_terms(
        self,
        terms: str | None,
        customer_id: int,
        total: Money,
        days: Mapping[str, str | None],
        contract_code: str | None = None,
    ) -> DueParts:
        """
        The parts by the terms that hold: the invoice's own, else the nearest; else at once.

        Raises: terms.* and money.too_many_decimals.
        """
        dated_on = days["invoice_date"]
        assert dated_on is not None
        held = self._book.of(terms, customer_id, contract_code, dated_on)
        text, source = held.text, held.source.value
        if text is None:
            return DueParts(((dated_on, 0, total.minor),), None, source)
        parsed = parsed_terms(text)
        baseline = baseline_of(parsed, days)
        if len(parsed.parts) == 1:
            due_on, term_days = self._one(text, parsed, baseline)
            return DueParts(((due_on, term_days, total.minor),), text, source, held.version)
        items = schedule(parsed.undiscounted, _day(baseline), total, self._calendar).items
        parts = tuple((_iso(each.due_on), each.term_days, each.amount.minor) for each in items)
        return DueParts(parts, text, source, held.version)

    def _one(self, text: str, parsed: Terms, baseline: str | None) -> tuple[str | None, int | None]:
        if (text, baseline) not in self._whole:
            of_any_amount = Money(100, "EUR")
            terms = parsed.undiscounted
            part = schedule(terms, _day(baseline), of_any_amount, self._calendar).parts[0]
            self._whole[text, baseline] = (_iso(part.due_on), part.term_days)
        return self._whole[text, baseline]


@lru_cache(maxsize=4_096)
def parsed_terms(text: str) -> Terms:
    """The terms that a text writes. Raises: terms.*."""
    return parse_terms(text)


def baseline_of(terms: Terms, days: Mapping[str, str | None]) -> str | None:
    """The day from which terms count; None until it is known."""
    if terms.baseline_kind == "invoice":
        return days["invoice_date"]
    return days.get(BASELINES.get(terms.baseline_kind, ""))


def days_between(first: str, second: str) -> int | None:
    """The days from one ISO day to another; None where that is no term at all."""
    days = _ordinal(second) - _ordinal(first)
    return days if abs(days) <= LONGEST_TERM_DAYS else None


@lru_cache(maxsize=65_536)
def _ordinal(day: str) -> int:
    return dt.date.fromisoformat(day).toordinal()


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
