"""The installation a command works on: what the environment says, once `accord init` has run."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from portal.base.config import ConfigError, read_config
from portal.base.installation import Installation, open_installation
from portal.base.schema_version import is_current


def opened() -> Installation:
    """The installation, ready to work; `ConfigError` says what has to be done first."""
    config = read_config()
    config.secret()
    installation = open_installation(config)
    click.get_current_context().call_on_close(installation.database.engine.dispose)
    try:
        if is_current(installation.database):
            return installation
    except OperationalError as error:
        raise ConfigError(
            "The database cannot be reached. Check ACCORD_DATABASE_URL, and that it is running."
        ) from error
    raise ConfigError("The database is not at the newest migration. Run `accord init`.")


def opened_if_there() -> Installation | None:
    """The installation for commands that need none; None where there is none yet."""
    url = make_url(read_config().database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return None
    try:
        return opened()
    except ConfigError:
        return None
