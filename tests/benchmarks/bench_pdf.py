"""
A statement as PDF beside a bare render of the same page: `python -m tests.benchmarks.bench_pdf`.

The bare render parses the same markup as HTML with WeasyPrint's own style sheet below ours. Both
print the same closing balance. CPU seconds, the best of several turns.
"""

import datetime as dt
import io
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from portal.base.documents.fonts import face_rules
from portal.base.documents.printer import STYLES, VARIANT, Job, _fetcher, draw
from portal.core.period import Period
from portal.core.statement import Head, Party, Sums, canonical
from portal.statements.sheet import statement_job

TURNS = 5
GOALS = {20: 0.2, 300: 1.0}
URL = "https://portal.northwind.example/statements/st_0K3ABCDEFGHJKM"


def payload(lines: int, *, chinese: bool) -> str:
    """A month of so many invoices."""
    day, balance, rows = dt.date(2026, 10, 1), 12_840_000, []
    for number in range(1, lines + 1):
        amount = number * 104_729 % 9_000_000 + 12_345
        balance += amount
        reference = f"采购单{88000 + number}" if chinese else f"PO-{88000 + number}"
        due_on = day + dt.timedelta(days=30)
        rows.append((day, 1, f"INV-2026-{number:05}", reference, due_on, 1, amount, balance, False))
    head = Head(
        number="202610-C1-CNY",
        version=1,
        supplier=Party("", "华东精密机械有限公司" if chinese else "Northwind Precision Tools", ""),
        customer=Party("C1", "上海贸易有限公司" if chinese else "Huadong Trading", "91310000X"),
        currency="CNY",
        period=Period(day, dt.date(2026, 10, 31)),
        issued_on=dt.date(2026, 11, 4),
        confirm_by=dt.date(2026, 11, 18),
        policy_version=None,
        sums=Sums(opening_minor=12_840_000, invoiced_minor=balance - 12_840_000),
        buckets=(("not_due", balance), ("1-30", 0), ("31-60", 0), ("61-90", 0), ("91+", 0)),
        unapplied_minor=0,
        disputed_minor=0,
    )
    return canonical(head, rows).decode()


def bare(job: Job) -> bytes:
    """The page through WeasyPrint as its manual shows."""
    fonts = FontConfiguration()
    rules = [
        face_rules(),
        *((STYLES / f"{name}.css").read_text() for name in ("letter", job.sheet)),
    ]
    style = weasyprint.CSS(string="\n".join(rules), font_config=fonts, url_fetcher=_fetcher())
    page = weasyprint.HTML(string=job.html, url_fetcher=_fetcher())
    out = io.BytesIO()
    page.write_pdf(out, font_config=fonts, stylesheets=[style], pdf_variant=VARIANT, pdf_tags=True)
    return out.getvalue()


def cpu(work: Callable[[], bytes]) -> float:
    """The least CPU seconds of several turns."""
    taken = []
    for _ in range(TURNS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def closing(pdf: bytes) -> str:
    """The last figure of the table of lines."""
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return re.findall(r"= ([\d,.]+)", said)[0]


def compared(lines: int, language: str) -> tuple[float, float]:
    """CPU seconds of the product and of the bare render, which print the same."""
    text = payload(lines, chinese=language != "en")
    job = statement_job(text, language, URL)
    assert closing(draw(job)) == closing(bare(job))
    return cpu(lambda: draw(statement_job(text, language, URL))), cpu(lambda: bare(job))


def main() -> int:
    print("statement as PDF, CPU s    product   bare   ratio   goal")
    for lines, goal in GOALS.items():
        for language in ("en", "zh-CN"):
            product, beside = compared(lines, language)
            took = f"{product:17.3f} {beside:6.3f} {product / beside:7.2f}"
            print(f"{lines:4} lines, {language:6} {took} {goal:6.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
