"""
What our core answers to a peer's scenario of reminders, levels, fees and overdue states.

A peer's level is a step of a ladder. Its draft is a step that is due, or that waits for approval.
"""

from dataclasses import replace
from datetime import date, timedelta

from portal.core.ladder import Item, Ladder, Past, Step, ladder_for, place_of
from portal.core.ladder_day import Account, what_is_due
from portal.core.money import Money
from tests.core.books import euro
from tests.core.climbing import Climb

DAY = date.fromisoformat
DUE = date(2025, 1, 1)
SEEN = DUE - timedelta(days=99)


def item(nth=1, amount="100.00", due=DUE, **facts):
    told = {"first_seen_on": due - timedelta(days=99), **facts}
    return Item(nth, 1, str(nth), due, euro(amount).minor, **told)


def due_on(ladder, on, *items, **facts):
    return what_is_due(Account(1, "C", "EUR", items, **facts), ladder, on)


def amount_of(actions):
    return euro_text(actions[0].amount) if actions else None


def euro_text(minor):
    return Money(minor, "EUR").major()


def by_days(*levels, **facts):
    steps = tuple(Step(str(each["level"]), each["days_overdue"]) for each in levels)
    return Ladder("levels", min_gap_days=0, steps=steps, **facts)


# ── levels ───────────────────────────────────────────────────────────────────


def disputed(given, _when):
    whole = {"disputed": 100_00_00}
    items = [
        item(nth, each["open"], **(whole if each["in_dispute"] else {}))
        for nth, each in enumerate(given["invoices"])
    ]
    [action] = due_on(by_days(*given["levels"]), DUE + timedelta(days=20), *items).actions
    return {"dunned": [given["invoices"][told.entry_id]["id"] for told in action.items]}


def level(given, when):
    """One level a run; what waits for its approval keeps the next one away."""
    ladder = by_days(*given["levels"])
    on = DAY(when["run_on"])
    due = DAY(given["invoice"]["due"]) if "invoice" in given else on - _late(given)
    history = given.get("history", [])
    past = {
        str(each["level"]): Past("done", DAY(each.get("run") or each["date"])) for each in history
    }
    waiting = None
    if history and history[-1].get("state") == "draft":
        waiting = (str(history[-1]["level"]), (1, 1))
        past.pop(waiting[0])
    found = due_on(ladder, on, item(due=due, past=past), waiting=waiting).actions
    told = {"created": len(found)}
    if found or waiting:
        told |= {"level": int(found[0].step.name if found else waiting[0]), "state": "draft"}
    return told


def _late(given):
    return timedelta(days=given["days_overdue"])


def only(*names):
    """The answer as a peer tells it, who leaves out some of it."""

    def answer(given, when):
        told = level(given, when)
        return {name: told[name] for name in names}

    return answer


def to_the_end(given, when):
    ladder = by_days(*given["levels"])
    first, later = (DAY(each["run_on"]) for each in when["steps"] if "run_on" in each)
    assert due_on(ladder, first, item()).actions
    told = item(past={"1": Past("done", first)})
    assert not due_on(ladder, later, told).actions
    return {
        "states": ["draft", "waiting", "final" if place_of(ladder, told, later) is None else ""]
    }


def paid(given, when):
    found = due_on(by_days(*given["levels"]), DAY(when["run_on"]), item(amount="0.00"))
    return {"active_dunnings": len(found.actions)}


def eligible(given, when):
    told = given["level"]
    done = (
        {"1": Past("done", DAY(given["invoice"]["due"]))} if "previous_level_done" in given else {}
    )
    steps = (Step("1", 0), Step("2", told["delay"])) if done else (Step("1", told["delay"]),)
    asked = item(due=DAY(given["invoice"]["due"]), past=done)
    return {
        "eligible": {
            on: bool(due_on(Ladder("a", steps=steps), DAY(on), asked).actions)
            for on in when["evaluate_on"]
        }
    }


def three_runs(given, when):
    first, second, third = given["levels"]
    steps = (
        Step("1", first["delay"]),
        Step("2", second["delay"]),
        Step("3", after_previous_days=third["delay"], channel="letter"),
    )
    climb = _Days(Ladder("a", steps=steps), [item(due=DAY(given["invoice"]["due"]))])
    reached = [int(climb.run_on(DAY(on))[-1].step.name) for on in when["runs"]]
    return {"levels_reached": reached, "lines_total": list(range(1, len(reached) + 1))}


def first_policy(given, _when):
    return {"policies": [_policy_of(case) for case in given["cases"]]}


