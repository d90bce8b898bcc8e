"""Files that go with a form, and the one way in which a file that was added leaves again."""

from __future__ import annotations

from typing import Protocol

import wtforms
from flask import Response
from werkzeug.datastructures import FileStorage

from portal.base.attaching import looked_at
from portal.base.kept_files import Files
from portal.base.language import N_
from portal.core.errors import RuleBroken
from portal.web import current, respond
from portal.web.forms import Form

#: A file leaves under this policy: nothing of it runs, wherever it is opened.
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; sandbox"


class FilesForm(Form):
    """A form that files can go with."""

    files = wtforms.MultipleFileField(N_("Files"))

    def given(self) -> list[tuple[str, bytes]]:
        """The chosen files by name and content."""
        return [
            (file.filename or "", file.read())
            for file in self.files.data or []
            if isinstance(file, FileStorage) and file.filename
        ]

    def looked_at(self) -> Files | None:
        """The chosen files; None where one will not do, with its sentence on the form."""
        installation = current.installation()
        current.close_reader()  # a scanner takes its time: the books are not held open for it
        try:
            found = looked_at(self.given(), installation.config.scan_command)
        except RuleBroken as broken:
            self.blame(broken)
            return None
        return Files(installation.storage, found)


class Stored(Protocol):
    """A file's row: its content's digest, and what it is called and is."""

    file_sha256: str
    file_name: str
    media_type: str


def handed_out(file: Stored) -> Response:
    """A file as a download, never inside a page, under a policy of its own."""
    body = current.installation().storage.get(file.file_sha256)
    response = respond.download(body, file.file_name, file.media_type)
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    return response
