"""R432, R433: what the house's own month ends say is lost of each bucket."""

from fractions import Fraction

from portal.core.roll_rate import LEAST_MONTHS, Flow, Rolled, loss_shares, percent, rolled_by_bucket

IN_FORCE = [Fraction(1, 100), Fraction(1, 2), Fraction(9, 10)]


def rolled(paid: int, lost: int, on: dict[int, int], months: int = LEAST_MONTHS) -> Rolled:
    return Rolled(paid + lost + sum(on.values()), paid, lost, 0, on, months)


def test_flows_of_months_add_up_and_nothing_is_lost_on_the_way():
    flows = [Flow(1, 0, 1, 100, 60, 10), Flow(1, 0, 0, 50, 50, 0), Flow(2, 0, 2, 30, 30, 0)]

    first, second, third = rolled_by_bucket(flows, 3)

    assert (first.stood, first.months) == (180, 2)
    assert first.paid + first.lost + first.stayed + first.moved == first.stood
    assert (first.paid, first.lost, first.stayed, first.rolled) == (30, 10, 50, {1: 60, 2: 30})
    assert second == third == Rolled(0, 0, 0, 0, {}, 0)


def test_a_loss_rolls_back_through_every_bucket():
    history = [rolled(80, 0, {1: 20}), rolled(50, 0, {2: 50}), rolled(30, 10, {})]

    assert loss_shares(history, IN_FORCE) == [Fraction(1, 40), Fraction(1, 8), Fraction(1, 4)]


def test_what_stays_waits_for_its_turn():
    waiting = Rolled(1000, 30, 10, 960, {}, LEAST_MONTHS)

    assert loss_shares([waiting], IN_FORCE) == [Fraction(1, 4)]


def test_too_few_months_say_nothing_and_the_matrix_stands_in_for_them():
    history = [rolled(80, 0, {1: 20}), rolled(1, 0, {}, LEAST_MONTHS - 1)]

    assert loss_shares(history, IN_FORCE) == [Fraction(1, 10), None]


def test_a_rate_is_rounded_once_and_never_more_than_all():
    assert [percent(Fraction(1, 8)), percent(Fraction(1, 1000), 105)] == ["12.50", "0.11"]
    assert percent(Fraction(1), 300) == "100.00"
