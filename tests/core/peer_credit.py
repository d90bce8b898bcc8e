"""What our core answers to the peers' scenarios about limits, exposure and their states."""

from datetime import date, timedelta
from decimal import Decimal

from portal.core.credit_book import CreditBook, Order, figures_of
from portal.core.credit_decision import Asked, Bound, Overdue, Verdict, decide
from portal.core.deliveries import Delivered, Delivery
from portal.core.exposure import Part, Rate, expose, left_of_order, usage
from portal.core.ledger import Account
from portal.core.money import Money
from tests.core.books import Ledger, euro

ON = date(2026, 3, 2)


class Case:
    """A customer with a limit, and what is ordered, delivered and invoiced step by step."""

    def __init__(self, limit, orders=(), open_="0.00"):
        self.limit = limit
        self.orders = {f"O-{turn}": euro(amount) for turn, amount in enumerate(orders)}
        self.ledger = Ledger()
        self.order_of = {}
        self.deliveries = []
        if euro(open_).minor:
            self.ledger.invoice("I-0", ON, open_)

    def exposure(self, without=""):
        orders = [
            Order(code, "C1", amount, ON) for code, amount in self.orders.items() if code != without
        ]
        told = CreditBook(
            self.ledger.book, tuple(self.deliveries), tuple(orders), order_of=self.order_of
        )
        return expose(figures_of(told, "C1", ON), "EUR", (), ON)

    def asks(self, amount, order="", **columns):
        """The answer for an amount, of an order or of none."""
        added = euro(amount)
        if order in self.orders:
            invoiced = sum(
                entry.amount.minor
                for entry in self.ledger.entries
                if self.order_of.get(entry.number) == order
            )
            whole = max(self.orders[order].minor, added.minor)
            added = Money(left_of_order(whole, invoiced, 0), "EUR")
        bound = Bound("C1", self.exposure(order), euro(self.limit))
        return decide(Asked(added, ON, (bound,), **columns))

    def invoices(self, amount, order=""):
        number = f"I-{len(self.ledger.entries) + 1}"
        self.ledger.invoice(number, ON, amount)
        if order:
            self.order_of[number] = order

    def delivers(self, amount, order=""):
        told = Delivered(ON, f"D-{len(self.deliveries)}", order, None, None, euro(amount).minor)
        self.deliveries.append(Delivery(Account("C1", "EUR"), told))

    @property
    def after(self):
        return self.exposure().total


def is_allowed(answer):
    return answer.verdict is Verdict.ALLOW


def along_the_chain(given, when):
    case, allowed = Case(given["limit"]), []
    for step in when["chain"]:
        what, amount = step.split()[:2]
        if what == "order":
            allowed.append(is_allowed(case.asks(f"{amount}.00")))
            case.orders["O"] = euro(amount)
            continue
        allowed.append(is_allowed(case.asks(f"{amount}.00", "O")))
        if what == "invoice":
            case.invoices(amount, "O")
    return {"allowed": allowed, "exposure": case.after.major()}


def one_delivery(given, when):
    case = Case(given["limit"], open_=given["open"])
    allowed = is_allowed(case.asks(when["submit_delivery"]))
    case.delivers(when["submit_delivery"])
    return {"exposure": case.after.major(), "allowed": allowed}


def in_its_own_currency(given, _when):
    order, currency = given["order"], given["limit_currency"]
    figures = {(Part.ORDERS, order["currency"]): Money.parse(order["amount"], "PLN").minor}
    rates = (Rate(order["currency"], currency, ON, Decimal(order["eur_per_pln"])),)
    exposure = expose(figures, currency, rates, ON).total
    return {
        "exposure": exposure.major(),
        "currency": exposure.currency,
        "exceeded": exposure > euro(given["limit"]),
    }


def turned_round(given, _when):
    """The peer's currency is none of ISO 4217: baht stand in for it."""
    rates = (Rate("USD", "THB", ON, Decimal(given["order"]["units_per_usd"])),)
    figures = {(Part.ORDERS, "THB"): Money.parse(given["order"]["amount"], "THB").minor}
    exposure = expose(figures, "USD", rates, ON).total
    limit = Money.parse(given["limit"], "USD")
    return {"exposure_after": exposure.major(), "warn": exposure > limit}


def not_invoiced_yet(given, when):
    case = Case(when["limits"]["total"])
    case.delivers(given["draft_invoices"])
    return {"exposure": case.after.major(), "exceeded": case.after > euro(case.limit)}


def within_the_margin(given, _when):
    overdue = Overdue("I", ON - timedelta(days=given["due_days_ago"]))
    case = Case("1000.00", open_=given["debit"])
    told = case.asks("0.00", overdue=overdue, hold_overdue_days=given["margin_days"])
    names = ("not_overdue", "overdue") if is_allowed(told) else ("overdue", "not_overdue")
    return dict(zip(names, (given["debit"], "0.00"), strict=True))


def one_order_more(given, when):
    case = Case(when["limits"]["orders"], [given["open_orders"]])
    told = case.asks(given["new_order"])
    return {"exceeded": not is_allowed(told), "reason": told.reasons[0].code}


def of_another_company(_given, _when):
    return {"exposure_company_1": Case("1000.00").after.major()}


def one_invoice_more(given, when):
    case = Case(given["limit"], [given["open_orders"]], given["open_invoices"])
    case.invoices(when["new_invoice"], "O-0" if when["from_order"] else "")
    exposure = case.exposure()
    told = {"exposure_after": case.after.major(), "warn": case.after > euro(case.limit)}
    if "post" in when:
        told["open_invoices"] = exposure.of(Part.OPEN).major()
        told["open_orders"] = exposure.of(Part.ORDERS).major()
    return told


def lowered_later(given, when):
    case = Case(given["limit_after"], [given["exposure"]])
    told = case.asks(given["exposure"], "O-0", was_allowed=True)
    case.invoices(when["then_invoice_part_of_order"], "O-0")
    return {"allowed": is_allowed(told), "exposure": case.after.major()}


def within_the_limit(given, when):
    case = Case(given["limit"], open_=given["open_invoices"])
    allowed = is_allowed(case.asks(when["confirm_order"]))
    case.orders["O"] = euro(when["confirm_order"])
    return {"allowed": allowed, "exposure": case.after.major()}


def status(given, _when):
    percent = int(Decimal(given.get("watch_ratio", "0.90")) * 100)
    used = usage(euro(given["used"]), euro(given["limit"]), percent)
    return {"status": "hold" if used == "over" else used}


BY_TOPIC = {"credit_limit": one_invoice_more, "credit_status": status}
BY_ID = {
    "erpnext-cl-chain": along_the_chain,
    "erpnext-cl-double": one_delivery,
    "oca-risk-ccy": in_its_own_currency,
    "oca-risk-invoice": not_invoiced_yet,
    "oca-risk-margin": within_the_margin,
    "oca-risk-order-150": one_order_more,
    "odoo-cl-company": of_another_company,
    "odoo-cl-fx-over": turned_round,
    "tryton-cl-lower-later": lowered_later,
    "tryton-cl-raise": within_the_limit,
}
