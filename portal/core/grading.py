"""
What a score comes to: the grade and the limit; and which figures are too old to count.

Over plain figures; `scorecard` makes the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portal.core.grade import Grade
from portal.core.money import Money

#: Those that are of a balance sheet.
FINANCIAL = frozenset({"debt_ratio", "current_ratio", "cash_flow", "net_margin", "asset_size"})
#: After so many months they say nothing any more.
FINANCIAL_MONTHS = 18
#: Days of a month, as terms count them.
MONTH_DAYS = 30


def is_stale(factor: str, as_of: date, on: date) -> bool:
    """
    Whether a figure is too old to say anything.

    Rule: R195 — what is of a balance sheet counts for 18 months after its day; older, it is
    unknown, with the reason (S-003, S-029).

    >>> is_stale("debt_ratio", date(2024, 12, 31), date(2026, 6, 30))
    False
    >>> is_stale("debt_ratio", date(2024, 12, 31), date(2026, 7, 1))
    True
    """
    return factor in FINANCIAL and _months_between(as_of, on) >= FINANCIAL_MONTHS


def _months_between(first: date, last: date) -> int:
    """The whole months after which a day has passed, the last one begun counting as whole."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (last.day <= first.day)


def grade_for(
    score: Decimal | None, grades: Sequence[Grade], in_force: str = "", hysteresis: int = 3
) -> str:
    """
    The grade that a score earns; empty where there is no score, or it is below every grade.

    Rule: R193 — a bound changes the grade in force only when the score is `hysteresis` points
    beyond it: to rise, so many above or just there; to fall, more than so many below. Who has no
    grade gets that of the bounds (RULES 2 'weighted credit score').

    >>> from portal.core.grade import SHIPPED_GRADES
    >>> def grade(score, in_force=""):
    ...     return grade_for(Decimal(score), SHIPPED_GRADES, in_force)
    >>> grade(85), grade(84), grade("87.99", "B"), grade(88, "B"), grade(82, "A"), grade(81, "A")
    ('A', 'B', 'B', 'A', 'A', 'B')
    """
    return grade_by(score, bounds_for(grades, in_force, hysteresis))


def bounds_for(
    grades: Sequence[Grade], in_force: str = "", hysteresis: int = 3
) -> list[tuple[int, str]]:
    """
    The score from which each grade is earned by who has one in force, the best first.

    >>> from portal.core.grade import SHIPPED_GRADES
    >>> bounds_for(SHIPPED_GRADES, "B")
    [(88, 'A'), (67, 'B'), (52, 'C'), (-3, 'D')]
    """
    best_first = sorted(grades, key=lambda grade: -grade.min_score)
    held = next((grade for grade in best_first if grade.name == in_force), None)
    return [(each.min_score + _moved(each, held, hysteresis), each.name) for each in best_first]


def grade_by(score: Decimal | None, bounds: Sequence[tuple[int, str]]) -> str:
    """
    The first grade whose bound a score reaches.

    >>> grade_by(Decimal(70), [(85, "A"), (70, "B")]), grade_by(Decimal(69), [(70, "B")])
    ('B', '')
    """
    if score is not None:
        for bound, name in bounds:
            if score >= bound:
                return name
    return ""


def _moved(grade: Grade, held: Grade | None, hysteresis: int) -> int:
    """How far a bound is moved by the grade in force: harder to rise to, harder to fall from."""
    if held is None:
        return 0
    return hysteresis if grade.min_score > held.min_score else -hysteresis


def suggested_limit(
    grade: Grade, monthly_sales: Money | None, term_days: int | None, factor: Fraction
) -> Money | None:
    """
    The limit that a grade and the sales suggest; None where sales or term are not known.

    Rule: R194 — min(the grade's cap, k × average monthly sales × term days ÷ 30), half up; a grade
    that pays in advance suggests nothing on credit (RULES 2 'weighted credit score').

    >>> a = Grade("A", 85, limit_cap=(("CNY", "2000000.00"),))
    >>> sales = Money.parse("300000.00", "CNY")
    >>> suggested_limit(a, sales, 45, Fraction(1)).major()
    '450000.00'
    >>> suggested_limit(a, sales, 360, Fraction(1)).major()
    '2000000.00'
    """
    if monthly_sales is None:
        return None
    if grade.prepayment_only:
        return Money.zero(monthly_sales.currency)
    if term_days is None:
        return None
    part = monthly_sales.minor * factor.numerator * term_days
    whole = factor.denominator * MONTH_DAYS
    wanted = Money((2 * part + whole) // (2 * whole), monthly_sales.currency)
    cap = grade.cap(monthly_sales.currency)
    return wanted if cap is None else min(wanted, cap)
