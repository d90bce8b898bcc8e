"""Addresses and forms about disputes that no page of ours makes."""

import pytest

from portal.tables.disputes import Dispute
from tests.buyer import Buyer, ref_of
from tests.desk import Office
from tests.disputes.test_pages_staff import kept, raised


@pytest.mark.parametrize("line", ["0", "-1", "9", "4294967296", "9" * 30, "x", "１"])
def test_a_line_that_is_none_is_not_there(chen: Buyer, office: Office, line: str):
    chen.visit(f"/disputes/new?invoice={ref_of(office, 'INV-2')}&line={line}", 404)


def test_who_is_nobody_of_ours_takes_a_dispute_from_nobody(chen: Buyer, office: Office):
    path, clerk = raised(chen, office), office.enter("clerk")
    clerk.send(f"{path}/owner", data={"take": "yes"})
    clerk.send(f"{path}/owner", 422, data={"owner": "us_nobody"})

    assert [row.owner_id for row in kept(office, Dispute)] == [clerk.user_id]
