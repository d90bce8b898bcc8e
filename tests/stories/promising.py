"""Promises to pay in a story: given by somebody of a customer, kept or not by what comes."""

import datetime as dt

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.promises.commands import WithdrawPromise, make_promise, withdraw_promise
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.promises.wishes import Wish, WishedItem
from portal.tables.invoices import Entry
from tests.stories.answering import PERSON, act
from tests.stories.teller import ACTS, LOOKS, World, money


@ACTS.says(PERSON + r" promises (?P<amount>{money}) of (?P<invoice>[\w-]+) for (?P<day>{day})")
def promises(world: World, person: str, amount: str, invoice: str, day: str) -> None:
    with world.installation.reading(SYSTEM) as r:
        entry = r.session.scalars(select(Entry).where(Entry.number == invoice)).one()
    items = (WishedItem(entry.id, 1, money(amount)),)
    wish = Wish(entry.customer_id, entry.currency, items, dt.date.fromisoformat(day))
    act(world, person, make_promise, wish)


@ACTS.says(PERSON + r" takes the promise for (?P<day>{day}) back")
def takes_back(world: World, person: str, day: str) -> None:
    act(world, person, withdraw_promise, WithdrawPromise(_promise(world, day).id))


@LOOKS.says(r"the promise for (?P<day>{day}) is (?P<state>\w+)")
def stands(world: World, day: str, state: str) -> None:
    found = _promise(world, day).state.value
    assert found == state, f"the promise for {day} is {found}"


def _promise(world: World, day: str) -> PromiseRow:
    with world.installation.reading(SYSTEM) as r:
        on = dt.date.fromisoformat(day)
        [row] = list_promises(r, PromiseFilter(from_on=on, to_on=on))
    return row
