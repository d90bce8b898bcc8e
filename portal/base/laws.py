"""Laws that come with the product, each with what is said of it by language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portal.base.language import current_language

LawT = TypeVar("LawT")


@dataclass(frozen=True)
class NamedLaw(Generic[LawT]):
    """A law, and by language what is said of it: its name, and where it stands."""

    law: LawT
    words: Mapping[str, Mapping[str, str]]

    @property
    def said(self) -> Mapping[str, str]:
        """Its words in the language of the moment."""
        return self.words[current_language()]


def named_laws(
    told: Mapping[str, Mapping[str, Any]], read: Callable[[Any], LawT]
) -> dict[str, NamedLaw[LawT]]:
    """The laws of a file by their codes, each as `read` takes it, with its `words`."""
    return {code: NamedLaw(read(each), each["words"]) for code, each in told.items()}
