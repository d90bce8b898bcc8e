"""What the macros ask for: attributes of controls, shares of bars, this page's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import wtforms
from flask import request

from portal.base.language import gettext as _
from portal.core.money import Money

#: Half a percent of a bar is the least that can be seen; the share in words stays exact.
WIDE_ENOUGH = 1400
NEAR_THE_LIMIT = 8000
WHOLE = 10_000


def described_by(field: wtforms.Field, hint: str = "") -> str:
    """The ids of what explains a control: its hint, its errors."""
    ids = [f"{field.id}-hint"] if hint else []
    ids += [f"{field.id}-error{'' if i == 0 else i + 1}" for i in range(len(field.errors))]
    return " ".join(ids)


def field_attributes(
    field: wtforms.Field,
    hint: str = "",
    kind: str = "",
    width: str = "",
    autocomplete: str = "",
    inputmode: str = "",
) -> dict[str, Any]:
    """The attributes that tie a control to its texts; not the browser's validation, ours speaks."""
    found = {
        "aria-describedby": described_by(field, hint),
        "aria-invalid": "true" if field.errors else "",
        "aria-required": "true" if field.flags.required else "",
        "data-kind": kind,
        "data-width": width,
        "autocomplete": autocomplete,
        "inputmode": inputmode,
    }
    return {"required": False} | {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class BarPart:
    """A part of a bar: where it stands, how wide it is, and what it says."""

    grade: int
    label: str
    value: Money
    start: str
    middle: str
    width: str
    share: str
    is_wide: bool


def percent(basis_points: int) -> str:
    """
    A length for SVG.

    >>> percent(1234)
    '12.34%'
    """
    return f"{basis_points // 100}.{basis_points % 100:02d}%"


def bar_parts(parts: Sequence[tuple[int, str, Money]]) -> list[BarPart]:
    """The parts of an ageing bar drawn to scale; what is below nothing has no width."""
    total = sum(max(value.minor, 0) for _grade, _label, value in parts)
    drawn, start = [], 0
    for grade, label, value in parts:
        width = max(value.minor, 0) * WHOLE // total if total else 0
        drawn.append(
            BarPart(
                grade,
                label,
                value,
                percent(start),
                percent(start + width // 2),
                percent(width) if width else "",
                f"{(width + 50) // 100}\N{NARROW NO-BREAK SPACE}%",
                width >= WIDE_ENOUGH,
            )
        )
        start += width
    return drawn


@dataclass(frozen=True)
class Share:
    """How much of a limit is used."""

    width: str
    share: str
    is_near: bool
    is_over: bool


def share_of(used: Money, limit: Money) -> Share:
    """The used share of a limit; over it the bar is full and the words say by how much."""
    part = used.minor * WHOLE // limit.minor if limit.minor > 0 else WHOLE
    part = max(part, 0)
    return Share(
        percent(min(part, WHOLE)),
        f"{part // 100}\N{NARROW NO-BREAK SPACE}%",
        part >= NEAR_THE_LIMIT,
        used > limit,
    )


def here(**changes: object) -> str:
    """The address of this page with some of its query changed; None leaves a part out."""
    return address(request.path, **changes)


def address(path: str, **changes: object) -> str:
    """A path of ours with this page's query, some of it changed; None leaves a part out."""
    query: dict[str, Any] = request.args.to_dict(flat=False)
    query.update(changes)
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{quote(path)}?{urlencode(kept, doseq=True)}" if kept else quote(path)


def yes_or_no(value: object) -> str:
    """Yes or no, in words."""
    return _("Yes") if value else _("No")
