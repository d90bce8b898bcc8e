"""How people are reached besides mail: the texts they want, the calendars they subscribe to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import Code, Flag, Key, Moment, UtcMoment

STANDING = text("revoked_at is null")


class TextChoice(Base):
    """That a person wants texts about an event besides its mails; where there is no row, none."""

    __tablename__ = "text_choice"
    __table_args__ = (STRICT,)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    event: Mapped[Code] = mapped_column(primary_key=True)


class CalendarFeed(Base):
    """A person's calendar feed; its address is computed, never stored, and ends when revoked."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_standing",
            "user_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Whether the due dates of invoices are in it too.
    with_invoices: Mapped[Flag]
    made_at: Mapped[Moment]
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
