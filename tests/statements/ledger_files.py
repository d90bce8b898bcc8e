"""One ledger as twenty programs would write it: layouts, encodings, languages, ways of writing."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from portal.core.comparison import OwnRow

OPENING = 1_000_00
#: As a customer has it: + raises what they owe.
ROWS = (
    OwnRow(1, date(2026, 10, 2), "INV-2026-04101", "PO-88", 128_400_00, "货款"),
    OwnRow(2, date(2026, 10, 5), "INV-2026-04102", "PO-89", 8_419_00, "货款"),
    OwnRow(3, date(2026, 10, 13), "RCT-2026-00017", "", -900_00, "付款"),
    OwnRow(4, date(2026, 10, 20), "INV-2026-04107", "PO-91", 1_234_567_89, "货款"),
    OwnRow(5, date(2026, 10, 28), "RCT-2026-00021", "", -16_338_50, "付款"),
)
CLOSING = OPENING + sum(row.amount_minor for row in ROWS)

Cells = list[list[Any]]


@dataclass(frozen=True)
class Style:
    """How a program writes days and figures."""

    day: str = "%Y-%m-%d"
    point: str = "."
    thousands: str = ""

    def figure(self, minor: int) -> str:
        whole = f"{abs(minor) // 100:,}".replace(",", self.thousands)
        return f"{whole}{self.point}{abs(minor) % 100:02}"

    def on(self, row: OwnRow) -> str:
        assert row.on is not None
        return row.on.strftime(self.day)


ISO, GERMAN = Style(), Style("%d.%m.%Y", ",", ".")
ENGLISH, FRENCH = Style("%m/%d/%Y", ".", ","), Style("%d/%m/%Y", ",", "\N{NARROW NO-BREAK SPACE}")
CHINESE, DOTTED = Style("%Y年%m月%d日", ".", ","), Style("%d.%m.%y", ".", "'")


def as_csv(cells: Cells, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(cells)
    return out.getvalue().encode(encoding)


def as_xlsx(cells: Cells, before: Sequence[str] = ()) -> bytes:
    """A workbook; days as days, figures as figures; other sheets stand before."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    for name in before:
        book.add_worksheet(name).write(0, 0, "nothing to see")
    sheet = book.add_worksheet("明细账")
    for at, row in enumerate(cells):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    book.close()
    return out.getvalue()


def payable(style: Style, head: Sequence[str]) -> Cells:
    """Date, number, text, debit, credit: credits raise what they owe."""
    rows: Cells = [list(head)]
    for row in ROWS:
        figure = style.figure(row.amount_minor)
        sides = ("", figure) if row.amount_minor > 0 else (figure, "")
        rows.append([style.on(row), row.number, row.text, *sides])
    return rows


def german() -> Cells:
    """In the words of the West: letters with accents, no Chinese."""
    words = {"货款": "Lieferung Köln", "付款": "Überweisung"}
    return [[words.get(cell, cell) for cell in row] for row in payable(GERMAN, SAP)]


def running(style: Style, head: Sequence[str], *, word: str = "", negative: bool = False) -> Cells:
    """The same with the balance as it runs, an opening row above and totals below."""
    sign, balance = ("-" if negative else ""), OPENING
    side = [word] if word else []
    blank = ["", ""]
    rows: Cells = [list(head), ["", "", "期初余额", *blank, *side, sign + style.figure(OPENING)]]
    for cells, row in zip(payable(style, head)[1:], ROWS, strict=True):
        balance += row.amount_minor
        rows.append([*cells, *side, sign + style.figure(balance)])
    debits = style.figure(sum(row.amount_minor for row in ROWS if row.amount_minor < 0))
    credits_ = style.figure(sum(row.amount_minor for row in ROWS if row.amount_minor > 0))
    rows.append(["", "", "本月合计", debits, credits_, *side, sign + style.figure(balance)])
    return rows


def signed(style: Style, head: Sequence[str], *, brackets: bool = False) -> Cells:
    """Date, number, reference, one amount: invoices above zero."""
    rows: Cells = [list(head)] if head else []
    for row in ROWS:
        figure = style.figure(row.amount_minor)
        if row.amount_minor < 0:
            figure = f"({figure})" if brackets else f"-{figure}"
        rows.append([style.on(row), row.number, row.reference, figure])
    return rows


