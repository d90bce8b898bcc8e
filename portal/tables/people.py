"""Portal users, what they may do where, and how they prove who they are."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Flag, Key, Moment, UtcMoment, Words


class User(Base):
    """A person who signs in; staff have a role, customers' people have memberships."""

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("email"), STRICT)

    id: Mapped[Key]
    #: Lower case.
    email: Mapped[Code]
    name: Mapped[Words]
    title: Mapped[Words | None]
    phone: Mapped[Words | None]
    #: en | zh-CN
    language: Mapped[Code]
    #: One of access.STAFF_ROLES; null for a customer's person.
    staff_role: Mapped[Code | None]
    password_hash: Mapped[Words | None]
    #: Base32, encrypted with the installation's secret.
    totp_secret: Mapped[Words | None]
    #: The last time step whose code was used, so that no code works twice.
    totp_step: Mapped[int | None] = mapped_column(BigId)
    #: Counts up to revoke every mailed link of this person at once.
    link_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment]
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Membership(Base):
    """A role of a person at a customer; several of each."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "role in ('customer_viewer', 'customer_accountant', 'customer_signatory',"
            " 'customer_admin')",
            name="known_role",
        ),
        Index("ix_membership_customer_id", "customer_id"),
        STRICT,
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    role: Mapped[Code] = mapped_column(primary_key=True)
    since_at: Mapped[Moment]
    #: Set while the person may do nothing at this customer.
    suspended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Invitation(Base):
    """A single-use, short-lived way in for a new person; only the token's hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_invitation_user_id", "user_id"),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    token_hash: Mapped[Code]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class RecoveryCode(Base):
    """One of ten codes that replace the second factor once."""

    __tablename__ = "recovery_code"
    __table_args__ = (STRICT,)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    code_hash: Mapped[Code] = mapped_column(primary_key=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Challenge(Base):
    """A six-digit code that was mailed; tries are counted, also the failed ones."""

    __tablename__ = "challenge"
    __table_args__ = (Index("ix_challenge_user_id", "user_id", "created_at"), STRICT)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: sign_in | statement.confirm | …
    purpose: Mapped[Code]
    #: What it is bound to: a statement's hash; empty for signing in.
    subject: Mapped[Code]
    code_hash: Mapped[Code]
    sent_to: Mapped[Words]
    channel: Mapped[Code]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class AccessGrant(Base):
    """What a right answer gives: once, for this person, this act and this subject."""

    __tablename__ = "access_grant"
    __table_args__ = (UniqueConstraint("token_hash"), STRICT)

    id: Mapped[Key]
    #: Null where a password was the proof.
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    purpose: Mapped[Code]
    subject: Mapped[Code]
    token_hash: Mapped[Code]
    expires_at: Mapped[Moment]
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Session(Base):
    """A signed-in browser, known by the hash of its cookie; it ends when it is ended."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_session_user_id", "user_id"),
        STRICT,
    )

    id: Mapped[Key]
    token_hash: Mapped[Code]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: How the person proved who they are: code, password, password+totp, …
    method: Mapped[Code]
    #: False between the password and the second factor.
    complete: Mapped[Flag]
    address: Mapped[Words]
    agent: Mapped[Words]
    #: Flash messages and the like, as JSON.
    data: Mapped[Words]


class Throttle(Base):
    """How often something was tried in a window: sign-ins by address and by account."""

    __tablename__ = "throttle"
    __table_args__ = (STRICT,)

    key: Mapped[Code] = mapped_column(primary_key=True)
    window_at: Mapped[Moment] = mapped_column(primary_key=True)
    count: Mapped[int]


class RememberedDevice(Base):
    """A browser that need not show a second factor again until a day; revocable."""

    __tablename__ = "remembered_device"
    __table_args__ = (UniqueConstraint("token_hash"), STRICT)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    token_hash: Mapped[Code]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
