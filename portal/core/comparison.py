"""
The customer's own ledger beside our statement: what it says, and how the two balances meet.

Amounts of both sides count in our direction: + raises what the customer owes. It knows no files and
keeps nothing; the same statement, books and decisions give the same comparison in whatever order
the rows come.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from portal.core.document_number import keys_of
from portal.core.matched import Found, How, Item, Matching
from portal.core.matching import match
from portal.core.statement import Line, Statement

# fmt: off
__all__ = [
    "Bridge", "Comparison", "Decisions", "How", "Match", "OwnBooks", "OwnRow", "Pair", "Single",
    "compare", "flipped", "guess_flipped",
]
# fmt: on


@dataclass(frozen=True, slots=True)
class OwnRow:
    """
    A row of the customer's ledger; `row` is its number in the file, counted from one.

    `amount_minor` has our direction: + raises what is owed.
    """

    row: int
    on: date | None
    number: str
    reference: str
    amount_minor: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class OwnBooks:
    """
    The customer's ledger for a statement's period, with their balances where the file has them.

    `outside` are rows dated before or after the period; no balance counts them.
    """

    rows: tuple[OwnRow, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    outside: tuple[OwnRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines of the statement (`ours`, counted from one) and rows of the ledger (`yours`)."""

    ours: tuple[int, ...]
    yours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """
    What a person decided against the machine, or where it could not.

    `accepted` belong together; each `(line, row)` of `refused` does not; `timing` lines and rows
    are in transit and will meet next month.
    """

    accepted: tuple[Pair, ...] = ()
    refused: frozenset[tuple[int, int]] = frozenset()
    timing_ours: frozenset[int] = frozenset()
    timing_yours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Lines and rows that belong together, the reason, and what each side sums to."""

    ours: tuple[int, ...]
    yours: tuple[int, ...]
    how: How
    ours_minor: int
    yours_minor: int

    @property
    def difference_minor(self) -> int:
        """Their books less ours; 0 where the amounts agree."""
        return self.yours_minor - self.ours_minor

    @property
    def agrees(self) -> bool:
        """Whether both sides come to the same."""
        return not self.difference_minor


@dataclass(frozen=True, slots=True)
class Single:
    """
    A line or row without a counterpart: `at` is its number on its own side.

    `is_duplicate` where another of its side has the same number; `is_timing` where it is in
    transit: a person said so, or the other side has it outside the period.
    """

    at: int
    amount_minor: int
    is_duplicate: bool = False
    is_timing: bool = False


@dataclass(frozen=True, slots=True)
class Bridge:
    """
    The steps that lead from the customer's balance to ours, in minor units.

    yours + opening + only_ours - only_yours + amounts + unexplained = ours.
    """

    yours_minor: int
    #: Our opening balance less theirs.
    opening_minor: int
    only_ours_minor: int
    only_yours_minor: int
    #: Where both have a document with other amounts: ours less theirs.
    amounts_minor: int
    ours_minor: int
    #: What their own file does not explain: its rows do not lead from its opening to its closing.
    unexplained_minor: int
    #: Whether their balances stand in the file; else they are reckoned (R76).
    is_closing_told: bool = True
    is_opening_told: bool = True

    @property
    def is_explained(self) -> bool:
        """Whether nothing is left to explain."""
        return not self.unexplained_minor


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides of one account: what meets, what stands on one side only, and the bridge."""

    matches: tuple[Match, ...]
    only_ours: tuple[Single, ...]
    only_yours: tuple[Single, ...]
    bridge: Bridge

    @property
    def same(self) -> tuple[Match, ...]:
        """The matches whose amounts agree."""
        return tuple(match for match in self.matches if match.agrees)

    @property
    def differing(self) -> tuple[Match, ...]:
        """The matches whose amounts differ."""
        return tuple(match for match in self.matches if not match.agrees)


