"""A large ledger is left to a worker; the page tells how far it is, closing it loses nothing."""

import json
from dataclasses import replace

import pytest

from portal.base.outbox import drain
from portal.core.errors import RuleBroken
from portal.statements.comparison import deciding, working
from portal.statements.comparison.mapping import guess_mapping
from portal.statements.comparison.sheet import read_own_ledger
from portal.statements.comparison.uploading import (
    ForgetLedger,
    KeepLedger,
    MapLedger,
    forget_ledger,
    keep_ledger,
    map_ledger,
)
from portal.worker import REGISTRY
from tests.people.cast import CHEN, Browser
from tests.statements.own_ledgers import as_csv, comparison_of, decided, matches_of, planted_rows
from tests.statements.stage import Stage

#: So few are many here.
MANY = 3


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (working, deciding):
        monkeypatch.setattr(module, "AT_ONCE", MANY)


def begun(stage: Stage) -> int:
    """A ledger that waits for a worker."""
    content = as_csv(planted_rows()).encode()
    upload = KeepLedger(stage.installation.storage, stage.id, "own.csv", content)
    comparison_id = stage.act(keep_ledger, upload)
    guessed = guess_mapping(read_own_ledger(content, "own.csv"), "CNY")
    mapping = replace(guessed, is_flipped=False)
    stage.act(map_ledger, MapLedger(comparison_id, mapping, is_large=True))
    return comparison_id


def work_off(stage: Stage) -> int:
    return drain(stage.installation, REGISTRY, channels=["task"])["sent"]


def test_a_worker_compares_what_was_begun(any_stage: Stage):
    comparison_id = begun(any_stage)
    before = comparison_of(any_stage, comparison_id).state

    assert (before, work_off(any_stage)) == ("running", 1)
    assert "differs [2] [3]" in matches_of(any_stage, comparison_id)


def test_the_page_asks_again_until_it_is_done(stage: Stage, chen: Browser):
    begun(stage)
    path = f"/statements/{stage.ref}/comparison"
    page = chen.visit(path)

    assert "You can close this page" in page.text
    assert 'hx-trigger="every 2s"' in page.source
    work_off(stage)
    done = chen.region(path, "comparison-part")
    assert "Your ledger is compared." in done.text
    assert "every 2s" not in done.source


def test_it_is_told_how_far_it_is(stage: Stage):
    comparison_id = begun(stage)
    working._tell(stage.installation, comparison_id, working.READ, 6)

    row = comparison_of(stage, comparison_id)
    assert (row.rows_done, row.rows_total) == (1, 6)


def test_nothing_else_is_done_meanwhile(stage: Stage):
    comparison_id = begun(stage)
    forget = ForgetLedger(stage.installation.storage, comparison_id)
    with pytest.raises(RuleBroken) as told:
        stage.act(forget_ledger, forget)

    assert told.value.code == "comparison.going_on"


def test_a_decision_on_a_large_ledger_is_worked_off_too(any_stage: Stage):
    comparison_id = begun(any_stage)
    work_off(any_stage)
    decided(any_stage, comparison_id, "apart", [2], [3])
    work_off(any_stage)

    assert "yours [] [3]" in matches_of(any_stage, comparison_id)


def test_a_second_worker_changes_nothing(stage: Stage):
    comparison_id = begun(stage)
    work_off(stage)
    version = comparison_of(stage, comparison_id).row_version
    working.run(stage.installation, comparison_id, stage.actor(CHEN))

    assert comparison_of(stage, comparison_id).row_version == version


def test_what_breaks_on_the_way_is_told_and_can_be_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    comparison_id = begun(stage)
    with monkeypatch.context() as broken:
        broken.setattr(working, "compare", lambda *_: 1 / 0)
        work_off(stage)

    row = comparison_of(stage, comparison_id)
    assert (row.state, json.loads(row.problems)[0]["code"]) == ("failed", "comparison.failed")
    assert "ZeroDivisionError" in caplog.text
