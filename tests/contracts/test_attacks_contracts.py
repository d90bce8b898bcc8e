"""Contracts under attack: price lists that break readers, contracts that are swapped for others."""

import time
from typing import Any

import pytest

from portal.contracts.keeping import KeepContract, keep_contract
from portal.contracts.prices.keeping import KeepPrices, keep_prices
from portal.contracts.prices.reading import read_prices
from portal.core.errors import RuleBroken
from portal.tables.contracts import Contract, Price
from tests.contracts.keeping import Archive
from tests.contracts.test_keeping import CLERK, VALUES, invoiced, kept

#: One row at a time against all of them takes five times as long.
MOST_SECONDS = 3
LINE = "A-1,pcs,CNY,{},2026-05-01"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LINE.format("1e-999999999999999999"), "price.number"),
        (LINE.format("1e2"), "price.number"),
        (LINE.format("NaN"), "price.number"),
        (LINE.format("-0"), "price.number"),
        (LINE.format("1_0"), "price.number"),
        ("A-1\rB,pcs,CNY,12.50,2026-05-01", "price.line"),
        (f'"{"A" * 200_000}",pcs,CNY,12.50,2026-05-01', "price.line"),
        (f'"{"A" * 2_000}",pcs,CNY,12.50,2026-05-01', "price.product"),
        ("A-1\0,pcs,CNY,12.50,2026-05-01", "price.product"),
        ("A-1\N{RIGHT-TO-LEFT OVERRIDE},pcs,CNY,12.50,2026-05-01", "price.product"),
        ("A-1,p\0cs,CNY,12.50,2026-05-01", "price.product"),
    ],
)
def test_a_price_list_that_breaks_readers_is_refused_by_its_line(text: str, code: str):
    with pytest.raises(RuleBroken) as refused:
        read_prices(text)

    assert (refused.value.code, refused.value.facts["line"]) == (code, 1)


def refused(archive: Archive, contract_id: int, version: int, **changes: Any) -> str:
    command = KeepContract(archive.customer_id(), VALUES | changes, contract_id, version)
    with pytest.raises(RuleBroken) as broken:
        archive.act(CLERK, keep_contract, command)
    return broken.value.code


def test_under_its_invoices_a_contract_is_not_swapped_for_another(archive: Archive):
    """Renamed away, a second one with its number would have agreed to other terms alone."""
    invoiced(archive)
    contract_id = kept(archive)

    assert refused(archive, contract_id, 1, code="K-1-old") == "contract.needs_amendment"
    assert [row.code for row in archive.rows(Contract)] == ["K-1"]


def test_a_number_that_was_typed_wrong_is_put_right_while_nothing_stands_on_it(archive: Archive):
    contract_id = kept(archive, code="K-l")
    command = KeepContract(archive.customer_id(), VALUES, contract_id, 1)
    archive.act(CLERK, keep_contract, command)

    assert [row.code for row in archive.rows(Contract)] == ["K-1"]


def test_a_whole_list_is_put_right_at_once(archive: Archive):
    """What counts is that nothing is looked for again with every row: that took minutes."""

    def listed(price: str) -> KeepPrices:
        rows = "\n".join(f"A-{nth},pcs,CNY,{price},2026-05-01" for nth in range(3_000))
        return KeepPrices("P-1", read_prices(rows))

    archive.act(CLERK, keep_prices, listed("1.50"))
    start = time.process_time()
    found = archive.act(CLERK, keep_prices, listed("2.50"))

    assert (found.added, found.updated) == (0, 3_000)
    assert {str(row.unit_price) for row in archive.rows(Price)} == {"2.50"}
    assert time.process_time() - start < MOST_SECONDS
