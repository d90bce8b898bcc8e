"""What the cells of customers' and contacts' files hold: addresses, languages, terms, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.base.language import LANGUAGES
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.named_terms import NamedTerms
from portal.core.terms_in_force import notation_of
from portal.imports.rows import Rows

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
#: A code of two or three letters or of three digits, or a name.
_COUNTRY = re.compile(r"\d{3}|[^\W\d_][^\d_@]{1,79}")


def check_shapes(rows: Rows, told: dict[str, Sequence[Any]]) -> None:
    """Refuses what is no e-mail address, language or country; languages become ours."""
    for place, email in enumerate(told.get("email", ())):
        if email is not None and EMAIL.fullmatch(email.strip()) is None:
            rows.refuse(place, "email", "email.malformed")
    for place, country in enumerate(told.get("country", ())):
        if country is not None and _COUNTRY.fullmatch(country.strip()) is None:
            rows.refuse(place, "country", "country.malformed")
    if "language" in told:
        told["language"] = languages_told(rows, told["language"])


def languages_told(rows: Rows, told: Sequence[str | None]) -> Sequence[str | None]:
    """Languages of ours, also where a file names a relative: `zh`, `zh_TW`, `en-GB`."""
    spoken: list[str | None] = []
    for place, language in enumerate(told):
        head = (language or "").strip().casefold().replace("_", "-").partition("-")[0]
        found = next((one for one in LANGUAGES if one.partition("-")[0] == head), None)
        if language is not None and found is None:
            words = ", ".join(LANGUAGES)
            rows.refuse(place, "language", "language.unknown", words=words)
        spoken.append(found)
    return spoken


def terms_told(rows: Rows, named: Mapping[str, NamedTerms]) -> Sequence[str | None]:
    """Terms as they are written: the notation, or the name of terms that we have."""
    texts = rows.texts("payment_terms")
    for place, terms in enumerate(texts):
        if terms is not None:
            try:
                notation_of(terms, named)
            except RuleBroken as broken:
                rows.refuse(place, "payment_terms", broken.code, **broken.facts)
    return texts


def limits_told(cell: str, currency: str) -> dict[str, int]:
    """
    A signatory's limits: one in the customer's currency, or `CNY 1000.00; EUR 200.00`.

    >>> limits_told("500.00", "CNY"), limits_told("EUR 2.00; CNY 9", "CNY")
    ({'CNY': 50000}, {'EUR': 200, 'CNY': 900})
    """
    limits = {}
    for part in cell.split(";") if cell else []:
        named, _, amount = part.strip().rpartition(" ")
        limit = Money.parse(amount, named.strip() or currency)
        if limit.minor < 0:
            raise RuleBroken("amount.negative")
        limits[limit.currency] = limit.minor
    return limits
