"""What our core answers to a peer's scenario of instalments."""

from datetime import date

from portal.core.instalment import Rhythm, split
from portal.core.money import Money
from portal.core.workdays import Calendar
from tests.core.books import euro


def instalments(given, _when):
    """A plan by number of instalments, or one whose total is shared out in a second currency."""
    if "plan_foreign" in given:
        return in_base_currency(given)
    rhythm = Rhythm(date.fromisoformat(given["start"]), given["every_months"])
    rows = split(euro(given["total"]), given["number"], rhythm, Calendar())
    return {"plan": [{"date": str(row.due_on), "amount": row.amount.major()} for row in rows]}


def in_base_currency(given):
    weights = [euro(amount) for amount in given["plan_foreign"]]
    base = Money.parse(given["total_base"], given["base_currency"])
    shares = base.allocate([weight.minor for weight in weights])
    return {
        "base_amounts": [share.major() for share in shares],
        "balance_base": Money.total(shares, base.currency).major(),
        "balance_foreign": Money.total(weights, "EUR").major(),
    }
