"""Silence in a story: reminders, returned mails, and what was agreed that silence means."""

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.outbox import drain
from portal.base.returned import Returned
from portal.statements.agreement.agreements import AcceptAgreement, accept_agreement, offer_to
from portal.statements.agreement.deeming import deem, find_deemed
from portal.statements.chasing import bounces
from portal.statements.daily import remind
from portal.tables.customers import Customer
from portal.tables.journal import Event, Outbox
from portal.worker import REGISTRY
from tests.stories.answering import PERSON, WHICH, act, find
from tests.stories.people import actor, email_of
from tests.stories.teller import ACTS, LOOKS, World


@ACTS.says(r"the mails are sent")
def mails_are_sent(world: World) -> None:
    drain(world.installation, REGISTRY, channels=["email"])


@ACTS.says(r"the silent are reminded")
def silent_are_reminded(world: World) -> None:
    remind(world.installation, None)
    remind(world.installation, None)  # however often the day is run


@ACTS.says(r"what silence means is looked at")
def silence_is_looked_at(world: World) -> None:
    with world.installation.work(SYSTEM) as w:
        deem(w)


@ACTS.says(PERSON + r" accepts for (?P<customer>[A-Z][\w ]*) that silence means agreement")
def accepts(world: World, person: str, customer: str) -> None:
    address = email_of(person)
    with world.installation.reading(actor(world, person)) as r:
        row = r.session.get_one(Customer, world.customers[customer])
        offer = offer_to(r, row, address)
    command = AcceptAgreement(
        world.customers[customer], offer.sha256, address, is_electronic=True, counts_silence=True
    )
    act(world, person, accept_agreement, command)


@ACTS.says(r"the mail to (?P<person>[A-Z]\w* [A-Z]\w*) comes back")
def mail_comes_back(world: World, person: str) -> None:
    with world.installation.work(SYSTEM) as w:
        row = w.session.scalars(
            select(Outbox)
            .where(Outbox.to_address == email_of(person), Outbox.state == "sent")
            .order_by(Outbox.id.desc())
            .limit(1)
        ).one()
        returned = Returned(row.message_id or "", row.to_address, "550 no such mailbox")
        bounces.report_returned(w, bounces.ReportReturned((returned, returned)))


@LOOKS.says(WHICH + r" (?P<isnt>is not|is) deemed agreed")
def is_deemed(world: World, customer: str, month: str, isnt: str) -> None:
    with world.installation.reading(SYSTEM) as r:
        found = find_deemed(r, find(world, customer, month).id)
    assert (found is not None) == (isnt == "is"), "it is" if found else "it is not"


@LOOKS.says(WHICH + r" tells that it (?P<kinds>[a-z_, ]+)")
def tells(world: World, customer: str, month: str, kinds: str) -> None:
    """The steps of a statement's life are among those named, in their order."""
    statement = find(world, customer, month)
    with world.installation.reading(SYSTEM) as r:
        told = r.session.scalars(
            select(Event.kind)
            .where(Event.subject_kind == "statement", Event.subject_id == statement.id)
            .order_by(Event.id)
        ).all()
    wanted = kinds.split(", ")
    assert [each for each in told if each in wanted] == wanted, f"it tells {', '.join(told)}"
