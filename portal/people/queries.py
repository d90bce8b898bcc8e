"""Looking people up: a customer's people, our own, and what the actor has set up and done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.people.recognising import IDLE_CUSTOMER, IDLE_STAFF, is_only_invited
from portal.tables.agreements import NoticeChoice, QuietHours
from portal.tables.channels import TextChoice
from portal.tables.customers import Contact, Customer, SignatoryLimit
from portal.tables.invoices import Entry
from portal.tables.people import Membership, RecoveryCode, Session, User


@dataclass(frozen=True)
class Member:
    """A person of a customer, as the list of people shows them."""

    user_id: int
    ref: str
    name: str
    email: str
    roles: tuple[str, ...]
    is_suspended: bool
    is_invited: bool
    has_second_factor: bool
    seen_at: dt.datetime | None
    #: The most they may sign for, one a currency.
    limits: tuple[Money, ...] = ()


@dataclass(frozen=True)
class StaffMember:
    """One of our own people, as the list of users shows them."""

    user_id: int
    ref: str
    name: str
    email: str
    role: str
    is_disabled: bool
    is_invited: bool
    has_second_factor: bool
    seen_at: dt.datetime | None


@dataclass(frozen=True)
class OpenSession:
    """A session that goes on, as its owner sees it."""

    session_id: int
    ref: str
    address: str
    agent: str
    method: str
    created_at: dt.datetime
    seen_at: dt.datetime


@dataclass(frozen=True)
class OwnSecurity:
    """What the actor has set up to prove who they are."""

    has_password: bool
    has_second_factor: bool
    recovery_codes_left: int
    is_staff: bool


@dataclass(frozen=True)
class NoticeChoices:
    """The language of somebody's mails, event → pace where they chose, quiet hours, and texts."""

    language: str
    paces: dict[str, str]
    quiet: tuple[int, int] | None
    phone: str
    #: The events that texts are wanted about.
    texts: frozenset[str]


@dataclass(frozen=True)
class CustomerPlace:
    """A customer as something that a permission can be asked for."""

    customer_id: int


@dataclass(frozen=True)
class Invitable:
    """A contact of a customer who is not yet a person of the portal."""

    name: str
    email: str
    role: str | None
    language: str | None


def get_own_security(r: Reader) -> OwnSecurity:
    """The actor's own factors."""
    user = r.session.get_one(User, r.actor.user_id)
    return OwnSecurity(
        user.password_hash is not None,
        user.totp_secret is not None,
        recovery_codes_left(r, user.id),
        user.staff_role is not None,
    )


def get_notice_choices(r: Reader) -> NoticeChoices:
    """Which messages the actor gets, and when they want none."""
    user = r.session.get_one(User, r.actor.user_id)
    paces = select(NoticeChoice.event, NoticeChoice.pace).where(NoticeChoice.user_id == user.id)
    quiet = r.session.get(QuietHours, user.id)
    texts = select(TextChoice.event).where(TextChoice.user_id == user.id)
    return NoticeChoices(
        user.language,
        {each.event: each.pace for each in r.session.execute(paces)},
        (quiet.from_hour, quiet.until_hour) if quiet else None,
        user.phone or "",
        frozenset(r.session.scalars(texts)),
    )


def recovery_codes_left(r: Reader, user_id: int) -> int:
    """How many recovery codes a person has not used yet."""
    left = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return r.session.scalar(left) or 0


def at_customer(customer_id: int) -> CustomerPlace:
    """A customer, for asking whether something is allowed there."""
    return CustomerPlace(customer_id)


def get_customer(r: Reader, ref: str) -> Customer:
    """The customer behind a reference; `NotFound` where the actor may not see it."""
    rows = visible_to(select(Customer), r.actor, Customer.id)
    found = r.session.scalars(rows.where(Customer.id == r.id_of("cu", ref))).first()
    if found is None:
        raise NotFound(ref)
    return found


def get_member(r: Reader, customer_id: int, ref: str) -> Member:
    """One of a customer's people; `NotFound` where they do not belong there."""
    for member in list_members(r, customer_id):
        if member.ref == ref:
            return member
    raise NotFound(ref)


def get_staff_member(r: Reader, ref: str) -> StaffMember:
    """One of our own."""
    for member in list_staff(r):
        if member.ref == ref:
            return member
    raise NotFound(ref)


def list_customers_of(r: Reader) -> list[tuple[int, str, str]]:
    """The actor's customers as (id, reference, name), by name."""
    rows = visible_to(select(Customer.id, Customer.name), r.actor, Customer.id)
    return [
        (customer_id, r.refs.of("cu", customer_id), name)
        for customer_id, name in r.session.execute(rows.order_by(Customer.name, Customer.id))
    ]