def _policy_of(case):
    told = (
        ("customer", {"customer_id": "C"}),
        ("group", {"customer_type": "group"}),
        ("company", {"customer_type": "*"}),
    )
    ladders = [Ladder(case[name], whom) for name, whom in told if case[name]]
    return ladder_for(ladders, {"customer_id": "C", "customer_type": "group"}).name


# ── gaps and grace ───────────────────────────────────────────────────────────


def in_gap(given, when):
    return {
        "allowed": _is_allowed(given["last_effective"], when["run_on"], given["min_days_between"])
    }


def _is_allowed(last, on, gap):
    ladder = Ladder("a", min_gap_days=gap, steps=(Step("1", 1),))
    due = DAY(on) - timedelta(days=9)
    return bool(due_on(ladder, DAY(on), item(due=due), last_message_on=DAY(last)).actions)


def days_since(given, when):
    """The widest gap that would still let a message go."""
    gaps = range(60, -1, -1)
    last, on = given["last_effective"], when["run_on"]
    return {"days_since_last": next(gap for gap in gaps if _is_allowed(last, on, gap))}


def after_the_gap(given, when):
    ladder = replace(by_days(*given["levels"]), min_gap_days=10)
    on, last = DAY(when["run_on"]), DAY(given["history"][0]["effective"])
    told = item(due=on - _late(given), past={"1": Past("done", last)})
    return {"created": len(due_on(ladder, on, told, last_message_on=last).actions)}


def after_the_grace(given, when):
    on = DAY(when["run_on"])
    promised = 100_00 if DAY(given["grace_until"]) >= on else 0
    ladder = by_days(given["level"])
    return {
        "created": len(due_on(ladder, on, item(due=on - _late(given), promised=promised)).actions)
    }


def expired(given, _when):
    """Whether the next run finds that what waits is settled: promised, its day included."""
    on = DAY(given["candidate_date"]) + timedelta(days=1)
    until = given["grace_until"]
    promised = 100_00 if until and DAY(until) >= on else 0
    told = item(due=on - timedelta(days=40), promised=promised)
    return {
        "expired": due_on(
            Ladder("a", steps=(Step("1", 1),)), on, told, waiting=("1", (1, 1))
        ).settled
    }


# ── amounts ──────────────────────────────────────────────────────────────────

ONE = Ladder("one", steps=(Step("1", 1, fee={}),))


def credit_on_account(given, _when):
    free = euro(given["credit_note"]["total"]).minor
    told = item(amount=given["invoice"]["total"], due=DAY(given["invoice"]["due"]))
    found = due_on(ONE, DAY(given["invoice"]["due"]) + timedelta(days=9), told, unapplied=free)
    return {"dunning": "unresolved" if found.actions else found.excluded[0].reason}


def in_favour(given, _when):
    free, owed = euro(given["open_credits"]).minor, euro(given["invoice"]["total"]).minor
    found = due_on(
        ONE, DUE + timedelta(days=9), item(amount=given["invoice"]["total"]), unapplied=free
    )
    return {"sent": len(found.actions), "net_due": euro_text(owed - free)}


def resolved(given, when):
    more = euro(given["dunning"]["interest"]) + euro(given["dunning"]["fee"])
    items = [item(1, given["invoice"]["total"]), item(2, more.major(), leads=False)]
    found = due_on(ONE, DUE + timedelta(days=9), *items, unapplied=euro(when["pay"]).minor)
    covered = {each.entry_id: each.amount for each in found.excluded}
    return {
        "invoice_open": euro_text(items[0].open - covered[1]),
        "dunning_status": "unresolved" if found.actions else "resolved",
    }


def each_line(given, when):
    items = [
        item(nth, each["total"], DAY(each["due"])) for nth, each in enumerate(given["invoices"])
    ]
    [action] = due_on(ONE, DAY(when["as_of"]), *items).actions
    lines = [
        {"id": given["invoices"][each.entry_id]["id"], "outstanding": euro_text(each.amount)}
        for each in action.items
    ]
    return {"lines": lines, "total": euro_text(action.amount)}


def fee(given, _when):
    told = given["level_fee"]
    charged = Step("1", 1, fee={told["currency"]: told["amount"]}).fee_in(given["claim_currency"])
    if charged is None:
        return {"fee": "0.00"}
    return {"fee": charged.major(), "currency": charged.currency}


def fee_beside(given, _when):
    """The invoice stays as it is; what the customer owes is the invoice and the charge."""
    amount = given["invoice"]["total"]
    charged = Step("1", 1, fee={"EUR": given.get("fee") or given["reminder"]["fee"]}).fee_in("EUR")
    return {"invoice_balance": amount, "customer_balance": (euro(amount) + charged).major()}


