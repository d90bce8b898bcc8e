"""Who there is: two customers with their people, our own, and how they sign in."""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.people.commands import NewUser, create_user_with_password
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from tests.page import Page, Visitor

PASSWORD = "seven small teapots"


@dataclass
class Cast:
    """Who there is: two customers, their people, our own; `at` moves the clock for everybody."""

    installation: Installation
    totp: dict[str, str]
    ids: dict[str, int]
    customers: dict[str, int]

    def at(self, minutes: float) -> "Cast":
        """Later, by so many minutes."""
        later = self.installation.clock.now() + dt.timedelta(minutes=minutes)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=later))
        return self

    def do(self, act: Callable[..., Any], *given: Any, actor: Any = SYSTEM) -> Any:
        with self.installation.work(actor) as w:
            return act(w, *given)

    def read(self, query: Callable[..., Any], *given: Any, actor: Any = SYSTEM) -> Any:
        with self.installation.reading(actor) as r:
            return query(r, *given)

    def mails(self, kind: str, to: str = "") -> list[dict[str, Any]]:
        """The payloads of the mails of a kind, the oldest first."""
        query = select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)
        with self.installation.reading(SYSTEM) as r:
            rows = r.session.scalars(query).all()
        return [json.loads(row.payload) for row in rows if to in ("", row.to_address)]

    def code(self, email: str) -> str:
        """The newest code mailed to somebody."""
        return str(self.mails("code", email)[-1]["code"])

    def app_code(self, email: str, steps: int = 0) -> str:
        """What the authenticator app of somebody shows, so many steps from now."""
        moment = self.installation.clock.now() + dt.timedelta(seconds=30 * steps)
        return pyotp.TOTP(self.totp[email]).at(moment)


CHEN = "chen@huadong.example"
WANG = "wang@huadong.example"
ADA = "ada@northsea.example"
LI = "li@northwind.example"
TOM = "tom@northwind.example"

PEOPLE = [
    NewUser(CHEN, "Chen Wei", PASSWORD, ("customer_admin", "customer_signatory"), ("C1",)),
    NewUser(WANG, "Wang Fang", PASSWORD, ("customer_accountant",), ("C1", "C2")),
    NewUser(ADA, "Ada Berg", PASSWORD, ("customer_viewer",), ("C2",)),
    NewUser(LI, "Li Na", PASSWORD, ("admin",), has_totp=True),
    NewUser(TOM, "Tom Reed", PASSWORD, ("clerk",)),
]


def cast_into(installation: Installation) -> Cast:
    cast = Cast(installation, {}, {}, {})
    with installation.work() as w:
        for code, name in (("C1", "Huadong Trading"), ("C2", "North Sea Foods")):
            customer = Customer(code=code, name=name, created_at=w.now)
            w.session.add(customer)
            w.session.flush()
            cast.customers[code] = customer.id
        for person in PEOPLE:
            created = create_user_with_password(w, person)
            cast.ids[person.email] = created.user_id
            cast.totp[person.email] = created.totp_secret or ""
    return cast


class Browser(Visitor):
    """A visitor who knows how to sign in."""

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="(\w+)"', self.client.get("/recovery").text)
        assert found
        return found[1]

    def begin(self, email: str, next_path: str = "/", status: int = 200) -> Page:
        """The second step of signing in."""
        page = self.visit(f"/login?next={next_path}")
        return self.fill(page, "/login", status, email=email)

    def sign_in(self, email: str, password: str = PASSWORD, status: int = 303) -> Page:
        return self.fill(self.begin(email), "/login/password", status, password=password)

    def sign_in_fully(self, email: str, cast: Cast) -> Page:
        page = self.follow(self.sign_in(email))
        return self.fill(page, "/login/mfa", code=cast.app_code(email))

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("accord")
        return found.value if found else None
