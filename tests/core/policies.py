# ruff: noqa: E501 - the example has lines of its own length
"""Policies for tests: what the outside knows, the specification's example, others at random."""

from hypothesis import strategies as st

from portal.base.policy import DEFAULTS
from portal.core.errors import RuleBroken
from portal.core.policy_canon import canonical
from portal.core.policy_text import Known, read_policy
from portal.core.scorecard import FACTORS
from portal.core.terms import parse_terms
from portal.core.terms_in_force import key_of_name

KNOWN = Known(
    frozenset({"CN", "DE"}),
    frozenset({"Asia/Shanghai", "Europe/Berlin"}),
    ("en", "zh-CN"),
    ("sales", "collector", "legal", "clerk", "collections_lead", "credit_manager"),
)
#: INTERFACES section 7, as it stands there.
SAMPLE = """\
[company]                      # legal name, tax id, time zone, payee account, languages, currency …
default_terms = "standard"     # of whoever has none
[calendar]                     # country of holidays, extra days off, make-up workdays
[ageing]
buckets = [30, 60, 90]         # upper bounds in days overdue; not due below, open-ended above
[statement]
issue_on_workday = 3           # of the month after
confirm_within_workdays = 10
remind_after_workdays = [3, 5, 8]
[promise]
fraction_of_term = "1/3"
max_broken = 2
tolerance_days = 0
[reminders]
before_due_days = [7, 3, 0]
quiet_hours = ["20:00", "08:00"]
[allocation]
automatic = false              # oldest due first, without asking
tolerance_percent = "0"        # a difference up to this may be written off when matching

[[terms]]
name = "standard"
text = "2/10 net 30"
grace_days = 0
late_interest = { annual_rate = "12.25", day_count = 365 }     # or daily_rate, or statute = "eu" | "uk" | "cn"

[[grade]]
name = "A"
min_score = 85
terms = "standard"
limit_cap = { CNY = "2000000.00", EUR = "250000.00" }
review_months = 12

[[scorecard.factor]]
name = "days_late"             # from the books, from the application, or judged
weight = 35
bands = [[0, 100], [7, 80], [30, 40], [60, 0]]

[[ladder]]
name = "standard"
applies_to = { customer_type = "*" }
minimum = { CNY = "100.00", EUR = "20.00" }
min_gap_days = 2               # between two messages to one customer; statements apart
[[ladder.step]]
name = "sms"
days_overdue = 1               # or after_previous_days = 4
until_days = 7                 # past it the step is recorded as passed over and the next one is due
channel = "sms"                # email | sms | letter | call | visit | registered_letter | agency | legal
responsible = "system"         # or a role
strength = "polite"            # polite | firm | final
approval = false               # agency and legal always need it
fee = { EUR = "0.00" }         # by currency; on the day the step is done it becomes a charge of its own, due that day; the invoice is never changed
with_previous = false          # true: goes in the same run as the step before
raises_grade_to = "overdue"
"""


def read(text, in_force=DEFAULTS):
    return read_policy(text, in_force, KNOWN)


def in_force_after(text, in_force=DEFAULTS):
    """The values once a text is taken over."""
    told = read(text, in_force)
    assert told.faults == ()
    return canonical({**in_force, **told.values})


# ── Any policy ───────────────────────────────────────────────────────────────

LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def is_no_notation(name):
    try:
        parse_terms(name)
    except RuleBroken:
        return True
    return False


NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(is_no_notation)
AMOUNTS = st.dictionaries(
    st.sampled_from(["CNY", "EUR"]), st.decimals(0, 10**9, places=2).map(str), max_size=2
)
TEXTS = st.sampled_from(["net 30", "2/10 net 30", "30% 15d, balance 45d", "eom 45d", "cod"])
INTEREST = st.sampled_from(
    [
        {"annual_rate": "12.25", "day_count": 365},
        {"daily_rate": "0.05", "day_count": 360},
        {"statute": "eu", "day_count": 365},
    ]
)


def rising(least, most, count):
    numbers = st.lists(st.integers(least, most), min_size=1, max_size=count, unique=True)
    return numbers.map(sorted)


def some(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


def bands():
    points = st.lists(st.integers(0, 100), min_size=2, max_size=5, unique=True).map(sorted)
    return points.flatmap(
        lambda worth: (
            rising(-50, 500, 9)
            .filter(lambda bounds: len(bounds) >= len(worth))
            .map(lambda bounds: [list(pair) for pair in zip(bounds, worth, strict=False)])
        )
    )


def factors():
    one = some({"weight": st.integers(1, 100) | st.just("0.5"), "bands": bands()})
    names = st.lists(st.sampled_from(sorted(FACTORS)), min_size=1, max_size=4, unique=True)
    return names.flatmap(
        lambda chosen: st.tuples(*(one for _ in chosen)).map(
            lambda told: [{"name": name, **each} for name, each in zip(chosen, told, strict=True)]
        )
    )


def steps():
    one = some(
        {
            "after_previous_days": st.integers(0, 30),
            "channel": st.sampled_from(["email", "sms", "agency"]),
        },
        strength=st.sampled_from(["firm", "final"]),
        fee=AMOUNTS,
        raises_grade_to=st.just("legal"),
    )

    def stand(told):
        first = {**told[0], "days_overdue": told[0]["after_previous_days"]}
        del first["after_previous_days"]
        return [{"name": f"s{nth}", **each} for nth, each in enumerate([first, *told[1:]])]

    return st.lists(one, min_size=1, max_size=4).map(stand)


def named(rows):
    return st.lists(NAMES, min_size=1, max_size=3, unique_by=key_of_name).flatmap(
        lambda names: st.tuples(*(rows for _ in names)).map(
            lambda told: [{"name": name, **each} for name, each in zip(names, told, strict=True)]
        )
    )


def grades():
    one = some({}, limit_cap=AMOUNTS, review_months=st.integers(1, 24), terms=TEXTS)
    scores = st.lists(st.integers(0, 100), min_size=1, max_size=4, unique=True)
    return scores.flatmap(
        lambda found: st.tuples(*(one for _ in found)).map(
            lambda told: [
                {"name": f"G{score}", "min_score": score, **each}
                for score, each in zip(sorted(found, reverse=True), told, strict=True)
            ]
        )
    )


POLICIES = some(
    {},
    default_terms=TEXTS | st.just(""),
    calendar_country=st.sampled_from(["", "CN", "DE"]),
    calendar_days_off=st.lists(st.dates().map(str), max_size=3, unique=True).map(sorted),
    ageing_buckets=rising(1, 900, 6),
    promise_fraction_of_term=st.sampled_from(["0", "1/2", "1/3", "1"]),
    plan_needs_approval=st.booleans(),
    credit_hold_overdue_days=st.none() | st.integers(0, 90),
    dispute_credit_without_approval=AMOUNTS,
    dispute_answers=st.just({"accept": {"price": {"en": 'We "agree".\nThanks', "zh-CN": "同意"}}}),
    late_interest=INTEREST | st.just({}),
    credit_lot_types=st.lists(NAMES, max_size=3, unique=True),
    credit_review_dealer_types=st.lists(NAMES, max_size=3, unique=True),
    terms=named(some({"text": TEXTS}, grace_days=st.integers(0, 9), late_interest=INTEREST)),
    grades=grades(),
    scorecard_factors=factors(),
    ladders=named(some({"step": steps()}, minimum=AMOUNTS, applies_to=st.just({"region": "华东"}))),
).map(lambda told: canonical({**DEFAULTS, **told}))
