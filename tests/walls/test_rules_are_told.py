"""Every rule of core names its source, is shown by a test, and stands in the register."""

import ast
import re

import pytest

from portal.base.sentences import SENTENCES
from tests.walls.rules_register import CORE, REGISTER, register, shown_rules, told_rules

CODE = re.compile(r"[a-z]+\.[a-z_]+")


def refusals(tree):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RuleBroken"
    ]


def codes_of_core():
    return sorted(
        {
            text.value
            for path in CORE.glob("*.py")
            for call in refusals(ast.parse(path.read_text(encoding="utf-8")))
            for text in ast.walk(call.args[0])
            if isinstance(text, ast.Constant) and CODE.fullmatch(text.value)
        }
    )


def test_every_rule_line_has_a_number_a_sentence_and_a_source():
    lines = sum(path.read_text(encoding="utf-8").count("Rule: ") for path in CORE.glob("*.py"))

    assert len(told_rules()) == lines


def test_no_number_tells_two_rules():
    numbers = [rule.number for rule in told_rules()]

    assert len(numbers) == len(set(numbers))


def test_every_rule_is_shown_by_a_test():
    shown = shown_rules()

    assert [rule.number for rule in told_rules() if rule.number not in shown] == []


def test_no_test_names_a_rule_that_is_not_told():
    assert sorted(shown_rules().keys() - {rule.number for rule in told_rules()}) == []


def test_the_register_is_up_to_date():
    assert REGISTER.read_text(encoding="utf-8") == register()


@pytest.mark.parametrize("code", codes_of_core())
def test_every_refusal_of_core_has_its_sentence(code):
    assert code in SENTENCES
