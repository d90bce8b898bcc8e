"""
Archives of invoices: a few at once, many by a worker, who tells by mail when they are ready.

A worker that is killed begins anew and finds what was printed; a download that is not ready yet
shows how far it is.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.base.access import SYSTEM, NotFound
from portal.base.installation import Installation
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.storage import keep_file
from portal.base.work import Reader, Work
from portal.core.ledger import Kind
from portal.invoices.commands import TASK, VALID
from portal.invoices.held import held_among
from portal.invoices.open_items import seen_by
from portal.invoices.sheet import invoice_pdf
from portal.tables.files import Download, StoredFile
from portal.tables.invoices import Entry
from portal.tables.people import User

ZIP = "application/zip"
#: At most so many are put together while the browser waits.
AT_ONCE = 20
#: What an invoice's PDF takes, for telling beforehand; measured over the demo's invoices.
TYPICAL_BYTES = 88_000
#: How often a worker tells how far it is.
TELL_EVERY_SECONDS = 2
#: What a name of a file may not hold on any common system.
UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|\0\r\n\t', "-"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invoice that shall be in an archive."""

    id: int
    customer_id: int
    ref: str
    number: str


@dataclass(frozen=True, slots=True)
class DownloadRow:
    """A download as its owner sees it; `size` is known once it is ready."""

    id: int
    ref: str
    total: int
    done: int
    #: pending | ready | failed | expired
    state: str
    asked_at: dt.datetime
    expires_at: dt.datetime | None
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        return f"invoices-{self.asked_at:%Y-%m-%d}.zip"


def list_downloads(r: Reader) -> list[DownloadRow]:
    """The actor's downloads, the newest first."""
    found = r.session.execute(_own(r).order_by(Download.asked_at.desc(), Download.id.desc()))
    return [_row(r, *each) for each in found if _may_have(r, each[0])]


def get_download(r: Reader, ref: str) -> DownloadRow:
    """One of the actor's downloads; `NotFound` where it is not theirs, or no longer."""
    found = r.session.execute(_own(r).where(Download.id == r.id_of("dl", ref))).first()
    if found is None or not _may_have(r, found[0]):
        raise NotFound(ref)
    return _row(r, *found)


def _own(r: Reader) -> Select[Any]:
    columns: list[Any] = [Download, StoredFile.size]
    rows: Select[Any] = select(*columns)
    return rows.outerjoin(StoredFile, StoredFile.sha256 == Download.file_sha256).where(
        Download.user_id == r.actor.user_id
    )


def _may_have(r: Reader, download: Download) -> bool:
    """Whether its owner may still see every customer whose invoices it holds."""
    return r.actor.kind != "customer" or set(json.loads(download.customer_ids)) <= set(
        r.actor.memberships
    )


def _row(r: Reader, download: Download, size: int | None) -> DownloadRow:
    expires_at = download.expires_at
    is_over = expires_at is not None and expires_at <= r.now
    return DownloadRow(
        id=download.id,
        ref=r.refs.of("dl", download.id),
        total=download.total,
        done=download.done,
        state="expired" if is_over else download.state,
        asked_at=download.asked_at,
        expires_at=expires_at,
        size=size or 0,
        sha256=download.file_sha256 or "",
    )


def list_wanted(r: Reader, entry_ids: Iterable[int]) -> list[Wanted]:
    """The invoices with these ids that the reader may see, in the order of the ids."""
    ids = list(entry_ids)
    found = r.session.execute(
        select(Entry.id, Entry.customer_id, Entry.number).where(
            Entry.id.in_(ids),
            Entry.kind == Kind.INVOICE,
            Entry.dated_on <= r.today,
            seen_by(r.actor)(Entry.customer_id),
        )
    )
    by_id = {
        entry_id: Wanted(entry_id, customer_id, r.refs.of("iv", entry_id), number)
        for entry_id, customer_id, number in found
    }
    return [by_id[entry_id] for entry_id in ids if entry_id in by_id]


