"""
What an account gets from its ladder on a day: one step about everything due, or why nothing.

A pure function of the account's facts; what is done is written down by whoever does it, and the
same facts give the same answer however often they are asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from portal.core.ladder import How, Item, Ladder, Place, Step, has_come, marks_from, place_of
from portal.core.money import Money

#: entry, part, step
Mark = tuple[int, int, str]
OLDEST_FIRST = attrgetter("due_on", "number", "part")


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's items in one currency as of a day, in minor units."""

    customer_id: int
    code: str
    currency: str
    items: tuple[Item, ...]
    #: Money and credit notes that are not applied to anything yet.
    unapplied: int = 0
    #: What running promises on the account as a whole await.
    promised: int = 0
    #: The day of the customer's last message of any ladder, whatever the currency.
    last_message_on: date | None = None
    #: The step that waits for its approval, and the part it went by.
    waiting: tuple[str, tuple[int, int]] | None = None
    #: A run of this very day has done its step already.
    acted: bool = False


@dataclass(frozen=True, slots=True)
class ActionItem:
    """An item as a step speaks of it: the open undisputed amount of the part."""

    entry_id: int
    part: int
    number: str
    days_overdue: int
    amount: int


@dataclass(frozen=True, slots=True)
class Action:
    """A step that is due about an account."""

    customer_id: int
    code: str
    currency: str
    ladder: str
    step: Step
    lead: ActionItem
    items: tuple[ActionItem, ...]
    set_off: int
    #: What is asked for: the items less what is set off.
    amount: int
    #: Steps to be written down as passed over and as told along, besides the lead's own.
    passed: tuple[Mark, ...] = ()
    along: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """An item, or a part of its amount, that a step would speak of, and why it does not."""

    customer_id: int
    code: str
    currency: str
    entry_id: int
    part: int
    number: str
    amount: int
    #: disputed, promised, planned, held, contract_check, case, set_off, below_minimum, min_gap,
    #: waiting
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of an account on a day."""

    actions: tuple[Action, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    #: What a step waited for its approval about is settled: nobody has to decide it any more.
    settled: bool = False


@dataclass(slots=True)
class _Stand:
    """An item while its account is looked at."""

    item: Item
    late: int
    #: Its next step, be it reached or not; None once it has been through them all.
    next: Place | None
    #: Its next step, where that has come.
    place: Place | None
    stop: str
    #: By reason, what is taken out of it first.
    out: list[tuple[str, int]] = field(default_factory=list)
    #: Open and free of dispute, promise and plan; and what of that is set off.
    rest: int = 0
    set_off: int = 0

    @property
    def net(self) -> int:
        return 0 if self.stop else self.rest - self.set_off

    @property
    def is_overdue(self) -> bool:
        return self.late > 0

    def as_item(self) -> ActionItem:
        item = self.item
        return ActionItem(item.entry_id, item.part, item.number, self.late, self.rest)


def what_is_due(account: Account, ladder: Ladder, on: date) -> Due:
    """
    The step that an account gets on a day, with those that go along, and who is left out and why.

    Rule: R306 — the step is that of the oldest overdue item that has steps before it: while its
    next one has not come the account rests; one step a run, and those marked `with_previous` along
    with it; everything overdue goes into its one message (INTERFACES 7, SECURITY 4.32).
    Rule: R307 — disputed, promised and planned amounts are taken out first, the rest is chased
    (SECURITY 4.33, 4.34).
    Rule: R308 — then what is not applied yet is set off, oldest due first; an item that is wholly
    set off is not asked for (INTERFACES 5).
    Rule: R309 — the minimum of the currency is asked of what is left, and reached by an equal
    amount; a currency that is not named has none (INTERFACES 7).
    Rule: R310 — between two messages to one customer lie at least so many days, the last of them
    allowed; calls, visits and what leaves the house are no messages (INTERFACES 7, S-142).
    Rule: R311 — while a step waits for its approval, the account gets no other (SECURITY 4.41).

    >>> ladder = Ladder("a", minimum={"EUR": "50.99"}, steps=(Step("mail", 1),))
    >>> def due(*amounts, **facts):
    ...     items = [
    ...         Item(n, 1, f"I{n}", date(2026, 11, n), minor) for n, minor in enumerate(amounts, 1)
    ...     ]
    ...     found = what_is_due(
    ...         Account(1, "C", "EUR", tuple(items), **facts), ladder, date(2026, 11, 9)
    ...     )
    ...     return [each.amount for each in found.actions], [each.reason for each in found.excluded]
    >>> due(5000, 100), due(5000), due(9000, unapplied=4000)
    (([5100], []), ([], ['below_minimum']), ([], ['below_minimum']))
    >>> due(9000, last_message_on=date(2026, 11, 8)), due(9000, 6000, unapplied=9000)
    (([], ['min_gap']), ([6000], ['set_off']))
    """
    stands = _stands(account, ladder, on)
    waits = _waiting(account, ladder, stands) is not None
    settled = account.waiting is not None and not waits
    lead = None if account.acted else _lead(stands)
    if lead is None:
        return Due((), tuple(_left_out(account, stands, told=())), settled)
    assert lead.place is not None
    step = ladder.steps[lead.place.index]
    told = _told(stands, lead.place.index, step)
    reason = "waiting" if waits else _account_stop(account, ladder, step, told, on)
    if reason:
        kept_back = [_excluded(account, each.item, each.rest, reason) for each in told]
        return Due((), (*kept_back, *_left_out(account, stands, told)), settled)
    actions = tuple(_actions(account, ladder, on, lead, told))
    return Due(actions, tuple(_left_out(account, stands, told)), settled)


def action_again(account: Account, ladder: Ladder, on: date) -> Action | None:
    """
    The step that waits for its approval, as it is on a day; None: settled meanwhile.

    Rule: R312 — what was approved is done on the day of the approval, after looking again: what was
    paid, disputed, promised or held since is left out, and where nothing is left of what the step
    went by, or less than the minimum in all, it is cancelled (SECURITY 4.38).

    >>> ladder = Ladder("a", steps=(Step("law", 31, channel="legal", approval=True),))
    >>> def again(**facts):
    ...     item = Item(1, 1, "INV-1", date(2026, 10, 1), 10_000, **facts)
    ...     account = Account(1, "C", "EUR", (item,), waiting=("law", (1, 1)))
    ...     found = action_again(account, ladder, date(2026, 11, 9))
    ...     return found and found.amount
    >>> again(), again(disputed=4000), again(stopped="held") is None
    (10000, 6000, True)
    """
    stands = _stands(account, ladder, on)
    lead = _waiting(account, ladder, stands)
    if lead is None or lead.place is None:
        return None
    told = _told(stands, lead.place.index, ladder.steps[lead.place.index])
    if is_too_little(ladder, account.currency, sum(each.net for each in told)):
        return None
    return next(_actions(account, ladder, on, lead, told))


def _waiting(account: Account, ladder: Ladder, stands: Iterable[_Stand]) -> _Stand | None:
    """The item that the waiting step went by, while that is still its next step."""
    if account.waiting is None:
        return None
    step, part = account.waiting
    index = ladder.index(step)
    for stand in stands:
        is_it = (stand.item.entry_id, stand.item.part) == part
        if is_it and stand.net > 0 and stand.place and stand.place.index == index:
            return stand
    return None


# ── Looking at an account ────────────────────────────────────────────────────


def _stands(account: Account, ladder: Ladder, on: date) -> list[_Stand]:
    """The items with a due date, the oldest due first, with what is left of each."""
    due = sorted((item for item in account.items if item.due_on), key=OLDEST_FIRST)
    stands = [_stand(ladder, item, on) for item in due]
    _take_promises(stands, account.promised)
    left = account.unapplied
    for stand in stands:
        if not stand.stop and left > 0:
            stand.set_off = min(left, stand.rest)
            left -= stand.set_off
    return stands


def _stand(ladder: Ladder, item: Item, on: date) -> _Stand:
    ahead = place_of(ladder, item, on)
    place = ahead if ahead is not None and has_come(ladder, item, ahead, on) else None
    stop = item.stopped
    if not stop and item.case and not _is_for_case(ladder, item, place):
        stop = "case"
    late = item.days_overdue(on) or 0
    stand = _Stand(item, late, ahead, place, stop, rest=max(0, item.open))
    if item.disputed or item.planned or item.promised:
        _take(stand, "disputed", item.disputed)
        _take(stand, "planned", item.planned)
        _take(stand, "promised", item.promised)
    return stand


def _is_for_case(ladder: Ladder, item: Item, place: Place | None) -> bool:
    """
    Whether the next step goes on from the case: what an agency has may go to court.

    Rule: R313 — what is with an agency or at law is not chased by the house meanwhile; from an
    agency it may still go to court (S-150).
    """
    return (
        item.case == "agency" and place is not None and ladder.steps[place.index].channel == "legal"
    )


def _take(stand: _Stand, reason: str, amount: int) -> int:
    """How much of a reason's amount an item can give."""
    taken = min(amount, stand.rest)
    if taken > 0:
        stand.out.append((reason, taken))
        stand.rest -= taken
    return taken