def once_a_day(given, when):
    """However often it is run: one reminder, one fee; ten per cent are ten of a hundred."""
    charged = Step("2", given["reminder"]["after_due_days"], fee={"EUR": "10.00"})
    due, on = DAY(given["invoice"]["due"]), DAY(when["run_on"])
    climb = _Days(Ladder("a", steps=(charged,)), [item(due=due)])
    done = [action for _ in range(when["times"]) for action in climb.run_on(on)]
    fees = [action.step.fee_in("EUR") for action in done]
    return {
        "reminders_sent": len(done),
        "fee": Money.total(fees, "EUR").major(),
        "balance": (euro(given["invoice"]["total"]) + Money.total(fees, "EUR")).major(),
    }


# ── thresholds and attempts ──────────────────────────────────────────────────


def request(given, _when):
    attempts, most = given.get("attempts", {}), given.get("max_attempts", 1)
    steps = tuple(Step(str(nth), nth) for nth in range(1, most + 1))
    ladder = Ladder("a", minimum=given["threshold"], min_gap_days=0, steps=steps)
    requests, counted = [], dict(attempts)
    for currency in sorted({each["ccy"] for each in given["overdue"]}):
        past = {str(nth): Past("done", DUE) for nth in range(1, attempts.get(currency, 0) + 1)}
        items = tuple(
            item(nth, each["amount"], past=past)
            for nth, each in enumerate(given["overdue"])
            if each["ccy"] == currency
        )
        for action in what_is_due(
            Account(1, "C", currency, items), ladder, DUE + timedelta(9)
        ).actions:
            requests.append({"ccy": currency, "amount": euro_text(action.amount)})
            counted[currency] = counted.get(currency, 0) + 1
    return requests, counted


def one_request(given, when):
    requests, counted = request(given, when)
    if not requests:
        return {"request": None}
    return {"request": requests[0]["amount"]} | (
        {} if "attempts" in given else {"attempts": counted}
    )


def all_requests(given, when):
    requests, counted = request(given, when)
    return {"requests": requests, "attempts": counted}


def asked_without_threshold(given, when):
    return {"request": one_request(given, when)["request"]}


def timeline(given, when):
    """More than two full days are three; as many steps as there are attempts."""
    gap = given["days_between"] + 1
    more = [Step(str(nth), after_previous_days=gap) for nth in range(2, given["max_attempts"] + 1)]
    ladder = Ladder("a", minimum=given["threshold"], steps=(Step("1", 1), *more))
    items = [
        item(nth, each["amount"], DAY(each["due"])) for nth, each in enumerate(given["invoices"])
    ]
    climb = _Days(ladder, items)
    found = {on: climb.run_on(DAY(on)) for on in when["run_daily_on"]}
    first = DAY(when["run_daily_on"][0])
    overdue = sum(each.open for each in items if each.due_on < first)
    return {
        "requests": {on: amount_of(actions) for on, actions in found.items()},
        f"overdue_balance_{first}": euro_text(overdue),
    }


class _Days:
    """A ladder climbed on some days, with what each run did."""

    def __init__(self, ladder, items):
        self.climb = Climb(ladder, {each.entry_id: each for each in items})
        self.done = set()

    def run_on(self, on):
        if on in self.done:
            return []
        items = tuple(self.climb.items.values())
        facts = {"last_message_on": self.climb.last_message_on}
        found = due_on(self.climb.ladder, on, *items, **facts).actions
        for action in found:
            self.climb.note(action, on)
            self.done.add(on)
        return found


# ── reminders ────────────────────────────────────────────────────────────────


def next_reminder(given, when):
    invoice = given["invoice"]
    due = DAY(invoice["due"])
    days = sorted(_days_of(each, DAY(invoice["date"]), due) for each in given["reminders"])
    ladder = Ladder("a", steps=tuple(Step(str(nth), each) for nth, each in enumerate(days)))
    amount = "0.00" if invoice.get("status") == "paid" else "100.00"
    first = DAY(when.get("now", invoice["date"]))
    for number in range(400):
        on = first + timedelta(days=number)
        if due_on(ladder, on, item(amount=amount, due=due)).actions:
            return {"next": on.isoformat()}
    return {"next": None}


def _days_of(told, dated, due):
    """A reminder's day in days overdue."""
    if "before_due_days" in told:
        return -told["before_due_days"]
    if "after_due_days" in told:
        return told["after_due_days"]
    return (dated - due).days + told["after_invoice_days"]


