"""
Whose terms hold for invoices: the company's versions, and what customers and contracts have agreed.

Read for many invoices at once; what nobody has dated is not asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from portal.base.lookup import found_by, plain_day
from portal.base.policy import DEFAULTS
from portal.core.named_terms import LateInterest, NamedTerms, read_late_interest
from portal.core.terms_in_force import (
    Amendment,
    Said,
    Source,
    TermsInForce,
    agreed_on,
    place_on,
    runs_on,
    terms_in_force,
    version_place_on,
)
from portal.tables.contracts import Contract
from portal.tables.credit import CustomerGrade
from portal.tables.settings import Policy
from portal.tables.terms import CustomerTerms

AGREED = """select id, customer_id, effective_on, null as until_on,
terms, grace_days, late_rate, day_count, null as grade
from customer_terms where customer_id in (:keys)
union all select id, customer_id, effective_on, until_on, null, null, null, null, grade
from customer_grade where customer_id in (:keys) order by customer_id, effective_on, id"""
CONTRACTS = """select id, code, customer_id, starts_on, ends_on, payment_terms, late_interest_rate
from contract where code in (:keys)"""
AMENDMENTS = """select id, contract_id, effective_on, changes from contract_amendment
where state = 'in_force' and contract_id in (:keys) order by effective_on, id"""

DAYS_OF_A_YEAR = 365


@dataclass(frozen=True)
class CompanyVersion:
    """A version of the policy as far as it says how is paid."""

    #: None: the shipped defaults.
    id: int | None
    day: str
    values: Mapping[str, Any]
    named: Mapping[str, NamedTerms] = field(init=False)
    #: Its default terms, and after them what it says of who says nothing else.
    said: tuple[Said, Said] = field(init=False)
    #: Grade → its terms, where it has some.
    by_grade: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the values once."""
        told = {str(each["name"]): NamedTerms.read(each) for each in self.values["terms"]}
        object.__setattr__(self, "named", told)
        grades = {str(each["name"]): str(each.get("terms", "")) for each in self.values["grades"]}
        object.__setattr__(self, "by_grade", grades)
        object.__setattr__(self, "said", self._said())

    def _said(self) -> tuple[Said, Said]:
        rest = Said(
            Source.COMPANY,
            "",
            self.label,
            int(self.values["grace_days"]),
            read_late_interest(self.values["late_interest"]),
        )
        return Said(Source.COMPANY, str(self.values["default_terms"]), self.label), rest

    @property
    def label(self) -> str | None:
        return None if self.id is None else f"policy/{self.id}"


SHIPPED = CompanyVersion(None, "", DEFAULTS)


@dataclass(frozen=True, slots=True)
class Dated:
    """What a customer has agreed from a day on."""

    day: str
    said: Said


@dataclass(frozen=True, slots=True)
class Graded:
    """A customer's grade from a day on, until another where it expires."""

    day: str
    until: str | None
    grade: str


@dataclass(frozen=True, slots=True)
class Contracted:
    """A contract with its amendments."""

    id: int
    customer_id: int
    first: Mapping[str, Any]
    amendments: tuple[Amendment, ...] = ()

    def said_on(self, on: str) -> Said | None:
        """What it says about paying on a day; None where it does not run then."""
        day = dt.date.fromisoformat(on)
        told = agreed_on(self.first, self.amendments, day)
        starts, ends = _as_day(told["starts_on"].value), _as_day(told["ends_on"].value)
        if starts is None or not runs_on(starts, ends, day):
            return None
        terms, rate = told["payment_terms"], told["late_interest_rate"].value
        by = terms.amendment_id
        return Said(
            Source.CONTRACT,
            str(terms.value or ""),
            f"contract/{self.id}" if by is None else f"amendment/{by}",
            late_interest=_late(rate, DAYS_OF_A_YEAR),
        )


