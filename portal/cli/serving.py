"""The commands around the application: the two servers, the shell, the routes."""

from __future__ import annotations

import code
import os

import click

from portal.app import create_app
from portal.base.config import ConfigError, is_public_url_safe
from portal.cli.opening import opened
from portal.cli.output import say
from portal.server import Companion, Server, check_port

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    envvar="PORT",
    default=8000,
    show_default=True,
    help="Port to listen on.",
)


@click.command()
@HOST
@PORT
def serve(host: str, port: int) -> None:
    """Serve the portal, with workers fit for the machine and one for mails and tasks."""
    installation = opened()
    config = installation.config
    if not is_public_url_safe(config):
        raise ConfigError(
            f"ACCORD_PUBLIC_URL is {config.public_url}: sessions would travel in the clear."
            " Set it to the https:// address that customers use."
        )
    check_port(host, port)
    say(f"Accord listens on {host}:{port} for {config.public_url}. Stop it with Ctrl-C.")
    if config.is_demo and config.mail_url.startswith("mailbox:"):
        say(f"Every mail lands on {config.public_url}/mailbox.")
    Server(create_app(installation), host, port).run()


@click.command()
@HOST
@PORT
@click.option("--debug", is_flag=True, help="Reload when code changes, and show errors.")
def run(host: str, port: int, *, debug: bool) -> None:
    """Serve for development only."""
    installation = opened()
    # The reloader runs this twice: the outer process keeps the worker, the inner one serves.
    companion = Companion()
    if not debug or "WERKZEUG_RUN_MAIN" not in os.environ:
        check_port(host, port)
        companion.keep()
    try:
        create_app(installation, debug=debug).run(host, port, debug=debug, load_dotenv=False)
    finally:
        companion.stop()


@click.command()
def shell() -> None:
    """Open a Python shell with the installation at hand."""
    installation = opened()
    app = create_app(installation)
    with app.app_context():
        code.interact("`installation` and `app` are at hand.", local=locals(), exitmsg="")


@click.command()
def routes() -> None:
    """List every route with its permission."""
    app = create_app(opened())
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        permission = getattr(app.view_functions[rule.endpoint], "permission", "-")
        click.echo(f"{methods:8} {rule.rule:48} {permission:24} {rule.endpoint}")
