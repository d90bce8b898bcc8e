"""The command that works out late interest, from what it is told alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import click

from portal.base.access import SYSTEM
from portal.cli.opening import opened_if_there
from portal.cli.output import format_option, show, table
from portal.cli.params import DAY
from portal.core.errors import RuleBroken
from portal.core.instalment import Paid
from portal.core.interest import DAILY, EARLIEST, Accrual, Claim, Rate, RateFrom, Rates, worked_out
from portal.core.interest_law import fixed_sum, rates_of
from portal.core.money import Money
from portal.interest.laws import laws, references

#: Where no company says otherwise.
CURRENCY = "CNY"
MOST_PERCENT = 1000
_PERCENT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,9})?", re.ASCII)
PERIODS = ("from", "to", "days", "principal", "rate", "day_count", "interest")


class OnDay(click.ParamType[tuple[dt.date, str]]):
    """A day and what belongs to it: YYYY-MM-DD=VALUE."""

    name = "date=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The day and the text behind it, or what is wrong with them."""
        if isinstance(value, tuple):
            return value
        day, sign, rest = value.partition("=")
        if not sign or not rest.strip():
            self.fail(f"{value} does not say it; write it as YYYY-MM-DD=NUMBER.", param, ctx)
        return DAY.convert(day.strip(), param, ctx), rest.strip()


ON_DAY = OnDay()


@click.command()
@click.option("--amount", required=True, help="What was owed on the due date.")
@click.option("--due", type=DAY, required=True, help="Its due date; the day after it bears.")
@click.option("--until", type=DAY, required=True, help="The last day that bears.")
@click.option("--rate", help="Per cent a year, such as 12.25; a day with --daily.")
@click.option("--law", type=click.Choice(sorted(laws())), help="What a law gives, not a rate.")
@click.option("--day-count", type=click.Choice(["365", "360"]), default="365", show_default=True)
@click.option("--daily", is_flag=True, help="Rates are per cent a day: 0.05 is 5 in 10,000.")
@click.option("--paid", type=ON_DAY, multiple=True, help="What was paid, and on which day.")
@click.option("--rate-from", type=ON_DAY, multiple=True, help="Another rate from a day on.")
@click.option("--grace-days", type=click.IntRange(0, 3650), default=0, show_default=True)
@click.option("--round-daily", is_flag=True, help="Round the interest of each day.")
@click.option("--currency", default="", help="Its currency; the company's unless told.")
@format_option
def interest(output: str, **told: Any) -> None:
    """Work out late interest: simple, by day, rounded once."""
    claim = _claim(told)
    rates = _rates(told)
    found = worked_out(claim, rates, told["until"], round_daily=told["round_daily"])
    result = interest_json(found)
    if told["law"]:
        once = fixed_sum(laws()[told["law"]].law, claim.amount) if found.days else None
        result["fixed_sum"] = (once or Money.zero(claim.amount.currency)).major()
    if output == "table" and result["periods"]:
        click.echo(table(result["periods"], PERIODS) + "\n")
    columns = [name for name in result if name != "periods"]
    show(output, result, [result], columns)


def interest_json(found: Accrual) -> dict[str, Any]:
    """The result as INTERFACES has it, and besides how it was worked out, period by period."""
    periods = list[dict[str, Any]]()
    for each, share in zip(found.segments, found.shares, strict=True):
        row = (each.from_on.isoformat(), each.to_on.isoformat(), each.days)
        rate = f"{each.rate.percent:f}"
        count = "daily" if each.rate.basis == DAILY else str(each.rate.basis)
        figures = (*row, each.principal.major(), rate, count, share.major())
        periods.append(dict(zip(PERIODS, figures, strict=True)))
    return {
        "amount": found.total.major(),
        "days": found.days,
        "currency": found.total.currency,
        "periods": periods,
    }


def _claim(told: dict[str, Any]) -> Claim:
    currency = told["currency"].strip().upper() or _own_currency()
    amount = Money.parse(told["amount"], currency)
    came = [Paid(on, Money.parse(value, currency)) for on, value in told["paid"]]
    if amount.minor < 0 or any(each.amount.minor < 0 for each in came):
        raise RuleBroken("interest.amount_below_zero", field="amount")
    in_order = tuple(sorted(came, key=lambda each: each.on))
    return Claim(amount, told["due"], in_order, told["grace_days"])


def _own_currency() -> str:
    installation = opened_if_there()
    if installation is None:
        return CURRENCY
    with installation.reading(SYSTEM) as r:
        return str(r.company.currency)


def _rates(told: dict[str, Any]) -> Rates:
    if (told["rate"] is None) == (told["law"] is None) or (told["law"] and told["rate_from"]):
        raise RuleBroken("interest.which_rate")
    if told["law"]:
        law = laws()[told["law"]].law
        return rates_of(law, _references().get(law.reference, ()), told["due"])
    basis = DAILY if told["daily"] else int(told["day_count"])
    first = RateFrom(EARLIEST, Rate(_percent(told["rate"]), basis))
    later = [RateFrom(on, Rate(_percent(value), basis)) for on, value in told["rate_from"]]
    _refuse_twice(each.from_on for each in later)
    return (first, *sorted(later, key=lambda each: each.from_on))


def _references() -> Any:
    installation = opened_if_there()
    if installation is None:
        return references()
    with installation.reading(SYSTEM) as r:
        return references(r.policy.values)


def _refuse_twice(days: Iterable[dt.date]) -> None:
    seen = set[dt.date]()
    for day in days:
        if day in seen:
            raise RuleBroken("interest.rate_twice", field="rate_from", on=day)
        seen.add(day)


def _percent(text: str) -> Decimal:
    """A rate as it is written, exactly; a sign of per cent behind it is nothing."""
    value = text.strip().removesuffix("%").strip()
    if not _PERCENT.fullmatch(value) or Decimal(value) > MOST_PERCENT:
        raise RuleBroken("interest.rate_malformed", field="rate", value=text[:40])
    return Decimal(value)
