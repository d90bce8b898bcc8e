"""What cases, their stages, events, ends and files are called."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.case import Act, Kind, Outcome, Stage
from portal.core.claim import Evidence
from portal.core.interest import DAILY
from portal.interest.workings import Period

KINDS = {Kind.AGENCY: N_("Collection agency"), Kind.LEGAL: N_("Lawyer and court")}
#: state → its word and tone
STATES = {
    "proposed": (N_("Waits for a second person"), "warn"),
    "open": (N_("Under way"), "info"),
    "closed": (N_("Closed"), "neutral"),
    "refused": (N_("Refused"), "bad"),
}
STAGES = {
    Stage.PREPARING: N_("Being prepared"),
    Stage.HANDED_OVER: N_("Handed over"),
    Stage.REPORTING: N_("The agency reports"),
    Stage.RETURNED: N_("Taken back"),
    Stage.DEMANDED: N_("Demanded by letter of law"),
    Stage.FILED: N_("Suit filed"),
    Stage.ARBITRATION: N_("In arbitration"),
    Stage.HEARING: N_("Being heard"),
    Stage.JUDGMENT: N_("Decided"),
    Stage.ENFORCEMENT: N_("Being enforced"),
}
#: What happened → what it is called.
EVENTS = {
    "opened": N_("Case opened"),
    "closed": N_("Case closed"),
    Act.HAND_OVER.value: N_("Handed over to the agency"),
    Act.REPORT.value: N_("Report of the agency"),
    Act.TAKE_BACK.value: N_("Taken back"),
    Act.DEMAND.value: N_("Letter of law sent"),
    Act.FILE.value: N_("Suit filed"),
    Act.ARBITRATE.value: N_("Brought to arbitration"),
    Act.HEAR.value: N_("Hearing"),
    Act.DECIDE.value: N_("Judgment or award"),
    Act.ENFORCE.value: N_("Enforcement asked for"),
    Act.PRESERVE.value: N_("Preservation of assets asked for"),
    Act.COST.value: N_("Cost"),
    Act.NOTE.value: N_("Note"),
}
OUTCOMES = {
    Outcome.PAID: N_("Paid in full"),
    Outcome.SETTLED: N_("Settled between the parties"),
    Outcome.JUDGMENT: N_("Ended by judgment or award"),
    Outcome.UNCOLLECTABLE: N_("Cannot be collected"),
    Outcome.WITHDRAWN: N_("Taken back"),
}
FILE_KINDS = {
    "agency": N_("Contract with the agency, or its report"),
    "demand": N_("Letter of law"),
    "court": N_("Filing, summons or court letter"),
    "judgment": N_("Judgment or award"),
    "cost": N_("Invoice or receipt of a cost"),
    "other": N_("Other"),
}
EVIDENCE = {
    Evidence.CONTRACT: N_("Contract"),
    Evidence.DELIVERY: N_("Delivery"),
    Evidence.RECEIPT: N_("Proof of receipt"),
    Evidence.ACKNOWLEDGEMENT: N_("Acknowledgement of the debt"),
    Evidence.DEMAND: N_("Demand that was sent"),
}
PACK_STATES = {
    "pending": (N_("Being made"), "info"),
    "ready": (N_("Ready"), "ok"),
    "failed": (N_("Failed"), "bad"),
}


def kind_name(kind: str) -> str:
    """Who a case is with."""
    return _(KINDS[Kind(kind)])


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def stage_name(stage: str) -> str:
    """How far a case is."""
    return _(STAGES[Stage(stage)])


def event_name(kind: str) -> str:
    """What happened."""
    return _(EVENTS[kind]) if kind in EVENTS else kind


def outcome_name(outcome: str) -> str:
    """How a case ended; empty where it stands."""
    return _(OUTCOMES[Outcome(outcome)]) if outcome else ""


def evidence_name(kind: Evidence) -> str:
    """A kind of evidence."""
    return _(EVIDENCE[kind])


def file_kinds() -> dict[str, str]:
    """What kinds of files are called."""
    return {name: _(word) for name, word in FILE_KINDS.items()}


def pack_state(state: str) -> tuple[str, str]:
    """A pack's word and tone."""
    word, tone = PACK_STATES[state]
    return _(word), tone


def rate_said(period: Period) -> str:
    """The rate of late interest in a period."""
    if period.basis == DAILY:
        return _("%(percent)s %% a day", percent=period.percent)
    return _("%(percent)s %% a year of %(days)s days", percent=period.percent, days=period.basis)
