"""
What the policy's text can hold: how keys, sections and lists are told, and the lists themselves.

It holds the whole credit policy: whom one trusts, on which terms, and how one collects (S-045).
Nothing is read here; INTERFACES section 7 is its example. A value of the policy that has no place
here or in `policy_sections` would be lost on its way out, which a test forbids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core import policy_kinds as kinds
from portal.core import policy_shipped as shipped
from portal.core.policy_kinds import Kind
from portal.core.scorecard import FACTORS

#: That a key must be told.
REQUIRED = object()
#: What takes a matter out of the house, and so always needs a second person.
ALWAYS_APPROVED = frozenset({"agency", "legal"})
CHANNELS = ("email", "sms", "letter", "call", "visit", "registered_letter", "agency", "legal")
STRENGTHS = ("polite", "firm", "final")
#: The grades of ageing that follow from a step; the others follow from dates.
RAISED = ("overdue", "final_demand", "agency", "legal", "bad_debt")
APPLIES_TO = ("customer_id", "customer_type", "grade", "region", "owner")
LAWS = ("cn", "eu", "uk", "us")
#: How a written notice can speak: before the day, on it, as a ladder's step, or as a lawyer's.
NOTICE_STRENGTHS = ("reminder_before", "due_today", *STRENGTHS, "legal")
#: Channels that carry words; a registered letter says what a letter does.
WRITTEN = ("email", "sms", "letter")
LONGEST_SUBJECT, LONGEST_BODY = 200, 4000
LONGEST_TERMS = 1000
MOST_GRACE = 90


@dataclass(frozen=True)
class Key:
    """A key of a section or of an entry: its kind, and which value of the policy it is."""

    name: str
    kind: Kind
    #: The policy's own name of it; in entries of lists it is `name`.
    value: str = ""
    #: In entries: what holds where it is absent; None: then it stays absent.
    default: Any = REQUIRED
    hint: str = ""
    #: Written as tables below the section rather than in one line.
    is_tables: bool = False


@dataclass(frozen=True)
class Section:
    """`[name]`: keys that are told one by one, the others staying as they are."""

    name: str
    keys: Sequence[Key]


@dataclass(frozen=True)
class Rows:
    """`[[path]]`: a list that is told as a whole; `below` are lists within its entries."""

    path: tuple[str, ...]
    value: str
    keys: Sequence[Key]
    shipped: Sequence[Mapping[str, Any]] = ()
    below: Sequence["Rows"] = ()
    most: int = kinds.LONGEST_LIST


def applies_to(told: Any) -> dict[str, str]:
    """Which customers a ladder is for; `*` stands for any."""
    read = {}
    for name, each in kinds.table(told).items():
        read[kinds.one_of(*APPLIES_TO)(name)] = kinds.words(required=True)(each)
    return read


TERMS = Rows(
    ("terms",),
    "terms",
    (
        Key("name", kinds.name),
        Key("text", kinds.words(LONGEST_TERMS, required=True)),
        Key("grace_days", kinds.whole(0, MOST_GRACE), default=0),
        Key("late_interest", kinds.late_interest, default=None),
    ),
)
REFERENCE_RATES = Rows(
    ("reference_rate",),
    "reference_rates",
    (
        Key("name", kinds.one_of(*kinds.REFERENCES)),
        Key("rates", kinds.rates_by_day),
    ),
)
GRADES = Rows(
    ("grade",),
    "grades",
    (
        Key("name", kinds.name),
        Key("min_score", kinds.whole(0, 100)),
        Key("terms", kinds.words(LONGEST_TERMS), default=""),
        Key("limit_cap", kinds.amounts, default={}),
        Key("review_months", kinds.whole(1, 120), default=12),
        Key("hold_overdue_days", kinds.whole(0, 3650), default=None),
        Key("prepayment_only", kinds.truth, default=False),
    ),
    shipped.GRADES,
    most=26,
)
SCORECARD = Rows(
    ("scorecard", "factor"),
    "scorecard_factors",
    (
        Key("name", kinds.one_of(*FACTORS)),
        Key("weight", kinds.number("0.001", "1000")),
        Key("bands", kinds.bands, default=None),
        Key("linear", kinds.bands, default=None),
    ),
    shipped.FACTORS,
)
STEPS = Rows(
    ("ladder", "step"),
    "step",
    (
        Key("name", kinds.name),
        Key("days_overdue", kinds.whole(-90, 3650), default=None),
        Key("after_previous_days", kinds.whole(0, 3650), default=None),
        Key("until_days", kinds.whole(-90, 3650), default=None),
        Key("channel", kinds.one_of(*CHANNELS)),
        Key("responsible", kinds.name, default="system"),
        Key("strength", kinds.one_of(*STRENGTHS), default="polite"),
        Key("approval", kinds.truth, default=False),
        Key("fee", kinds.amounts, default={}),
        Key("with_previous", kinds.truth, default=False),
        Key("raises_grade_to", kinds.one_of(*RAISED), default=None),
    ),
    most=50,
)
LADDERS = Rows(
    ("ladder",),
    "ladders",
    (
        Key("name", kinds.name),
        Key("applies_to", applies_to, default={}),
        Key("minimum", kinds.amounts, default={}),
        Key("min_gap_days", kinds.whole(0, 365), default=2),
    ),
    shipped.LADDERS,
    (STEPS,),
    most=50,
)
_REASON = (
    Key("name", kinds.name),
    Key("titles", kinds.texts_by(1), default=None),
    Key("answer_within_workdays", kinds.whole(1, 60), default=None),
)
REASONS = Rows(("dispute", "reason"), "dispute_reasons", _REASON, shipped.DISPUTE_REASONS)
ROOT_CAUSES = Rows(
    ("dispute", "root_cause"), "dispute_root_causes", _REASON, shipped.ROOT_CAUSES_OF_DISPUTES
)

NOTICES = Rows(
    ("notice",),
    "notices",
    (
        Key("name", kinds.name),
        Key("strength", kinds.one_of(*NOTICE_STRENGTHS)),
        Key("channel", kinds.one_of(*WRITTEN)),
        Key("language", kinds.one_of("en", "zh-CN")),
        Key(
            "step", kinds.words(kinds.LONGEST_NAME), default="", hint="only for steps of this name"
        ),
        Key("subject", kinds.words(LONGEST_SUBJECT), default=""),
        Key("body", kinds.words(LONGEST_BODY, required=True, lines=True)),
    ),
)

PROVISION = Rows(
    ("provision",),
    "provision_matrix",
    (
        Key("name", kinds.name),
        Key(
            "until_days", kinds.whole(0, 3650), default=None, hint="days overdue; the last has none"
        ),
        Key("percent", kinds.decimal("0", "100")),
    ),
    shipped.PROVISION,
    most=12,
)

LISTS = (
    TERMS,
    REFERENCE_RATES,
    GRADES,
    SCORECARD,
    LADDERS,
    REASONS,
    ROOT_CAUSES,
    NOTICES,
    PROVISION,
)
