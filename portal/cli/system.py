"""The commands that found and run an installation."""

from __future__ import annotations

import click

from portal.base.access import SYSTEM
from portal.base.config import read_config
from portal.base.documents.seal import open_seal
from portal.base.installation import found_company, open_installation
from portal.base.schema import upgrade
from portal.cli.output import say


@click.command()
def init() -> None:
    """Create the database, or bring it to the newest migration; safe to repeat."""
    config = read_config()
    config.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.write_secret()
    installation = open_installation(config)
    click.get_current_context().call_on_close(installation.database.engine.dispose)
    is_new = upgrade(installation.database)
    found_company(installation)
    with installation.reading(SYSTEM) as r:
        open_seal(config, r.company.legal_name, r.now)
    say("The database is ready." if is_new else "The database was ready already.")
