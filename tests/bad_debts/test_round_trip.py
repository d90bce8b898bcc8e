"""Write-offs, and what came in after all, go out and come back the same."""

from pathlib import Path

from portal.bad_debts import daily
from portal.imports.run import import_files
from tests.bad_debts.writing_off import approve, pay, propose
from tests.conftest import config_in, founded
from tests.desk import Office
from tests.ledgers import count_on
from tests.payments.test_round_trip import exported


def test_write_offs_survive_export_and_import(office: Office, tmp_path: Path):
    count_on(office.installation)
    clerk, lead, admin = (office.enter(r).user_id for r in ("clerk", "collections_lead", "admin"))
    propose(office, clerk, {"INV-4": 40_00})
    approve(office, lead)
    approve(office, admin)
    pay(office, clerk, "INV-4", 25_00)
    daily.run(office.installation, office.installation.clock.now().date())
    before = exported(office.installation, tmp_path / "out")
    other = founded(config_in(tmp_path / "other"))

    report = import_files(other, [tmp_path / "out"])

    assert report.rejects == []
    assert exported(other, tmp_path / "again") == before
    assert b"write_off,25.00,INV-4" in before["adjustments.csv"]
    other.database.engine.dispose()
