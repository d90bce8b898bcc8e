"""Certificates kept fresh: a timestamp where one was missed, a new one before the last runs out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.base.access import SYSTEM
from portal.base.documents.archive import PDF
from portal.base.documents.check import SealedDocument, read_seal
from portal.base.documents.fetching import Unanswered
from portal.base.documents.sealing import authority_of
from portal.base.documents.timestamps import prolong
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.work import Reader, Work
from portal.tables.audits import SealStage
from portal.tables.statements import Certificate

#: So long before the authority's certificate runs out its timestamp is stamped over.
RENEW_BEFORE = dt.timedelta(days=60)
#: No more a day than an authority lets anybody ask for.
MOST_A_DAY = 500


def newest_file(r: Reader, confirmation_id: int) -> str | None:
    """The SHA-256 of the certificate's file as it stands now; None while there is none."""
    stage = select(SealStage.file_sha256).where(SealStage.confirmation_id == confirmation_id)
    newest = r.session.scalar(stage.order_by(SealStage.nth.desc()).limit(1))
    return newest or r.session.scalar(
        select(Certificate.file_sha256).where(Certificate.confirmation_id == confirmation_id)
    )


def newest_stage(r: Reader, confirmation_id: int) -> SealStage | None:
    """How far the certificate's seal has come; None for one that was never stamped."""
    rows = select(SealStage).where(SealStage.confirmation_id == confirmation_id)
    return r.session.scalars(rows.order_by(SealStage.nth.desc()).limit(1)).first()


def keep_stage(w: Work, confirmation_id: int, file_sha256: str, found: SealedDocument) -> None:
    """Keeps that the certificate is this file now."""
    last = select(func.max(SealStage.nth)).where(SealStage.confirmation_id == confirmation_id)
    w.session.add(
        SealStage(
            confirmation_id=confirmation_id,
            nth=(w.session.scalar(last) or 0) + 1,
            file_sha256=file_sha256,
            level=found.level,
            token_serial=found.token_serial,
            authority=found.authority,
            stamped_at=found.stamped_at,
            renew_by=found.renew_by,
            made_at=w.now,
        )
    )


def stamp_again(installation: Installation, on: dt.date) -> dict[str, Any]:
    """
    Stamps every certificate that has no timestamp, or whose last one runs out soon.

    Only appended to, so what a customer downloaded before still holds. An authority that does not
    answer is asked again the next day.
    """
    authority = authority_of(installation.config)
    if authority is None:
        return {"stamped": 0}
    with installation.reading(SYSTEM, on) as r:
        due = [tuple(row) for row in r.session.execute(_due(on))]
    stamped = 0
    for confirmation_id, file_sha256 in due:
        try:
            pdf = prolong(installation.storage.get(file_sha256), authority)
        except Unanswered as reason:
            return {"stamped": stamped, "waiting": len(due) - stamped, "because": str(reason)}
        _keep(installation, confirmation_id, file_sha256, pdf)
        stamped += 1
    return {"stamped": stamped}


def _due(on: dt.date) -> Select[Any]:
    """Certificates with their newest file; those whose timestamp runs out first come first."""
    last = (
        select(SealStage.confirmation_id, func.max(SealStage.nth).label("nth"))
        .group_by(SealStage.confirmation_id)
        .subquery("last")
    )
    columns: list[Any] = [
        Certificate.confirmation_id,
        func.coalesce(SealStage.file_sha256, Certificate.file_sha256),
    ]
    rows: Select[Any] = select(*columns)
    return (
        rows.outerjoin(last, last.c.confirmation_id == Certificate.confirmation_id)
        .outerjoin(
            SealStage,
            (SealStage.confirmation_id == last.c.confirmation_id) & (SealStage.nth == last.c.nth),
        )
        .where(or_(SealStage.renew_by.is_(None), SealStage.renew_by <= on + RENEW_BEFORE))
        .order_by(SealStage.renew_by.is_(None), SealStage.renew_by, Certificate.confirmation_id)
        .limit(MOST_A_DAY)
    )


def _keep(installation: Installation, confirmation_id: int, before: str, pdf: bytes) -> None:
    found = read_seal(pdf)
    assert found.is_unchanged
    with installation.work(SYSTEM) as w:
        if newest_file(w, confirmation_id) != before:
            return  # another run was quicker
        digest = keep_file(w, installation.storage, pdf, PDF)
        keep_stage(w, confirmation_id, digest, found)
        w.audit(
            "statement.certificate_stamped",
            f"confirmation/{confirmation_id}",
            file_sha256=digest,
            level=found.level,
            token_serial=found.token_serial,
            authority=found.authority,
        )
