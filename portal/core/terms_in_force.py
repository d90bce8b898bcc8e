"""
Whose terms hold for an invoice on its date, with its grace and what late payment costs.

Where the terms are kept, and how they are read for many invoices at once, is not decided here.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.named_terms import LateInterest, NamedTerms
from portal.core.terms import parse_terms


class Source(StrEnum):
    """Who said how an invoice is paid; the nearest to the invoice comes first."""

    INVOICE = "invoice"
    CONTRACT = "contract"
    CUSTOMER = "customer"
    GRADE = "grade"
    COMPANY = "company"
    #: Nobody: it is due at once.
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says about paying; what it is silent about, the next one says."""

    source: Source
    #: The notation, or the name of terms; empty says nothing.
    text: str = ""
    #: The version that says it, such as policy/7, customer_terms/12, amendment/5; None: undated.
    version: str | None = None
    grace_days: int | None = None
    late_interest: LateInterest | None = None


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """How an invoice is paid, and who says so."""

    #: The notation; None where nobody says anything.
    text: str | None
    source: Source
    version: str | None = None
    #: Of the terms, where they have one.
    name: str = ""
    grace_days: int = 0
    late_interest: LateInterest | None = None
    #: Who says what late payment costs.
    late_source: Source = Source.NONE


def key_of_name(name: str) -> str:
    """
    A name of terms without what does not matter in it: case, and blanks more than one.

    >>> key_of_name("  Key  Accounts ")
    'key accounts'
    """
    return " ".join(name.casefold().split())


def find_named(text: str, named: Mapping[str, NamedTerms]) -> NamedTerms | None:
    """
    The terms of which a text is the name; None where it is none.

    Rule: R152 — wherever terms are written, a name of the policy's terms may stand; case and extra
    blanks do not matter, and a name comes before the notation (INTERFACES 4, INTERFACES 7).

    >>> standard = NamedTerms("standard", "2/10 net 30")
    >>> find_named("Standard", {"standard": standard}) == standard, find_named("30d", {})
    (True, None)
    """
    if text in named:
        return named[text]
    wanted = key_of_name(text)
    return next((each for name, each in named.items() if key_of_name(name) == wanted), None)


def notation_of(text: str, named: Mapping[str, NamedTerms]) -> str:
    """
    The notation that a text means: that of the terms it names, else itself, once it makes sense.

    Raises: what reading the notation raises, naming the part that makes no sense.

    >>> standard = NamedTerms("standard", "2/10 net 30")
    >>> notation_of("standard", {"standard": standard}), notation_of("net 45", {})
    ('2/10 net 30', 'net 45')
    """
    found = find_named(text, named)
    if found is not None:
        return found.text
    parse_terms(text)
    return text


def written_out(text: str, named: Mapping[str, NamedTerms]) -> str:
    """
    Terms as somebody reads them who does not have our names: the notation in the place of a name.

    >>> standard = NamedTerms("standard", "2/10 net 30")
    >>> written_out("Standard", {"standard": standard}), written_out("net 45", {})
    ('2/10 net 30', 'net 45')
    """
    found = find_named(text, named)
    return found.text if found else text


def place_on(days: Sequence[Any], on: Any) -> int | None:
    """
    The place of what holds on a day among rows in the order of their days; None before the first.

    Rule: R153 — of dated rows the one of the latest day holds, that day included, and of several
    on one day the last that was decided; before the first of them holds what was there undated
    (SECURITY 4.46).

    >>> days = [date(2026, 5, 1), date(2026, 5, 1), date(2026, 7, 1)]
    >>> place_on(days, date(2026, 4, 30)), place_on(days, date(2026, 6, 1))
    (None, 1)
    """
    place = bisect_right(days, on)
    return place - 1 if place else None


def version_place_on(days: Sequence[Any], on: Any) -> int | None:
    """
    The place of the company's version whose terms hold on a day; None where there is no version.

    Rule: R154 — the company's terms are those of its version in force on the invoice's date; what
    is dated before its first version has the terms of the first (INTERFACES 7).

    >>> days = [date(2026, 5, 1), date(2026, 5, 1), date(2026, 7, 1)]
    >>> version_place_on(days, date(2026, 4, 30)), version_place_on(days, date(2026, 7, 1))
    (1, 2)
    """
    place = place_on(days, on)
    if place is not None or not days:
        return place
    return place_on(days, days[0])


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an amendment in force changes in its contract from a day on."""

    id: int
    effective_on: date
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a contract says of one thing on a day; by which amendment, where not from its first."""

    value: Any
    amendment_id: int | None = None


def agreed_on(
    first: Mapping[str, Any], amendments: Iterable[Amendment], on: date
) -> dict[str, Agreed]:
    """
    What a contract says on a day: as first agreed, changed by its amendments up to that day.

    Rule: R155 — a contract reads on a day as it was first agreed with what each amendment in force
    changed by then, in the order of their days (S-061).

    >>> amendments = [Amendment(5, date(2026, 5, 1), {"payment_terms": "net 30"})]
    >>> agreed_on({"payment_terms": "net 60"}, amendments, date(2026, 5, 1))["payment_terms"]
    Agreed(value='net 30', amendment_id=5)
    """
    told = {name: Agreed(value) for name, value in first.items()}
    for each in sorted(amendments, key=lambda one: (one.effective_on, one.id)):
        if each.effective_on <= on:
            told |= {name: Agreed(value, each.id) for name, value in each.changes.items()}
    return told


def runs_on(starts_on: date, ends_on: date | None, on: date) -> bool:
    """
    Whether a contract runs on a day, its first and last one included.

    >>> runs_on(date(2026, 1, 1), None, date(2026, 1, 1))
    True
    """
    return starts_on <= on and (ends_on is None or on <= ends_on)


def terms_in_force(said: Iterable[Said], named: Mapping[str, NamedTerms]) -> TermsInForce:
    """
    How an invoice is paid: by what the nearest says that says anything; else it is due at once.

    Rule: R156 — the nearest wins: the invoice's own terms, its contract's, the customer's, those
    of the customer's grade, the company's; where nobody says anything it is due on its date
    (INTERFACES 3).
    Rule: R157 — grace and late interest come from the nearest of the same chain that says
    something of them, in its own words or by terms that it names (INTERFACES 7).

    `said` is in that order.

    >>> own, house = Said(Source.CUSTOMER, "net 45"), Said(Source.COMPANY, "net 30", "policy/7", 5)
    >>> found = terms_in_force([Said(Source.INVOICE), own, house], {})
    >>> found.text, found.source.value, found.version, found.grace_days
    ('net 45', 'customer', None, 5)
    """
    chosen: tuple[Said, NamedTerms | None] | None = None
    grace: int | None = None
    late: LateInterest | None = None
    late_source = Source.NONE
    for each in said:
        by_name = find_named(each.text, named) if each.text else None
        if chosen is None and each.text:
            chosen = (each, by_name)
        if grace is None:
            grace = each.grace_days
        if grace is None and by_name is not None:
            grace = by_name.grace_days
        if late is None:
            late = each.late_interest or (by_name.late_interest if by_name else None)
            late_source = each.source if late else late_source
    if chosen is None:
        return TermsInForce(None, Source.NONE, None, "", grace or 0, late, late_source)
    teller, by_name = chosen
    return TermsInForce(
        by_name.text if by_name else teller.text,
        teller.source,
        teller.version,
        by_name.name if by_name else "",
        grace or 0,
        late,
        late_source,
    )
