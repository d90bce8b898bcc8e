"""An auditor with a sample of everybody's yuan, and the contacts who can be asked."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.audit.items import ItemView, list_items
from portal.audit.requests import ChooseRecipients, Recipe, choose_recipients, link_token
from portal.audit.samples import DrawSample, keep_sample, own_sample
from portal.base.access import SYSTEM, Actor
from portal.core.sampling import Draw, Method
from portal.tables.audits import AuditItem
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Outbox
from tests.desk import DeskBrowser, Office

DAY = dt.date(2026, 10, 31)
CHEN = "chen@huadong.example"


@dataclass
class Audit:
    """The auditor's browser, and one sample."""

    office: Office
    browser: DeskBrowser
    sample_id: int = 0

    @property
    def installation(self) -> Any:
        return self.office.installation

    @property
    def actor(self) -> Actor:
        email = "auditor@northwind.example"
        return Actor("staff", self.browser.user_id, "Maya", email, staff_role="auditor")

    def act(self, act: Any, command: Any) -> Any:
        with self.installation.work(self.actor) as w:
            return act(w, command)

    def items(self) -> dict[str, ItemView]:
        with self.installation.reading(self.actor) as r:
            return {item.code: item for item in list_items(r, own_sample(r, self.sample_id))}

    @property
    def path(self) -> str:
        with self.installation.reading(SYSTEM) as r:
            return f"/desk/audit/samples/{r.refs.of('as', self.sample_id)}"

    def ask(self, form: str = "positive", code: str = "HUADONG") -> str:
        """Sends the request to one customer; tells its link."""
        item = self.items()[code]
        recipe = Recipe(item.id, form, CHEN)
        self.act(choose_recipients, ChooseRecipients(self.sample_id, [recipe], sends=True))
        with self.installation.reading(SYSTEM) as r:
            return f"/a/{link_token(r, r.session.get_one(AuditItem, item.id))}"

    def mails(self, kind: str) -> list[Outbox]:
        with self.installation.reading(SYSTEM) as r:
            rows = r.session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))
            return list(rows)

    def code(self) -> str:
        return str(json.loads(self.mails("code")[-1].payload)["code"])


def wish(draw: Draw | None = None, **changes: Any) -> DrawSample:
    given: dict[str, Any] = {
        "title": "Receivables",
        "as_of": DAY,
        "currency": "CNY",
        "draw": draw or Draw(Method.TOP, size=2),
        "answer_by": dt.date(2026, 12, 4),
        "auditor_name": "Ruiz & Partners, Maya Ruiz",
        "auditor_email": "maya@auditors.example",
    }
    return DrawSample(**(given | changes))


def audited(office: Office) -> Audit:
    """The auditor, a contact at Huadong, and the two largest balances."""
    with office.installation.work(SYSTEM) as w:
        customer = w.session.scalars(select(Customer).where(Customer.code == "HUADONG")).one()
        w.session.add(
            Contact(customer_id=customer.id, name="Chen Wei", email=CHEN, gets_statements=True)
        )
    audit = Audit(office, office.enter("auditor"))
    audit.sample_id = audit.act(keep_sample, wish())
    return audit
