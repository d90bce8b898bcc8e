"""F-04: killed anywhere while an answer is signed, there is none, or one whole one; never two."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.evidence import sha256_of_text
from portal.base.installation import Installation, open_installation
from portal.base.outbox import drain
from portal.base.work import Reader
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.statements.checks import check_statements
from portal.statements.signing.confirming import check_confirmable, confirm_statement
from portal.statements.signing.offers import PURPOSE
from portal.tables.files import StoredFile
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.statements import Certificate, Confirmation
from portal.worker import REGISTRY
from tests.faults.killing import killed_at
from tests.kept import keep_statements
from tests.people.cast import CHEN, Cast
from tests.statements.stage import Stage

#: A code is asked for, the answer checked, the code answered, the answer kept: before and after
#: each commit.
SIGNING_POINTS = 8
#: The code's mail, the certificate and the receipt: each claimed, done, marked.
SEALING_POINTS = 16
NEVER = 1_000_000
KEY = "the same key"


def beside(stage: Stage, work: Callable[[Stage], object]) -> Callable[[], None]:
    """The work on the same stage through connections of its own, as another process has them."""

    def do() -> None:
        installation = stage.installation
        fresh = open_installation(installation.config, installation.clock)
        keep_statements(fresh.database.engine)
        cast = Cast(fresh, stage.cast.totp, stage.cast.ids, stage.cast.customers)
        work(Stage(cast, stage.id))
        fresh.database.engine.dispose()

    return do


def sign(stage: Stage) -> None:
    """As a person who tries again until it is done."""
    if stage.statement.state != "confirmed":
        stage.request()
    command = stage.wish(key=KEY)
    if stage.act(check_confirmable, command):
        return
    code = stage.cast.code(CHEN)
    typed = AnswerChallenge(stage.cast.ids[CHEN], PURPOSE, command.sha256, code)
    answer = stage.act(answer_challenge, typed)
    stage.act(confirm_statement, replace(command, grant=answer.grant or ""))


def seal(stage: Stage) -> None:
    """The worker's part; always in a process of its own, as it starts another that prints."""
    drain(stage.installation, REGISTRY)


def count(r: Reader, table: Any, *kept: Any) -> int:
    return r.session.scalar(select(func.count()).select_from(table).where(*kept)) or 0


def whole_confirmations(installation: Installation) -> int:
    """How many answers there are; each has everything that belongs to it, once."""
    with installation.reading(SYSTEM) as r:
        found = r.session.scalars(select(Confirmation)).all()
        for each in found:
            assert each.evidence_sha256 == sha256_of_text(each.evidence)
            assert json.loads(each.evidence)["statement"]["sha256"] == each.statement_sha256
        assert count(r, Audit, Audit.kind == "statement.confirmed") == len(found)
        assert count(r, Event, Event.kind == "confirmed") == len(found)
        for kind in ("certificate", "confirmation"):
            assert count(r, Outbox, Outbox.kind == kind) == len(found)
        assert check_chain(r).ok
        assert [check.name for check in check_statements(r) if not check.ok] == []
    return len(found)


@pytest.mark.parametrize("nth", range(1, SIGNING_POINTS + 1))
def test_killed_while_signing_there_is_no_answer_or_a_whole_one(any_stage: Stage, nth: int):
    assert killed_at(nth, beside(any_stage, sign))

    left = whole_confirmations(any_stage.installation)
    any_stage.cast.at(1)
    sign(any_stage)
    assert left == int(nth == SIGNING_POINTS)
    assert whole_confirmations(any_stage.installation) == 1


def test_there_are_no_other_points_to_be_killed_at(any_stage: Stage):
    assert not killed_at(SIGNING_POINTS + 1, beside(any_stage, sign))


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(1, SEALING_POINTS + 1))
def test_killed_while_sealing_there_is_one_certificate_in_the_end(stage: Stage, nth: int):
    sign(stage)
    assert killed_at(nth, beside(stage, seal))
    stage.cast.at(2)  # the lease of what was being done runs out

    assert not killed_at(NEVER, beside(stage, seal))

    with stage.installation.reading(SYSTEM) as r:
        assert count(r, Outbox, Outbox.state.in_(("pending", "failed"))) == 0
        assert count(r, Certificate) == 1
        assert count(r, Audit, Audit.kind == "statement.certified") == 1
        kept = r.session.scalars(select(StoredFile.sha256)).all()
    assert all(stage.installation.storage.get(digest) for digest in kept)
    assert whole_confirmations(stage.installation) == 1
