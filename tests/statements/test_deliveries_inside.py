"""Where deliveries count, the sum with them is asked for, signed, printed and kept as evidence."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.language import speaking
from portal.core.deliveries import Delivered, Delivery
from portal.core.ledger import Account
from portal.core.money import Money
from portal.statements.certificate.sealed import PrintedStatement, certificate_pdf, statement_pdf
from portal.statements.wording.rewording import ChangeWording, change_wording
from portal.statements.wording.wording import texts_of
from portal.tables.statements import Confirmation
from tests.ledgers import store_deliveries
from tests.people.cast import CHEN, cast_into
from tests.statements.stage import Stage, staged
from tests.statements.test_printed import text_of

CLOSING, DELIVERED = 177_748_56, 1_250_00


def stage_with(installation: Installation, deliveries: str) -> Stage:
    cast = cast_into(installation)
    one = Delivered(dt.date(2026, 10, 30), "DN-1", "SO-1", "PO-9", "Zhao Lei", DELIVERED)
    store_deliveries(installation, [Delivery(Account("C1", "CNY"), one)])
    with installation.work(SYSTEM) as w:
        change_wording(w, ChangeWording("cn", False, True, deliveries, texts_of("cn", {})))
    return staged(cast)


def printed(stage: Stage) -> str:
    source = PrintedStatement(stage.id, stage.statement.payload, stage.ref)
    return text_of(statement_pdf(stage.installation, source, "en"))


def money(minor: int) -> str:
    with speaking("en"):
        return formats.money(Money(minor, "CNY"))


def evidence(stage: Stage) -> dict:
    with stage.installation.reading(SYSTEM) as r:
        return json.loads(r.session.scalars(select(Confirmation.evidence)).one())


@pytest.fixture
def inside(any_installation: Installation) -> Stage:
    return stage_with(any_installation, "inside")


def test_the_ledgers_equation_stays_and_the_sum_with_deliveries_is_signed(inside: Stage):
    assert inside.statement.closing_minor == CLOSING
    confirmation_id = inside.confirm()
    said = evidence(inside)["statement"]

    assert inside.cast.mails("code", CHEN)[-1]["amount"] == money(CLOSING + DELIVERED)
    assert (said["closing"], said["delivered_not_invoiced"]) == ("177748.56", "1250.00")
    assert said["to_confirm"] == "178998.56"
    assert "178,998.56" in text_of(certificate_pdf(inside.installation, confirmation_id))


def test_the_print_lists_the_deliveries_and_asks_for_the_sum_with_them(inside: Stage):
    text = printed(inside).replace("\xa0", " ")

    assert "Balance including deliveries not yet invoiced: CNY 178,998.56" in text
    assert "DN-1" in text
    assert "Please confirm that CNY 178,998.56" in text
    assert "belong to the balance that is to be confirmed" in " ".join(text.split())


def test_beside_the_balance_they_change_nothing_of_it(installation: Installation):
    beside = stage_with(installation, "beside")
    text = printed(beside).replace("\xa0", " ")
    beside.confirm()

    assert "Please confirm that CNY 177,748.56" in text
    assert "DN-1" in text
    assert "stand beside the balance" in " ".join(text.split())
    assert "to_confirm" not in evidence(beside)["statement"]
