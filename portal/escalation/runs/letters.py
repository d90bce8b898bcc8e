"""The message of a step that a run is going to do, exactly as it would leave now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.base.access import NotFound
from portal.base.mail import Written
from portal.base.work import Reader
from portal.core.ladder_day import Action
from portal.escalation.facts import ladders_of_version
from portal.escalation.notices.matter import Matter, matter_of_action
from portal.escalation.notices.readers import LETTERS, Addressee, Readers
from portal.escalation.notices.rendering import Content, content_of, written
from portal.escalation.notices.sheet import Sheet
from portal.escalation.notices.telling import Told, told_now
from portal.escalation.planning import plan_day
from portal.escalation.queries import RunRow
from portal.escalation.runs.queries import policy_of
from portal.invoices.open_items import among, between


@dataclass(frozen=True)
class PlannedLetter:
    """A step's message for one of its readers."""

    action: Action
    matter: Matter
    told: Told
    content: Content
    to: Addressee
    #: Everybody who gets one.
    everybody: Sequence[Addressee]

    @property
    def is_printed(self) -> bool:
        return self.to.channel in LETTERS

    def as_mail(self, r: Reader, absolute: str) -> Written:
        """As it would leave by mail or as a text message."""
        return written(r, self.content, self.to, absolute)

    def sheet(self, absolute: str) -> Sheet:
        """As it would be printed."""
        return Sheet(self.matter, self.told, self.content, self.to, absolute)


def planned_action(r: Reader, run: RunRow, key: tuple[int, str, str]) -> Action:
    """What a run would do about an account; `NotFound` where it would not any more."""
    customer_id, currency, step = key
    ladders = ladders_of_version(r, policy_of(r, run.id))
    plan = plan_day(r, run.on, ladders, between(customer_id, customer_id))
    for action in plan.actions:
        if (action.currency, action.step.name) == (currency, step):
            return action
    raise NotFound("step")


def planned_letter(r: Reader, run: RunRow, key: tuple[int, str, str], place: int) -> PlannedLetter:
    """The message to one of its readers, counted from 1; `NotFound` where there is none."""
    action = planned_action(r, run, key)
    everybody = recipients(r, action)
    matter = matter_of_action(action, run.on)
    told = told_now(r, matter)
    if not 1 <= place <= len(everybody) or told is None:
        raise NotFound("letter")
    to = everybody[place - 1]
    return PlannedLetter(action, matter, told, content_of(r, matter, told, to), to, everybody)


def recipients(r: Reader, action: Action) -> Sequence[Addressee]:
    """Who is written to; nobody where the step is no message."""
    if not action.step.is_message:
        return ()
    return Readers(r, among([action.customer_id])).of(action.customer_id, action.step.channel)
