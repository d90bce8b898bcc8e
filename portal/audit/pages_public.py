"""A customer's answer to an auditor: shown by the link of a mail, given with a code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import Gone

from portal.audit import answering
from portal.audit.forms import AnswerForm
from portal.audit.items import OpenDocument, open_documents
from portal.audit.requests import find_linked
from portal.base.access import VISITOR
from portal.base.evidence import Surroundings
from portal.base.formats import masked
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.money import Money
from portal.tables.audits import AuditAnswer, AuditSample
from portal.tables.customers import Customer
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

answers = Blueprint("audit_answers", __name__)

#: A link shows its request until so long after the day by which to answer.
LINK_LIVES = dt.timedelta(days=60)


@dataclass(frozen=True)
class Request:
    """One request as its recipient sees it; an answer that was given shows its hash alone."""

    id: int
    token: str
    form: str
    customer: str
    as_of: dt.date
    answer_by: dt.date
    balance: Money
    open_items: tuple[OpenDocument, ...]
    auditor_name: str
    auditor_email: str
    sent_to: str
    answered_at: dt.datetime | None
    evidence_sha256: str

    @property
    def unapplied(self) -> Money:
        """What of the balance is no open item."""
        open_minor = sum(each.open.minor for each in self.open_items)
        return Money(self.balance.minor - open_minor, self.balance.currency)


def _linked(token: str) -> Request:
    """The request of a link; 410 once it has run out, or for a link that is none of ours."""
    r = current.reader()
    item = find_linked(r, token)
    if item is None:
        raise Gone
    sample = r.session.get_one(AuditSample, item.sample_id)
    if r.today > sample.answer_by + LINK_LIVES:
        raise Gone
    answer = _answer(r, item.id)
    return Request(
        id=item.id,
        token=token,
        form=item.form,
        customer=r.session.get_one(Customer, item.customer_id).name,
        as_of=sample.as_of,
        answer_by=sample.answer_by,
        balance=Money(item.balance_minor, sample.currency),
        open_items=tuple(open_documents(item.open_items, sample.currency)),
        auditor_name=sample.auditor_name,
        auditor_email=sample.auditor_email,
        sent_to=masked(item.contact_email),
        answered_at=answer.answered_at if answer else None,
        evidence_sha256=answer.evidence_sha256 if answer else "",
    )


def _answer(r: Reader, item_id: int) -> AuditAnswer | None:
    return r.session.scalars(select(AuditAnswer).where(AuditAnswer.item_id == item_id)).first()


@answers.get("/a/<token>")
@guard("public")
def show(token: str) -> Response:
    return respond.page("audit/request.html", asked=_linked(token))


@answers.post("/a/<token>/code")
@guard("public")
def send_code(token: str) -> Response:
    asked, form = _linked(token), Form()
    if respond.attempt(form, answering.send_code, answering.SendCode(asked.id), VISITOR):
        return respond.see_other(".review", token=token)
    respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", token=token)


@answers.get("/a/<token>/answer")
@guard("public")
def review(token: str) -> Response:
    asked = _linked(token)
    if asked.answered_at is not None:
        return respond.see_other(".show", token=token)
    return _page(asked, AnswerForm(currency=asked.balance.currency))


@answers.post("/a/<token>/answer")
@guard("public")
def answer(token: str) -> Response:
    asked = _linked(token)
    form = AnswerForm(currency=asked.balance.currency)
    if form.validate() and _is_answered(form, asked):
        respond.say(_("Thank you. Your answer is on its way to the auditor."))
        return respond.redirect_to(url_for(".show", token=token))
    return _page(asked, form, form.status)


def _is_answered(form: AnswerForm, asked: Request) -> bool:
    """Whether the answer is kept: what can be refused first is, then the code, then the act."""
    command = form.command(
        asked.id,
        is_blank=asked.form == "blank",
        storage=current.installation().storage,
        surroundings=Surroundings(
            address=request.remote_addr or "",
            agent=request.user_agent.string[:300],
            language=current_language(),
        ),
    )
    if not respond.attempt(form, answering.check_answerable, command, VISITOR):
        return False
    typed = answering.TypeCode(asked.id, str(form.code.data))
    if not respond.attempt(form, answering.type_code, typed, VISITOR):
        return False
    outcome: answering.CodeOutcome = form.outcome
    if outcome.problem is not None:
        form.blame(outcome.problem)
        return False
    signed = replace(command, code_id=outcome.code_id)
    return respond.attempt(form, answering.answer_request, signed, VISITOR)


def _page(asked: Request, form: AnswerForm, status: int = 200) -> Response:
    return respond.page("audit/answer.html", status, asked=asked, form=form)
