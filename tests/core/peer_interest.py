"""What our core answers to the peers' scenarios of late interest."""

from datetime import date
from decimal import Decimal

from portal.core.interest import Claim, Rate, always, worked_out
from portal.core.money import Money


def interest(given, when):
    """Days late and interest, with the fee and all that is claimed where the peer tells them."""
    due = date.fromisoformat(given["invoice"]["due"])
    until = date.fromisoformat(when.get("paid_on") or when["as_of"])
    rate = Rate(Decimal(given["annual_rate"]), int(given.get("day_count", 365)))
    amount = Money.parse(given["invoice"]["total"], "EUR")
    found = worked_out(Claim(amount, due), always(rate), until)
    if "paid_on" in when:
        return {"days_late": found.days, "interest": found.total.major()}
    fee = Money.parse(given["fee"], "EUR")
    told = {"days_overdue": found.days, "interest": found.total.major(), "fee": fee.major()}
    return {**told, "total": (amount + found.total + fee).major()}
