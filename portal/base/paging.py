"""Which page of a list is shown, when somebody asks for one that may not be there."""

from __future__ import annotations


def page_within(asked: int, count: int, per_page: int) -> tuple[int, int]:
    """
    The page to show and how many there are: the one asked for, else the nearest that there is.

    >>> page_within(2, 101, 50), page_within(9, 101, 50), page_within(0, 0, 50)
    ((2, 3), (3, 3), (1, 1))
    """
    pages = max(1, -(-count // per_page))
    return min(max(1, asked), pages), pages
