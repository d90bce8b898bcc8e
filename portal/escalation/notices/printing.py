"""
Letters printed by a worker: each looked at again, kept as it is, and all of them in one file.

Killed anywhere it has done nothing, and begins anew: what is printed is written down at the end,
in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.documents.archive import PDF
from portal.base.documents.merging import merged
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.work import Reader, Work
from portal.escalation.notices.commands import TASK
from portal.escalation.notices.matter import matter_of_notice
from portal.escalation.notices.rendering import Content, content_of
from portal.escalation.notices.sending import SETTLED, addressee_of, hash_of
from portal.escalation.notices.sheet import Sheet
from portal.escalation.notices.telling import Told, told_now
from portal.people.recognising import actor_of
from portal.tables.escalation import Notice, PrintBatch


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that can be printed, with what it tells."""

    notice_id: int
    told: Told
    content: Content
    job: Job


def letter_of(r: Reader, notice: Notice, public_url: str) -> Ready | None:
    """A letter as it would be printed now; None where nothing is left to be asked for."""
    matter = matter_of_notice(r, notice)
    told = told_now(r, matter)
    if told is None:
        return None
    to = addressee_of(r, notice)
    content = content_of(r, matter, told, to)
    sheet = Sheet(matter, told, content, to, public_url)
    return Ready(notice.id, told, content, sheet.job(r))


def print_notices(installation: Installation, payload: dict[str, Any]) -> None:
    """Prints letters as a task, in the name of who asked for it."""
    url = installation.config.public_url.rstrip("/")
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, payload["user_id"])
        waiting = _waiting(r, payload["notice_ids"])
        ready = {notice.id: letter_of(r, notice, url) for notice in waiting}
    pdfs = {made.notice_id: print_pdf(made.job) for made in ready.values() if made is not None}
    with installation.work(actor) as w:
        kept = [
            notice
            for notice in _locked(w, list(ready))
            if _keep(w, installation, notice, ready, pdfs)
        ]
        if kept:
            _batch(w, installation, kept, merged([pdfs[notice.id] for notice in kept]))


def _waiting(r: Reader, ids: Sequence[int]) -> list[Notice]:
    rows = select(Notice).where(Notice.id.in_(ids), Notice.state == "to_print")
    return list(r.session.scalars(rows.order_by(Notice.customer_id, Notice.id)))


def _locked(w: Work, ids: Sequence[int]) -> list[Notice]:
    rows = select(Notice).where(Notice.id.in_(ids), Notice.state == "to_print")
    ordered = rows.order_by(Notice.customer_id, Notice.id).with_for_update()
    return list(w.session.scalars(ordered))


def _keep(
    w: Work,
    installation: Installation,
    notice: Notice,
    ready: dict[int, Ready | None],
    pdfs: dict[int, bytes],
) -> bool:
    """Keeps a letter with its file; one that nothing is due of any more is not needed."""
    w.require("notice.print", notice)
    made = ready[notice.id]
    if made is None:
        notice.state, notice.problem = "cancelled", SETTLED
        w.audit("notice.cancelled", f"notice/{notice.id}", customer_id=notice.customer_id)
        return False
    text = "\n\n".join(block.words for block in made.content.blocks if block.words)
    notice.subject, notice.body_text = made.content.subject, text
    notice.body_sha256 = hash_of(notice.subject, text)
    notice.facts = json.dumps(made.told.as_facts(), ensure_ascii=False, sort_keys=True)
    notice.file_sha256 = keep_file(w, installation.storage, pdfs[notice.id], PDF)
    notice.rendered_at, notice.state = w.now, "printed"
    return True


def _batch(w: Work, installation: Installation, kept: Sequence[Notice], pdf: bytes) -> None:
    assert w.actor.user_id is not None
    batch = PrintBatch(
        count=len(kept),
        file_sha256=keep_file(w, installation.storage, pdf, PDF),
        made_by=w.actor.user_id,
        made_at=w.now,
    )
    w.session.add(batch)
    w.session.flush()
    for notice in kept:
        notice.batch_id = batch.id
    w.audit("notices.printed", f"print_batch/{batch.id}", count=len(kept), ids=[n.id for n in kept])


TASKS = {TASK: print_notices}
