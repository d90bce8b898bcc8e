"""Real ledgers: every customer is scored, and days late are those of a separate reckoning."""

import csv
import datetime as dt
import gzip
import os
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.config import Config
from portal.base.installation import Installation, open_installation
from portal.cli import main
from portal.credit.ratings import score_customers
from portal.credit.scoring import scores_on
from portal.tables.credit import Rating
from portal.tables.customers import Customer
from tests.machine import absent
from tests.reports.test_oracle import environment

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data") / "ar"
LEDGERS = {
    "ibm": dt.date(2013, 11, 30),
    "poulomi8": dt.date(2025, 6, 30),
    "udyam": dt.date(2021, 6, 30),
}


@pytest.fixture(params=LEDGERS)
def ledger(request) -> str:
    if not (DATA / request.param).is_dir():
        absent(f"no {DATA / request.param}: set ACCORD_DATA")
    return request.param


@pytest.fixture
def imported(ledger: str, tmp_path: Path) -> Installation:
    """An installation that has imported a ledger by the command."""
    settings = environment(tmp_path)
    files = [str(p) for p in sorted((DATA / ledger).glob("[cip]*.csv*")) if p.stem[0] in "cip"]
    for words in (["init"], ["import", *files, "--create-customers"]):
        told = CliRunner().invoke(main, words, env=settings)
        assert told.exit_code == 0, told.output
    config = Config(settings["ACCORD_INSTANCE"], secret_key=settings["ACCORD_SECRET_KEY"])
    return open_installation(config)


def rows(ledger: str, name: str) -> list[dict[str, str]]:
    plain = DATA / ledger / f"{name}.csv"
    packed = plain.with_suffix(".csv.gz")
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    return list(csv.DictReader(content.decode().splitlines()))


def days_late_by_file(ledger: str, on: dt.date) -> dict[str, Decimal]:
    """From the files alone: by amount, of what was paid wholly by the day or is overdue on it."""
    paid: dict[str, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    for each in rows(ledger, "payments"):
        day = dt.date.fromisoformat(each["payment_date"])
        if day <= on:
            paid[each["invoice_id"]].append((day, Decimal(each["amount"])))
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for each in rows(ledger, "invoices"):
        amount, due = Decimal(each["amount"]), dt.date.fromisoformat(each["due_date"])
        dated = dt.date.fromisoformat(each["invoice_date"])
        came = [(max(day, dt.date.min), minor) for day, minor in paid[each["invoice_id"]]]
        is_paid = sum(minor for _, minor in came) >= amount
        if dated > on or not (is_paid or due < on):
            continue
        until = max(day for day, _ in came) if is_paid else on
        sums[each["customer_id"]][0] += amount * max(0, (until - due).days)
        sums[each["customer_id"]][1] += amount
    return {
        code: (weighted / weight).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        for code, (weighted, weight) in sums.items()
    }


def test_every_customer_is_scored_and_late_as_reckoned(ledger: str, imported: Installation):
    on = LEDGERS[ledger]
    with imported.work(SYSTEM) as w:
        written = score_customers(w, on)
    with imported.reading(SYSTEM) as r:
        customers = dict(r.session.execute(select(Customer.id, Customer.code)).all())
        rated = set(r.session.scalars(select(Rating.customer_id)))
        late = {customers[s.customer_id]: s.inputs[0].value for s in scores_on(r, on)}
        scored = r.session.scalar(select(func.count()).where(Rating.score_hundredths.is_not(None)))

    by_file = days_late_by_file(ledger, on)
    assert written == len(customers)
    assert rated == set(customers)
    assert {code: value for code, value in late.items() if value is not None} == by_file
    assert scored >= len(by_file) > 0
    assert Fraction(scored, len(customers)) > Fraction(1, 2)
