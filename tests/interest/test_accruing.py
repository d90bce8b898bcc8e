"""What late interest comes to over the books, on both databases, against core's plain model."""

from datetime import date
from decimal import Decimal

import pytest

from portal.base.access import SYSTEM
from portal.core.instalment import Paid
from portal.core.interest import Claim, Rate, always, worked_out
from portal.core.ledger import Kind, open_items
from portal.interest.names import workings_said
from portal.interest.workings import Capped, facts_of, read_facts, worked_among
from portal.invoices.open_items import everyone
from tests.interest.lending import Lender, day
from tests.ledgers import store
from tests.random_books import a_random_book

TODAY = date(2026, 11, 20)
DAYS = (date(2025, 12, 31), date(2026, 3, 15), date(2026, 5, 31), date(2026, 12, 1))


def by_core(book, as_of):
    """The interest of each invoice's part at ten per cent, by core alone and what is known now."""
    now = max(as_of, TODAY)
    disputed = {(i.entry.id, i.part.part): i.disputed.minor for i in open_items(book, now)}
    found = {}
    for part in book.parts:
        entry = book.by_id[part.entry_id]
        is_late = part.due_on is not None and part.due_on < as_of and entry.dated_on <= as_of
        if entry.kind is not Kind.INVOICE or not is_late:
            continue
        came = tuple(
            Paid(book.by_id[each.credit_id].dated_on, each.amount)
            for each in book.allocations
            if (each.entry_id, each.part) == (part.entry_id, part.part) and each.counts_on(now)
            if not book.by_id[each.credit_id].kind.is_memo
        )
        key = (part.entry_id, part.part)
        claim = Claim(part.amount, part.due_on, came, 0, disputed.get(key, 0))
        total = worked_out(claim, always(Rate(Decimal(10))), as_of).total.minor
        if total:
            found[key] = total
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_books_bear_what_core_says(any_installation, seed):
    book = a_random_book(seed)
    store(any_installation, book)
    lender = Lender(any_installation)
    lender.decide(late_interest={"annual_rate": "10", "day_count": 365})

    for as_of in DAYS:
        found = {key: minor for key, minor in lender.every(as_of).items() if minor}
        assert found == by_core(book, as_of)


def test_an_open_item_bears_from_the_day_after_it_was_due(lender):
    lender.invoice(1)

    assert lender.open("10-01") == []
    assert lender.open("10-11") == ["1.00"]


def test_money_counts_from_its_value_date_though_it_was_applied_later(lender):
    lender.invoice(1)
    lender.pay(1, "10-06", 365_00, applied="11-01")

    assert lender.open("10-31") == ["0.50"]
    assert lender.open("10-04") == ["0.30"]


def test_what_was_paid_in_time_bears_nothing(lender):
    lender.invoice(1)
    lender.pay(1, "10-01", 365_00)

    assert lender.lines("11-11") == []


def test_a_credit_note_about_the_invoice_was_never_owed(lender):
    lender.invoice(1)
    lender.invoice(2)
    lender.pay(1, "10-21", 73_00, Kind.CREDIT_NOTE)
    lender.credit(2, "10-21", 73_00)

    assert lender.open("10-21") == ["2.00", "1.60"]


def test_a_write_off_inside_the_house_forgives_nothing(lender):
    lender.invoice(1)
    lender.pay(1, "10-02", 365_00, Kind.WRITE_OFF)

    assert lender.open("10-11") == ["1.00"]


def test_what_is_disputed_accrues_silently_and_counts_in_full_once_rejected(lender):
    lender.invoice(1)
    lender.dispute(1, 182_50)
    assert lender.open("10-11") == ["0.50"]

    lender.say("update disputed_part set ended_on = '2026-10-16'")

    assert lender.open("10-11") == ["1.00"]


def test_what_a_file_charged_about_an_invoice_is_not_asked_again(lender):
    lender.invoice(1)
    lender.say(
        "insert into entry (id, customer_id, currency, kind, space, dated_on, amount_minor, number,"
        " subkind, about_id, posted_at) select 77, customer_id, currency, 2, 3, dated_on, 60,"
        " 'INT-77', 'interest', 1, posted_at from entry where id = 1"
    )

    [line] = lender.lines("10-11")
    assert (line.total.major(), line.charged.major(), line.open.major()) == ("1.00", "0.60", "0.40")


def test_an_invoice_that_is_held_for_its_contract_bears_nothing_meanwhile(lender):
    lender.invoice(1)
    lender.hold(1)

    assert lender.lines("10-11") == []


# ── Which rate holds ─────────────────────────────────────────────────────────


def test_without_any_rate_nothing_accrues(installation):
    lender = Lender(installation)
    lender.invoice(1)

    assert lender.lines("10-11") == []


