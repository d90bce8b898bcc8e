"""Books with acts by hand, undone ones too, go out and come back the same."""

from pathlib import Path

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.imports.export import export_books
from portal.imports.run import import_files
from portal.payments.commands import (
    ApplyByHand,
    RefundByHand,
    Take,
    TransferByHand,
    apply_by_hand,
    refund_by_hand,
    transfer_by_hand,
)
from portal.payments.undoing import UndoHandAct, undo_hand_act
from tests.conftest import config_in, founded
from tests.ledgers import store
from tests.payments.test_by_hand import INVOICE, PAYMENT, Till, books


def exported(installation: Installation, folder: Path) -> dict[str, bytes]:
    with installation.reading(SYSTEM) as r:
        export_books(r, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_acts_by_hand_survive_export_and_import(installation: Installation, tmp_path: Path):
    store(installation, books())
    till = Till(installation)
    amount = Money(10_00, "CNY")
    till.act(refund_by_hand, RefundByHand(PAYMENT, amount))
    for command, told in (
        (refund_by_hand, RefundByHand(PAYMENT, amount)),
        (transfer_by_hand, TransferByHand(PAYMENT, "OTHER", amount)),
        (apply_by_hand, ApplyByHand(PAYMENT, (Take(INVOICE, 1, amount),))),
    ):
        till.act(undo_hand_act, UndoHandAct(int(till.act(command, told))))
    till.apply((INVOICE, 30_00))
    before = exported(installation, tmp_path / "out")
    other = founded(config_in(tmp_path / "other"))
    report = import_files(other, [tmp_path / "out"])

    assert report.rejects == []
    assert exported(other, tmp_path / "again") == before
    other.database.engine.dispose()
