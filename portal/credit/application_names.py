"""What applications, their pages and their fields are called, and what each field means."""

from __future__ import annotations

import datetime as dt

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.application import YEAR_FIGURES, YEARS, Asks, Field, Shape, Step
from portal.core.money import Money
from portal.credit.limit_names import amount_words

ASKS = {
    Asks.OPENING: N_("Opening of an account"),
    Asks.LIMIT: N_("Higher limit"),
    Asks.TERMS: N_("Other terms"),
}
STEPS = {
    Step.ASK: N_("What you ask for"),
    Step.STANDING: N_("Standing"),
    Step.FINANCES: N_("Finances"),
    Step.FIGURES: N_("Figures"),
    Step.OPERATIONS: N_("Business"),
    Step.FILES: N_("Files"),
    Step.CHECK: N_("Check"),
}
LEADS = {
    Step.ASK: N_("Say what you need and why. The more precise, the sooner we can answer."),
    Step.STANDING: N_("How the company has developed, and who knows it."),
    Step.FINANCES: N_("What the company stands on. Leave empty what you cannot say."),
    Step.FIGURES: N_(
        "From the balance sheet and the income statement, in %(currency)s: the last year and the "
        "one before it. What is left empty counts as not known, never as nothing."
    ),
    Step.OPERATIONS: N_("What the company sells, to whom and how. All of it may be left empty."),
    Step.FILES: N_("Proofs of what you said: the latest statements, a credit report, the licence."),
    Step.CHECK: N_("Read it once more. It is handed in as it stands here."),
}
#: field → its name and what it means
FIELDS = {
    "asked_limit": (
        N_("Limit that you need"),
        N_("Up to this amount you could order before you pay."),
    ),
    "asked_terms": (
        N_("Terms that you ask for"),
        N_("For example: net 60, or 60 days after the end of the month."),
    ),
    "reason": (N_("Why"), N_("For example a season, a new branch, a larger order.")),
    "development": (N_("State of development"), ""),
    "founded": (N_("Founded in the year"), N_("Four digits, such as 2008.")),
    "reputation": (
        N_("Reputation in the trade"),
        N_("Prizes, memberships, what is said of you."),
    ),
    "past_dealings": (
        N_("Dealings so far"),
        N_("With us or with others: since when, how much a year."),
    ),
    "references": (
        N_("Suppliers and customers who know you"),
        N_("Name and town; we ask them only after we told you."),
    ),
    "entity_type": (N_("Legal form"), ""),
    "registered_capital": (N_("Registered capital"), N_("As the licence has it.")),
    "source_of_funds": (
        N_("Source of funds"),
        N_("Own money, banks, investors, and roughly how much of each."),
    ),
    "ability_to_repay": (
        N_("What you pay from"),
        N_("Income that is due, credit lines that are free, securities that you can give."),
    ),
    "year_end": (N_("Year end"), N_("The day of the balance sheet, such as 2025-12-31.")),
    "fixed_assets": (N_("Fixed assets"), N_("Land, buildings, machines, vehicles.")),
    "current_assets": (
        N_("Current assets"),
        N_("Money, stock, receivables: what turns into money within a year."),
    ),
    "assets": (N_("All assets"), N_("The total of the balance sheet.")),
    "current_debts": (N_("Current debts"), N_("What is to be paid within a year.")),
    "debts": (N_("All debts"), N_("All liabilities, the current ones among them.")),
    "receivables": (N_("Receivables"), N_("What your own customers owe you.")),
    "sales": (N_("Sales of the year"), N_("Without tax.")),
    "profit": (N_("Profit after tax"), N_("A loss with a minus sign.")),
    "cash_flow": (
        N_("Operating cash flow"),
        N_("Money that the business itself brought in; a loss with a minus sign."),
    ),
    "direction": (N_("Line of business"), N_("What you make or sell, and where it is heading.")),
    "management": (N_("How the company is led"), ""),
    "main_channel": (N_("Main channel"), N_("Shops, online, projects, resale.")),
    "experience": (N_("Experience in the trade"), N_("How long, and with what.")),
    "competing_products": (N_("Other brands that you carry"), ""),
    "best_sellers": (N_("What sells best"), ""),
    "sales_force": (N_("People in sales"), ""),
    "employees": (N_("Employees"), ""),
    "warehouse": (N_("Warehouse"), N_("Where, and how large.")),
    "logistics": (N_("Deliveries"), N_("Your own vehicles, or which carrier.")),
}
CHOICES = {
    "new": N_("Founded less than two years ago"),
    "growing": N_("Growing"),
    "stable": N_("Stable"),
    "shrinking": N_("Shrinking"),
    "limited": N_("Limited company"),
    "joint_stock": N_("Joint-stock company"),
    "partnership": N_("Partnership"),
    "sole": N_("Sole proprietor"),
    "state": N_("State-owned company"),
    "institution": N_("Public institution"),
    "other": N_("Another form"),
}
FILE_KINDS = {
    "credit_report": N_("Credit report"),
    "balance_sheet": N_("Balance sheet"),
    "income_statement": N_("Income statement"),
    "licence": N_("Business licence"),
    "signed_form": N_("Signed form"),
    "other": N_("Something else"),
}
#: state → its word and tone
STATES = {
    "draft": (N_("Draft"), "neutral"),
    "submitted": (N_("Handed in"), "info"),
    "granted": (N_("Granted"), "ok"),
    "partly": (N_("Granted in part"), "warn"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
VERDICTS = {
    "granted": {
        "limit": N_("We grant the limit that you asked for"),
        "terms": N_("We agree to the terms that you asked for"),
        "opening": N_("Your account is open"),
    },
    "partly": {
        "limit": N_("We grant a part of the limit that you asked for"),
        "terms": N_("We agree to a part of what you asked for"),
        "opening": N_("Your account is open, with other conditions than you asked for"),
    },
    "refused": {
        "limit": N_("We cannot grant the limit that you asked for"),
        "terms": N_("We cannot agree to the terms that you asked for"),
        "opening": N_("We cannot open an account at present"),
    },
}


def asks_name(kind: str) -> str:
    """What an application is for."""
    return _(ASKS[Asks(kind)])


def step_name(step: Step) -> str:
    """What a page of an application is called."""
    return _(STEPS[step])


def step_lead(step: Step, currency: str) -> str:
    """What a page of an application asks for."""
    return _(LEADS[step]) % {"currency": currency}


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def verdict_sentence(state: str, kind: str) -> str:
    """What came of an application, as its customer is told."""
    return _(VERDICTS[state][kind])


def granted_sentence(amount: Money | None, first_on: dt.date, last_on: dt.date | None) -> str:
    """The limit that an application led to, as its customer is told."""
    first = formats.day(first_on)
    if last_on is None:
        return _("Your limit from %(first)s on: %(limit)s", first=first, limit=amount_words(amount))
    last = formats.day(last_on)
    return _(
        "Your limit from %(first)s to %(last)s: %(limit)s",
        first=first,
        last=last,
        limit=amount_words(amount),
    )


def file_kind(kind: str) -> str:
    """What a file of an application is."""
    return _(FILE_KINDS.get(kind, FILE_KINDS["other"]))


def base_name(field: Field) -> tuple[str, int]:
    """The name of a field without its year, and which year it is of; 0 for none."""
    stem, _line, nth = field.name.rpartition("_")
    is_of_year = nth in {str(each) for each in YEARS} and stem in {"year_end", *YEAR_FIGURES}
    return (stem, int(nth)) if is_of_year else (field.name, 0)


def field_name(field: Field) -> str:
    """What a field is called, with its year where it is of one."""
    name, nth = base_name(field)
    label = _(FIELDS[name][0])
    if nth == 0:
        return label
    return label if nth == 1 else _("%(figure)s, the year before", figure=label)


def field_hint(field: Field) -> str:
    """What a field means; the figures of the year before mean the same."""
    name, nth = base_name(field)
    told = FIELDS[name][1]
    return _(told) if told and nth < len(YEARS) else ""


def answer_said(field: Field, value: str, currency: str) -> str:
    """An answer as people read it."""
    match field.shape:
        case Shape.AMOUNT:
            return formats.money(Money.parse(value, currency))
        case Shape.COUNT:
            return formats.whole(int(value))
        case Shape.DAY:
            return formats.day(dt.date.fromisoformat(value))
        case Shape.CHOICE:
            return _(CHOICES[value])
        case _:
            return value