def _take_promises(stands: Iterable[_Stand], promised: int) -> None:
    """A promise on the account as a whole is for its oldest items."""
    for stand in stands:
        if promised > 0 and not stand.stop:
            promised -= _take(stand, "promised", promised)


def _lead(stands: Iterable[_Stand]) -> _Stand | None:
    """The oldest item on its way; a younger overdue one waits for it, and is told along."""
    is_led = False
    for stand in stands:
        if stand.net <= 0 or not stand.item.leads or stand.next is None:
            continue
        if stand.place and not (is_led and stand.is_overdue):
            return stand
        is_led = is_led or stand.is_overdue
    return None


def _told(stands: Sequence[_Stand], index: int, step: Step) -> list[_Stand]:
    """What the message is about: everything overdue, and what has reached a step up to this one."""
    return [
        each
        for each in stands
        if each.net > 0
        and (each.is_overdue or (each.place is not None and each.place.index <= index))
        and (not each.item.case or step.channel == "legal")
    ]


def _account_stop(
    account: Account, ladder: Ladder, step: Step, told: Sequence[_Stand], on: date
) -> str:
    if is_too_little(ladder, account.currency, sum(each.net for each in told)):
        return "below_minimum"
    if step.is_message and not _is_far_enough(account.last_message_on, on, ladder.min_gap_days):
        return "min_gap"
    return ""


