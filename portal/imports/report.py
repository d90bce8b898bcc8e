"""What an import reports: what became of each file, and what was wrong with which row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from portal.base.language import gettext
from portal.base.sentences import sentence
from portal.core.errors import RuleBroken
from portal.imports.problems import PROBLEMS
from portal.imports.rows import Problem


@dataclass
class FileReport:
    """What became of a file: its rows are added, unchanged, updated or rejected."""

    file: str
    kind: str
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    updated: int = 0
    rejected: int = 0
    sheet: str | None = None
    #: Whether its rows were posted, or would be.
    is_kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """As INTERFACES section 5 has it; a workbook's sheet is named too."""
        unsaid = {"is_kept"} if self.sheet else {"is_kept", "sheet"}
        return {key: value for key, value in asdict(self).items() if key not in unsaid}


@dataclass(frozen=True)
class Told:
    """A problem in words."""

    file: str
    line: int
    column: str
    value: str
    problem: str
    remedy: str

    def sentence(self) -> str:
        """One line for the terminal."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {f'{self.column}: ' if self.column else ''}{self.problem} {self.remedy}"


@dataclass
class Report:
    """The result of one import."""

    files: list[FileReport] = field(default_factory=list)
    rejects: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    #: Files that were left alone: name → why.
    left_alone: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong with any file."""
        return not self.rejects and not any(each.rejected for each in self.files)

    def as_json(self) -> dict[str, Any]:
        """As INTERFACES section 5 has it, with the warnings beside."""
        return {
            "files": [each.as_json() for each in self.files],
            "rejects": [asdict(each) for each in self.rejects],
            "warnings": [asdict(each) for each in self.warnings],
            "left_alone": [{"file": name, "reason": why} for name, why in self.left_alone],
        }


def in_words(file: str, problem: Problem) -> Told:
    """A problem as a sentence and a remedy, in the language of the moment."""
    facts: dict[str, object] = {
        "value": problem.value,
        "column": problem.column,
        **problem.facts,
    }
    code = problem.code
    if code.startswith("terms."):
        facts["sentence"] = sentence(RuleBroken(code, None, **problem.facts))
        code = "terms"
    what, remedy = PROBLEMS[code]
    return Told(
        file,
        problem.line,
        problem.column,
        problem.value,
        gettext(what, **facts),
        gettext(remedy, **facts),
    )
