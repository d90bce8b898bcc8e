"""
The demo company's books as import files: deterministic, believable, one of each trouble.

Not random: every figure follows from the day the books end on, by a hash, so that two machines
show the same demo.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from portal.core.money import HALF_UP, Money
from portal.core.terms import parse_terms, schedule
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.demo_file import Deal, Dice, company_file, deal_of, first_of_month, list_prices

MONTHS = 18
_HALF, _TENTH = Fraction(1, 2), Fraction(1, 10)


@dataclass(frozen=True)
class Habit:
    """How a customer buys and pays."""

    invoices_a_month: int = 3
    #: Days after the due date on which money arrives; negative is early, None is never.
    pays_after: int | None = -2
    spread: int = 4
    typical: int = 12_000
    #: Of ten invoices, how many are paid in two payments.
    in_two: int = 0
    #: Of ten payments, how many name no invoice.
    unnamed: int = 0
    #: Of twenty invoices, how many get a credit note, or a dispute.
    returns: int = 0
    disputes: int = 0
    takes_discount: bool = False
    stopped_paying_months_ago: int | None = None
    started_months_ago: int = MONTHS


@dataclass(frozen=True)
class Party:
    """A customer of the demo company."""

    code: str
    name: str
    legal_name: str
    language: str
    currency: str
    terms: str
    habit: Habit = field(default_factory=Habit)
    country: str = "CN"
    region: str = "East"
    owner: str = "Li Na"
    cycle: str = "monthly"
    parent: str = ""
    kind: str = "key account"
    limit: str = ""
    #: The name of its terms in the policy, where they have one.
    named_terms: str = ""
    tax_id: str = ""
    address: str = ""


@cache
def parties() -> list[Party]:
    """The customers, each with a trouble of their own."""
    told = company_file()["party"]
    return [Party(**{**party, "habit": Habit(**party["habit"])}) for party in told]


PRODUCTS = (
    ("LG-20", "Linear guide 20 mm", "线性导轨 20 毫米", "pcs"),
    ("BS-1605", "Ball screw 1605", "滚珠丝杠 1605", "pcs"),
    ("SM-750", "Servo motor 750 W", "伺服电机 750 瓦", "pcs"),
    ("GR-40", "Planetary gearbox 40:1", "行星减速机 40:1", "pcs"),
    ("CB-5", "Encoder cable 5 m", "编码器电缆 5 米", "m"),
    ("DR-2A", "Servo drive 2 A", "伺服驱动器 2 安", "pcs"),
)


#: Months before the books' end → what is unlike the contract on the first line of an invoice.
UNLIKE_THE_CONTRACT = {2: "24/25", 1: "21/20", 0: "unlisted"}
OFF_THE_LIST = ("SV-1", "现场调试服务")


@dataclass
class Books:
    """The rows of each import file."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, kind: str, /, **row: str) -> None:
        self.rows.setdefault(kind, []).append(row)

    def write(self, folder: Path) -> None:
        """Writes one CSV a kind."""
        for kind, rows in self.rows.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def demo_books(on: dt.date) -> Books:
    """Eighteen months of books that end on a day."""
    books = Books()
    for party in parties():
        _add_party(books, party)
    for person in company_file()["person"]:
        _add_contact(books, person)
    numbers = _numbers()
    for months_ago in range(MONTHS - 1, -1, -1):
        for party in parties():
            if months_ago < party.habit.started_months_ago:
                _add_month(books, party, (on, months_ago), numbers)
    _add_oddities(books, on)
    return books


def _numbers() -> Iterator[int]:
    number = 4100
    while True:
        number += 1
        yield number


def _add_party(books: Books, party: Party) -> None:
    books.add(
        "customers",
        customer_id=party.code,
        name=party.name,
        legal_name=party.legal_name,
        tax_id=party.tax_id,
        address=party.address,
        country=party.country,
        region=party.region,
        owner=party.owner,
        currency=party.currency,
        language=party.language,
        payment_terms=party.named_terms or party.terms,
        credit_limit=party.limit,
        parent_id=party.parent,
        customer_type=party.kind,
        statement_cycle=party.cycle,
    )


def _add_contact(books: Books, person: dict[str, Any]) -> None:
    books.add(
        "contacts",
        customer_id=person["customers"][0],
        name=person["name"],
        email=person["email"],
        title=person["title"],
        role=person["roles"][0],
        language=person.get("language", "en"),
        limit=person.get("limit", ""),
    )


