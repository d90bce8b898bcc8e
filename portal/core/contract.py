"""
A contract: what may be amended in it and when, who may have signed it, and when it ends.

What it says on a day is told by `terms_in_force.agreed_on`; how an invoice keeps to it, by
`contract_check`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.core.errors import RuleBroken

#: What an amendment may change, by the names of the contract's fields, in the order of a contract.
AMENDABLE = (
    "ends_on",
    "currency",
    "payment_terms",
    "payment_method",
    "late_interest_rate",
    "breach_liability",
    "price_list",
    "quality_standard",
    "acceptance_manner",
    "transport",
    "renewal",
    "collection_manner",
)
#: What changes how is paid, and what late payment costs: a second person agrees to it.
ABOUT_PAYING = frozenset({"payment_terms", "late_interest_rate"})
#: What a company signs with, and what alone does not show that the signer could.
SEALS = ("contract_seal", "company_seal", "private_seal", "signature", "electronic")
BINDING = frozenset({"contract_seal", "company_seal", "electronic"})
#: So long before its end a contract is looked at again.
ENDS_SOON_DAYS = 60


class ContractStage(StrEnum):
    """How far a contract is on a day."""

    TO_COME = "to_come"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"


def standing_on(starts_on: date, ends_on: date | None, on: date) -> ContractStage:
    """
    How far a contract is on a day.

    Rule: R165 — a contract that ends within 60 days, its last day included, is told beforehand; it
    has ended on the day after its last one (S-055, S-062).

    >>> standing_on(date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 1)).value
    'ending'
    """
    if on < starts_on:
        return ContractStage.TO_COME
    if ends_on is None:
        return ContractStage.RUNNING
    if ends_on < on:
        return ContractStage.ENDED
    soon = ends_on - on <= timedelta(days=ENDS_SOON_DAYS)
    return ContractStage.ENDING if soon else ContractStage.RUNNING


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day of a contract, as they stand now."""

    starts_on: date
    ends_on: date | None


def check_span(span: Span) -> None:
    """
    Refuse a contract that ends before it starts.

    Raises: contract.ends_before_it_starts.

    >>> check_span(Span(date(2026, 1, 1), date(2026, 1, 1)))
    """
    if span.ends_on is not None and span.ends_on < span.starts_on:
        raise RuleBroken(
            "contract.ends_before_it_starts", field="ends_on", starts_on=span.starts_on
        )


def check_amendment(
    span: Span, effective_on: date, changes: Mapping[str, Any], today: date
) -> None:
    """
    Refuse an amendment that changes nothing, or what is no contract on its day.

    Rule: R166 — an amendment states what it changes and from which day; that day is one of the
    contract's, and a contract that has ended is amended no more (S-061).
    Raises: contract.amendment_empty, contract.ended, contract.amendment_too_early,
    contract.amendment_too_late, contract.amendment_ends_before.

    >>> span = Span(date(2026, 1, 1), None)
    >>> check_amendment(span, date(2026, 5, 1), {"payment_terms": "net 30"}, date(2026, 4, 1))
    """
    if not changes:
        raise RuleBroken("contract.amendment_empty")
    if span.ends_on is not None and span.ends_on < today:
        raise RuleBroken("contract.ended", ends_on=span.ends_on)
    if effective_on < span.starts_on:
        raise RuleBroken(
            "contract.amendment_too_early", field="effective_on", starts_on=span.starts_on
        )
    if span.ends_on is not None and effective_on > span.ends_on:
        raise RuleBroken("contract.amendment_too_late", field="effective_on", ends_on=span.ends_on)
    new_end = changes.get("ends_on")
    if new_end and date.fromisoformat(new_end) < effective_on:
        raise RuleBroken("contract.amendment_ends_before", field="ends_on", day=effective_on)


def is_about_paying(changes: Mapping[str, Any]) -> bool:
    """
    Whether an amendment waits for a second person.

    >>> is_about_paying({"payment_terms": "net 30"}), is_about_paying({"transport": "by rail"})
    (True, False)
    """
    return not ABOUT_PAYING.isdisjoint(changes)


def check_review(sealed_with: str | None, note: str) -> None:
    """
    Refuse to pass a contract whose seal does not show that its signer could sign, without a why.

    Rule: R167 — a contract is signed with the contract seal or the company's, or by a qualified
    electronic signature; one with a private seal, a bare signature or none at all is only passed
    with a note of why its signer may bind the company (S-059).
    Raises: contract.authority_unsaid.

    >>> check_review("contract_seal", ""), check_review("signature", "power of attorney of 3 May")
    (None, None)
    """
    if sealed_with not in BINDING and not note.strip():
        raise RuleBroken("contract.authority_unsaid", field="note")
