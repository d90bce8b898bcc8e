"""What the house does about differences in a story: it answers, moves money, asks to sign again."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.access import SYSTEM
from portal.core.settling import Cause, Decision
from portal.payments.commands import (
    EndApplication,
    TransferByHand,
    end_application,
    transfer_by_hand,
)
from portal.statements.comparison import applying, uploading, working
from portal.statements.comparison.keeping import bridge_of
from portal.statements.comparison.mapping import guess_mapping
from portal.statements.settling.settling import (
    AskSignOff,
    SettleDifference,
    ask_sign_off,
    settle_difference,
)
from portal.tables.comparison import Comparison
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from tests.stories.answering import PERSON, WHICH, act, find, line_of
from tests.stories.people import actor
from tests.stories.teller import ACTS, LOOKS, World, money


@ACTS.says(
    PERSON
    + r" (?P<how>accepts|explains|rejects) (?P<document>[\w-]+) of "
    + WHICH
    + r": “(?P<words>.+)”"
)
def settles(world: World, person: str, how: str, document: str, **about: str) -> None:
    statement = find(world, about["customer"], about["month"])
    command = SettleDifference(
        statement.id,
        f"line-{line_of(statement, document)}",
        Decision(how.removesuffix("s")),
        Cause.OTHER,
        about["words"],
    )
    act(world, person, settle_difference, command)


@ACTS.says(PERSON + r" asks to sign " + WHICH + r" off")
def asks_to_sign_off(world: World, person: str, customer: str, month: str) -> None:
    act(world, person, ask_sign_off, AskSignOff(find(world, customer, month).id))


@ACTS.says(PERSON + r" takes (?P<credit>[\w-]+) off (?P<invoice>[\w-]+)")
def takes_off(world: World, person: str, credit: str, invoice: str) -> None:
    with world.installation.work(actor(world, person)) as w:
        row = w.session.scalars(
            select(Allocation).where(
                Allocation.credit_id == _entry(w.session, credit).id,
                Allocation.entry_id == _entry(w.session, invoice).id,
                Allocation.ended_on.is_(None),
            )
        ).one()
        key = (row.credit_id, row.entry_id, row.part, row.nth)
        end_application(w, EndApplication(*key, from_on=max(w.today, row.effective_on)))


@ACTS.says(PERSON + r" moves (?P<amount>{money}) of (?P<credit>[\w-]+) to (?P<to>[A-Z][\w ]*)")
def moves(world: World, person: str, amount: str, credit: str, to: str) -> None:
    with world.installation.work(actor(world, person)) as w:
        credit_id = _entry(w.session, credit).id
        command = TransferByHand(credit_id, world.code_of(to), money(amount), "paid for another")
        transfer_by_hand(w, command)


def _entry(session: Session, number: str) -> Entry:
    found: Entry = session.scalars(select(Entry).where(Entry.number == number)).one()
    return found


@ACTS.says(PERSON + r" lays their ledger beside " + WHICH)
def compares(world: World, person: str, customer: str, month: str) -> None:
    """The rows of the story are the file; the guess of its columns is taken as it is."""
    statement = find(world, customer, month)
    who = actor(world, person)
    text = "\n".join(",".join(cell.strip() for cell in row.split("|")) for row in world.rows)
    keep = uploading.KeepLedger(
        world.installation.storage, statement.id, "ledger.csv", text.encode()
    )
    comparison_id = act(world, person, uploading.keep_ledger, keep)
    if working.begin(world.installation, comparison_id, who) == "uploaded":
        with world.installation.reading(SYSTEM) as r:
            comparison = r.session.get_one(Comparison, comparison_id)
            sheet = working.sheet_of(world.installation.storage, comparison)
        mapped = uploading.MapLedger(comparison_id, guess_mapping(sheet, statement.currency))
        act(world, person, uploading.map_ledger, mapped)
        working.run(world.installation, comparison_id, who)


@ACTS.says(PERSON + r" applies what was found to " + WHICH)
def applies(world: World, person: str, customer: str, month: str) -> None:
    comparison = _newest(world, customer, month)
    command = applying.ApplyComparison(comparison.id, comparison.row_version)
    act(world, person, applying.apply_comparison, command)


@LOOKS.says(
    r"the bridge of " + WHICH + r" leads from (?P<yours>{money}) to (?P<ours>{money}),"
    r" unexplained (?P<rest>{money})"
)
def bridge(world: World, customer: str, month: str, yours: str, ours: str, rest: str) -> None:
    bridge = bridge_of(json.loads(_newest(world, customer, month).bridge or "{}"))
    found = (bridge.yours_minor, bridge.ours_minor, bridge.unexplained_minor)
    assert found == tuple(money(each).minor for each in (yours, ours, rest)), found


def _newest(world: World, customer: str, month: str) -> Comparison:
    statement = find(world, customer, month)
    with world.installation.reading(SYSTEM) as r:
        rows = select(Comparison).where(Comparison.statement_id == statement.id)
        return r.session.scalars(rows.order_by(Comparison.id.desc()).limit(1)).one()
