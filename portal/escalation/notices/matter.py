"""What a notice is about: an account's due parts, and how they are to be spoken of."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.ladder_day import Action
from portal.tables.escalation import DunnedPart, Dunning, Notice

PartKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is told of, before it is looked at again."""

    customer_id: int
    currency: str
    keys: tuple[PartKey, ...]
    step: str
    channel: str
    strength: str
    #: The day of the step, or of the reminder.
    on: dt.date
    dunning_id: int | None = None
    notice_id: int | None = None


def matter_of_notice(r: Reader, notice: Notice, known: Sequence[PartKey] = ()) -> Matter:
    """
    What a queued notice is about: its step's parts, or those it was made to remind of.

    The step's parts are asked for unless they are `known`.
    """
    keys = keys_told(json.loads(notice.facts))
    if notice.dunning_id is not None:
        keys = tuple(known) or parts_of(r, notice.customer_id, notice.dunning_id)
    return Matter(
        customer_id=notice.customer_id,
        currency=notice.currency,
        keys=keys,
        step=notice.step,
        channel=notice.channel,
        strength=notice.strength,
        on=notice.on,
        dunning_id=notice.dunning_id,
        notice_id=notice.id,
    )


def matter_of_step(r: Reader, dunning: Dunning) -> Matter:
    """What a step is about, be it done or waiting."""
    return Matter(
        customer_id=dunning.customer_id,
        currency=dunning.currency,
        keys=parts_of(r, dunning.customer_id, dunning.id),
        step=dunning.step,
        channel=dunning.channel,
        strength=dunning.strength,
        on=dunning.done_on or dunning.found_on,
        dunning_id=dunning.id,
    )


def matter_of_action(action: Action, on: dt.date) -> Matter:
    """What a step would be about that is only planned."""
    return Matter(
        customer_id=action.customer_id,
        currency=action.currency,
        keys=tuple((item.entry_id, item.part) for item in action.items),
        step=action.step.name,
        channel=action.step.channel,
        strength=action.step.strength,
        on=on,
    )


def keys_told(told: Mapping[str, Any]) -> tuple[PartKey, ...]:
    """The due parts that a notice's facts name."""
    return tuple((int(entry), int(part)) for entry, part in told.get("parts", ()))


def parts_of(r: Reader, customer_id: int, dunning_id: int) -> tuple[PartKey, ...]:
    """The due parts that a step was about."""
    rows = select(DunnedPart.entry_id, DunnedPart.part).where(
        DunnedPart.customer_id == customer_id, DunnedPart.dunning_id == dunning_id
    )
    found = r.session.execute(rows.order_by(DunnedPart.entry_id, DunnedPart.part))
    return tuple((entry_id, part) for entry_id, part in found)
