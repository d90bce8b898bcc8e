"""The mails of a new version, and of what the house answered to differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base import formats
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.statement import Line
from portal.statements.chasing.bounces import statement_refused
from portal.statements.letters import statement_sent, statement_texted, statement_values
from portal.statements.names import decision_name, kind_name
from portal.statements.queries import get_statement_by_id
from portal.statements.settling.settled import claims_of
from portal.statements.versions.changes import changes_in
from portal.tables.people import User
from portal.tables.statements import Statement

#: So many changed lines are named in a mail; the page has them all.
MOST_NAMED = 10


def corrected_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail that a corrected version is there, why, and what stands otherwise."""
    about = statement_values(r, payload)
    view = get_statement_by_id(r, payload["statement_id"])
    changes = changes_in(r, view)
    if changes is None:
        raise NotNeeded("It replaces no other version.")
    with speaking(_language_of(r, payload)):
        named = [_named(*pair, changes.currency) for pair in changes.rows[:MOST_NAMED]]
    return {
        **about,
        "version": changes.new_version,
        "old_version": changes.old_version,
        "reason": changes.reason,
        "is_sign_off": changes.is_sign_off,
        "carried": changes.carried,
        "changed": changes.changed,
        "named": named,
        "more": len(changes.rows) - len(named),
        "closing_before": changes.closing_before,
    }


def _language_of(r: Reader, payload: dict[str, Any]) -> str:
    """The reader's language: a portal user's own, or the one a contact is written to in."""
    user = r.session.get(User, payload.get("user_id") or 0)
    return user.language if user else str(payload["language"])


def _named(before: Line | None, after: Line | None, currency: str) -> str:
    """A line that stands otherwise, in one sentence."""
    line = after or before
    assert line is not None
    facts = {
        "document": f"{kind_name(line.kind)} {line.document}",
        "day": formats.day(line.dated_on),
        "amount": formats.money(Money(line.amount_minor, currency)),
    }
    if before is None:
        return _("New: %(document)s of %(day)s, %(amount)s", **facts)
    if after is None:
        return _("Gone: %(document)s of %(day)s, %(amount)s", **facts)
    return _("Changed: %(document)s of %(day)s, %(amount)s", **facts)


def answered_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail that differences have our answer: each with what was decided and why."""
    statement = r.session.get_one(Statement, payload["statement_id"])
    user = r.session.get_one(User, payload["user_id"])
    if not statement.in_force:
        raise NotNeeded("The statement was replaced; its new version tells the answers.")
    view = get_statement_by_id(r, statement.id)
    claims = [claim for claim in claims_of(r, view) if claim.is_settled]
    if not claims:
        raise NotNeeded("No difference has an answer any more.")
    with speaking(user.language):
        answers = [
            {
                "document": claim.document,
                "decision": decision_name(claim.answer.decision),
                "text": claim.answer.text,
            }
            for claim in claims
            if claim.answer is not None
        ]
        period = formats.period(statement.period_from, statement.period_to)
    return {
        "number": statement.number,
        "customer_name": view.row.customer_name,
        "period_text": period,
        "answers": answers,
        "path": f"/statements/{view.row.ref}",
    }


LETTERS = {
    "statement_corrected": Letter(
        corrected_values, statement_sent, statement_refused, statement_texted
    ),
    "differences_answered": Letter(answered_values),
}
