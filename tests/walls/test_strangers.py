"""Another customer's anything is 404: every page, every method, the secondary ones too."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.installation import Installation
from portal.base.storage import Storage, keep_file
from portal.base.work import Work
from portal.people.commands import NewUser, create_user_with_password
from portal.tables.customers import Customer
from portal.tables.disputes import Attachment, Dispute
from portal.tables.files import Download, KeptFile
from portal.tables.interest import InterestCharge
from portal.tables.invoices import Entry
from portal.tables.people import Session, User
from portal.tables.promises import Instalment, Plan, PlanOffer, PlanSignature, SealedLetter
from portal.tables.statements import Confirmation
from tests.walls.visiting import (
    Guide,
    Visitor,
    first_things,
    is_desk,
    kind_of,
    methods,
    paths,
    refs_of,
    rules,
    sign_in,
    takes_reference,
)

EMAIL, PASSWORD = "stranger@example.com", "a password that is long enough"
#: Shows every mail to everybody, only in the demo.
#: … and a letter, which this customer was never sent.
OF_THE_DEMO = {"/mailbox/<ref>", "/notices/<ref>.pdf"}
ROLES = ("customer_admin", "customer_signatory", "customer_accountant")


@dataclass
class Stranger:
    """Who has every role at one customer, and what belongs to others that are none of theirs."""

    visitor: Visitor
    guide: Guide
    own: list[str]
    foreign: list[str]
    foreign_name: str


def ready_download(w: Work, storage: Storage, user_id: int) -> str:
    """The reference of an archive that somebody asked for and may fetch."""
    download = Download(
        user_id=user_id,
        digest="of what was chosen",
        language="en",
        entry_ids="[]",
        customer_ids="[]",
        total=0,
        state="ready",
        file_sha256=keep_file(w, storage, b"an archive", "application/zip"),
        asked_at=w.now,
        expires_at=w.now + timedelta(days=7),
    )
    w.session.add(download)
    w.session.flush()
    return w.refs.of("dl", download.id)


def dispute_with_a_file(w: Work, storage: Storage, customer_id: int, user_id: int) -> None:
    """A dispute of a customer, with a file that its people may fetch."""
    dispute = Dispute(
        customer_id=customer_id,
        currency="CNY",
        amount_minor=0,
        reason="other",
        said="Look at the file",
        user_id=user_id,
        raised_at=w.now,
        raised_on=w.today,
        way="portal",
        state="received",
        answer_by=w.today,
    )
    w.session.add(dispute)
    w.session.flush()
    file = Attachment(
        customer_id=customer_id,
        dispute_id=dispute.id,
        side="customer",
        file_name="note.txt",
        file_sha256=keep_file(w, storage, b"a note", "text/plain"),
        media_type="text/plain",
        size=6,
        user_id=user_id,
        at=w.now,
    )
    w.session.add(file)
    w.session.flush()


def kept_file(w: Work, storage: Storage, customer_id: int, user_id: int) -> None:
    """A file of a customer's application, which its people may fetch."""
    file = KeptFile(
        customer_id=customer_id,
        subject="application/1",
        side="customer",
        kind="balance_sheet",
        file_name="sheet.txt",
        file_sha256=keep_file(w, storage, b"a sheet", "text/plain"),
        media_type="text/plain",
        size=7,
        user_id=user_id,
        at=w.now,
    )
    w.session.add(file)
    w.session.flush()


def agreed_plan(w: Work, storage: Storage, customer_id: int, user_id: int) -> str:
    """The reference of a plan that both sides signed, with its letter."""
    about = {"customer_id": customer_id, "user_id": user_id}
    plan = Plan(**about, currency="CNY", total_minor=100, state="agreed", made_at=w.now)
    w.session.add(plan)
    w.session.flush()
    offer = PlanOffer(
        **about, plan_id=plan.id, nth=1, side="house", reason="unsaid", note="", at=w.now
    )
    w.session.add(offer)
    w.session.flush()
    plan.agreed_offer_id, plan.agreed_on = offer.id, w.today
    w.session.add(Instalment(offer_id=offer.id, nth=1, due_on=w.today, amount_minor=100))
    for side in ("customer", "house"):
        signed = {"evidence": "{}", "evidence_sha256": "", "at": w.now}
        ids = {"plan_id": plan.id, "offer_id": offer.id}
        w.session.add(PlanSignature(**about, **ids, side=side, **signed))
    w.session.add(
        SealedLetter(
            customer_id=customer_id,
            kind="plan",
            subject_id=plan.id,
            file_sha256=keep_file(w, storage, b"a letter", "application/pdf"),
            level="B-B",
            key_fingerprint="",
            sealed_at=w.now,
        )
    )
    w.session.flush()
    return w.refs.of("pl", plan.id)


