"""What kinds and fields of import files are called, and by which headings they are guessed."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.imports.columns import Kind, folded

KINDS = {
    "customers": N_("Customers"),
    "contacts": N_("Contacts"),
    "contracts": N_("Contracts"),
    "orders": N_("Orders"),
    "deliveries": N_("Deliveries"),
    "invoices": N_("Invoices"),
    "invoice_parts": N_("Due parts of invoices"),
    "invoice_lines": N_("Invoice lines"),
    "credit_notes": N_("Credit notes"),
    "payments": N_("Payments"),
    "adjustments": N_("Adjustments"),
    "allocations": N_("Applications of payments"),
    "promises": N_("Promises"),
    "rates": N_("Exchange rates"),
}
BY_NAME = ("", N_("What its name says"))
FIELDS = {
    "accepted_on": N_("Accepted on"),
    "address": N_("Address"),
    "adjusted_on": N_("Date"),
    "adjustment_id": N_("Number"),
    "allocated_on": N_("Applied on"),
    "amount": N_("Amount"),
    "bank_reference": N_("Bank reference"),
    "breach_liability": N_("Liability for breach"),
    "charge_kind": N_("Kind of charge"),
    "collector": N_("Collector"),
    "contract_id": N_("Contract"),
    "counter_customer_id": N_("Other customer"),
    "country": N_("Country"),
    "credit_date": N_("Date"),
    "credit_id": N_("Payment or credit note"),
    "credit_kind": N_("Kind of credit"),
    "credit_limit": N_("Credit limit"),
    "credit_note_id": N_("Number"),
    "currency": N_("Currency"),
    "customer_id": N_("Customer code"),
    "customer_type": N_("Customer type"),
    "delivered_on": N_("Delivered on"),
    "delivery_id": N_("Number"),
    "description": N_("Description"),
    "disputed": N_("Disputed"),
    "due_date": N_("Due date"),
    "due_on": N_("Due date"),
    "email": N_("E-mail address"),
    "ended_on": N_("Ended on"),
    "ends_on": N_("Last day"),
    "from": N_("From currency"),
    "industry": N_("Industry"),
    "invoice_date": N_("Invoice date"),
    "invoice_id": N_("Invoice number"),
    "invoice_kind": N_("Kind of item"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "late_interest_rate": N_("Late interest, per cent a year"),
    "legal_name": N_("Legal name"),
    "limit": N_("May sign up to"),
    "line": N_("Line"),
    "made_on": N_("Made on"),
    "method": N_("Method"),
    "name": N_("Name"),
    "order_date": N_("Date"),
    "order_id": N_("Order"),
    "owner": N_("Owner"),
    "parent_id": N_("Parent customer"),
    "part": N_("Part"),
    "payer": N_("Payer"),
    "payment_date": N_("Value date"),
    "payment_id": N_("Number"),
    "payment_method": N_("Payment method"),
    "payment_terms": N_("Payment terms"),
    "phone": N_("Telephone"),
    "price_list": N_("Price list"),
    "product": N_("Product"),
    "product_id": N_("Product code"),
    "quantity": N_("Quantity"),
    "promise_id": N_("Number"),
    "promised_on": N_("Day of payment"),
    "rate": N_("Rate"),
    "rate_date": N_("Date"),
    "reason": N_("Reason"),
    "received_by": N_("Received by"),
    "received_on": N_("Received on"),
    "reference": N_("Reference"),
    "region": N_("Region"),
    "role": N_("Role"),
    "settled_on": N_("Settled on"),
    "shipped_on": N_("Shipped on"),
    "starts_on": N_("First day"),
    "statement_cycle": N_("Statement cycle"),
    "tax_amount": N_("Tax"),
    "tax_id": N_("Tax number"),
    "tax_invoice_no": N_("Tax invoice number"),
    "tax_rate": N_("Tax rate"),
    "title": N_("Title"),
    "to": N_("To currency"),
    "unit": N_("Unit"),
    "unit_price": N_("Unit price"),
}
#: Headings that other systems use, folded. `*` stands for the kind in the singular.
ALSO = {
    "accepted_on": "acceptancedate 验收日期",
    "amount": "*amount *total total sum grossamount amountpaid paidamount 金额 价税合计",
    "bank_reference": "bankref transactionid 流水号",
    "breach_liability": "penalty liability 违约责任",
    "contract_id": "contract *no *number contractno contractnumber no number 合同号 合同编号",
    "credit_date": "date *date 日期",
    "credit_note_id": "*no *number no number 单号",
    "currency": "currencycode curr 币种",
    "customer_id": "customer customercode customerno customernumber client clientid account"
    " 客户 客户编号 客户编码",
    "delivered_on": "deliverydate 交货日期 发货日期",
    "delivery_id": "*no *number deliverynote deliveryno dnno no number 送货单号 出库单号",
    "disputed": "isdisputed dispute 争议",
    "due_date": "due duedate dueon 到期日 到期日期",
    "email": "emailaddress mail 邮箱",
    "ends_on": "end enddate validto until 到期日 终止日期",
    "invoice_date": "date issued issuedate *date documentdate 日期 开票日期",
    "invoice_id": "invoice *no *number invoiceno invoicenumber documentno no number"
    " 发票号 发票号码",
    "late_interest_rate": "lateinterest interestrate 逾期利率",
    "name": "customername companyname fullname contact 名称 客户名称 姓名",
    "order_date": "date *date orderedon 日期 订单日期",
    "order_id": "order *no *number orderno ordernumber salesorder no number 订单号 订单编号",
    "payment_date": "date valuedate paidon paymentdate 日期 付款日期 收款日期",
    "payment_id": "*no *number paymentno receiptno no number 单号",
    "payment_method": "method paymentmanner 付款方式",
    "payment_terms": "terms 付款条件",
    "price_list": "pricelist 价目表",
    "reference": "ref ponumber customerreference yourreference 订单号",
    "starts_on": "start startdate begins validfrom 起始日期 生效日期",
    "settled_on": "settleddate paidon paiddate 结清日期",
}


def kind_label(name: str | None) -> str:
    """What a kind of file is called."""
    return _(KINDS[name]) if name in KINDS else _(BY_NAME[1])


def field_label(name: str) -> str:
    """What a field of a file is called."""
    return _(FIELDS[name])


def guesses(kind: Kind, header: Sequence[str]) -> dict[str, str]:
    """
    The columns that probably mean fields which no column bears the name of.

    >>> from portal.imports.kinds import find_kind
    >>> guesses(find_kind("invoices"), ["No", "Client", "amount", "Issue date"])
    {'invoice_id': 'No', 'customer_id': 'Client', 'invoice_date': 'Issue date'}
    """
    taken = {folded(heading) for heading in header if kind.column(heading)}
    free = {folded(heading): heading for heading in header if folded(heading) not in taken}
    singular = folded(kind.name).removesuffix("s")
    found = {}
    for column in kind.columns:
        if any(folded(name) in taken for name in (column.name, *column.also)):
            continue
        for word in ALSO.get(column.name, "").replace("*", singular).split():
            if word in free:
                found[column.name] = free.pop(word)
                break
    return found
