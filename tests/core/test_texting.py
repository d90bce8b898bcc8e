"""R138–R139: how long texts are, and to which numbers they go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.texting import e164, fitted, masked_number, segments

LINK = "https://ar.huadong.example/statements/st_0K3XXXXXXXXXX"


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("13800138000", "CN", "+8613800138000"),
        ("+86 138-0013-8000", "DE", "+8613800138000"),
        ("1380013 8000", "CN", "+8613800138000"),
        ("07700 900123", "GB", "+447700900123"),
        ("02 1234 5678", "IT", "+390212345678"),
        ("(212) 555-0123", "US", "+12125550123"),
    ],
)
def test_a_number_is_kept_as_the_world_dials_it(written, country, number):
    """Rule R139."""
    assert e164(written, country) == number


@pytest.mark.parametrize("written", ["", "call me", "+0861380013", "12", "+86138001380001234", "+"])
def test_what_is_no_number_is_refused(written):
    """Rule R139."""
    with pytest.raises(RuleBroken, match=r"phone\.malformed"):
        e164(written, "CN")


def test_a_national_number_needs_a_country():
    """Rule R139."""
    with pytest.raises(RuleBroken, match=r"phone\.no_country"):
        e164("138 0013 8000", "")


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=400))
def test_no_text_is_longer_than_two_segments_and_its_link_is_whole(sentence):
    """Rule R138."""
    text = fitted(sentence, LINK)

    assert segments(text) <= 2
    assert text.endswith(f" {LINK}")


def test_a_sentence_that_fits_is_said_whole():
    """Rule R138."""
    said = "华东贸易：贵公司2026年10月的对账单已出具，请于2026年11月18日前答复。"

    assert fitted(said, LINK) == f"{said} {LINK}"


def test_euro_signs_and_braces_take_two_places():
    assert [segments("€" * 80), segments("€" * 81)] == [1, 2]


def test_a_mark_of_typography_does_not_double_the_price():
    said = "Your statement for 1 Oct \N{EN DASH} 31 Oct is ready: please answer it"

    assert segments(f"{said} {LINK}") == 2
    assert segments(fitted(said, LINK)) == 1


def test_a_masked_number_shows_its_last_four_digits():
    assert masked_number("+491711234567") == "+49•••4567"
