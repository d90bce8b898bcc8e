"""
Credit applications: what is asked of whom, what was told and how, and the ratios in it.

What a field is called in words is not known here; neither is who reads the answers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.money import Money

#: Field → what was told, in plain text; a field that is absent is not known.
Answers = Mapping[str, str]

LONGEST_TEXT, LONGEST_STORY = 200, 2_000
MOST_COUNTED = 10_000_000
LONGEST_COUNT = 12
EARLIEST_YEAR = 1000
CENT = Decimal("0.01")
THOUSAND = 1_000


class Asks(StrEnum):
    """What an application is for."""

    OPENING = "opening"
    LIMIT = "limit"
    TERMS = "terms"


class Step(StrEnum):
    """The pages of an application, in their order."""

    ASK = "ask"
    STANDING = "standing"
    FINANCES = "finances"
    FIGURES = "figures"
    OPERATIONS = "operations"
    FILES = "files"
    CHECK = "check"


#: What an application goes through, by what it is for.
STEPS: Mapping[Asks, tuple[Step, ...]] = {
    Asks.OPENING: tuple(Step),
    Asks.LIMIT: (Step.ASK, Step.FINANCES, Step.FIGURES, Step.FILES, Step.CHECK),
    Asks.TERMS: (Step.ASK, Step.FILES, Step.CHECK),
}


class Shape(StrEnum):
    """What can be written into a field."""

    TEXT = "text"
    STORY = "story"
    AMOUNT = "amount"
    COUNT = "count"
    YEAR = "year"
    DAY = "day"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """A thing that is asked: on which page, in which shape, and where it must be told."""

    name: str
    step: Step
    shape: Shape
    needed_for: frozenset[Asks] = frozenset()
    choices: tuple[str, ...] = ()
    #: Whether an amount may be below nothing, as a loss is.
    may_be_negative: bool = False


def _fields(step: Step, *told: tuple[str, Shape]) -> tuple[Field, ...]:
    return tuple(Field(name, step, shape) for name, shape in told)


_NEW = frozenset({Asks.OPENING})
#: What a year's figures are, by the names that `figures_of` reads.
YEAR_FIGURES = (
    *("fixed_assets", "current_assets", "assets", "current_debts", "debts", "receivables"),
    *("sales", "profit", "cash_flow"),
)
_SIGNED = {"profit", "cash_flow"}
#: The last year end and the one before it.
YEARS = (1, 2)

#: Every field in the order of the pages (S-002, S-005 to S-007); of the owner nothing (S-008).
FIELDS: tuple[Field, ...] = (
    Field("asked_limit", Step.ASK, Shape.AMOUNT, frozenset({Asks.OPENING, Asks.LIMIT})),
    Field("asked_terms", Step.ASK, Shape.TEXT, frozenset({Asks.TERMS})),
    Field("reason", Step.ASK, Shape.STORY, frozenset({Asks.LIMIT, Asks.TERMS})),
    Field(
        "development",
        Step.STANDING,
        Shape.CHOICE,
        _NEW,
        ("new", "growing", "stable", "shrinking"),
    ),
    Field("founded", Step.STANDING, Shape.YEAR, _NEW),
    *_fields(
        Step.STANDING,
        ("reputation", Shape.STORY),
        ("past_dealings", Shape.STORY),
        ("references", Shape.STORY),
    ),
    Field(
        "entity_type",
        Step.FINANCES,
        Shape.CHOICE,
        _NEW,
        ("limited", "joint_stock", "partnership", "sole", "state", "institution", "other"),
    ),
    Field("registered_capital", Step.FINANCES, Shape.AMOUNT, _NEW),
    *_fields(
        Step.FINANCES,
        ("source_of_funds", Shape.STORY),
        ("ability_to_repay", Shape.STORY),
    ),
    *(
        field
        for nth in YEARS
        for field in (
            Field(f"year_end_{nth}", Step.FIGURES, Shape.DAY),
            *(
                Field(
                    f"{name}_{nth}",
                    Step.FIGURES,
                    Shape.AMOUNT,
                    may_be_negative=name in _SIGNED,
                )
                for name in YEAR_FIGURES
            ),
        )
    ),
    *_fields(
        Step.OPERATIONS,
        ("direction", Shape.STORY),
        ("management", Shape.STORY),
        ("main_channel", Shape.TEXT),
        ("experience", Shape.TEXT),
        ("competing_products", Shape.TEXT),
        ("best_sellers", Shape.TEXT),
        ("sales_force", Shape.COUNT),
        ("employees", Shape.COUNT),
        ("warehouse", Shape.TEXT),
        ("logistics", Shape.TEXT),
    ),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}


def fields_of(step: Step) -> tuple[Field, ...]:
    """
    The fields of a page, in their order.

    >>> [field.name for field in fields_of(Step.ASK)]
    ['asked_limit', 'asked_terms', 'reason']
    """
    return tuple(field for field in FIELDS if field.step is step)


def read_answer(field: Field, text: str, currency: str) -> str:
    """
    What was typed into a field as it is kept; empty where nothing was told.

    Rule: R246 — an answer is kept as it was meant: amounts as plain decimals of the application's
    currency, days and years real ones, choices among those offered; what is left empty is not
    known, which is never zero (S-002, S-006).
    Raises: application.too_long, application.not_a_number, application.not_a_year,
    application.not_a_day, application.not_a_choice, application.below_nothing, and what
    `Money.parse` raises.

    >>> read_answer(BY_NAME["sales_1"], "1234.5", "CNY"), read_answer(BY_NAME["founded"], "", "CNY")
    ('1234.50', '')
    """
    value = text.strip()
    if not value:
        return ""
    if field.shape is Shape.AMOUNT:
        return _read_amount(field, value, currency)
    return _READERS.get(field.shape, _read_words)(field, value)


def _read_amount(field: Field, value: str, currency: str) -> str:
    try:
        amount = Money.parse(value, currency)
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field=field.name, **broken.facts) from broken
    if amount.minor < 0 and not field.may_be_negative:
        raise RuleBroken("application.below_nothing", field=field.name)
    return amount.major()


def _read_count(field: Field, value: str) -> str:
    plain = value.replace(",", "")
    is_count = plain.isascii() and plain.isdigit() and len(plain) <= LONGEST_COUNT
    if not is_count or int(plain) > MOST_COUNTED:
        raise RuleBroken("application.not_a_number", field=field.name)
    return str(int(plain))


def _read_year(field: Field, value: str) -> str:
    is_year = value.isascii() and value.isdigit() and len(value) == len(str(EARLIEST_YEAR))
    if not is_year or int(value) < EARLIEST_YEAR:
        raise RuleBroken("application.not_a_year", field=field.name)
    return value


def _read_day(field: Field, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise RuleBroken("application.not_a_day", field=field.name) from error


def _read_choice(field: Field, value: str) -> str:
    if value not in field.choices:
        raise RuleBroken("application.not_a_choice", field=field.name)
    return value


def _read_words(field: Field, value: str) -> str:
    most = LONGEST_STORY if field.shape is Shape.STORY else LONGEST_TEXT
    if len(value) > most:
        raise RuleBroken("application.too_long", field=field.name, most=most)
    return value


_READERS: Mapping[Shape, Callable[[Field, str], str]] = {
    Shape.COUNT: _read_count,
    Shape.YEAR: _read_year,
    Shape.DAY: _read_day,
    Shape.CHOICE: _read_choice,
}


def missing(asks: Asks, answers: Answers) -> list[Field]:
    """
    What must be told before an application can be handed in and is not, in the order of the pages.

    Rule: R247 — an opening tells the limit, the state of development, the year of foundation, the
    legal form and the registered capital; a raise tells the limit and why; other terms tell which
    and why; everything else may stay unknown (S-004 to S-006).

    >>> [field.name for field in missing(Asks.TERMS, {"reason": "the season is long"})]
    ['asked_terms']
    """
    asked = STEPS[asks]
    return [
        field
        for field in FIELDS
        if field.step in asked and asks in field.needed_for and not answers.get(field.name)
    ]


def check_figures(answers: Answers, today: date) -> None:
    """
    Refuse figures that cannot be: of no day, of a day to come, twice of one day, out of proportion.

    Rule: R248 — a year's figures are of a day that is over, each year of its own; current assets
    and current debts are no more than all of them (S-006).
    Raises: application.figures_without_day, application.day_to_come, application.same_year_end,
    application.part_above_whole.

    >>> check_figures({"year_end_1": "2025-12-31", "assets_1": "5.00"}, date(2026, 11, 20))
    """
    ends: list[str] = []
    for nth in YEARS:
        end = answers.get(f"year_end_{nth}", "")
        told = [name for name in YEAR_FIGURES if answers.get(f"{name}_{nth}")]
        if told and not end:
            raise RuleBroken("application.figures_without_day", field=f"year_end_{nth}")
        if end and date.fromisoformat(end) > today:
            raise RuleBroken("application.day_to_come", field=f"year_end_{nth}", today=today)
        if end and end in ends:
            raise RuleBroken("application.same_year_end", field=f"year_end_{nth}")
        ends.append(end)
        for part, whole in (("current_assets", "assets"), ("current_debts", "debts")):
            _check_part(answers, f"{part}_{nth}", f"{whole}_{nth}")


def _check_part(answers: Answers, part: str, whole: str) -> None:
    if (
        answers.get(part)
        and answers.get(whole)
        and Decimal(answers[part]) > Decimal(answers[whole])
    ):
        raise RuleBroken("application.part_above_whole", field=part)


@dataclass(frozen=True, slots=True)
class Told:
    """A scoring factor that an application tells, and the day that it is of."""

    factor: str
    value: Decimal
    as_of: date


def facts_told(answers: Answers, *, is_own_currency: bool) -> list[Told]:
    """
    The factors of the scorecard that follow from an application's figures.

    Rule: R249 — all assets in thousands of the company's own currency, debts ÷ assets, current
    assets ÷ current debts, operating cash flow ÷ sales and profit ÷ sales, each of its year end,
    rounded once to two decimals, half up; a ratio of which one figure is not told or that divides
    by nothing stays unknown (S-006, S-020).

    >>> told = {"year_end_1": "2025-12-31", "debts_1": "40.00", "assets_1": "120.00"}
    >>> [(each.factor, str(each.value)) for each in facts_told(told, is_own_currency=True)]
    [('asset_size', '0.12'), ('debt_ratio', '33.33')]
    """
    found: list[Told] = []
    for nth in YEARS:
        assets, end = _figure(answers, f"assets_{nth}"), answers.get(f"year_end_{nth}")
        if assets is not None and end and is_own_currency:
            thousands = _rounded(assets / THOUSAND)
            found.append(Told("asset_size", thousands, date.fromisoformat(end)))
        found += _ratios(answers, nth)
    return found


#: Factor → what is divided by what, and whether it is told in per cent.
RATIOS: Sequence[tuple[str, str, str, int]] = (
    ("debt_ratio", "debts", "assets", 100),
    ("current_ratio", "current_assets", "current_debts", 1),
    ("cash_flow", "cash_flow", "sales", 100),
    ("net_margin", "profit", "sales", 100),
)


def _ratios(answers: Answers, nth: int) -> Iterable[Told]:
    end = answers.get(f"year_end_{nth}")
    for factor, above, below, times in RATIOS if end else ():
        upper, lower = (_figure(answers, f"{name}_{nth}") for name in (above, below))
        if upper is not None and lower:
            yield Told(factor, _rounded(upper * times / lower), date.fromisoformat(end or ""))


def _figure(answers: Answers, name: str) -> Decimal | None:
    text = answers.get(name)
    return Decimal(text) if text else None


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
