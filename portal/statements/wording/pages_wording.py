"""What statements say besides their figures, as an admin decides it, with a look at the print."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import Blueprint, Response, url_for
from wtforms.validators import Length

from portal.base import formats
from portal.base.access import allows
from portal.base.documents.render import print_pdf
from portal.base.language import N_, current_language, speaking
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.statement import Statement, canonical
from portal.core.wording import LONGEST
from portal.statements.sheet import printed_clauses, statement_job
from portal.statements.wording.rewording import (
    ChangeWording,
    change_wording,
    check_wording,
    edited_texts,
    field_of,
)
from portal.statements.wording.sample import sample_statement
from portal.statements.wording.wording import (
    CLAUSES,
    LANGUAGES,
    LAWS,
    shipped_texts,
    texts_of,
    wording_of,
)
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Filled, Form, RadioField
from portal.web.guard import guard
from portal.web.lists import asked

desk_wording = Blueprint("desk_wording", __name__, url_prefix="/desk/settings/statements")

LAW_NAMES = {
    "cn": N_("China"),
    "eu": N_("European Union and Germany"),
    "uk": N_("United Kingdom"),
    "us": N_("United States"),
}
LANGUAGE_NAMES = (("en", "English"), ("zh-CN", "简体中文"))
CLAUSE_NAMES = {
    "demand": N_("Demand"),
    "acknowledgement": N_("Acknowledgement"),
    "interest": N_("Late interest"),
    "checking_only": N_("In place of the demand, where it is for checking only"),
}


#: What every clause must be.
WRITTEN = [Filled(N_("Write the clause.")), Length(max=LONGEST)]


class WordingForm(Form):
    """The clauses of one law in every language, and what is left out or replaced."""

    law = wtforms.HiddenField()
    deliveries = RadioField(
        N_("Deliveries not yet invoiced"),
        choices=[
            ("beside", N_("stand beside the balance")),
            ("inside", N_("belong to the balance that is to be confirmed")),
        ],
    )
    interest_reserved = wtforms.BooleanField(N_("Reserve late interest"))
    for_checking_only = wtforms.BooleanField(
        N_("Say that statements are for checking only and are no demand")
    )
    en_demand = wtforms.TextAreaField(N_("Demand"), WRITTEN)
    en_acknowledgement = wtforms.TextAreaField(N_("Acknowledgement"), WRITTEN)
    en_interest = wtforms.TextAreaField(N_("Late interest"), WRITTEN)
    en_checking_only = wtforms.TextAreaField(N_("For checking only"), WRITTEN)
    zh_cn_demand = wtforms.TextAreaField(N_("Demand"), WRITTEN)
    zh_cn_acknowledgement = wtforms.TextAreaField(N_("Acknowledgement"), WRITTEN)
    zh_cn_interest = wtforms.TextAreaField(N_("Late interest"), WRITTEN)
    zh_cn_checking_only = wtforms.TextAreaField(N_("For checking only"), WRITTEN)

    def clauses(self, language: str) -> list[tuple[str, wtforms.Field, str]]:
        """The fields of a language: the clause, its field, and the text that is shipped."""
        shipped = shipped_texts()[self._law][language]
        return [(name, self[field_of(language, name)], shipped[name]) for name in CLAUSES]

    @property
    def _law(self) -> str:
        return self.law.data if self.law.data in LAWS else LAWS[0]

    def command(self) -> ChangeWording:
        """What the form asks for."""
        return ChangeWording(
            law=self._law,
            for_checking_only=bool(self.for_checking_only.data),
            interest_reserved=bool(self.interest_reserved.data),
            deliveries=str(self.deliveries.data or "beside"),
            texts={
                language: {
                    name: str(field.data or "").replace("\r\n", "\n")
                    for name, field, _shipped in self.clauses(language)
                }
                for language in LANGUAGES
            },
        )


@desk_wording.get("/wording")
@guard("company.view")
def show() -> Response:
    values = reader().policy.values
    law = asked("law", LAWS) or str(values["statement_wording_law"])
    texts = texts_of(law, values["statement_clauses"])
    kept: dict[str, Any] = {
        field_of(language, clause): text
        for language, clauses in texts.items()
        for clause, text in clauses.items()
    }
    form = WordingForm(
        law=law,
        deliveries=values["statement_deliveries"],
        interest_reserved=values["statement_interest_reserved"],
        for_checking_only=values["statement_for_checking_only"],
        **kept,
    )
    return _page(form)


@desk_wording.post("/wording")
@guard("company.change")
def save() -> Response:
    form = WordingForm()
    if form.validate() and respond.attempt(form, change_wording, form.command()):
        said = _("Saved. It counts from today on.") if form.outcome else _("Nothing was changed.")
        respond.say(said)
        return respond.see_other(".show", law=form.law.data)
    return _page(form)


@desk_wording.post("/wording/preview")
@guard("company.change")
def preview() -> Response:
    form = WordingForm()
    _check(form)
    return _page(form, 200)


@desk_wording.post("/wording/sample.pdf")
@guard("company.change")
def sample() -> Response:
    form = WordingForm()
    if not _check(form):
        return _page(form)
    statement = _sample(form)
    payload = canonical(statement.head, statement.lines, statement.deliveries).decode()
    url = url_for("desk_wording.show", _external=True)
    pdf = print_pdf(statement_job(payload, current_language(), url))
    return respond.download(pdf, "sample.pdf", "application/pdf")


def _check(form: WordingForm) -> bool:
    """Whether the wording could be saved; what is wrong stands on the form."""
    if not form.validate():
        return False
    try:
        check_wording(form.command())
    except RuleBroken as broken:
        form.blame(broken)
        return False
    return True


def _sample(form: WordingForm) -> Statement:
    c = form.command()
    wording = wording_of(
        c.law,
        edited_texts(c),
        for_checking_only=c.for_checking_only,
        interest_reserved=c.interest_reserved,
    )
    return sample_statement(reader(), wording, counts_deliveries=c.deliveries == "inside")


def _page(form: WordingForm, status: int | None = None) -> Response:
    law = form.command().law
    in_force = str(reader().policy.values["statement_wording_law"])
    fallback = form.status if form.told() else 200
    return respond.page(
        "statements/wording.html",
        fallback if status is None else status,
        fragments={"preview": "preview"},
        form=form,
        law=law,
        law_name=_(LAW_NAMES[law]),
        in_force=_(LAW_NAMES[in_force]),
        is_in_force=law == in_force,
        laws=[(_(LAW_NAMES[each]), url_for(".show", law=each), each == law) for each in LAWS],
        languages=LANGUAGE_NAMES,
        clause_names=CLAUSE_NAMES,
        sheets=_printed(_sample(form)),
        may_change=allows(actor(), "company.change"),
    )


def _printed(statement: Statement) -> list[tuple[str, list[str], str]]:
    """What the box at the foot of the print says, in each language, and of which sum."""
    sheets = []
    for language in LANGUAGES:
        with speaking(language):
            money = formats.amount(statement.head.to_confirm_minor, statement.head.currency)
            sheets.append((language, printed_clauses(statement.head, language), money))
    return sheets
