"""Random books: every kind of entry, parts, late and ended allocations, two currencies."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from portal.core.deliveries import Delivered, Delivery
from portal.core.ledger import Account, Allocation, Book, DisputedPart, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Cycle

FIRST_DAY = date(2025, 11, 1)
DAYS = 300
CURRENCIES = ("CNY", "JPY")
DEBITS = (Kind.INVOICE, Kind.INVOICE, Kind.INVOICE, Kind.CHARGE, Kind.REFUND, Kind.RETURNED_PAYMENT)
CREDITS = (Kind.PAYMENT, Kind.PAYMENT, Kind.CREDIT_NOTE, Kind.DISCOUNT, Kind.ADJUSTMENT)
#: In an order that only code points give, on any database.
MARKS = ("", "a", "B", "é", "号", "𝄞", "_", "-", " ")


@dataclass
class Writer:
    """A book in the making, and the month in which each entry becomes known."""

    random: Random
    customers: list[str]
    entries: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    disputes: list[DisputedPart] = field(default_factory=list)
    left: dict[tuple[int, int, bool], int] = field(default_factory=dict)

    def book(self) -> Book:
        return Book(
            tuple(self.entries), tuple(self.parts), tuple(self.allocations), tuple(self.disputes)
        )

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.random.randrange(DAYS))

    def post(self, kind: Kind, minor: int, customer: str = "", currency: str = "") -> Entry:
        number = f"{self.random.choice(MARKS)}{kind.name[0]}{len(self.entries) + 1}"
        entry = Entry(
            id=len(self.entries) + 1,
            customer=customer or self.random.choice(self.customers),
            kind=kind,
            number=number,
            dated_on=self.day(),
            amount=Money(minor, currency or self.random.choice(CURRENCIES)),
            reference=self.random.choice(["", "PO 7", '说"明\\', "a\nb"]),
        )
        self.entries.append(entry)
        return entry

    def split(self, entry: Entry) -> None:
        count = self.random.randint(1, min(3, entry.amount.minor))
        for part, share in enumerate(entry.amount.allocate([1] * count), start=1):
            known = self.random.random() > 0.1
            due_on = entry.dated_on + timedelta(days=self.random.randrange(120)) if known else None
            self.parts.append(Part(entry.id, part, due_on, share))
            self.left |= {(entry.id, part, memo): share.minor for memo in (False, True)}

    def debit(self) -> None:
        self.split(self.post(self.random.choice(DEBITS), self.random.randint(1, 90_000)))

    def opening(self) -> None:
        sign = self.random.choice([1, -1])
        entry = self.post(Kind.OPENING, sign * self.random.randint(1, 50_000))
        if sign > 0:
            self.split(entry)

    def transfer(self) -> None:
        """A credit lent to another customer: owed again here, paid there."""
        currency, minor = self.random.choice(CURRENCIES), self.random.randint(1, 9_000)
        here, there = self.random.sample(self.customers, 2)
        owed = self.post(Kind.TRANSFER, minor, here, currency)
        self.split(owed)
        paid = Entry(
            id=len(self.entries) + 1,
            customer=there,
            kind=Kind.TRANSFER,
            number=owed.number,
            dated_on=owed.dated_on,
            amount=-owed.amount,
            leg=1,
        )
        self.entries.append(paid)
        self.apply(paid)

    def credit(self) -> None:
        self.apply(self.post(self.random.choice(CREDITS), -self.random.randint(1, 90_000)))

    def write_off(self) -> None:
        self.apply(self.post(Kind.WRITE_OFF, -self.random.randint(1, 20_000)))

    def apply(self, credit: Entry) -> None:
        by_id = {entry.id: entry for entry in self.entries}
        memo, left = credit.kind.is_memo, -credit.amount.minor
        mine = [part for part in self.parts if by_id[part.entry_id].account == credit.account]
        for part in self.random.sample(mine, min(len(mine), self.random.randint(0, 3))):
            room = self.left[part.entry_id, part.part, memo]
            minor = min(left, room, self.random.randint(1, 90_000))
            if minor > 0:
                left -= minor
                self.left[part.entry_id, part.part, memo] -= minor
                self.allocate(credit, by_id[part.entry_id], part, minor)

    def allocate(self, credit: Entry, entry: Entry, part: Part, minor: int) -> None:
        from_on = max(credit.dated_on, entry.dated_on) + timedelta(days=self.random.randrange(40))
        ended_on = None
        if self.random.random() < 0.15:
            ended_on = from_on + timedelta(days=self.random.randrange(60))
        amount = Money(minor, credit.amount.currency)
        made = Allocation(credit.id, entry.id, part.part, amount, from_on, ended_on)
        self.allocations.append(made)

    def dispute(self) -> None:
        part = self.random.choice(self.parts)
        if any((d.entry_id, d.part) == (part.entry_id, part.part) for d in self.disputes):
            return
        from_on = self.day()
        ended_on = from_on + timedelta(days=30) if self.random.random() < 0.4 else None
        amount = Money(self.random.randint(1, 60_000), part.amount.currency)
        said = self.random.choice([None, amount])
        self.disputes.append(DisputedPart(part.entry_id, part.part, from_on, ended_on, said))


def a_random_book(seed: int, customers: int = 6, documents: int = 120) -> Book:
    """A book that is the same for the same seed."""
    writer = Writer(Random(seed), [f"C{turn}" for turn in range(customers)])
    acts = [
        *([writer.debit] * 8),
        *([writer.credit] * 7),
        writer.opening,
        writer.transfer,
        writer.write_off,
        writer.dispute,
    ]
    writer.debit()
    for _ in range(documents):
        writer.random.choice(acts)()
    return writer.book()


def random_deliveries(book: Book, seed: int, count: int = 60) -> list[Delivery]:
    """Deliveries of a book's accounts: billed by an invoice of it, by none, or by one to come."""
    random = Random(f"deliveries/{seed}")
    invoices = [entry for entry in book.entries if entry.kind is Kind.INVOICE]
    accounts = sorted(book.accounts, key=lambda account: (account.customer, account.currency))
    found = []
    for turn in range(count):
        billed = random.choice(invoices)
        account = random.choice([billed.account, random.choice(accounts)])
        delivered = Delivered(
            FIRST_DAY + timedelta(days=random.randrange(DAYS)),
            f"{random.choice(MARKS)}DN{turn}",
            random.choice([None, "PO 7"]),
            random.choice([None, '说"明\\']),
            random.choice([None, "张三"]),
            random.randint(1, 90_000),
        )
        invoice = random.choice([None, "I-none", billed.number, billed.number])
        found.append(Delivery(Account(account.customer, account.currency), delivered, invoice))
    return found


def known_in(book: Book, seed: int, turn: int, until: date) -> Book:
    """What of a book is posted by a month's run: most of what is dated by then, some later."""
    known = {entry.id for entry in book.entries if _posted_by(entry, seed, turn, until)}
    return Book(
        tuple(entry for entry in book.entries if entry.id in known),
        tuple(part for part in book.parts if part.entry_id in known),
        tuple(a for a in book.allocations if {a.entry_id, a.credit_id} <= known),
        tuple(dispute for dispute in book.disputes if dispute.entry_id in known),
    )


def _posted_by(entry: Entry, seed: int, turn: int, until: date) -> bool:
    """Every fourth document is posted up to three runs late; some are posted before their date."""
    random = Random(f"{seed}/{entry.number}")
    delay = random.choice([0, 0, 0, random.randint(1, 3)])
    months = (until.year - entry.dated_on.year) * 12 + until.month - entry.dated_on.month
    return months >= delay - (random.random() < 0.1) and turn >= delay


def a_cycle(code: str) -> Cycle:
    """The cycle of a random customer: mostly monthly."""
    return {"C1": Cycle.QUARTERLY, "C2": Cycle.HALF_YEARLY}.get(code, Cycle.MONTHLY)
