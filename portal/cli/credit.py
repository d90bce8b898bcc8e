"""The commands about credit: whether an order may be shipped, and how far a customer is trusted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from portal.base.access import SYSTEM
from portal.base.work import Reader
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.cli.params import DAY
from portal.cli.scoring import score
from portal.cli.statements import customer_id_of
from portal.core.credit_decision import Decision
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.checking import AskCheck, check, check_known, own_currency
from portal.credit.names import reason_said

CHECK_COLUMNS = ("decision", "reasons", "exposure", "limit", "available", "currency")


@click.group()
def credit() -> None:
    """Check orders and score customers."""


credit.add_command(score)


@credit.command("check")
@click.argument("customer")
@click.option("--amount", required=True, help="What would be shipped, in major units.")
@click.option("--currency", metavar="CUR", help="Of the amount; else the order's or customer's.")
@click.option("--order", "order_code", default="", metavar="CODE", help="Asked for as a whole.")
@click.option("--on", type=DAY, help="The day; today unless told.")
@format_option
def check_(customer: str, output: str, **told: Any) -> None:
    """Say whether goods for an amount may be shipped: allow, hold or refuse, with the reasons."""
    with opened().reading(SYSTEM, told["on"]) as r:
        result = answer_json(_decided(r, customer, told))
    row = {**result, "reasons": " ".join(result["reasons"])}
    show(output, result, [row], CHECK_COLUMNS)


def _decided(r: Reader, code: str, told: dict[str, Any]) -> Decision:
    customer_id = customer_id_of(r, code)
    own = own_currency(r, customer_id, told["order_code"])
    amount = Money.parse(told["amount"], (told["currency"] or own).upper())
    if amount.minor < 0:
        raise RuleBroken("order.amount_negative", field="amount")
    if told["order_code"]:
        check_known(r, told["order_code"])
    day: dt.date = r.today
    return check(r, AskCheck(customer_id, amount, told["order_code"]), day).decision


def answer_json(decision: Decision) -> dict[str, Any]:
    """The answer as INTERFACES section 5 has it; each reason is its code and its sentence."""

    def major(amount: Money | None) -> str | None:
        return None if amount is None else amount.major()

    return {
        "decision": decision.verdict.value,
        "reasons": [f"{each.code}: {reason_said(each)}" for each in decision.reasons],
        "exposure": major(decision.exposure),
        "limit": major(decision.limit),
        "available": major(decision.available),
        "currency": decision.currency,
    }
