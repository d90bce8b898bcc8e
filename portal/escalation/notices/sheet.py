"""A notice as a letter: for a window envelope, with marks to fold it at and a way to answer it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import formats
from portal.base.documents.printer import Job
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.base.work import Reader
from portal.core.words import amount_in_words
from portal.escalation.notices.matter import Matter
from portal.escalation.notices.readers import Addressee
from portal.escalation.notices.rendering import Content
from portal.escalation.notices.telling import Told
from portal.invoices.sheet import Parties, parties_of

#: Counts up when the template changes what is printed.
TEMPLATE = "notice/2"
#: What fits into the window besides the name.
MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter that is about to be printed: about what, in which words, to whom."""

    matter: Matter
    told: Told
    content: Content
    to: Addressee
    #: Our address, without a slash at its end.
    public_url: str

    def job(self, r: Reader) -> Job:
        """The letter's PDF as a job: the same facts give the same bytes."""
        with speaking(self.to.language):
            html = sheet_of("notice", **self._values(r))
        about = self.matter.notice_id or self.matter.dunning_id or self.matter.customer_id
        return Job(html, "notice", f"{TEMPLATE} {self.to.language} {about} {r.today}")

    def _values(self, r: Reader) -> dict[str, object]:
        parties = parties_of(r, self.told.customer_id)
        links = self.content.links
        url = self.public_url + (links.see if links else "/notices")
        company = r.company
        return {
            "lang": self.to.language,
            "notice": self.content,
            "number": self.number,
            "parties": parties,
            "address": address_lines(self.to.address),
            "is_registered": self.matter.channel == "registered_letter",
            "made_on": r.today.isoformat(),
            "day": formats.day(r.today),
            "facts": list(self._facts(parties, formats.day(r.today))),
            "words": amount_in_words(self.told.total, self.to.language),
            "url": url,
            "qr": qr_svg(url, _("Address of this letter in the portal")),
            "contact": " · ".join(
                each for each in (company.help_phone, company.help_email) if each
            ),
        }

    @property
    def number(self) -> str:
        """What the letter is called in talks about it: N-17, D-17 before it is one."""
        if self.matter.notice_id is not None:
            return f"N-{self.matter.notice_id}"
        return f"D-{self.matter.dunning_id}" if self.matter.dunning_id else "—"

    def _facts(self, parties: Parties, day: str) -> list[tuple[str, str]]:
        told = [
            (_("Date"), day),
            (_("Our reference"), self.number),
            (_("Customer"), parties.customer_code),
            (_("Contract"), self.told.contract),
            (_("To pay by"), formats.day(self.told.deadline)),
            (_("Amount"), formats.money(self.told.total)),
        ]
        return [(label, value) for label, value in told if value]


def address_lines(address: str) -> list[str]:
    """
    An address as a window shows it, line by line.

    >>> address_lines("1 Harbour Road, Ningbo 315000")
    ['1 Harbour Road', 'Ningbo 315000']
    >>> address_lines("宁波市江北区人民路1号")
    ['宁波市江北区人民路1号']
    """
    lines = address.splitlines() if "\n" in address.strip() else address.split(", ")
    told = [line.strip() for line in lines if line.strip()]
    return told[: MOST_LINES - 1] + (
        [", ".join(told[MOST_LINES - 1 :])] if len(told) >= MOST_LINES else []
    )
