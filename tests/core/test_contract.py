"""R165–R167: how far a contract is, what may be amended in it, and who may have signed it."""

import datetime as dt

import pytest

from portal.core.contract import (
    BINDING,
    SEALS,
    Span,
    check_amendment,
    check_review,
    check_span,
    is_about_paying,
    standing_on,
)
from portal.core.errors import RuleBroken


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


YEAR = Span(day("2026-01-01"), day("2026-12-31"))
TERMS = {"payment_terms": "net 30"}


@pytest.mark.parametrize(
    ("on", "standing"),
    [
        ("2025-12-31", "to_come"),
        ("2026-01-01", "running"),
        ("2026-10-31", "running"),
        ("2026-11-01", "ending"),
        ("2026-12-31", "ending"),
        ("2027-01-01", "ended"),
    ],
)
def test_a_contract_ends_on_its_last_day_and_is_told_sixty_days_before(on: str, standing: str):
    assert standing_on(YEAR.starts_on, YEAR.ends_on, day(on)).value == standing


def test_a_contract_without_an_end_never_ends():
    assert standing_on(day("2000-01-01"), None, day("2099-01-01")).value == "running"


def test_a_contract_that_ends_before_it_starts_is_refused():
    with pytest.raises(RuleBroken, match=r"contract\.ends_before_it_starts") as broken:
        check_span(Span(day("2026-02-01"), day("2026-01-31")))

    assert broken.value.field == "ends_on"


@pytest.mark.parametrize(
    ("effective", "today", "changes", "code"),
    [
        ("2026-05-01", "2026-04-01", {}, "amendment_empty"),
        ("2025-12-31", "2026-04-01", TERMS, "amendment_too_early"),
        ("2027-01-01", "2026-04-01", TERMS, "amendment_too_late"),
        ("2026-12-31", "2027-01-01", TERMS, "ended"),
        ("2026-05-01", "2026-04-01", {"ends_on": "2026-04-30"}, "amendment_ends_before"),
    ],
)
def test_an_amendment_that_makes_no_sense_is_refused(
    effective: str, today: str, changes: dict[str, str], code: str
):
    with pytest.raises(RuleBroken, match=rf"contract\.{code}"):
        check_amendment(YEAR, day(effective), changes, day(today))


@pytest.mark.parametrize("effective", ["2026-01-01", "2026-12-31"])
def test_an_amendment_may_begin_on_the_first_and_on_the_last_day(effective: str):
    check_amendment(YEAR, day(effective), {**TERMS, "ends_on": "2027-12-31"}, day("2026-06-01"))


def test_what_changes_how_is_paid_waits_for_a_second_person():
    assert is_about_paying({"transport": "by rail", "late_interest_rate": "12.25"})
    assert not is_about_paying({"ends_on": "2027-12-31", "price_list": "P-2"})


@pytest.mark.parametrize("seal", [*sorted(set(SEALS) - BINDING), None])
def test_a_private_seal_or_a_bare_signature_passes_only_with_a_note_why(seal: str | None):
    check_review(seal, "Power of attorney of 3 May 2026")
    with pytest.raises(RuleBroken, match=r"contract\.authority_unsaid"):
        check_review(seal, "  ")


@pytest.mark.parametrize("seal", sorted(BINDING))
def test_the_contract_seal_says_enough(seal: str):
    check_review(seal, "")
