"""Addresses and forms about disputes that no page of ours makes."""

import pytest

from tests.buyer import Buyer, ref_of
from tests.desk import Office


@pytest.mark.parametrize("line", ["0", "-1", "9", "4294967296", "9" * 30, "x", "１"])
def test_a_line_that_is_none_is_not_there(chen: Buyer, office: Office, line: str):
    chen.visit(f"/disputes/new?invoice={ref_of(office, 'INV-2')}&line={line}", 404)
