"""
Both sides sign an offer: the customer with a code, the house once it was approved; then it stands.

What can be refused is refused before the code is asked for, so that a forgotten box costs no code.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.base import formats
from portal.base.evidence import Surroundings, canonical_json, sha256_of_text
from portal.base.formats import masked
from portal.base.work import Reader, Work
from portal.core.authority import Right, covers
from portal.core.errors import RuleBroken
from portal.people.commands import SentChallenge, send_challenge, use_grant
from portal.people.limits import signing_limits
from portal.promises.plans.agreeing import agree
from portal.promises.plans.answering import refuse_outdated
from portal.promises.plans.proof import Signing, evidence_of
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.rows import PlanView
from portal.promises.plans.telling import locked, move, note, refuse_unless
from portal.tables.people import Challenge, User
from portal.tables.promises import Plan, PlanSignature

#: The act that a code is for; its subject is the offer's hash.
PURPOSE = "plan.sign"
#: A second click within this time sends no second code.
JUST_SENT = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class RequestPlanCode:
    """A code shall be mailed with which the newest offer can be signed."""

    plan_id: int


@dataclass(frozen=True)
class SignPlan:
    """The customer signs an offer as it was shown."""

    plan_id: int
    sha256: str
    typed_name: str
    title: str = ""
    agrees: bool = False
    grant: str = ""
    surroundings: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class SignForHouse:
    """The house signs an approved offer as it was shown."""

    plan_id: int
    sha256: str
    surroundings: Surroundings = field(default_factory=Surroundings)


def request_plan_code(w: Work, c: RequestPlanCode) -> SentChallenge:
    """Mails a code for the newest offer; one that has just been sent still counts."""
    plan = locked(w, c.plan_id, "plan.sign")
    view = get_plan_by_id(w, plan.id)
    _refuse_unsignable(w, plan, view)
    assert w.actor.user_id is not None
    since = w.now - JUST_SENT
    just_sent = _waiting_code(w, view.sha256, Challenge.created_at > since, Challenge.tries == 0)
    if just_sent is not None:
        return SentChallenge(masked(just_sent.sent_to), just_sent.expires_at)
    facts = {"number": view.row.number, "amount": formats.money(view.row.total)}
    return send_challenge(w, w.actor.user_id, PURPOSE, view.sha256, facts)


def _waiting_code(r: Reader, sha256: str, *more: object) -> Challenge | None:
    """The actor's newest code for an offer that has not been answered yet."""
    rows = (
        select(Challenge)
        .where(
            Challenge.user_id == r.actor.user_id,
            Challenge.purpose == PURPOSE,
            Challenge.subject == sha256,
            Challenge.answered_at.is_(None),
            *more,  # type: ignore[arg-type]  # conditions
        )
        .order_by(Challenge.id.desc())
        .limit(1)
    )
    return r.session.scalars(rows).first()


def code_is_out(r: Reader, sha256: str) -> str:
    """Where the actor's last code for this offer went, masked; empty while none counts."""
    found = _waiting_code(r, sha256, Challenge.expires_at > r.now)
    return masked(found.sent_to) if found else ""


def check_signable(w: Work, c: SignPlan) -> bool:
    """
    Raises whatever would refuse the signature, but for the code, which is not asked for yet.

    Tells whether this person signed this very offer before.
    """
    plan = locked(w, c.plan_id, "plan.sign")
    view = get_plan_by_id(w, plan.id)
    if _is_signed(w, view, c.sha256):
        return True
    _checked(w, plan, view, c)
    return False


def sign_plan(w: Work, c: SignPlan) -> None:
    """
    The offer bears the customer's signature, with evidence; signed by both, it is agreed.

    Raises: plan.replaced, plan.not_in_this_state, plan.item.stale, plan.day.stale,
    plan.name_missing, plan.not_agreed_to, plan.above_limit, code.grant_used.
    """
    plan = locked(w, c.plan_id, "plan.sign")
    view = get_plan_by_id(w, plan.id)
    if _is_signed(w, view, c.sha256):
        return
    _checked(w, plan, view, c)
    use_grant(w, c.grant, PURPOSE, c.sha256)
    signing = Signing("customer", c.typed_name.strip(), c.title.strip(), c.surroundings, c.grant)
    _keep(w, plan, view, signing)
    if view.row.offer.signature("house") is not None:
        agree(w, plan, c.surroundings)
    elif plan.state == "countered":
        move(w, plan, "with_supplier", "signed_by_customer", offer=view.row.offer.nth)
    else:
        note(w, plan, "signed_by_customer", offer=view.row.offer.nth)


def sign_for_house(w: Work, c: SignForHouse) -> None:
    """
    The offer bears the house's signature; signed by both, it is agreed. Pressed twice, once.

    Raises: plan.replaced, plan.not_in_this_state, plan.item.stale, plan.day.stale.
    """
    plan = locked(w, c.plan_id, "plan.counter")
    view = get_plan_by_id(w, plan.id)
    if view.sha256 == c.sha256 and view.row.offer.signature("house") is not None:
        return
    refuse_unless(plan, "approved")
    refuse_outdated(w, view, c.sha256)
    user = w.session.get_one(User, w.actor.user_id)
    _keep(w, plan, view, Signing("house", user.name, user.title or "", c.surroundings))
    if view.row.offer.signature("customer") is not None:
        agree(w, plan, c.surroundings)
    else:
        note(w, plan, "signed_by_house", offer=view.row.offer.nth)


def _is_signed(w: Work, view: PlanView, sha256: str) -> bool:
    signed = view.row.offer.signature("customer")
    return view.sha256 == sha256 and signed is not None and signed.user_id == w.actor.user_id


def _refuse_unsignable(w: Work, plan: Plan, view: PlanView) -> None:
    """Refuses what no customer can sign now: the house has offered or approved it."""
    refuse_unless(plan, "countered", "approved")
    if view.row.offer.signature("customer") is not None:
        raise RuleBroken("plan.not_in_this_state")
    refuse_outdated(w, view, view.sha256)
    limits = signing_limits(w, plan.customer_id)
    limit = limits.get((w.actor.email, plan.currency))
    right = Right(w.actor.user_id or 0, limit)
    if not covers(right, view.row.total.minor, limits_in_use=bool(limits)):
        raise RuleBroken("plan.above_limit", total=view.row.total)


def _checked(w: Work, plan: Plan, view: PlanView, c: SignPlan) -> None:
    if view.sha256 != c.sha256:
        raise RuleBroken("plan.replaced")
    _refuse_unsignable(w, plan, view)
    if not c.typed_name.strip():
        raise RuleBroken("plan.name_missing", field="typed_name")
    if not c.agrees:
        raise RuleBroken("plan.not_agreed_to", field="agrees")


def _keep(w: Work, plan: Plan, view: PlanView, signing: Signing) -> None:
    evidence = canonical_json(evidence_of(w, view, signing))
    assert w.actor.user_id is not None
    w.session.add(
        PlanSignature(
            customer_id=plan.customer_id,
            plan_id=plan.id,
            offer_id=view.row.offer.id,
            side=signing.side,
            user_id=w.actor.user_id,
            evidence=evidence,
            evidence_sha256=sha256_of_text(evidence),
            at=w.now,
        )
    )
    w.session.flush()
    w.audit(
        "plan.signed",
        f"plan/{plan.id}",
        customer_id=plan.customer_id,
        side=signing.side,
        offer=view.row.offer.nth,
        terms_sha256=view.sha256,
        evidence_sha256=sha256_of_text(evidence),
    )
