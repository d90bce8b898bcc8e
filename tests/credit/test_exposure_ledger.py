"""A real ledger with limits: who is over is who plain arithmetic says."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.base.access import SYSTEM
from portal.base.config import Config
from portal.base.installation import open_installation
from portal.cli import main
from portal.credit.exposure import exposure_of, exposures
from tests.machine import absent
from tests.reports.test_oracle import environment

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data") / "ar"
BOOK = DATA / "poulomi8"
DAYS = [dt.date(2024, 6, 30), dt.date(2024, 12, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31)]


def rows(name):
    with (BOOK / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    if not BOOK.is_dir():
        absent(f"no {BOOK}: set ACCORD_DATA")
    settings = environment(tmp_path_factory.mktemp("ledger"))
    for words in (
        ["init"],
        ["import", str(BOOK / "customers.csv"), "--set", "currency=INR"],
        ["import", str(BOOK / "invoices.csv"), str(BOOK / "payments.csv"), "--create-customers"],
    ):
        told = CliRunner().invoke(main, words, env=settings)
        assert told.exit_code == 0, told.output
    opened = open_installation(
        Config(settings["ACCORD_INSTANCE"], secret_key=settings["ACCORD_SECRET_KEY"])
    )
    yield opened
    opened.database.engine.dispose()


def plain_balances(on):
    """What was invoiced less what was paid by a day, and nothing else."""
    owed = defaultdict(Decimal)
    for row in rows("invoices"):
        if row["invoice_date"] <= on.isoformat():
            owed[row["customer_id"]] += Decimal(row["amount"])
    for row in rows("payments"):
        if row["payment_date"] <= on.isoformat():
            owed[row["customer_id"]] -= Decimal(row["amount"])
    return owed


def plain_breaches(on):
    limits = {
        row["customer_id"]: Decimal(row["credit_limit"])
        for row in rows("customers")
        if row["credit_limit"]
    }
    owed = plain_balances(on)
    return {code: owed[code] for code, limit in limits.items() if owed[code] > limit}


@pytest.mark.parametrize("on", DAYS)
def test_the_limits_that_are_broken_are_those_of_an_independent_count(ledger, on):
    with ledger.reading(SYSTEM, on) as r:
        found = {
            row.code: Decimal(row.exposure.total.major()) for row in exposures(r, on) if row.is_over
        }

    assert found == plain_breaches(on)


def test_some_limits_are_broken_at_all():
    if not BOOK.is_dir():
        absent(f"no {BOOK}: set ACCORD_DATA")

    assert sum(len(plain_breaches(on)) for on in DAYS) > 10


def test_every_customers_exposure_is_its_balance_alone_and_together(ledger):
    on = DAYS[2]
    owed = plain_balances(on)
    with ledger.reading(SYSTEM, on) as r:
        everybody = exposures(r, on)
        some = everybody[::25]
        alone = [exposure_of(r, row.customer_id, on).total for row in some]

    told = {row.code: Decimal(row.exposure.total.major()) for row in everybody}
    assert {code: amount for code, amount in told.items() if amount} == {
        code: amount for code, amount in owed.items() if amount
    }
    assert alone == [row.exposure.total for row in some]
