"""Inviting people: a random token, kept as a hash, good for one use within a week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update

from portal.base.access import CUSTOMER_ROLES, STAFF_ROLES, NotFound
from portal.base.language import LANGUAGES
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.people.addresses import folded, is_address
from portal.people.commands.sessions import Device, StartedSession, start_session
from portal.people.notices import admins_of, tell, tell_of_change
from portal.people.recognising import find_invitation
from portal.people.tokens import digest, new_token
from portal.tables.customers import Customer
from portal.tables.people import Invitation, Membership, User

INVITATION_LIFE = dt.timedelta(days=7)


@dataclass(frozen=True)
class Invite:
    """A person to invite: to a customer with a role there, or among our own with a staff role."""

    email: str
    name: str
    role: str
    customer_id: int | None = None
    language: str = ""


@dataclass(frozen=True)
class Invited:
    """Who was invited; `token` is empty for a person who is here already and got one role more."""

    user_id: int
    token: str = ""

    @property
    def path(self) -> str:
        return f"/invites/{self.token}" if self.token else ""


@dataclass(frozen=True)
class AcceptInvitation:
    """An accepted invitation and the chosen password's hash; None is a code by mail each time."""

    token: str
    password_hash: str | None
    device: Device


def invite(w: Work, c: Invite) -> Invited:
    """
    Makes a person of the portal, or gives one a role more, and mails them the way in.

    `RuleBroken`: person.bad_address, person.bad_role, person.is_staff, person.is_customers.
    """
    user, customer, is_new = give_role(w, c)
    where = customer.name if customer else w.company.name
    if not is_new and not is_still_invited(w, user):
        tell_of_change(w, user, "roles_changed", where, also=_others(w, c.customer_id))
        return Invited(user.id)
    for admin in _others(w, c.customer_id):
        if admin.id != user.id:
            tell(w, admin, user, "invited", where)
    return Invited(user.id, send_invitation(w, user, where))


def give_role(w: Work, c: Invite) -> tuple[User, Customer | None, bool]:
    """Makes the person where there is none, gives them the role, and mails nobody."""
    customer = _customer_of(w, c)
    user = w.session.scalars(select(User).where(User.email == folded(c.email))).first()
    is_new = user is None
    user = user or _new_user(w, c, customer)
    _give_role(w, user, c)
    w.audit(
        "person.invited" if is_new else "person.role_given",
        f"user/{user.id}",
        customer_id=c.customer_id,
        role=c.role,
        email=user.email,
    )
    return user, customer, is_new


def resend_invitation(w: Work, user_id: int, customer_id: int | None) -> Invited:
    """Mails a fresh invitation to who has not come yet; the older links stop working."""
    user = w.session.get_one(User, user_id)
    customer = _require_invite(w, customer_id)
    if not is_still_invited(w, user):
        raise RuleBroken("person.already_came")
    w.audit("person.invited_again", f"user/{user_id}", customer_id=customer_id)
    where = customer.name if customer else w.company.name
    return Invited(user_id, send_invitation(w, user, where))


def accept_invitation(w: Work, c: AcceptInvitation) -> StartedSession:
    """
    Lets an invited person in, once; our own people choose a password and then a second factor.

    `RuleBroken`: invitation.over (used, replaced, or older than a week), password.needed.
    """
    found = find_invitation(w, c.token)
    if found is None:
        raise RuleBroken("invitation.over")
    used = w.session.execute(
        update(Invitation)
        .where(Invitation.token_hash == digest(c.token), Invitation.used_at.is_(None))
        .values(used_at=w.now)
        .returning(Invitation.id)
    ).scalar_one_or_none()
    if used is None:
        raise RuleBroken("invitation.over")
    if found.is_staff and c.password_hash is None and not found.has_password:
        raise RuleBroken("password.needed", field="password")
    user = w.session.get_one(User, found.user_id)
    if c.password_hash is not None:
        user.password_hash = c.password_hash
    w.audit("invitation.accepted", f"user/{user.id}")
    return start_session(w, user.id, "invitation", c.device)


def _customer_of(w: Work, c: Invite) -> Customer | None:
    """The customer of an invitation that is permitted and makes sense."""
    customer = _require_invite(w, c.customer_id)
    email = folded(c.email)
    if not is_address(email):
        raise RuleBroken("person.bad_address", field="email", email=c.email.strip())
    if c.role not in (CUSTOMER_ROLES if customer else STAFF_ROLES):
        raise RuleBroken("person.bad_role", field="role", role=c.role)
    return customer


def _require_invite(w: Work, customer_id: int | None) -> Customer | None:
    if customer_id is None:
        w.require("user.manage")
        return None
    customer = w.session.get(Customer, customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("person.invite", customer)
    return customer


def _new_user(w: Work, c: Invite, customer: Customer | None) -> User:
    spoken = (c.language, customer.language if customer else None, w.company.language)
    user = User(
        email=folded(c.email),
        name=c.name.strip() or folded(c.email).partition("@")[0],
        language=next((code for code in spoken if code in LANGUAGES), "en"),
        staff_role=None if customer else c.role,
        created_at=w.now,
    )
    w.session.add(user)
    w.session.flush()
    return user


def _give_role(w: Work, user: User, c: Invite) -> None:
    """A person is either ours or customers'; among a customer's roles they may hold several."""
    if c.customer_id is None:
        if user.staff_role is None:
            raise RuleBroken("person.is_customers", field="email", email=user.email)
        user.staff_role, user.disabled_at = c.role, None
        return
    if user.staff_role is not None:
        raise RuleBroken("person.is_staff", field="email", email=user.email)
    user.disabled_at = None
    held = w.session.get(Membership, (user.id, c.customer_id, c.role))
    if held is not None:
        held.suspended_at = None
        return
    w.session.add(
        Membership(user_id=user.id, customer_id=c.customer_id, role=c.role, since_at=w.now)
    )
    w.session.flush()


def is_still_invited(w: Work, user: User) -> bool:
    """Whether the person never came: no password, and no invitation that was ever used."""
    used = select(Invitation.id).where(
        Invitation.user_id == user.id, Invitation.used_at.is_not(None)
    )
    invited = select(Invitation.id).where(Invitation.user_id == user.id)
    return (
        user.password_hash is None
        and w.session.scalar(invited.limit(1)) is not None
        and w.session.scalar(used.limit(1)) is None
    )


def send_invitation(w: Work, user: User, where: str) -> str:
    """Mails a new token and makes the older ones worthless."""
    w.session.execute(
        update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
        .values(expires_at=w.now)
    )
    token = new_token()
    row = Invitation(
        user_id=user.id,
        token_hash=digest(token),
        created_at=w.now,
        expires_at=w.now + INVITATION_LIFE,
    )
    w.session.add(row)
    w.session.flush()
    payload = {
        "name": user.name,
        "where": where,
        "by": w.actor.name or w.company.name,
        "path": f"/invites/{token}",
        "days": INVITATION_LIFE.days,
        "expires_at": row.expires_at.isoformat(),
    }
    queue_mail(w, f"invitation/{row.id}", "invitation", user, payload)
    return token


def _others(w: Work, customer_id: int | None) -> list[User]:
    return admins_of(w, customer_id) if customer_id is not None else []
