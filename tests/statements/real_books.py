"""Real books from the shared data folder, and slips planted in a copy of them."""

import csv
import gzip
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from portal.core.comparison import OwnBooks, OwnRow
from portal.core.statement import Line, Statement
from tests.core.compared import statement

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data") / "ar"
BOOKS = ("ibm", "poulomi8", "udyam")
#: How many customers of each book are compared: those with the most documents.
CUSTOMERS = 12


def read(book: str, name: str) -> list[dict[str, str]]:
    plain = DATA / book / f"{name}.csv"
    packed = plain.with_suffix(".csv.gz")
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    return list(csv.DictReader(content.decode().splitlines()))


@cache
def accounts(book: str) -> tuple[Statement, ...]:
    """The whole account of each of the largest customers as one statement."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for each in read(book, "invoices"):
        if Decimal(each["amount"]) > 0:
            lines[each["customer_id"]].append(_line(each, "invoice_id", "invoice_date", 1))
    for each in read(book, "payments"):
        if Decimal(each["amount"]) > 0:
            lines[each["customer_id"]].append(_line(each, "payment_id", "payment_date", 4))
    largest = sorted(lines, key=lambda name: (-len(lines[name]), name))[:CUSTOMERS]
    return tuple(
        statement(*sorted(lines[name], key=lambda line: line[:3]), opening=100_00)
        for name in largest
    )


def _line(row: dict[str, str], number: str, day: str, kind: int) -> Line:
    minor = int(Decimal(row["amount"]) * 100) * (1 if kind == 1 else -1)
    on = date.fromisoformat(row[day])
    return Line(on, kind, row[number], "", None, 1, minor, 0, late=False)


def own_rows(ours: Statement) -> list[OwnRow]:
    """What the customer's books say where nobody made a slip."""
    return [
        OwnRow(seq, line.dated_on, line.document, "", line.amount_minor)
        for seq, line in enumerate(ours.lines, start=1)
    ]


@dataclass
class Slips:
    """The rows of a customer's ledger with slips in it, and what must be found of them."""

    ours: Statement
    random: Random
    rows: dict[int, OwnRow] = field(default_factory=dict)
    opening_minor: int = 100_00
    #: What is to be found: a word, lines, rows.
    wanted: set[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=set)
    untouched: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = {row.row: row for row in own_rows(self.ours)}
        numbers = Counter(row.number for row in self.rows.values())
        single = [at for at, row in self.rows.items() if numbers[row.number] == 1]
        self.untouched = self.random.sample(single, len(single))

    @property
    def books(self) -> OwnBooks:
        rows = self.random.sample(list(self.rows.values()), len(self.rows))
        return OwnBooks(tuple(rows), self.opening_minor)

    def pick(self, *, is_credit: bool | None = None) -> OwnRow:
        """A row that has no slip yet."""
        for at in self.untouched:
            if is_credit is None or (self.rows[at].amount_minor < 0) == is_credit:
                self.untouched.remove(at)
                return self.rows[at]
        raise AssertionError("the book is too small for so many slips")

    def new(self, row: OwnRow, **changes: object) -> OwnRow:
        at = max(*self.rows, len(self.ours.lines)) + 1
        self.rows[at] = replace(row, row=at, **changes)
        return self.rows[at]

    def drop(self, *, is_credit: bool) -> None:
        at = self.pick(is_credit=is_credit).row
        del self.rows[at]
        self.wanted.add(("only ours", (at,), ()))

    def missing_document(self) -> None:
        self.drop(is_credit=False)

    def missing_payment(self) -> None:
        self.drop(is_credit=True)

    def document_of_their_own(self) -> None:
        row = self.new(self.pick(), number="GR/77-4", amount_minor=77_777_77)
        self.wanted.add(("only yours", (), (row.row,)))

    def other_amount(self) -> None:
        row = self.pick()
        self.rows[row.row] = replace(row, amount_minor=row.amount_minor * 2 + 13)
        self.wanted.add(("differs", (row.row,), (row.row,)))

    def transposed_digits(self) -> None:
        row = self.pick()
        digits = f"{abs(row.amount_minor):03}"
        turned = int(digits[:-3] + digits[-2] + digits[-3] + digits[-1])
        if turned != abs(row.amount_minor):
            sign = 1 if row.amount_minor > 0 else -1
            self.rows[row.row] = replace(row, amount_minor=sign * turned)
            self.wanted.add(("differs", (row.row,), (row.row,)))

    def duplicate(self) -> None:
        row = self.pick()
        twin = self.new(row, on=row.on + timedelta(days=40))
        self.wanted.add(("entered twice", (), (twin.row,)))

    def shifted_date(self) -> None:
        row = self.pick()
        self.rows[row.row] = replace(row, on=row.on + timedelta(days=23))

    def other_format(self) -> None:
        row = self.pick()
        spaced = " ".join(row.number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        self.rows[row.row] = replace(row, number=f"发票号：{spaced.lower()}")

    def split_payment(self) -> None:
        row = self.pick(is_credit=True)
        part = int(row.amount_minor * Decimal("0.37"))
        del self.rows[row.row]
        one = self.new(row, number="", amount_minor=part)
        two = self.new(row, number="", amount_minor=row.amount_minor - part)
        self.wanted.add(("sum", (row.row,), (one.row, two.row)))

    def merged_payments(self) -> None:
        row = self.pick(is_credit=True)
        near = [
            other
            for at in self.untouched
            if (other := self.rows[at]).amount_minor < 0 and abs((other.on - row.on).days) <= 7
        ]
        if near:
            other = near[0]
            self.untouched.remove(other.row)
            del self.rows[row.row], self.rows[other.row]
            together = self.new(row, number="", amount_minor=row.amount_minor + other.amount_minor)
            self.wanted.add(("sum", tuple(sorted((row.row, other.row))), (together.row,)))

    def another_opening(self) -> None:
        self.opening_minor += 5_00


KINDS = (
    *("missing_document", "missing_payment", "document_of_their_own", "other_amount"),
    *("transposed_digits", "duplicate", "shifted_date", "other_format", "split_payment"),
    *("merged_payments", "another_opening"),
)
