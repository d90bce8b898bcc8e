"""A statement told by text: once it has left, its life says so, the number in part."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.tables.channels import TextChoice
from portal.tables.journal import Event, Outbox
from portal.tables.people import User
from portal.worker import REGISTRY
from tests.people.cast import CHEN
from tests.statements.stage import Stage

NUMBER = "+8613800138000"


@pytest.fixture
def texting(any_stage: Stage) -> Installation:
    """The stage's installation sends texts, and Chen wants them about statements."""
    chen = any_stage.cast.ids[CHEN]
    with any_stage.installation.work(SYSTEM) as w:
        w.company.timezone = "UTC"
        w.session.execute(update(User).where(User.id == chen).values(phone=NUMBER))
        w.session.add(TextChoice(user_id=chen, event="statements"))
    config = replace(any_stage.installation.config, sms_url="console:")
    return replace(any_stage.installation, config=config)


def texts(installation: Installation) -> list[Outbox]:
    with installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Outbox).where(Outbox.channel == "sms")))


def test_a_statement_is_texted_to_who_wants_it(texting: Installation, any_stage: Stage):
    drain(texting, REGISTRY)
    [text] = texts(texting)

    assert (text.state, text.to_address) == ("sent", NUMBER)
    assert (text.body_text or "").endswith(f"/statements/{any_stage.ref}")


def test_its_life_tells_of_the_text(texting: Installation):
    drain(texting, REGISTRY)
    with texting.reading(SYSTEM) as r:
        told = r.session.scalars(select(Event).where(Event.kind == "texted")).one()

    assert json.loads(told.facts)["address"] == "+86•••8000"


def test_an_answered_statement_is_not_texted_any_more(texting: Installation, any_stage: Stage):
    drain(texting, REGISTRY, channels=["email"])
    any_stage.confirm()
    drain(texting, REGISTRY, channels=["sms"])

    assert [text.state for text in texts(texting)] == ["cancelled"]
