"""What is asked of an application: one row a credit and entry, kept in a temporary table."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, SmallInteger, Table

from portal.tables.types import CodeText


class Ask(NamedTuple):
    """That a credit be applied to an entry from a day: so much, to one part or the earliest."""

    credit_id: int
    entry_id: int
    customer_id: int
    currency: str
    number: str
    acted_on: str
    amount: int
    memo: int = 0
    #: 0: whichever part falls due first.
    part: int = 0
    ended_on: str | None = None
    #: The line of the file that asks.
    line: int = 0


ASKS = Table(
    "ask",
    MetaData(),
    Column("credit_id", BigInteger),
    Column("entry_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("currency", CodeText),
    Column("number", CodeText),
    Column("acted_on", Date),
    Column("amount", BigInteger),
    Column("memo", SmallInteger),
    Column("part", SmallInteger),
    Column("ended_on", Date),
    Column("line", Integer),
    prefixes=["temporary"],
)
