"""One plan as both sides read it: its offers, what changed, what was paid, what happened."""

from __future__ import annotations

from typing import Any

from flask import Response

from portal.base.access import allows
from portal.base.formats import moment
from portal.base.language import gettext as _
from portal.core.instalment import Met, penalty
from portal.core.money import Money
from portal.promises.names import reason_name
from portal.promises.plans.names import (
    INSIDE,
    STEPS,
    changes_of,
    rate_words,
    schedule_words,
    state_of,
)
from portal.promises.plans.queries import life_of
from portal.promises.plans.rows import TALKING, Offer, PlanView
from portal.web import respond
from portal.web.current import actor, reader


def plan_page(template: str, view: PlanView, status: int = 200, **values: Any) -> Response:
    """The page of one plan."""
    r, row = reader(), view.row
    is_house = actor().kind != "customer"
    agreed = _agreed_offer(view)
    supplier = r.company.name
    given: dict[str, Any] = {"form": None} | values
    return respond.page(
        template,
        status,
        view=view,
        row=row,
        state=state_of(row, is_house=is_house),
        offer=agreed or row.offer,
        lines=_lines(view, agreed or row.offer),
        changes=changes_of(view.before, row.offer) if view.before and not agreed else [],
        said=_said(row.offer),
        sides={"customer": row.customer_name, "house": supplier},
        rate_words=rate_words,
        schedule=schedule_words(agreed or row.offer),
        life=_life(view, is_house=is_house),
        may=_may(view),
        today=r.today,
        needs_approval=r.policy.plan_needs_approval,
        changed=view.changed,
        **given,
    )


def _agreed_offer(view: PlanView) -> Offer | None:
    """The offer that both signed."""
    if view.row.agreed_on is None:
        return None
    return next(each for each in view.offers if len(each.signed) == 2)


def _lines(view: PlanView, offer: Offer) -> list[dict[str, Any]]:
    """The schedule, each instalment with what became of it."""
    stand, today = view.row.standing, reader().today
    found = []
    for nth, row in enumerate(offer.rows):
        met = stand.each[nth] if stand else None
        found.append(
            {
                "nth": nth + 1,
                "due_on": row.due_on,
                "amount": row.amount,
                "interest": offer.interest[nth],
                "paid": met.paid if met else None,
                "state": _state_of_row(met) if met else None,
                "penalty": _penalty(met, offer),
                "is_next": bool(met and met.left.minor and row.due_on >= today),
            }
        )
    return found


def _penalty(met: Met | None, offer: Offer) -> Money | None:
    """What a late instalment has borne so far; a memo, until it is charged."""
    if met is None or not met.is_missed or not offer.penalty_bp:
        return None
    return penalty(met, offer.penalty_bp, reader().today)


def _state_of_row(met: Met) -> tuple[str, str]:
    if met.is_missed:
        return (_("Missed"), "bad") if met.left.minor else (_("Paid late"), "warn")
    if not met.left.minor:
        return _("Paid"), "ok"
    if met.paid.minor:
        return _("Partly paid"), "info"
    return (_("Due today"), "warn") if met.instalment.due_on == reader().today else ("", "neutral")


def _said(offer: Offer) -> list[tuple[str, str]]:
    """What was said with the newest offer, without what was not."""
    said = [
        (_("Reason"), reason_name(offer.reason) if offer.reason != "unsaid" else ""),
        (_("Remark"), offer.note),
        (_("Interest a year"), rate_words(offer.interest_bp) if offer.interest_bp else ""),
        (
            _("Penalty interest a year"),
            rate_words(offer.penalty_bp) if offer.penalty_bp else "",
        ),
    ]
    return [(label, value) for label, value in said if value]


def _life(view: PlanView, *, is_house: bool) -> list[tuple[str, str, str, str]]:
    r, told = reader(), []
    for at, who, kind, facts in life_of(r, view.row.id):
        if kind not in STEPS or (kind in INSIDE and not is_house):
            continue
        text, tone = STEPS[kind]
        words = _(text) % {"offer": "", "reason": "", **facts}
        told.append((moment(at, r.company.timezone), who or r.company.name, words, tone))
    return told


def _may(view: PlanView) -> dict[str, bool]:
    """What the reader can do with it now."""
    row = view.row
    is_house = actor().kind != "customer"
    is_talked = row.stored in {"draft", *TALKING}
    waits = view.asked is not None and view.asked.state == "waiting"
    offers = allows(actor(), "plan.offer", row)
    answers = is_house and allows(actor(), "plan.counter", row)
    has_signed = row.offer.signature("house" if is_house else "customer") is not None
    return {
        "offer": offers and is_talked,
        "withdraw": offers and (is_talked if not is_house else row.stored == "draft"),
        "sign": not is_house
        and allows(actor(), "plan.sign", row)
        and row.stored in {"countered", "approved"}
        and not has_signed
        and not view.changed,
        "accept": answers and row.stored in {"with_supplier", "countered"} and not waits,
        "refuse": answers and row.stored in TALKING,
        "sign_for_house": answers and row.stored == "approved" and not has_signed,
        "end": answers and row.stored == "agreed",
    }
