"""Whom a message about what is due goes to at a customer, at which address, in which language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.texting import e164
from portal.invoices.open_items import Scope
from portal.statements.chasing.recipients import People, Person, language_of, people_of
from portal.tables.channels import TextChoice
from portal.tables.customers import Contact, Customer
from portal.tables.people import Membership, User

EMAIL, SMS = "email", "sms"
LETTERS = ("letter", "registered_letter")
#: Channels whose steps are messages that we write; the others are done by people.
MESSAGES = (EMAIL, SMS, *LETTERS)
#: What a portal user must have asked for before their own number gets texts about what is due.
TEXTS_ABOUT = "payment_days"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is written to: by which channel, where, and in which language."""

    channel: str
    name: str
    address: str
    language: str
    user_id: int | None = None
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """What the file of a customer says about reaching it."""

    name: str
    email: str
    address: str
    country: str
    language: str


class Readers:
    """The addressees at some customers; asks the books a fixed number of times for all of them."""

    def __init__(self, r: Reader, whose: Scope) -> None:
        self._r = r
        self._whose = whose

    def of(self, customer_id: int, channel: str) -> list[Addressee]:
        """
        Who is written to by a channel; by the next best one where it leads nowhere.

        A text goes as a mail to who has no number, a letter as mails where no address is known,
        a mail as a letter where nobody takes mails. Nobody is left where nothing is known at all.
        """
        letter = self._letter(customer_id, channel)
        if channel in LETTERS and letter:
            return [letter]
        mailed = list(self._mailed(customer_id))
        if channel == SMS:
            mailed = [self._texted(customer_id, each) or each for each in mailed]
        return mailed or ([letter] if letter else [])

    def others(self, customer_id: int, told: set[str]) -> list[Addressee]:
        """Who else takes mails there, besides those addresses."""
        people = self._people.get(customer_id, People())
        known = [_mail_to(person) for person in people.others(told)]
        own = self._own_mail(customer_id)
        return known if own is None or own.address in told else [*known, own]

    def letter_to(self, customer_id: int) -> Addressee | None:
        """The customer itself, by post; None where no address is known."""
        return self._letter(customer_id, LETTERS[0])

    def name_of(self, customer_id: int) -> str:
        """What the customer is called on letters."""
        return self._parties[customer_id].name

    def country_of(self, customer_id: int) -> str:
        """Where the customer is, as its file says."""
        return self._parties[customer_id].country

    def _mailed(self, customer_id: int) -> Iterator[Addressee]:
        people = self._people.get(customer_id, People())
        reached = people.reached("")
        yield from (_mail_to(person) for person in reached)
        own = self._own_mail(customer_id)
        if not reached and not people.meant("") and own is not None:
            yield own

    def _own_mail(self, customer_id: int) -> Addressee | None:
        """The customer's own address, which no person stands for."""
        party = self._parties[customer_id]
        people = self._people.get(customer_id, People())
        if not party.email or party.email in people.refusing:
            return None
        return Addressee(EMAIL, party.name, party.email, party.language)

    def _texted(self, customer_id: int, person: Addressee) -> Addressee | None:
        number = self._numbers.get((customer_id, person.address))
        return replace(person, channel=SMS, address=number) if number else None

    def _letter(self, customer_id: int, channel: str) -> Addressee | None:
        party = self._parties[customer_id]
        if not party.address.strip():
            return None
        by_post = channel if channel in LETTERS else LETTERS[0]
        return Addressee(by_post, party.name, party.address, party.language)

    @cached_property
    def _people(self) -> dict[int, People]:
        return people_of(self._r, self._whose)

    @cached_property
    def _parties(self) -> dict[int, Party]:
        columns: list[Any] = [
            *(Customer.id, Customer.name, Customer.legal_name, Customer.email),
            *(Customer.address, Customer.country, Customer.language),
        ]
        rows = self._r.session.execute(select(*columns).where(self._whose(Customer.id)))
        return {
            row.id: Party(
                name=row.legal_name or row.name,
                email=(row.email or "").strip().lower(),
                address=row.address or "",
                country=row.country or "",
                language=language_of(self._r, row.language),
            )
            for row in rows
        }

    @cached_property
    def _numbers(self) -> dict[tuple[int, str], str]:
        """By customer and address the number for texts: the contact's, or the user's who asked."""
        if not self._r.keys.config.sms:
            return {}
        found: defaultdict[tuple[int, str], str] = defaultdict(str)
        for row in self._r.session.execute(_contacts(self._whose)):
            found[row.customer_id, row.email] = self._dialled(row)
        for row in self._r.session.execute(_users(self._whose)):
            found[row.customer_id, row.email] = found[row.customer_id, row.email] or row.phone
        return found

    def _dialled(self, row: Any) -> str:
        """The number as the world dials it; none where it cannot be one."""
        try:
            return e164(
                row.phone, self._parties[row.customer_id].country or self._r.company.country
            )
        except RuleBroken:
            return ""


def _contacts(whose: Scope) -> Any:
    return select(Contact.customer_id, Contact.email, Contact.phone).where(
        whose(Contact.customer_id), Contact.phone.is_not(None), Contact.gets_statements.is_(True)
    )


def _users(whose: Scope) -> Any:
    return (
        select(Membership.customer_id, User.email, User.phone)
        .join(User, User.id == Membership.user_id)
        .join(TextChoice, TextChoice.user_id == User.id)
        .where(
            whose(Membership.customer_id),
            TextChoice.event == TEXTS_ABOUT,
            User.phone.is_not(None),
        )
        .distinct()
    )


def _mail_to(person: Person) -> Addressee:
    return Addressee(
        EMAIL,
        person.name,
        person.email,
        person.language,
        user_id=person.user_id,
        contact_id=person.contact_id,
    )
