"""The one way to a file that somebody added to a contract, an application or a security."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.kept_files import get_file
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.traces import note_access
from portal.web.uploads import handed_out

files = Blueprint("files", __name__)


@files.get("/files/<ref>")
@guard("file.view")
def fetch(ref: str) -> Response:
    found = get_file(reader(), ref)
    note_access("downloaded", f"file/{found.id}", found.customer_id)
    return handed_out(found)
