"""Which language, light or dark, single keys or not: chosen once, kept in a cookie."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, redirect, request

from portal.base.language import LANGUAGES, set_language
from portal.web.cookies import A_YEAR, keep, kept, path_here
from portal.web.guard import guard

preferences = Blueprint("preferences", __name__)
THEMES = ("", "light", "dark")


def chosen_language() -> str:
    """The language chosen on this device, else the person's own, else what the browser asks for."""
    for choice in (kept("language"), g.get("language", "")):
        if choice in LANGUAGES:
            return str(choice)
    wanted = [code for code, _ in request.accept_languages]
    return next((ours for code in wanted for ours in LANGUAGES if _speaks(code, ours)), "en")


def _speaks(code: str, ours: str) -> bool:
    return code.partition("-")[0].lower() == ours.partition("-")[0]


def chosen_theme() -> str:
    """`light`, `dark`, or nothing: as the device says."""
    theme = kept("theme")
    return theme if theme in THEMES else ""


def are_keys_on() -> bool:
    """Whether single keys are shortcuts (WCAG 2.1.4 wants a switch)."""
    return kept("keys") != "off"


def speak() -> None:
    """Speaks the chosen language for the rest of the request."""
    set_language(chosen_language())


def listen(app: Flask) -> None:
    """Chooses the language before anything is said."""
    app.before_request(speak)
    app.register_blueprint(preferences)


@preferences.post("/language")
@guard("public")
def choose_language() -> Response:
    response = _back()
    if request.form.get("language") in LANGUAGES:
        keep(response, "language", request.form["language"], A_YEAR)
    return response


@preferences.post("/display")
@guard("public")
def choose_display() -> Response:
    response = _back()
    if request.form.get("theme") in THEMES:
        keep(response, "theme", request.form["theme"], A_YEAR)
    if request.form.get("keys") in {"on", "off"}:
        keep(response, "keys", request.form["keys"], A_YEAR)
    return response


def _back() -> Response:
    response = redirect(path_here(request.form.get("next")), 303)
    assert isinstance(response, Response)
    return response
