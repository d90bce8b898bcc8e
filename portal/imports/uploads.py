"""Uploaded files: what may be one, and the stored one as a file again, under its own name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.base.filenames import plain_name
from portal.base.storage import Storage
from portal.core.errors import RuleBroken

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Ending → (the bytes that such a file begins with, its media type).
TYPES = {
    ".csv": (b"", "text/csv"),
    ".csv.gz": (b"\x1f\x8b", "application/gzip"),
    ".xlsx": (b"PK", XLSX),
}


def media_type(file_name: str, content: bytes) -> str:
    """
    The type of an upload: its ending and its first bytes must agree.

    Raises: import.empty_file, import.no_table.
    """
    if not content:
        raise RuleBroken("import.empty_file", field="file")
    ending = next((end for end in TYPES if file_name.lower().endswith(end)), "")
    begins, found = TYPES.get(ending, (b"?", ""))
    others = [mark for mark, _ in TYPES.values() if mark and mark != begins]
    if not found or not content.startswith(begins) or content.startswith(tuple(others)):
        raise RuleBroken("import.no_table", field="file", file=file_name)
    return found


@contextmanager
def unpacked(storage: Storage, digest: str, file_name: str) -> Iterator[Path]:
    """A stored file on disk under its own name, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="accord-import-") as folder:
        path = Path(folder) / plain_name(file_name)
        path.write_bytes(storage.get(digest))
        yield path
