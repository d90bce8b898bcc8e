"""The command that shows a customer's scorecard, factor by factor."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import click

from portal.base.access import SYSTEM
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.cli.params import DAY
from portal.cli.statements import customer_id_of
from portal.credit.score_names import note_said
from portal.credit.scoring import CustomerScore, Input, score_of_customer

COLUMNS = ("name", "value", "points", "weight", "source", "note")


@click.command()
@click.argument("customer")
@click.option("--as-of", type=DAY, help="The day, its end included; today unless told.")
@format_option
def score(customer: str, as_of: dt.date | None, output: str) -> None:
    """Show a customer's scorecard, factor by factor."""
    with opened().reading(SYSTEM) as r:
        found = score_of_customer(r, customer_id_of(r, customer), as_of or r.today)
    result = score_json(customer, found)
    show(output, result, result["factors"], COLUMNS)
    if output == "table":
        _show_sums(result)


def score_json(code: str, found: CustomerScore) -> dict[str, Any]:
    """A score as programs read it; what is not known is null, never zero."""
    limit = found.suggested_limit
    return {
        "customer_id": code,
        "as_of": found.on.isoformat(),
        "factors": [_factor(each) for each in found.inputs],
        "score": _plain(found.score.points),
        "coverage": str(Decimal(found.score.coverage_bp).scaleb(-4)),
        "grade": found.grade or None,
        "provisional": found.is_provisional,
        "grade_in_force": found.held or None,
        "suggested_limit": None if limit is None else limit.major(),
        "currency": found.currency,
        "suggested_terms": found.suggested_terms or None,
        "policy": found.policy_id,
    }


def _factor(each: Input) -> dict[str, Any]:
    return {
        "name": each.name,
        "value": _plain(each.value),
        "points": _plain(each.points),
        "weight": _plain(each.weight),
        "source": each.source,
        "note": note_said(each),
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _show_sums(result: dict[str, Any]) -> None:
    """What the factors come to, below their table."""
    is_guess = " (provisional: too little is known)" if result["provisional"] else ""
    limit = result["suggested_limit"]
    suggested = "not known" if limit is None else f"{result['currency']} {limit}"
    click.echo(f"\nScore {result['score'] or 'not known'}, coverage {result['coverage']}")
    click.echo(f"Grade {result['grade'] or 'none'}{is_guess}")
    click.echo(f"Suggested limit {suggested}; terms {result['suggested_terms'] or 'as they are'}")