def _add_month(
    books: Books, party: Party, when: tuple[dt.date, int], numbers: Iterator[int]
) -> None:
    on, months_ago = when
    first = first_of_month(on, months_ago)
    dice = Dice(party.code, first)
    days = sorted(dice.below(28) for _ in range(party.habit.invoices_a_month))
    for nth, day in enumerate(days):
        issued = MONDAY_TO_FRIDAY.on_or_after(first + dt.timedelta(days=day))
        number = f"INV-{issued.year}-{next(numbers):05d}"
        if issued <= on:
            deal = deal_of(party.code, issued, on)
            trouble = UNLIKE_THE_CONTRACT.get(months_ago, "") if nth == 0 else ""
            sale = Sale(number, issued, on, Dice(party.code, number), deal, trouble)
            _add_invoice(books, party, sale)


@dataclass(frozen=True)
class Sale:
    """One invoice to be, and the day the books end."""

    number: str
    issued: dt.date
    on: dt.date
    dice: Dice
    deal: Deal | None = None
    #: How its first line differs from the contract.
    trouble: str = ""


def _add_invoice(books: Books, party: Party, sale: Sale) -> None:
    total = _add_lines(books, party, sale)
    accepted = sale.issued + dt.timedelta(days=6 + sale.dice.below(9))
    waits = party.terms.startswith("from acceptance")
    known = not waits or accepted <= sale.on
    disputed = sale.dice.below(20) < party.habit.disputes and (sale.on - sale.issued).days < 100
    books.add(
        "invoices",
        invoice_id=sale.number,
        customer_id=party.code,
        currency=party.currency,
        invoice_date=sale.issued.isoformat(),
        amount=total.major(),
        reference=f"PO-{88000 + sale.dice.below(9000)}",
        accepted_on=accepted.isoformat() if waits and known else "",
        region=party.region,
        disputed="yes" if disputed else "",
        contract_id=sale.deal.code if sale.deal else "",
    )
    if sale.dice.below(20) < party.habit.returns:
        total = total - _add_return(books, party, sale, total)
    stopped = party.habit.stopped_paying_months_ago
    if stopped is not None and sale.issued >= first_of_month(sale.on, stopped):
        return
    if known and not disputed:
        _add_money(books, party, sale, (total, accepted if waits else sale.issued))


