"""
The acts before a result: a ledger is kept, it is said how to read it, and it is forgotten again.

A file is kept by its content before anything is read of it, so that no upload is lost on an error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.base.access import NotFound
from portal.base.storage import Storage, keep_file
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.statements.answers import locked, refuse_answered
from portal.statements.comparison.mapping import Mapping
from portal.statements.comparison.sheet import MOST_BYTES
from portal.tables.comparison import Comparison, LedgerMapping, OwnMatch, OwnRow
from portal.tables.files import StoredFile
from portal.tables.statements import Statement

TASK = "comparison"
#: What is compared while the browser waits; more rows are left to a worker.
AT_ONCE = 2_000
#: States in which nothing is going on and the file is there.
RESTING = frozenset({"uploaded", "ready", "failed"})
LONGEST_NAME = 100


@dataclass(frozen=True)
class KeepLedger:
    """A ledger laid beside a statement: a file, or pasted rows, which have no name."""

    storage: Storage
    statement_id: int
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class MapLedger:
    """How a ledger is to be read, now and next month; `is_large` leaves it to a worker."""

    comparison_id: int
    mapping: Mapping
    is_large: bool = False


@dataclass(frozen=True)
class ForgetLedger:
    """That the rows and the file of a comparison be deleted."""

    storage: Storage
    comparison_id: int


def keep_ledger(w: Work, c: KeepLedger) -> int:
    """
    The id of the comparison that the file now belongs to; the same file again is the same one.

    Raises: own_ledger.empty, own_ledger.too_large, and what `open_statement` raises.
    """
    statement = open_statement(w, c.statement_id)
    if not c.content.strip():
        raise RuleBroken("own_ledger.empty", field="file" if c.file_name else "pasted")
    if len(c.content) > MOST_BYTES:
        raise RuleBroken("own_ledger.too_large", field="file", megabytes=MOST_BYTES >> 20)
    media_type = "application/octet-stream" if c.file_name else "text/plain"
    digest = keep_file(w, c.storage, c.content, media_type)
    newest = w.session.scalars(
        select(Comparison)
        .where(
            Comparison.customer_id == statement.customer_id,
            Comparison.statement_id == statement.id,
        )
        .order_by(Comparison.id.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.file_sha256 == digest and newest.state != "failed":
        return newest.id
    made = Comparison(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        user_id=w.actor.user_id,
        file_name=plain_name(c.file_name),
        file_sha256=digest,
        state="uploaded",
        **dict.fromkeys(("counts", "decisions", "applied"), "{}"),
        problems="[]",
        created_at=w.now,
    )
    w.session.add(made)
    w.session.flush()
    note(w, made, "uploaded", file=made.file_name, sha256=digest)
    _drop_unread(w, c.storage, made)
    return made.id


def _drop_unread(w: Work, storage: Storage, made: Comparison) -> None:
    """Files of the statement that never came to a result give way to the newest: none piles up."""
    unread = w.session.scalars(
        select(Comparison)
        .where(
            Comparison.customer_id == made.customer_id,
            Comparison.statement_id == made.statement_id,
            Comparison.id < made.id,
            Comparison.state.in_(("uploaded", "failed")),
            Comparison.applied == "{}",
        )
        .with_for_update()
    ).all()
    for digest in [drop_file(w, each) for each in unread]:
        if digest:
            storage.drop(digest)


def plain_name(file_name: str) -> str:
    r"""
    The last part of a file's name, without what cannot be shown.

    >>> plain_name("C:\\temp\\往来账.csv"), plain_name("../ledger.xlsx"), plain_name("")
    ('往来账.csv', 'ledger.xlsx', '')
    """
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-LONGEST_NAME:]


def map_ledger(w: Work, c: MapLedger) -> None:
    """
    The ledger is read so from now on, and the customer's next one too; what was decided is gone.

    Raises: what `resting` raises.
    """
    comparison = resting(w, c.comparison_id)
    written = json.dumps(c.mapping.as_json(), ensure_ascii=False, sort_keys=True)
    _remember(w, comparison, written)
    comparison.mapping, comparison.decisions = written, "{}"
    start(w, comparison, is_large=c.is_large)
    note(w, comparison, "begun", mapping=c.mapping.as_json())


def _remember(w: Work, comparison: Comparison, written: str) -> None:
    known = w.session.get(LedgerMapping, comparison.customer_id)
    if known is None:
        known = LedgerMapping(customer_id=comparison.customer_id)
        w.session.add(known)
    elif known.mapping == written:
        return
    known.mapping, known.user_id, known.saved_at = written, comparison.user_id, w.now


def start(w: Work, comparison: Comparison, *, is_large: bool) -> None:
    """The comparison runs: a worker's task where it is large, else whoever asked does it."""
    comparison.state, comparison.problems = "running", "[]"
    comparison.rows_done = 0
    comparison.row_version += 1
    if is_large:
        key = f"comparison/{comparison.id}/{comparison.row_version}"
        w.later(key, TASK, {"comparison_id": comparison.id, "user_id": w.actor.user_id})


