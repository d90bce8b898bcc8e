"""
The peers' own test cases, answered by our core; where we differ on purpose, with the reason.

The answers stand in `peer_answers`, in the shape of the scenario's `expect`. What a peer says
besides (`UNSAID`) is no matter of core: labels, tax, amounts converted to another currency.
"""

import json
import os
from pathlib import Path

import pytest

from tests.core.peer_answers import answer_to

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILE = DATA.parent / "cases" / "peer_scenarios.json"
TOPICS = (
    *("payment_terms.", "ageing.", "allocation", "statement.", "overdue_flag", "early_discount"),
    *("instalment_plan", "interest", "credit_limit", "credit_status", "order_hold"),
    *("dunning.", "late_fee", "overdue_state", "reminders.", "write_off"),
)
UNSAID = {
    "base",
    "cash_base",
    "discount_base",
    "exposure_company_2",
    "fx_loss_base",
    "labels",
    "net_correction",
    "receivable_cleared_base",
    "tax_correction",
    "total",
}


#: What we answer instead, and why; each is told in DECISIONS.md.
DIFFERENCES = {
    "bucket-bigcapital": (
        "each bound is the last day of its bucket, so that no item vanishes on day 30 or 60",
        {
            "not_due": "-1 0",
            "1-30": "1 29 30",
            "31-60": "31 59 60",
            "61+": "61 89 90 91 119 120 121",
        },
    ),
    "bucket-erpnext": (
        "what is not due, the due date included, has a bucket of its own",
        {
            "not_due": "-1 0",
            "1-30": "1 29 30",
            "31-60": "31 59 60",
            "61-90": "61 89 90",
            "91-120": "91 119 120",
            "121+": "121",
        },
    ),
    "bucket-idempiere": (
        "buckets never overlap; how soon something falls due is told by its grade",
        {"not_due": "-91 -61 -31 -30 -8 -7 -1 0", "1-7": "1 7", "8-30": "8 30", "31-60": "31 60"},
    ),
    "erpnext-ars-advance": (
        "unapplied money stands beside the buckets and is not netted into one",
        {
            "invoiced": "200.00",
            "advance": "50.00",
            "outstanding": "150.00",
            "buckets": ["200.00", "0.00", "0.00", "0.00", "0.00", "0.00"],
        },
    ),
    "erpnext-ar-fx-reval": (
        "a claim stays in its own currency; revaluing it is the work of the general ledger",
        {"total": "100.00"},
    ),
    "metasfresh-writeoff": (
        "what is written off leaves the house's books, never the customer's claim",
        {"open": "2.90", "status": "partially_paid"},
    ),
    "metasfresh-pt-order-wins": (
        "an order has no terms of its own: the invoice's come first, then contract and customer",
        {"first": "10d"},
    ),
    "oca-asof-546": (
        "unapplied money is told beside the buckets, not as a negative bucket",
        {
            "closing_balance": "149000.00",
            "ageing": {"1-30": "100000.00", "31-60": "50000.00", "unapplied": "1000.00"},
        },
    ),
    "idempiere-cl-zero": (
        "no limit set is not the same as a limit of nothing, which is prepayment only",
        {"status": "hold"},
    ),
    "oca-risk-order-150": (
        "one limit binds the whole exposure; why it holds is a code whose sentence is translated",
        {"exceeded": True, "reason": "over_limit"},
    ),
    "odoo-epd-mixed-fixedtax": (
        "tax is what the imported invoice says; a discount is taken off its whole amount",
        {"offer": "115.01"},
    ),
    "erpnext-dun-cn-standalone": (
        "a free credit is set off before anybody is reminded",
        {"dunning": "set_off"},
    ),
    "in-fee-10": (
        "a fee is a charge of its own, the invoice is never changed",
        {"invoice_balance": "10.00", "customer_balance": "20.00"},
    ),
    "in-fee-5": (
        "a fee is a charge of its own, the invoice is never changed",
        {"invoice_balance": "10.00", "customer_balance": "15.00"},
    ),
    "kb-sum": (
        "what is settled is not the earliest that is open",
        {"sum": "110.00", "earliest": "2025-06-17"},
    ),
    "lago-thr-ccy": (
        "a currency that the minimum does not name has none",
        {"request": "50.00"},
    ),
    "oca-ccc-eom": (
        "a step has its day in calendar days overdue, not at a month's end",
        {"eligible": {"2025-02-27": True, "2025-02-28": True}},
    ),
    "erpnext-soa-schedule": (
        "a statement has ten workdays to be answered in, so a weekly cycle is not offered",
        {"cycles": ["monthly", "quarterly", "half_yearly"]},
    ),
    "odoo-pt-invalid-sum": (
        "the refusal is a code whose sentence is translated",
        {"error": "terms.not_whole"},
    ),
}


def scenarios():
    if not FILE.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{FILE.name} is not here"))]
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        pytest.param(scenario, id=scenario["id"])
        for scenario in told
        if scenario["topic"].startswith(TOPICS)
    ]


def decided(scenario):
    """What we answer on purpose; buckets are written by name with their days."""
    _reason, ours = DIFFERENCES[scenario["id"]]
    if scenario["topic"] != "ageing.boundaries":
        return ours
    by_day = {day: name for name, days in ours.items() for day in days.split()}
    return {"bucket_by_days_past_due": by_day}


@pytest.mark.parametrize("scenario", scenarios())
def test_a_peers_scenario_has_our_answer(scenario):
    ours = answer_to(scenario)

    if scenario["id"] in DIFFERENCES:
        assert ours == decided(scenario)
        return
    assert {key: scenario["expect"].get(key) for key in ours} == ours
    assert set(scenario["expect"]) - set(ours) <= UNSAID
