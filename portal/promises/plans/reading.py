"""What is read of plans from their tables: offers with their instalments, and what was paid."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.work import Reader
from portal.core.instalment import Instalment, Paid, Standing, standing
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.open_items import counts_on
from portal.promises.plans.rows import Item, Offer, Signed, number_of
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation
from portal.tables.people import User
from portal.tables.promises import Instalment as InstalmentTable
from portal.tables.promises import Plan, PlannedPart, PlanOffer, PlanSignature


def offers_of(r: Reader, whose: ColumnElement[bool]) -> dict[int, list[Offer]]:
    """By plan: its offers, the first one first; `whose` is a condition on `Plan`."""
    plans = select(Plan.id).where(whose)
    rows = r.session.execute(
        select(PlanOffer, Plan.currency, User.name, User.email)
        .join(Plan, Plan.id == PlanOffer.plan_id)
        .join(User, User.id == PlanOffer.user_id)
        .where(PlanOffer.plan_id.in_(plans))
        .order_by(PlanOffer.plan_id, PlanOffer.nth)
    ).all()
    ids = select(PlanOffer.id).where(PlanOffer.plan_id.in_(plans))
    instalments: dict[int, list[InstalmentTable]] = defaultdict(list)
    for row in r.session.scalars(
        select(InstalmentTable)
        .where(InstalmentTable.offer_id.in_(ids))
        .order_by(InstalmentTable.offer_id, InstalmentTable.nth)
    ):
        instalments[row.offer_id].append(row)
    signed = _signatures(r, plans)
    found: dict[int, list[Offer]] = defaultdict(list)
    for offer, currency, name, email in rows:
        made = _offer(offer, currency, instalments[offer.id], signed.get(offer.id, ()))
        found[offer.plan_id].append(replace(made, who=name or email))
    return found


def _offer(
    offer: PlanOffer, currency: str, rows: list[InstalmentTable], signed: Iterable[Signed]
) -> Offer:
    return Offer(
        id=offer.id,
        nth=offer.nth,
        side=offer.side,
        rows=tuple(Instalment(row.due_on, Money(row.amount_minor, currency)) for row in rows),
        interest=tuple(Money(row.interest_minor, currency) for row in rows),
        interest_bp=offer.interest_bp,
        penalty_bp=offer.penalty_bp,
        reason=offer.reason,
        note=offer.note,
        user_id=offer.user_id,
        who="",
        at=offer.at,
        signed=tuple(signed),
    )


def _signatures(r: Reader, plans: Any) -> Mapping[int, list[Signed]]:
    found: dict[int, list[Signed]] = defaultdict(list)
    rows = (
        select(PlanSignature, User.name, User.email)
        .join(User, User.id == PlanSignature.user_id)
        .where(PlanSignature.plan_id.in_(plans))
        .order_by(PlanSignature.id)
    )
    for row, name, email in r.session.execute(rows):
        signed = Signed(row.side, name or email, row.at, row.user_id, row.evidence_sha256)
        found[row.offer_id].append(signed)
    return found


def items_of(r: Reader, plan_id: int, free: Mapping[tuple[int, int], Money]) -> list[Item]:
    """What a plan covers, the earliest due first; `free` is what is left of each part now."""
    rows = r.session.execute(
        select(PlannedPart, Part.due_on, Part.currency, Entry.number, Entry.kind)
        .join(
            Part,
            and_(
                Part.customer_id == PlannedPart.customer_id,
                Part.entry_id == PlannedPart.entry_id,
                Part.part == PlannedPart.part,
            ),
        )
        .join(Entry, Entry.id == PlannedPart.entry_id)
        .where(PlannedPart.plan_id == plan_id)
        .order_by(Part.due_on.is_(None), Part.due_on, Entry.number, PlannedPart.part)
    )
    return [
        Item(
            entry_id=planned.entry_id,
            ref=r.refs.of("iv", planned.entry_id),
            kind=Kind(kind).word,
            number=number,
            part=planned.part,
            due_on=due_on,
            amount=Money(planned.amount_minor, currency),
            free=free.get((planned.entry_id, planned.part), Money.zero(currency)),
        )
        for planned, due_on, currency, number, kind in rows
    ]


def terms_of(plan_id: int, offer: Offer, items: Iterable[Item]) -> dict[str, Any]:
    """What an offer says, as it is hashed and signed; amounts are decimal text."""
    return {
        "plan": number_of(plan_id),
        "offer": offer.nth,
        "currency": offer.total.currency,
        "total": offer.total.major(),
        "interest_bp": offer.interest_bp,
        "penalty_bp": offer.penalty_bp,
        "instalments": [
            {"due_on": row.due_on.isoformat(), "amount": row.amount.major(), "interest": on.major()}
            for row, on in zip(offer.rows, offer.interest, strict=True)
        ],
        "items": [
            {"document": item.number, "part": item.part, "amount": item.amount.major()}
            for item in items
        ],
    }


def terms_sha256(plan_id: int, offer: Offer, items: Iterable[Item]) -> str:
    """What is signed, in one number."""
    return sha256_of_text(canonical_json(terms_of(plan_id, offer, items)))


def standings(r: Reader, as_of: dt.date, whose: ColumnElement[bool]) -> dict[int, Standing]:
    """By plan: what became of those that both signed; `whose` is a condition on `Plan`."""
    agreed = and_(whose, Plan.agreed_offer_id.is_not(None), Plan.agreed_on <= as_of)
    offers = {offer.id: offer for each in offers_of(r, agreed).values() for offer in each}
    if not offers:
        return {}
    paid = _paid(r, as_of, agreed)
    days = r.policy.plan_tolerance_days
    rows = r.session.execute(select(Plan.id, Plan.agreed_offer_id).where(agreed))
    return {
        plan_id: standing(offers[offer_id].rows, paid[plan_id], as_of, days)
        for plan_id, offer_id in rows
        if offer_id is not None
    }


def _paid(r: Reader, as_of: dt.date, agreed: ColumnElement[bool]) -> Mapping[int, list[Paid]]:
    """
    By plan: what settled its parts since it was agreed, by value date.

    What had settled a part before the agreement is taken off the oldest money first; what a plan
    does not cover of a part is settled last.
    """
    came: dict[tuple[int, int, int], list[Paid]] = defaultdict(list)
    before: dict[tuple[int, int, int], tuple[int, int]] = {}
    rows = r.session.execute(
        select(
            PlannedPart, Part.amount_minor, Part.currency, Allocation.amount_minor, Entry.dated_on
        )
        .join(Plan, Plan.id == PlannedPart.plan_id)
        .join(
            Part,
            and_(
                Part.customer_id == PlannedPart.customer_id,
                Part.entry_id == PlannedPart.entry_id,
                Part.part == PlannedPart.part,
            ),
        )
        .outerjoin(
            Allocation,
            and_(
                Allocation.customer_id == PlannedPart.customer_id,
                Allocation.entry_id == PlannedPart.entry_id,
                Allocation.part == PlannedPart.part,
                Allocation.memo == 0,
                counts_on(as_of),
            ),
        )
        .outerjoin(Entry, Entry.id == Allocation.credit_id)
        .where(agreed)
    )
    for planned, whole, currency, minor, value_on in rows:
        key = (planned.plan_id, planned.entry_id, planned.part)
        before[key] = (whole - planned.open_minor, planned.amount_minor)
        if minor:
            came[key].append(Paid(value_on, Money(minor, currency)))
    found: dict[int, list[Paid]] = defaultdict(list)
    for key, pieces in came.items():
        found[key[0]] += _since(sorted(pieces, key=lambda each: each.on), *before[key])
    return found


def _since(pieces: Iterable[Paid], skipped: int, most: int) -> Iterator[Paid]:
    """The money after what was there before, up to what the plan covers."""
    for piece in pieces:
        minor = piece.amount.minor
        over = min(skipped, minor)
        skipped -= over
        taken = min(minor - over, most)
        most -= taken
        if taken:
            yield Paid(piece.on, Money(taken, piece.amount.currency))
