"""R73: amounts that make up another together are found within bounds, and only where they must."""

import pytest

from portal.core.combining import Part, only_sum

DAY = [Part(1, 5, 400), Part(2, 5, 600)]


@pytest.mark.parametrize(
    ("parts", "target", "steps", "found"),
    [
        (DAY, 1000, 9, (1, 2)),
        ([*DAY, Part(3, 6, 300), Part(4, 6, 700)], 1000, 99, ()),
        ([Part(1, 5, -40), Part(2, 6, -60), Part(3, 7, -25)], -85, 99, (2, 3)),
        ([Part(at, at, 1 << at) for at in range(1, 11)], sum(1 << at for at in range(2, 8)), 0, ()),
        ([Part(at, at, 100) for at in range(7)], 700, 9999, ()),
    ],
    ids=["a day", "two days", "credits", "no steps left", "seven parts"],
)
def test_a_sum_is_found_where_one_choice_gives_it(parts, target, steps, found):
    assert only_sum(target, parts, steps) == found
