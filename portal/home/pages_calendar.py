"""One's own calendar feed: the page that makes and ends it, and the feed itself."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response

from portal.base.access import NotFound
from portal.base.calendars import MEDIA_TYPE
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.home.feed_days import write_feed
from portal.home.feeding import MakeFeed, find_feed, find_own_feed, make_feed, revoke_feed
from portal.people.recognising import actor_of
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

calendar_feed = Blueprint("calendar_feed", __name__)


class FeedForm(Form):
    """What is in a new feed besides what waits for its owner."""

    with_invoices = wtforms.BooleanField(N_("Also the days on which invoices are due"))

    def command(self) -> MakeFeed:
        """What was asked for."""
        return MakeFeed(bool(self.with_invoices.data))


@calendar_feed.get("/account/calendar")
@guard("calendar.own")
def show() -> Response:
    feed = find_own_feed(current.reader())
    return respond.page(
        "home/calendar.html",
        feed=feed,
        url=current.installation().config.public_url.rstrip("/") + feed.path if feed else "",
        form=FeedForm(with_invoices=feed is not None and feed.with_invoices),
        is_staff=current.actor().kind == "staff",
    )


@calendar_feed.post("/account/calendar")
@guard("calendar.own")
def make() -> Response:
    form = FeedForm()
    if respond.attempt(form, make_feed, form.command()):
        respond.say(_("Here is your calendar’s new address. An older one shows nothing any more."))
    return respond.see_other(".show")


@calendar_feed.post("/account/calendar/end")
@guard("calendar.own")
def end() -> Response:
    if respond.attempt(Form(), revoke_feed, None):
        respond.say(_("Your calendar has ended; its address shows nothing any more."))
    return respond.see_other(".show")


@calendar_feed.get("/calendar/<token>.ics")
@guard("public")
def read(token: str) -> Response:
    """The address is all that a calendar's program knows: it opens this, and nothing else."""
    r = current.reader()
    feed = find_feed(r, token)
    if feed is None:
        raise NotFound("feed")
    owner = actor_of(r, feed.user_id)
    if owner.kind == "customer" and not owner.memberships:
        raise NotFound("feed")
    with current.installation().reading(owner) as look:
        return respond.download(write_feed(look, feed), "accord.ics", MEDIA_TYPE)
