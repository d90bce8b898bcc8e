"""Addresses and forms that nobody typed by hand."""

import io

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.statements.comparison.sheet import MOST_COLUMNS, read_own_ledger
from portal.tables.files import StoredFile
from tests.people.cast import Browser
from tests.statements.own_ledgers import laid, planted_rows
from tests.statements.stage import Stage

LONG = "9" * 5_000


@pytest.mark.parametrize("ending", [f"/since?page={'9' * 30}", f"/comparison?left={LONG}"])
def test_a_number_as_long_as_a_page_is_no_number(stage: Stage, chen: Browser, ending: str):
    laid(stage, planted_rows())

    assert chen.visit(f"/statements/{stage.ref}{ending}").status == 200


def test_a_decision_about_a_row_that_cannot_be_is_refused(stage: Stage, chen: Browser):
    laid(stage, planted_rows())

    data = {"word": "apart", "ours": LONG, "yours": LONG}
    chen.send(f"/statements/{stage.ref}/comparison/decision", 303, data=data)


def test_a_part_of_no_line_is_asked_for(stage: Stage, chen: Browser):
    headers = {"HX-Request": "true", "HX-Target": f"line-{LONG}"}

    assert chen.visit(f"/statements/{stage.ref}", headers=headers).status < 500


def test_files_that_cannot_be_read_do_not_pile_up(stage: Stage, chen: Browser):
    path = f"/statements/{stage.ref}/comparison"
    for number in range(4):
        content = io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes([number]) * 99)
        chen.fill(chen.visit(path), path, file=(content, "own.xls"))

    with stage.installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(func.count()).select_from(StoredFile)) == 1


def test_a_ledger_has_no_more_columns_than_can_be_chosen_from():
    content = ("a," * 50_000 + "\n" + "1," * 50_000).encode()

    assert {len(cells) for _row, cells in read_own_ledger(content, "own.csv").rows} == {
        MOST_COLUMNS
    }
