"""What waits for a second person, who stands in for whom, and what is to be done about it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import Code, CurrencyCode, Day, Key, Minor, Moment, UtcMoment, Words


class Approval(Base):
    """A change that somebody proposed and a second person decides; what was asked never changes."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'overtaken', 'withdrawn')",
            name="known_state",
        ),
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided_says_when"),
        CheckConstraint(
            "decided_by is null or proposer_id is null or decided_by <> proposer_id",
            name="nobody_approves_their_own",
        ),
        Index(
            "uq_approval_waiting",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_approval_state", "state", "id"),
        Index("ix_approval_customer_id", "customer_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    #: Null: it concerns the whole company, such as its terms.
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    #: extension | plan | credit_note | terms | amendment | limit | grade | release
    kind: Mapped[Code]
    #: What it is about: promise/17, plan/4, dispute/118, terms/3.
    subject: Mapped[Code]
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    #: JSON: words and figures as they are, and as they would be.
    before: Mapped[Words]
    after: Mapped[Words]
    #: Of what the proposal stands on: when it differs at the decision, it is looked at again.
    fingerprint: Mapped[Code]
    reason: Mapped[Words]
    #: Who proposed it: a customer's person or one of the house.
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[Moment]
    state: Mapped[Code]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: The absent person for whom the decider stood in.
    decided_for: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    comment: Mapped[Words] = mapped_column(default="", server_default="")


class StandIn(Base):
    """Who decides for a colleague while that colleague is away, both days included."""

    __tablename__ = "stand_in"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="from_before_until"),
        CheckConstraint("user_id <> stand_in_id", name="is_another_person"),
        Index("ix_stand_in_stand_in_id", "stand_in_id"),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    from_on: Mapped[Day]
    until_on: Mapped[Day]
    set_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Task(Base):
    """Something that a person of the house is to do about a customer; made once for its cause."""

    __tablename__ = "task"
    __table_args__ = (
        # promise_broken of promise/17 makes one task, however often the day is run.
        UniqueConstraint("kind", "subject"),
        Index("ix_task_done_at", "done_at", "due_on"),
        Index("ix_task_customer_id", "customer_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: promise_broken | plan_broken | credit_to_post | lapsing …
    kind: Mapped[Code]
    subject: Mapped[Code]
    #: JSON: what its sentence needs.
    facts: Mapped[Words]
    due_on: Mapped[Day]
    made_at: Mapped[Moment]
    #: Who has it; null: whoever sees it first.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: What came of it.
    outcome: Mapped[Words] = mapped_column(default="", server_default="")
    #: It rests until this day, with a reason.
    snoozed_until: Mapped[dt.date | None] = mapped_column(Date)
    snooze_reason: Mapped[Words] = mapped_column(default="", server_default="")