def test_a_customers_own_rate_goes_before_the_policys(lender):
    lender.invoice(1)
    own = (
        "insert into customer_terms (customer_id, effective_on, terms, late_rate, day_count,"
        " source, reason, author, at) select customer_id, '2026-01-01', '', '20', 365, 'file', '',"
        " '', posted_at from entry where id = 1"
    )
    lender.say(own)

    assert lender.open("10-11") == ["2.00"]


def test_named_terms_bring_their_own_rate_and_grace(lender):
    named = {"name": "strict", "text": "net 30", "grace_days": 5}
    lender.decide(terms=[named | {"late_interest": {"daily_rate": "0.1"}}])
    lender.invoice(1)
    lender.say("update customer set payment_terms = 'strict'")

    assert lender.lines("10-06") == []
    assert lender.open("10-07") == ["2.19"]


def test_a_contracts_rate_as_of_the_invoices_date_goes_first(lender):
    """S-153."""
    lender.invoice(1)
    lender.say("update invoice set contract_code = 'K-1' where entry_id = 1")
    lender.sign("K-1", "30")

    assert lender.open("10-11") == ["3.00"]


def test_a_law_brings_its_reference_rates_and_a_sum_for_each_late_claim(lender):
    lender.decide(
        late_interest={"statute": "eu", "day_count": 365},
        reference_rates=[{"name": "ecb", "rates": {"2026-10-06": "12"}}],
    )
    lender.invoice(1, currency="EUR")
    lender.invoice(2)

    [line] = lender.lines("10-11", "EUR")
    # Four days at 8 + 2.15, six at 8 + 12.
    assert (line.fixed.major(), line.total.major()) == ("40.00", "41.61")
    [line] = lender.lines("10-11", "CNY")
    assert line.fixed.minor == 0


def test_the_fixed_sum_falls_with_what_is_disputed_or_within_grace(lender):
    lender.decide(late_interest={"statute": "de", "day_count": 365}, grace_days=7)
    lender.invoice(1, currency="EUR")

    assert lender.lines("10-08", "EUR") == []
    assert lender.lines("10-09", "EUR")[0].fixed.major() == "40.00"


def test_in_china_and_germany_a_day_off_moves_the_first_late_day(lender):
    lender.invoice(1, due="10-31")
    assert lender.open("11-05") == ["0.50"]

    lender.decide(calendar_country="DE")

    # Saturday 31 October; Monday 2 November is in time.
    assert lender.open("11-05") == ["0.30"]


def test_each_day_is_rounded_where_the_policy_says_so(lender):
    lender.invoice(1, minor=1_000_00)
    lender.decide(late_interest={"annual_rate": "8.5", "day_count": 365})
    assert lender.open("11-20") == ["11.64"]

    lender.decide(late_interest_round_daily=True)

    assert lender.open("11-20") == ["11.50"]


def test_accounts_are_kept_apart(lender):
    lender.invoice(1)
    lender.invoice(2, currency="EUR")
    lender.invoice(3, customer="BERGMANN")

    assert [len(lender.lines("10-11", each)) for each in ("CNY", "EUR", "USD")] == [1, 1, 0]
    assert lender.open("10-11", code="BERGMANN") == ["1.00"]


# ── Caps ─────────────────────────────────────────────────────────────────────


def worked(lender, on):
    with lender.installation.reading(SYSTEM) as r:
        [found] = worked_among(r, everyone, day(on))
        return found


def test_an_agreed_rate_is_lowered_to_what_the_law_allows_with_its_reason(lender):
    lender.invoice(1)
    lender.decide(late_interest={"daily_rate": "0.05", "day_count": 365}, late_interest_cap="cn")

    found = worked(lender, "10-11")

    # Four times 3.00 % of the day of the invoice: 365.00 for ten days at 12 %.
    assert (found.interest.major(), found.periods[0].percent) == ("1.20", "12")
    assert workings_said(found)[1].startswith("0.05 % a day was agreed; the law caps it, China")
    [kept] = read_facts(facts_of([found]), "CNY")
    assert kept.capped == found.capped


def test_what_a_law_itself_gives_is_not_capped(lender):
    lender.invoice(1)
    lender.decide(late_interest={"statute": "cn", "day_count": 365}, late_interest_cap="cn")

    found = worked(lender, "10-11")

    assert found.periods[0].percent == "0.05"
    assert found.capped == Capped()


def test_in_all_it_is_no_more_than_a_part_of_what_was_owed(lender):
    lender.invoice(1)
    lender.decide(late_interest_most_percent=1)

    assert lender.open("10-11") == ["1.00"]
    assert lender.open("11-20") == ["3.65"]
    found = worked(lender, "11-20")
    assert (found.periods[0].interest.major(), found.interest.major()) == ("5.00", "3.65")
    why = "Not asked for, as it is above 1 % of what was owed: CNY\N{NO-BREAK SPACE}1.35."
    assert workings_said(found)[-1] == why
