"""`accord policy`: everything an admin decides as one text, written out and read back."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from portal.base.access import SYSTEM, Actor
from portal.base.policy import policy_on
from portal.base.sentences import sentence
from portal.cli.frame import Refused
from portal.cli.opening import opened
from portal.cli.output import format_option, say, show
from portal.cli.params import DAY
from portal.core.policy_difference import Change
from portal.core.policy_text import Fault, decoded
from portal.core.toml_writing import inline
from portal.settings.policy_files import (
    Compared,
    ImportPolicy,
    PolicyRefused,
    compare_policy,
    export_policy,
    import_policy,
)

COLUMNS = ("section", "name", "key", "before", "after")


@click.group()
def policy() -> None:
    """Terms, grades, scorecard, ladders, calendars … as one text."""


@policy.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--on", type=DAY, help="The policy in force on that day; today unless told.")
def export(file: Path, on: dt.date | None) -> None:
    """Write the policy into a file, or to standard output as `-`."""
    with opened().reading(SYSTEM, on) as r:
        found = policy_on(r.session, r.today)
        text = export_policy(r, found)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    file.write_text(text, "utf-8", newline="")
    say(f"{file}: {f'version {found.id}' if found.id else 'the shipped policy'}.")


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--effective", type=DAY, help="In force from that day; today unless told.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Change nothing, show the difference.")
@click.option("--author", help="Whose decision it is; else the name of the system's user.")
@format_option
def import_(
    file: str,
    effective: dt.date | None,
    is_dry_run: bool,  # noqa: FBT001 - click passes flags so
    author: str | None,
    output: str,
) -> None:
    """Compare a file with the policy, and take it over as a new version."""
    installation = opened()
    actor = Actor("system", name=(author or "").strip() or _user())
    with click.open_file(file, "rb") as stream:
        text = decoded(stream.read())
    try:
        if is_dry_run:
            with installation.reading(SYSTEM) as r:
                found = compare_policy(r, text, effective)
            version = found.version
        else:
            with installation.work(actor) as w:
                done = import_policy(w, ImportPolicy(text, effective))
            found, version = done.compared, done.version
    except PolicyRefused as refused:
        raise Refused("\n".join(_told(file, fault) for fault in refused.faults)) from refused
    _show(found, version, output)
    say(_said(found, version, is_dry_run=is_dry_run))


def _user() -> str:
    """The name of the system's user; ours where the system has none for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return SYSTEM.name


def _told(file: str, fault: Fault) -> str:
    """
    A fault as compilers tell theirs.

    >>> from portal.core.errors import RuleBroken
    >>> _told("p.toml", Fault(3, "ageing.bucket", RuleBroken("policy.empty")))
    'p.toml:3: ageing.bucket: This cannot be empty. Write something.'
    """
    place = [file if fault.line is None else f"{file}:{fault.line}", fault.key]
    return ": ".join([*filter(None, place), sentence(fault.broken)])


def _show(found: Compared, version: int | None, output: str) -> None:
    rows = [{name: getattr(change, name) for name in COLUMNS} for change in found.changes]
    result = {
        "version": version,
        "effective_on": found.effective_on.isoformat(),
        "unchanged": not found.changes,
        "changes": rows,
    }
    if output == "table" and not rows:
        return
    show(output, result, rows if output == "json" else _plain(found.changes), COLUMNS)


def _plain(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as tables show them: values as the text writes them."""
    return [
        {
            "section": change.section,
            "name": change.name,
            "key": change.key,
            "before": "–" if change.before is None else inline(change.before),
            "after": "–" if change.after is None else inline(change.after),
        }
        for change in changes
    ]


def _said(found: Compared, version: int | None, *, is_dry_run: bool) -> str:
    if not found.changes:
        return "unchanged: the file says what is in force."
    count = f"{len(found.changes)} change{'s' if len(found.changes) > 1 else ''}"
    record = " The company's own record has no versions." if found.record else ""
    if is_dry_run:
        return f"{count}; nothing was taken over.{record}"
    if not found.after:
        return f"{count}, at once.{record}"
    return f"{count}; version {version}, in force from {found.effective_on}.{record}"
