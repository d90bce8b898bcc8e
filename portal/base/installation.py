"""One installation: its settings, database, files and clock, and the two doors to its books."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select

from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.config import Config
from portal.base.database import Database, open_database
from portal.base.engine import Engine, open_engine
from portal.base.keys import Keys
from portal.base.storage import Storage, open_storage
from portal.base.work import GENESIS, Reader, Work, unit_of_work
from portal.tables.journal import AuditHead
from portal.tables.settings import Company

#: Names the lock that two founders of one PostgreSQL database wait for.
FOUNDING = 4_120_221_114


@dataclass(frozen=True)
class Installation:
    """Everything that an act needs from outside; made once a process."""

    config: Config
    database: Database
    storage: Storage
    clock: Clock

    @cached_property
    def secret(self) -> str:
        return self.config.secret()

    @cached_property
    def engine(self) -> Engine:
        """The task engine, opened when first needed."""
        return open_engine(self.config.tasks)

    @cached_property
    def keys(self) -> Keys:
        """The keys derived from the secret."""
        return Keys(self.config)

    @contextmanager
    def reading(self, actor: Actor, on: dt.date | None = None) -> Iterator[Reader]:
        """A look at the books for an actor; changes nothing."""
        with self.database.reading() as session:
            yield Reader(session, actor, self.clock, self.keys, on)

    @contextmanager
    def rehearsal(self, actor: Actor) -> Iterator[Work]:
        """An act that is tried and not kept: it locks no books, and waits for nobody's act."""
        with self.database.reading() as session:
            yield Work(session, actor, self.clock, self.keys)

    @contextmanager
    def work(
        self, actor: Actor = SYSTEM, on: dt.date | None = None, *, spills: bool = False
    ) -> Iterator[Work]:
        """One act: commits when the block ends, rolls back when it fails; large ones spill."""
        session = self.database.writing(spills=spills)
        with unit_of_work(session, actor, self.clock, self.keys, on) as work:
            yield work
        if work.wakes:
            self.engine.wake()


def open_installation(config: Config, clock: Clock | None = None) -> Installation:
    """The installation that the settings describe."""
    return Installation(
        config, open_database(config.database), open_storage(config.storage), clock or Clock()
    )


def found_company(installation: Installation) -> None:
    """Makes the company and the start of the audit chain where they are not there yet."""
    config = installation.config
    with installation.work() as w:
        if not installation.database.is_sqlite:  # where a writer holds the only lock anyway
            w.session.execute(select(func.pg_advisory_xact_lock(FOUNDING)))
        if w.session.scalar(select(AuditHead.id)) is None:
            w.session.add(AuditHead(id=1, last_id=0, hash=GENESIS))
        if w.session.get(Company, 1) is not None:
            return
        name = config.company or "Your company"
        w.session.add(
            Company(
                id=1,
                name=name,
                legal_name=name,
                tax_id="",
                address="",
                country="",
                timezone=config.timezone,
                currency=config.currency,
                language=config.language,
                help_email="",
                help_phone="",
                bank_name="",
                bank_holder="",
                bank_account="",
                ref_key=secrets.token_bytes(16),
                created_at=w.now,
            )
        )
        w.session.flush()
        w.audit("company.founded", "company/1")
