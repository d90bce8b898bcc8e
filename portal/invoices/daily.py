"""What is swept away every day: archives whose week is over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from portal.base.installation import Installation
from portal.base.work import Work
from portal.tables.files import Download, StoredFile


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Forgets the downloads that ran out, and deletes their files; a second run finds nothing."""
    with installation.work(on=on) as w:
        gone, digests = _sweep(w)
        # Before the commit, so that nobody keeps the same file meanwhile.
        for digest in digests:
            installation.storage.drop(digest)
    return {"downloads": gone}


def _sweep(w: Work) -> tuple[int, list[str]]:
    over = w.session.execute(
        select(Download.id, Download.file_sha256).where(Download.expires_at <= w.now)
    ).all()
    w.session.execute(delete(Download).where(Download.id.in_([row.id for row in over])))
    # Equal archives are one file, which another download may still need.
    needed = select(Download.file_sha256).where(Download.file_sha256.is_not(None))
    digests = list(
        w.session.scalars(
            select(StoredFile.sha256).where(
                StoredFile.sha256.in_([row.file_sha256 for row in over]),
                StoredFile.sha256.not_in(needed),
            )
        )
    )
    w.session.execute(delete(StoredFile).where(StoredFile.sha256.in_(digests)))
    return len(over), digests
