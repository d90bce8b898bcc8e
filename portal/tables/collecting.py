"""People at work on what is due: talks, comments, answers about due items, plans and targets."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import (
    BigId,
    Code,
    CurrencyCode,
    Day,
    Flag,
    Key,
    Minor,
    Moment,
    Small,
    UtcMoment,
    Words,
)


class ContactLog(Base):
    """A talk with a customer about what is due: how, with whom, and what came of it."""

    __tablename__ = "contact_log"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint("direction in ('out', 'in')", name="known_direction"),
        Index("ix_contact_log_customer_id", "customer_id", "on"),
        Index("ix_contact_log_user_id", "user_id", "on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    on: Mapped[Day]
    #: call | visit | email | message | letter | fax | meeting
    channel: Mapped[Code]
    direction: Mapped[Code]
    #: promised | will_answer | disputes | refuses | no_answer | wrong_person | lost | paid | other
    outcome: Mapped[Code]
    #: core.promise.Reason: short of cash, unwilling, dispute, lost contact …; empty: not asked.
    reason: Mapped[Code]
    spoke_with: Mapped[Words]
    #: Whether that person decides about payments (S-145).
    decides: Mapped[Flag]
    note: Mapped[Words]
    next_on: Mapped[dt.date | None] = mapped_column(Date)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("collection_case.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    idempotency_key: Mapped[Code]


class Comment(Base):
    """What colleagues say to each other about a task, a case or a customer; never shown outside."""

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint("words <> ''", name="words_are_given"),
        Index("ix_comment_subject", "subject", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: task/5, case/3, customer/7
    subject: Mapped[Code]
    words: Mapped[Words]
    #: Who was called in: ids of users, as JSON.
    mentions: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    idempotency_key: Mapped[Code]


class DueAnswer(Base):
    """What an owner answers about an item that falls due soon, one for each day it is asked."""

    __tablename__ = "due_answer"
    __table_args__ = (
        UniqueConstraint("customer_id", "entry_id", "part", "on"),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_due_answer_part",
        ),
        CheckConstraint("answer in ('on_time', 'later', 'problem')", name="known_answer"),
        CheckConstraint("answer <> 'later' or pay_on is not null", name="later_says_when"),
        Index("ix_due_answer_on", "on", "user_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    entry_id: Mapped[int] = mapped_column(BigId)
    part: Mapped[Small]
    #: The day on which it was asked.
    on: Mapped[Day]
    answer: Mapped[Code]
    pay_on: Mapped[dt.date | None] = mapped_column(Date)
    reason: Mapped[Code] = mapped_column(default="", server_default="")
    note: Mapped[Words] = mapped_column(default="", server_default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[Moment]
    #: Null: noted, not yet sent in.
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class WeekPlan(Base):
    """What somebody plans to collect in a week, from whom and when; results come from the books."""

    __tablename__ = "week_plan"
    __table_args__ = (
        UniqueConstraint("user_id", "week_on", "customer_id", "currency"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("planned_on >= week_on", name="within_its_week"),
        Index("ix_week_plan_week_on", "week_on"),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: The Monday.
    week_on: Mapped[Day]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    planned_on: Mapped[Day]
    measure: Mapped[Words]
    #: What is said on Friday of what came otherwise.
    remark: Mapped[Words] = mapped_column(default="", server_default="")
    made_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class CollectionTarget(Base):
    """What a collector or the whole team is to reach in a month, and what collecting cost then."""

    __tablename__ = "collection_target"
    __table_args__ = (
        CheckConstraint(
            "kind in ('recovered', 'contacts', 'success_percent', 'cost')", name="known_kind"
        ),
        CheckConstraint("value >= 0", name="value_not_negative"),
        Index(
            "uq_collection_target_person",
            "month_on",
            "kind",
            "currency",
            "user_id",
            unique=True,
            sqlite_where=text("user_id is not null"),
            postgresql_where=text("user_id is not null"),
        ),
        Index(
            "uq_collection_target_team",
            "month_on",
            "kind",
            "currency",
            unique=True,
            sqlite_where=text("user_id is null"),
            postgresql_where=text("user_id is null"),
        ),
        STRICT,
    )

    id: Mapped[Key]
    #: The first day of the month.
    month_on: Mapped[Day]
    #: Null: the whole team.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[Code]
    #: Empty where it is no money.
    currency: Mapped[Code]
    #: Minor units, a number, or per cent.
    value: Mapped[Minor]
    set_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[Moment]