@dataclass
class TermsBook:
    """Answers whose terms hold; equal questions are worked out once."""

    versions: Sequence[CompanyVersion]
    #: Customer → the terms of the file.
    undated: Mapping[int, str]
    dated: dict[int, list[Dated]] = field(default_factory=dict)
    grades: dict[int, list[Graded]] = field(default_factory=dict)
    contracts: dict[str, Contracted] = field(default_factory=dict)
    _days: list[str] = field(init=False)
    _plain: dict[tuple[str | None, str | None, int | None], TermsInForce] = field(init=False)
    _named: dict[int | None, Mapping[str, NamedTerms]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing worked out."""
        self._days = [version.day for version in self.versions]
        self._plain, self._named = {}, {}

    def of(
        self, own: str | None, customer_id: int, contract_code: str | None, on: str
    ) -> TermsInForce:
        """How an invoice dated `on` is paid that says `own` itself."""
        place = version_place_on(self._days, on)
        of_contract = self.contracts.get(contract_code) if contract_code else None
        if of_contract is None and not (customer_id in self.dated or customer_id in self.grades):
            undated = self.undated.get(customer_id)
            key = (own, undated, place)
            if key not in self._plain:
                self._plain[key] = self._found(self._told(own, undated), place)
            return self._plain[key]
        told = [Said(Source.INVOICE, own or "")]
        if of_contract is not None and of_contract.customer_id == customer_id:
            told += [said for said in [of_contract.said_on(on)] if said]
        told += [self.said_by_customer(customer_id, on), self._said_by_grade(customer_id, on)]
        return self._found(told, place)

    def of_customer(self, customer_id: int, on: str) -> TermsInForce:
        """How invoices of a day are paid that say nothing themselves and name no contract."""
        return self.of(None, customer_id, None, on)

    def version_on(self, on: str) -> CompanyVersion:
        """The company's version whose terms hold on a day."""
        place = version_place_on(self._days, on)
        return SHIPPED if place is None else self.versions[place]

    def named_on(self, on: str) -> Mapping[str, NamedTerms]:
        """The terms that have a name on a day; one that has it on other days only is known too."""
        return self._names(version_place_on(self._days, on))

    def grade_on(self, customer_id: int, on: str) -> str:
        """The customer's grade on a day; empty where they have none."""
        held = [
            each.grade
            for each in self.grades.get(customer_id, ())
            if each.day <= on and (each.until is None or on <= each.until)
        ]
        return held[-1] if held else ""

    def said_by_customer(self, customer_id: int, on: str) -> Said:
        """What the customer's own terms say on a day."""
        rows = self.dated.get(customer_id, [])
        place = place_on([row.day for row in rows], on)
        if place is None:
            return Said(Source.CUSTOMER, self.undated.get(customer_id, ""))
        return rows[place].said

    def _said_by_grade(self, customer_id: int, on: str) -> Said:
        version = self.version_on(on)
        grade = self.grade_on(customer_id, on)
        return Said(Source.GRADE, version.by_grade.get(grade, ""), version.label)

    def _told(self, own: str | None, undated: str | None) -> list[Said]:
        return [Said(Source.INVOICE, own or ""), Said(Source.CUSTOMER, undated or "")]

    def _found(self, told: list[Said], place: int | None) -> TermsInForce:
        version = SHIPPED if place is None else self.versions[place]
        return terms_in_force([*told, *version.said], self._names(place))

    def _names(self, place: int | None) -> Mapping[str, NamedTerms]:
        if place not in self._named:
            self._named[place] = self._names_from(place)
        return self._named[place]

    def _names_from(self, place: int | None) -> Mapping[str, NamedTerms]:
        if place is None:
            return {}
        # The nearest wins: the version itself, those after it, those before it.
        order = [*self.versions[place:], *reversed(self.versions[:place])]
        names: dict[str, NamedTerms] = {}
        for version in reversed(order):
            names |= version.named
        return names


def load_versions(session: Session) -> list[CompanyVersion]:
    """Every version of the policy, in the order in which they hold."""
    rows = session.execute(
        select(Policy.id, Policy.effective_on, Policy.body).order_by(Policy.effective_on, Policy.id)
    )
    # Of several versions of one day the last is in force.
    by_day = {row.effective_on.isoformat(): row for row in rows}
    return [
        CompanyVersion(row.id, day, {**DEFAULTS, **json.loads(row.body)})
        for day, row in by_day.items()
    ]


class TermsLoader:
    """Fills a book with what is dated, for the customers and contracts that are asked about."""

    def __init__(
        self,
        session: Session,
        undated: Mapping[int, str],
        versions: Sequence[CompanyVersion] | None = None,
    ) -> None:
        """Who asks about single customers of one day names the version that holds on it."""
        self.book = TermsBook(load_versions(session) if versions is None else versions, undated)
        self._session = session
        self._is_agreed = self._has_contracts = True
        if versions is None:
            asked: list[Any] = [
                exists(select(table.id)) for table in (CustomerTerms, CustomerGrade, Contract)
            ]
            dated, graded, contracted = session.execute(select(*asked)).one()
            self._is_agreed, self._has_contracts = bool(dated or graded), bool(contracted)
        self._customers: set[int] = set()
        self._codes: set[str] = set()

    @property
    def is_dated(self) -> bool:
        """Whether anything has to be looked up for the customers of a batch."""
        return self._is_agreed or self._has_contracts

    def look_up(self, customer_ids: Iterable[int], codes: Iterable[str | None] = ()) -> None:
        """Reads what is dated of those that were not asked about before."""
        fresh = set(customer_ids) - self._customers
        self._customers |= fresh
        if fresh and self._is_agreed:
            self._read_agreed(fresh)
        new_codes = {code for code in codes if code} - self._codes
        self._codes |= new_codes
        if new_codes and self._has_contracts:
            self.book.contracts |= _contracts(self._session, new_codes)

    def _read_agreed(self, customer_ids: Collection[int]) -> None:
        dated: dict[int, list[Dated]] = defaultdict(list)
        graded: dict[int, list[Graded]] = defaultdict(list)
        for row in found_by(self._session, AGREED, customer_ids):
            day = plain_day(row.effective_on) or ""
            if row.grade is None:
                dated[row.customer_id].append(Dated(day, _said(row)))
            else:
                until = plain_day(row.until_on)
                graded[row.customer_id].append(Graded(day, until, row.grade))
        self.book.dated |= dated
        self.book.grades |= graded


def _said(row: Row[Any]) -> Said:
    return Said(
        Source.CUSTOMER,
        row.terms,
        f"customer_terms/{row.id}",
        row.grace_days,
        _late(row.late_rate, row.day_count or DAYS_OF_A_YEAR),
    )


def _late(rate: object, day_count: int) -> LateInterest | None:
    if rate is None or rate == "":
        return None
    return LateInterest(annual_rate=Decimal(str(rate)), day_count=day_count)


def _contracts(session: Session, codes: Collection[str]) -> dict[str, Contracted]:
    rows = found_by(session, CONTRACTS, codes)
    changes: dict[int, list[Amendment]] = defaultdict(list)
    for each in found_by(session, AMENDMENTS, [row.id for row in rows]):
        day = dt.date.fromisoformat(plain_day(each.effective_on) or "")
        changes[each.contract_id].append(Amendment(each.id, day, json.loads(each.changes)))
    names = ("starts_on", "ends_on", "payment_terms", "late_interest_rate")
    return {
        row.code: Contracted(
            row.id,
            row.customer_id,
            {name: getattr(row, name) for name in names},
            tuple(changes[row.id]),
        )
        for row in rows
    }


def _as_day(value: object) -> dt.date | None:
    if isinstance(value, dt.date) or value is None:
        return value
    return dt.date.fromisoformat(str(value)) if value else None
