"""
What is kept of a promise: everything that shows who promised what, when, and by which rule.

One canonical JSON document, hashed and never changed; the letter is printed from it alone. Its hash
stands in the audit chain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.base.evidence import Surroundings, context_of, session_of
from portal.base.work import Work
from portal.core.money import Money
from portal.core.promise import Limit, Reason
from portal.promises.promisable import PromisableRow
from portal.tables.customers import Customer
from portal.tables.people import User

FORMAT = "accord-promise/1"


@dataclass(frozen=True)
class Told:
    """A promise as it was given, checked, ready to be kept."""

    customer: Customer
    #: Each item with what is promised of it.
    items: Sequence[tuple[PromisableRow, Money]]
    pay_on: dt.date
    limit: Limit
    reason: Reason
    note: str
    method: str
    #: portal | statement | phone | extension | plan
    way: str
    surroundings: Surroundings
    key: str | None = None
    given_by: str = ""
    #: The approval that lets it go beyond the rule; what it says, the request itself among it.
    approval_id: int | None = None
    approval: Mapping[str, Any] | None = None
    #: Whose promise it is where that is not who acts.
    author_id: int | None = None
    plan_id: int | None = None
    #: Numbers of the promises that this one stands for.
    replaces: Sequence[str] = ()

    @property
    def amount(self) -> Money:
        """All that is promised."""
        return Money.total((amount for _, amount in self.items), self.items[0][1].currency)


def evidence_of(w: Work, told: Told) -> dict[str, Any]:
    """The evidence of a promise; amounts are decimal text in its currency."""
    return {
        "format": FORMAT,
        "at": w.now.isoformat(),
        "zone": w.company.timezone,
        "way": told.way,
        "supplier": {"name": w.company.legal_name, "tax_id": w.company.tax_id or ""},
        "customer": {
            "code": told.customer.code,
            "name": told.customer.legal_name or told.customer.name,
            "tax_id": told.customer.tax_id or "",
        },
        "amount": told.amount.major(),
        "currency": told.amount.currency,
        "made_on": w.today.isoformat(),
        "pay_on": told.pay_on.isoformat(),
        "items": [_item(row, amount) for row, amount in told.items],
        "rule": _rule(w, told.limit),
        "reason": told.reason.value,
        "note": told.note,
        "method": told.method,
        "replaces": list(told.replaces),
        **_author(w, told),
        "approval": dict(told.approval) if told.approval else None,
        "retention_years": w.policy.retention_years,
    }


def _item(row: PromisableRow, amount: Money) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "document": row.number,
        "part": row.part,
        "dated_on": row.dated_on.isoformat(),
        "due_on": row.due_on and row.due_on.isoformat(),
        "open": row.open.major(),
        "disputed": row.disputed.major(),
        "promised_before": row.promised.major(),
        "promised": amount.major(),
        "term_days": row.limit.term_days,
        "latest": row.limit.latest_on and row.limit.latest_on.isoformat(),
    }


def _rule(w: Work, limit: Limit) -> dict[str, Any]:
    """How the last permitted day was reckoned, and by which version of the policy."""
    return {
        "basis": limit.basis.value,
        "due_on": limit.due_on and limit.due_on.isoformat(),
        "term_days": limit.term_days,
        "fraction": str(w.policy.promise_fraction),
        "days": limit.days,
        "latest": limit.latest_on and limit.latest_on.isoformat(),
        "policy_version": w.policy.id,
    }


def _author(w: Work, told: Told) -> dict[str, Any]:
    """
    Who gave it and from where, or who of the house wrote down what was said on the phone.

    Of one that was asked for and approved it is whoever asked.
    """
    if told.approval is not None:
        asked: Mapping[str, Any] = told.approval["asked"]
        return {name: asked[name] for name in ("author", "authentication", "context")}
    user = w.session.get(User, w.actor.user_id) if w.actor.user_id else None
    author = {
        "ref": w.refs.of("us", user.id) if user else "",
        "name": user.name if user else w.actor.name,
        "email": user.email if user else "",
        "roles": sorted(w.actor.memberships.get(told.customer.id, frozenset())),
        "side": w.actor.kind,
        "given_by": told.given_by,
    }
    return {
        "author": author,
        "authentication": session_of(told.surroundings),
        "context": context_of(told.surroundings),
    }
