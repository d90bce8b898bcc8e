"""R413, R414, R434: buckets without gap, rates as decimals, each bucket rounded once."""

from decimal import Decimal

import pytest

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.provision import SHIPPED, Matrix, allowance_of, covered, provide


def rows(*pairs: tuple[int | None, str]) -> list[dict[str, object]]:
    told = [{"name": str(end), "until_days": end, "percent": percent} for end, percent in pairs]
    return [{name: each for name, each in row.items() if each is not None} for row in told]


@pytest.mark.parametrize(
    "broken",
    [
        rows((0, "1")),
        rows((0, "1"), (None, "2")),
        rows((5, "1"), (30, "2"), (None, "3")),
        rows((0, "1"), (30, "2"), (30, "3"), (None, "4")),
        rows((0, "1"), (30, "2"), (90, "3")),
        rows((0, "1"), (None, "2"), (90, "3"), (None, "4")),
    ],
)
def test_a_matrix_with_gaps_is_refused(broken: list[dict[str, object]]):
    with pytest.raises(RuleBroken, match=r"provision\.matrix_broken"):
        Matrix.read(broken)


def test_the_shipped_matrix_is_that_of_the_standard_up_to_half_a_year():
    matrix = Matrix.read(())

    assert matrix == Matrix.read(SHIPPED)
    assert [str(percent) for percent in matrix.percents[:4]] == ["1", "2", "3", "20"]


def test_the_figures_of_a_rate_below_one_per_cent():
    matrix = Matrix.read(rows((0, "0.5"), (30, "2.2"), (60, "2.7"), (None, "4.5")))
    owed = [Money(minor * 100, "EUR") for minor in (15_000, 7_500, 4_000, 2_500)]

    assert [line.allowance.major() for line in provide(owed, matrix)] == [
        "75.00",
        "165.00",
        "108.00",
        "112.50",
    ]


def test_a_bucket_in_the_customers_favour_is_not_provided_for():
    assert allowance_of(Money(-500, "CNY"), Decimal(20)) == Money(0, "CNY")


@pytest.mark.parametrize(
    ("accepted", "expected"), [(0, [0, 0, 0]), (100, [33, 67, 0]), (1000, [100, 200, 0])]
)
def test_securities_cover_every_debt_in_proportion_and_none_beyond_itself(
    accepted: int, expected: list[int]
):
    owed = [Money(minor, "CNY") for minor in (100, 200, -50)]

    assert [each.minor for each in covered(owed, Money(accepted, "CNY"))] == expected
