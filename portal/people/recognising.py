"""Who sits behind a cookie, an address or an invitation, and what they may do at this moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Date, and_, bindparam, exists, literal, or_, select, union_all

from portal.base.access import Actor, NotFound
from portal.base.people import stands_in_on
from portal.base.work import Reader
from portal.people.addresses import folded
from portal.people.delegations import runs
from portal.people.tokens import digest
from portal.tables.approvals import StandIn
from portal.tables.audits import AuditorSeat
from portal.tables.people import Invitation, Membership, Session, User
from portal.tables.signing import Delegation

IDLE_CUSTOMER = dt.timedelta(minutes=30)
AUDITOR, SALES = "auditor", "sales"
IDLE_STAFF = dt.timedelta(hours=8)
#: No role, but what a delegation counts as among them.
HANDED_OVER = "(handed over)"


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


#: The columns that a session is made of, by their names.
SIGNED_IN = tuple(each.name for each in fields(SignedIn))


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that still can be accepted."""

    user_id: int
    email: str
    name: str
    is_staff: bool
    has_password: bool


def is_only_invited() -> ColumnElement[bool]:
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


def _is_in_time(r: Reader, from_on: dt.date | None, until_on: dt.date | None) -> bool:
    """Whether an auditor's seat is theirs today; who has no seat for a time is not asked."""
    return from_on is None or until_on is None or from_on <= r.today <= until_on


def _seat_of_auditor() -> ColumnElement[bool]:
    return and_(AuditorSeat.user_id == User.id, User.staff_role == AUDITOR)


#: What every request asks first, in words that are built once.
PERSON = (
    select(User, AuditorSeat.from_on, AuditorSeat.until_on)
    .outerjoin(AuditorSeat, _seat_of_auditor())
    .where(User.id == bindparam("user_id"), User.disabled_at.is_(None))
)
SESSION = (
    select(
        Session.id.label("session_id"),
        Session.user_id,
        User.name,
        User.email,
        User.language,
        User.staff_role,
        Session.complete.label("is_complete"),
        Session.method,
        Session.created_at,
        Session.seen_at,
        Session.expires_at,
        AuditorSeat.from_on,
        AuditorSeat.until_on,
    )
    .join(User, User.id == Session.user_id)
    .outerjoin(AuditorSeat, _seat_of_auditor())
    .where(
        Session.token_hash == bindparam("token_hash"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        User.disabled_at.is_(None),
    )
)
ROLES = union_all(
    select(Membership.customer_id, Membership.role).where(
        Membership.user_id == bindparam("user_id"), Membership.suspended_at.is_(None)
    ),
    select(Delegation.customer_id, literal(HANDED_OVER)).where(
        Delegation.to_id == bindparam("user_id"), runs(bindparam("today", type_=Date()))
    ),
)


def find_person_who_may_enter(r: Reader, email: str) -> User | None:
    """The person with this address if they may sign in now: neither disabled nor merely invited."""
    row = r.session.execute(
        select(User, AuditorSeat.from_on, AuditorSeat.until_on)
        .outerjoin(AuditorSeat, _seat_of_auditor())
        .where(
            User.email == folded(email),
            User.disabled_at.is_(None),
            _belongs_somewhere(),
            ~is_only_invited(),
        )
    ).first()
    return row[0] if row and _is_in_time(r, row.from_on, row.until_on) else None


def find_session(r: Reader, token: str) -> SignedIn | None:
    """The session of a cookie, if it goes on: not ended, not idle too long, nobody's disabled."""
    row = r.session.execute(SESSION, {"token_hash": digest(token), "now": r.now}).first()
    if row is None or not _is_in_time(r, row.from_on, row.until_on):
        return None
    found = SignedIn(**{name: row._mapping[name] for name in SIGNED_IN})  # noqa: SLF001 - its API
    return found if r.now - found.seen_at < found.idle else None


def actor_of(r: Reader, user_id: int) -> Actor:
    """A person as an actor, with what they may do right now; `NotFound` when they are disabled."""
    row = r.session.execute(PERSON, {"user_id": user_id}).first()
    if row is None or not _is_in_time(r, row.from_on, row.until_on):
        raise NotFound("person")
    return _actor(r, row[0])


def actor_in(r: Reader, session: SignedIn) -> Actor:
    """Who a session that goes on belongs to, as an actor; finding it has asked for the person."""
    return _actor(r, session)


def _actor(r: Reader, person: User | SignedIn) -> Actor:
    user_id = person.id if isinstance(person, User) else person.user_id
    if person.staff_role is not None:
        covers = _covered(r, user_id) if person.staff_role == SALES else frozenset()
        named = (user_id, person.name, person.email)
        return Actor("staff", *named, staff_role=person.staff_role, covers=covers)
    roles: defaultdict[int, set[str]] = defaultdict(set)
    signs_for = set()
    for customer_id, role in r.session.execute(ROLES, {"user_id": user_id, "today": r.today}):
        if role == HANDED_OVER:
            signs_for.add(customer_id)
        else:
            roles[customer_id].add(role)
    return Actor(
        "customer",
        user_id,
        person.name,
        person.email,
        {customer_id: frozenset(names) for customer_id, names in roles.items()},
        signs_for=frozenset(signs_for),
    )


def _covered(r: Reader, user_id: int) -> frozenset[str]:
    """By which names the absent colleagues own customers whom this salesperson looks after now."""
    rows = (
        select(User.name, User.email)
        .join(StandIn, StandIn.user_id == User.id)
        .where(
            StandIn.stand_in_id == user_id,
            stands_in_on(r.today),
            User.disabled_at.is_(None),
            User.staff_role == SALES,
        )
    )
    return frozenset(name for row in r.session.execute(rows) for name in row if name)


def has_second_factor(r: Reader, user_id: int) -> bool:
    """Whether the person has set up an authenticator app."""
    kept = select(User.id).where(User.id == user_id, User.totp_secret.is_not(None))
    return r.session.scalar(kept) is not None


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