def archive_of(installation: Installation, wanted: Iterable[Wanted], language: str) -> bytes:
    """A ZIP with the PDF of each invoice, named by its number."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, pdf in _files(installation, wanted, language):
            _add(archive, name, pdf)
    return out.getvalue()


def _files(
    installation: Installation, wanted: Iterable[Wanted], language: str
) -> Iterator[tuple[str, bytes]]:
    used: set[str] = set()
    for each in wanted:
        name = file_name(each.number, used)
        used.add(name.casefold())
        yield name, invoice_pdf(installation, each.customer_id, each.ref, language)


def file_name(number: str, used: Iterable[str] = ()) -> str:
    """
    An invoice's file, by its number; what no file can be called becomes a hyphen.

    >>> file_name("2026/0117"), file_name("A-1", {"a-1.pdf"})
    ('2026-0117.pdf', 'A-1 (2).pdf')
    """
    plain = number.translate(UNSAFE).strip(". ")[:100] or "invoice"
    taken, name, turn = set(used), f"{plain}.pdf", 1
    while name.casefold() in taken:
        turn += 1
        name = f"{plain} ({turn}).pdf"
    return name


def _add(archive: zipfile.ZipFile, name: str, pdf: bytes) -> None:
    # PDFs are compressed already; a fixed moment makes the same archive of the same files.
    archive.writestr(zipfile.ZipInfo(name), pdf)


# ── The task of a worker ─────────────────────────────────────────────────────


def make_download(installation: Installation, payload: dict[str, Any]) -> None:
    """Prints and packs what was asked for, telling how far it is, and mails that it is ready."""
    download_id = payload["download_id"]
    with installation.reading(SYSTEM) as r:
        download = r.session.get(Download, download_id)
        if download is None or download.state != "pending":
            return
        wanted = _without_held(r, download, list_wanted(r, json.loads(download.entry_ids)))
        language = download.language
    out, told_at = io.BytesIO(), time.monotonic()
    with zipfile.ZipFile(out, "w") as archive:
        for done, (name, pdf) in enumerate(_files(installation, wanted, language), 1):
            _add(archive, name, pdf)
            if time.monotonic() - told_at > TELL_EVERY_SECONDS:
                _tell(installation, download_id, done)
                told_at = time.monotonic()
    with installation.work(SYSTEM) as w:
        _finish(w, download_id, keep_file(w, installation.storage, out.getvalue(), ZIP))


def _without_held(r: Reader, download: Download, wanted: list[Wanted]) -> list[Wanted]:
    """What a customer's person is handed by now; the house gets all that it asked for."""
    if r.session.get_one(User, download.user_id).staff_role is not None:
        return wanted
    held = held_among(r, [each.id for each in wanted])
    return [each for each in wanted if each.id not in held]


def _tell(installation: Installation, download_id: int, done: int) -> None:
    with installation.work(SYSTEM) as w:
        w.session.get_one(Download, download_id).done = done


def _finish(w: Work, download_id: int, digest: str) -> None:
    download = w.session.get_one(Download, download_id, with_for_update=True)
    if download.state != "pending":
        return  # another worker was faster
    download.state, download.done, download.file_sha256 = "ready", download.total, digest
    download.expires_at = w.now + VALID
    user = w.session.get_one(User, download.user_id)
    payload = {"download_id": download_id, "expires_at": download.expires_at.isoformat()}
    queue_mail(w, f"download_ready/{download_id}/{w.now.isoformat()}", "download", user, payload)


def download_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail that a download is ready; `NotNeeded` once it is gone."""
    download = r.session.get(Download, payload["download_id"])
    if download is None or download.state != "ready":
        raise NotNeeded("The download is gone.")
    return {
        "count": download.total,
        "until": download.expires_at,
        "path": f"/downloads/{r.refs.of('dl', download.id)}",
    }


TASKS = {TASK: make_download}
LETTERS = {"download": Letter(download_values)}