def is_too_little(ladder: Ladder, currency: str, minor: int) -> bool:
    """
    Whether a sum is not worth a step of a ladder.

    >>> least = Ladder("a", minimum={"EUR": "20.00"})
    >>> [is_too_little(least, "EUR", minor) for minor in (19_99, 20_00)]
    [True, False]
    >>> is_too_little(least, "CNY", 1)
    False
    """
    least = ladder.minimum.get(currency)
    return least is not None and minor < Money.parse(least, currency).minor


def _is_far_enough(last_on: date | None, on: date, gap_days: int) -> bool:
    """Messages of the same day are of one run, in two currencies or with one another."""
    return last_on is None or last_on == on or (on - last_on).days >= gap_days


# ── What is done, and what is left out ───────────────────────────────────────


def _actions(
    account: Account, ladder: Ladder, on: date, lead: _Stand, told: Sequence[_Stand]
) -> Iterator[Action]:
    """The lead's step, then those that go with it, up to one that waits for an approval."""
    assert lead.place is not None
    first = lead.place.index
    last = _last_with(account, ladder, lead, on)
    marks = [
        (each.item, *mark)
        for each in told
        if each is not lead and each.next is not None
        for mark in marks_from(ladder, each.next, last, each.late)
    ]
    marks += [(lead.item, index, How.PASSED) for index in lead.place.passed]
    items = tuple(each.as_item() for each in told)
    set_off = sum(each.set_off for each in told)
    amount = sum(each.net for each in told)
    for index in range(first, last + 1):
        here = [
            ((item.entry_id, item.part, ladder.steps[at].name), how)
            for item, at, how in marks
            if at == index or at < index == first
        ]
        yield Action(
            *(account.customer_id, account.code, account.currency, ladder.name),
            step=ladder.steps[index],
            lead=lead.as_item(),
            items=items,
            set_off=set_off,
            amount=amount,
            passed=tuple(mark for mark, how in here if how is How.PASSED),
            along=tuple(mark for mark, how in here if how is How.ALONG),
        )


def _last_with(account: Account, ladder: Ladder, lead: _Stand, on: date) -> int:
    """The last of the steps that go in the same run."""
    assert lead.place is not None
    last = lead.place.index
    is_written = ladder.steps[last].is_message
    for index in range(last + 1, len(ladder.steps)):
        step, late = ladder.steps[index], lead.late
        is_over = step.until_days is not None and late > step.until_days
        too_soon = not _is_far_enough(account.last_message_on, on, ladder.min_gap_days)
        if ladder.steps[last].approval or not step.with_previous or is_over:
            break
        if step.is_message and not is_written and too_soon:
            break
        last = index
    return last


def _left_out(
    account: Account, stands: Iterable[_Stand], told: Sequence[_Stand]
) -> Iterator[Excluded]:
    """What a step would have spoken of: what reached one, or was overdue when another did."""
    for stand in stands:
        if stand.place is None and not (told and stand.is_overdue):
            continue
        if stand.stop:
            yield _excluded(account, stand.item, stand.item.open, stand.stop)
            continue
        for reason, amount in stand.out:
            yield _excluded(account, stand.item, amount, reason)
        if stand.rest and stand.rest == stand.set_off:
            yield _excluded(account, stand.item, stand.rest, "set_off")


def _excluded(account: Account, item: Item, amount: int, reason: str) -> Excluded:
    whose = (account.customer_id, account.code, account.currency)
    return Excluded(*whose, item.entry_id, item.part, item.number, amount, reason)
