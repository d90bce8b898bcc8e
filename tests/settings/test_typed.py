"""What is typed for grades and factors, read and written back."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.policy_kinds import amounts, bands
from portal.settings import typed
from tests.core import policies


def test_the_examples_of_the_module_hold():
    assert doctest.testmod(typed).failed == 0


@given(policies.AMOUNTS)
def test_amounts_are_read_as_they_are_written(told):
    assert amounts(typed.amounts_typed(typed.amounts_written(told))) == amounts(told)


@given(policies.bands())
def test_pairs_are_read_as_they_are_written(told):
    assert bands(typed.pairs_typed(typed.pairs_written(told))) == told


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_as_something(text):
    assert isinstance(typed.amounts_typed(text), dict)
    assert isinstance(typed.pairs_typed(text), list)
    typed.number_typed(text)


@pytest.mark.parametrize("text", ["CNY five", "CNY", "5 CNY", "CNY 5 EUR"])
def test_what_is_no_amount_is_kept_to_be_refused(text):
    assert typed.amounts_typed(text)
