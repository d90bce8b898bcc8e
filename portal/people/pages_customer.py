"""One's own security and activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.language import gettext as _
from portal.base.work import Work
from portal.people import factors, queries
from portal.people.activity import WHOLE, activity_sheet, list_activity
from portal.people.commands import (
    ChangePassword,
    Reauthenticate,
    SetUpSecondFactor,
    change_password,
    drop_second_factor,
    end_own_session,
    prove_password,
    reauthenticate,
    renew_recovery_codes,
    send_security_code,
    set_up_second_factor,
)
from portal.people.forms import ChangePasswordForm, EnrolAgainForm, ReproofForm, ReproofMixin
from portal.people.passwords import hash_password
from portal.web import current, lists, respond, sessions
from portal.web.cookies import path_here
from portal.web.forms import Form
from portal.web.guard import guard

account = Blueprint("account", __name__, url_prefix="/account")


# ── One's own security ───────────────────────────────────────────────────────


@account.get("/security")
@guard("security.own")
def security() -> Response:
    r, present = current.reader(), sessions.signed_in()
    return respond.page(
        "people/security.html",
        sessions=queries.list_open_sessions(r),
        present_id=present.session_id if present else 0,
        own=queries.get_own_security(r),
    )


@account.post("/security/sessions/<ref>/end")
@guard("security.own")
def end_session(ref: str) -> Response:
    form = Form()
    if respond.attempt(form, end_own_session, current.reader().id_of("se", ref)):
        respond.say(_("That session has ended."))
    return respond.see_other(".security")


@account.post("/session")
@guard("security.own")
def stay() -> Response:
    """Somebody is still there; that the session is in use is a trace, as of every request."""
    return Response(status=204, headers={"Accord-Idle": str(current.idle_seconds())})


@account.post("/security/code")
@guard("security.own")
def mail_code() -> Response:
    form = Form()
    if respond.attempt(form, send_security_code, None):
        respond.say(_("A code is on its way to %(to)s.", to=form.outcome.sent_to), "info")
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.redirect_to(path_here(request.form.get("next"), "/account/security"))


@account.route("/security/password", methods=["GET", "POST"])
@guard("security.own")
def password() -> Response:
    form = ChangePasswordForm()
    form.own_words = (current.actor().email, current.actor().name)
    if form.is_submitted and form.is_acceptable():
        hashed = hash_password(str(form.password.data))
        token = sessions.session_id()
        if _with_proof(form, lambda w, grant: change_password(w, _change(grant, hashed, token))):
            respond.say(_("Your password is changed. All your other sessions have ended."))
            return respond.see_other(".security")
    return _reproof_page("password", form)


@account.route("/security/app", methods=["GET", "POST"])
@guard("security.own")
def app() -> Response:
    form = EnrolAgainForm()
    if form.is_submitted and form.validate():
        actor_id = current.actor().user_id or 0
        wish = SetUpSecondFactor(actor_id, str(form.offer.data), str(form.app_code.data))
        if _with_proof(form, lambda w, grant: set_up_second_factor(w, grant, wish)):
            return _codes_page(form)
    return _reproof_page("app", form, **_offer(str(form.offer.data or "")))


@account.route("/security/app/removal", methods=["GET", "POST"])
@guard("security.own")
def remove_app() -> Response:
    form = ReproofForm()
    if form.is_submitted and form.validate() and _with_proof(form, drop_second_factor):
        respond.say(_("Your second factor is removed."))
        return respond.see_other(".security")
    return _reproof_page("app_removal", form)


@account.route("/security/recovery-codes", methods=["GET", "POST"])
@guard("security.own")
def recovery_codes() -> Response:
    form = ReproofForm()
    if form.is_submitted and form.validate() and _with_proof(form, renew_recovery_codes):
        return _codes_page(form)
    return _reproof_page("renew_codes", form)


@account.get("/activity")
@guard("security.own")
def activity() -> Response:
    r = current.reader()
    return respond.page(
        "people/activity.html",
        activity=list_activity(r),
        own=queries.get_own_security(r),
        sheets=[("CSV", url_for(".export_activity"))],
    )


@account.get("/activity.csv")
@guard("security.own")
def export_activity() -> Response:
    rows = list_activity(current.reader(), WHOLE)
    return lists.sheet("csv", "activity", *activity_sheet(rows))


# ── What they share ──────────────────────────────────────────────────────────


def _change(grant: str, hashed: str, token: str) -> ChangePassword:
    return ChangePassword(grant, hashed, token)


def _with_proof(form: Form, act: Callable[[Work, str], object]) -> bool:
    """Asks for the proof in an act of its own, then does the act with the grant that it gave."""
    assert isinstance(form, ReproofMixin)
    typed, code = str(form.current.data or ""), str(form.code.data or "")
    proof = prove_password(current.reader(), current.actor().email, typed) if typed else None
    if not respond.attempt(form, reauthenticate, Reauthenticate(proof, code)):
        return False
    answer = form.outcome
    if answer.problem:
        form.blame(answer.problem)
        return False
    if not respond.attempt(form, act, answer.grant):
        return False
    problem = getattr(form.outcome, "problem", None)
    if problem:
        form.blame(problem)
    return problem is None


def _reproof_page(name: str, form: Form, **values: Any) -> Response:
    status = form.status if form.is_submitted else 200
    own = queries.get_own_security(current.reader())
    email = current.actor().email
    return respond.page(f"people/{name}.html", status, form=form, own=own, email=email, **values)


def _codes_page(form: Form) -> Response:
    own = queries.get_own_security(current.reader())
    codes = form.outcome.recovery_codes
    return respond.page("people/own_recovery_codes.html", codes=codes, own=own)


def _offer(offered: str) -> dict[str, Any]:
    """The key on offer, the same again when its first code was mistyped."""
    keys, actor = current.installation().keys, current.actor()
    user_id = actor.user_id or 0
    secret = factors.taken_up(keys, user_id, offered) or factors.new_secret()
    uri = factors.app_uri(secret, actor.email, current.reader().company.name)
    return {
        "offer": factors.offered(keys, user_id, secret),
        "secret": secret,
        "picture": factors.picture(uri),
    }
