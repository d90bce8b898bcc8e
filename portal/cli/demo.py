"""The command that loads the demo company."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import click

from portal.base.config import read_config
from portal.base.installation import Installation, found_company, open_installation
from portal.base.schema import rebuild, upgrade
from portal.cli.frame import Refused
from portal.cli.output import format_option, say, show
from portal.demo import OtherBooks, is_demo, known_logins, load_demo

COLUMNS = ("role", "name", "email", "password", "totp_secret", "customers")


@click.command()
@click.option("--reset", is_flag=True, help="Throw away what is there and load it anew.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the demo's books end; today by default.",
)
@format_option
def demo(*, reset: bool, on: dt.datetime | None, output: str) -> None:
    """Load the demo company and print how to sign in as each of its people."""
    installation = _founded(reset=reset)
    day = on.date() if on else installation.clock.today(installation.config.timezone)
    if is_demo(installation):
        logins = known_logins(installation)
        say("The demo is here already. --reset loads it anew.")
    else:
        try:
            logins = load_demo(installation, day)
        except OtherBooks as error:
            raise Refused(
                "This installation holds other books. Load the demo into another one"
                " (ACCORD_INSTANCE), or throw them away with --reset."
            ) from error
    url = installation.config.public_url
    rows = [asdict(login) for login in logins]
    if output == "table":
        click.echo(f"{url}\n")
        rows = [{**row, "customers": ", ".join(row["customers"])} for row in rows]
    show(output, {"url": url, "logins": rows}, rows, COLUMNS)


def _founded(*, reset: bool) -> Installation:
    """The installation with its schema and its company, emptied before if asked for."""
    config = read_config()
    config.instance_path.mkdir(parents=True, exist_ok=True)
    config.write_secret()
    installation = open_installation(config)
    click.get_current_context().call_on_close(installation.database.engine.dispose)
    if reset:
        rebuild(installation.database)
    else:
        upgrade(installation.database)
    found_company(installation)
    return installation
