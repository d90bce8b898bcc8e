"""The command that tells until when an item may be promised."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import click

from portal.base.access import SYSTEM
from portal.cli.opening import opened_if_there
from portal.cli.output import format_option, show
from portal.cli.params import DAY
from portal.core.promise import ONE_THIRD, Limit, promise_limit
from portal.promises.names import limit_words


@click.command("promise-limit")
@click.option("--due", type=DAY, required=True, help="The original due date of the item.")
@click.option(
    "--term-days",
    type=click.IntRange(min=0, max=36_500),
    required=True,
    help="The days from its baseline to its due date; 0 for cash and prepaid.",
)
@format_option
def promise_limit_(due: dt.date, term_days: int, output: str) -> None:
    """Show the last day that may be promised for an item."""
    fraction = _fraction()
    limit = promise_limit(due, term_days, fraction)
    result = limit_json(limit, fraction)
    show(output, result, [result], ["latest", "reason", "words"])


def limit_json(limit: Limit, fraction: Fraction) -> dict[str, str | None]:
    """The limit as INTERFACES has it, with the rule in words besides."""
    return {
        "latest": limit.latest_on.isoformat() if limit.latest_on else None,
        "reason": limit.basis.value,
        "words": limit_words(limit, fraction),
    }


def _fraction() -> Fraction:
    """What the company has decided; one third where there is none yet."""
    installation = opened_if_there()
    if installation is None:
        return ONE_THIRD
    with installation.reading(SYSTEM) as r:
        return r.policy.promise_fraction