def compare(
    statement: Statement,
    books: OwnBooks,
    decisions: Decisions = Decisions(),
) -> Comparison:
    """
    The two sides matched row by row, and the bridge between their balances.

    Rule: R74 — what a person decided comes first: pairs accepted belong together, pairs refused do
    not, and the rest is matched as if nothing had been asked (UX C5).
    """
    lines, came_in = statement.lines, _late_rows(statement, books)
    rows = {row.row: row for row in (*books.rows, *came_in) if row.amount_minor}
    ours = {seq: _item_of_line(seq, line) for seq, line in enumerate(lines, start=1)}
    yours = {row.row: _item_of_row(row) for row in rows.values()}
    accepted = _accepted(decisions.accepted, ours, yours)
    free = (
        _without(ours, (seq for pair in accepted for seq in pair.ours)),
        _without(yours, (at for pair in accepted for at in pair.yours)),
    )
    every = (list(ours.values()), list(yours.values()))
    state = match(free, every, decisions.refused)
    matches = [_match(found, ours, yours) for found in (*accepted, *state.found)]
    matches.sort(key=lambda each: (each.ours, each.yours))
    opening_minor = books.opening_minor
    if opening_minor is not None:
        opening_minor -= sum(row.amount_minor for row in came_in)
    told = replace(books, rows=tuple(rows.values()), opening_minor=opening_minor)
    return Comparison(
        matches=tuple(matches),
        only_ours=tuple(_only_ours(state, ours, decisions, books.outside)),
        only_yours=tuple(_only_yours(state, yours, decisions)),
        bridge=_bridge(statement, told, matches, state),
    )


def flipped(books: OwnBooks) -> OwnBooks:
    """
    The same books with debit and credit swapped.

    >>> flipped(OwnBooks((), opening_minor=500, closing_minor=None)).opening_minor
    -500
    """
    return OwnBooks(
        rows=_turned(books.rows),
        opening_minor=None if books.opening_minor is None else -books.opening_minor,
        closing_minor=None if books.closing_minor is None else -books.closing_minor,
        outside=_turned(books.outside),
    )


def guess_flipped(lines: Sequence[Line], rows: Iterable[OwnRow]) -> bool:
    """
    Whether the rows agree better with our lines when debit and credit are swapped.

    Rule: R75 — a payable ledger mirrors our receivable: where more of its rows have our number and
    amount with the sign turned, or failing numbers our amount, the sides are swapped (UX C5).
    """
    read = list(rows)
    by_number = {(key, line.amount_minor) for line in lines for key in keys_of(line.document)}
    straight = sum(_is_there(by_number, row, 1) for row in read)
    turned = sum(_is_there(by_number, row, -1) for row in read)
    if straight != turned:
        return turned > straight
    amounts = Counter(line.amount_minor for line in lines)
    theirs = Counter(row.amount_minor for row in read)
    as_they_are = sum((amounts & theirs).values())
    swapped = sum((amounts & Counter({-minor: n for minor, n in theirs.items()})).values())
    return swapped > as_they_are


def _is_there(known: set[tuple[str, int]], row: OwnRow, sign: int) -> bool:
    said = keys_of(row.number) + keys_of(row.reference)
    return any((key, sign * row.amount_minor) in known for key in said)


def _turned(rows: Iterable[OwnRow]) -> tuple[OwnRow, ...]:
    return tuple(replace(row, amount_minor=-row.amount_minor) for row in rows)


def _item_of_line(seq: int, line: Line) -> Item:
    day, reference = line.dated_on.toordinal(), line.reference or ""
    return Item(seq, day, line.amount_minor, line.document, reference, "")


def _item_of_row(row: OwnRow) -> Item:
    day = row.on.toordinal() if row.on else 0
    return Item(row.row, day, row.amount_minor, row.number, row.reference, row.text)


def _without(items: Mapping[int, Item], taken: Iterable[int]) -> list[Item]:
    gone = set(taken)
    return [item for at, item in items.items() if at not in gone]


def _late_rows(statement: Statement, books: OwnBooks) -> list[OwnRow]:
    """Rows of earlier periods that our late lines are: they count here, not in their opening."""
    late = Counter(
        (keys_of(line.document)[:1], line.amount_minor) for line in statement.lines if line.late
    )
    if not late:
        return []
    begins, found = statement.head.period.from_on, []
    for row in sorted(books.outside, key=lambda row: row.row):
        mark = (keys_of(row.number)[:1], row.amount_minor)
        if row.on and row.on < begins and late[mark]:
            late[mark] -= 1
            found.append(row)
    return found