def forget_ledger(w: Work, c: ForgetLedger) -> None:
    """
    The rows and the file are gone; the counts stay, and that it was deleted, when and by whom.

    Answers that were applied stay: they are the customer's own by now.
    Raises: comparison.going_on.
    """
    comparison = _locked(w, c.comparison_id)
    if comparison.state == "deleted":
        return
    if comparison.state == "running":
        raise RuleBroken("comparison.going_on")
    drop_rows(w, comparison)
    digest = drop_file(w, comparison)
    note(w, comparison, "deleted", counts=json.loads(comparison.counts))
    if digest:
        # Before the commit, so that nobody keeps the same file meanwhile.
        c.storage.drop(digest)


def drop_rows(w: Work, comparison: Comparison) -> None:
    """No row of the ledger, and no match, is left."""
    drop_matches(w, comparison)
    w.session.execute(
        delete(OwnRow).where(
            OwnRow.customer_id == comparison.customer_id,
            OwnRow.comparison_id == comparison.id,
        )
    )


def drop_matches(w: Work, comparison: Comparison) -> None:
    """Nothing is found yet, or any more."""
    w.session.execute(
        delete(OwnMatch).where(
            OwnMatch.customer_id == comparison.customer_id,
            OwnMatch.comparison_id == comparison.id,
        )
    )


def drop_file(w: Work, comparison: Comparison) -> str:
    """The comparison is deleted; its file's SHA-256 where nothing else keeps that file."""
    digest = comparison.file_sha256
    comparison.state, comparison.deleted_at = "deleted", w.now
    comparison.file_sha256 = None
    comparison.decisions, comparison.problems = "{}", "[]"
    w.session.flush()
    try:
        with w.session.begin_nested():
            w.session.execute(delete(StoredFile).where(StoredFile.sha256 == digest))
    except IntegrityError:
        return ""  # an equal file stands elsewhere
    return digest or ""


def open_statement(w: Work, statement_id: int) -> Statement:
    """
    The statement, locked, for who may compare it; it must wait for an answer.

    Raises: statement.replaced, statement.already_answered, statement.with_approver.
    """
    statement = locked(w, statement_id, "statement.compare")
    refuse_answered(statement)
    return statement


def resting(w: Work, comparison_id: int) -> Comparison:
    """
    The comparison, locked, where nothing goes on with it and its statement waits for an answer.

    Raises: comparison.going_on, comparison.gone, and what `open_statement` raises.
    """
    found = w.session.get(Comparison, comparison_id)
    if found is None:
        raise NotFound("comparison")
    open_statement(w, found.statement_id)
    comparison = _locked(w, comparison_id)
    if comparison.state == "deleted":
        raise RuleBroken("comparison.gone")
    if comparison.state not in RESTING:
        raise RuleBroken("comparison.going_on")
    return comparison


def _locked(w: Work, comparison_id: int) -> Comparison:
    found = w.session.scalars(
        select(Comparison)
        .where(Comparison.id == comparison_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("comparison")
    w.require("statement.compare", found)
    return found


def note(w: Work, comparison: Comparison, act: str, **facts: object) -> None:
    """An act on a comparison stands in the audit trail, at its statement."""
    w.audit(
        f"comparison.{act}",
        f"statement/{comparison.statement_id}",
        customer_id=comparison.customer_id,
        comparison=comparison.id,
        **facts,
    )
