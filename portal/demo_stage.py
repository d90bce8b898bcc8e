"""What the demo's stories share: their days, who acts in them, and papers to go with a form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.base.access import SYSTEM, Actor
from portal.base.attaching import looked_at
from portal.base.installation import Installation
from portal.base.kept_files import Files
from portal.base.work import Reader, Work
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.demo_books import MONTHS
from portal.demo_file import first_of_month
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.people import User

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

ADMIN, MANAGER = "anna.berg@lindqvist-motion.example", "zhou.min@lindqvist-motion.example"
CLERK, LEAD = "wang.fang@lindqvist-motion.example", "david.osei@lindqvist-motion.example"
#: The salesperson whose customers are abroad.
OWNER = "marta.klein@lindqvist-motion.example"
#: A page of A4 in the reader's own Helvetica.
PAGE = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources\
<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R/Size 6>>
%%%%EOF
"""


@dataclass(frozen=True)
class Stage:
    """The demo's own day, and the days before it."""

    at: At
    on: dt.date

    def ago(self, days: int, hour: int = 10) -> Installation:
        """So many days before, or on the workday before that one."""
        day = self.on - dt.timedelta(days=days)
        while not MONDAY_TO_FRIDAY.is_workday(day):
            day -= dt.timedelta(days=1)
        return self.at(day, hour)

    def since(self, first: dt.date, hour: int = 10) -> Installation:
        """On a day, but in the time of the demo's books."""
        earliest = first_of_month(self.on, MONTHS - 1) + dt.timedelta(days=2)
        day = MONDAY_TO_FRIDAY.on_or_after(max(first, earliest))
        return self.at(min(day, self.on), hour)


def actor_named(then: Installation, email: str) -> Actor:
    """Who acts by this address."""
    with then.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
        return actor_of(r, user_id)


def do(then: Installation, email: str, act: Any, command: Any) -> Any:
    """What a person does on that day, and what comes of it."""
    with then.work(actor_named(then, email)) as w:
        return act(w, command)


def customer_of(r: Reader, code: str) -> Customer:
    """A customer of the demo."""
    return r.session.scalars(select(Customer).where(Customer.code == code)).one()


def customer_id(then: Installation, code: str) -> int:
    """The id of a customer of the demo."""
    with then.reading(SYSTEM) as r:
        return customer_of(r, code).id


def approve(then: Installation, email: str, approval_id: int | None, comment: str = "") -> None:
    """A second person agrees."""
    assert approval_id is not None
    do(then, email, approve_request, ApproveRequest(approval_id, comment))


def refuse(then: Installation, email: str, approval_id: int | None, comment: str) -> None:
    """A second person does not agree."""
    assert approval_id is not None
    do(then, email, refuse_request, RefuseRequest(approval_id, comment))


def papers(then: Installation, *given: tuple[str, bytes]) -> Files:
    """Files as a form brings them."""
    return Files(then.storage, looked_at(given))


def paper(*lines: str) -> bytes:
    """A sheet of paper with some lines on it, as a PDF."""
    words = [line.replace("(", "[").replace(")", "]") for line in lines]
    drawn = " ".join(f"({line}) Tj 0 -22 Td" for line in words)
    content = f"BT /F 13 Tf 60 770 Td {drawn} ET".encode("latin-1")
    return PAGE % (len(content), content)


def mailed_code(w: Work, email: str) -> str:
    """The code of the newest mail to somebody, read as its reader does."""
    payload = w.session.scalars(
        select(Outbox.payload)
        .where(Outbox.kind == "code", Outbox.to_address == email)
        .order_by(Outbox.id.desc())
        .limit(1)
    ).one()
    return str(json.loads(payload)["code"])
