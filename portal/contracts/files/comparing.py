"""An importer of contracts or invoices, after which what it touched is compared anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal.base.work import Work
from portal.contracts.checking import are_contracts_kept, check_contracts, check_numbered
from portal.imports.columns import Counts, Importer
from portal.imports.rows import Findings, Rows


class Comparing:
    """
    Posts by another importer; when the file is done, its invoices stand beside their contracts.

    Where no contract is kept at all, that costs one look.
    """

    def __init__(
        self, inner: Importer, column: str, check: Callable[[Iterable[str]], object]
    ) -> None:
        self._inner = inner
        self._column = column
        self._check = check
        self._named: set[str] = set()

    @property
    def counts(self) -> Counts:
        return self._inner.counts

    @counts.setter
    def counts(self, counts: Counts) -> None:
        self._inner.counts = counts

    def take(self, rows: Rows) -> None:
        self._inner.take(rows)
        self._named.update(cell.strip() for cell in rows.cells[self._column])

    def finish(self, findings: Findings) -> None:
        self._inner.finish(findings)
        self._check(self._named - {""})


def compared_invoices(w: Work, inner: Importer) -> Importer:
    """An importer of invoices, their parts or lines, that compares those it names."""
    if not are_contracts_kept(w):
        return inner
    return Comparing(inner, "invoice_id", lambda numbers: check_numbered(w, numbers))


def compared_contracts(w: Work, inner: Importer) -> Importer:
    """An importer of contracts that compares their invoices."""
    return Comparing(inner, "contract_id", lambda codes: check_contracts(w, codes))
