"""The statement as it is printed: what its template shows, made from the frozen payload alone."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import formats
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.core.money import Money
from portal.core.statement import Head, Line, Statement, read_statement, sha256_of
from portal.core.wording import filled
from portal.core.words import amount_in_words
from portal.statements.names import SUMS, bucket_name, kind_name

#: Counts up when the template changes what is printed; a new one prints anew.
TEMPLATE = "statement/1"
#: How the terms of the equation are shown, in its order.
SIGNS = {
    "invoiced": "+",
    "charged": "+",
    "refunded": "+",
    "adjusted": "+",
    "credited": "\N{MINUS SIGN}",
    "received": "\N{MINUS SIGN}",
    "discounted": "\N{MINUS SIGN}",
}
ALWAYS_SHOWN = {"invoiced", "received"}
#: The least and the most of a line's width that an amount takes, and a letter's share, in 1/1000.
NARROWEST, WIDEST, A_LETTER = 105, 150, 8
#: The closing balance's share of the equation's width, in 1/1000.
CLOSING = 270


@dataclass(frozen=True)
class Term:
    """A term of the equation: sign, name, figure."""

    sign: str
    label: str
    figure: str


@dataclass(frozen=True)
class PrintedLine:
    """A line in words and figures."""

    date: str
    document: str
    reference: str
    due: str
    debit: str
    credit: str
    balance: str


def terms_of(head: Head) -> list[Term]:
    """The terms between opening and closing that are not nothing, and two that always matter."""
    found = []
    for name, sign in SIGNS.items():
        minor = getattr(head.sums, f"{name}_minor")
        if minor or name in ALWAYS_SHOWN:
            found.append(Term(sign, _(SUMS[name]), formats.amount(minor, head.currency)))
    return found


def printed_line(line: Line, currency: str) -> PrintedLine:
    """A line of the table; a late one says so beside its document."""
    document = f"{kind_name(line.kind)} {line.document}"
    return PrintedLine(
        date=formats.day(line.dated_on),
        document=_("%(document)s (late)", document=document) if line.late else document,
        reference=line.reference or "",
        due=formats.day(line.due_on) if line.due_on else "",
        debit=formats.amount(line.debit_minor, currency) if line.debit_minor else "",
        credit=formats.amount(line.credit_minor, currency) if line.credit_minor else "",
        balance=formats.amount(line.balance_minor, currency),
    )


def printed_clauses(head: Head, language: str) -> list[str]:
    """
    What is said under the figures: the acknowledgement first, then the demand and the interest.

    Who owes nothing is asked to confirm the balance and for nothing else. Statements of the first
    shape have no wording of their own and say what was printed then.
    """
    to_confirm = Money(head.to_confirm_minor, head.currency)
    asked = _(
        "Please confirm that %(amount)s is the balance of your account as at %(day)s.",
        amount=formats.money(to_confirm),
        day=formats.day(head.period.to_on),
    )
    deadline = formats.day(head.confirm_by)
    if head.wording is None:
        return [
            asked,
            _(
                "Confirm it, or tell us what differs, by %(day)s at the address below. Please pay "
                "what is due by its due date. Late interest is reserved and not included here.",
                day=deadline,
            ),
        ]
    answer = _(
        "Confirm it, or tell us what differs, by %(day)s at the address below.", day=deadline
    )
    if to_confirm.minor <= 0:
        return [asked, answer]
    facts = {
        "amount": formats.money(to_confirm),
        "day": formats.day(head.period.to_on),
        "deadline": deadline,
        "supplier": head.supplier.name,
        "customer": head.customer.name,
    }
    clauses = head.wording.in_language(language)
    said = (clauses.acknowledgement, answer, clauses.demand, clauses.interest)
    return [filled(text, facts) for text in said if text]


def printed_deliveries(statement: Statement) -> list[tuple[str, ...]]:
    """What was delivered and not invoiced, a row each: date, number, order, reference, who, sum."""
    return [
        (
            formats.day(each.delivered_on),
            each.number,
            each.order or "",
            each.reference or "",
            each.received_by or "",
            formats.amount(each.amount_minor, statement.head.currency),
        )
        for each in statement.deliveries
    ]


def column_widths(lines: list[PrintedLine]) -> list[str]:
    """The widths of the seven columns: amounts get what their figures need, documents the rest."""
    longest = max((len(line.balance) for line in lines), default=0)
    longest = max([longest, *(len(line.debit + line.credit) for line in lines)])
    amount = min(max(longest * A_LETTER + 6, NARROWEST), WIDEST)
    days = max((len(line.date.encode()) for line in lines), default=0)
    day = 146 if days > len("28 Sept 2026") else 112
    rest = 1000 - 2 * day - 3 * amount
    widths = [day, rest * 6 // 10, rest - rest * 6 // 10, day, amount, amount, amount]
    return [_percent(width) for width in widths]


def _percent(share: int) -> str:
    return f"{share // 10}.{share % 10}%"


def statement_job(payload: str, language: str, url: str) -> Job:
    """The statement's PDF as a job: the same payload, language and address give the same bytes."""
    digest = sha256_of(payload.encode())
    with speaking(language):
        html = sheet_of("statement", **_values(read_statement(payload), digest, language, url))
    statement = read_statement(payload)
    made_at = f"{statement.head.issued_on.isoformat()}T00:00:00+00:00"
    carried = Attachment("statement.json", payload.encode(), "canonical bytes", made_at)
    return Job(html, "statement", f"{TEMPLATE} {language} {digest}", (carried,))


def _values(statement: Statement, digest: str, language: str, url: str) -> dict[str, object]:
    head = statement.head
    closing = Money(head.sums.closing_minor, head.currency)
    lines = [printed_line(line, head.currency) for line in statement.lines]
    terms = terms_of(head)
    share = (1000 - CLOSING) // (len(terms) + 1)
    return {
        "lang": language,
        "head": head,
        "period": formats.period(head.period.from_on, head.period.to_on),
        "opening": formats.amount(head.sums.opening_minor, head.currency),
        "terms": terms,
        "share": _percent(share),
        "last_share": _percent(CLOSING),
        "closing": formats.amount(closing.minor, head.currency),
        "words": amount_in_words(closing, language),
        "clauses": printed_clauses(head, language),
        "deliveries": printed_deliveries(statement),
        "delivered": formats.amount(head.delivered_minor, head.currency),
        "to_confirm": formats.money(Money(head.to_confirm_minor, head.currency)),
        "to_confirm_words": amount_in_words(Money(head.to_confirm_minor, head.currency), language),
        "lines": lines,
        "widths": column_widths(lines),
        "has_late": any(line.late for line in statement.lines),
        "ageing": [
            (bucket_name(name), formats.amount(minor, head.currency))
            for name, minor in head.buckets
        ],
        "unapplied": formats.amount(head.unapplied_minor, head.currency),
        "disputed": formats.amount(head.disputed_minor, head.currency),
        "digest": digest,
        "url": url,
        "qr": qr_svg(url, _("Address of this statement in the portal")),
    }
