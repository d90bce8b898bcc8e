"""The command `accord`: one module for each family of commands."""

from __future__ import annotations

import click

import portal
from portal.cli import background, books, demo, people, reports, serving, statements, system, verify
from portal.cli.frame import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(portal.__version__, prog_name="accord")
def main() -> None:
    """Accounts receivable that both sides agree on: statements, confirmed and sealed."""


for command in (
    system.init,
    books.import_,
    books.export,
    demo.demo,
    serving.serve,
    serving.run,
    serving.shell,
    serving.routes,
    serving.schedule,
    serving.worker,
    people.user,
    statements.statements,
    statements.ageing,
    statements.terms,
    reports.measures,
    background.outbox,
    background.day,
    verify.verify,
):
    main.add_command(command)
