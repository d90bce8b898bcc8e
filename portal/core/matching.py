"""
Two books of one account, item by item: which of the one are which of the other, and why.

Both sides are alike to it: swapped sides give the mirrored result. Each step takes what the surer
steps before it left, looks its partners up by key and never compares all with all, so that its work
grows with the number of items.
"""

from collections.abc import Sequence

from portal.core.matched import Item, Keys, Matching, in_order
from portal.core.matching_by_amount import match_amounts, match_sums
from portal.core.matching_by_number import match_at_once, match_numbers, named_in, taken_out

#: A match can make another the only one that is left; nobody looks oftener than this.
MOST_ROUNDS = 8


def match(
    free: tuple[Sequence[Item], Sequence[Item]],
    every: tuple[Sequence[Item], Sequence[Item]],
    refused: frozenset[tuple[int, int]] = frozenset(),
) -> Matching:
    """
    The free items of both sides that belong together, beside `every` one, and those that are left.

    Rule: R71 — matched are, in this order: the same number and amount; the same number, its rows
    together the same amount; the same number, another amount of the same sign; the same amount in
    equal number on one day, or within seven days and unique on both sides; sums (UX C5).
    """
    state = Matching(
        {item.at: item for item in free[0]}, {item.at: item for item in free[1]}, refused
    )
    match_at_once(state)
    state.ours, state.yours = in_order(state.ours.values()), in_order(state.yours.values())
    keys = Keys()
    for _round in range(MOST_ROUNDS):
        before = len(state.found)
        match_numbers(state, keys)
        if state.ours and state.yours:
            _match_the_rest(state, every, keys)
        if len(state.found) == before or not (state.ours and state.yours):
            break
    return state


def _match_the_rest(
    state: Matching, every: tuple[Sequence[Item], Sequence[Item]], keys: Keys
) -> None:
    """By amount, whoever is not known to the other side by number."""
    known_ours, known_yours = named_in(every[0], keys), named_in(every[1], keys)
    hidden = taken_out(state.ours, known_yours, keys), taken_out(state.yours, known_ours, keys)
    match_amounts(state)
    match_sums(state)
    state.ours = in_order([*state.ours.values(), *hidden[0].values()])
    state.yours = in_order([*state.yours.values(), *hidden[1].values()])
