"""Names that a spreadsheet would run, in the files that an auditor takes along."""

import csv
import json

from portal.audit.items import LaterReceipt
from portal.audit.pack import population_csv, receipts_csv
from portal.core.money import Money
from portal.tables.audits import AuditSample
from tests.desk import day

FORMULA = '=HYPERLINK("https://evil.example")'


def test_a_customer_called_a_formula_runs_nothing_at_the_auditors():
    known = json.dumps([["C1", FORMULA, -500_00]])
    sample = AuditSample(population=known, currency="CNY")

    [_head, row] = csv.reader(population_csv(sample, []).splitlines())
    assert row[:4] == ["C1", f"'{FORMULA}", "CNY", "-500.00"]


def test_a_receipt_called_a_formula_runs_nothing_either():
    receipt = LaterReceipt("INV-1", FORMULA, "payment", day("11-05"), Money(5_00, "CNY"))

    [_head, row] = csv.reader(receipts_csv([receipt]).splitlines())
    assert row[:2] == ["INV-1", f"'{FORMULA}"]
