"""What staff say about a file they upload: what it holds, and how it is to be read."""

from __future__ import annotations

from typing import Any

import wtforms
from werkzeug.datastructures import FileStorage
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.storage import Storage
from portal.imports.columns import Options, folded
from portal.imports.commands import KeepUpload, ReadUpload
from portal.imports.labels import BY_NAME, KINDS
from portal.imports.queries import ImportFile, Layout
from portal.web.forms import Filled, Form, RadioField, SelectField, options

WAYS = (
    ("", N_("2026-11-05")),
    ("ymd", N_("year, month, day, with any signs between")),
    ("dmy", N_("day, month, year: 5.11.2026")),
    ("mdy", N_("month, day, year: 11/5/2026")),
)
ON_ERROR = (
    ("stop", N_("Import nothing")),
    ("skip", N_("Import the good rows")),
)


class UploadForm(Form):
    """A file and what it holds."""

    file = wtforms.FileField(N_("File"), [Filled(N_("Choose a file."))])
    kind = SelectField(N_("What it holds"))

    def __init__(self, **kept: Any) -> None:
        """Offer the kinds in the language of the moment."""
        super().__init__(**kept)
        self.kind.choices = options([BY_NAME, *KINDS.items()])

    def command(self, storage: Storage) -> KeepUpload:
        """The upload to keep."""
        file = self.file.data
        assert isinstance(file, FileStorage)
        chosen = Options(kind=self.kind.data or None)
        return KeepUpload(storage, file.filename or "", file.read(), chosen)


class ReadingForm(Form):
    """How a file is read: which column is what, how dates are written, what bad rows mean."""

    kind = SelectField(N_("What it holds"))
    date_format = SelectField(N_("Dates are written"), choices=WAYS)
    on_error = RadioField(N_("When rows are wrong"), choices=ON_ERROR)
    creates_customers = wtforms.BooleanField(
        N_("Make customers that the file names and nobody knows")
    )
    currency_code = wtforms.StringField(
        N_("Currency of every row"), [Length(max=3, message=N_("Use the three letters."))]
    )

    def __init__(self, found: ImportFile, layout: Layout | None, **kept: Any) -> None:
        """Offer the file's columns for each field of its kind."""
        self._run_id = found.row.id
        self.layout = layout
        asked = found.options
        super().__init__(
            kind=found.row.kind or (layout.kind.name if layout else ""),
            date_format=asked.date_format or "",
            on_error="skip" if asked.skips_bad_rows else "stop",
            creates_customers=asked.creates_customers,
            currency_code=asked.set.get("currency", ""),
            **kept,
        )
        self.kind.choices = options([BY_NAME, *KINDS.items()])

    @property
    def asks_currency(self) -> bool:
        """Whether the file has no column that says the currency, and its kind needs one."""
        if self.layout is None or "currency" in self.layout.plan.places:
            return False
        return self.layout.kind.column("currency") is not None

    def command(self, chosen: dict[str, str]) -> ReadUpload:
        """How to read it from now on; `chosen` are the columns picked for fields."""
        plan = self.layout.plan if self.layout else None
        by_itself = {} if plan is None else plan.kind_reads(self._headings())
        mapped = {
            name: heading
            for name, heading in chosen.items()
            if heading and folded(by_itself.get(name, "")) != folded(heading)
        }
        currency = (self.currency_code.data or "").strip().upper()
        return ReadUpload(
            self._run_id,
            Options(
                kind=self.kind.data or None,
                map=mapped,
                set={"currency": currency} if currency else {},
                date_format=self.date_format.data or None,
                creates_customers=bool(self.creates_customers.data),
                skips_bad_rows=self.on_error.data == "skip",
            ),
        )

    def _headings(self) -> list[str]:
        return [column.heading for column in self.layout.columns] if self.layout else []
