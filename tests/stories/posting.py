"""What is posted in a story: by the import that a bookkeeper would use, file by file."""

import tempfile
from pathlib import Path

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.money import Money
from portal.imports.run import import_files
from portal.tables.deliveries import Delivery
from tests.stories.teller import ACTS, CURRENCY, LOOKS, World


def _post(world: World, kind: str, **cells: str) -> None:
    filled = {name: value.replace(",", "") for name, value in cells.items() if value}
    text = f"{','.join(filled)}\n{','.join(filled.values())}\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.csv"
        path.write_text(text, "utf-8")
        report = import_files(world.installation, [path])
    assert report.is_clean, [told.sentence() for told in report.rejects]


def _post_document(world: World, kind: str, customer: str, amount: str, **cells: str) -> None:
    whose = {"customer_id": world.code_of(customer), "currency": CURRENCY}
    _post(world, kind, **cells, **whose, amount=amount)


def _today(world: World) -> str:
    with world.installation.work() as w:
        return w.today.isoformat()


NAME = r"(?P<customer>[A-Z][\w ]*)"


@ACTS.says(
    NAME + r" is invoiced (?P<number>[\w-]+), (?P<amount>{money}), due (?P<due>{day})"
    r"(?:, dated (?P<dated>{day}))?"
)
def invoice(world: World, customer: str, number: str, amount: str, due: str, dated: str) -> None:
    _post_document(
        world,
        "invoices",
        customer,
        amount,
        invoice_id=number,
        invoice_date=dated or _today(world),
        due_date=due,
    )


@ACTS.says(
    NAME + r" is credited (?P<number>[\w-]+), (?P<amount>{money})(?:, for (?P<about>[\w-]+))?"
    r"(?:, dated (?P<dated>{day}))?"
)
def credit(world: World, customer: str, number: str, amount: str, about: str, dated: str) -> None:
    _post_document(
        world,
        "credit_notes",
        customer,
        amount,
        credit_note_id=number,
        credit_date=dated or _today(world),
        invoice_id=about,
    )


@ACTS.says(
    NAME + r" pays (?P<number>[\w-]+), (?P<amount>{money})(?:, for (?P<about>[\w-]+))?"
    r"(?:, dated (?P<dated>{day}))?"
)
def payment(world: World, customer: str, number: str, amount: str, about: str, dated: str) -> None:
    _post_document(
        world,
        "payments",
        customer,
        amount,
        payment_id=number,
        payment_date=dated or _today(world),
        invoice_id=about,
    )


@ACTS.says(r"(?P<amount>{money}) of (?P<credit>[\w-]+) is applied to (?P<invoice>[\w-]+)")
def application(world: World, amount: str, credit: str, invoice: str) -> None:
    day = _today(world)
    _post(
        world,
        "allocations",
        credit_id=credit,
        invoice_id=invoice,
        amount=amount,
        allocated_on=day,
    )


@ACTS.says(NAME + r" is delivered (?P<number>[\w-]+), (?P<amount>{money})")
def delivery(world: World, customer: str, number: str, amount: str) -> None:
    _post_document(
        world,
        "deliveries",
        customer,
        amount,
        delivery_id=number,
        delivered_on=_today(world),
    )


@ACTS.says(r"(?P<number>[\w-]+) of " + NAME + r" is invoiced by (?P<invoice>[\w-]+)")
def delivery_is_invoiced(world: World, number: str, customer: str, invoice: str) -> None:
    with world.installation.reading(SYSTEM) as r:
        row = r.session.scalars(select(Delivery).where(Delivery.number == number)).one()
        told = {
            "delivery_id": number,
            "customer_id": world.code_of(customer),
            "currency": CURRENCY,
            "delivered_on": row.delivered_on.isoformat(),
            "amount": Money(row.amount_minor, CURRENCY).major(),
            "invoice_id": invoice,
        }
    _post(world, "deliveries", **told)


@LOOKS.says(r"refused: (?P<code>[\w.]+)")
def refused(world: World, code: str) -> None:
    assert world.refused == code, f"it was refused as {world.refused}"