def schedule_of_reminders(given, when):
    """Endless reminders are as many steps as are written down."""
    dated = DAY(given["invoice"]["date"])
    due = dated + timedelta(days=int(given["invoice"]["term"].removeprefix("Net ")))
    days = [_days_of(each, dated, due) for each in given["reminders"]]
    steps = [Step(str(each), each) for each in days]
    every = given["endless_every_days"]
    steps += [Step(f"more {nth}", after_previous_days=every) for nth in range(3)]
    climb = _Days(Ladder("a", steps=tuple(steps)), [item(due=due)])
    until = (DAY(when["simulate_to"]) - dated).days
    told = [dated + timedelta(days=number) for number in range(until + 1)]
    return {
        "due": due.isoformat(),
        "dates": [on.isoformat() for on in told if climb.run_on(on)],
    }


# ── overdue states ───────────────────────────────────────────────────────────


def by_balance(given, when):
    ladder = replace(ONE, minimum={"EUR": given["condition"]["balance_at_least"]})
    on = DUE + timedelta(days=9)
    return {
        "match": [bool(due_on(ladder, on, item(amount=each)).actions) for each in when["balances"]]
    }


def by_age(given, when):
    least = given["condition"]["days_since_earliest_unpaid_at_least"]
    ladder = Ladder("a", steps=(Step("1", least),))
    return {
        "match": [
            days is not None and bool(due_on(ladder, DUE + timedelta(days=days), item()).actions)
            for days in when["days"]
        ]
    }


def _states(given):
    return Ladder("a", steps=tuple(Step(each["state"], each["days"]) for each in given["states"]))


def _unpaid(given):
    return [
        item(nth, each["amount"], DAY(each["date"])) for nth, each in enumerate(given["invoices"])
    ]


def cleared(given, when):
    [told] = _unpaid(given)
    on = told.due_on + timedelta(days=9)
    found = due_on(_states(given), on, told, unapplied=euro(when["apply_credit"]).minor)
    return {"state": "blocked" if found.actions else "clear"}


def state_by_day(given, when):
    """The furthest step of the oldest item that is unpaid."""
    climb = _Days(_states(given), _unpaid(given))
    states = {}
    for on in when["evaluate_on"]:
        climb.run_on(DAY(on))
        past = climb.climb.items[0].past
        states[on] = list(past)[-1] if past else "clear"
    nothing = due_on(_states(given), DAY(when["evaluate_on"][-1])).actions
    return {"state": states, "after_paying_all": "clear" if not nothing else ""}


def earliest(given, _when):
    items = [
        item(nth, each["balance"], DAY(each["date"])) for nth, each in enumerate(given["invoices"])
    ]
    [action] = due_on(ONE, date(2025, 7, 1), *items).actions
    return {
        "sum": euro_text(action.amount),
        "earliest": items[action.lead.entry_id].due_on.isoformat(),
    }


BY_TOPIC = {
    "dunning.dispute": disputed,
    "dunning.fees": fee,
    "dunning.levels": level,
    "late_fee": fee_beside,
    "reminders.idempotent": once_a_day,
    "reminders.schedule": next_reminder,
    "dunning.threshold": one_request,
    "dunning.timeline": timeline,
}
BY_ID = {
    "metasfresh-dun-future": in_gap,
    "metasfresh-dun-narrow": in_gap,
    "metasfresh-dun-gap-2012-02-11": after_the_gap,
    "metasfresh-dun-since-2013-01-03": days_since,
    "metasfresh-dun-since-2013-01-10": days_since,
    "metasfresh-dun-expire-2013-03-10": expired,
    "metasfresh-dun-expire-2013-03-11": expired,
    "metasfresh-dun-expire-None": expired,
    "metasfresh-dun-grace-2012-01-31": after_the_grace,
    "metasfresh-dun-seq": only("created", "level"),
    "tryton-dun-30-next": only("level", "state"),
    "tryton-dun-final": to_the_end,
    "tryton-dun-paid": paid,
    "erpnext-dun-cn-standalone": credit_on_account,
    "erpnext-dun-resolve": resolved,
    "erpnext-dun-two": each_line,
    "invoiceninja-credit-suppresses": in_favour,
    "metasfresh-dun-policy-precedence": first_policy,
    "oca-ccc-eom": eligible,
    "oca-ccc-netdays": eligible,
    "oca-ccc-multi": three_runs,
    "lago-one-maxed": all_requests,
    "lago-thr-ccy": asked_without_threshold,
    "in-rem-schedule": schedule_of_reminders,
    "kb-cond-balance": by_balance,
    "kb-cond-days": by_age,
    "kb-credit-clears": cleared,
    "kb-days": state_by_day,
    "kb-sum": earliest,
}
