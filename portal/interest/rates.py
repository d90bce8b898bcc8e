"""
Which rate holds for an item, and what it costs by it.

The nearest that says something does: the contract as it held on the invoice's date, the customer's
own terms, terms that somebody names, the company's policy; any of them may say a law instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from portal.base.laws import NamedLaw
from portal.base.policy import MOVES_DAYS_OFF
from portal.base.work import Reader
from portal.core.interest import DAILY, ONE_DAY, Rate, Rates, Scale, always, counted_due
from portal.core.interest_law import Law, cap_on, capped, rates_of, reference_on
from portal.core.named_terms import LateInterest
from portal.core.terms_in_force import TermsInForce
from portal.interest.late_parts import LatePart
from portal.interest.laws import References, caps, laws, references
from portal.invoices.terms_of import TermsLoader, load_versions


@dataclass(frozen=True)
class Tariff:
    """The rates that hold for an item; the law that says so, where one does."""

    rates: Rates
    law: NamedLaw[Law] | None = None
    #: What was agreed, where a law that caps it lowered the rate; that law's code.
    agreed: Rate | None = None
    cap: str = ""

    @cached_property
    def scale(self) -> Scale:
        """Its rates summed up, for many items."""
        return Scale(self.rates)


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for one late part: by whose terms, at which rates, from which day it is late."""

    terms: TermsInForce
    tariff: Tariff | None
    counted_due: dt.date


class RateBook:
    """Finds what holds for late parts; equal questions are answered once."""

    def __init__(self, r: Reader) -> None:
        """As the policy of the reader's day has it."""
        self._r = r
        #: Customer → the terms of their file; filled as their items are prepared.
        self._undated: dict[int, str] = {}
        self._loader = TermsLoader(r.session, self._undated, load_versions(r.session))
        moves = r.policy.values["calendar_country"] in MOVES_DAYS_OFF
        self._calendar = r.calendar() if moves else None
        self.round_daily = bool(r.policy.values["late_interest_round_daily"])
        self.most_percent: int | None = r.policy.values["late_interest_most_percent"]
        self._cap = str(r.policy.values["late_interest_cap"])
        self._due: dict[dt.date, dt.date] = {}
        self._tariffs: dict[tuple[LateInterest, dt.date | None], Tariff] = {}
        #: What says the same of its terms and has the same days is held alike.
        self._plain: dict[tuple[str | None, str | None, dt.date, dt.date], Held] = {}

    def of(self, late: LatePart) -> Held:
        """What holds for a late part, once it was prepared."""
        if not self._is_plain(late):
            return self._held(late)
        key = (late.own_terms, late.file_terms, late.dated_on, late.due_on)
        found = self._plain.get(key)
        if found is None:
            found = self._plain[key] = self._held(late)
        return found

    def _is_plain(self, late: LatePart) -> bool:
        """Whether neither a contract nor a day on which its customer agreed says anything of it."""
        book, customer_id = self._loader.book, late.customer_id
        if customer_id in book.dated or customer_id in book.grades:
            return False
        return late.contract_code is None or late.contract_code not in book.contracts

    def _held(self, late: LatePart) -> Held:
        terms = self._loader.book.of(
            late.own_terms, late.customer_id, late.contract_code, late.dated_on.isoformat()
        )
        due = self._counted(late.due_on)
        return Held(terms, self._tariff(terms.late_interest, due, late.dated_on), due)

    def prepare(self, late: Iterable[LatePart]) -> None:
        """Looks up at once what is agreed for items that will be asked about."""
        every = list(late)
        self._undated |= {each.customer_id: each.file_terms for each in every if each.file_terms}
        codes = {each.contract_code for each in every}
        self._loader.look_up({each.customer_id for each in every}, codes)

    @cached_property
    def _references(self) -> References:
        return references(self._r.policy.values)

    def _counted(self, due_on: dt.date) -> dt.date:
        if due_on not in self._due:
            self._due[due_on] = counted_due(due_on, self._calendar)
        return self._due[due_on]

    def _tariff(self, late: LateInterest | None, due: dt.date, dated: dt.date) -> Tariff | None:
        if late is None:
            return None
        day = self._fixed_on(late, due, dated)
        if (late, day) not in self._tariffs:
            self._tariffs[late, day] = self._made(late, due, dated)
        return self._tariffs[late, day]

    def _fixed_on(self, late: LateInterest, due: dt.date, dated: dt.date) -> dt.date | None:
        """The day of the reference rate that holds for the whole time, where one does."""
        if late.statute is None:
            cap = caps().get(self._cap)
            if cap is None:
                return None
            return reference_on(self._references[cap.law.reference], dated).from_on
        law = laws()[late.statute].law
        if not law.is_fixed:
            return None
        # The rate of the first late day holds for the whole time.
        return reference_on(self._references[law.reference], due + ONE_DAY).from_on

    def _made(self, late: LateInterest, due: dt.date, dated: dt.date) -> Tariff:
        if late.daily_rate is not None:
            return self._agreed(Rate(late.daily_rate, DAILY), dated)
        if late.statute is None:
            return self._agreed(Rate(late.annual_rate or Decimal(0), late.day_count), dated)
        named = laws()[late.statute]
        known = self._references.get(named.law.reference, ())
        return Tariff(rates_of(named.law, known, due), named)

    def _agreed(self, rate: Rate, dated: dt.date) -> Tariff:
        """A rate that was agreed, lowered where a law caps it."""
        cap = caps().get(self._cap)
        if cap is None:
            return Tariff(always(rate))
        most = capped(rate, cap_on(cap.law, self._references[cap.law.reference], dated))
        if most == rate:
            return Tariff(always(rate))
        return Tariff(always(most), agreed=rate, cap=self._cap)
