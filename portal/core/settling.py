"""
Settling what a customer says differs: what the house may decide, and when a difference is settled.

Nothing is posted here: a credit note that follows from a decision is a document of its own.
"""

from datetime import datetime
from enum import StrEnum

from portal.core.errors import RuleBroken

LONGEST_ANSWER = 2000


class Decision(StrEnum):
    """What the house decides on a difference."""

    ACCEPT = "accept"
    EXPLAIN = "explain"
    REJECT = "reject"


class Cause(StrEnum):
    """Why the two books differed: the five known causes of S-083, and what is left."""

    MANY_PRODUCTS = "many_products"
    TERMS_PER_PRODUCT = "terms_per_product"
    RETURNS = "returns"
    PAYMENT_NOT_MATCHED = "payment_not_matched"
    NETTING = "netting"
    TIMING = "timing"
    OUR_ERROR = "our_error"
    THEIR_ERROR = "their_error"
    OTHER = "other"


def check_decision(answer: str) -> None:
    """
    Refuse a decision without words for the customer.

    Raises: resolution.answer_missing, resolution.answer_too_long.

    >>> check_decision("Credit note CN-7 takes it off.")
    """
    if not answer.strip():
        raise RuleBroken("resolution.answer_missing", field="answer")
    if len(answer) > LONGEST_ANSWER:
        raise RuleBroken("resolution.answer_too_long", field="answer", longest=LONGEST_ANSWER)


def is_settled(said_at: datetime, decided_at: datetime | None) -> bool:
    """
    Whether a difference has its answer.

    Rule: R90 — a difference is settled by a decision made since it was last said; said anew, it
    waits for an answer again (S-083, EVIDENCE 2).

    >>> is_settled(datetime(2026, 11, 3), datetime(2026, 11, 2))
    False
    """
    return decided_at is not None and decided_at >= said_at
