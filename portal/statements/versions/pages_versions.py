"""A statement beside the last agreed one: every document that stands between the two balances."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from portal.base.paging import page_within
from portal.core.money import Money
from portal.core.statement import SUMS
from portal.statements import queries
from portal.statements.names import kind_name, term_name
from portal.statements.versions.walking import PER_PAGE, WalkView, walk_lines, walk_to
from portal.web import current, respond
from portal.web.guard import guard
from portal.web.lists import asked, page_number, pager

versions = Blueprint("versions", __name__)


@versions.get("/statements/<ref>/since")
@guard("statement.view")
def since(ref: str) -> Response:
    r = current.reader()
    view = queries.get_statement(r, ref)
    walk, term, page = walk_to(r, view), asked("term", list(SUMS)), page_number()
    count, minor = _together(walk, term)
    page, pages = page_within(page, count, PER_PAGE)
    return respond.page(
        "statements/since.html",
        view=view,
        walk=walk,
        term=term,
        terms=_tabs(walk, ref, term),
        lines=walk_lines(r, view, term, page),
        count=count,
        sum=Money(minor, view.row.currency),
        pager=pager(page, pages, count, PER_PAGE) if pages > 1 else None,
        kind_name=kind_name,
        term_name=term_name,
    )


def _together(walk: WalkView | None, term: str) -> tuple[int, int]:
    """How many documents the walk has, of one term where it is named, and what they sum to."""
    steps = walk.walk.steps if walk else ()
    kept = [step for step in steps if step.documents and term in {"", step.term}]
    return sum(s.documents for s in kept), sum(s.sign * s.minor for s in kept)


def _tabs(walk: WalkView | None, ref: str, term: str) -> list[tuple[str, str, bool]]:
    steps = walk.walk.steps if walk else ()
    return [
        (term_name(step.term), url_for(".since", ref=ref, term=step.term), step.term == term)
        for step in steps
        if step.documents
    ]
