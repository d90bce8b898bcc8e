"""The demo's salesperson at work: answers to what is due, weeks planned, and the lead's targets."""

from __future__ import annotations

import datetime as dt

from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.core.due_round import Answer, Said
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.promise import Reason
from portal.core.week import monday_of
from portal.demo_stage import LEAD, OWNER, At, Stage, actor_named, do
from portal.escalation.due import daily as round_of_day
from portal.escalation.due.answering import AnswerOne, AnswerRound, answer_round
from portal.escalation.due.asking import RoundFilter, RoundItem, answered_names, list_round
from portal.escalation.due.planning import PlanWeek, RemarkPlan, plan_week, remark_plan, week_of
from portal.escalation.targets.setting import SetTargets, set_targets
from portal.tables.people import User
from portal.worker import REGISTRY

MAIL = ("email",)
#: Another of the salespeople, whose customers are at home.
AT_HOME = "li.na@lindqvist-motion.example"
#: So many customers are planned for in a week.
PLANNED = 4
#: So many of the late ones get no answer, which is told to the lead.
SILENT = 1
MEASURES = ("Call on Tuesday", "Visit with the service engineer", "", "Ask for the payment run")
REMARK = "Half of it came; the rest waits for the signature of their director."
TEAM = {"recovered": 600_000_00, "contacts": 60, "success_percent": 45, "cost": 8_000_00}
HERS = {"recovered": 40_000_00, "contacts": 25, "success_percent": 50, "cost": None}


def collect(at: At, on: dt.date) -> None:
    """What Marta said and planned, and what the lead expects of the month."""
    drain(at(on, 17), REGISTRY, channels=MAIL)
    stage = Stage(at, on)
    _targets(stage)
    last = monday_of(on) - dt.timedelta(days=7)
    _plan(at(last, 9), last)
    _plan(at(monday_of(on), 9), monday_of(on))
    _remark(stage, last)
    round_of_day.run(stage.ago(1, 7), _day(stage.ago(1, 7)))
    drain(stage.ago(1, 8), REGISTRY, channels=MAIL)
    _answer(stage.ago(1, 15), OWNER, SILENT)
    _answer(stage.ago(1, 16), AT_HOME, SILENT)
    round_of_day.run(at(on, 7), on)
    drain(at(on, 8), REGISTRY, channels=MAIL)


def _day(then: Installation) -> dt.date:
    with then.reading(actor_named(then, OWNER)) as r:
        return r.today


def _targets(stage: Stage) -> None:
    month = stage.on.replace(day=1)
    then = stage.since(month, 11)
    do(then, LEAD, set_targets, SetTargets(month, None, "CNY", TEAM))
    marta = actor_named(then, OWNER).user_id
    do(then, LEAD, set_targets, SetTargets(month, marta, "EUR", HERS))


def _plan(then: Installation, monday: dt.date) -> None:
    """The largest sums first, each for a day of the week, and how."""
    actor = actor_named(then, OWNER)
    with then.reading(actor) as r:
        week = week_of(r, r.session.get_one(User, actor.user_id), monday)
    for place, row in enumerate(week.rows[:PLANNED]):
        if row.due.minor <= 0:
            continue
        day = monday + dt.timedelta(days=1 + place)
        amount = Money(row.due.minor // 2 if place else row.due.minor, row.due.currency)
        planned = PlanWeek(row.customer_id, monday, amount, day, MEASURES[place % len(MEASURES)])
        do(then, OWNER, plan_week, planned)


def _remark(stage: Stage, monday: dt.date) -> None:
    """On Friday she says why what came first was less."""
    then = stage.at(monday + dt.timedelta(days=4), 17)
    actor = actor_named(then, OWNER)
    with then.reading(actor) as r:
        week = week_of(r, r.session.get_one(User, actor.user_id), monday)
    short = [row for row in week.rows if row.plan is not None and row.variance.minor < 0]
    for row in short[:1]:
        remark = RemarkPlan(row.customer_id, monday, row.due.currency, REMARK)
        do(then, OWNER, remark_plan, remark)


def _answer(then: Installation, email: str, silent: int) -> None:
    """What is not due yet comes on time, one is a problem, most come later; of some no word."""
    actor = actor_named(then, email)
    with then.reading(actor) as r:
        asked = list_round(r, RoundFilter(owners=answered_names(r, r.actor.user_id))).items
        later = r.calendar().add_workdays(r.today, 3)
    late = [item for item in asked if item.days_overdue]
    soon = [item for item in asked if not item.days_overdue]
    said = [(item, Said(Answer.ON_TIME)) for item in soon]
    said += [(item, Said(Answer.PROBLEM, None, Reason.SHORT_OF_CASH)) for item in late[:1]]
    said += [(item, Said(Answer.LATER, later, Reason.PAYMENT_RUN)) for item in late[1:-silent]]
    for item, answer in said:
        _say(then, email, item, answer)


def _say(then: Installation, email: str, item: RoundItem, said: Said) -> None:
    one = AnswerOne(item.customer_id, item.entry_id, item.part, said)
    try:
        do(then, email, answer_round, AnswerRound((one,), is_sent=True))
    except RuleBroken:
        # Some days leave no room to pay later: then it is a problem.
        problem = Said(Answer.PROBLEM, None, Reason.PAYMENT_RUN)
        one = AnswerOne(item.customer_id, item.entry_id, item.part, problem)
        do(then, email, answer_round, AnswerRound((one,), is_sent=True))
