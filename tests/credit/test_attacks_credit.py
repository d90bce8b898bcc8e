"""Credit under attack: what is not theirs, numbers beyond all books, things done twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.attaching import AttachedFile
from portal.base.installation import Installation
from portal.base.kept_files import Files
from portal.core.application import Asks, Step
from portal.core.errors import RuleBroken
from portal.core.money import LARGEST_MINOR, Money
from portal.credit.applications import (
    AddFiles,
    BeginApplication,
    SaveStep,
    SubmitApplication,
    add_files,
    begin_application,
    remove_file,
    save_step,
    submit_application,
)
from portal.credit.orders import AskToShip, ask_to_ship
from portal.credit.rates import TellRate, tell_rate
from portal.tables.credit import Collateral
from portal.tables.files import KeptFile
from portal.tables.orders import SalesOrder
from tests.buyer import Buyer
from tests.credit.limiting import actor, customer_id, rows
from tests.credit.shipping import a_depot
from tests.desk import DeskBrowser, Office

# ── Files of a draft ─────────────────────────────────────────────────────────


def draft_with_file(office: Office, who: DeskBrowser) -> tuple[int, str]:
    """A draft of Huadong's with a file, begun by somebody; its id and the file's address."""
    given = AttachedFile("report.pdf", "application/pdf", b"%PDF-1.7 a report")
    begin = BeginApplication(customer_id(office, "HUADONG"), Asks.LIMIT)
    with office.installation.work(actor(office.installation, who.user_id)) as w:
        draft = begin_application(w, begin)
        files = Files(office.installation.storage, (given,))
        add_files(w, AddFiles(draft, "credit_report", files))
        file_id = w.session.scalars(select(KeptFile.id)).one()
        return draft, f"/files/{w.refs.of('fl', file_id)}"


def hand_in(office: Office, who: DeskBrowser, draft: int) -> None:
    with office.installation.work(actor(office.installation, who.user_id)) as w:
        told = {"asked_limit": "800.00", "reason": "The spring season"}
        save_step(w, SaveStep(draft, Step.ASK, told, 1))
        submit_application(w, SubmitApplication(draft))


def test_a_file_of_a_draft_is_its_own_sides_alone(office: Office, chen: Buyer):
    manager = office.enter("credit_manager")
    draft, path = draft_with_file(office, chen)

    assert chen.client.get(path).status_code == 200
    assert manager.client.get(path).status_code == 404
    hand_in(office, chen, draft)
    assert manager.client.get(path).status_code == 200


def test_what_the_house_adds_to_its_application_stays_in_the_house(office: Office, chen: Buyer):
    manager = office.enter("credit_manager")
    draft, path = draft_with_file(office, manager)

    assert chen.client.get(path).status_code == 404
    hand_in(office, manager, draft)
    assert manager.client.get(path).status_code == 200
    assert chen.client.get(path).status_code == 404


def test_a_file_that_was_taken_out_again_never_reaches_the_house(office: Office, chen: Buyer):
    manager = office.enter("credit_manager")
    draft, path = draft_with_file(office, chen)
    with office.installation.work(actor(office.installation, chen.user_id)) as w:
        remove_file(w, draft, rows(office, KeptFile)[0].id)
    hand_in(office, chen, draft)

    assert manager.client.get(path).status_code == 404


# ── Numbers ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rate", ["1000000000000", "0.000000000001"])
def test_an_amount_that_no_rate_makes_small_is_held_and_not_lost(
    any_installation: Installation, rate: str
):
    depot = a_depot(any_installation)
    with any_installation.work(depot.actor("zhao")) as w:
        pair = ("JPY", "CNY") if Decimal(rate) > 1 else ("CNY", "JPY")
        tell_rate(w, TellRate(*pair, w.today, Decimal(rate)))
    with any_installation.work(depot.actor("tom")) as w:
        amount = Money(LARGEST_MINOR, "JPY")
        answer = ask_to_ship(w, AskToShip("O-1", depot.customers["A"], amount))

    assert answer.decision == "hold"
    assert depot.decision("O-1") == "hold"


# ── Twice at once ────────────────────────────────────────────────────────────


def test_one_number_for_two_customers_at_once_is_one_order(any_installation: Installation):
    depot = a_depot(any_installation)
    tom = depot.actor("tom")

    def ask(turn: int) -> str:
        command = AskToShip(f"O-{turn // 8}", depot.customers["BCDA"[turn % 4]], Money(100, "CNY"))
        try:
            with any_installation.work(tom) as w:
                return ask_to_ship(w, command).decision
        except RuleBroken as broken:
            return broken.code

    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(ask, range(80)))

    assert said <= {"allow", "order.customer_differs", "act.already_done"}
    with any_installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(SalesOrder.id)).all()) == 10


def test_a_security_that_is_sent_twice_counts_once(office: Office):
    manager = office.enter("credit_manager")
    path = office.customer_path("HUADONG", "/credit/securities")
    typed = manager.visit(path).form(path) | {
        "kind": "guarantee",
        "giver": "Huadong Holding",
        "amount": "500.00",
        "accepted": "400.00",
    }
    for _ in range(2):
        manager.send(path, data=typed)

    assert [row.accepted_minor for row in rows(office, Collateral)] == [400_00]
