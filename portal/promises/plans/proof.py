"""
What is kept of a signature under a plan: who signed which terms, when, how, and by whose leave.

One canonical JSON document a signature, hashed and never changed; the letter is printed from both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base import formats
from portal.base.evidence import (
    Surroundings,
    authentication_of,
    context_of,
    session_of,
    sha256_of_text,
)
from portal.base.language import N_, current_language
from portal.base.language import gettext as _
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.core.promise import Limit
from portal.promises.plans.items import list_plannable
from portal.promises.plans.reading import terms_of
from portal.promises.plans.rows import PlanView
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.people import User

FORMAT = "accord-plan/1"
#: What the customer declares, each filled with the facts of the plan.
DECLARED = {
    "owes": N_(
        "%(customer)s owes %(supplier)s %(total)s and pays it by the schedule of plan %(number)s, "
        "offer %(offer)s, each instalment by its day."
    ),
    "missed": N_(
        "If an instalment is missed, %(supplier)s may end the plan, and all that is left is due at "
        "once as it was before."
    ),
    "consent": N_("We sign electronically; a copy goes to %(email)s and stays here."),
}


@dataclass(frozen=True)
class Signing:
    """A signature that is about to be kept."""

    side: str
    typed_name: str
    title: str
    surroundings: Surroundings
    #: The grant of the answered code; the house signs in its session.
    grant: str = ""


def declarations(r: Reader, view: PlanView) -> list[dict[str, str]]:
    """The texts that the customer declares, in the language of the moment, each with its hash."""
    facts = {
        "customer": view.row.customer_name,
        "supplier": r.company.legal_name,
        "total": formats.money(view.row.total),
        "number": view.row.number,
        "offer": str(view.row.offer.nth),
        "email": r.actor.email,
    }
    said = [(name, _(text) % facts) for name, text in DECLARED.items()]
    language = current_language()
    return [
        {"name": name, "language": language, "filled": text, "sha256": sha256_of_text(text)}
        for name, text in said
    ]


def evidence_of(w: Work, view: PlanView, signing: Signing) -> dict[str, Any]:
    """The evidence of a signature; amounts are decimal text in the plan's currency."""
    customer = w.session.get_one(Customer, view.row.customer_id)
    is_customer = signing.side == "customer"
    around = signing.surroundings
    return {
        "format": FORMAT,
        "side": signing.side,
        "at": w.now.isoformat(),
        "zone": w.company.timezone,
        "number": view.row.number,
        "supplier": {"name": w.company.legal_name, "tax_id": w.company.tax_id or ""},
        "customer": {
            "code": customer.code,
            "name": customer.legal_name or customer.name,
            "tax_id": customer.tax_id or "",
        },
        "terms": terms_of(view.row.id, view.row.offer, view.items),
        "terms_sha256": view.sha256,
        "items": _items(w, view),
        "declarations": declarations(w, view) if is_customer else [],
        "signer": _signer(w, view, signing),
        "authentication": authentication_of(w, around, signing.grant)
        if is_customer
        else session_of(around),
        "context": context_of(around),
        "approval": approval_of(w, view.row.id),
        "retention_years": w.policy.retention_years,
    }


def _items(w: Work, view: PlanView) -> list[dict[str, Any]]:
    """What the plan covers, and until when each could have been promised without it."""
    keys = [(item.entry_id, item.part) for item in view.items]
    found = list_plannable(w, view.row.customer_id, view.row.total.currency, keys)
    rows = {(row.entry_id, row.part): row for row in found}
    said = []
    for item, key in zip(view.items, keys, strict=True):
        row = rows[key]
        said.append(
            {
                "document": item.number,
                "part": item.part,
                "due_on": item.due_on and item.due_on.isoformat(),
                "planned": item.amount.major(),
                "open": row.open.major(),
                "disputed": row.disputed.major(),
                "cap": _cap(row.limit),
            }
        )
    return said


def _cap(limit: Limit) -> dict[str, Any]:
    return {
        "basis": limit.basis.value,
        "term_days": limit.term_days,
        "days": limit.days,
        "latest": limit.latest_on and limit.latest_on.isoformat(),
    }


def _signer(w: Work, view: PlanView, signing: Signing) -> dict[str, Any]:
    user = w.session.get_one(User, w.actor.user_id)
    roles = w.actor.memberships.get(view.row.customer_id, frozenset())
    return {
        "ref": w.refs.of("us", user.id),
        "name": user.name,
        "typed_name": signing.typed_name,
        "title": signing.title,
        "email": user.email,
        "phone": user.phone or "",
        "roles": sorted(roles) or [user.staff_role or ""],
    }


def approval_of(r: Reader, plan_id: int) -> dict[str, Any] | None:
    """
    The newest approval of a plan, as evidence tells it; None where there is none.

    Its remark is a colleague's to read, and the evidence goes to the customer with the letter.
    """
    found = r.session.execute(
        select(Approval, User.name)
        .join(User, User.id == Approval.decided_by)
        .where(
            Approval.kind == "plan",
            Approval.subject == f"plan/{plan_id}",
            Approval.state == "approved",
        )
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    row, name = found
    assert row.decided_at is not None
    return {
        "id": row.id,
        "by": name,
        "at": row.decided_at.isoformat(),
        "amount": Money(row.amount_minor, row.currency).major(),
    }
