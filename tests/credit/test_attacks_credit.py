"""Credit under attack: what is not theirs, numbers beyond all books, things done twice at once."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.attaching import AttachedFile
from portal.base.installation import Installation
from portal.base.kept_files import Files
from portal.core.application import BY_NAME, Asks, Step, read_answer
from portal.core.errors import RuleBroken
from portal.core.money import LARGEST_MINOR, Money
from portal.core.signals import SIGNALS
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
from portal.tables.contracts import Contract, ContractNote
from portal.tables.credit import (
    Bill,
    Collateral,
    CreditApplication,
    CreditLimit,
    CreditReview,
    CreditStanding,
    CustomerGrade,
    Visit,
    WarningSignal,
)
from portal.tables.files import KeptFile
from portal.tables.orders import HoldRelease, OrderDecision, SalesOrder
from portal.tables.terms import CustomerTerms
from tests.buyer import Buyer
from tests.credit.limiting import TODAY, actor, customer_id, propose, rows, wanted
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


@pytest.mark.parametrize("count", [f"{'0' * 12}{'9' * 5_000}", f"{'0' * 12}99999999"])
def test_a_count_of_many_digits_is_no_count(count: str):
    with pytest.raises(RuleBroken, match=r"application\.not_a_number"):
        read_answer(BY_NAME["employees"], count, "CNY")


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


# ── What the house thinks of them ────────────────────────────────────────────

SENTINEL = "KINGFISHER-7741"
#: In so many of its orders, filters and months one page is looked at.
MOST_LOOKS = 3


def write_about_huadong(office: Office, user_id: int) -> None:
    """Everything that the house writes for itself about a customer, each with the sentinel."""
    house = customer_id(office, "HUADONG")
    until = TODAY + dt.timedelta(days=30)
    with office.installation.work(actor(office.installation, user_id)) as w:
        by: dict[str, Any] = {"customer_id": house, "at": w.now}
        order = SalesOrder(
            customer_id=house,
            code="O-1",
            currency="CNY",
            ordered_on=TODAY,
            amount_minor=100,
            status="open",
            decision="hold",
            created_at=w.now,
        )
        contract = Contract(
            customer_id=house,
            code="K-1",
            starts_on=TODAY,
            created_at=w.now,
            payment_terms="net 30",
            authority_note=SENTINEL,
        )
        w.session.add_all([order, contract])
        w.session.flush()
        w.session.add_all(
            [
                WarningSignal(
                    signal=min(SIGNALS), note=SENTINEL, noted_on=TODAY, noted_by=user_id, **by
                ),
                CreditStanding(
                    customer_id=house,
                    kind="frozen",
                    from_on=TODAY,
                    reason=SENTINEL,
                    set_by=user_id,
                    set_at=w.now,
                ),
                CreditLimit(
                    effective_on=TODAY,
                    currency="CNY",
                    amount_minor=500_00,
                    source="decision",
                    reason=SENTINEL,
                    author=SENTINEL,
                    **by,
                ),
                CustomerGrade(
                    effective_on=TODAY,
                    grade="C",
                    is_override=False,
                    reason=SENTINEL,
                    author=SENTINEL,
                    **by,
                ),
                CreditReview(
                    reviewed_on=TODAY,
                    grade="C",
                    outcome="lowered",
                    note=SENTINEL,
                    reviewer_id=user_id,
                    **by,
                ),
                Visit(
                    visited_on=TODAY,
                    met=SENTINEL,
                    payment_plans=SENTINEL,
                    business=SENTINEL,
                    user_id=user_id,
                    **by,
                ),
                CustomerTerms(
                    effective_on=TODAY,
                    terms="net 45",
                    source="decision",
                    reason=SENTINEL,
                    author=SENTINEL,
                    **by,
                ),
                HoldRelease(
                    order_id=order.id,
                    until_on=until,
                    reason=SENTINEL,
                    author_id=user_id,
                    state="waiting",
                    **by,
                ),
                OrderDecision(
                    order_id=order.id,
                    decision="hold",
                    reasons=f'[{{"code": "over_limit", "customer": "{SENTINEL}"}}]',
                    asked_by=SENTINEL,
                    **by,
                ),
                ContractNote(
                    contract_id=contract.id,
                    outcome="kept",
                    note=SENTINEL,
                    author_id=user_id,
                    **by,
                ),
                Collateral(
                    customer_id=house,
                    kind="deposit",
                    giver=SENTINEL,
                    reference=SENTINEL,
                    currency="CNY",
                    amount_minor=100,
                    accepted_minor=100,
                    from_on=TODAY,
                    noted_by=user_id,
                    noted_at=w.now,
                ),
                Bill(
                    number=SENTINEL,
                    kind="cheque",
                    currency="CNY",
                    amount_minor=100,
                    received_on=TODAY,
                    matures_on=until,
                    drawer=SENTINEL,
                    acceptor=SENTINEL,
                    state="held",
                    state_on=TODAY,
                    note=SENTINEL,
                    noted_by=user_id,
                    **by,
                ),
            ]
        )


def ref_of_application(office: Office) -> str:
    with office.installation.reading(SYSTEM) as r:
        return r.refs.of("ca", r.session.scalars(select(CreditApplication.id)).one())


def everything_behind(buyer: Buyer, start: str = "/") -> dict[str, str]:
    """Every page and file that links lead to from one page on, with its words."""
    seen: dict[str, str] = {}
    looks: Counter[str] = Counter()
    fresh = [start, "/credit", "/terms", "/credit/application", "/contacts"]
    while fresh:
        path = fresh.pop()
        if path in seen or looks[path.partition("?")[0]] == MOST_LOOKS:
            continue
        looks[path.partition("?")[0]] += 1
        answer = buyer.client.get(path, follow_redirects=True)
        seen[path] = words_in(answer.data)
        found = re.findall(r'href="(/[^"#]*)', seen[path])
        fresh += [each.replace("&amp;", "&") for each in found if "/static" not in each]
    return seen


def words_in(body: bytes) -> str:
    """The words of a page, of a spreadsheet, of a PDF."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return " ".join(words_in(parts.read(name)) for name in parts.namelist())
    if body.startswith(b"%PDF"):
        read = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=False)
        return read.stdout.decode()
    return body.decode(errors="replace")


def test_nothing_that_the_house_wrote_for_itself_reaches_the_customer(office: Office, chen: Buyer):
    manager = office.enter("credit_manager")
    write_about_huadong(office, manager.user_id)
    hand_in(office, chen, draft_with_file(office, chen)[0])
    path = f"/desk/credit/applications/{ref_of_application(office)}"
    manager.send(f"{path}/notes", data={"note": SENTINEL})
    propose(office, manager.user_id, "HUADONG", wanted(900_00), reason=SENTINEL, answer=SENTINEL)
    found = everything_behind(chen)

    assert len(found) > 30
    assert [path for path, text in found.items() if SENTINEL in text] == []
    assert SENTINEL in manager.visit(path).text


def test_words_that_nobody_approved_are_not_told_once_it_is_withdrawn(office: Office, chen: Buyer):
    manager = office.enter("credit_manager")
    draft, _file = draft_with_file(office, chen)
    hand_in(office, chen, draft)
    asked = wanted(900_00)
    told = {"application_id": draft, "answer": SENTINEL}
    propose(office, manager.user_id, "HUADONG", asked, **told)
    path = f"/credit/application/{ref_of_application(office)}"
    chen.send(f"{path}/withdrawal")

    found = everything_behind(chen, f"{path}.pdf")
    assert "800.00" in found[f"{path}.pdf"]
    assert [each for each, text in found.items() if SENTINEL in text] == []
