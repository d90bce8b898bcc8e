"""The ladder at work: its runs, the steps done about accounts, how far items are, what was sent."""

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

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import (
    BigId,
    Code,
    CurrencyCode,
    Day,
    Key,
    Minor,
    Moment,
    Small,
    UtcMoment,
    Words,
)


class LadderRun(Base):
    """A day's run over everybody's ladders; one a day, however often it is started."""

    __tablename__ = "ladder_run"
    __table_args__ = (
        UniqueConstraint("on"),
        CheckConstraint(
            "state in ('held', 'approved', 'running', 'paused', 'done', 'overtaken')",
            name="known_state",
        ),
        STRICT,
    )

    id: Mapped[Key]
    on: Mapped[Day]
    #: held: waits for a person. overtaken: a later day was run before it was approved.
    state: Mapped[Code]
    #: day | command | page
    started_by: Mapped[Code]
    #: Why it is held: first | changed | asked; empty where it is not.
    why_held: Mapped[Code] = mapped_column(default="", server_default="")
    #: The policy whose ladders it walks; null: as shipped.
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    #: Customers up to this id are done: where it goes on after a pause or a kill.
    done_through: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    #: JSON: how many steps of what, with sums by currency.
    counts: Mapped[Words] = mapped_column(default="{}", server_default="{}")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Moment]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    paused_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class PlannedStep(Base):
    """What a run that waits for approval is going to do about an account, as its preview said."""

    __tablename__ = "planned_step"
    __table_args__ = (
        CheckConstraint(
            "state in ('planned', 'left_out', 'done', 'changed', 'gone')", name="known_state"
        ),
        STRICT_WITHOUT_ROWID,
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("ladder_run.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    currency: Mapped[CurrencyCode] = mapped_column(primary_key=True)
    step: Mapped[Code] = mapped_column(primary_key=True)
    channel: Mapped[Code]
    amount_minor: Mapped[Minor]
    items: Mapped[int]
    #: left_out: by a person, with a reason. changed: done, with other figures. gone: nothing due.
    state: Mapped[Code]
    reason: Mapped[Words] = mapped_column(default="", server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Dunning(Base):
    """A step of the ladder about a customer's account in one currency: once for its oldest item."""

    __tablename__ = "dunning"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        # Exactly once, whoever runs it however often: the key of SECURITY's invariant 31.
        UniqueConstraint(
            "customer_id",
            "currency",
            "ladder",
            "step",
            "lead_entry_id",
            "lead_part",
            name="uq_dunning_step_of_item",
        ),
        ForeignKeyConstraint(
            ["customer_id", "lead_entry_id", "lead_part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_dunning_lead",
        ),
        CheckConstraint("state in ('waiting', 'done', 'refused', 'cancelled')", name="known_state"),
        CheckConstraint("(state = 'done') = (done_on is not null)", name="done_says_when"),
        CheckConstraint("amount_minor > 0 and set_off_minor >= 0", name="amounts_make_sense"),
        Index(
            "uq_dunning_waiting",
            "customer_id",
            "currency",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_dunning_run_id", "run_id", "id"),
        Index("ix_dunning_done_on", "done_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    ladder: Mapped[Code]
    step: Mapped[Code]
    #: The item whose days the step went by.
    lead_entry_id: Mapped[int] = mapped_column(BigId)
    lead_part: Mapped[Small]
    #: The day of the run that found it due.
    found_on: Mapped[Day]
    run_id: Mapped[int] = mapped_column(ForeignKey("ladder_run.id"))
    #: email | sms | letter | registered_letter | call | visit | agency | legal
    channel: Mapped[Code]
    #: system, or a role
    responsible: Mapped[Code]
    #: polite | firm | final
    strength: Mapped[Code]
    raises_grade_to: Mapped[Code | None]
    #: waiting: for its approval. cancelled: what it was about was settled before.
    state: Mapped[Code]
    done_on: Mapped[dt.date | None] = mapped_column(Date)
    #: What is asked for: the parts' open undisputed amounts less what is set off.
    amount_minor: Mapped[Minor]
    set_off_minor: Mapped[Minor]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    #: The charge that the step made.
    fee_entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    made_at: Mapped[Moment]


class DunnedPart(Base):
    """A due part that a step was about, with its figures on the day of the run."""

    __tablename__ = "dunned_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "dunning_id"],
            ["dunning.customer_id", "dunning.id"],
            name="fk_dunned_part_dunning",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_dunned_part_part",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index("ix_dunned_part_part", "customer_id", "entry_id", "part"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dunning_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    days_overdue: Mapped[int]
    amount_minor: Mapped[Minor]


class ItemStep(Base):
    """How far a due part is on its ladder: each step once, and what became of it."""

    __tablename__ = "item_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_item_step_part",
        ),
        CheckConstraint("how in ('done', 'along', 'passed', 'refused')", name="known_way"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    ladder: Mapped[Code] = mapped_column(primary_key=True)
    step: Mapped[Code] = mapped_column(primary_key=True)
    #: done: a step about it. along: told in a step about an older item. passed: its time was over,
    #: or it was overdue already when it was first seen. refused: by who was to approve it.
    how: Mapped[Code]
    on: Mapped[Day]
    dunning_id: Mapped[int | None] = mapped_column(BigId)


class DunningHold(Base):
    """That a customer, one of its accounts, or an invoice is left alone for a time, and why."""

    __tablename__ = "dunning_hold"
    __table_args__ = (
        CheckConstraint("until_on is null or from_on <= until_on", name="from_before_until"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_says_who"),
        Index("ix_dunning_hold_customer_id", "customer_id", "from_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: Null: all of the customer's accounts.
    currency: Mapped[CurrencyCode | None]
    #: Null: not one invoice alone.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    #: Both days included; null: until it is ended.
    from_on: Mapped[Day]
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    reason: Mapped[Words]
    set_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[Moment]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class PrintBatch(Base):
    """Letters that were printed together, as one file."""

    __tablename__ = "print_batch"
    __table_args__ = (STRICT,)

    id: Mapped[Key]
    count: Mapped[int]
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    made_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Moment]


class Notice(Base):
    """A message to a customer about what is due: as it was written, and whether it got there."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        UniqueConstraint("key"),
        ForeignKeyConstraint(
            ["customer_id", "dunning_id"],
            ["dunning.customer_id", "dunning.id"],
            name="fk_notice_dunning",
        ),
        CheckConstraint("kind in ('reminder', 'ladder')", name="known_kind"),
        CheckConstraint(
            "state in ('queued', 'sent', 'failed', 'cancelled', 'to_print', 'printed')",
            name="known_state",
        ),
        Index("ix_notice_customer_id", "customer_id", "on"),
        Index("ix_notice_state", "state", "id"),
        Index("ix_notice_dunning_id", "customer_id", "dunning_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    #: dunning/17/email/ada@example.com: one step, one channel, one reader.
    key: Mapped[Code]
    #: reminder: before or on the due day. ladder: a step.
    kind: Mapped[Code]
    dunning_id: Mapped[int | None] = mapped_column(BigId)
    step: Mapped[Code]
    #: email | sms | letter | registered_letter
    channel: Mapped[Code]
    strength: Mapped[Code]
    language: Mapped[Code]
    to_name: Mapped[Words]
    to_address: Mapped[Words]
    on: Mapped[Day]
    state: Mapped[Code]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    #: As it was rendered at the moment of sending or printing, and its hash; null: not yet.
    subject: Mapped[Words | None]
    body_text: Mapped[Words | None]
    body_sha256: Mapped[Code | None]
    #: JSON: the items, sums, interest and payee account that it told.
    facts: Mapped[Words] = mapped_column(default="{}", server_default="{}")
    #: The letter.
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("print_batch.id"))
    rendered_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: The post's number of a registered letter, and the day on which it was handed over.
    tracking: Mapped[Words] = mapped_column(default="", server_default="")
    delivered_on: Mapped[dt.date | None] = mapped_column(Date)
    problem: Mapped[Words] = mapped_column(default="", server_default="")
    #: When the customer first looked at it in the portal.
    opened_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    made_at: Mapped[Moment]


class RemindedPart(Base):
    """That somebody was reminded of a due part so many days before its day: each once."""

    __tablename__ = "reminded_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_reminded_part_part",
        ),
        CheckConstraint("audience in ('owner', 'customer')", name="known_audience"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    #: owner | customer
    audience: Mapped[Code] = mapped_column(primary_key=True)
    #: Of the list in the policy: 7, 3, 0.
    days_before: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[Day]
    notice_id: Mapped[int | None] = mapped_column(BigId)
