"""
Applications for credit: begun, filled in page by page, handed in once.

A draft is its own side's alone: what a customer has not handed in yet nobody of the house reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import NotFound, Permission
from portal.base.kept_files import CUSTOMER, HOUSE, Files, keep_files
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.application import (
    BY_NAME,
    Asks,
    Step,
    check_figures,
    facts_told,
    fields_of,
    missing,
    read_answer,
)
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.limits import limit_of
from portal.tables.credit import CreditApplication, CreditFact
from portal.tables.customers import Customer
from portal.tables.files import KeptFile

SUBJECT = "application"
TASK = "application_in"
#: The form as it was printed and signed (S-013).
SIGNED_FORM = "signed_form"
#: What a file can be (S-017).
FILE_KINDS = ("credit_report", "balance_sheet", "income_statement", "licence", SIGNED_FORM)
OTHER_FILE = "other"
#: So many days a handed-in application waits at most.
ANSWER_DAYS = 5
OPEN = ("draft", "submitted")
#: What was handed in can be printed, and comes back signed until it is refused or withdrawn.
SIGNABLE = ("submitted", "granted", "partly")
#: Where the answers keep which files do not go with the application any more.
LEFT_OUT = "files_left_out"


@dataclass(frozen=True)
class BeginApplication:
    """An application of a customer for something; the draft that is there already, if one is."""

    customer_id: int
    asks: Asks


@dataclass(frozen=True)
class SaveStep:
    """What one page of a draft says, by field; `version` is that of the draft that was shown."""

    application_id: int
    step: Step
    told: Mapping[str, str]
    version: int


@dataclass(frozen=True)
class AddFiles:
    """Files to go with a draft, all of one kind."""

    application_id: int
    kind: str
    files: Files


@dataclass(frozen=True)
class SubmitApplication:
    """That a draft is handed in."""

    application_id: int


@dataclass(frozen=True)
class DropApplication:
    """That a draft is thrown away, or what was handed in is not asked for any longer."""

    application_id: int


def side_of(r: Reader) -> str:
    """On whose side the actor is."""
    return "customer" if r.actor.kind == "customer" else "house"


def begin_application(w: Work, c: BeginApplication) -> int:
    """
    The id of the draft: a new one, or the one that the same side began before.

    Raises: application.waiting, where one for the same waits for its answer.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_APPLY, customer)
    rows = select(CreditApplication).where(
        CreditApplication.customer_id == customer.id,
        CreditApplication.kind == c.asks.value,
        CreditApplication.state.in_(OPEN),
    )
    for row in w.session.scalars(rows):
        if row.state == "submitted":
            raise RuleBroken("application.waiting")
        if row.side == side_of(w):
            return row.id
    return _begun(w, customer, c.asks)


def _begun(w: Work, customer: Customer, asks: Asks) -> int:
    held = limit_of(w, customer.id, w.today)
    own = customer.currency or w.company.currency
    currency = held.amount.currency if held and held.amount else own
    assert w.actor.user_id is not None
    row = CreditApplication(
        customer_id=customer.id,
        kind=asks.value,
        answers="{}",
        currency=currency,
        user_id=w.actor.user_id,
        side=side_of(w),
        begun_at=w.now,
        state="draft",
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "application.begun",
        f"{SUBJECT}/{row.id}",
        customer_id=customer.id,
        asks=asks.value,
        side=row.side,
    )
    return row.id


def locked_application(w: Work, application_id: int) -> CreditApplication:
    """The application under its lock, for who may apply; another side's draft is not there."""
    row = lock_row(w, CreditApplication, application_id)
    w.require(Permission.CREDIT_APPLY, row)
    if row.state == "draft" and row.side != side_of(w):
        raise NotFound("application")
    return row


def _draft(w: Work, application_id: int) -> CreditApplication:
    row = locked_application(w, application_id)
    if row.state != "draft":
        raise RuleBroken("application.not_in_this_state")
    return row


def save_step(w: Work, c: SaveStep) -> int:
    """
    What a page says is kept; the draft's new version.

    Raises: application.stale, application.not_in_this_state, what `read_answer` and
    `check_figures` raise.
    """
    row = _draft(w, c.application_id)
    if row.row_version != c.version:
        raise RuleBroken("application.stale")
    currency = row.currency or w.company.currency
    gone, answers = left_out(row), answers_of(row)
    for field in fields_of(c.step):
        value = read_answer(field, c.told.get(field.name, ""), currency)
        answers.pop(field.name, None)
        if value:
            answers[field.name] = value
    if c.step is Step.FIGURES:
        check_figures(answers, w.today)
    row.answers = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    _leave_out(row, gone)
    row.asked_terms, row.reason = answers.get("asked_terms", ""), answers.get("reason", "")
    asked = answers.get("asked_limit")
    row.asked_limit_minor = Money.parse(asked, currency).minor if asked else None
    row.row_version += 1
    return row.row_version


def left_out(row: CreditApplication) -> set[int]:
    """The files that were taken out of a draft again: what was once kept is never deleted."""
    told = json.loads(row.answers).get(LEFT_OUT, "")
    return {int(each) for each in told.split(",") if each}


