"""Looking people up: who may enter, who sits behind a cookie, who belongs to a customer."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from portal.base.access import Actor, NotFound, visible_to
from portal.base.work import Reader
from portal.people.tokens import digest
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Audit
from portal.tables.people import Invitation, Membership, Session, User

IDLE_CUSTOMER = dt.timedelta(minutes=30)
IDLE_STAFF = dt.timedelta(hours=8)
ACTIVITY_ROWS = 100


@dataclass(frozen=True)
class SignedIn:
    """The session behind a cookie, and whose it is."""

    session_id: int
    user_id: int
    name: str
    email: str
    language: str
    staff_role: str | None
    is_complete: bool
    method: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime

    @property
    def idle(self) -> dt.timedelta:
        """How long nobody may be seen before it ends."""
        return IDLE_STAFF if self.staff_role else IDLE_CUSTOMER


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
class Activity:
    """Something a person did, or that was done to their account."""

    at: dt.datetime
    kind: str
    subject: str
    is_own: bool


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that still can be accepted."""

    user_id: int
    email: str
    name: str
    is_staff: bool
    has_password: bool


@dataclass(frozen=True)
class Invitable:
    """A contact of a customer who is not yet a person of the portal."""

    name: str
    email: str
    role: str | None
    language: str | None


def folded(email: str) -> str:
    """An address as it is kept and compared."""
    return email.strip().casefold()


def _is_only_invited() -> ColumnElement[bool]:
    """Invited, and never came: an invitation that ran out must not leave another way in."""
    of_user = Invitation.user_id == User.id
    return and_(
        User.password_hash.is_(None),
        exists(select(Invitation.id).where(of_user)),
        ~exists(select(Invitation.id).where(of_user, Invitation.used_at.is_not(None))),
    )


def _belongs_somewhere() -> ColumnElement[bool]:
    member = select(Membership.user_id).where(
        Membership.user_id == User.id, Membership.suspended_at.is_(None)
    )
    return or_(User.staff_role.is_not(None), exists(member))


def find_person_who_may_enter(r: Reader, email: str) -> User | None:
    """The person with this address if they may sign in now: neither disabled nor merely invited."""
    return r.session.scalars(
        select(User).where(
            User.email == folded(email),
            User.disabled_at.is_(None),
            _belongs_somewhere(),
            ~_is_only_invited(),
        )
    ).first()


def find_session(r: Reader, token: str) -> SignedIn | None:
    """The session of a cookie, if it goes on: not ended, not idle too long, nobody's disabled."""
    row = r.session.execute(
        select(
            Session.id,
            Session.user_id,
            User.name,
            User.email,
            User.language,
            User.staff_role,
            Session.complete,
            Session.method,
            Session.created_at,
            Session.seen_at,
            Session.expires_at,
        )
        .join(User, User.id == Session.user_id)
        .where(
            Session.token_hash == digest(token),
            Session.ended_at.is_(None),
            Session.expires_at > r.now,
            User.disabled_at.is_(None),
        )
    ).first()
    found = SignedIn(*row) if row else None
    return found if found and r.now - found.seen_at < found.idle else None


def actor_of(r: Reader, user_id: int) -> Actor:
    """A person as an actor, with what they may do right now; `NotFound` when they are disabled."""
    user = r.session.scalars(
        select(User).where(User.id == user_id, User.disabled_at.is_(None))
    ).first()
    if user is None:
        raise NotFound("person")
    if user.staff_role is not None:
        return Actor("staff", user.id, user.name, user.email, staff_role=user.staff_role)
    roles: defaultdict[int, set[str]] = defaultdict(set)
    held = select(Membership.customer_id, Membership.role).where(
        Membership.user_id == user_id, Membership.suspended_at.is_(None)
    )
    for customer_id, role in r.session.execute(held):
        roles[customer_id].add(role)
    memberships = {customer_id: frozenset(names) for customer_id, names in roles.items()}
    return Actor("customer", user.id, user.name, user.email, memberships)


def get_user(r: Reader, ref: str) -> User:
    """The person behind a reference; the command decides whether the actor may touch them."""
    user = r.session.get(User, r.id_of("us", ref))
    if user is None:
        raise NotFound(ref)
    return user


def find_invitation(r: Reader, token: str) -> OpenInvitation | None:
    """The invitation of a token, if it can still be accepted."""
    row = r.session.execute(
        select(User.id, User.email, User.name, User.staff_role, User.password_hash)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Invitation.token_hash == digest(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > r.now,
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return OpenInvitation(
        row.id, row.email, row.name, row.staff_role is not None, row.password_hash is not None
    )


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
                _is_only_invited(),
                _last_seen(),
            ),
            r.actor,
            Membership.customer_id,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.customer_id == customer_id, User.disabled_at.is_(None))
        .order_by(User.name, User.id, Membership.role)
    ).all()
    roles: defaultdict[int, list[str]] = defaultdict(list)
    for user, role, *_ in rows:
        roles[user.id].append(role)
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
        )
        for user, _, suspended_at, is_invited, seen_at in rows
        if user.id in roles
    ]


def list_staff(r: Reader) -> list[StaffMember]:
    """Our own people, by name; those who left stand last."""
    rows = r.session.execute(
        select(User, _is_only_invited(), _last_seen())
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


def list_activity(r: Reader) -> list[Activity]:
    """What the actor did and what was done to their account, newest first."""
    own, about = Audit.actor_id == r.actor.user_id, Audit.subject == f"user/{r.actor.user_id}"
    rows = r.session.execute(
        select(Audit.at, Audit.kind, Audit.subject, Audit.actor_id)
        .where(or_(own, about))
        .order_by(Audit.id.desc())
        .limit(ACTIVITY_ROWS)
    )
    return [
        Activity(at, kind, subject, is_own=actor_id == r.actor.user_id)
        for at, kind, subject, actor_id in rows
    ]


def _last_seen() -> ColumnElement[dt.datetime]:
    return (
        select(func.max(Session.seen_at))
        .where(Session.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
