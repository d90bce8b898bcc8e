"""The command that does the ladders' steps of a day, or tells what it would do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import click

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.cli.opening import opened
from portal.cli.output import Row, format_option, say, show
from portal.cli.params import DAY
from portal.core.ladder_day import Action, Excluded
from portal.core.money import Money
from portal.escalation.running import Ran, doors, preview_run, run_ladders

COLUMNS = (
    *("customer_id", "step", "channel", "responsible", "invoices", "set_off", "amount"),
    *("currency", "reason"),
)
#: A table names so many items of a step, the other formats all.
SHOWN = 3
#: What a run says that does not go through.
SAID = {
    "earlier": "The run of {later} came later than {on}: nothing is done for {on} any more.",
    "paused": "The run of {on} is paused: let it go on at the desk.",
}


@click.command()
@click.option("--on", type=DAY, help="The day; today unless told.")
@click.option("--dry-run", is_flag=True, help="Do nothing, tell what would happen, and why not.")
@format_option
def escalate(on: dt.date | None, *, dry_run: bool, output: str) -> None:
    """Do the ladders' steps of a day; repeating it does nothing more."""
    ran = _ran(opened(), on, dry_run=dry_run)
    if ran.state in SAID:
        say(SAID[ran.state].format(on=ran.on, later=ran.later_on))
    most = SHOWN if output == "table" else None
    show(output, escalated_json(ran), list(_rows(ran, most)), COLUMNS)


def _ran(installation: Installation, on: dt.date | None, *, dry_run: bool) -> Ran:
    if not dry_run:
        return run_ladders(doors(installation, SYSTEM, on), "command")
    with installation.reading(SYSTEM, on) as r:
        return preview_run(r)


def escalated_json(ran: Ran) -> dict[str, Any]:
    """A day's run as INTERFACES section 5 has it, and how it stands."""
    return {
        "on": ran.on.isoformat(),
        "ladder": ", ".join(ran.ladders),
        "state": ran.state,
        "actions": [_action_json(each) for each in ran.actions],
        "excluded": [_excluded_json(each) for each in ran.excluded],
    }


def _action_json(action: Action) -> dict[str, Any]:
    def major(minor: int) -> str:
        return Money(minor, action.currency).major()

    return {
        "customer_id": action.code,
        "ladder": action.ladder,
        "step": action.step.name,
        "channel": action.step.channel,
        "responsible": action.step.responsible,
        "approval": action.step.approval,
        "invoices": [
            {
                "invoice_id": each.number,
                "part": each.part,
                "days_overdue": each.days_overdue,
                "amount": major(each.amount),
            }
            for each in action.items
        ],
        "set_off": major(action.set_off),
        "amount": major(action.amount),
        "currency": action.currency,
    }


def _excluded_json(each: Excluded) -> dict[str, Any]:
    return {
        "customer_id": each.code,
        "invoice_id": each.number,
        "part": each.part,
        "amount": Money(each.amount, each.currency).major(),
        "currency": each.currency,
        "reason": each.reason,
    }


def _rows(ran: Ran, most: int | None) -> Iterator[Row]:
    """One row a step, with the first of its items; then one for each item that is left out."""
    for action in ran.actions:
        numbers = [each.number for each in action.items]
        more = [f"+{len(numbers) - most}"] if most and len(numbers) > most else []
        yield {**_action_json(action), "invoices": " ".join([*numbers[:most], *more])}
    for each in ran.excluded:
        told = _excluded_json(each)
        yield {**told, "invoices": told["invoice_id"]}
