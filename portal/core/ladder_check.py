"""
What is odd about ladders before they run: days without a step, steps out of reach, missing texts.

What makes no sense at all is refused when a policy is written (policy_rules.py); what is told here
may be meant so, and forbids nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from portal.core.ladder import Ladder, Step
from portal.core.policy_schema import ALWAYS_APPROVED as CASES
from portal.core.policy_schema import STRENGTHS

SYSTEM = "system"
ANY = "*"

#: A text: its strength, its channel and its language.
Text = tuple[str, str, str]


class Problem(StrEnum):
    """What is odd; the first group stands in the way of a ladder, the others are worth a look."""

    UNREACHABLE = "unreachable"
    NEVER_CHOSEN = "never_chosen"
    NO_TEXT = "no_text"
    NOBODY = "nobody"

    GAP = "gap"
    OVERLAP = "overlap"
    NO_END = "no_end"
    AFTER_CASE = "after_case"
    NOT_EVERYBODY = "not_everybody"
    DELAYED = "delayed"
    SOFTER = "softer"
    EARLY = "early"


GRAVE = frozenset({Problem.UNREACHABLE, Problem.NEVER_CHOSEN, Problem.NO_TEXT, Problem.NOBODY})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd, and where: the places of the ladder and of the step in it, from 0."""

    problem: Problem
    ladder: int | None = None
    step: int | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def is_grave(self) -> bool:
        """Whether the ladder cannot do what it says."""
        return self.problem in GRAVE


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts that there are, and the languages that customers read."""

    known: Collection[Text] = ()
    languages: Sequence[str] = ()


def check_ladders(ladders: Sequence[Ladder], texts: Texts | None = None) -> list[Finding]:
    """
    Everything that is odd about the ladders of a policy, ladder by ladder and step by step.

    Without `texts` nobody asks for them.

    >>> steps = Step("sms", 1, until_days=7, channel="sms"), Step("mail", 10, until_days=30)
    >>> [(each.step, each.problem.value) for each in check_ladders([Ladder("a", steps=steps)])]
    [(1, 'gap'), (1, 'no_end')]
    """
    found = list(_unchosen(ladders))
    for place, ladder in enumerate(ladders):
        told = [
            *(*_days(ladder), *_reach(ladder), *_tone(ladder)),
            *_lacking(ladder, texts or Texts()),
        ]
        found += [Finding(each.problem, place, each.step, each.facts) for each in told]
    return sorted(found, key=_by_place)


def _by_place(finding: Finding) -> tuple[int, int]:
    places = (finding.ladder, finding.step)
    return tuple(-1 if place is None else place for place in places)  # type: ignore[return-value]


def _days(ladder: Ladder) -> Iterator[Finding]:
    """
    Days on which no step holds, or two do.

    Rule: R330 — between a step's last day and the next step's first lies no day, and on no day do
    both hold; after the last step's last day nothing is done any more (S-127, S-142, UX S6).
    """
    steps = ladder.steps
    end: int | None = None
    for nth, (step, day) in enumerate(zip(steps, ladder.asks, strict=True)):
        if nth and end is not None and not step.with_previous:
            if day > end + 1:
                yield Finding(Problem.GAP, step=nth, facts=_stretch(end + 1, day - 1))
            elif day <= end:
                facts = {**_stretch(day, end), "before": steps[nth - 1].name}
                yield Finding(Problem.OVERLAP, step=nth, facts=facts)
        end = _furthest(end, step) if step.with_previous else step.until_days
    if steps and end is not None:
        yield Finding(Problem.NO_END, step=len(steps) - 1, facts={"day": end})


def _furthest(end: int | None, step: Step) -> int | None:
    """The last day of steps that go together; none where one of them has none."""
    return None if end is None or step.until_days is None else max(end, step.until_days)


def _stretch(first: int, last: int) -> dict[str, int | str]:
    return {"first": first, "last": last}


def _reach(ladder: Ladder) -> Iterator[Finding]:
    """
    Steps that come later than they say, or whose time is over before they come.

    Rule: R331 — one step a run and the days between two messages may put a step off; one that comes
    only after its last day never comes; while a case of the agency or the court stands, no other
    step follows it (S-142, S-150, UX S6, INTERFACES 7).
    """
    came: int | None = None
    told_on: int | None = None
    in_case = False
    for nth, step in enumerate(ladder.steps):
        wanted = _wanted(step, came)
        comes = _comes(step, wanted, came, _free_on(step, told_on, ladder.min_gap_days))
        if in_case and step.channel not in CASES:
            yield Finding(Problem.AFTER_CASE, step=nth)
        in_case = in_case or step.channel in CASES
        if step.until_days is not None and comes > step.until_days:
            facts = {"day": comes, "until": step.until_days}
            yield Finding(Problem.UNREACHABLE, step=nth, facts=facts)
            continue
        if comes > wanted:
            yield Finding(Problem.DELAYED, step=nth, facts={"day": wanted, "comes": comes})
        came = comes
        told_on = comes if step.is_message else told_on


def _wanted(step: Step, came: int | None) -> int:
    """The day that a step names, counted from the day on which the one before it came."""
    if step.days_overdue is not None:
        return step.days_overdue
    return (came or 0) + (step.after_previous_days or 0)


def _comes(step: Step, wanted: int, came: int | None, free_on: int | None) -> int:
    """The first day on which a run does the step."""
    if came is not None and step.with_previous:
        return max(wanted, came)
    later = (None if came is None else came + 1, free_on)
    return max([wanted, *(day for day in later if day is not None)])


def _free_on(step: Step, told_on: int | None, gap: int) -> int | None:
    """From when a message may follow the one before it; None: at once."""
    return told_on + gap if told_on is not None and step.is_message else None


def _tone(ladder: Ladder) -> Iterator[Finding]:
    """
    Words that are harder than they may be yet, or softer than those before.

    Rule: R332 — polite comes first and firm later, and before something is overdue nobody demands
    it (S-140, UX S6).
    """
    hardest = 0
    for nth, (step, day) in enumerate(zip(ladder.steps, ladder.asks, strict=True)):
        strength = STRENGTHS.index(step.strength)
        if strength < hardest:
            facts: dict[str, int | str] = {"before": STRENGTHS[hardest]}
            yield Finding(Problem.SOFTER, step=nth, facts=facts)
        if strength and day < 1:
            yield Finding(Problem.EARLY, step=nth, facts={"day": day})
        hardest = max(hardest, strength)


def _lacking(ladder: Ladder, texts: Texts) -> Iterator[Finding]:
    """
    Steps that lack their text or the person who does them.

    Rule: R333 — a message has a text of its strength and channel in every language that customers
    read, and what people do has a role that does it (S-140, UX S6).
    """
    for nth, step in enumerate(ladder.steps):
        if not step.is_message and step.responsible == SYSTEM:
            yield Finding(Problem.NOBODY, step=nth)
        for language in texts.languages if step.is_message else ():
            if (step.strength, step.channel, language) not in texts.known:
                yield Finding(Problem.NO_TEXT, step=nth, facts={"language": language})


def _unchosen(ladders: Sequence[Ladder]) -> Iterator[Finding]:
    """
    Ladders that another one always stands before, and customers who have none.

    Rule: R334 — of several ladders that apply the first one runs, so that one behind a ladder for
    everybody it is for is never chosen; where none is for everybody, somebody may have none
    (INTERFACES 7, S-127).
    """
    for place, ladder in enumerate(ladders):
        first = next((each for each in ladders[:place] if _covers(each, ladder)), None)
        if first is not None:
            yield Finding(Problem.NEVER_CHOSEN, place, facts={"before": first.name})
    if ladders and not any(_is_for_everybody(each) for each in ladders):
        yield Finding(Problem.NOT_EVERYBODY)


def _covers(one: Ladder, other: Ladder) -> bool:
    """Whether whoever the other ladder is for is the first one's already."""
    return all(
        value == ANY or other.applies_to.get(name) == value
        for name, value in one.applies_to.items()
    )


def _is_for_everybody(ladder: Ladder) -> bool:
    return all(value == ANY for value in ladder.applies_to.values())
