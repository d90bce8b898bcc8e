"""
The register of rules, written from core by `python -m tests.walls.rules_register`.

A rule is told once, in the docstring of what keeps it, as `Rule: R7 — sentence (source).`; the test
file that shows it names it in the first line of its docstring, `R6–R8: …`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.walls.source import ROOT

CORE = ROOT / "portal" / "core"
TESTS = ROOT / "tests" / "core"
REGISTER = CORE / "RULES.md"

TOLD = re.compile(r"Rule: R(\d+) — (.+?)\s\(([^()]+)\)\.(?=\n|$)", re.DOTALL)
SHOWN = re.compile(r"R(\d+)(?:–R(\d+))?")

HEAD = """\
# The rules that core keeps

Written by `python -m tests.walls.rules_register` from the `Rule:` lines; do not edit.
A source S-… stands in REQUIREMENTS.md, the others are the specifications by their file and section.

| rule | what holds | source | kept by | shown by |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Rule:
    """One rule as its docstring tells it."""

    number: int
    sentence: str
    source: str
    module: Path


def told_rules() -> list[Rule]:
    """Every rule that core tells, by number."""
    rules = [
        Rule(int(number), " ".join(sentence.split()), " ".join(source.split()), path)
        for path in sorted(CORE.glob("*.py"))
        for docstring in docstrings(path)
        for number, sentence, source in TOLD.findall(docstring)
    ]
    return sorted(rules, key=lambda rule: rule.number)


def docstrings(path: Path) -> Iterator[str]:
    holders = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, holders):
            yield ast.get_docstring(node) or ""


def shown_rules() -> dict[int, Path]:
    """The test file that names each rule."""
    shown = {}
    for path in sorted(TESTS.glob("test_*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for first, last in SHOWN.findall(docstring.splitlines()[0]):
            shown |= dict.fromkeys(range(int(first), int(last or first) + 1), path)
    return shown


def register() -> str:
    """The text of the register."""
    shown = shown_rules()
    return HEAD + "".join(row(rule, shown.get(rule.number)) for rule in told_rules())


def row(rule: Rule, test: Path | None) -> str:
    shown_by = str(test.relative_to(ROOT)) if test else ""
    kept_by = str(rule.module.relative_to(CORE.parent))
    cells = (f"R{rule.number}", rule.sentence, rule.source, kept_by, shown_by)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    REGISTER.write_text(register(), encoding="utf-8")
