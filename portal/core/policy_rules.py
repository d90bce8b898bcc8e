"""
What has to hold between the keys of a policy: names that are there, scores and days in their order.

Each rule complains of a value and a place within it; whether that is worth a refusal, and on which
line of a text, is for the reader of the text to say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from portal.core.dispute import Verdict, read_reasons
from portal.core.errors import RuleBroken
from portal.core.notice_lint import complaints as broken_notice
from portal.core.notice_text import NoticeText
from portal.core.policy_canon import in_full
from portal.core.policy_kinds import shown
from portal.core.policy_schema import GRADES, LADDERS, NOTICES, SCORECARD
from portal.core.provision import Matrix
from portal.core.terms import parse_terms
from portal.core.terms_in_force import key_of_name
from portal.core.toml_lines import Path
from portal.core.wording import Clauses, check_clause

Values = Mapping[str, Any]
LANGUAGES = ("en", "zh-CN")
#: The clause that stands in for the demand, and so may say what the others must not.
DISCLAIMER = "checking_only"
CLAUSES = (*Clauses._fields, DISCLAIMER)


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a value of the policy, and where within it."""

    value: str
    below: Path
    broken: RuleBroken


def complaints(values: Values) -> Iterator[Complaint]:
    """Everything that does not fit together in the values of a whole policy."""
    for rule in _RULES:
        yield from rule(values)


def _about_terms(values: Values) -> Iterator[Complaint]:
    """
    Terms that are referred to are there.

    Rule: R223 — whoever refers to terms names some that `[[terms]]` has, or writes a text of the
    notation that makes sense; empty is nobody's; a name is no text of the notation, and differs
    from others in more than case and blanks (INTERFACES 7).
    """
    named = [str(each["name"]) for each in values["terms"]]
    keys = [key_of_name(name) for name in named]
    yield from _twice("terms", keys)
    for place, each in enumerate(values["terms"]):
        broken = _broken_text(each["text"])
        if broken is not None:
            yield Complaint("terms", (place, "text"), broken)
        if _broken_text(each["name"]) is None:
            broken = RuleBroken("terms.name_is_notation", part=each["name"])
            yield Complaint("terms", (place, "name"), broken)
    for value, below, told in _references(values):
        if told and key_of_name(told) not in keys and _broken_text(told) is not None:
            known = ", ".join(named) or "–"
            broken = RuleBroken("policy.terms_unknown", value=shown(told), known=known)
            yield Complaint(value, below, broken)


def _references(values: Values) -> Iterator[tuple[str, Path, str]]:
    yield "default_terms", (), str(values["default_terms"])
    for place, grade in enumerate(in_full(GRADES, values["grades"])):
        yield "grades", (place, "terms"), str(grade["terms"])


def _broken_text(text: str) -> RuleBroken | None:
    try:
        parse_terms(text)
    except RuleBroken as broken:
        return broken
    return None


def _about_grades(values: Values) -> Iterator[Complaint]:
    """
    Grades by falling scores.

    Rule: R224 — grades stand from the best to the worst, no two with one lowest score, so that a
    score earns one grade only (INTERFACES 7, RULES 2 'weighted credit score').
    """
    grades = values["grades"]
    yield from _twice("grades", [each["name"] for each in grades])
    for place, (above, grade) in enumerate(pairwise(grades), 1):
        if grade["min_score"] >= above["min_score"]:
            broken = RuleBroken("policy.scores_not_falling", name=shown(above["name"]))
            yield Complaint("grades", (place, "min_score"), broken)


def _about_references(values: Values) -> Iterator[Complaint]:
    yield from _twice("reference_rates", [each["name"] for each in values["reference_rates"]])


def _about_factors(values: Values) -> Iterator[Complaint]:
    factors = in_full(SCORECARD, values["scorecard_factors"])
    yield from _twice("scorecard_factors", [each["name"] for each in factors])
    for place, each in enumerate(factors):
        if ("bands" in each) == ("linear" in each):
            broken = RuleBroken("policy.bands_or_linear")
            yield Complaint("scorecard_factors", (place, "name"), broken)


def _about_ladders(values: Values) -> Iterator[Complaint]:
    ladders = in_full(LADDERS, values["ladders"])
    yield from _twice("ladders", [each["name"] for each in ladders])
    for place, ladder in enumerate(ladders):
        steps = ladder["step"]
        if not steps:
            yield Complaint("ladders", (place,), RuleBroken("policy.ladder_without_steps"))
        yield from _twice("ladders", [each["name"] for each in steps], (place, "step"))
        for nth, broken in _days(steps):
            yield Complaint("ladders", (place, "step", nth), broken)


