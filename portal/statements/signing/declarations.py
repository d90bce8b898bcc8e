"""What a signer declares: the texts by language and version, and which of them an answer holds."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select

from portal.base.work import Work
from portal.core.confirmation import Result
from portal.tables.statements import Declaration

FILE = Path(__file__).with_name("declarations.toml")
AGREEMENT_FILE = Path(__file__).with_name("agreement.toml")
#: Said about the account, by how it is answered.
ABOUT_THE_ACCOUNT = {
    Result.CONFIRMED: "correct",
    Result.CONFIRMED_WITH_DIFFERENCES: "correct_with_differences",
    Result.REFUSED: "not_agreed",
}


@dataclass(frozen=True)
class DeclaredText:
    """A declaration in one language and version; `filled` is what the signer read."""

    name: str
    language: str
    version: int
    body: str
    filled: str

    @property
    def sha256(self) -> str:
        """The hash of the text as it stands in the file, before names and sums are filled in."""
        return hashlib.sha256(self.body.encode()).hexdigest()


@cache
def _texts() -> dict[str, dict[str, str | int]]:
    files = (FILE, AGREEMENT_FILE)
    return {n: text for file in files for n, text in tomllib.loads(file.read_text("utf-8")).items()}


def declared(name: str, language: str, facts: Mapping[str, str]) -> DeclaredText:
    """A declaration as it is shown, in the version in force."""
    text = _texts()[name]
    body = str(text[language if language in text else "en"])
    filled = body
    for fact, value in facts.items():
        filled = filled.replace(f"{{{fact}}}", value)
    return DeclaredText(name, language, int(text["version"]), body, filled)


def names_of(result: Result, *, owes: bool) -> list[str]:
    """The declarations that an answer holds, in their order; the debt only where it was ticked."""
    debt = ["owes"] if owes and result is not Result.REFUSED else []
    return ["receipt", ABOUT_THE_ACCOUNT[result], *debt, "authority", "consent"]


def keep_declaration(w: Work, text: DeclaredText) -> None:
    """Keeps a text that was signed, once, so that its hash leads back to its words."""
    found = w.session.scalar(
        select(Declaration.sha256).where(
            Declaration.name == text.name,
            Declaration.language == text.language,
            Declaration.version == text.version,
        )
    )
    if found is None:
        w.session.add(
            Declaration(
                name=text.name,
                language=text.language,
                version=text.version,
                body=text.body,
                sha256=text.sha256,
            )
        )
        w.session.flush()
    elif found != text.sha256:
        raise ValueError(f"the declaration {text.name} was changed without a new version")
