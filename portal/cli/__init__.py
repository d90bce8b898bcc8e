"""The command `accord`: one module for each family of commands, loaded when it is asked for."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import click

import portal

#: Each command with its module and its name there: most of the second that a command takes goes
#: into loading what other commands need.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "ageing": ("statements", "ageing"),
    "credit": ("credit", "credit"),
    "day": ("background", "day"),
    "demo": ("demo", "demo"),
    "escalate": ("escalation", "escalate"),
    "export": ("books", "export"),
    "import": ("books", "import_"),
    "init": ("system", "init"),
    "interest": ("interest", "interest"),
    "measures": ("reports", "measures"),
    "outbox": ("background", "outbox"),
    "policy": ("policy", "policy"),
    "promise-limit": ("promises", "promise_limit_"),
    "routes": ("serving", "routes"),
    "run": ("serving", "run"),
    "schedule": ("background", "schedule"),
    "serve": ("serving", "serve"),
    "shell": ("serving", "shell"),
    "statements": ("statements", "statements"),
    "terms": ("statements", "terms"),
    "user": ("people", "user"),
    "verify": ("verify", "verify"),
    "worker": ("background", "worker"),
}


class Commands(click.Group):
    """The commands, each loaded when it is named; they end with a sentence, not a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        command: click.Command = getattr(_load(f"portal.cli.{module}"), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was asked for."""
        frame = _load("portal.cli.frame")
        return frame.in_one_sentence(lambda: super(Commands, self).invoke(ctx))


def _load(name: str) -> ModuleType:
    """
    A module, loaded without looking for garbage.

    Loading makes many objects and throws none away: a third of its time went into looking.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(portal.__version__, prog_name="accord")
def main() -> None:
    """Accounts receivable that both sides agree on: statements, confirmed and sealed."""
