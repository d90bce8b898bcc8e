"""The bridge on paper: the way from the customer's balance to ours, and what does not agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from portal.base import formats
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.core.money import Money
from portal.statements.comparison.exports import KINDS
from portal.statements.comparison.names import bridge_steps, decision_name, how_name
from portal.statements.comparison.queries import ComparisonView, Place, ShownMatch
from portal.statements.rows import StatementView

TEMPLATE = "bridge/1"
#: So many rows stand on paper; the spreadsheet has them all.
MOST = 500


@dataclass(frozen=True)
class PrintedRow:
    """What does not agree, in words and figures."""

    ours: str
    ours_figure: str
    yours: str
    yours_figure: str
    why: str


def bridge_pdf(
    view: StatementView, comparison: ComparisonView, matches: Iterable[ShownMatch], language: str
) -> bytes:
    """The PDF of a comparison in a language."""
    with speaking(language):
        rows = [match for match in matches if match.kind != "same"]
        html = sheet_of("bridge", lang=language, **_values(view, comparison, rows))
    name = f"{TEMPLATE} {language} {comparison.id} {comparison.row_version}"
    return print_pdf(Job(html, "statement", name))


def _values(
    view: StatementView, comparison: ComparisonView, rows: list[ShownMatch]
) -> dict[str, object]:
    head, bridge, currency = view.snapshot.head, comparison.bridge, view.row.currency
    assert bridge is not None

    def figure(minor: int) -> str:
        return formats.amount(minor, currency)

    shown = groupby(rows[:MOST], lambda match: match.kind)
    return {
        "head": head,
        "made_on": comparison.created_at.date(),
        "period": formats.period(head.period.from_on, head.period.to_on),
        "file_name": comparison.file_name or _("Pasted rows"),
        "who": comparison.who,
        "own": figure(bridge.yours_minor),
        "steps": [
            (label, figure(value.minor))
            for label, value in bridge_steps(bridge, comparison.counts, currency)
        ],
        "rest": figure(bridge.unexplained_minor),
        "is_explained": bridge.is_explained,
        "ours": figure(bridge.ours_minor),
        "same": comparison.count("same"),
        "groups": [(_(KINDS[kind]), [_printed(one) for one in found]) for kind, found in shown],
        "left_out": max(0, len(rows) - MOST),
    }


def _printed(match: ShownMatch) -> PrintedRow:
    word, _tone = decision_name(match.decided, match.why)
    said = [how_name(match.how, match.kind), word, match.note]
    return PrintedRow(
        _names(match.ours),
        _figure(match.ours, match.ours_total),
        _names(match.yours),
        _figure(match.yours, match.yours_total),
        ". ".join(text for text in said if text),
    )


def _names(side: tuple[Place, ...]) -> str:
    return ", ".join("".join(text for text, _other in place.number) for place in side)


def _figure(side: tuple[Place, ...], total: Money) -> str:
    return formats.amount(total.minor, total.currency) if side else ""
