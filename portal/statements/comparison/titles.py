"""What columns of ledgers are called, and the rows that are balances and totals, not documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_IN_BRACKETS = re.compile(r"[(\[（【][^(\[（【)\]）】]*[)\]）】]")
_LETTERS = re.compile(r"[\W_]+")

#: Field → its titles, the surest first; folded: no case, blanks and punctuation.
TITLES: dict[str, tuple[str, ...]] = {
    "date": (
        *(
            "日期",
            "单据日期",
            "业务日期",
            "开票日期",
            "发票日期",
            "记账日期",
            "凭证日期",
            "制单日期",
        ),
        *("交易日期", "入账日期", "过账日期", "date", "documentdate", "docdate", "invoicedate"),
        *("postingdate", "bookingdate", "entrydate", "transactiondate", "valuedate", "voucherdate"),
        *("datum", "belegdatum", "buchungsdatum", "rechnungsdatum", "fecha", "data"),
    ),
    "number": (
        *(
            "单据编号",
            "单据号",
            "单据号码",
            "发票号",
            "发票号码",
            "发票编号",
            "票号",
            "业务单号",
            "单号",
        ),
        *("来源单号", "documentnumber", "documentno", "docno", "docnumber", "invoicenumber"),
        *("invoiceno", "invoice", "billno", "billnumber", "document", "rechnungsnr", "belegnr"),
        *(
            "belegnummer",
            "rechnungsnummer",
            "vouchernumber",
            "voucherno",
            "voucher",
            "number",
            "no",
        ),
        *("nr", "编号", "号码", "凭证号", "凭证字号", "凭证编号", "凭证号数", "凭证", "entryno"),
    ),
    "reference": (
        *("参考", "参考号", "参考编号", "对方单号", "对方单据", "供应商发票号", "供应商单号"),
        *("订单号", "采购订单", "采购订单号", "合同号", "合同编号", "reference", "ref", "refno"),
        *("yourreference", "yourref", "supplierinvoice", "supplierinvoiceno", "externaldocumentno"),
        *("vendorinvoice", "vendorinvoiceno", "po", "pono", "ponumber", "order", "orderno"),
        *("ordernumber", "referenz", "externebelegnummer", "bestellnummer", "customerreference"),
    ),
    "debit": (
        *("借方", "借方金额", "借方发生额", "本期借方", "借方本币", "本币借方", "借"),
        *("debit", "debits", "debitamount", "dr", "soll", "sollbetrag", "debe"),
        *("已付", "已付金额", "付款金额", "本期付款", "本期已付", "实付金额", "paid", "payments"),
    ),
    "credit": (
        *("贷方", "贷方金额", "贷方发生额", "本期贷方", "贷方本币", "本币贷方", "贷"),
        *("credit", "credits", "creditamount", "cr", "haben", "habenbetrag", "haber"),
        *("应付", "应付金额", "本期应付", "本期增加", "invoiced", "purchases"),
    ),
    "amount": (
        *("金额", "发生额", "本币金额", "原币金额", "交易金额", "价税合计", "amount", "amountlcy"),
        *("invoiceamount", "netamount", "localamount", "documentamount", "value", "betrag"),
        *("importe", "montant", "发票金额", "合计金额"),
    ),
    "side": (
        *("方向", "借贷方向", "借贷", "借贷标志", "dc", "drcr", "debitcredit", "side", "sh"),
        "sollhaben",
    ),
    "balance": (
        *("余额", "本币余额", "结余", "结存", "累计余额", "期末余额", "balance", "runningbalance"),
        *("cumulativebalance", "saldo", "balancelcy"),
    ),
    "text": (
        *("摘要", "说明", "备注", "描述", "内容", "事由", "description", "text", "memo", "details"),
        *("particulars", "narration", "narrative", "remarks", "remark", "comment", "buchungstext"),
        *("type", "documenttype", "类型", "单据类型", "业务类型"),
    ),
    "currency": (
        "币种",
        "币别",
        "货币",
        "货币种类",
        "currency",
        "currencycode",
        "curr",
        "ccy",
        "cur",
    ),
}
_WORDS = {word: (name, rank) for name, words in TITLES.items() for rank, word in enumerate(words)}
#: How longer titles end, where nothing else is known of them.
_ENDINGS = (
    *(("date", "date"), ("日期", "date"), ("number", "number"), ("单号", "number")),
    *(("balance", "balance"), ("余额", "balance"), ("debit", "debit"), ("credit", "credit")),
    *(("reference", "reference"), ("借方", "debit"), ("贷方", "credit"), ("摘要", "text")),
)
_LAST = 90

_OPENING = re.compile(
    r"期初(?:余额|数|结存)?|上[年期月](?:余额|结转|结余|转入)|承前页|年初(?:余额|数)"
    r"|(?:balance|saldo)?(?:opening|brought|carried)?(?:opening)?balance(?:brought)?forward"
    r"|openingbalance|beginningbalance|startingbalance|balancebf|bf|broughtforward|previousbalance"
    r"|anfangssaldo|anfangsbestand|saldovortrag|eroffnungssaldo|saldoinicial|balanceatstart"
)
_CLOSING = re.compile(
    r"期末(?:余额|数|结存)|结转下[年期月页]|过次页|closingbalance|endingbalance|balancecf"
    r"|balancecarriedforward|carriedforward|cf|endsaldo|schlusssaldo|saldofinal|balancedue"
    r"|currentbalance|balanceatend"
)
_TOTAL = re.compile(
    r"(?:本[日周月季年期]|当[日月年期])?(?:合计|累计|小计|总计|发生额合计|发生额及余额)"
    r"|合计数|(?:sub|grand)?totals?|summe|gesamt|zwischensumme|turnover|periodtotals?|totalamount"
)


def folded(title: str) -> str:
    """
    A title as titles are compared.

    >>> folded(" Debit (CNY) "), folded("借方金额（元）"), folded("Invoice No.")
    ('debit', '借方金额', 'invoiceno')
    """
    text = unicodedata.normalize("NFKC", _IN_BRACKETS.sub("", title)) or title
    return _LETTERS.sub("", text.casefold())


def field_of(title: str) -> tuple[str, int] | None:
    """
    What a column of this title is, and how sure that is (0 is surest); None for other titles.

    >>> field_of("凭证字号")[0], field_of("Posting Date")[0], field_of("Warehouse")
    ('number', 'date', None)
    """
    word = folded(title)
    if word in _WORDS:
        return _WORDS[word]
    if 2 < len(word) < 30:
        for ending, name in _ENDINGS:
            if word.endswith(ending) or (not ending.isascii() and ending in word):
                return name, _LAST
    return None


def special_row(cells: Sequence[str]) -> str:
    """
    `opening`, `closing` or `total` where a row names such a balance and no document; else empty.

    >>> special_row(["2026-10-01", "", "期初余额", "", "", "1,200.00"])
    'opening'
    >>> special_row(["", "Grand total:", "5.00"]), special_row(["2026-10-05", "INV-1", "Total SE"])
    ('total', '')
    """
    for cell in cells:
        word = folded(cell) if cell and not cell[0].isdigit() and len(cell) < 40 else ""
        if not word:
            continue
        for name, pattern in (("opening", _OPENING), ("closing", _CLOSING), ("total", _TOTAL)):
            if pattern.fullmatch(word):
                return name
    return ""
