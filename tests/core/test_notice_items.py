"""R348: what a notice may still ask for; nothing that is not the account's, nothing twice."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from portal.core.ladder import Item
from portal.core.ladder_day import Account
from portal.core.notice_items import still_asked

minor = st.integers(0, 5000)


@st.composite
def items(draw):
    number = draw(st.integers(1, 6))
    return tuple(
        Item(
            entry_id=n,
            part=1,
            number=f"I{n}",
            due_on=date(2026, 11, draw(st.integers(1, 28))),
            open=draw(minor),
            disputed=draw(minor),
            promised=draw(minor),
            planned=draw(minor),
            stopped=draw(st.sampled_from(["", "", "held"])),
            case=draw(st.sampled_from(["", "", "agency"])),
        )
        for n in range(1, number + 1)
    )


@given(items(), minor, minor, st.sets(st.integers(1, 6)))
def test_it_asks_for_what_is_free_of_the_wanted_items_and_never_more(
    all_of, unapplied, promised, ids
):
    """R348"""
    account = Account(1, "C", "EUR", all_of, unapplied, promised)
    keys = {(n, 1) for n in ids}

    found = still_asked(account, keys)

    assert all((each.item.entry_id, 1) in keys for each in found)
    assert all(not each.item.stopped and not each.item.case for each in found)
    for each in found:
        item = each.item
        free = item.open - item.disputed - item.promised - item.planned
        assert 0 <= each.set_off < each.amount <= free
    assert sum(each.set_off for each in found) <= unapplied


@given(items())
def test_asking_for_all_never_exceeds_what_is_open(all_of):
    keys = {(each.entry_id, each.part) for each in all_of}
    account = Account(1, "C", "EUR", all_of)

    assert sum(each.amount for each in still_asked(account, keys)) <= sum(i.open for i in all_of)


def test_what_is_at_law_is_only_spoken_of_there():
    item = Item(1, 1, "A", date(2026, 11, 1), 5000, case="legal")
    account = Account(1, "C", "EUR", (item,))

    assert still_asked(account, {(1, 1)}) == ()
    assert [each.amount for each in still_asked(account, {(1, 1)}, at_law=True)] == [5000]
