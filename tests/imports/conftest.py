"""A desk for imports: files written in a line or two, imported, and what the books say then."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.imports.columns import Options
from portal.imports.export import export_books
from portal.imports.report import Report
from portal.imports.run import import_files


class Desk:
    """An installation with a folder for files."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        content = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def imports(self, *paths: Path, **options: Any) -> Report:
        return import_files(self.installation, paths or [self.folder], Options(**options))

    def takes(self, name: str, *lines: str, **options: Any) -> Report:
        """Writes one file and imports it."""
        return self.imports(self.write(name, *lines), **options)

    def counts(self, report: Report) -> tuple[int, int, int, int]:
        one = report.files[0]
        return one.added, one.unchanged, one.updated, one.rejected

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.installation.reading(SYSTEM) as r:
            rows = r.session.execute(text(statement)).all()
        return [tuple(str(value) if value is not None else None for value in row) for row in rows]

    def parts(self) -> list[tuple[Any, ...]]:
        return self.ask(
            "select e.number, p.part, p.due_on, p.amount_minor from part p"
            " join entry e on e.id = p.entry_id order by e.number, p.part"
        )

    def applied(self) -> list[tuple[Any, ...]]:
        return self.ask(
            "select k.number, e.number, a.part, a.amount_minor, a.effective_on, a.ended_on"
            " from allocation a join entry e on e.id = a.entry_id"
            " join entry k on k.id = a.credit_id"
            " order by k.number, e.number, a.part, a.effective_on, a.nth"
        )

    def export(self, name: str = "out") -> dict[str, bytes]:
        with self.installation.reading(SYSTEM) as r:
            export_books(r, self.folder / name)
        return {path.name: path.read_bytes() for path in (self.folder / name).iterdir()}


CUSTOMERS = ("customer_id,name,parent_id", "P,Parent,", "C,Child,P", "D,Other,")
INVOICE_HEAD = "invoice_id,customer_id,currency,invoice_date,due_date,amount"
PAYMENT_HEAD = "payment_id,customer_id,payment_date,amount,currency,invoice_id"


@pytest.fixture
def desk(any_installation: Installation, tmp_path: Path) -> Desk:
    """Three customers, on each database."""
    made = Desk(any_installation, tmp_path / "files")
    made.takes("customers.csv", *CUSTOMERS)
    return made


@pytest.fixture
def quick_desk(installation: Installation, tmp_path: Path) -> Desk:
    """Three customers, on SQLite: for what a database has no part in."""
    made = Desk(installation, tmp_path / "files")
    made.takes("customers.csv", *CUSTOMERS)
    return made