def sided(style: Style) -> Cells:
    """One amount without sign, and a column that says debit or credit."""
    rows: Cells = [["Posting Date", "Document No.", "D/C", "Amount (CNY)", "Currency"]]
    for row in ROWS:
        side = "C" if row.amount_minor > 0 else "D"
        rows.append([style.on(row), row.number, side, style.figure(row.amount_minor), "CNY"])
    return rows


def ufida() -> Cells:
    """Month and day in columns of their own, the year in the title; the number in the text."""
    rows: Cells = [["2026年", "", "凭证号数", "摘要", "借方", "贷方"], ["月", "日", "", "", "", ""]]
    for at, row in enumerate(ROWS, start=1):
        assert row.on is not None
        figure = ISO.figure(row.amount_minor)
        sides = ("", figure) if row.amount_minor > 0 else (figure, "")
        rows.append([row.on.month, row.on.day, f"记-{at:04}", f"{row.text} {row.number}", *sides])
    return rows


def native() -> Cells:
    """As a workbook holds them: numbers and serial days."""
    rows: Cells = [
        ["应付明细账", "", "", "", ""],
        ["单位：元"],
        ["日期", "单据编号", "摘要", "借方", "贷方"],
    ]
    for row in ROWS:
        assert row.on is not None
        serial, major = (row.on - date(1899, 12, 30)).days, abs(row.amount_minor) / 100
        sides = ("", major) if row.amount_minor > 0 else (major, "")
        rows.append([serial, row.number, row.text, *sides])
    return [*rows, ["", "", "合计", 0, 0]]


KINGDEE = ("日期", "单据编号", "摘要", "借方金额", "贷方金额")
SAP = ("Belegdatum", "Belegnr.", "Text", "Soll", "Haben")
SHORT = ("Date", "Invoice No", "Your ref", "Amount")
BALANCED = ("日期", "凭证字号", "摘要", "借方", "贷方")
TITLE: Cells = [["Supplier ledger"], ["Huadong Trading"], [""], ["Period 10/2026"]]

#: name → the file, and whether its balances are told.
FILES: dict[str, tuple[Callable[[], bytes], bool]] = {
    "kingdee.csv": (lambda: as_csv(payable(ISO, KINGDEE), encoding="gb18030"), False),
    "kingdee-bom.csv": (lambda: as_csv(payable(CHINESE, KINGDEE), encoding="utf-8-sig"), False),
    "kingdee-utf16.csv": (lambda: as_csv(payable(ISO, KINGDEE), "\t", "utf-16"), False),
    "balance.csv": (lambda: as_csv(running(ISO, (*BALANCED, "余额")), encoding="gb18030"), True),
    "balance-side.csv": (
        lambda: as_csv(
            running(CHINESE, (*BALANCED, "方向", "余额"), word="贷"), encoding="gb18030"
        ),
        True,
    ),
    "balance-minus.csv": (
        lambda: as_csv(running(GERMAN, (*SAP, "Saldo"), negative=True), ";", "utf-8"),
        True,
    ),
    "titled.csv": (lambda: as_csv([*TITLE, *running(ISO, (*BALANCED, "余额"))]), True),
    "ufida.csv": (lambda: as_csv(ufida(), encoding="gb18030"), False),
    "ufida.xlsx": (lambda: as_xlsx(ufida()), False),
    "sap.csv": (lambda: as_csv(german(), ";", "cp1252"), False),
    "english.csv": (lambda: as_csv(signed(ENGLISH, SHORT)), False),
    "brackets.csv": (lambda: as_csv(signed(ENGLISH, SHORT, brackets=True)), False),
    "french.csv": (lambda: as_csv(signed(FRENCH, SHORT), ";"), False),
    "swiss.tsv": (lambda: as_csv(signed(DOTTED, SHORT), "\t"), False),
    "sides.csv": (lambda: as_csv(sided(ISO), "|"), False),
    "sap-sep.csv": (lambda: b"sep=;\r\n" + as_csv(payable(GERMAN, SAP), ";"), False),
    "bare.csv": (lambda: as_csv(signed(ENGLISH, ())), False),
    "native.xlsx": (lambda: as_xlsx(native()), False),
    "second-sheet.xlsx": (lambda: as_xlsx(native(), before=["封面"]), False),
    "balance.xlsx": (lambda: as_xlsx(running(CHINESE, (*BALANCED, "余额"))), True),
}
