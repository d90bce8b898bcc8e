"""
Files that people add to a talk: what may be one, and whether a scanner lets it pass.

A file is what its content says, and its name has to say the same. It is kept by its content, never
run, never shown inside a page: it only ever leaves as a download.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import shlex
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.base.filenames import plain_name
from portal.core.errors import RuleBroken

MEGABYTE = 1 << 20
LARGEST = 10 * MEGABYTE
#: At once; more go with the next message.
MOST_FILES = 5
#: For all files of a message together: whoever sends them waits, and so does whoever serves them.
SCAN_SECONDS = 60.0
#: Inside a file of an office program: its parts, and what they come to unpacked.
MOST_MEMBERS, LARGEST_UNPACKED = 2000, 200 * MEGABYTE
#: A part of an office file that runs, or the file of another program inside it.
RUNS = re.compile(r"(vbaProject\.bin|activeX/|oleObject\d*\.bin|\.exe$|\.js$)", re.IGNORECASE)
#: What a browser would take for a page, however the file is called.
MARKUP = re.compile(r"\s*(<!doctype|<html|<svg|<script|<\?xml|<body|<head|<iframe)", re.IGNORECASE)
HEADER = re.compile(r"[!-9;-~]+:[ \t]", re.ASCII)
HEIC_BRANDS = {b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc"}
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError)

OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class AttachedFile:
    """A file that was looked at and may be kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """By what it is found in the storage."""
        return hashlib.sha256(self.content).hexdigest()


def _is_office(member: str) -> Callable[[bytes], bool]:
    """Whether a file is an archive of an office program with this part, and nothing in it runs."""

    def looks(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
        except DAMAGED:
            return False
        names = [part.filename for part in parts]
        is_small = len(parts) <= MOST_MEMBERS
        is_small = is_small and sum(part.file_size for part in parts) <= LARGEST_UNPACKED
        return is_small and member in names and not any(map(RUNS.search, names))

    return looks


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS


def _text_of(content: bytes) -> str | None:
    """The content as text; None where it is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(ord(letter) < 9 or 13 < ord(letter) < 27 for letter in text) else text
    return None


def _is_text(content: bytes) -> bool:
    text = _text_of(content)
    return text is not None and not MARKUP.match(text)


def _is_mail(content: bytes) -> bool:
    return _is_text(content) and HEADER.match((_text_of(content) or "").lstrip()) is not None


@dataclass(frozen=True)
class FileType:
    """A type that may be attached: its media type, and what its content looks like."""

    media_type: str
    looks: Callable[[bytes], bool]


_JPEG = FileType("image/jpeg", _begins(b"\xff\xd8\xff"))
_HEIC = FileType("image/heic", _is_heic)
#: Ending of the name → what the file then has to be.
TYPES = {
    "pdf": FileType("application/pdf", _begins(b"%PDF-")),
    "png": FileType("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": FileType("image/webp", _is_webp),
    "heic": _HEIC,
    "heif": _HEIC,
    "xlsx": FileType(f"{OFFICE}spreadsheetml.sheet", _is_office("xl/workbook.xml")),
    "docx": FileType(f"{OFFICE}wordprocessingml.document", _is_office("word/document.xml")),
    "csv": FileType("text/csv", _is_text),
    "txt": FileType("text/plain", _is_text),
    "eml": FileType("message/rfc822", _is_mail),
}
ENDINGS = ",".join(f".{ending}" for ending in TYPES)


def looked_at(
    files: Iterable[tuple[str, bytes]], scan: str = "", seconds: float = SCAN_SECONDS
) -> tuple[AttachedFile, ...]:
    """
    Files by name and content, each found to be what its name says; `scan` is a scanner's command.

    All together it has so many `seconds`; what it did not get to is not let pass.

    Raises: attachment.too_many, attachment.empty, attachment.too_large, attachment.type_not_taken,
    attachment.not_what_it_says, attachment.infected, attachment.not_scanned.
    """
    given = list(files)
    if len(given) > MOST_FILES:
        raise RuleBroken("attachment.too_many", field="files", most=MOST_FILES)
    found = tuple(_looked_at(plain_name(name), content) for name, content in given)
    ends = time.monotonic() + seconds
    for each in found if scan else ():
        _scanned(each, scan, max(ends - time.monotonic(), 0))
    return found


def _looked_at(name: str, content: bytes) -> AttachedFile:
    if not content:
        raise RuleBroken("attachment.empty", field="files", file=name)
    if len(content) > LARGEST:
        raise RuleBroken("attachment.too_large", field="files", file=name, most=LARGEST // MEGABYTE)
    _stem, dot, ending = name.rpartition(".")
    known = TYPES.get(ending.lower()) if dot else None
    if known is None:
        raise RuleBroken("attachment.type_not_taken", field="files", file=name)
    if not known.looks(content):
        raise RuleBroken("attachment.not_what_it_says", field="files", file=name, type=ending)
    return AttachedFile(name, known.media_type, content)


def _scanned(file: AttachedFile, command: str, seconds: float) -> None:
    """Asks the scanner: it reads the file, and ends with 0 for clean and 1 for not."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command
            shlex.split(command),
            input=file.content,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise RuleBroken("attachment.not_scanned", field="files", file=file.name) from error
    if done.returncode:
        code = "infected" if done.returncode == 1 else "not_scanned"
        raise RuleBroken(f"attachment.{code}", field="files", file=file.name)
