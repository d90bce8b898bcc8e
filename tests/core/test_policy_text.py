"""R220–R227: the policy as text: read by line, written exactly, compared key by key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.base.access import STAFF_ROLES
from portal.base.policy import DEFAULTS
from portal.base.sentences import SENTENCES, sentence
from portal.core.dispute import Verdict
from portal.core.errors import RuleBroken
from portal.core.policy_canon import canonical
from portal.core.policy_difference import Change, differences
from portal.core.policy_rules import CLAUSES, LANGUAGES
from portal.core.policy_schema import LAWS
from portal.core.policy_sections import VALUES
from portal.core.policy_text import MOST_BYTES, Fault, decoded, write_policy
from portal.statements.wording import wording
from tests.core.policies import (
    KNOWN,
    LETTERS,
    POLICIES,
    SAMPLE,
    in_force_after,
    is_no_notation,
    read,
)

TERMS = '[[terms]]\nname = "t"\ntext = "30d"\n'
HOSTILE = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def told(text):
    """The faults of a text: line, key, code."""
    return [(fault.line, fault.key, fault.broken.code) for fault in read(text).faults]


def ladder(*steps):
    head = '[[ladder]]\nname = "x"\n'
    return head + "".join(f'[[ladder.step]]\nchannel = "sms"\n{each}\n' for each in steps)


# ── What there is ────────────────────────────────────────────────────────────


def test_every_value_of_the_policy_has_its_place_in_the_text():
    assert set(DEFAULTS) == VALUES


def test_the_shipped_policy_is_one_that_could_be_written():
    assert in_force_after(write_policy(DEFAULTS)) == canonical(DEFAULTS) == DEFAULTS


def test_what_core_knows_of_the_wording_is_what_there_is():
    assert (LAWS, LANGUAGES, CLAUSES) == (wording.LAWS, wording.LANGUAGES, wording.CLAUSES)


def test_the_roles_of_the_shipped_ladder_exist():
    text = write_policy(DEFAULTS)
    found = {line.split('"')[1] for line in text.splitlines() if line.startswith("responsible")}

    assert found <= {"system", *STAFF_ROLES}


def test_the_example_of_the_specification_is_read_as_it_stands():
    found = read(SAMPLE)
    assert found.faults == ()

    values = found.values
    assert values["default_terms"] == "standard"
    assert values["terms"] == [
        {
            "name": "standard",
            "text": "2/10 net 30",
            "grace_days": 0,
            "late_interest": {"annual_rate": "12.25", "day_count": 365},
        }
    ]
    assert values["grades"][0]["limit_cap"] == {"CNY": "2000000.00", "EUR": "250000.00"}
    assert values["scorecard_factors"][0]["bands"] == [[0, 100], [7, 80], [30, 40], [60, 0]]
    step = values["ladders"][0]["step"][0]
    assert (step["days_overdue"], step["until_days"], step["raises_grade_to"]) == (1, 7, "overdue")
    assert values["reminders_quiet_hours"] == ["20:00", "08:00"]
    assert "calendar_country" not in values


# ── There and back ───────────────────────────────────────────────────────────


@settings(max_examples=25)
@given(POLICIES)
def test_what_is_written_is_read_as_the_same_values_and_written_as_the_same_bytes(values):
    text = write_policy(values)

    assert in_force_after(text) == values
    assert write_policy(in_force_after(text)) == text


@settings(max_examples=25)
@given(POLICIES, POLICIES)
def test_a_whole_text_puts_one_policy_in_the_place_of_any_other(one, other):
    assert in_force_after(write_policy(one), other) == one


@given(st.text(LETTERS, min_size=1, max_size=40).filter(is_no_notation))
def test_any_name_that_can_be_seen_survives(name):
    values = canonical({**DEFAULTS, "terms": [{"name": name, "text": "net 30"}]})

    assert in_force_after(write_policy(values)) == values


@given(HOSTILE)
def test_no_text_whatever_brings_the_reader_down(text):
    for body in (text, f"[[terms]]\nname = {text}\n", f'[company]\nname = "{text}"\n'):
        found = read(body)
        assert all(sentence(fault.broken) for fault in found.faults)


def test_a_text_that_tells_nothing_changes_nothing():
    for text in ("", "# nothing\r\n", "[company]\n[scorecard]\n"):
        assert in_force_after(text) == DEFAULTS


def test_a_list_is_told_as_a_whole_and_the_rest_stays():
    before = in_force_after(SAMPLE)
    after = in_force_after('[[grade]]\nname = "Z"\nmin_score = 1\n', before)

    assert [grade["name"] for grade in after["grades"]] == ["Z"]
    assert {**after, "grades": before["grades"]} == before


def test_an_empty_list_brings_the_shipped_one_back():
    before = in_force_after(SAMPLE)

    assert in_force_after("grade = []\nladder = []\n", before)["grades"] == []
    assert in_force_after("[scorecard]\nfactor = []\n", before)["scorecard_factors"] == []


def test_carriage_returns_and_a_mark_at_the_beginning_do_no_harm():
    windows = b"\xef\xbb\xbf" + SAMPLE.replace("\n", "\r\n").encode()

    assert read(decoded(windows)) == read(SAMPLE)


def test_decimals_without_quotes_stay_exact():
    text = '[[terms]]\nname = "t"\ntext = "30d"\nlate_interest = { annual_rate = 12.10 }\n'

    rate = read(text).values["terms"][0]["late_interest"]["annual_rate"]
    assert rate == "12.10"


# ── What is wrong ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[compny]\n", (1, "compny", "policy.unknown_section")),
        ("\n[company]\n\ncolour = 1\n", (4, "company.colour", "policy.unknown_key")),
        ("company.colour = 1\n", (1, "company.colour", "policy.unknown_key")),
        ("company = 3\n", (1, "company", "policy.not_a_table")),
        ("terms = 3\n", (1, "terms", "policy.not_entries")),
        ("terms = [1]\n", (1, "terms", "policy.not_entries")),
        ("[terms]\nname = 'x'\n", (1, "terms", "policy.not_entries")),
        ("[ageing]\nbuckets = [30,\n 20]\n", (2, "ageing.buckets", "policy.not_rising")),
        ("[ageing]\nbuckets = [0]\n", (2, "ageing.buckets", "policy.not_whole")),
        ("[ageing]\nbuckets = 30\n", (2, "ageing.buckets", "policy.not_a_list")),
        (
            "[statement]\nissue_on_workday = true",
            (2, "statement.issue_on_workday", "policy.not_whole"),
        ),
        ("[plan]\nneeds_approval = 1", (2, "plan.needs_approval", "policy.not_a_truth")),
        (
            '[promise]\nfraction_of_term = "4/3"',
            (2, "promise.fraction_of_term", "policy.not_a_fraction"),
        ),
        (
            '[promise]\nfraction_of_term = "1/0"',
            (2, "promise.fraction_of_term", "policy.not_a_fraction"),
        ),
        (
            "[reminders]\nbefore_due_days = [0, 3]",
            (2, "reminders.before_due_days", "policy.not_falling"),
        ),
        (
            '[reminders]\nquiet_hours = ["20:00", "25:00"]',
            (2, "reminders.quiet_hours", "policy.not_hours"),
        ),
        (
            "[reminders]\nquiet_hours = [20, 8]",
            (2, "reminders.quiet_hours", "policy.not_hours"),
        ),
        (
            '[calendar]\ndays_off = ["2026-02-30"]',
            (2, "calendar.days_off", "policy.not_a_day"),
        ),
        ('[calendar]\ncountry = "XX"', (2, "calendar.country", "policy.country_unknown")),
        ('[company]\ntimezone = "Moon"', (2, "company.timezone", "policy.timezone_unknown")),
        ('[company]\ncurrency = "RMB"', (2, "company.currency", "policy.currency_unknown")),
        ('[company]\nlanguage = "fr"', (2, "company.language", "policy.language_unknown")),
        ('[company]\nname = " "', (2, "company.name", "policy.empty")),
        ('[company]\nname = "a\\u0000"', (2, "company.name", "policy.unseen_characters")),
        (
            '[company]\ndefault_terms = "next spring"',
            (2, "company.default_terms", "policy.terms_unknown"),
        ),
        ('[[terms]]\ntext = "30d"', (1, "terms", "policy.key_missing")),
        ('[[terms]]\nname = "t"\ntext = "soon"', (3, "terms.text", "terms.unknown_word")),
        (TERMS + TERMS.replace('"t"', '"T"'), (5, "terms.name", "policy.name_twice")),
        (TERMS.replace('"t"', '"net 30"'), (2, "terms.name", "terms.name_is_notation")),
        (
            f'{TERMS}late_interest = {{ annual_rate = "1", daily_rate = "1" }}',
            (4, "terms.late_interest", "policy.one_rate"),
        ),
        (
            '[[terms]]\nname = "t"\ntext = "30d"\nlate_interest = { statute = "us" }',
            (4, "terms.late_interest", "policy.not_one_of"),
        ),
        (
            '[[terms]]\nname = "t"\ntext = "30d"\n[[terms]]\nname = "t"\ntext = "30d"',
            (5, "terms.name", "policy.name_twice"),
        ),
        (
            '[[grade]]\nname = "A"\nmin_score = 5\n[[grade]]\nname = "B"\nmin_score = 5',
            (6, "grade.min_score", "policy.scores_not_falling"),
        ),
        (
            '[[grade]]\nname = "A"\nmin_score = 5\nterms = "nobody\'s"',
            (4, "grade.terms", "policy.terms_unknown"),
        ),
        (
            '[[grade]]\nname = "A"\nmin_score = 5\nlimit_cap = { CNY = "1.234" }',
            (4, "grade.limit_cap", "money.too_many_decimals"),
        ),
        (
            '[[grade]]\nname = "A"\nmin_score = 5\nlimit_cap = { CNY = "-1" }',
            (4, "grade.limit_cap", "policy.amount_below_zero"),
        ),
        (
            '[[scorecard.factor]]\nname = "luck"\nweight = 1\nlinear = [[0, 0], [1, 1]]',
            (2, "scorecard.factor.name", "policy.not_one_of"),
        ),
        (
            '[[scorecard.factor]]\nname = "market"\nweight = 0\nlinear = [[0, 0], [1, 1]]',
            (3, "scorecard.factor.weight", "policy.not_a_decimal"),
        ),
        (
            '[[scorecard.factor]]\nname = "market"\nweight = 1\nbands = [[0, 0], [1, 9], [2, 3]]',
            (4, "scorecard.factor.bands", "policy.bands_both_ways"),
        ),
        (
            '[[scorecard.factor]]\nname = "market"\nweight = 1\nbands = [[1, 0], [1, 9]]',
            (4, "scorecard.factor.bands", "policy.bands_not_rising"),
        ),
        (
            '[[scorecard.factor]]\nname = "market"\nweight = 1',
            (2, "scorecard.factor.name", "policy.bands_or_linear"),
        ),
        ('[[ladder]]\nname = "x"\n', (1, "ladder", "policy.ladder_without_steps")),
        (
            ladder('name = "a"\nafter_previous_days = 1'),
            (3, "ladder.step", "policy.first_step_alone"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 9', 'name = "b"\ndays_overdue = 8'),
            (7, "ladder.step", "policy.steps_fall"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 9\nuntil_days = 8'),
            (3, "ladder.step", "policy.step_ends_early"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 9\nafter_previous_days = 2'),
            (3, "ladder.step", "policy.step_with_two_days"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 1', 'name = "b"'),
            (7, "ladder.step", "policy.step_without_day"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 1\nresponsible = "nobody"'),
            (7, "ladder.step.responsible", "policy.not_one_of"),
        ),
        (
            ladder('name = "a"\ndays_overdue = 1').replace(
                '"x"', '"x"\napplies_to = { colour = "red" }'
            ),
            (3, "ladder.applies_to", "policy.not_one_of"),
        ),
        (
            "[[dispute.reason]]\nname = 'no name'",
            (2, "dispute.reason.name", "policy.reason_malformed"),
        ),
        (
            '[statement.clauses.cn.en]\ndemand = "For checking only."',
            (2, "statement.clauses.cn.en.demand", "wording.for_checking_only"),
        ),
        (
            '[statement.clauses.cn.fr]\ndemand = "Payez."',
            (2, "statement.clauses.cn.fr.demand", "policy.not_one_of"),
        ),
        ("[company]\nname = \n", (2, "", "policy.not_toml")),
        ('[company]\nname = "a\n', (2, "", "policy.not_toml")),
    ],
)
def test_every_fault_is_told_by_its_line_and_key(text, expected):
    assert told(text) == [expected]


def test_all_faults_of_a_text_are_told_at_once_in_the_order_of_its_lines():
    text = '[ageing]\nbuckets = []\nshape = 1\n[grade]\n[promise]\nmax_broken = "two"\n'

    assert [line for line, _key, _code in told(text)] == [3, 4, 6]


def test_a_list_that_drops_terms_in_use_is_blamed_for_it():
    before = in_force_after(SAMPLE)
    found = read('[[terms]]\nname = "other"\ntext = "30d"\n', before)

    assert [(each.line, each.key) for each in found.faults] == [
        (1, "company.default_terms"),
        (1, "grade.terms"),
    ]


def test_a_list_that_cannot_be_read_is_not_blamed_twice():
    text = SAMPLE.replace('text = "2/10 net 30"', "text = 5")

    assert [fault.key for fault in read(text).faults] == ["terms.text"]


def test_what_was_wrong_before_is_no_fault_of_a_text_that_does_not_tell_it():
    odd = {**DEFAULTS, "default_terms": "whenever"}

    assert read("[ageing]\nbuckets = [10]\n", odd).faults == ()


@pytest.mark.parametrize(
    "body",
    ["催款".encode("gb18030"), "a = 1".encode("utf-16"), b"\xff"],
)
def test_what_is_not_utf8_is_refused(body):
    with pytest.raises(RuleBroken, match="not_utf8"):
        decoded(body)


def test_what_is_too_long_is_refused():
    with pytest.raises(RuleBroken, match="too_long"):
        decoded(b"#" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "a = " + "{a=" * 20_000, "[" + "a." * 20_000 + "a]"]
)
def test_brackets_without_end_are_a_fault_like_any_other(text):
    assert len(read(text).faults) == 1


def test_a_nul_is_a_fault_of_its_line():
    assert told("[company]\n\x00\n")[0][::2] == (2, "policy.not_toml")


def test_every_fault_has_its_sentence():
    faults = [fault for text in (SAMPLE, "x = 1") for fault in read(text).faults]

    assert isinstance(faults[0], Fault)
    for name in ("timezone", "currency", "language"):
        assert f"policy.{name}_unknown" in SENTENCES


# ── Ladders ──────────────────────────────────────────────────────────────────


def test_agency_and_legal_always_need_approval():
    text = ladder('name = "a"\ndays_overdue = 1').replace('"sms"', '"legal"\napproval = false')

    assert read(text).values["ladders"][0]["step"][0]["approval"] is True


def test_steps_may_follow_each_other_by_days():
    text = ladder(
        'name = "a"\ndays_overdue = 1',
        'name = "b"\nafter_previous_days = 4\nuntil_days = 5',
        'name = "c"\nwith_previous = true',
    )

    assert read(text).faults == ()


def test_a_grade_may_have_named_terms_a_text_or_none():
    text = SAMPLE + "".join(
        f'[[grade]]\nname = "{name}"\nmin_score = {score}\nterms = "{terms}"\n'
        for name, score, terms in (("B", 70, "net 14"), ("C", 60, ""))
    )

    assert read(text).faults == ()


def test_answers_of_disputes_stand_by_known_verdicts():
    verdict = next(iter(Verdict)).value
    good = f'[dispute.answers.{verdict}.any]\nen = "So be it."\n'

    assert read(good).values["dispute_answers"] == {verdict: {"any": {"en": "So be it."}}}
    assert told(good.replace(verdict, "perhaps"))[0][0] == 1


# ── Differences ──────────────────────────────────────────────────────────────


def test_the_same_said_otherwise_is_no_difference():
    short = {**DEFAULTS, "grades": [{"name": "A", "min_score": 85}]}

    assert differences(short, canonical(short)) == []


def test_an_entry_that_goes_differs_in_every_key():
    one = {"name": "a", "text": "30d"}
    found = differences({"terms": [one]}, {"terms": []})

    assert found == [
        Change("terms", "a", "name", "a", None),
        Change("terms", "a", "text", "30d", None),
        Change("terms", "a", "grace_days", 0, None),
    ]


def test_another_order_is_a_difference_and_steps_are_named_below_their_ladder():
    before = in_force_after(ladder('name = "a"\ndays_overdue = 1', 'name = "b"\ndays_overdue = 1'))
    swapped = [{**before["ladders"][0], "step": before["ladders"][0]["step"][::-1]}]
    later = in_force_after(ladder('name = "a"\ndays_overdue = 1', 'name = "b"\ndays_overdue = 3'))

    assert differences(before, {**before, "ladders": swapped}) == [
        Change("ladder.step", "x", "order", ["a", "b"], ["b", "a"])
    ]
    assert differences(before, later) == [Change("ladder.step", "x / b", "days_overdue", 1, 3)]


@settings(max_examples=25)
@given(POLICIES, POLICIES)
def test_policies_differ_where_their_texts_do(one, other):
    assert (differences(one, other) == []) == (write_policy(one) == write_policy(other))


def test_what_the_outside_knows_is_asked():
    assert KNOWN.languages == LANGUAGES
