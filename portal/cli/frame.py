"""What every command has in common: its errors are one sentence that says what to do."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from portal.base.access import Denied, NotFound
from portal.base.config import ConfigError
from portal.base.sentences import sentence
from portal.core.errors import RuleBroken

WRONG_USE = 2


class Refused(click.ClickException):
    """Something was asked for that cannot be: one sentence, status 2."""

    exit_code = WRONG_USE

    def show(self, file: Any = None) -> None:
        """Prints the sentence, without click's own words around it."""
        click.echo(self.message, err=True)


def in_one_sentence(run: Callable[[], Any]) -> Any:
    """What `run` gives, or a `Refused` that tells what went wrong."""
    try:
        return run()
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:
        raise Refused(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    """What went wrong, and what to do."""
    match error:
        case ConfigError():
            return str(error)
        case RuleBroken():
            return sentence(error)
        case NotFound():
            return f"There is no {error}."
        case Denied():
            return f"This needs the permission {error.permission}."
        case OSError(filename=str(name)):
            return f"{name} cannot be used: {error.strerror}. Name another, or mend it."
    return f"{type(error).__name__}: this should not happen. Please report it with {_kept()}."


def _kept() -> Path:
    """The traceback of the moment, in a file of its own."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="accord-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return Path(file.name)
