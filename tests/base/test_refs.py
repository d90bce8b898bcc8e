"""Public references."""

from hypothesis import given
from hypothesis import strategies as st

from portal.base.refs import Refs

REFS = Refs(b"k" * 16)


@given(st.integers(1, 2**40 - 1))
def test_a_reference_leads_back_to_its_row(row_id):
    assert REFS.id("st", REFS.of("st", row_id)) == row_id


@given(st.integers(1, 2**40 - 1))
def test_a_reference_of_another_kind_or_key_leads_nowhere(row_id):
    ref = REFS.of("st", row_id)

    assert REFS.id("iv", "iv" + ref[2:]) != row_id
    assert Refs(b"other").id("st", ref) != row_id


@given(st.text(max_size=20))
def test_any_text_is_answered_with_an_id_or_none(text):
    found = REFS.id("st", text)

    assert found is None or REFS.of("st", found) == text


def test_neighbouring_rows_have_unlike_references():
    assert REFS.of("st", 1)[3:8] != REFS.of("st", 2)[3:8]
