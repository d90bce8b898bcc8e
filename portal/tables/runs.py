"""How statement runs are prepared and watched, who was reminded, and which mails came back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Day, Flag, Key, Moment, UtcMoment, Words


class RunDraft(Base):
    """A statement run that somebody prepares, page by page; started once, or deleted."""

    __tablename__ = "run_draft"
    __table_args__ = (UniqueConstraint("run_id"), STRICT)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: The last day of the month in which the cycles end.
    period_to: Mapped[Day]
    #: Customer codes, each a JSON list; no chosen ones are everyone.
    chosen: Mapped[Words]
    excluded: Mapped[Words]
    #: Empty is no restriction.
    currency: Mapped[Code]
    region: Mapped[Words]
    owner: Mapped[Words]
    #: By when answers are due; null is what the policy says on the day it is started.
    confirm_by: Mapped[dt.date | None] = mapped_column(Date)
    #: Workdays after issue, as a JSON list; null is what the policy says.
    remind_after: Mapped[Words | None]
    holds_mails: Mapped[Flag] = mapped_column(default=False, server_default=false())
    #: The furthest page that was reached, from 1.
    step: Mapped[int] = mapped_column(default=1, server_default="1")
    #: Counts its changes, so that two who prepare it notice each other.
    row_version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    #: The run that came of it.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("statement_run.id"))


class RunPlan(Base):
    """How a run goes about it: its reminders, whether its mails wait, whether it rests."""

    __tablename__ = "run_plan"
    __table_args__ = (CheckConstraint("planned >= 0", name="planned_not_negative"), STRICT)

    run_id: Mapped[int] = mapped_column(
        ForeignKey("statement_run.id"), primary_key=True, autoincrement=False
    )
    #: Only the accounts in this currency; empty is every one.
    currency: Mapped[Code]
    #: How many statements were due when it began.
    planned: Mapped[int]
    #: Workdays after issue, as a JSON list.
    remind_after: Mapped[Words]
    holds_mails: Mapped[Flag] = mapped_column(default=False, server_default=false())
    #: From this day reminders count where the mails were held; null while they are.
    released_on: Mapped[dt.date | None] = mapped_column(Date)
    paused_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    resumed_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Chase(Base):
    """That a customer was reminded of a statement: each step once, by hand once a day."""

    __tablename__ = "chase"
    __table_args__ = (
        UniqueConstraint("statement_id", "step"),
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_chase_statement",
        ),
        Index("ix_chase_customer_id", "customer_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    statement_id: Mapped[int] = mapped_column(BigId)
    #: 1, 2, 3 … of the timetable, or hand/2026-11-20
    step: Mapped[Code]
    on: Mapped[Day]
    at: Mapped[Moment]
    #: Who did it by hand; null is the timetable.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: After it nothing more is sent by itself: the clerk takes over.
    is_last: Mapped[Flag] = mapped_column(default=False, server_default=false())


class Bounce(Base):
    """A mail that its address refused; the address is marked until somebody clears it."""

    __tablename__ = "bounce"
    __table_args__ = (
        UniqueConstraint("outbox_id"),
        Index("ix_bounce_address", "address"),
        Index("ix_bounce_customer_id", "customer_id"),
        Index("ix_bounce_statement_id", "statement_id"),
        STRICT,
    )

    id: Mapped[Key]
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"))
    #: Lower case.
    address: Mapped[Code]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    statement_id: Mapped[int | None] = mapped_column(BigId)
    problem: Mapped[Words]
    at: Mapped[Moment]
    #: Where the same was sent instead; null where nobody else is known.
    resent_to: Mapped[Words | None]
    cleared_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
