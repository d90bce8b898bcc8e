"""The fee of a step: a charge of its own, once; the invoice stays as it is, no fee makes one."""

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.ledger import LATE_FEE, Kind
from portal.imports.export import export_books
from portal.imports.run import import_files
from portal.tables.escalation import Dunning
from portal.tables.invoices import Entry, Part
from tests.conftest import config_in, founded
from tests.escalation.stage import day, ladder, steps_of, told

LETTER = {"name": "letter", "days_overdue": 1, "channel": "letter", "fee": {"CNY": "5.00"}}
AGAIN = {**LETTER, "name": "again", "days_overdue": 9}


def charges(stage):
    return stage.rows(Entry, Entry.kind == Kind.CHARGE)


def test_a_step_that_costs_makes_a_charge_due_that_day(any_stage):
    any_stage.ladders(ladder(LETTER))
    any_stage.invoice(0)

    any_stage.run(1)

    [fee], [step] = charges(any_stage), any_stage.steps()
    assert (fee.number, fee.amount_minor, fee.dated_on) == (f"FEE-{step.id}", 5_00, day(1))
    assert (step.fee_entry_id, fee.about_id) == (fee.id, any_stage.entry("INV-1"))
    [part] = any_stage.rows(Part, Part.entry_id == fee.id)
    assert part.due_on == day(1)
    [invoice] = any_stage.rows(Entry, Entry.number == "INV-1")
    assert invoice.amount_minor == 100_00


def test_a_fee_goes_along_and_makes_no_other(any_stage):
    any_stage.ladders(ladder(LETTER, AGAIN))
    any_stage.run(0)
    any_stage.invoice(0)

    assert any_stage.runs(*range(1, 9)) == [(1, ["letter"])]
    ran = any_stage.run(9)
    assert told(ran) == [("HUADONG", "again", [("INV-1", 100_00), ("FEE-1", 5_00)], 105_00)]
    assert len(charges(any_stage)) == 2


def test_a_fee_alone_is_not_chased(stage):
    stage.ladders(ladder(LETTER, AGAIN))
    stage.run(0)
    number = stage.invoice(0)
    stage.run(1)
    stage.credit(100_00, 2, of=number)

    assert steps_of(stage.run(9)) == []


def test_a_currency_that_the_fee_does_not_name_costs_nothing(stage):
    stage.ladders(ladder(LETTER))
    stage.invoice(0, currency="EUR")

    stage.run(1)

    assert charges(stage) == []


def test_a_step_run_four_and_twenty_times_costs_once(stage):
    stage.ladders(ladder(LETTER))
    stage.invoice(0)

    for _ in range(24):
        stage.run(1)

    assert len(charges(stage)) == len(stage.steps(Dunning.state == "done")) == 1


def test_a_number_that_a_file_brought_along_is_not_taken_twice(stage):
    stage.ladders(ladder(LETTER))
    stage.invoice(0)
    stage.charge("FEE-1")

    stage.run(1)

    assert [each.number for each in charges(stage)] == ["FEE-1", "FEE-1-2"]


def test_a_charge_of_a_file_is_no_fee_by_its_number(stage):
    stage.ladders(ladder(LETTER))
    stage.charge("FEE-1", due=0)

    assert told(stage.run(1)) == [("HUADONG", "letter", [("FEE-1", 1_00)], 1_00)]


def test_a_fee_is_still_one_after_its_books_moved(stage, tmp_path):
    stage.ladders(ladder(LETTER))
    stage.invoice(0)
    stage.run(1)
    with stage.installation.reading(SYSTEM) as r:
        export_books(r, tmp_path / "out")
    other = founded(config_in(tmp_path / "other"))

    assert import_files(other, [tmp_path / "out"]).rejects == []
    with other.reading(SYSTEM) as r:
        [fee] = r.session.scalars(select(Entry).where(Entry.kind == Kind.CHARGE))
        assert (fee.subkind, fee.number, fee.reason) == (LATE_FEE, "FEE-1", "letter")
    assert import_files(stage.installation, [tmp_path / "out" / "adjustments.csv"]).is_clean
    other.database.engine.dispose()
