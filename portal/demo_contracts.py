"""
The demo's contracts: amended, expiring, over, and one that must not pass; invoices beside them.

The contracts themselves come with the books; here is what people did about them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.contracts.amending import AMENDMENT, AmendContract, amend_contract
from portal.contracts.confirming import DecideInvoice, confirm_invoice
from portal.contracts.keeping import (
    WRITTEN,
    AddFiles,
    KeepContract,
    PassContract,
    add_files,
    check_authority,
    keep_contract,
    pass_contract,
)
from portal.contracts.looking import LookAtContract, look_at_contract
from portal.contracts.prices.keeping import KeepPrices, keep_prices
from portal.contracts.prices.reading import PricedProduct
from portal.demo_books import PRODUCTS, Books
from portal.demo_file import deals, first_of_month, list_name, list_prices
from portal.demo_stage import CLERK, LEAD, MANAGER, At, Stage, approve, do, paper, papers
from portal.tables.contracts import Contract, ContractAmendment, InvoiceCheck
from portal.tables.invoices import Entry


@dataclass(frozen=True)
class Signed:
    """What a contract says besides what its file has, and who looked through it."""

    code: str
    values: dict[str, Any]
    #: How its signer's authority was shown; None where nobody has passed it yet.
    authority: str | None = ""
    files: tuple[str, ...] = field(default=())


SIGNED = (
    Signed(
        "LM-HT-07",
        {
            "category": "框架合同",
            "currency": "CNY",
            "sealed_with": "contract_seal",
            "signer_name": "陈国华",
            "signer_title": "总经理",
            "quality_standard": "GB/T 17587.3-2017",
            "acceptance_manner": "货到十日内验收，逾期视为合格",
            "transport": "卖方送货至买方仓库",
            "renewal": "期满前两个月书面协商",
            "collection_manner": "对账确认后银行转账",
        },
        files=("LM-HT-07.pdf",),
    ),
    Signed(
        "LM-BA-12",
        {
            "category": "Supply",
            "currency": "EUR",
            "amount_minor": 240_000_00,
            "sealed_with": "electronic",
            "signer_name": "Anke Bergmann",
            "signer_title": "Head of accounts payable",
            "quality_standard": "ISO 3408",
            "acceptance_manner": "Within 14 days of receipt",
            "transport": "DAP Bremen",
            "collection_manner": "Bank transfer against a confirmed statement",
        },
        "Qualified electronic signature; register extract HRB 21077 of 3 March.",
        ("LM-BA-12.pdf",),
    ),
    Signed(
        "LM-HD-41",
        {
            "category": "Supply",
            "currency": "CHF",
            "amount_minor": 520_000_00,
            "sealed_with": "signature",
            "signer_name": "Urs Keller",
            "signer_title": "Leiter Finanzen",
            "renewal": "By a new contract only",
        },
        "Power of attorney of 12 May, filed with the contract.",
        ("LM-HD-41.pdf", "power-of-attorney.pdf"),
    ),
    Signed(
        "LM-TY-18",
        {
            "category": "供货合同",
            "currency": "CNY",
            "sealed_with": "contract_seal",
            "signer_name": "方志远",
            "signer_title": "采购总监",
            "price_list": list_name(),
        },
    ),
    Signed(
        "LM-LH-09",
        {
            "category": "供货合同",
            "currency": "CNY",
            "sealed_with": "private_seal",
            "signer_name": "林海生",
            "signer_title": "业务员",
        },
        None,
    ),
    Signed("LM-KO-20", {"category": "Supply", "currency": "JPY", "sealed_with": "company_seal"}),
)
#: What the clerk wrote on the one invoice that went out though it differs.
AGREED_BY_PHONE = "与采购方总监电话确认：本批按九六折结算，邮件已存档。"


def write_contracts(books: Books, on: dt.date) -> None:
    """The contracts as a file brings them."""
    for each in deals():
        ends = each.ends_on(on)
        books.add(
            "contracts",
            contract_id=each.code,
            customer_id=each.customer,
            starts_on=each.starts_on(on).isoformat(),
            ends_on=ends.isoformat() if ends else "",
            payment_terms=each.terms,
            payment_method=each.method,
            late_interest_rate=each.late_rate,
            breach_liability=each.liability,
        )


def keep_contracts(at: At, on: dt.date) -> None:
    """What people did about the contracts, each thing on its day."""
    know_kinds((AMENDMENT,))
    stage = Stage(at, on)
    _prices(stage)
    for each in SIGNED:
        _sign(stage, each)
    _amend(stage)
    _look(stage)
    _confirm(stage)


def _prices(stage: Stage) -> None:
    """The list is told anew at the turn of each year."""
    units = {code: unit for code, _english, _chinese, unit in PRODUCTS}
    first = first_of_month(stage.on, 16)
    days = ((first, Decimal("0.96")), (first_of_month(stage.on, 4), Decimal(1)))
    rows = [
        PricedProduct(code, units[code], "CNY", (price * factor).quantize(Decimal("0.01")), day)
        for day, factor in days
        for code, price in list_prices().items()
    ]
    do(stage.since(first_of_month(stage.on, 4)), CLERK, keep_prices, KeepPrices(list_name(), rows))


def _sign(stage: Stage, each: Signed) -> None:
    told = next(one for one in deals() if one.code == each.code)
    then = stage.since(told.starts_on(stage.on), 14)
    row = _contract(then, each.code)
    values = {name: getattr(row, name) for name in WRITTEN} | each.values
    values["signed_on"] = told.starts_on(stage.on)
    do(then, CLERK, keep_contract, KeepContract(row.customer_id, values, row.id, row.row_version))
    if each.authority is not None:
        do(then, MANAGER, pass_contract, PassContract(row.id, each.authority))
        do(then, MANAGER, check_authority, PassContract(row.id, each.authority))
    for name in each.files:
        kind = "authority" if name.startswith("power") else "contract"
        lines = (f"Contract {each.code}", "Lindqvist Motion (Shanghai) Co., Ltd.", f"File: {name}")
        files = papers(then, (name, paper(*lines)))
        do(then, CLERK, add_files, AddFiles(row.id, kind, files))


def _amend(stage: Stage) -> None:
    """One in force since months, one that was agreed to, one that waits for a colleague."""
    frame, supply = "LM-HT-07", "LM-HD-41"
    told = stage.since(first_of_month(stage.on, 6), 11)
    change = {"transport": "买方自提，风险自交付时转移"}
    _amended(told, frame, first_of_month(stage.on, 6), change, "运输方式改为自提。")
    asked = stage.since(first_of_month(stage.on, 3), 11)
    rate = {"late_interest_rate": "6.5"}
    amendment = _amended(asked, frame, first_of_month(stage.on, 2), rate, "逾期利率随市场下调。")
    approve(stage.since(first_of_month(stage.on, 3), 16), MANAGER, amendment.approval_id)
    wanted = {"payment_terms": "30% 15d, balance 60d"}
    said = "Helvetia takes the whole line in one delivery and wants 60 days for the balance."
    _amended(stage.ago(2, 15), supply, first_of_month(stage.on, -1), wanted, said)


def _amended(
    then: Installation, code: str, on: dt.date, changes: Mapping[str, str | None], content: str
) -> ContractAmendment:
    command = AmendContract(_contract(then, code).id, on, changes, content)
    amendment_id = do(then, CLERK, amend_contract, command)
    with then.reading(SYSTEM) as r:
        return r.session.get_one(ContractAmendment, amendment_id)


def _look(stage: Stage) -> None:
    """How both sides keep them."""
    then = stage.ago(20, 16)
    next_on = stage.on + dt.timedelta(days=70)
    for code, outcome, note in (
        ("LM-HT-07", "kept", "双方按约履行，付款及时；下次检查随年度盘点。"),
        ("LM-HD-41", "partly", "Two deliveries came late by a week; payments as agreed."),
    ):
        command = LookAtContract(_contract(then, code).id, outcome, note, next_on)
        do(then, LEAD, look_at_contract, command)


def _confirm(stage: Stage) -> None:
    """The oldest invoice that differs goes out as it is; the newer ones are held."""
    then = stage.ago(9, 11)
    with then.reading(SYSTEM) as r:
        held = (
            select(InvoiceCheck)
            .join(Entry, Entry.id == InvoiceCheck.entry_id)
            .where(InvoiceCheck.state == "held")
            .order_by(Entry.dated_on, Entry.id)
        )
        oldest = r.session.scalars(held).first()
    if oldest is not None:
        command = DecideInvoice(oldest.entry_id, oldest.fingerprint, AGREED_BY_PHONE)
        do(then, CLERK, confirm_invoice, command)


def _contract(then: Installation, code: str) -> Contract:
    with then.reading(SYSTEM) as r:
        return r.session.scalars(select(Contract).where(Contract.code == code)).one()
