"""What is done about a kept contract: passed, amended, looked at, given files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from portal.base.attaching import ENDINGS
from portal.base.language import gettext as _
from portal.base.work import Work
from portal.contracts import names
from portal.contracts.amending import amend_contract
from portal.contracts.forms import AmendmentForm, ContractFilesForm, LookForm, NoteForm
from portal.contracts.keeping import PassContract, add_files, check_authority, pass_contract
from portal.contracts.looking import look_at_contract
from portal.contracts.queries import ContractView, get_contract
from portal.core.contract import BINDING
from portal.tables.contracts import Contract, ContractAmendment
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

acts = Blueprint("desk_contract_acts", __name__, url_prefix="/desk/contracts/<ref>")


@acts.route("/amendments/new", methods=["GET", "POST"])
@guard("contract.keep")
def amend(ref: str) -> Response:
    view, form = get_contract(reader(), ref), AmendmentForm()
    if form.is_submitted and form.validate() and _is_amended(form, view.contract):
        row = reader().session.get_one(ContractAmendment, form.outcome)
        waits = row.state == "waiting"
        respond.say(
            _("Kept. A colleague has to agree before it holds.") if waits else _("Kept. It holds.")
        )
        return respond.see_other("desk_contracts.show", ref=ref)
    status = form.status if form.is_submitted else 200
    said = [
        (names.field_name(name), names.value_said(name, value)) for name, value in view.said.items()
    ]
    return respond.page(
        "contracts/amend.html", status, view=view, form=form, said=said, endings=ENDINGS
    )


def _is_amended(form: AmendmentForm, contract: Contract) -> bool:
    contract_id = contract.id
    files = form.looked_at()
    if files is None:
        return False
    return respond.attempt(form, amend_contract, form.command(contract_id, files))


@acts.route("/review", methods=["GET", "POST"])
@guard("contract.keep")
def review(ref: str) -> Response:
    done = _("The contract is passed.")
    return _noted(ref, pass_contract, done, "contracts/review.html")


@acts.route("/authority", methods=["GET", "POST"])
@guard("contract.keep")
def authority(ref: str) -> Response:
    done = _("Noted that the signer may bind the company.")
    return _noted(ref, check_authority, done, "contracts/authority.html")


def _noted(
    ref: str, act: Callable[[Work, PassContract], None], done: str, template: str
) -> Response:
    """A remark on a page of its own, and back to the contract once it is kept."""
    view, form = get_contract(reader(), ref), NoteForm()
    if form.is_submitted and form.validate():
        command = form.command(view.contract.id)
        if respond.attempt(form, act, command):
            respond.say(done)
            return respond.see_other("desk_contracts.show", ref=ref)
    status = form.status if form.is_submitted else 200
    return respond.page(template, status, form=form, names=names, **_seal(view))


def _seal(view: ContractView) -> dict[str, Any]:
    return {"view": view, "is_binding": view.contract.sealed_with in BINDING}


@acts.route("/look", methods=["GET", "POST"])
@guard("contract.keep")
def look(ref: str) -> Response:
    view, form = get_contract(reader(), ref), LookForm()
    contract_id = view.contract.id
    is_typed = form.is_submitted and form.validate()
    if is_typed and respond.attempt(form, look_at_contract, form.look(contract_id)):
        respond.say(_("Kept what you found."))
        return respond.see_other("desk_contracts.show", ref=ref)
    status = form.status if form.is_submitted else 200
    return respond.page("contracts/look.html", status, view=view, form=form)


@acts.route("/files", methods=["GET", "POST"])
@guard("contract.keep")
def files(ref: str) -> Response:
    view, form = get_contract(reader(), ref), ContractFilesForm()
    contract_id = view.contract.id
    if form.is_submitted and form.validate():
        given = form.looked_at()
        if given is not None and respond.attempt(form, add_files, form.command(contract_id, given)):
            respond.say(_("The files are kept."))
            return respond.see_other("desk_contracts.show", ref=ref)
    status = form.status if form.is_submitted else 200
    view = get_contract(reader(), ref)
    return respond.page("contracts/files.html", status, view=view, form=form, endings=ENDINGS)
