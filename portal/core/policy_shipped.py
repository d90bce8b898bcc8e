"""
The lists of the policy as they are shipped: what holds where an admin has written none.

The ladder is the four stages of S-127; the twelve steps of S-128 are a preset, to be read in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.core.dispute import REASONS, ROOT_CAUSES
from portal.core.grade import SHIPPED_GRADES, Grade
from portal.core.provision import SHIPPED as SHIPPED_PROVISION
from portal.core.scorecard import SHIPPED as SHIPPED_FACTORS

Row = Mapping[str, Any]


def _told(grade: Grade) -> Row:
    """A grade as an entry of the policy tells it."""
    told: dict[str, Any] = {
        "name": grade.name,
        "min_score": grade.min_score,
        "terms": grade.terms,
        "limit_cap": dict(grade.limit_cap),
        "review_months": grade.review_months,
        "prepayment_only": grade.prepayment_only,
    }
    if grade.hold_overdue_days is not None:
        told["hold_overdue_days"] = grade.hold_overdue_days
    return told


GRADES: Sequence[Row] = tuple(_told(grade) for grade in SHIPPED_GRADES)
FACTORS: Sequence[Row] = SHIPPED_FACTORS
PROVISION: Sequence[Row] = SHIPPED_PROVISION
DISPUTE_REASONS: Sequence[Row] = tuple({"name": name} for name in REASONS)
ROOT_CAUSES_OF_DISPUTES: Sequence[Row] = tuple({"name": name} for name in ROOT_CAUSES)
#: RULES 1: days overdue 1–7 a text, 8–15 a call by the salesperson, 16–30 a letter, then the law.
LADDERS: Sequence[Row] = (
    {
        "name": "standard",
        "applies_to": {"customer_type": "*"},
        "min_gap_days": 2,
        "step": [
            {
                "name": "sms",
                "days_overdue": 1,
                "until_days": 7,
                "channel": "sms",
                "responsible": "system",
                "strength": "polite",
                "raises_grade_to": "overdue",
            },
            {
                "name": "call",
                "days_overdue": 8,
                "until_days": 15,
                "channel": "call",
                "responsible": "sales",
                "strength": "polite",
            },
            {
                "name": "letter",
                "days_overdue": 16,
                "until_days": 30,
                "channel": "letter",
                "responsible": "collector",
                "strength": "firm",
                "raises_grade_to": "final_demand",
            },
            {
                "name": "legal",
                "days_overdue": 31,
                "channel": "legal",
                "responsible": "legal",
                "strength": "final",
                "raises_grade_to": "legal",
            },
        ],
    },
)
