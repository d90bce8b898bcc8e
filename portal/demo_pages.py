"""The demo's page of logins: a newcomer needs no authenticator app to look at the staff's side."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
from flask import Blueprint, Response

from portal.base.access import NotFound
from portal.demo import Login, is_demo, known_logins
from portal.web import current, respond
from portal.web.guard import guard

demo = Blueprint("demo", __name__, url_prefix="/demo")


@dataclass(frozen=True)
class ShownLogin:
    """A login, with the six digits that its authenticator app shows at this moment."""

    login: Login
    code: str


@demo.get("/logins")
@guard("mailbox.view")
def logins() -> Response:
    installation = current.installation()
    if not installation.config.is_demo or not is_demo(installation):
        raise NotFound("demo")
    moment = current.reader().now
    shown = [
        ShownLogin(login, pyotp.TOTP(login.totp_secret).at(moment) if login.totp_secret else "")
        for login in known_logins(installation)
    ]
    return respond.page("home/logins.html", logins=shown)
