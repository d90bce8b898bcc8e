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


class Commands(click.Group):
    """A group whose commands end with a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was asked for."""
        return in_one_sentence(lambda: super(Commands, self).invoke(ctx))


def in_one_sentence(run: Callable[[], Any]) -> Any:
    """What `run` gives, or a `Refused` that tells what went wrong."""
    try:
        return run()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except ConfigError as error:
        raise Refused(str(error)) from error
    except RuleBroken as broken:
        raise Refused(sentence(broken)) from broken
    except NotFound as error:
        raise Refused(f"There is no {error}.") from error
    except Denied as error:
        raise Refused(f"This needs the permission {error.permission}.") from error
    except BrokenPipeError:
        raise
    except Exception as error:
        raise Refused(
            f"{type(error).__name__}: this should not happen. Please report it with {_kept()}."
        ) from error


def _kept() -> Path:
    """The traceback of the moment, in a file of its own."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="accord-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return Path(file.name)