def charged_interest(w: Work, customer_id: int, user_id: int) -> None:
    """Late interest that a customer was charged, with a note to fetch."""
    entry = w.session.scalars(select(Entry).where(Entry.customer_id == customer_id)).first()
    charge = InterestCharge(
        customer_id=customer_id,
        currency=entry.currency,
        through_on=w.today,
        amount_minor=1,
        state="charged",
        note="",
        facts='{"due": "at_once", "items": []}',
        made_by=user_id,
        made_at=w.now,
        entry_id=entry.id,
        idempotency_key=f"stranger-{customer_id}",
    )
    w.session.add(charge)
    w.session.flush()


def of_others(w: Work, own_id: int, foreign_id: int) -> list[str]:
    """One of each kind of thing: the foreign customer's, or anybody else's but one's own."""
    found = refs_of(w.session, w.refs, foreign_id)
    kinds = {kind_of(ref) for ref in found}
    elsewhere = first_things(w.session, w.refs, lambda owner: owner != own_id)
    return [*found, *(ref for ref in elsewhere if kind_of(ref) not in kinds)]


@pytest.fixture(scope="module")
def stranger(demo_app: Flask, demo_books: Installation, guide: Guide) -> Stranger:
    with demo_books.work() as w:
        somebody = w.session.scalars(select(User.id).order_by(User.id)).first()
        answered = select(Customer).join(Confirmation, Confirmation.customer_id == Customer.id)
        own, foreign = w.session.scalars(answered.order_by(Customer.id).distinct().limit(2))
        new = NewUser(EMAIL, "Stranger", PASSWORD, ROLES, (own.code,))
        myself = create_user_with_password(w, new).user_id
        for customer in (own, foreign):
            dispute_with_a_file(w, demo_books.storage, customer.id, somebody)
            kept_file(w, demo_books.storage, customer.id, somebody)
            charged_interest(w, customer.id, somebody)
        mine, theirs = refs_of(w.session, w.refs, own.id), of_others(w, own.id, foreign.id)
        for refs, customer in ((mine, own), (theirs, foreign)):
            refs.append(agreed_plan(w, demo_books.storage, customer.id, somebody))
        mine.append(ready_download(w, demo_books.storage, myself))
        theirs.append(ready_download(w, demo_books.storage, somebody))
        theirs.append(w.refs.of("se", w.session.scalars(select(func.min(Session.id))).one()))
    visitor = sign_in(demo_app, demo_books, EMAIL)
    own_guide = Guide(demo_app, guide.desk, visitor)
    return Stranger(visitor, own_guide, mine, theirs, foreign.name)


def test_others_have_one_of_everything_that_customers_may_ask_for(
    demo_app: Flask, stranger: Stranger
):
    """Otherwise nobody would have tried to open it."""
    there = {kind_of(ref) for ref in stranger.foreign}
    untried = {
        rule.rule: stranger.guide.kinds(rule) - there
        for rule in rules(demo_app)
        if not is_desk(rule) and rule.rule not in OF_THE_DEMO
    }

    assert {rule: kinds for rule, kinds in untried.items() if kinds} == {}


def test_every_page_about_another_customer_is_not_found(demo_app: Flask, stranger: Stranger):
    answered = {
        f"{method} {path} ({rule.rule})": stranger.visitor.ask(method, path).status_code
        for rule in rules(demo_app)
        if takes_reference(rule)
        for path in paths(demo_app, rule, stranger.guide.trying(rule, stranger.foreign))
        for method in methods(rule)
    }

    assert {asked: status for asked, status in answered.items() if status != 404} == {}


def test_ones_own_pages_are_found(demo_app: Flask, stranger: Stranger):
    """Otherwise the test above would be content with pages that nobody can open."""
    closed = [
        rule.rule
        for rule in rules(demo_app)
        if "GET" in rule.methods and takes_reference(rule) and not is_desk(rule)
        if rule.rule not in OF_THE_DEMO
        and not any(
            stranger.visitor.ask("GET", path).status_code < 400
            for path in paths(demo_app, rule, stranger.guide.fitting(rule, stranger.own))
        )
    ]

    assert closed == []


def test_the_staff_side_does_not_exist_for_customers(demo_app: Flask, stranger: Stranger):
    answered = {
        f"{method} {rule.rule}": stranger.visitor.ask(method, path).status_code
        for rule in rules(demo_app)
        if is_desk(rule)
        for path in list(paths(demo_app, rule, stranger.own[:1]))
        for method in methods(rule)
    }

    assert {asked: status for asked, status in answered.items() if status != 404} == {}


def test_no_list_shows_another_customer_whatever_is_asked_for(demo_app: Flask, stranger: Stranger):
    query = "&".join(f"{name}={stranger.foreign[0]}" for name in ("customer", "branch", "q"))
    showing = [
        rule.rule
        for rule in rules(demo_app)
        if "GET" in rule.methods and not takes_reference(rule) and not is_desk(rule)
        for path in paths(demo_app, rule, [])
        if stranger.foreign_name in stranger.visitor.ask("GET", path, query).get_data(as_text=True)
    ]

    assert showing == []
