"""
Texts of notices: plain words with {names} from a closed palette, filled in when one is sent.

There is no code in them, nothing is looked up in what is filled in, and a name that is not in the
palette is refused. What the words are is data; what they must and must not say, core.notice_lint.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from portal.core.errors import RuleBroken


class Strength(StrEnum):
    """How a notice speaks: before the day, on it, as a step of the ladder, or as a lawyer."""

    REMINDER_BEFORE = "reminder_before"
    DUE_TODAY = "due_today"
    POLITE = "polite"
    FIRM = "firm"
    FINAL = "final"
    LEGAL = "legal"


BEFORE = frozenset({Strength.REMINDER_BEFORE, Strength.DUE_TODAY})
EMAIL, SMS, LETTER = "email", "sms", "letter"
#: These stand in a paragraph of their own, and are set as a table, an account or buttons.
BLOCKS = ("items", "payee", "links")
#: These fill in words; where one has nothing to say, its paragraph is left out.
WORDS = (
    *("customer", "contact", "supplier", "invoices", "total", "oldest", "oldest_day"),
    *("days_overdue", "due_day", "today", "deadline", "earlier", "set_off", "interest"),
    *("contract", "clause", "law", "help"),
)
PALETTE = (*WORDS, *BLOCKS)
#: A text message carries words alone; its link is always put behind it.
OF_TEXTS = (*(name for name in WORDS if name not in {"clause", "law", "earlier"}), "payee")
OTHER_CHANNEL = {EMAIL: LETTER, LETTER: EMAIL, SMS: EMAIL}


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The words of a notice of one strength, for one channel, in one language."""

    name: str
    strength: str
    channel: str
    language: str
    subject: str
    body: str
    #: Only for the ladder's steps of this name; empty: for every step of the strength.
    step: str = ""

    @classmethod
    def read(cls, told: Mapping[str, str]) -> "NoticeText":
        """
        A text as the policy tells it.

        >>> NoticeText.read(
        ...     {
        ...         "name": "a",
        ...         "strength": "polite",
        ...         "channel": "sms",
        ...         "language": "en",
        ...         "body": "Pay {total}.",
        ...     }
        ... ).subject
        ''
        """
        return cls(
            **{name: told[name] for name in ("name", "strength", "channel", "language", "body")},
            subject=told.get("subject", ""),
            step=told.get("step", ""),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph as it is set: its words, or which of the blocks stands there."""

    kind: str
    words: str = ""


def palette_of(channel: str) -> tuple[str, ...]:
    """
    What may be filled into a text of a channel.

    >>> "items" in palette_of("email"), "items" in palette_of("sms")
    (True, False)
    """
    return OF_TEXTS if channel == SMS else PALETTE


def names_in(text: str, channel: str) -> list[str]:
    """
    The names that a text wants filled in, each once, in its order.

    Rule: R342 — a text of a notice holds plain names in braces from the palette of its channel and
    nothing else; any other is refused by its name (S-140, SECURITY).
    Raises: notice.unknown_name.

    >>> names_in("{supplier}: {total} is due, {total}.", "sms")
    ['supplier', 'total']
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise _unknown("{", channel) from error
    found: list[str] = []
    for _, name, form, turn in parts:
        if name is None:
            continue
        if form or turn or name not in palette_of(channel):
            raise _unknown(
                f"{{{name}{f'!{turn}' if turn else ''}{f':{form}' if form else ''}}}", channel
            )
        if name not in found:
            found.append(name)
    return found


def _unknown(name: str, channel: str) -> RuleBroken:
    known = ", ".join(f"{{{each}}}" for each in palette_of(channel))
    return RuleBroken("notice.unknown_name", field="body", name=name[:40], known=known)


def blocks_of(body: str, channel: str, facts: Mapping[str, str]) -> tuple[Block, ...]:
    r"""
    The paragraphs of a text with their facts in place.

    Rule: R343 — a paragraph that wants something filled in which has nothing to say, such as late
    interest where there is none, is left out whole (S-139).

    >>> facts = {"total": "EUR 5.00", "interest": ""}
    >>> blocks_of("Please pay {total}.\n\nInterest: {interest}.\n\n{items}", "email", facts)
    (Block(kind='words', words='Please pay EUR 5.00.'), Block(kind='items', words=''))
    """
    return tuple(_set(_paragraphs(body), channel, facts))


def _paragraphs(body: str) -> list[str]:
    lines = body.replace("\r\n", "\n").strip().split("\n\n")
    return [each.strip() for each in lines if each.strip()]


def _set(paragraphs: Iterable[str], channel: str, facts: Mapping[str, str]) -> Iterator[Block]:
    for paragraph in paragraphs:
        alone = paragraph[1:-1] if paragraph[0] == "{" and paragraph[-1] == "}" else ""
        if alone in BLOCKS and channel != SMS:
            yield Block(alone)
        elif all(facts.get(name, "") for name in names_in(paragraph, channel)):
            yield Block("words", filled(paragraph, facts))


def filled(text: str, facts: Mapping[str, str]) -> str:
    """
    A text with its facts in place, each once: what is filled in is never read as a text again.

    >>> filled("{customer} owes {total}", {"customer": "{total}", "total": "EUR 5.00"})
    '{total} owes EUR 5.00'
    """
    found: list[str] = []
    for words, name, _form, _turn in Formatter().parse(text):
        found += [words, facts.get(name, "") if name else ""]
    return "".join(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which text is looked for."""

    strength: str
    channel: str
    language: str
    step: str = ""


def choose(wanted: Wanted, own: Sequence[NoticeText], shipped: Sequence[NoticeText]) -> NoticeText:
    """
    The text that a notice is written from.

    Rule: R344 — a step's own text stands before the one for its strength, an admin's before the
    shipped one; a channel without a text takes the one that is nearest, a language the English
    one (S-142, S-144).
    Raises: notice.no_text.

    >>> polite = NoticeText("p", "polite", "email", "en", "", "Please pay.")
    >>> first = NoticeText("f", "polite", "email", "en", "", "You may have missed it.", "first")
    >>> choose(Wanted("polite", "email", "zh-CN", "first"), [first], [polite]).name
    'f'
    """
    channel = LETTER if wanted.channel == "registered_letter" else wanted.channel
    for language in dict.fromkeys((wanted.language, "en")):
        for through in dict.fromkeys((channel, OTHER_CHANNEL[channel])):
            for texts in (own, shipped):
                of = [
                    text
                    for text in texts
                    if (text.strength, text.channel, text.language)
                    == (wanted.strength, through, language)
                ]
                fitting = [text for text in of if text.step == wanted.step] if wanted.step else []
                fitting += [text for text in of if not text.step]
                if fitting:
                    return fitting[0]
    raise RuleBroken("notice.no_text", strength=wanted.strength, channel=wanted.channel)
