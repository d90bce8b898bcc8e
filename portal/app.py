"""The roof: puts the features together into the application that a server runs."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from portal.base.language import N_
from portal.home.pages_health import health
from portal.home.pages_mailbox import mailbox
from portal.settings.pages_staff import desk as settings_desk
from portal.web import sessions, traces
from portal.web.navigation import MenuItem, Navigation
from portal.web.shell import furnish, new_app

BLUEPRINTS: tuple[Blueprint, ...] = (
    health,
    mailbox,
    settings_desk,
)

NAVIGATION = Navigation(
    staff=(MenuItem("desk_settings.company", N_("Settings")),),
)


def create_app(installation: Installation | None = None, *, debug: bool = False) -> Flask:
    """The application over an installation: by default the one that the environment describes."""
    installation = installation or open_installation(read_config())
    app = new_app()
    app.debug = debug
    sessions.attach(app)  # language, tokens and errors ask who is signed in
    furnish(app, installation, NAVIGATION)
    traces.trace(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _trust_proxies(app, int(installation.config.proxies))
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believes that many proxies about the sender; the host is never theirs to say."""
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