def _days(steps: Sequence[Values]) -> Iterator[tuple[int, RuleBroken]]:
    """
    What is wrong with the days of a ladder's steps, by the step's place.

    Rule: R226 — each step has one day, by the days overdue or by those after the step before it;
    the days do not fall, and a step does not end before it is reached (INTERFACES 7).
    """
    before: int | None = None
    for nth, step in enumerate(steps):
        reached = _reached(step, before)
        if isinstance(reached, RuleBroken):
            yield nth, reached
            continue
        if before is not None and reached < before:
            yield nth, RuleBroken("policy.steps_fall", day=reached, before=before)
        if step.get("until_days", reached) < reached:
            yield nth, RuleBroken("policy.step_ends_early", day=reached)
        before = reached


def _reached(step: Values, before: int | None) -> int | RuleBroken:
    """The days overdue on which a step is reached."""
    own, after = step.get("days_overdue"), step.get("after_previous_days")
    if own is not None and after is not None:
        return RuleBroken("policy.step_with_two_days")
    if before is None and (own is None or step["with_previous"]):
        return RuleBroken("policy.first_step_alone")
    if own is not None:
        return int(own)
    if after is None and not step["with_previous"]:
        return RuleBroken("policy.step_without_day")
    return (before or 0) + int(after or 0)


def _about_notices(values: Values) -> Iterator[Complaint]:
    """Texts of notices can be filled in, and say what they must and nothing that they must not."""
    told = in_full(NOTICES, values["notices"])
    yield from _twice("notices", [each["name"] for each in told])
    for place, each in enumerate(told):
        for broken in broken_notice(NoticeText.read(each)):
            yield Complaint("notices", (place, broken.field or "body"), broken)


def _about_reasons(values: Values) -> Iterator[Complaint]:
    for value in ("dispute_reasons", "dispute_root_causes"):
        for place in range(len(values[value])):
            try:
                read_reasons(values[value][: place + 1])
            except RuleBroken as broken:
                yield Complaint(value, (place, "name"), broken)
                break


def _about_texts(values: Values) -> Iterator[Complaint]:
    """Clauses and answers stand where they are looked for, and say what they must."""
    may_disclaim = bool(values["statement_for_checking_only"])
    for law, by_language in values["statement_clauses"].items():
        for language, texts in by_language.items():
            for clause, text in texts.items():
                broken = _unknown(language, LANGUAGES) or _unknown(clause, CLAUSES)
                broken = broken or _bad_clause(clause, text, may_disclaim)
                if broken:
                    yield Complaint("statement_clauses", (law, language, clause), broken)
    for verdict in values["dispute_answers"]:
        broken = _unknown(verdict, tuple(each.value for each in Verdict))
        if broken:
            yield Complaint("dispute_answers", (verdict,), broken)


def _bad_clause(clause: str, text: str, may_disclaim: bool) -> RuleBroken | None:  # noqa: FBT001
    try:
        check_clause(clause, text, may_disclaim=may_disclaim or clause == DISCLAIMER)
    except RuleBroken as broken:
        return broken
    return None


def _unknown(name: str, known: Sequence[str]) -> RuleBroken | None:
    if name in known:
        return None
    return RuleBroken("policy.not_one_of", value=shown(name), known=", ".join(known))


def _twice(value: str, names: Sequence[str], above: Path = ()) -> Iterator[Complaint]:
    """Names that stand before already."""
    for place, name in enumerate(names):
        if name in names[:place]:
            broken = RuleBroken("policy.name_twice", name=shown(name))
            yield Complaint(value, (*above, place, "name"), broken)


def _about_provision(values: Values) -> Iterator[Complaint]:
    """Buckets that cover every number of days late once."""
    yield from _twice("provision_matrix", [each["name"] for each in values["provision_matrix"]])
    try:
        Matrix.read(values["provision_matrix"])
    except RuleBroken as broken:
        yield Complaint("provision_matrix", (0, "until_days"), broken)


_RULES: tuple[Callable[[Values], Iterator[Complaint]], ...] = (
    _about_terms,
    _about_references,
    _about_grades,
    _about_factors,
    _about_ladders,
    _about_notices,
    _about_provision,
    _about_reasons,
    _about_texts,
)
