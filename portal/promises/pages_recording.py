"""A promise that a customer gave on the phone, written down at the desk."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.base.language import gettext as _
from portal.promises.accounts import list_open_accounts
from portal.promises.commands import record_promise
from portal.promises.extending import ask_extension
from portal.promises.forms import Account
from portal.promises.pages_promising import (
    Asked,
    Place,
    account_of,
    act_on,
    fresh_form,
    promise_page,
    read_form,
)
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.lists import asked

recording = Blueprint("recording", __name__, url_prefix="/desk")


def _place(ref: str) -> Place:
    return Place(
        back_url=url_for("desk_customers.show", ref=ref),
        preview_url=url_for("recording.preview", ref=ref),
        promise_url=url_for("recording.record", ref=ref),
        extension_url=url_for("recording.extend", ref=ref),
        is_house=True,
    )


@recording.get("/customers/<ref>/promises/new")
@guard("promise.record")
def new(ref: str) -> Response:
    accounts = list_open_accounts(reader(), reader().id_of("cu", ref))
    known = [each.currency for each in accounts]
    chosen = asked("currency", known) or next(iter(known), reader().company.currency)
    form = fresh_form(Asked(_account(ref, chosen)), is_house=True)
    others = [each for each in known if each != chosen]
    return promise_page(_place(ref), form, others=others)


def _account(ref: str, currency: str) -> Account:
    return account_of(reader(), reader().id_of("cu", ref), currency)


@recording.post("/customers/<ref>/promises/preview")
@guard("promise.record")
def preview(ref: str) -> Response:
    """What it comes to as it stands; nothing is changed."""
    form = read_form(_account(ref, request.form.get("currency", "")), is_house=True)
    return promise_page(_place(ref), form)


@recording.post("/customers/<ref>/promises")
@guard("promise.record")
def record(ref: str) -> Response:
    form = read_form(_account(ref, request.form.get("currency", "")), is_house=True)
    problem = act_on(_place(ref), form, record_promise)
    if problem is not None:
        return problem
    return respond.see_other("promises.show", ref=reader().refs.of("pr", form.outcome))


@recording.post("/customers/<ref>/promises/extensions")
@guard("promise.record")
def extend(ref: str) -> Response:
    form = read_form(_account(ref, request.form.get("currency", "")), is_house=True)
    problem = act_on(_place(ref), form, ask_extension)
    if problem is not None:
        return problem
    respond.say(_("A colleague decides about it. Until then nothing has changed."))
    return respond.see_other("desk_customers.show", ref=ref)
