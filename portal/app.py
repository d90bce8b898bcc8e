"""The roof: puts the features together into the application that a server runs."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from portal.home.pages_health import health
from portal.home.pages_mailbox import mailbox
from portal.web.navigation import Navigation
from portal.web.shell import furnish, new_app

BLUEPRINTS: tuple[Blueprint, ...] = (health, mailbox)

NAVIGATION = Navigation()


def create_app(installation: Installation | None = None, *, debug: bool = False) -> Flask:
    """The application over an installation; over the one that the environment describes by default."""
    installation = installation or open_installation(read_config())
    app = new_app()
    app.debug = debug
    furnish(app, installation, NAVIGATION)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _trust_proxies(app, int(installation.config.proxies))
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believes what that many proxies in front say of the sender; the host is never theirs to say."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