def _accepted(
    pairs: Iterable[Pair], ours: Mapping[int, Item], yours: Mapping[int, Item]
) -> list[Found]:
    """The pairs that a person made, where their lines and rows are there and used once."""
    found: list[Found] = []
    used_ours: set[int] = set()
    used_yours: set[int] = set()
    for pair in pairs:
        known = ours.keys() >= set(pair.ours) and yours.keys() >= set(pair.yours)
        free = used_ours.isdisjoint(pair.ours) and used_yours.isdisjoint(pair.yours)
        if known and free and pair.ours and pair.yours:
            used_ours.update(pair.ours)
            used_yours.update(pair.yours)
            both = tuple(sorted(set(pair.ours))), tuple(sorted(set(pair.yours)))
            found.append(Found(*both, How.PERSON))
    return found


def _match(found: Found, ours: Mapping[int, Item], yours: Mapping[int, Item]) -> Match:
    return Match(
        ours=found.ours,
        yours=found.yours,
        how=found.how,
        ours_minor=sum(ours[seq].minor for seq in found.ours),
        yours_minor=sum(yours[at].minor for at in found.yours),
    )


def _only_ours(
    state: Matching, ours: Mapping[int, Item], decisions: Decisions, outside: Iterable[OwnRow]
) -> list[Single]:
    doubles = _doubles(state.ours.values(), ours.values())
    elsewhere = {
        (key, row.amount_minor)
        for row in (outside if state.ours else ())
        for key in keys_of(row.number)
    }
    return [
        Single(
            seq,
            item.minor,
            is_duplicate=_marks(item) in doubles,
            is_timing=seq in decisions.timing_ours
            or any((key, item.minor) in elsewhere for key in keys_of(item.number)),
        )
        for seq, item in sorted(state.ours.items())
    ]


def _only_yours(state: Matching, yours: Mapping[int, Item], decisions: Decisions) -> list[Single]:
    doubles = _doubles(state.yours.values(), yours.values())
    return [
        Single(
            at,
            item.minor,
            is_duplicate=_marks(item) in doubles,
            is_timing=at in decisions.timing_yours,
        )
        for at, item in sorted(state.yours.items())
    ]


def _marks(item: Item) -> tuple[str, int]:
    keys = keys_of(item.number)
    return (keys[0] if keys else "", item.minor)


def _doubles(singles: Iterable[Item], side: Iterable[Item]) -> set[tuple[str, int]]:
    """Numbers that stand on a side more than once with one amount, as far as singles ask."""
    amounts = {item.minor for item in singles}
    counted = Counter(_marks(item) for item in side if item.minor in amounts)
    return {mark for mark, count in counted.items() if count > 1 and mark[0]}


def _bridge(
    statement: Statement, books: OwnBooks, matches: Iterable[Match], state: Matching
) -> Bridge:
    """
    The steps from their balance to ours.

    Rule: R76 — their balance, the openings' difference, what only we have, less what only they
    have, and the other amounts sum to our balance, or the rest is named; a closing balance that is
    not told is the opening and the rows, an opening that is not told the closing less the rows, or
    ours (UX C5).
    """
    opening_minor = statement.head.sums.opening_minor
    turnover_minor = sum(row.amount_minor for row in books.rows)
    opening, closing = books.opening_minor, books.closing_minor
    if opening is None:
        opening = opening_minor if closing is None else closing - turnover_minor
    told_minor = opening + turnover_minor
    if closing is None:
        closing = told_minor
    return Bridge(
        yours_minor=closing,
        opening_minor=opening_minor - opening,
        only_ours_minor=sum(item.minor for item in state.ours.values()),
        only_yours_minor=sum(item.minor for item in state.yours.values()),
        amounts_minor=-sum(match.difference_minor for match in matches),
        ours_minor=statement.head.sums.closing_minor,
        unexplained_minor=told_minor - closing,
        is_closing_told=books.closing_minor is not None,
        is_opening_told=books.opening_minor is not None,
    )
