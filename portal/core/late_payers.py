"""
Who pays late again and again, and whose debt stands long: what a house looks for in its own books.

Over counts and days of one account; who is told of it is not said here.
"""

from dataclasses import dataclass

#: So many due parts of a year make a habit, of which so many per cent came late.
FEWEST = 3
OFTEN_PERCENT = 50
#: A bank may take so many days: what comes within them is not late.
TOLERATED_DAYS = 3
#: A debt that is overdue longer than this stands long.
LONG_DAYS = 90


@dataclass(frozen=True, slots=True)
class Habit:
    """How the due parts of an account in the last year came, and how old its oldest debt is."""

    items: int
    #: More than the tolerated days.
    late: int
    oldest_days: int = 0

    @property
    def percent(self) -> int | None:
        """
        Of the parts that were paid or are overdue those that came late, rounded down.

        >>> Habit(3, 2).percent, Habit(0, 0).percent
        (66, None)
        """
        return self.late * 100 // self.items if self.items else None

    @property
    def is_often_late(self) -> bool:
        """
        Whether it pays late as a habit: half of its parts or more, of three at least (S-173).

        >>> [Habit(items, late).is_often_late for items, late in ((2, 2), (4, 2), (4, 1))]
        [False, True, False]
        """
        return self.items >= FEWEST and self.late * 100 >= OFTEN_PERCENT * self.items

    @property
    def is_long_standing(self) -> bool:
        """
        Whether something of it has been overdue for more than 90 days (S-173).

        >>> [Habit(1, 1, days).is_long_standing for days in (90, 91)]
        [False, True]
        """
        return self.oldest_days > LONG_DAYS
