"""Steps of a ladder on the stage: Huadong's overdue October, and a step done about it."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.escalation.notices.queueing import queue_notices
from portal.tables.escalation import DunnedPart, Dunning, LadderRun, Notice
from portal.tables.journal import Outbox
from portal.tables.settings import Company
from portal.worker import REGISTRY
from tests.ledgers import store
from tests.people.cast import Cast, cast_into
from tests.statements.stage import october

#: What is overdue of Huadong on 20 November, in minor units.
OVERDUE = {1: 128_400_00, 2: 8_419_00, 4: 16_338_00, 5: 24_257_00, 6: 1_234_56}
PAID_AHEAD = 900_00


@dataclass
class Chased:
    """A cast with an account that is overdue, and the ways to be told so."""

    cast: Cast

    @property
    def installation(self) -> Installation:
        return self.cast.installation

    @property
    def customer_id(self) -> int:
        return self.cast.customers["C1"]

    def step(self, channel: str = "email", strength: str = "polite", **columns: Any) -> int:
        """A step that was done today about everything overdue; the id of its dunning."""
        with self.installation.work(SYSTEM) as w:
            run = w.session.scalars(select(LadderRun).where(LadderRun.on == w.today)).first()
            if run is None:
                run = LadderRun(on=w.today, state="running", started_by="day", made_at=w.now)
                w.session.add(run)
                w.session.flush()
            told: dict[str, Any] = {
                "customer_id": self.customer_id,
                "currency": "CNY",
                "ladder": "standard",
                "step": f"{strength} {channel}",
                "lead_entry_id": 1,
                "lead_part": 1,
                "found_on": w.today,
                "run_id": run.id,
                "channel": channel,
                "responsible": "system",
                "strength": strength,
                "state": "done",
                "done_on": w.today,
                "amount_minor": sum(OVERDUE.values()) - PAID_AHEAD,
                "set_off_minor": PAID_AHEAD,
                "made_at": w.now,
            }
            dunning = Dunning(**{**told, **columns})
            w.session.add(dunning)
            w.session.flush()
            w.session.add_all(self._part(dunning, entry, w.today) for entry in OVERDUE)
            queue_notices(w, dunning)
            return dunning.id

    def _part(self, dunning: Dunning, entry: int, today: dt.date) -> DunnedPart:
        return DunnedPart(
            customer_id=dunning.customer_id,
            dunning_id=dunning.id,
            entry_id=entry,
            part=1,
            days_overdue=(today - dt.date(2026, 10, 29 + 2 * entry % 2)).days,
            amount_minor=OVERDUE[entry],
        )

    @property
    def notices(self) -> list[Notice]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(Notice).order_by(Notice.id)))

    def to(self, address: str) -> Notice:
        return next(each for each in self.notices if each.to_address == address)

    @property
    def rows(self) -> list[Outbox]:
        kinds = ("ladder", "reminder")
        with self.installation.reading(SYSTEM) as r:
            query = select(Outbox).where(Outbox.kind.in_(kinds)).order_by(Outbox.id)
            return list(r.session.scalars(query))

    def row_to(self, address: str) -> Outbox:
        return next(each for each in self.rows if each.to_address == address)

    def send(self) -> dict[str, int]:
        return dict(drain(self.installation, REGISTRY, channels=["email", "sms"]))

    def change(self, table: Any, row_id: int, **values: Any) -> None:
        """Changes a row of the files behind the portal's back."""
        with self.installation.work(SYSTEM) as w:
            row = w.session.get_one(table, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def later(self, **span: float) -> "Chased":
        """The same, that much later."""
        at = self.installation.clock.now() + dt.timedelta(**span)
        return Chased(
            replace(self.cast, installation=replace(self.installation, clock=Clock(fixed_at=at)))
        )


def chased(installation: Installation) -> Chased:
    """Huadong's October, on 20 November, with an account to pay into."""
    found = Chased(cast_into(installation))
    found.change(
        Company,
        1,
        name="Northwind",
        legal_name="Northwind Supply Ltd",
        bank_name="Bank of Shanghai",
        bank_holder="Northwind Supply Ltd",
        bank_account="CN44 1234 5678 9012 3456",
        help_phone="+86 21 5555 0100",
    )
    store(installation, october())
    return found
