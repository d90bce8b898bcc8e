"""Notices as pages show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.money import Money

#: States in which a message reached its way; a letter has when it was posted.
OUT = ("sent",)
#: What a list is narrowed to → the states that it then shows.
SHOWN: dict[str, tuple[str, ...]] = {
    "to_print": ("to_print",),
    "printed": ("printed",),
    "queued": ("queued",),
    "sent": ("sent",),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}


@dataclass(frozen=True)
class NoticeFilter:
    """Which notices are asked for."""

    state: str = ""
    channel: str = ""
    customer_id: int | None = None
    batch_id: int | None = None
    text: str = ""
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice in a list."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    kind: str
    step: str
    strength: str
    channel: str
    language: str
    to_name: str
    to_address: str
    on: dt.date
    state: str
    #: As it was told; before that as its step found it; None where neither is known yet.
    total: Money | None
    items: int
    sent_at: dt.datetime | None
    opened_at: dt.datetime | None
    delivered_on: dt.date | None
    tracking: str
    problem: str
    has_file: bool
    dunning_id: int | None

    @property
    def number(self) -> str:
        """What it is called: N-17."""
        return f"N-{self.id}"

    @property
    def is_letter(self) -> bool:
        """Whether it goes by post."""
        return self.channel in {"letter", "registered_letter"}


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of the notices that a filter keeps."""

    rows: list[NoticeRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class ItemNow:
    """An item that a notice told of, and what became of it since."""

    ref: str
    kind: str
    number: str
    part: int
    due_on: dt.date
    told: Money
    open: Money
    disputed: Money
    promised_until: dt.date | None

    @property
    def state(self) -> str:
        """paid, disputed, promised, or open."""
        if self.open.minor <= 0:
            return "paid"
        if self.disputed.minor >= self.open.minor:
            return "disputed"
        return "promised" if self.promised_until else "open"


@dataclass(frozen=True)
class NoticeView:
    """A notice with everything that is kept of it."""

    row: NoticeRow
    subject: str
    body_text: str
    body_sha256: str
    file_sha256: str
    message_id: str
    rendered_at: dt.datetime | None
    made_at: dt.datetime
    set_off: Money | None
    interest: Money | None
    items: tuple[ItemNow, ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Letters that were printed together."""

    id: int
    ref: str
    count: int
    posted: int
    by: str
    at: dt.datetime
    file_sha256: str
