"""
The demo's changes of terms: of a company and of customers, in force, to come, waiting and refused.

The named terms and the grades themselves stand in demo_policy.toml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.demo_file import first_of_month
from portal.demo_stage import ADMIN, MANAGER, At, Stage, approve, customer_id, do, refuse
from portal.tables.terms import TermsChange
from portal.terms.approving import TERMS_KIND
from portal.terms.commands import DraftChange, HandIn, Wanted, draft_change, hand_in
from portal.terms.impact_figures import impact_text
from portal.terms.replacing import Change


@dataclass(frozen=True)
class Story:
    """A change of terms: whose, by whom, from when, and what became of it."""

    #: A customer's code; empty: the company's own terms.
    code: str
    author: str
    days_ago: int
    effective_on: dt.date
    after: Mapping[str, Any]
    reason: str
    #: draft | waiting | approved | refused
    ends: str
    comment: str = ""
    reach: str = "new"


def stories(on: dt.date) -> list[Story]:
    """The changes, as of the day on which the demo stands."""
    next_month = first_of_month(on, -1)
    return [
        Story(
            *("NEWBORN", MANAGER, 40, on - dt.timedelta(days=38)),
            {"terms": "30% 0d, balance 30d", "grace_days": 0},
            "New customer: a third with the order, until its first year is over.",
            "approved",
        ),
        Story(
            *("MARENGO", MANAGER, 12, next_month),
            {"terms": "net 45", "grace_days": 5},
            "Marengo pays six weeks late on sixty days; forty-five were agreed with Ms Ferri.",
            "approved",
            "In writing on 9 November; file it with the contract.",
        ),
        Story(
            *("MISTRAL", ADMIN, 9, next_month),
            {"terms": "60d eom"},
            "Mistral asks for a month more over the winter.",
            "refused",
            "The insurer covers sixty days from the invoice at the most.",
        ),
        Story(
            *("BEIFANG", MANAGER, 1, next_month),
            {"terms": "net 30", "late_rate": "7.3", "day_count": 365},
            "长期逾期，账期由 45 天缩短为 30 天，未结发票一并调整。",
            "waiting",
            reach="open",
        ),
        Story("", ADMIN, 1, next_month, {}, "年末收紧现金流，标准账期缩短五天。", "waiting"),
        Story(
            *("KISHIMOTO", MANAGER, 0, next_month),
            {"terms": "2/10 net 30"},
            "Offer the early-payment discount with the new contract.",
            "draft",
        ),
    ]


def change_terms(at: At, on: dt.date) -> None:
    """Each change on its day, decided by another person the day after where it was decided."""
    know_kinds((TERMS_KIND,))
    stage = Stage(at, on)
    for story in stories(on):
        _change(stage, story)


def _change(stage: Stage, story: Story) -> None:
    then = stage.ago(story.days_ago, 14)
    whose = customer_id(then, story.code) if story.code else None
    after = story.after or _shorter_standard(then)
    wanted = Wanted(story.effective_on, after, story.reason, story.reach)
    change_id = do(then, story.author, draft_change, DraftChange(wanted, whose))
    if story.ends == "draft":
        return
    handed_in = HandIn(change_id, 1, _impact(then, change_id))
    approval_id = do(then, story.author, hand_in, handed_in)
    later = stage.ago(story.days_ago - 1, 11)
    decider = ADMIN if story.author == MANAGER else MANAGER
    if story.ends == "approved":
        approve(later, decider, approval_id, story.comment)
    elif story.ends == "refused":
        refuse(later, decider, approval_id, story.comment)


def _shorter_standard(then: Installation) -> dict[str, Any]:
    """The policy's terms with five days less in the standard ones."""
    with then.reading(SYSTEM) as r:
        told = [dict(each) for each in r.policy.values["terms"]]
    return {
        "terms": [
            {**each, "text": "net 25"} if each["name"] == "standard" else each for each in told
        ]
    }


def _impact(then: Installation, change_id: int) -> str:
    """What the page shows of a change before it is handed in."""
    with then.reading(SYSTEM) as r:
        return impact_text(r, Change.of(r.session.get_one(TermsChange, change_id)))
