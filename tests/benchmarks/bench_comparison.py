"""
A customer's ledger compared with a statement of as many lines: how long, and does it stay linear.

The floor is the same file read by the standard library into rows with a day and an amount, in the
same process. `python -m tests.benchmarks.bench_comparison [ROWS]`
"""

import csv
import io
import sys
import time
from collections.abc import Callable
from datetime import date

from portal.core.comparison import OwnBooks, OwnRow, compare
from portal.core.statement import Line, Statement
from portal.statements.comparison.mapping import guess_mapping
from portal.statements.comparison.reading import rows_of
from portal.statements.comparison.sheet import read_own_ledger
from tests.benchmarks.side_by_side import in_turns, tell
from tests.core.compared import OCTOBER, line, statement

ROWS = 10_000
TIMES = 5
#: Reading is what the comparison may cost ten times, by the aim that was set.
MOST = 10
#: Twice the rows may take so many times as long, by the processor's own time.
LINEAR = 2.7


def a_statement(rows: int) -> Statement:
    lines = []
    for number in range(rows):
        minor = (number * 7919 % 900_001 + 100) * (-1 if number % 3 == 0 else 1)
        name = f"{'INV' if minor > 0 else 'RCT'}-2026-{number:06}"
        lines.append(line(name, minor, on=1 + number * 31 // rows, reference=f"PO-{number // 4}"))
    return statement(*lines)


def a_file(lines: tuple[Line, ...], wrong: Callable[[int], bool]) -> bytes:
    """The customer's file: numbers written otherwise, and some amounts wrong, rows missing."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["日期", "单据编号", "摘要", "借方", "贷方"])
    for number, each in enumerate(lines):
        if wrong(number) and number % 2:
            continue
        minor = abs(each.amount_minor) + 13 * wrong(number)
        major = f"{minor // 100}.{minor % 100:02}"
        sides = ("", major) if each.amount_minor > 0 else (major, "")
        writer.writerow([each.dated_on, each.document.replace("-", "/").lower(), "货款", *sides])
    return out.getvalue().encode("utf-8-sig")


def floor(content: bytes) -> list[OwnRow]:
    """The rows as plainly as they can be read."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    next(rows)
    return [
        OwnRow(at, date.fromisoformat(day), number, "", _minor(credit) - _minor(debit), text)
        for at, (day, number, text, debit, credit) in enumerate(rows, start=2)
    ]


def _minor(cell: str) -> int:
    return int(cell.replace(".", "")) if cell else 0


def read(content: bytes) -> OwnBooks:
    sheet = read_own_ledger(content, "ledger.csv")
    return rows_of(sheet, guess_mapping(sheet, "CNY"), "CNY", OCTOBER).books


def assert_same(ours: Statement, content: bytes, books: OwnBooks) -> None:
    """What was read is what the floor read, and the bridge leads from one balance to the other."""
    assert list(books.rows) == floor(content)
    bridge = compare(ours, books).bridge
    theirs = sum(row.amount_minor for row in books.rows)
    assert (bridge.yours_minor, bridge.ours_minor) == (theirs, ours.head.sums.closing_minor)
    assert bridge.is_explained


def measure(title: str, rows: int, wrong: Callable[[int], bool]) -> dict[str, float]:
    ours = a_statement(rows)
    content = a_file(ours.lines, wrong)
    books = read(content)
    assert_same(ours, content, books)
    taken = in_turns(
        {
            "floor: csv into rows": lambda: floor(content),
            "read, columns guessed": lambda: read(content),
            "compared": lambda: compare(ours, books),
        },
        TIMES,
    )
    tell(f"{title}: {rows} × {len(books.rows)} rows", taken, "floor: csv into rows")
    return taken


def processor_seconds(ours: Statement, books: OwnBooks) -> float:
    """The least that comparing took of this process's own time: what others do does not count."""
    taken = []
    for _ in range(TIMES):
        begun = time.process_time()
        compare(ours, books)
        taken.append(time.process_time() - begun)
    return min(taken)


def growth(rows: int, wrong: Callable[[int], bool]) -> float:
    """How many times as long twice the rows take."""
    seconds = []
    for count in (rows, 2 * rows):
        ours = a_statement(count)
        seconds.append(processor_seconds(ours, read(a_file(ours.lines, wrong))))
    return seconds[1] / seconds[0]


def main() -> None:
    rows = int(sys.argv[1]) if sys.argv[1:] else ROWS
    for title, nth in (("one in fifty differs", 50), ("one in three differs", 3)):
        taken = measure(title, rows, lambda number, nth=nth: number % nth == 0)
        assert taken["compared"] < MOST * taken["read, columns guessed"], title
        times = growth(rows, lambda number, nth=nth: number % nth == 0)
        print(f"  twice the rows take {times:.1f} × as long")
        assert times < LINEAR, title


if __name__ == "__main__":
    main()
