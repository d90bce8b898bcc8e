"""Which messages a person wants, how often, in which language, and in which hours none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from portal.base.language import LANGUAGES
from portal.base.notices import DIGEST, EVENTS
from portal.base.sms import TEXTS
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.notices import Pace
from portal.core.texting import e164, masked_number
from portal.tables.agreements import NoticeChoice, QuietHours
from portal.tables.channels import TextChoice
from portal.tables.people import User


@dataclass(frozen=True)
class ChooseTexts:
    """The number as it was typed, and the events that texts are wanted about."""

    phone: str
    events: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ChooseNotices:
    """Event → pace, the language of mails, the hours in which optional ones wait, and texts."""

    language: str
    paces: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[int, int] | None = None
    #: None leaves them as they are.
    texts: ChooseTexts | None = None


def choose_notices(w: Work, c: ChooseNotices) -> None:
    """
    The actor's mails go as chosen from now on; what waits already keeps its time.

    `RuleBroken`: company.language_unknown, notices.quiet_all_day, notices.phone_missing,
    phone.malformed, phone.no_country.
    """
    w.require("notification.own")
    if c.language not in LANGUAGES:
        raise RuleBroken("company.language_unknown", field="language")
    if c.quiet is not None and c.quiet[0] == c.quiet[1]:
        raise RuleBroken("notices.quiet_all_day", field="quiet_until")
    user = w.session.get_one(User, w.actor.user_id, with_for_update=True)
    paces = {event: Pace(pace).value for event, pace in c.paces.items() if event in EVENTS}
    user.language = c.language
    _keep(w, user.id, paces)
    w.session.execute(delete(QuietHours).where(QuietHours.user_id == user.id))
    if c.quiet is not None:
        w.session.add(QuietHours(user_id=user.id, from_hour=c.quiet[0], until_hour=c.quiet[1]))
    texts = {} if c.texts is None else _keep_texts(w, user, c.texts)
    w.session.flush()
    w.audit(
        "user.notices_chosen",
        f"user/{user.id}",
        paces=paces,
        language=c.language,
        quiet=list(c.quiet or ()),
        **texts,
    )


def _keep_texts(w: Work, user: User, c: ChooseTexts) -> dict[str, Any]:
    """Keeps the number as the world dials it, and what its texts are about; tells what is kept."""
    events = sorted(c.events & TEXTS.keys())
    if events and not c.phone:
        raise RuleBroken("notices.phone_missing", field="phone")
    country = w.company.country or str(w.policy.values["calendar_country"])
    user.phone = e164(c.phone, country) if c.phone else None
    w.session.execute(delete(TextChoice).where(TextChoice.user_id == user.id))
    w.session.add_all(TextChoice(user_id=user.id, event=event) for event in events)
    return {"texts": events, "phone": masked_number(user.phone) if user.phone else ""}


def stop_notices(w: Work, event: str) -> None:
    """The actor gets no more mails about an event; of the digest: about what it gathered."""
    w.require("notification.own")
    user = w.session.get_one(User, w.actor.user_id, with_for_update=True)
    events = _daily(w, user.id) if event == DIGEST else {event}
    off = dict.fromkeys(sorted(events), Pace.OFF.value)
    _keep(w, user.id, off)
    w.audit("user.notices_chosen", f"user/{user.id}", paces=off, by="link")


def _daily(w: Work, user_id: int) -> set[str]:
    chosen = select(NoticeChoice.event).where(
        NoticeChoice.user_id == user_id, NoticeChoice.pace == Pace.DAILY
    )
    return set(w.session.scalars(chosen))


def _keep(w: Work, user_id: int, paces: Mapping[str, str]) -> None:
    for event, pace in paces.items():
        w.session.merge(NoticeChoice(user_id=user_id, event=event, pace=pace))
    w.session.flush()
