"""What a pack is made of: sections of pieces, each made when it is put in; what lacks is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from portal.base import formats
from portal.base.access import Actor
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.installation import Installation
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.escalation.cases.claim import ClaimView
from portal.escalation.cases.rows import CaseView
from portal.invoices.sheet import Parties

#: Counts up when the template of records changes what is printed.
RECORD = "record/1"


@dataclass(frozen=True)
class Packing:
    """A pack that is being made: of which case, as whom, as of which day, in which language."""

    installation: Installation
    actor: Actor
    pack_id: int
    asked_at: dt.datetime
    #: The day that it was asked for: everything in it is told as of then.
    on: dt.date
    zone: str
    view: CaseView
    claim: ClaimView
    parties: Parties
    language: str
    with_contacts: bool = True

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A look at the books as whoever asked for the pack, on that day."""
        with self.installation.reading(self.actor, self.on) as r:
            yield r

    @property
    def customer_id(self) -> int:
        return self.view.row.customer_id

    @property
    def currency(self) -> str:
        return self.claim.currency

    @cached_property
    def entries(self) -> dict[int, str]:
        """The documents of the claim, by id their numbers, in the order of the claim."""
        return {line.entry_id: line.number for line in self.claim.lines}

    @cached_property
    def first_on(self) -> dt.date:
        """The day of the oldest document of the claim."""
        return min((line.dated_on for line in self.claim.lines), default=self.on)

    def moment(self, at: dt.datetime | None) -> str:
        """A moment in the company's zone; nothing where there is none."""
        return formats.moment(at, self.zone) if at else ""


@dataclass(frozen=True)
class Piece:
    """A file of the pack: its name, what it is, and how it is made when its turn comes."""

    name: str
    title: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Lack:
    """Something that should be in the pack and is not, in a sentence."""

    text: str


Content = list[Piece | Lack]


@dataclass(frozen=True)
class Section:
    """A part of a pack: its title for the catalogue, and what is in it."""

    title: str
    fill: Callable[[Packing], Content]


@dataclass(frozen=True)
class Table:
    """A table of a record: its heads and rows, all in words."""

    heads: list[str]
    rows: list[list[str]]
    caption: str = ""


@dataclass(frozen=True)
class Record:
    """What the books know of something that has no paper of its own, to be printed."""

    title: str
    lead: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def record_piece(p: Packing, name: str, record: Record) -> Piece:
    """A record as a piece of the pack."""
    return Piece(f"{name}.pdf", record.title, lambda: record_pdf(p, record))


def record_pdf(p: Packing, record: Record) -> bytes:
    """A record on paper, in the pack's language."""
    html = sheet_of("record", lang=p.language, parties=p.parties, record=record, on=p.on, p=p)
    told = f"{RECORD} {p.language} {p.view.row.ref} {p.pack_id} {record.title}"
    return print_pdf(Job(html, "record", told))


def kept_piece(p: Packing, name: str, title: str, digest: str) -> Piece:
    """A stored file as a piece of the pack."""
    return Piece(name, title, lambda: p.installation.storage.get(digest))


def text_piece(name: str, title: str, text: str) -> Piece:
    """A text as a piece of the pack."""
    return Piece(name, title, text.encode)


def some(numbers: Iterable[str], most: int = 12) -> str:
    """The first of some numbers, and how many more there are."""
    each = list(dict.fromkeys(numbers))
    shown, more = ", ".join(each[:most]), len(each) - most
    return _("%(shown)s and %(count)s more", shown=shown, count=more) if more > 0 else shown