def list_members(r: Reader, customer_id: int) -> list[Member]:
    """The people of a customer, by name."""
    rows = r.session.execute(
        visible_to(
            select(
                User,
                Membership.role,
                Membership.suspended_at,
                is_only_invited(),
                _last_seen(),
                SignatoryLimit,
            ),
            r.actor,
            Membership.customer_id,
        )
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Contact, Contact.email == User.email)
        .outerjoin(SignatoryLimit, SignatoryLimit.contact_id == Contact.id)
        .where(Membership.customer_id == customer_id, User.disabled_at.is_(None))
        .order_by(User.name, User.id, Membership.role, SignatoryLimit.currency)
    ).all()
    roles: defaultdict[int, dict[str, None]] = defaultdict(dict)
    limits: defaultdict[int, dict[str, Money]] = defaultdict(dict)
    for user, role, *_, limit in rows:
        roles[user.id][role] = None
        if limit is not None:
            limits[user.id][limit.currency] = Money(limit.amount_minor, limit.currency)
    return [
        Member(
            user.id,
            r.refs.of("us", user.id),
            user.name,
            user.email,
            tuple(roles.pop(user.id)),
            is_suspended=suspended_at is not None,
            is_invited=is_invited,
            has_second_factor=user.totp_secret is not None,
            seen_at=seen_at,
            limits=tuple(limits[user.id].values()),
        )
        for user, _, suspended_at, is_invited, seen_at, _limit in rows
        if user.id in roles
    ]


def roles_of(r: Reader, user_id: int) -> dict[int, frozenset[str]]:
    """What a person is at each customer that the reader may see."""
    rows = visible_to(
        select(Membership.customer_id, Membership.role), r.actor, Membership.customer_id
    ).where(Membership.user_id == user_id)
    roles: defaultdict[int, set[str]] = defaultdict(set)
    for customer_id, role in r.session.execute(rows):
        roles[customer_id].add(role)
    return {customer_id: frozenset(held) for customer_id, held in roles.items()}


def list_limit_currencies(r: Reader, customer_id: int) -> list[str]:
    """The currencies in which a limit makes sense: of the customer's books, and the company's."""
    used = visible_to(select(Entry.currency), r.actor, Entry.customer_id)
    found = r.session.scalars(used.where(Entry.customer_id == customer_id).distinct())
    return sorted({*found, r.company.currency})


def list_staff(r: Reader) -> list[StaffMember]:
    """Our own people, by name; those who left stand last."""
    rows = r.session.execute(
        select(User, is_only_invited(), _last_seen())
        .where(User.staff_role.is_not(None))
        .order_by(User.disabled_at.is_not(None), User.name, User.id)
    )
    return [
        StaffMember(
            user.id,
            r.refs.of("us", user.id),
            user.name,
            user.email,
            user.staff_role or "",
            is_disabled=user.disabled_at is not None,
            is_invited=is_invited,
            has_second_factor=user.totp_secret is not None,
            seen_at=seen_at,
        )
        for user, is_invited, seen_at in rows
    ]


def list_invitable_contacts(r: Reader, customer_id: int) -> list[Invitable]:
    """The contacts of a customer who are not people of the portal yet, by name."""
    is_here = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.customer_id == Contact.customer_id, User.email == Contact.email)
    )
    rows = visible_to(
        select(Contact.name, Contact.email, Contact.role, Contact.language),
        r.actor,
        Contact.customer_id,
    ).where(Contact.customer_id == customer_id, ~exists(is_here))
    return [Invitable(*row) for row in r.session.execute(rows.order_by(Contact.name, Contact.id))]


def list_open_sessions(r: Reader) -> list[OpenSession]:
    """The actor's own sessions that go on, the latest seen first."""
    idle = IDLE_STAFF if r.actor.kind == "staff" else IDLE_CUSTOMER
    rows = r.session.scalars(
        select(Session)
        .where(
            Session.user_id == r.actor.user_id,
            Session.complete,
            Session.ended_at.is_(None),
            Session.expires_at > r.now,
            Session.seen_at > r.now - idle,
        )
        .order_by(Session.seen_at.desc(), Session.id.desc())
    )
    return [
        OpenSession(
            row.id,
            r.refs.of("se", row.id),
            row.address,
            row.agent,
            row.method,
            row.created_at,
            row.seen_at,
        )
        for row in rows
    ]


def _last_seen() -> ColumnElement[dt.datetime]:
    return (
        select(func.max(Session.seen_at))
        .where(Session.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
