"""The command that tells how well money comes in."""

from __future__ import annotations

import datetime as dt

import click

from portal.base.access import SYSTEM
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.cli.params import DAY
from portal.cli.statements import customer_id_of
from portal.promises.kept import rates_by_currency
from portal.reports.measures import measures_json, measures_report

COLUMNS = (
    *("currency", "open", "overdue", "overdue_rate", "dso_30", "dso_90", "dso_365"),
    *("dso_countback", "best_possible_dso", "average_days_late", "turnover", "cei"),
    "promise_kept_rate",
)


@click.command()
@click.option("--as-of", type=DAY, help="The day, its end included; today unless told.")
@click.option("--customer", metavar="CODE", help="Only this one.")
@format_option
def measures(as_of: dt.date | None, customer: str | None, output: str) -> None:
    """Show DSO, overdue rate, lateness, turnover and CEI, by currency."""
    with opened().reading(SYSTEM) as r:
        day = as_of or r.today
        customer_id = customer_id_of(r, customer) if customer else None
        rows = measures_report(r, day, customer_id)
        kept = rates_by_currency(r, day, customer_id)
    result = measures_json(day, rows, kept)
    show(output, result, result["rows"], COLUMNS)
