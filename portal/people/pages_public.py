"""Signing in and out, invitations, and the way back in: the pages that need no session."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from werkzeug.exceptions import Gone, Unauthorized

from portal.base.language import gettext as _
from portal.people import factors, recognising
from portal.people.addresses import folded
from portal.people.commands import (
    AcceptInvitation,
    AnswerSecondFactor,
    AskToSignIn,
    EnrolWhileSigningIn,
    SignInByCode,
    SignInByPassword,
    SignInOutcome,
    accept_invitation,
    answer_second_factor,
    ask_to_sign_in,
    end_session,
    enrol_while_signing_in,
    prove_password,
    sign_in_by_code,
    sign_in_by_password,
)
from portal.people.forms import (
    ChoosePassword,
    CodeForm,
    EmailForm,
    EnrolForm,
    MaybePassword,
    PasswordForm,
    SecondFactorForm,
)
from portal.people.links import read_sign_in_link
from portal.people.passwords import hash_password
from portal.people.resuming import carry, read_carried
from portal.web import current, respond, sessions
from portal.web.cookies import path_here
from portal.web.csrf import FIELD
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.htmx import htmx

public = Blueprint("sign_in", __name__)


# ── First step: who ──────────────────────────────────────────────────────────


@public.get("/login")
@guard("public")
def show() -> Response:
    if sessions.signed_in():
        return respond.redirect_to(_next())
    return _page("sign_in.html", EmailForm())


@public.post("/login")
@guard("public")
def ask() -> Response:
    form = EmailForm()
    if not form.validate():
        return _page("sign_in.html", form, form.status)
    wants_code = request.form.get("way") == "code"
    command = AskToSignIn(
        folded(str(form.email.data)), request.remote_addr or "", _next(), wants_code
    )
    if _settled(form, ask_to_sign_in, command):
        return _prove(200)
    return _page("sign_in.html", form, 429)


# ── Second step: the proof ───────────────────────────────────────────────────


@public.get("/login/code")
@guard("public")
def begin_again() -> Response:
    return respond.see_other(".show", next=_next())


@public.post("/login/code")
@guard("public")
def answer_code() -> Response:
    form = CodeForm()
    command = SignInByCode(_email(), str(form.code.data), sessions.device())
    if form.validate() and _settled(form, sign_in_by_code, command):
        return _signed_in(form.outcome)
    return _prove(form.status, code_form=form)


@public.post("/login/password")
@guard("public")
def answer_password() -> Response:
    form = PasswordForm()
    if form.validate():
        proof = prove_password(current.reader(), _email(), str(form.password.data))
        command = SignInByPassword(_email(), proof, sessions.device())
        if _settled(form, sign_in_by_password, command):
            return _signed_in(form.outcome)
    return _prove(form.status, password_form=form)


@public.get("/login/link/<token>")
@guard("public")
def show_link(token: str) -> Response:
    link = read_sign_in_link(current.installation().keys, token)
    if link is None:
        raise Gone
    return respond.page("people/link.html", link=link, form=Form(), token=token)


@public.post("/login/link/<token>")
@guard("public")
def follow_link(token: str) -> Response:
    link = read_sign_in_link(current.installation().keys, token)
    if link is None:
        raise Gone
    form = Form()
    command = SignInByCode(link.email, link.code, sessions.device())
    if _settled(form, sign_in_by_code, command):
        return _signed_in(form.outcome, link.next)
    return respond.page("people/link.html", form.status, link=link, form=form, token=token)


# ── The second factor ────────────────────────────────────────────────────────


@public.get("/login/mfa")
@guard("public")
def show_second_factor() -> Response:
    waiting = sessions.halfway()
    return _second_factor(waiting) if waiting else respond.see_other(".show", next=_next())


@public.post("/login/mfa")
@guard("public")
def answer_factor() -> Response:
    form = SecondFactorForm()
    command = AnswerSecondFactor(
        sessions.session_id(), str(form.code.data), sessions.device(), bool(form.remembers.data)
    )
    if form.validate() and _settled(form, answer_second_factor, command):
        return _signed_in(form.outcome)
    return _page("second_factor.html", form, form.status, waiting=sessions.halfway())


@public.post("/login/mfa/app")
@guard("public")
def enrol() -> Response:
    form, waiting = EnrolForm(), sessions.halfway()
    if waiting is None:
        return respond.see_other(".show", next=_next())
    command = EnrolWhileSigningIn(
        sessions.session_id(), str(form.offer.data), str(form.code.data), sessions.device()
    )
    if form.validate() and _settled(form, enrol_while_signing_in, command):
        sessions.begin(form.outcome.signed_in.token)
        interrupted = read_carried(current.installation().keys, _carried())
        codes = form.outcome.recovery_codes
        return _page("recovery_codes.html", form, codes=codes, interrupted=interrupted)
    return _second_factor(waiting, form)


# ── Out, and back in ─────────────────────────────────────────────────────────


@public.post("/logout")
@guard("public")
def sign_out() -> Response:
    respond.attempt(Form(), end_session, sessions.session_id())
    sessions.end()
    respond.say(_("You are signed out."))
    return respond.see_other(".show")


@public.route("/recovery", methods=["GET", "POST"])
@guard("public")
def recover() -> Response:
    form = EmailForm()
    if not form.is_submitted or not form.validate():
        status = form.status if form.is_submitted else 200
        return respond.page("people/recovery.html", status, form=form)
    after = "/account/security/password"
    command = AskToSignIn(
        folded(str(form.email.data)), request.remote_addr or "", after, wants_code=True
    )
    if _settled(form, ask_to_sign_in, command):
        return _prove(200, next_path=after)
    return respond.page("people/recovery.html", 429, form=form)


@public.route("/invites/<token>", methods=["GET", "POST"])
@guard("public")
def accept(token: str) -> Response:
    found = recognising.find_invitation(current.reader(), token)
    if found is None:
        raise Gone
    form = ChoosePassword() if found.is_staff and not found.has_password else MaybePassword()
    form.own_words = (found.email, found.name)
    if form.is_submitted and form.is_acceptable():
        chosen = str(form.password.data or "")
        hashed = hash_password(chosen) if chosen else None
        command = AcceptInvitation(token, hashed, sessions.device())
        if respond.attempt(form, accept_invitation, command):
            return _signed_in(SignInOutcome(form.outcome.token, form.outcome.is_complete))
    status = form.status if form.is_submitted else 200
    return respond.page("people/invitation.html", status, form=form, invitation=found, token=token)


@public.app_errorhandler(Unauthorized)
def ask_first(_error: Unauthorized) -> Response:
    """401: sign in, and come back to where one was, with what one was about to send."""
    endpoint = ".show_second_factor" if sessions.halfway() else ".show"
    path = url_for(f"sign_in{endpoint}", next=htmx.way_back)
    if htmx.is_request:
        return make_response("", 401, {"HX-Redirect": path})
    if request.method != "POST":
        return respond.redirect_to(path)
    fields = [(n, v) for n, v in request.form.items(multi=True) if n != FIELD]
    keys = current.installation().keys
    carried = carry(keys, request.full_path.rstrip("?"), fields)
    return respond.page(
        "people/sign_in.html", 401, form=EmailForm(email=""), next="/", carried=carried
    )


# ── What the steps share ─────────────────────────────────────────────────────


def _next() -> str:
    """Where to go on to, never out of this site."""
    return path_here(request.values.get("next"))


def _email() -> str:
    return folded(request.form.get("email", ""))


def _carried() -> str:
    return request.form.get("carried", "")


def _settled(form: Form, act: object, command: object) -> bool:
    """Runs an act that always commits; whether it let the person pass, else why not is told."""
    if not respond.attempt(form, act, command):  # type: ignore[arg-type]
        return False
    problem = getattr(form.outcome, "problem", None)
    if problem is not None:
        form.blame(problem)
    return problem is None


def _page(template: str, form: Form, status: int = 200, **values: Any) -> Response:
    return respond.page(
        f"people/{template}", status, form=form, next=_next(), carried=_carried(), **values
    )


def _prove(
    status: int,
    *,
    code_form: CodeForm | None = None,
    password_form: PasswordForm | None = None,
    next_path: str = "",
) -> Response:
    return respond.page(
        "people/prove.html",
        status,
        form=code_form or password_form or Form(),
        code_form=code_form or CodeForm(),
        password_form=password_form or PasswordForm(),
        email=_email(),
        next=next_path or _next(),
        carried=_carried(),
    )


def _second_factor(waiting: recognising.SignedIn, form: EnrolForm | None = None) -> Response:
    """Asks for the code of the app, or sets the app up where there is none yet."""
    if recognising.has_second_factor(current.reader(), waiting.user_id):
        return _page("second_factor.html", SecondFactorForm(), waiting=waiting)
    keys, company = current.installation().keys, current.reader().company.name
    offered = str(form.offer.data) if form else ""
    secret = factors.taken_up(keys, waiting.user_id, offered) or factors.new_secret()
    values: dict[str, Any] = {
        "offer": factors.offered(keys, waiting.user_id, secret),
        "secret": secret,
        "picture": factors.picture(factors.app_uri(secret, waiting.email, company)),
    }
    return _page("enrol.html", form or EnrolForm(), form.status if form else 200, **values)


def _signed_in(outcome: SignInOutcome, next_path: str = "") -> Response:
    """Goes on: to the second factor, to what was interrupted, or to where one wanted to be."""
    sessions.begin(outcome.token, outcome.device)
    after, carried = next_path or _next(), _carried()
    waiting = sessions.halfway()
    if waiting and carried:
        return _second_factor(waiting)
    if waiting:
        return respond.see_other(".show_second_factor", next=after)
    interrupted = read_carried(current.installation().keys, carried)
    if interrupted:
        return respond.page("people/resume.html", interrupted=interrupted, form=Form())
    is_staff = current.actor().kind == "staff"
    return respond.redirect_to("/desk" if is_staff and after == "/" else after)
