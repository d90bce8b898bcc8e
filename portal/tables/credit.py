"""Whom we trust how far: limits, securities, grades with what they stand on, and who is barred."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
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
    PlainDecimal,
    Small,
    UtcMoment,
    Words,
)


class CreditLimit(Base):
    """A customer's limit from a day on; before the first of them that of the file holds."""

    __tablename__ = "credit_limit"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="not_negative"),
        CheckConstraint("insured_minor >= 0", name="insured_not_negative"),
        CheckConstraint(
            "valid_until is null or valid_until >= effective_on", name="ends_after_it_begins"
        ),
        Index("ix_credit_limit_customer_id", "customer_id", "effective_on", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    effective_on: Mapped[Day]
    #: The last day on which it holds; past it orders are held.
    valid_until: Mapped[dt.date | None] = mapped_column(Date)
    currency: Mapped[CurrencyCode]
    #: Null: no limit is set; 0: prepayment only.
    amount_minor: Mapped[Minor | None]
    #: How much of it a credit insurer covers.
    insured_minor: Mapped[Minor | None]
    #: decision | file
    source: Mapped[Code]
    reason: Mapped[Words]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("credit_application.id"))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    author: Mapped[Words]
    at: Mapped[Moment]


class LimitProposal(Base):
    """A limit that somebody proposed and that waits for its approval."""

    __tablename__ = "limit_proposal"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')", name="known_state"
        ),
        CheckConstraint("amount_minor >= 0", name="not_negative"),
        Index("ix_limit_proposal_customer_id", "customer_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    effective_on: Mapped[Day]
    valid_until: Mapped[dt.date | None] = mapped_column(Date)
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor | None]
    insured_minor: Mapped[Minor | None]
    reason: Mapped[Words]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("credit_application.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    state: Mapped[Code]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))


class Collateral(Base):
    """A security that a customer gave: what of it is accepted lowers the exposure (S-047)."""

    __tablename__ = "collateral"
    __table_args__ = (
        CheckConstraint(
            "kind in ('guarantee', 'mortgage', 'pledge', 'bank_guarantee', 'deposit')",
            name="known_kind",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint(
            "accepted_minor >= 0 and accepted_minor <= amount_minor", name="accepted_within"
        ),
        CheckConstraint("until_on is null or until_on >= from_on", name="ends_after_it_begins"),
        Index("ix_collateral_customer_id", "customer_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[Code]
    giver: Mapped[Words]
    reference: Mapped[Words]
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    accepted_minor: Mapped[Minor]
    from_on: Mapped[Day]
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    noted_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    noted_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class CreditStanding(Base):
    """What holds about a customer besides figures: barred, frozen, prepaying, or exempt."""

    __tablename__ = "credit_standing"
    __table_args__ = (
        CheckConstraint(
            "kind in ('blacklisted', 'frozen', 'prepayment',"
            " 'exempt_government', 'exempt_institution', 'exempt_small')",
            name="known_kind",
        ),
        CheckConstraint("until_on is null or until_on >= from_on", name="ends_after_it_begins"),
        Index("ix_credit_standing_customer_id", "customer_id", "kind"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[Code]
    from_on: Mapped[Day]
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    reason: Mapped[Words]
    set_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[Moment]
    #: Ended by hand, before its day or without one: it no longer holds from that day on.
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    end_reason: Mapped[Words] = mapped_column(default="", server_default="")


class CreditApplication(Base):
    """What a customer tells about itself and asks for (S-002, S-004 to S-006)."""

    __tablename__ = "credit_application"
    __table_args__ = (
        CheckConstraint("kind in ('opening', 'limit', 'terms')", name="known_kind"),
        CheckConstraint(
            "state in ('draft', 'submitted', 'granted', 'partly', 'refused', 'withdrawn')",
            name="known_state",
        ),
        CheckConstraint("asked_limit_minor >= 0", name="asked_not_negative"),
        Index("ix_credit_application_customer_id", "customer_id", "id"),
        Index("ix_credit_application_state", "state", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[Code]
    #: JSON: field → what was told; a field that is absent is not known.
    answers: Mapped[Words]
    currency: Mapped[CurrencyCode | None]
    asked_limit_minor: Mapped[Minor | None]
    asked_terms: Mapped[Words] = mapped_column(default="", server_default="")
    reason: Mapped[Words] = mapped_column(default="", server_default="")
    #: Who began it, and for which side.
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    side: Mapped[Code]
    begun_at: Mapped[Moment]
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    state: Mapped[Code]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: What the customer reads.
    answer: Mapped[Words] = mapped_column(default="", server_default="")
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class CreditFact(Base):
    """A figure or a judgement about a customer on a day: an input of the scorecard."""

    __tablename__ = "credit_fact"
    __table_args__ = (
        Index("ix_credit_fact_customer_id", "customer_id", "factor", "as_of"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: The name of the scoring factor.
    factor: Mapped[Code]
    #: Plain decimal.
    value: Mapped[Decimal] = mapped_column(PlainDecimal)
    #: The day that the figure is of, such as that of the balance sheet.
    as_of: Mapped[Day]
    valid_until: Mapped[dt.date | None] = mapped_column(Date)
    #: application | judged | agency
    source: Mapped[Code]
    note: Mapped[Words]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("credit_application.id"))
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class Rating(Base):
    """A score with everything that it stands on; never changed, only followed by another."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint(
            "score_hundredths is null or score_hundredths between 0 and 10000",
            name="score_in_range",
        ),
        CheckConstraint("coverage_bp between 0 and 10000", name="coverage_in_range"),
        Index("ix_rating_customer_id", "customer_id", "as_of", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    as_of: Mapped[Day]
    #: Null: nothing at all is known.
    score_hundredths: Mapped[int | None] = mapped_column(BigId)
    coverage_bp: Mapped[int] = mapped_column(BigId)
    #: The grade that the score gives; empty: none.
    grade: Mapped[Code]
    #: Too little is known for the grade to be more than a guess.
    is_provisional: Mapped[Flag]
    #: JSON: factor → value, points, weight, source, day.
    inputs: Mapped[Words]
    currency: Mapped[CurrencyCode | None]
    suggested_limit_minor: Mapped[Minor | None]
    suggested_terms: Mapped[Words] = mapped_column(default="", server_default="")
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    made_by: Mapped[Words]
    at: Mapped[Moment]


class CustomerGrade(Base):
    """The grade of a customer from a day on, by a review or by an override that expires."""

    __tablename__ = "customer_grade"
    __table_args__ = (
        CheckConstraint("grade <> ''", name="grade_is_given"),
        CheckConstraint(
            "until_on is null or until_on >= effective_on", name="ends_after_it_begins"
        ),
        CheckConstraint("is_override = false or until_on is not null", name="overrides_expire"),
        Index("ix_customer_grade_customer_id", "customer_id", "effective_on", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    effective_on: Mapped[Day]
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    grade: Mapped[Code]
    is_override: Mapped[Flag]
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("rating.id"))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    reason: Mapped[Words]
    author: Mapped[Words]
    at: Mapped[Moment]


class GradeOverride(Base):
    """A grade that somebody proposed against the score, and that waits for its approval."""

    __tablename__ = "grade_override"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')", name="known_state"
        ),
        Index("ix_grade_override_customer_id", "customer_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("rating.id"))
    grade: Mapped[Code]
    until_on: Mapped[Day]
    reason: Mapped[Words]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    state: Mapped[Code]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))


class CreditReview(Base):
    """That a person looked at a customer's credit, what they found, and when it is due again."""

    __tablename__ = "credit_review"
    __table_args__ = (
        Index("ix_credit_review_customer_id", "customer_id", "reviewed_on", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    reviewed_on: Mapped[Day]
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("rating.id"))
    grade: Mapped[Code]
    #: kept | raised | lowered | stopped
    outcome: Mapped[Code]
    note: Mapped[Words]
    next_due_on: Mapped[dt.date | None] = mapped_column(Date)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class WarningSignal(Base):
    """A danger signal that somebody noticed at a customer (S-108, S-109)."""

    __tablename__ = "warning_signal"
    __table_args__ = (
        Index("ix_warning_signal_customer_id", "customer_id", "cleared_at"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    signal: Mapped[Code]
    note: Mapped[Words]
    noted_on: Mapped[Day]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    cleared_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    cleared_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    clear_note: Mapped[Words] = mapped_column(default="", server_default="")


class Visit(Base):
    """A return visit: what the customer plans to pay and how its business goes (S-015)."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_customer_id", "customer_id", "visited_on"), STRICT)

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    visited_on: Mapped[Day]
    met: Mapped[Words]
    payment_plans: Mapped[Words]
    business: Mapped[Words]
    next_on: Mapped[dt.date | None] = mapped_column(Date)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class Bill(Base):
    """A note receivable: it pays an invoice, and is still a risk until it is honoured (S-072)."""

    __tablename__ = "bill"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint(
            "state in ('held', 'discounted', 'endorsed', 'honoured', 'dishonoured')",
            name="known_state",
        ),
        CheckConstraint("matures_on >= received_on", name="matures_after_receipt"),
        Index("ix_bill_customer_id", "customer_id", "matures_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    number: Mapped[Code] = mapped_column(unique=True)
    #: bank_acceptance | commercial_acceptance | promissory_note | cheque
    kind: Mapped[Code]
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    received_on: Mapped[Day]
    matures_on: Mapped[Day]
    drawer: Mapped[Words]
    acceptor: Mapped[Words]
    #: The payment in the books that it was taken for, by its number.
    payment_code: Mapped[Words] = mapped_column(default="", server_default="")
    state: Mapped[Code]
    state_on: Mapped[Day]
    note: Mapped[Words] = mapped_column(default="", server_default="")
    noted_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    row_version: Mapped[Small] = mapped_column(default=1, server_default="1")
