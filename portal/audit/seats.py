"""An auditor's seat: whose it is, from when until when, and what for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update

from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.people.addresses import folded
from portal.people.commands import Invite, Invited, invite
from portal.people.recognising import AUDITOR
from portal.tables.audits import AuditorSeat
from portal.tables.people import Session, User

LONGEST = dt.timedelta(days=732)


@dataclass(frozen=True)
class SeatTerms:
    """From when until when, both days included, and what for."""

    from_on: dt.date
    until_on: dt.date
    purpose: str


@dataclass(frozen=True)
class InviteAuditor:
    """Somebody from outside who shall look, for a time."""

    email: str
    name: str
    language: str
    terms: SeatTerms


@dataclass(frozen=True)
class ChangeSeat:
    """Other days, or another purpose, for an auditor who is here."""

    user_id: int
    terms: SeatTerms


@dataclass(frozen=True)
class SeatRow:
    """A seat as the page of users shows it."""

    ref: str
    user_id: int
    name: str
    email: str
    #: None for an auditor who was made without an end.
    from_on: dt.date | None
    until_on: dt.date | None
    purpose: str
    #: endless | coming | open | over
    state: str


def invite_auditor(w: Work, c: InviteAuditor) -> Invited:
    """
    Invites an auditor with a seat for a time; before and after it nobody gets in by it.

    `RuleBroken`: seat.days, seat.too_long, auditor.is_colleague, and those of inviting.
    """
    w.require("user.manage")
    _check(w, c.terms)
    known = w.session.scalars(select(User).where(User.email == folded(c.email))).first()
    if known is not None and known.staff_role not in {None, AUDITOR}:
        raise RuleBroken("auditor.is_colleague", field="email", email=known.email)
    invited = invite(w, Invite(c.email, c.name, AUDITOR, None, c.language))
    _set(w, invited.user_id, c.terms)
    return invited


def change_seat(w: Work, c: ChangeSeat) -> None:
    """Gives an auditor other days; sessions that are open outside of them end at once."""
    w.require("user.manage")
    user = w.session.get(User, c.user_id, with_for_update=True)
    if user is None or user.staff_role != AUDITOR:
        raise NotFound("auditor")
    _check(w, c.terms)
    _set(w, c.user_id, c.terms)


def _check(w: Work, terms: SeatTerms) -> None:
    if terms.until_on < terms.from_on or terms.until_on < w.today:
        raise RuleBroken("seat.days", field="until_on")
    if terms.until_on - terms.from_on > LONGEST:
        raise RuleBroken("seat.too_long", field="until_on", days=LONGEST.days)


def _set(w: Work, user_id: int, terms: SeatTerms) -> None:
    seat = w.session.get(AuditorSeat, user_id)
    before = [str(seat.from_on), str(seat.until_on), seat.purpose] if seat else None
    if seat is None:
        seat = AuditorSeat(user_id=user_id)
        w.session.add(seat)
    seat.from_on, seat.until_on, seat.purpose = terms.from_on, terms.until_on, terms.purpose
    seat.set_at = w.now
    if not terms.from_on <= w.today <= terms.until_on:
        end_sessions(w, [user_id])
    after = [str(terms.from_on), str(terms.until_on), terms.purpose]
    w.audit("auditor.seat_set", f"user/{user_id}", before=before, after=after)


def end_sessions(w: Work, user_ids: list[int]) -> None:
    """Ends every session of these people."""
    w.session.execute(
        update(Session)
        .where(Session.user_id.in_(user_ids), Session.ended_at.is_(None))
        .values(ended_at=w.now)
        .execution_options(synchronize_session=False)
    )


def list_seats(r: Reader) -> list[SeatRow]:
    """Our auditors with their seats, those without an end first, then the one that ends last."""
    rows = r.session.execute(
        select(User.id, User.name, User.email, AuditorSeat)
        .outerjoin(AuditorSeat, AuditorSeat.user_id == User.id)
        .where(User.staff_role == AUDITOR, User.disabled_at.is_(None))
        .order_by(AuditorSeat.user_id.is_not(None), AuditorSeat.until_on.desc(), User.name, User.id)
    )
    return [_row(r, *row) for row in rows]


def _row(r: Reader, user_id: int, name: str, email: str, seat: AuditorSeat | None) -> SeatRow:
    return SeatRow(
        ref=r.refs.of("us", user_id),
        user_id=user_id,
        name=name,
        email=email,
        from_on=None if seat is None else seat.from_on,
        until_on=None if seat is None else seat.until_on,
        purpose="" if seat is None else seat.purpose,
        state=_state(r, seat),
    )


def _state(r: Reader, seat: AuditorSeat | None) -> str:
    if seat is None:
        return "endless"
    if r.today < seat.from_on:
        return "coming"
    return "open" if r.today <= seat.until_on else "over"


def get_seat(r: Reader, ref: str) -> SeatRow:
    """One auditor's seat; `NotFound` for who is no auditor."""
    for row in list_seats(r):
        if row.ref == ref:
            return row
    raise NotFound(ref)
