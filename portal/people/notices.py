"""The mails that tell people that something about an account changed, in case it was not they."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portal.base.language import N_
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.tables.people import Membership, User

#: What changed → the sentence of the mail.
CHANGES = {
    "disabled": N_("%(by)s closed the account of %(person)s. It can no longer sign in."),
    "enabled": N_("%(by)s opened the account of %(person)s again."),
    "limits_changed": N_("%(by)s changed how much %(person)s may sign for: %(where)s."),
    "invited": N_("%(by)s invited %(person)s to %(where)s."),
    "new_device": N_("Somebody signed in as %(person)s with a browser not seen before: %(where)s"),
    "password_changed": N_("The password of %(person)s was changed, all other sessions ended."),
    "recovery_code_used": N_("%(person)s signed in with a recovery code. Codes left: %(where)s."),
    "recovery_codes_renewed": N_("%(person)s made new recovery codes; the old ones are void."),
    "removed": N_("%(by)s removed %(person)s from %(where)s."),
    "roles_changed": N_("%(by)s changed what %(person)s may do at %(where)s."),
    "second_factor_removed": N_("%(by)s removed the second factor of %(person)s."),
    "second_factor_set": N_("%(person)s set up an authenticator app as second factor."),
    "suspended": N_("%(by)s suspended %(person)s at %(where)s."),
    "unsuspended": N_("%(by)s let %(person)s in again at %(where)s."),
}


def tell_of_change(
    w: Work, person: User, change: str, where: str = "", also: Iterable[User] = ()
) -> None:
    """Mails what changed to the person concerned and to the others named, once each."""
    for reader in {user.id: user for user in (person, *also)}.values():
        tell(w, reader, person, change, where)


def tell(w: Work, reader: User, person: User, change: str, where: str = "") -> None:
    """Mails one reader what changed about a person."""
    assert change in CHANGES
    payload = {
        "change": change,
        "person": person.name or person.email,
        "by": w.actor.name or w.company.name,
        "where": where,
        "at": w.now.isoformat(),
    }
    key = f"security_notice/{change}/{person.id}/{reader.id}/{w.now.isoformat()}"
    queue_mail(w, key, "security_notice", reader, payload)


def admins_of(w: Work, customer_id: int) -> list[User]:
    """The people who administer a customer's portal, by name."""
    return list(
        w.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.customer_id == customer_id,
                Membership.role == "customer_admin",
                Membership.suspended_at.is_(None),
                User.disabled_at.is_(None),
            )
            .order_by(User.name, User.id)
        )
    )
