"""What staff do from their first page: send a mail again that could not be delivered."""

from __future__ import annotations

from portal.base.access import NotFound
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.tables.customers import Customer
from portal.tables.journal import Outbox


def send_again(w: Work, mail_id: int) -> None:
    """
    Puts a mail that was given up back into the queue; what never left cannot arrive twice.

    Raises: act.already_done where it is not given up (any more).
    """
    mail = w.session.get(Outbox, mail_id, with_for_update=True)
    if mail is None or mail.channel == "task":
        raise NotFound("mail")
    customer = w.session.get(Customer, mail.customer_id) if mail.customer_id else None
    w.require("statement.run", customer)
    if mail.state != "failed":
        raise RuleBroken("act.already_done")
    mail.state, mail.problem = "pending", None
    mail.tries = 0
    mail.lease_until = mail.not_before = None
    # Given up once: the time to try it begins anew.
    mail.created_at = w.now
    w.wakes = True
    w.audit(
        "mail.sent_again", f"outbox/{mail.id}", customer_id=mail.customer_id, to=mail.to_address
    )