def _leave_out(row: CreditApplication, file_ids: set[int]) -> None:
    told = json.loads(row.answers)
    told.pop(LEFT_OUT, None)
    if file_ids:
        told[LEFT_OUT] = ",".join(map(str, sorted(file_ids)))
    row.answers = json.dumps(told, ensure_ascii=False, sort_keys=True)


def answers_of(row: CreditApplication) -> dict[str, str]:
    """What was told, by field; what this version does not ask any more is left out."""
    told: dict[str, str] = json.loads(row.answers)
    return {name: value for name, value in told.items() if name in BY_NAME}


def add_files(w: Work, c: AddFiles) -> int:
    """
    How many files now go with the draft, or with what was handed in: the printed form, signed.

    That it is signed and kept is S-013.
    Raises: application.not_in_this_state, application.file_kind, application.no_file, attachment.…
    """
    row = locked_application(w, c.application_id)
    if row.state != "draft" and not (c.kind == SIGNED_FORM and row.state in SIGNABLE):
        raise RuleBroken("application.not_in_this_state")
    if c.kind not in (*FILE_KINDS, OTHER_FILE):
        raise RuleBroken("application.file_kind", field="kind")
    if not c.files.given:
        raise RuleBroken("application.no_file", field="files")
    subject = f"{SUBJECT}/{row.id}"
    # What the customer signed it may see, whoever of us put the paper in.
    is_theirs = row.side == CUSTOMER or row.state != "draft"
    side = CUSTOMER if is_theirs else HOUSE
    count = keep_files(w, subject, row.customer_id, c.kind, side, c.files)
    # What lies there already and is added again goes with it again.
    given = {each.sha256 for each in c.files.given}
    rows = select(KeptFile).where(KeptFile.subject == subject, KeptFile.kind == c.kind)
    again = {each.id for each in w.session.scalars(rows) if each.file_sha256 in given}
    _leave_out(row, left_out(row) - again)
    return count


def is_kept_back(r: Reader, file: KeptFile) -> bool:
    """Whether a file is the other side's alone: that of a draft, or taken out before handing in."""
    row = r.session.get_one(CreditApplication, int(file.subject.partition("/")[2]))
    return row.side != side_of(r) and (row.state == "draft" or file.id in left_out(row))


def remove_file(w: Work, application_id: int, file_id: int) -> None:
    """A file no longer goes with the draft; what is kept by its content stays where it is."""
    row = _draft(w, application_id)
    file = w.session.get(KeptFile, file_id)
    if file is None or file.subject != f"{SUBJECT}/{row.id}":
        raise NotFound("file")
    w.audit(
        "file.removed",
        f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        file=file.file_name,
        sha256=file.file_sha256,
    )
    _leave_out(row, left_out(row) | {file.id})


def submit_application(w: Work, c: SubmitApplication) -> int:
    """
    It is handed in, once; whoever presses twice has done it once.

    Its figures become factors of the scorecard, and somebody gets the task to answer.
    Raises: application.incomplete, application.not_in_this_state, what `check_figures` raises.
    """
    row = locked_application(w, c.application_id)
    if row.state == "submitted":
        return row.id
    if row.state != "draft":
        raise RuleBroken("application.not_in_this_state")
    answers = answers_of(row)
    lacking = missing(Asks(row.kind), answers)
    if lacking:
        raise RuleBroken("application.incomplete", count=len(lacking))
    check_figures(answers, w.today)
    row.state, row.submitted_at = "submitted", w.now
    row.row_version += 1
    _note_facts(w, row, answers)
    customer = w.session.get_one(Customer, row.customer_id)
    make_task(
        w,
        NewTask(
            customer_id=row.customer_id,
            kind=TASK,
            subject=f"{SUBJECT}/{row.id}",
            due_on=w.calendar().on_or_after(w.today + timedelta(days=ANSWER_DAYS)),
            facts={"number": customer.name},
        ),
    )
    w.audit(
        "application.submitted",
        f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        asks=row.kind,
        side=row.side,
        answers=answers,
        currency=row.currency,
    )
    return row.id


def _note_facts(w: Work, row: CreditApplication, answers: Mapping[str, str]) -> None:
    """What the figures come to, for the scorecard: told by the customer, of its day."""
    is_own = row.currency == w.company.currency
    for told in facts_told(answers, is_own_currency=is_own):
        w.session.add(
            CreditFact(
                customer_id=row.customer_id,
                factor=told.factor,
                value=told.value,
                as_of=told.as_of,
                source="application",
                note="",
                application_id=row.id,
                noted_by=w.actor.user_id,
                at=w.now,
            )
        )


def drop_application(w: Work, c: DropApplication) -> None:
    """
    It is asked for no longer.

    Raises: application.not_in_this_state, where it was answered.
    """
    row = locked_application(w, c.application_id)
    if row.state == "withdrawn":
        return
    if row.state not in OPEN:
        raise RuleBroken("application.not_in_this_state")
    row.state = "withdrawn"
    row.row_version += 1
    w.audit("application.withdrawn", f"{SUBJECT}/{row.id}", customer_id=row.customer_id)
