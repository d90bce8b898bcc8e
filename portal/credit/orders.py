"""
Asking whether an order may be shipped, with the answer kept: an act of its own.

With every order the customer's credit is looked at again, and the answer stays (S-030).
Everybody who asks for one group waits for each other at its head, so that two orders never share
the last of a limit. What is asked without an order is answered by `checking`, and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.asking import withdraw_request
from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.credit_decision import Decision, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.checking import AskCheck, Checked, check
from portal.credit.names import reasons_kept
from portal.tables.customers import Customer
from portal.tables.orders import HoldRelease, OrderDecision, SalesOrder

LONGEST_CODE = 200
#: What a BIGINT holds.
LARGEST_FIGURE = 2**63 - 1


@dataclass(frozen=True)
class AskToShip:
    """Whether an order may be shipped: one that is known, or a new one with its amount."""

    order_code: str
    #: Of a new order.
    customer_id: int | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered for an order."""

    order_id: int
    decision: str
    checked: Checked


def ask_to_ship(w: Work, c: AskToShip) -> Answer:
    """
    The answer for an order, kept with its figures; a new order is kept with it.

    Raises: order.number_missing, order.number_unfit, order.amount_negative, order.not_open,
    order.customer_differs, order.known_with_other_content, order.currency_differs.
    """
    code = _code(c.order_code)
    customer_id = w.session.scalar(select(SalesOrder.customer_id).where(SalesOrder.code == code))
    if customer_id is None:
        customer_id = c.customer_id
    if customer_id is None:
        raise NotFound("order")
    w.require(Permission.CREDIT_CHECK, lock_up(w, customer_id))
    order = w.session.scalars(
        select(SalesOrder)
        .where(SalesOrder.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if order is None:
        order = _new(w, code, c)
    else:
        _check_same(order, c)
    return answer(w, order)


def ask_again(w: Work, order_id: int, *, only_news: bool = False) -> Answer:
    """
    The answer for an order as things are now; `only_news` keeps none that is as before.

    Raises: order.not_open.
    """
    return answer(w, locked_order(w, order_id), only_news=only_news)


def locked_order(
    w: Work, order_id: int, permission: Permission = Permission.CREDIT_CHECK
) -> SalesOrder:
    """An order under the lock of its group, for who may do this to it."""
    customer_id = w.session.scalar(select(SalesOrder.customer_id).where(SalesOrder.id == order_id))
    if customer_id is None:
        raise NotFound("order")
    w.require(permission, lock_up(w, customer_id))
    return w.session.get_one(SalesOrder, order_id, with_for_update=True, populate_existing=True)


def lock_up(w: Work, customer_id: int) -> Customer:
    """
    The customer under its lock, and then each one above it up to the head of the group.

    Always upwards: who locks a customer first and the rest of its group later waits, but never for
    ever.
    """
    first: Customer | None = None
    here: int | None = customer_id
    seen: set[int] = set()
    while here is not None and here not in seen:
        seen.add(here)
        row = w.session.get(Customer, here, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("customer")
        first, here = first or row, row.parent_id
    assert first is not None
    return first


def answer(w: Work, order: SalesOrder, *, only_news: bool = False) -> Answer:
    """Decides on an order whose group is locked, and keeps what is decided."""
    if order.status != "open":
        raise RuleBroken("order.not_open")
    amount = Money(order.amount_minor, order.currency)
    w.session.flush()
    checked = check(w, AskCheck(order.customer_id, amount, order.code), w.today)
    verdict = checked.decision.verdict
    is_released = order.decision == "released" and _is_in_force(w, order)
    decided = "released" if is_released and verdict is Verdict.ALLOW else verdict.value
    is_news = decided != order.decision
    # What may be shipped already is not allowed twice; that it is still held is worth a line.
    if is_news or (verdict is not Verdict.ALLOW and not only_news):
        keep(w, order, decided, checked.decision)
    if is_news and decided == Verdict.ALLOW.value:
        _withdraw_releases(w, order)
    return Answer(order.id, decided, checked)


def keep(
    w: Work, order: SalesOrder, decided: str, decision: Decision, release: HoldRelease | None = None
) -> None:
    """Adds an answer to an order's history and makes it the one that holds."""
    figures = {
        "exposure_minor": decision.exposure,
        "limit_minor": decision.limit,
        "amount_minor": decision.amount,
    }
    minor = {name: _kept(sum_) for name, sum_ in figures.items()}
    w.session.add(
        OrderDecision(
            customer_id=order.customer_id,
            order_id=order.id,
            decision=decided,
            reasons=reasons_kept(decision.reasons),
            currency=decision.currency,
            release_id=release.id if release else None,
            policy_id=w.policy.id,
            asked_by=w.actor.name or w.actor.email,
            at=w.now,
            **minor,
        )
    )
    before, order.decision = order.decision, decided
    order.released_until = release.until_on if release else None
    order.row_version += 1
    w.session.flush()
    w.audit(
        "order.decided",
        f"order/{order.id}",
        customer_id=order.customer_id,
        order=order.code,
        decision=decided,
        before=before,
        reasons=[reason.code for reason in decision.reasons],
        currency=decision.currency,
        **minor,
    )


def _kept(figure: Money | None) -> int | None:
    """What is kept of a figure; nothing where a rate makes more of it than any book can hold."""
    if figure is None or abs(figure.minor) > LARGEST_FIGURE:
        return None
    return figure.minor


def _is_in_force(w: Work, order: SalesOrder) -> bool:
    return order.released_until is not None and order.released_until >= w.today


def _withdraw_releases(w: Work, order: SalesOrder) -> None:
    """What may be shipped needs no release: who asked for one need not wait."""
    waiting = select(HoldRelease).where(
        HoldRelease.order_id == order.id, HoldRelease.state == "waiting"
    )
    for release in w.session.scalars(waiting.with_for_update()):
        release.state = "withdrawn"
        withdraw_request(w, "release", f"release/{release.id}")


def _code(told: str) -> str:
    code = told.strip()
    if not code:
        raise RuleBroken("order.number_missing", field="order_code")
    if len(code) > LONGEST_CODE or not code.isprintable():
        raise RuleBroken("order.number_unfit", field="order_code", longest=LONGEST_CODE)
    return code


def _new(w: Work, code: str, c: AskToShip) -> SalesOrder:
    if c.amount is None or c.customer_id is None:
        raise NotFound("order")
    if c.amount.minor < 0:
        raise RuleBroken("order.amount_negative", field="amount")
    order = SalesOrder(
        customer_id=c.customer_id,
        code=code,
        currency=c.amount.currency,
        ordered_on=w.today,
        amount_minor=c.amount.minor,
        status="open",
        # Until it is answered it counts for nobody else: the group is locked.
        decision=None,
        created_at=w.now,
    )
    w.session.add(order)
    w.session.flush()
    w.audit(
        "order.told",
        f"order/{order.id}",
        customer_id=order.customer_id,
        order=code,
        amount=c.amount.major(),
        currency=c.amount.currency,
    )
    return order


def _check_same(order: SalesOrder, c: AskToShip) -> None:
    """Refuses an order that is told as a new one and is here with other content."""
    if c.customer_id is not None and c.customer_id != order.customer_id:
        raise RuleBroken("order.customer_differs", field="order_code", order=order.code)
    if c.amount is not None and c.amount != Money(order.amount_minor, order.currency):
        raise RuleBroken("order.known_with_other_content", field="order_code", order=order.code)
