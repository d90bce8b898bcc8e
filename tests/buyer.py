"""The customer's side for tests: somebody of one or several customers who has signed in."""

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.ledger import Kind
from portal.people.commands import Device, NewUser, create_user_with_password
from portal.people.commands.sessions import complete_session
from portal.tables.invoices import Entry
from portal.tables.people import User
from tests.desk import DeskBrowser, Office
from tests.people.cast import PASSWORD


class Buyer(DeskBrowser):
    """Somebody of customers, with one role at each of them."""

    def __init__(self, office: Office, *codes: str, role: str = "customer_accountant") -> None:
        self.codes = codes
        super().__init__(office.app, office.installation, role)

    def _enter(self, role: str) -> int:
        email = f"{role}@{'-'.join(self.codes).lower()}.example"
        new = NewUser(email, "Chen Wei", PASSWORD, (role,), self.codes)
        with self.installation.work(SYSTEM) as w:
            user_id = create_user_with_password(w, new).user_id
            user = w.session.get_one(User, user_id)
            token = complete_session(w, user, "test", Device("127.0.0.1", "test", ""))
        self.client.set_cookie("accord", token)
        return user_id


def invoice_path(office: Office, number: str, ending: str = "") -> str:
    return f"/invoices/{ref_of(office, number)}{ending}"


def ref_of(office: Office, number: str) -> str:
    """The reference of an invoice."""
    with office.installation.reading(SYSTEM) as r:
        named = select(Entry.id).where(Entry.number == number, Entry.kind == Kind.INVOICE)
        return r.refs.of("iv", r.session.scalars(named).one())
