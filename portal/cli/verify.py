"""The command that checks whether everything still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict

import click

from portal.base.access import SYSTEM
from portal.base.chain import Check, check_chain
from portal.base.work import Reader
from portal.cli.opening import opened
from portal.cli.output import format_option, show

#: Each looks at one side of the books; the order is that of the report.
CHECKS: tuple[Callable[[Reader], Iterable[Check]], ...] = (lambda r: [check_chain(r)],)


@click.command()
@format_option
def verify(output: str) -> None:
    """Check the invariants of the books, the audit chain and the certificates."""
    with opened().reading(SYSTEM) as r:
        found = [check for checks in CHECKS for check in checks(r)]
    rows = [asdict(check) for check in found]
    is_ok = all(check.ok for check in found)
    show(output, {"checks": rows, "ok": is_ok}, rows, ["name", "ok", "detail"])
    if not is_ok:
        raise click.exceptions.Exit(1)
