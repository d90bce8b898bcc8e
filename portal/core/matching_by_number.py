"""
Matching by number: the same document by what it is called, whatever else differs.

It compares no days; an amount decides only which of several rows of one number is meant.
"""

from collections.abc import Callable, Iterable, Iterator

from portal.core.document_number import squeezed
from portal.core.matched import Found, Group, How, Item, Keys, Matching, minor_of, pair_up, sign_of

#: A shorter key, with a word such as INV on one side only, is too weak where amounts differ.
SURE_KEY = 4
#: The number, then the reference too, then what a text mentions.
DEPTHS = range(3)


def match_numbers(state: Matching, keys: Keys) -> None:
    """The same number and amount, then the rows of one number, then another amount."""
    for depth in DEPTHS:
        for _key, (ours, yours) in _marked(state, _sharing(state, keys, depth), minor_of):
            pair_up(state, ours, yours, How.NUMBER)
    shared = [_sharing(state, keys, depth) for depth in DEPTHS]
    for depth in DEPTHS:
        for _key, group in _marked(state, shared[depth], sign_of):
            _rows_of_one_number(state, group)
    for depth in DEPTHS:
        for key, group in _marked(state, shared[depth], sign_of):
            _other_amount(state, group, key, keys if depth else None)


def match_at_once(state: Matching) -> None:
    """Most documents, quickly: a number and an amount that both sides have once, written alike."""
    ours, yours = _once(state.ours.values()), _once(state.yours.values())
    for mark in ours.keys() & yours.keys():
        one, other = ours[mark], yours[mark]
        if one is not None and other is not None and (one.at, other.at) not in state.refused:
            del state.ours[one.at], state.yours[other.at]
            state.found.append(Found((one.at,), (other.at,), How.NUMBER))


def _once(items: Iterable[Item]) -> dict[tuple[str, int], Item | None]:
    """Items by number and amount; nothing where several share both, or there is no number."""
    found: dict[tuple[str, int], Item | None] = {}
    for item in items:
        mark = (squeezed(item.number), item.minor)
        found[mark] = item if mark[0] and mark not in found else None
    return found


def _sharing(state: Matching, keys: Keys, depth: int) -> dict[str, Group]:
    """The items of both sides by the keys they share, in an order that both sides give alike."""
    if not (state.ours and state.yours):
        return {}
    ours = _by_key(state.ours.values(), keys, depth)
    yours = _by_key(state.yours.values(), keys, depth)
    return {key: (ours[key], yours[key]) for key in sorted(ours.keys() & yours.keys())}


def _by_key(items: Iterable[Item], keys: Keys, depth: int) -> dict[str, list[Item]]:
    index: dict[str, list[Item]] = {}
    for item in items:
        for key in keys.of(item, depth):
            if key in index:
                index[key].append(item)
            else:
                index[key] = [item]
    return index


def _marked(
    state: Matching, groups: dict[str, Group], mark: Callable[[Item], int]
) -> Iterator[tuple[str, Group]]:
    """What is left of each group, by a second mark that must agree too."""
    for key, group in groups.items():
        for alike in _split(state, group, mark):
            yield key, alike


def _split(state: Matching, group: Group, mark: Callable[[Item], int]) -> Iterator[Group]:
    ours = [item for item in group[0] if item.at in state.ours]
    yours = [item for item in group[1] if item.at in state.yours] if ours else []
    if len(ours) == len(yours) == 1:
        if mark(ours[0]) == mark(yours[0]):
            yield ours, yours
        return
    by_mark: dict[int, Group] = {}
    for item in ours if yours else ():
        by_mark.setdefault(mark(item), ([], []))[0].append(item)
    for item in yours:
        if (found := by_mark.get(mark(item))) is not None:
            found[1].append(item)
    for each in sorted(by_mark):
        if by_mark[each][1]:
            yield by_mark[each]


def _rows_of_one_number(state: Matching, group: Group) -> None:
    """One document here that stands there in several rows."""
    ours, yours = group
    is_one_to_many = min(len(ours), len(yours)) == 1 < max(len(ours), len(yours))
    if is_one_to_many and _total(ours) == _total(yours):
        state.take(ours, yours, How.SUM)


def _other_amount(state: Matching, group: Group, key: str, keys: Keys | None) -> None:
    """Without `keys` it is the number itself that both share; else the key is the number of one."""
    ours, yours = group
    if keys is None:
        for one, other in zip(
            sorted(ours, key=minor_of), sorted(yours, key=minor_of), strict=False
        ):
            if len(key) >= SURE_KEY or _is_bare(one) == _is_bare(other):
                state.take([one], [other], How.OTHER_AMOUNT)
    elif len(ours) == len(yours) == 1 and len(key) >= SURE_KEY:
        is_a_number = key in keys.of(ours[0], 0) or key in keys.of(yours[0], 0)
        if is_a_number:
            state.take(ours, yours, How.OTHER_AMOUNT)


def named_in(items: Iterable[Item], keys: Keys) -> set[tuple[str, int]]:
    """The numbers of a side that are long enough to be nobody else's, with their signs."""
    return {
        (key, sign_of(item)) for item in items for key in keys.of(item, 0) if len(key) >= SURE_KEY
    }


def taken_out(
    items: dict[int, Item], elsewhere: set[tuple[str, int]], keys: Keys
) -> dict[int, Item]:
    """Takes out those that the other side knows by their number: no amount speaks louder."""
    known = [
        item
        for item in items.values()
        if any((key, sign_of(item)) in elsewhere for key in keys.of(item, 0))
    ]
    return {item.at: items.pop(item.at) for item in known}


def _is_bare(item: Item) -> bool:
    """Whether the number begins with a digit, so that nothing says what kind of number it is."""
    return item.number.strip()[:1].isdigit()


def _total(items: Iterable[Item]) -> int:
    return sum(item.minor for item in items)
