"""The archive of a pack: every file with its hash, in a stated order, under a fixed moment."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from typing import IO, Any

from portal.base.filenames import plain_name

FIXED = (1980, 1, 1, 0, 0, 0)
#: What is compressed already gains nothing by it.
DENSE = (".pdf", ".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif", ".xlsx", ".docx", ".zip")
FORMAT = "accord-pack/1"


@dataclass(frozen=True, slots=True)
class Packed:
    """A file that is in the archive."""

    name: str
    title: str
    sha256: str
    size: int


@dataclass
class Box:
    """An archive that is being filled, and what is in it so far."""

    out: IO[bytes]
    files: list[Packed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the archive."""
        self._archive = zipfile.ZipFile(self.out, "w")

    def put(self, name: str, title: str, content: bytes) -> Packed:
        """Adds a file; the same files make the same archive."""
        info = zipfile.ZipInfo(name, FIXED)
        info.external_attr = 0o644 << 16
        is_dense = name.lower().endswith(DENSE)
        info.compress_type = zipfile.ZIP_STORED if is_dense else zipfile.ZIP_DEFLATED
        self._archive.writestr(info, content)
        packed = Packed(name, title, hashlib.sha256(content).hexdigest(), len(content))
        self.files.append(packed)
        return packed

    def close(self) -> None:
        """Ends the archive."""
        self._archive.close()


def numbered(section: int, folder: str, number: int, name: str) -> str:
    """
    A file's place in the pack: its section's folder, then its number and its own name.

    >>> numbered(3, "Invoices", 7, "INV/1.pdf")
    '03 Invoices/03-007 INV_1.pdf'
    """
    own = plain_name(name.replace("/", "_").replace("\\", "_"))
    return f"{section:02} {plain_name(folder)}/{section:02}-{number:03} {own}"


def manifest_of(told: dict[str, Any], files: list[Packed]) -> bytes:
    """The list of what is in the pack, by name with hash and size, as sorted JSON."""
    listed = [
        {"name": each.name, "sha256": each.sha256, "size": each.size, "title": each.title}
        for each in sorted(files, key=lambda each: each.name)
    ]
    whole = {"format": FORMAT, **told, "files": listed}
    return (json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def sums_of(files: list[Packed]) -> bytes:
    r"""
    The hashes as `sha256sum -c` reads them.

    >>> sums_of([Packed("a b.pdf", "A", "00ff", 3)])
    b'00ff  a b.pdf\n'
    """
    ordered = sorted(files, key=lambda each: each.name)
    return "".join(f"{each.sha256}  {each.name}\n" for each in ordered).encode()
