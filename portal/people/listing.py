"""A customer's people as a file: one row a person, their limits by currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.people.queries import Member


def people_sheet(members: Iterable[Member], customer: str) -> tuple[list[str], Iterator[Row]]:
    """The head and the rows of the list of people."""
    head = [
        *(_("Company"), _("Name"), _("E-mail address"), _("Roles"), _("May sign for up to")),
        *(_("Second factor"), _("Last seen"), _("State")),
    ]
    return head, (_row(member, customer) for member in members)


def _row(member: Member, customer: str) -> Row:
    return (
        *(customer, member.name, member.email, ", ".join(member.roles)),
        ", ".join(f"{limit.currency} {limit.major()}" for limit in member.limits),
        _("set up") if member.has_second_factor else "",
        member.seen_at.isoformat(timespec="minutes") if member.seen_at else "",
        state_of(member),
    )


def state_of(member: Member) -> str:
    """Whether somebody can sign in, in a word."""
    if member.is_suspended:
        return _("suspended")
    return _("invited") if member.is_invited else _("active")
