"""Letters: printed together once, each kept, then posted and delivered; nothing settled is."""

import datetime as dt
import io
import json
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.outbox import drain
from portal.core.errors import RuleBroken
from portal.escalation.notices.commands import (
    DeliverLetter,
    PostLetters,
    PrintLetters,
    deliver_letter,
    post_letters,
    print_letters,
)
from portal.escalation.notices.printing import print_notices
from portal.escalation.notices.sheet import MOST_LINES, address_lines
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.escalation import Notice, PrintBatch
from portal.worker import REGISTRY
from tests.escalation.notices.steps import OVERDUE, Chased
from tests.escalation.notices.test_sending import pay
from tests.people.cast import CHEN, TOM

ADDRESS = "1 Harbour Road, Beilun District, Ningbo 315800"


@pytest.fixture
def letters(any_account: Chased) -> Chased:
    """Two letters that wait for the printer, of which one is registered."""
    any_account.change(Customer, any_account.customer_id, address=ADDRESS)
    any_account.step("letter", "firm")
    any_account.step("registered_letter", "final")
    return any_account


def ids(account: Chased) -> tuple[int, ...]:
    return tuple(each.id for each in account.notices)


def act(account: Chased, what, command, email: str = TOM):
    actor = account.cast.read(actor_of, account.cast.ids[email])
    return account.cast.do(what, command, actor=actor)


def printed(account: Chased) -> None:
    act(account, print_letters, PrintLetters(ids(account)))
    drain(account.installation, REGISTRY, channels=["task"])


def count(account: Chased, table) -> int:
    with account.installation.reading(SYSTEM) as r:
        return int(r.session.scalar(select(func.count()).select_from(table)) or 0)


def text_of(pdf: bytes) -> str:
    """What is printed, its lines joined."""
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def pages_of(pdf: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def test_letters_wait_for_the_printer_and_do_not_leave(letters: Chased):
    assert [each.state for each in letters.notices] == ["to_print", "to_print"]
    assert letters.send() == {}


def test_they_are_printed_into_one_file_and_each_is_kept(letters: Chased):
    printed(letters)

    first, second = letters.notices
    assert (first.state, second.state) == ("printed", "printed")
    assert first.batch_id == second.batch_id is not None
    storage = letters.installation.storage
    with letters.installation.reading(SYSTEM) as r:
        batch = r.session.scalars(select(PrintBatch)).one()
    assert batch.count == 2
    kept = [storage.get(each.file_sha256 or "") for each in (first, second)]
    together = storage.get(batch.file_sha256)
    assert pages_of(together) == sum(pages_of(pdf) for pdf in kept)


def test_a_letter_says_what_the_rule_asks_for(letters: Chased):
    """S-136, S-139."""
    printed(letters)

    final = letters.notices[1]
    text = text_of(letters.installation.storage.get(final.file_sha256 or ""))
    for words in (
        "Final demand before recovery by law",
        "Registered letter",
        "Ningbo 315800",
        "177,748.56",
        "INV-2026-04101",
        "CN44 1234 5678 9012 3456",
        "27 Nov 2026",
        "Articles 577 and 579",
        "/notices/nt_",
    ):
        assert words in text
    told = json.loads(final.facts)
    assert told["total"] == "177748.56"


def test_asking_twice_prints_once(letters: Chased):
    act(letters, print_letters, PrintLetters(ids(letters)))
    payload = {"notice_ids": list(ids(letters)), "user_id": letters.cast.ids[TOM]}
    print_notices(letters.installation, payload)
    drain(letters.installation, REGISTRY, channels=["task"])

    assert count(letters, PrintBatch) == 1


def test_what_was_settled_meanwhile_is_not_printed(letters: Chased):
    pay(letters, *OVERDUE)
    printed(letters)

    assert [each.state for each in letters.notices] == ["cancelled", "cancelled"]
    assert count(letters, PrintBatch) == 0


def test_posting_and_delivery_are_noted(letters: Chased):
    printed(letters)
    final = letters.notices[1]
    assert act(letters, post_letters, PostLetters((final.id,), " RR123 ")) == 1
    act(letters, deliver_letter, DeliverLetter(final.id, dt.date(2026, 11, 20)))

    after = letters.notices[1]
    assert (after.state, after.tracking) == ("sent", "RR123")
    assert after.delivered_on == dt.date(2026, 11, 20)
    assert act(letters, post_letters, PostLetters((final.id,))) == 0


def test_what_is_not_printed_is_not_posted_nor_delivered(letters: Chased):
    first = letters.notices[0].id

    with pytest.raises(RuleBroken, match=r"notice\.not_printed"):
        act(letters, post_letters, PostLetters((first,)))
    with pytest.raises(RuleBroken, match=r"notice\.not_printed"):
        act(letters, deliver_letter, DeliverLetter(first, dt.date(2026, 11, 20)))


@pytest.mark.parametrize("day", [dt.date(2026, 11, 19), dt.date(2026, 11, 21)])
def test_it_is_not_delivered_before_its_step_nor_tomorrow(letters: Chased, day: dt.date):
    printed(letters)
    first = letters.notices[0].id
    act(letters, post_letters, PostLetters((first,)))

    with pytest.raises(RuleBroken, match=r"notice\.delivered_early"):
        act(letters, deliver_letter, DeliverLetter(first, day))


def test_nothing_chosen_or_nothing_waiting_is_said(letters: Chased):
    with pytest.raises(RuleBroken, match=r"notice\.nothing_chosen"):
        act(letters, print_letters, PrintLetters(()))
    printed(letters)
    with pytest.raises(RuleBroken, match=r"notice\.not_to_print"):
        act(letters, print_letters, PrintLetters(ids(letters)))


def test_customers_do_not_print(letters: Chased):
    with pytest.raises((Denied, NotFound)):
        act(letters, print_letters, PrintLetters(ids(letters)), CHEN)


def test_an_address_is_set_line_by_line_and_fits_the_window():
    assert address_lines(ADDRESS) == ["1 Harbour Road", "Beilun District", "Ningbo 315800"]
    assert len(address_lines(", ".join("abcdefgh"))) == MOST_LINES
    assert address_lines("a\n\nb") == ["a", "b"]


def test_the_notices_table_holds_each_letter_once(letters: Chased):
    assert count(letters, Notice) == 2
