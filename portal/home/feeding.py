"""
Calendar feeds: each person's own, at an address that nobody can guess and that they can end.

The address is computed from the feed's row and the installation's secret; nothing of it is stored.
Ending the row, the person's account or their mailed links ends it.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.tables.channels import CalendarFeed
from portal.tables.people import User

PURPOSE = "calendar feed"


@dataclass(frozen=True)
class MakeFeed:
    """A feed with or without the due dates of invoices; it takes the place of the one there is."""

    with_invoices: bool


@dataclass(frozen=True)
class OwnFeed:
    """The feed of somebody: its address, what is in it besides, since when."""

    path: str
    with_invoices: bool
    made_at: dt.datetime


@dataclass(frozen=True)
class FoundFeed:
    """Whose feed an address is, and how it is written."""

    user_id: int
    ref: str
    language: str
    with_invoices: bool


def make_feed(w: Work, c: MakeFeed) -> str:
    """The address of a new feed of the actor; the one that stood ends with it."""
    w.require("calendar.own")
    user = w.session.get_one(User, w.actor.user_id, with_for_update=True)
    _end(w, user)
    feed = CalendarFeed(
        user_id=user.id, with_invoices=c.with_invoices, made_at=w.now, revoked_at=None
    )
    w.session.add(feed)
    w.session.flush()
    w.audit("calendar.feed_made", f"user/{user.id}", with_invoices=c.with_invoices)
    return feed_path(w, feed, user)


def revoke_feed(w: Work, _command: None) -> None:
    """Ends the actor's feed: its address shows nothing any more. Raises: act.already_done."""
    w.require("calendar.own")
    user = w.session.get_one(User, w.actor.user_id, with_for_update=True)
    if not _end(w, user):
        raise RuleBroken("act.already_done")
    w.audit("calendar.feed_revoked", f"user/{user.id}")


def _end(w: Work, user: User) -> bool:
    standing = _standing(w, user.id)
    if standing is None:
        return False
    standing.revoked_at = w.now
    w.session.flush()
    return True


def find_own_feed(r: Reader) -> OwnFeed | None:
    """The actor's feed that stands."""
    user = r.session.get_one(User, r.actor.user_id)
    feed = _standing(r, user.id)
    if feed is None:
        return None
    return OwnFeed(feed_path(r, feed, user), feed.with_invoices, feed.made_at)


def _standing(r: Reader, user_id: int) -> CalendarFeed | None:
    return r.session.scalars(
        select(CalendarFeed).where(
            CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None)
        )
    ).one_or_none()


def feed_path(r: Reader, feed: CalendarFeed, user: User) -> str:
    """Where a feed is read; whoever knows it reads it."""
    return f"/calendar/{r.refs.of('cf', feed.id)}.{_seal(r, feed, user)}.ics"


def find_feed(r: Reader, token: str) -> FoundFeed | None:
    """The feed of an address; None where it is not ours, or was ended."""
    ref, _, seal = token.partition(".")
    feed_id = r.refs.id("cf", ref)
    if feed_id is None:
        return None
    found = r.session.execute(
        select(CalendarFeed, User)
        .join(User, User.id == CalendarFeed.user_id)
        .where(
            CalendarFeed.id == feed_id,
            CalendarFeed.revoked_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    feed, user = found
    if not hmac.compare_digest(_seal(r, feed, user).encode(), seal.encode()):
        return None
    return FoundFeed(user.id, ref, user.language, feed.with_invoices)


def _seal(r: Reader, feed: CalendarFeed, user: User) -> str:
    return r.keys.seal(PURPOSE, feed.id, user.id, user.link_epoch)[:43]
