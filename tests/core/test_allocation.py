"""R28–R30: credits fill due parts, never more than is open or left."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.core.allocation import room
from portal.core.ledger import Allocation, open_items, position
from portal.core.money import Money
from tests.core.books import EURO, Ledger, day, euro


def ledger_in_parts():
    ledger = Ledger()
    ledger.invoice(
        "I",
        day("05-10"),
        "200.00",
        due=[(day("06-10"), "60.00"), (day("07-10"), "100.00"), (day("08-10"), "40.00")],
    )
    return ledger


def test_the_earliest_due_part_is_filled_first():
    ledger = ledger_in_parts()
    ledger.pay("P", day("05-20"), "90.00", pays="I")

    assert [(a.part, a.amount.major()) for a in ledger.allocations] == [(1, "60.00"), (2, "30.00")]


def test_what_exceeds_the_named_item_stays_on_account():
    ledger = ledger_in_parts()
    ledger.pay("P", day("05-20"), "250.00", pays="I")

    assert position(ledger.book, EURO, day("05-31")).unapplied == euro("50.00")


def test_an_application_counts_from_the_latest_of_three_dates():
    ledger = ledger_in_parts()
    ledger.pay("P", day("05-01"), "10.00")
    ledger.apply("P", "I", acted_on=day("04-01"))

    assert ledger.allocations[0].effective_on == day("05-10")


def test_nothing_is_applied_to_a_paid_item():
    ledger = ledger_in_parts()
    ledger.pay("P1", day("05-20"), "200.00", pays="I")
    ledger.pay("P2", day("05-21"), "5.00")

    assert ledger.apply("P2", "I", day("05-21")) == euro("5.00")


def test_room_is_what_is_free_on_every_day_to_come():
    made = [
        Allocation(2, 1, 1, euro("30.00"), day("05-01"), ended_on=day("05-10")),
        Allocation(2, 1, 1, euro("50.00"), day("05-05")),
        Allocation(2, 1, 1, euro("40.00"), day("06-01")),
    ]

    rooms = [room(euro("100.00"), made, day(on)).major() for on in ("05-01", "05-10", "06-02")]

    assert rooms == ["10.00", "10.00", "10.00"]


def test_an_ended_application_leaves_room_again():
    made = [Allocation(2, 1, 1, euro("30.00"), day("05-01"), ended_on=day("05-10"))]

    rooms = [room(euro("100.00"), made, day(on)).major() for on in ("05-09", "05-10")]

    assert rooms == ["70.00", "100.00"]


minor = st.integers(1, 100_000)
offsets = st.integers(0, 60)


@st.composite
def ledgers(draw):
    """Invoices in parts and credits applied to one of them, to all, or to none."""
    ledger = Ledger()
    for number in range(draw(st.integers(1, 4))):
        shares = [
            Money(share, "EUR").major() for share in draw(st.lists(minor, min_size=1, max_size=3))
        ]
        whole = Money.total(map(euro, shares), "EUR").major()
        on = date(2026, 1, 1) + timedelta(days=draw(offsets))
        due = [(on + timedelta(days=draw(offsets)), share) for share in shares]
        ledger.invoice(f"I{number}", on, whole, due=due)
    for number in range(draw(st.integers(0, 4))):
        on = date(2026, 1, 1) + timedelta(days=draw(offsets))
        ledger.pay(f"P{number}", on, Money(draw(minor), "EUR").major())
        if draw(st.booleans()):
            ledger.apply(f"P{number}", draw(st.sampled_from(["I0", None])), on)
    return ledger


@given(ledgers(), offsets)
def test_open_less_unapplied_is_the_ledgers_balance(ledger, offset):
    as_of = date(2026, 1, 1) + timedelta(days=offset)
    posted = (entry.amount for entry in ledger.entries if entry.dated_on <= as_of)

    assert position(ledger.book, EURO, as_of).balance == Money.total(posted, "EUR")


@given(ledgers(), offsets)
def test_no_item_is_overpaid_and_no_credit_overspent(ledger, offset):
    as_of = date(2026, 1, 1) + timedelta(days=offset)
    items = open_items(ledger.book, as_of)

    assert all(euro("0.00") <= item.claim <= item.part.amount for item in items)
    assert position(ledger.book, EURO, as_of).unapplied >= euro("0.00")


@given(ledgers(), offsets)
def test_applying_and_ending_on_the_same_day_is_nothing(ledger, offset):
    as_of = date(2026, 1, 1) + timedelta(days=offset)
    applied = [*ledger.allocations]
    ledger.allocations = []
    before = position(ledger.book, EURO, as_of)
    ledger.allocations = [each.ended(each.effective_on) for each in applied]

    assert position(ledger.book, EURO, as_of) == before


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_allocations_changes_no_balance(ledger, chance):
    end = date(2026, 12, 31)
    before = open_items(ledger.book, end), position(ledger.book, EURO, end)
    chance.shuffle(ledger.allocations)

    assert (open_items(ledger.book, end), position(ledger.book, EURO, end)) == before


@given(ledgers(), st.integers(1, 99))
def test_a_split_credit_applied_wholly_pays_what_the_whole_does(ledger, percent):
    split = Ledger(entries=[*ledger.entries], parts=ledger.parts, allocations=[*ledger.allocations])
    end = date(2026, 12, 31)
    ledger.pay("X", end, "100.00")
    ledger.apply("X", None, end)
    split.pay("X1", end, f"{percent}.00")
    split.pay("X2", end, f"{100 - percent}.00")
    split.apply("X1", None, end)
    split.apply("X2", None, end)

    assert split.open_by_number(end) == ledger.open_by_number(end)
