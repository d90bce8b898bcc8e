"""
What follows from a decision on a dispute: the words it needs, its credit note, who has to agree.

A credit note is posted by a person or comes with the ledger's files; here is only what it has to
be for it to settle what was accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.core.dispute import Settlement
from portal.core.errors import RuleBroken
from portal.core.money import Money

LONGEST_ANSWER = 2000


def check_words(answer: str, root_cause: str, known_causes: Iterable[str]) -> None:
    """
    Refuse a decision that tells the customer nothing, or the house not why it came to it.

    Rule: R126 — no dispute is decided without words for the customer and a root cause that the
    house knows (S-121, RULES 2 'repeat reasons').
    Raises: dispute.answer_missing, dispute.answer_too_long, dispute.root_cause_unknown.

    >>> check_words("Credit note CN-7 takes it off.", "price_master", ["price_master", "other"])
    """
    if not answer.strip():
        raise RuleBroken("dispute.answer_missing", field="answer")
    if len(answer.strip()) > LONGEST_ANSWER:
        raise RuleBroken("dispute.answer_too_long", field="answer", longest=LONGEST_ANSWER)
    if root_cause not in set(known_causes):
        raise RuleBroken("dispute.root_cause_unknown", field="root_cause")


def check_settlement(
    accepted_minor: int, settlement: Settlement | None, *, has_invoice: bool
) -> None:
    """
    Refuse a settlement of nothing, an amount without one, and a credit note that is for no invoice.

    Raises: dispute.settlement_missing, dispute.settlement_of_nothing, dispute.nothing_to_credit.

    >>> check_settlement(4000, Settlement.CREDIT_NOTE, has_invoice=True)
    """
    if accepted_minor and settlement is None:
        raise RuleBroken("dispute.settlement_missing", field="settlement")
    if settlement is None or not settlement.lowers_the_claim:
        return
    if not accepted_minor:
        raise RuleBroken("dispute.settlement_of_nothing", field="settlement")
    if not has_invoice:
        raise RuleBroken("dispute.nothing_to_credit", field="settlement")


def needs_approval(amount: Money, without_approval: Mapping[str, str]) -> bool:
    """
    Whether a credit note waits for a second person; the limit itself does not.

    Rule: R127 — a clerk grants a credit note up to the limit of its currency; above it, and in a
    currency that has none, a second person approves it (UX S3, RULES 1).

    >>> needs_approval(Money(500000, "CNY"), {"CNY": "5000.00"})
    False
    >>> needs_approval(Money(500001, "CNY"), {"CNY": "5000.00"})
    True
    >>> needs_approval(Money(1, "EUR"), {"CNY": "5000.00"})
    True
    """
    limit = without_approval.get(amount.currency)
    return limit is None or amount > Money.parse(limit, amount.currency)


def check_room(credit: Money, invoice: Money, others: Money) -> None:
    """
    Refuse a credit note that takes more off an invoice than was ever billed with it.

    Rule: R151 — the credit notes to an invoice, those still to come among them, are together never
    more than the invoice (S-122, SECURITY 4.33).
    Raises: dispute.credit_above_invoice.

    >>> check_room(Money(4000, "CNY"), Money(10000, "CNY"), Money(6000, "CNY"))
    """
    if credit.minor and credit + others > invoice:
        raise RuleBroken(
            "dispute.credit_above_invoice", field="accepted", invoice=invoice, others=others
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a credit note be posted to an invoice, asked for in this order."""

    request_id: int
    invoice_id: int
    amount: Money
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """A credit note that names an invoice and that no request has yet."""

    credit_id: int
    invoice_id: int
    amount: Money
    posted_at: datetime


def settled_by(wanted: Iterable[Wanted], posted: Iterable[Posted]) -> dict[int, int]:
    """
    Which request is settled by which credit note.

    Rule: R128 — a credit note that names the invoice, has the very amount and was posted since it
    was asked for settles the oldest request for it, and one only (S-122).

    >>> fifty, noon = Money(5000, "CNY"), datetime(2026, 11, 2, 12)
    >>> wanted = [Wanted(1, 7, fifty, noon), Wanted(2, 7, fifty, noon)]
    >>> settled_by(wanted, [Posted(90, 7, fifty, noon)])
    {1: 90}
    """
    free: dict[tuple[int, Money], list[Posted]] = {}
    for note in sorted(posted, key=lambda note: note.credit_id):
        free.setdefault((note.invoice_id, note.amount), []).append(note)
    found = {}
    for each in sorted(wanted, key=lambda each: each.request_id):
        notes = free.get((each.invoice_id, each.amount), [])
        met = next((note for note in notes if note.posted_at >= each.asked_at), None)
        if met is not None:
            notes.remove(met)
            found[each.request_id] = met.credit_id
    return found