def _add_lines(books: Books, party: Party, sale: Sale) -> Money:
    """Adds one to four lines that sum to about the customer's usual amount; returns the sum."""
    scale = {"JPY": 1, "KWD": 1000}.get(party.currency, 100)
    total = Money(0, party.currency)
    if sale.deal and sale.deal.is_listed:
        return _add_listed_lines(books, party, sale)
    count = 1 + sale.dice.below(4)
    for line in range(1, count + 1):
        code, english, chinese, unit = PRODUCTS[sale.dice.below(len(PRODUCTS))]
        quantity = 1 + sale.dice.below(40)
        share = party.habit.typical * scale * (40 + sale.dice.below(120)) // (100 * count)
        price = Money(max(1, share // quantity), party.currency)
        amount = price.times(quantity)
        total = total + amount
        name = chinese if party.language == "zh-CN" else english
        _add_line(books, sale, (line, code, name, unit), (quantity, price))
    return total


def _add_listed_lines(books: Books, party: Party, sale: Sale) -> Money:
    """Adds lines that cost what the contract's list says, but for the trouble of the first."""
    total, prices = Money(0, party.currency), list_prices()
    for line in range(1, 3 + sale.dice.below(2)):
        code, _english, chinese, unit = PRODUCTS[(line + sale.dice.below(3)) % len(PRODUCTS)]
        quantity, price = 1 + sale.dice.below(12), Money.parse(str(prices[code]), party.currency)
        if sale.trouble and line == 1:
            code, chinese = OFF_THE_LIST if sale.trouble == "unlisted" else (code, chinese)
            price = price.times(Fraction(sale.trouble), HALF_UP) if code in prices else price
        total = total + price.times(quantity)
        _add_line(books, sale, (line, code, chinese, unit), (quantity, price))
    return total


def _add_line(
    books: Books, sale: Sale, product: tuple[int, str, str, str], priced: tuple[int, Money]
) -> None:
    (line, code, name, unit), (quantity, price) = product, priced
    books.add(
        "invoice_lines",
        invoice_id=sale.number,
        line=str(line),
        description=name,
        quantity=str(quantity),
        unit_price=price.major(),
        amount=price.times(quantity).major(),
        product_id=code,
        unit=unit,
    )


def _add_return(books: Books, party: Party, sale: Sale, total: Money) -> Money:
    day = sale.issued + dt.timedelta(days=9 + sale.dice.below(10))
    amount = total.times(1 + sale.dice.below(3)).times(_TENTH, HALF_UP)
    if day > sale.on:
        return Money(0, party.currency)
    books.add(
        "credit_notes",
        credit_note_id=sale.number.replace("INV", "CN"),
        customer_id=party.code,
        currency=party.currency,
        credit_date=day.isoformat(),
        amount=amount.major(),
        invoice_id=sale.number,
        reason="Goods returned" if party.language == "en" else "退货",
    )
    return amount


def _add_money(books: Books, party: Party, sale: Sale, owed: tuple[Money, dt.date]) -> None:
    """Adds the payments of an invoice, one for each due part, by the customer's habit."""
    total, baseline = owed
    plan = schedule(parse_terms(party.terms), baseline, total, MONDAY_TO_FRIDAY)
    for nth, part in enumerate(plan.parts, 1):
        if part.due_on is None:
            continue
        late = (party.habit.pays_after or 0) + sale.dice.below(party.habit.spread + 1)
        paid_on = MONDAY_TO_FRIDAY.on_or_after(part.due_on + dt.timedelta(days=late))
        amount = part.amount
        if party.habit.takes_discount and plan.discount and paid_on <= plan.discount.until:
            amount = amount - plan.discount.amount
            _add_discount(books, party, sale, (plan.discount.amount, paid_on))
        if sale.dice.below(10) < party.habit.in_two:
            half = amount.times(_HALF, HALF_UP)
            _add_payment(books, party, sale, (f"{nth}a", half, paid_on))
            later = MONDAY_TO_FRIDAY.add_workdays(paid_on, 12)
            _add_payment(books, party, sale, (f"{nth}b", amount - half, later))
        else:
            _add_payment(books, party, sale, (str(nth), amount, paid_on))


def _add_payment(books: Books, party: Party, sale: Sale, paid: tuple[str, Money, dt.date]) -> None:
    nth, amount, day = paid
    named = sale.dice.below(10) >= party.habit.unnamed or (sale.on - day).days > 60
    if day > sale.on:
        return
    books.add(
        "payments",
        payment_id=f"{sale.number.replace('INV', 'RCT')}-{nth}",
        customer_id=party.code,
        payment_date=day.isoformat(),
        amount=amount.major(),
        currency=party.currency,
        invoice_id=sale.number if named else "",
        bank_reference=f"{day:%y%m%d}{sale.dice.below(10**6):06d}",
        method="bank transfer",
        payer=party.legal_name,
    )


def _add_discount(books: Books, party: Party, sale: Sale, given: tuple[Money, dt.date]) -> None:
    amount, day = given
    if day > sale.on:
        return
    books.add(
        "adjustments",
        adjustment_id=sale.number.replace("INV", "DSC"),
        customer_id=party.code,
        currency=party.currency,
        adjusted_on=day.isoformat(),
        kind="discount",
        amount=(-amount).major(),
        invoice_id=sale.number,
        reason="2/10 net 30",
    )


def _add_oddities(books: Books, on: dt.date) -> None:
    """What happens once: a bounced cheque, a refund, a late fee, money in advance."""
    last = first_of_month(on, 1)

    def adjust(number: str, code: str, day: int, kind: str, amount: str, reason: str) -> None:
        party = next(party for party in parties() if party.code == code)
        books.add(
            "adjustments",
            adjustment_id=number,
            customer_id=code,
            currency=party.currency,
            adjusted_on=(last + dt.timedelta(days=day)).isoformat(),
            kind=kind,
            amount=amount,
            invoice_id="",
            reason=reason,
        )

    books.add(
        "payments",
        payment_id=f"RCT-{last:%Y%m}-ADV",
        customer_id="ZHIYUAN",
        payment_date=(last + dt.timedelta(days=20)).isoformat(),
        amount="250000.00",
        currency="CNY",
        invoice_id="",
        bank_reference="预付款",
        method="bank transfer",
        payer="致远自动化设备有限公司",
    )
    for number, day, amount in (("1", 27, "18600.00"), ("2", 29, "7350.00")):
        books.add(
            "deliveries",
            delivery_id=f"DN-{last:%Y%m}-{number}",
            customer_id="XINGHAI",
            currency="CNY",
            delivered_on=(last + dt.timedelta(days=day)).isoformat(),
            amount=amount,
            received_by="刘洋",
            reference=f"送货单 {number}",
        )
    adjust(f"RTN-{last:%Y%m}-1", "LINHAI", 11, "returned_payment", "8600.00", "退票：存款不足")
    adjust(f"RFD-{last:%Y%m}-1", "PINNACLE", 14, "refund", "420.00", "Overpayment sent back")
    adjust(f"CHG-{last:%Y%m}-1", "BEIFANG", 17, "charge", "1250.00", "逾期利息")
    adjust(f"RND-{last:%Y%m}-1", "OAKLEY", 18, "rounding", "-0.01", "Rounding")
