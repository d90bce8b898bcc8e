"""What our core answers to a peer's scenario, in the shape of the scenario's `expect`."""

from datetime import date, timedelta

from portal.core.ageing import Basis, Scheme, age, is_overdue
from portal.core.composition import compose
from portal.core.discount import discount_earned
from portal.core.errors import RuleBroken
from portal.core.ledger import Account, Kind, open_items, position
from portal.core.money import Money
from portal.core.period import Cycle, Period, last_closed_month, month_period
from portal.core.terms import parse_terms, schedule
from tests.core import peer_credit, peer_dunning, peer_write_offs
from tests.core.books import EURO, Ledger, euro
from tests.core.peer_interest import interest
from tests.core.peer_plans import instalments

DAY = date.fromisoformat
ON = DAY("2025-06-16")


def answer_to(scenario):
    """The answer to one scenario, by its id where one is singular, else by its topic."""
    answer = BY_ID.get(scenario["id"]) or BY_TOPIC[scenario["topic"]]
    return answer(scenario["given"], scenario["when"])


# ── terms ────────────────────────────────────────────────────────────────────


def notation(lines, discount=None):
    """A peer's term in our notation; with a fixed amount among them the last is the balance."""
    parts = [f"{share(line)} {steps(line)}" for line in lines]
    if any("fixed" in line for line in lines):
        parts[-1] = f"balance {steps(lines[-1])}"
    text = ", ".join(parts)
    if discount:
        off = discount.get("amount") or f"{discount['percent']}%"
        text += f"; discount {off} {discount['days']}d"
    return text


def share(line):
    percents = ("percent", "percent_of_remainder", "percent_of_total")
    percent = next((line[name] for name in percents if name in line), None)
    return line.get("fixed") or (f"{percent}%" if percent else "balance")


#: A peer's words for date steps in ours, in the order in which the peers apply them.
STEPS = {
    "base": "eom",
    "months_after_end_of_invoice_month": "{}m eom",
    "months": "{}m",
    "then_set_day": "day {}",
    "days": "{}d",
    "then_end_of_month": "eom",
    "then_day_of_following_month": "eom 1d day {}",
    "then_next_day_of_month": "day {}",
}


def steps(line):
    return " ".join(step.format(line[word]) for word, step in STEPS.items() if word in line)


def made(given):
    terms = parse_terms(notation(given["term"]["lines"], given["term"].get("early_discount")))
    total = euro(given.get("total") or given.get("amount", "100.00"))
    return schedule(terms, DAY(given["invoice_date"]), total)


def due_dates(given, _when):
    return {"due_dates": [str(part.due_on) for part in made(given).parts]}


def shares(given, _when):
    return {"amounts": [part.amount.major() for part in made(given).parts]}


def due_parts(given, _when):
    parts = made(given).parts
    return {
        "schedule": [{"date": str(part.due_on), "amount": part.amount.major()} for part in parts]
    }


def overdue_flags(given, when):
    (part,) = made(given).parts
    on = when["evaluate_overdue_on"]
    late = {each: is_overdue(part.due_on, DAY(each)) for each in on}
    return {
        "due_date": str(part.due_on),
        "overdue": late,
        f"overdue_balance_on_{on[-1]}": part.amount.major() if late[on[-1]] else "0.00",
    }


def validity(given, _when):
    try:
        terms = parse_terms(notation(given["term"]["lines"]))
    except RuleBroken as refused:
        return {"error": refused.code}
    return {"ok": True, "sum": str(sum(part.share.value for part in terms.parts))}


def first_terms(given, _when):
    invoices_own = given["order_term"].lower()
    return {"first": str(parse_terms(invoices_own))}


# ── discount ─────────────────────────────────────────────────────────────────


def paid_in_time(given, _when):
    invoices = given.get("invoices") or [{**given, "date": given["invoice_date"]}]
    term = {"lines": [{"percent": 100, "days": 0}], **given["term"]}
    cash, off = euro("0"), euro("0")
    for invoice in invoices:
        told = {"term": term, "invoice_date": invoice["date"], "total": invoice["total"]}
        offer, total = made(told).discount, euro(invoice["total"])
        paid = total - offer.amount
        off += discount_earned(offer, total, paid, DAY(invoice["date"]))
        cash += paid
    total = Money.total((euro(invoice["total"]) for invoice in invoices), "EUR")
    return {"cash": cash.major(), "discount": off.major(), "open": (total - cash - off).major()}


def paid_in_a_batch(given, when):
    said = paid_in_time(given, when)
    cleared = (euro(said["cash"]) + euro(said["discount"])).major()
    return {"cash": said["cash"], "discount": said["discount"], "receivable_cleared": cleared}


def nothing_open(given, when):
    return {"open": paid_in_time(given, when)["open"]}


def no_conversion(_given, _when):
    return {}


def granted_by_hand(given, when):
    (payment,) = when["payments"]
    ledger = Ledger()
    ledger.invoice("A", ON, given["total"])
    ledger.pay("P", ON, payment["amount"], pays="A")
    ledger.credit(Kind.DISCOUNT, "D", ON, payment["discount"], pays="A")
    return standing(ledger, "A", given["total"], ON)


def granted_once(given, when):
    term = {"lines": [{"percent": 100, "days": 30}], **given["term"]}
    offer = made({**given, "term": term}).discount
    ledger, told = Ledger(), {}
    ledger.invoice("A", DAY(given["invoice_date"]), given["total"])
    for name, payment in zip(("after_first", "after_second"), when["payments"], strict=True):
        on, paid = DAY(payment["date"]), euro(payment["amount"])
        off = discount_earned(offer, euro(ledger.open_by_number(on)["A"]), paid, on)
        ledger.pay(name, on, payment["amount"], pays="A")
        if off.minor:
            ledger.credit(Kind.DISCOUNT, f"{name}-off", on, off.major(), pays="A")
        told[name] = {**standing(ledger, "A", given["total"], on), "discount": off.major()}
    return told


def offer_on_total(given, _when):
    net = euro(given["net"])
    tax = net.times(int(given["tax_percent"])).minor // 100 + euro(given["tax_fixed"]).minor
    total = Money(net.minor + tax, "EUR").major()
    term = {"lines": [{"percent": 100, "days": 30}], **given["term"]}
    return {"offer": made({**given, "term": term, "total": total}).discount.amount.major()}


# ── ageing ───────────────────────────────────────────────────────────────────


def buckets(bounds):
    def answer(given, _when):
        return {
            "bucket_by_days_past_due": {
                str(days): Scheme(bounds).bucket_of(days) for days in given["days_past_due"]
            }
        }

    return answer


def posted(given):
    """The ledger of a scenario with one invoice; each credit is applied unless it says not."""
    ledger, invoice = Ledger(), given["invoice"]
    sole = {"due": invoice.get("due", invoice["date"]), "amount": invoice["total"]}
    due = [(DAY(part["due"]), part["amount"]) for part in invoice.get("schedule", [sole])]
    ledger.invoice("I", DAY(invoice["date"]), invoice["total"], due=due)
    for number, payment in enumerate(given.get("payments", [])):
        pays = None if payment.get("unapplied") else "I"
        ledger.pay(f"P{number}", DAY(payment.get("date", given["today"])), payment["amount"], pays)
    for number, note in enumerate(given.get("credit_notes", [])):
        pays = "I" if note["against"] else None
        ledger.credit(Kind.CREDIT_NOTE, f"C{number}", DAY(note["date"]), note["total"], pays)
    for number, change in enumerate(given.get("adjustments", [])):
        amount = change["amount"].removeprefix("-")
        ledger.credit(Kind.ADJUSTMENT, f"A{number}", DAY(change["date"]), amount, pays="I")
    return ledger


def outstanding(given, when):
    told = position(posted(given).book, EURO, DAY(when["as_of"]))
    return {"outstanding": told.balance.major()}


def tied_out(given, when):
    ledger, as_of = posted(given), DAY(when["as_of"])
    told = position(ledger.book, EURO, as_of)
    entries = Money.total((entry.amount for entry in ledger.entries), "EUR")
    return {
        "outstanding": told.open.major(),
        "ledger_balance": entries.major(),
        "difference": (told.balance - entries).major(),
    }


def rows_by_part(given, when):
    """The open parts; what was taken off them is told as the peer tells it."""
    ledger, as_of = posted(given), DAY(when["as_of"])
    rows = []
    for item in open_items(ledger.book, as_of):
        row = {"due": str(item.part.due_on), "invoiced": item.part.amount.major()}
        for word, kind in (("paid", Kind.PAYMENT), ("credited", Kind.CREDIT_NOTE)):
            if any(entry.kind is kind for entry in ledger.entries):
                row[word] = taken(ledger, item, kind)
        if any(entry.kind is Kind.CREDIT_NOTE for entry in ledger.entries):
            row.pop("paid", None)
        rows.append({**row, "outstanding": item.claim.major()})
    return {"rows": rows}


def taken(ledger, item, kind):
    return Money.total(
        (
            each.amount
            for each in ledger.allocations
            if (each.entry_id, each.part) == (item.entry.id, item.part.part)
            and ledger.book.by_id[each.credit_id].kind is kind
        ),
        "EUR",
    ).major()


def standalone_credit_note(given, when):
    told = position(posted(given).book, EURO, DAY(when["as_of"]))
    return {
        "rows": [
            {
                "doc": "invoice",
                "paid": given["payments"][0]["amount"],
                "outstanding": told.open.major(),
            },
            {"doc": "credit_note", "outstanding": (-told.unapplied).major()},
        ],
        "net_outstanding": told.balance.major(),
    }


def credit_note_for_another_invoice(_given, when):
    ledger = Ledger()
    ledger.invoice("I1", ON, "100.00")
    ledger.pay("P", ON, "100.00", pays="I1")
    ledger.credit(Kind.CREDIT_NOTE, "C", ON, "100.00", pays="I1")
    ledger.invoice("I2", ON, "100.00")
    ledger.apply("C", "I2", ON)
    return {"rows": open_items(ledger.book, DAY(when["as_of"]))}


def future_payment(given, when):
    ledger, as_of = posted(given), DAY(when["as_of"])
    later = position(ledger.book, EURO, as_of + timedelta(days=1))
    now = position(ledger.book, EURO, as_of)
    return now.open.major(), (now.open - later.open).major(), later.open.major()


def future_in_currency(given, when):
    names = ("outstanding", "future", "remaining")
    return {"document_currency": dict(zip(names, future_payment(given, when), strict=True))}


def future_too_much(given, when):
    names = ("invoice_outstanding", "invoice_future", "invoice_remaining")
    return dict(zip(names, future_payment(given, when), strict=True))


def summary(given, when):
    ledger, as_of = posted(given), DAY(when["as_of"])
    told = position(ledger.book, EURO, as_of)
    aged = age(open_items(ledger.book, as_of), as_of, "EUR", Scheme(tuple(when["buckets"])))
    return {
        "invoiced": ledger.entries[0].amount.major(),
        "advance": told.unapplied.major(),
        "outstanding": told.balance.major(),
        "buckets": [amount.major() for amount in aged.amounts],
    }


def never_revalued(given, when):
    return {"total": position(posted(given).book, EURO, DAY(when["as_of"])).balance.major()}


def bucket_sums(given, when):
    ledger, as_of = Ledger(), DAY(when["as_of"])
    for invoice in given["invoices"]:
        due = [(DAY(invoice["due"]), invoice["total"])]
        ledger.invoice(invoice["id"], DAY("2025-11-01"), invoice["total"], due=due)
    aged = age(open_items(ledger.book, as_of), as_of, "EUR")
    by_name = dict(zip(aged.names, (amount.major() for amount in aged.amounts), strict=True))
    return {
        "not_due": by_name["not_due"],
        "1-30": by_name["1-30"],
        "sum_of_buckets": aged.open.major(),
        "outstanding": position(ledger.book, EURO, as_of).open.major(),
    }


def overdue_amount(given, when):
    due_on = DAY(given["invoice"]["due"])
    return {
        "overdue": given["invoice"]["total"] if is_overdue(due_on, DAY(when["as_of"])) else "0.00"
    }


# ── allocation ───────────────────────────────────────────────────────────────


def standing(ledger, number, total, on):
    left = ledger.open_by_number(on).get(number, "0.00")
    status = "paid" if left == "0.00" else "partially_paid" if left != total else "open"
    return {"open": left, "status": status}


def oldest_first(given, when):
    ledger = Ledger()
    for invoice in given["invoices"]:
        on = DAY(invoice.get("date") or invoice.get("due") or str(ON))
        due = [(DAY(invoice.get("due") or str(on)), invoice["total"])]
        ledger.invoice(invoice["id"], on, invoice["total"], due=due)
    for note in given.get("credit_notes", []):
        ledger.credit(Kind.CREDIT_NOTE, "C", ON, note["total"], pays=note["against"])
    (payment,) = given["payments"]
    ledger.pay("P", DAY("2025-06-16"), payment["amount"])
    rest = ledger.apply("P", None, ON)
    named = {
        invoice["id"]: standing(ledger, invoice["id"], invoice["total"], ON)
        for invoice in given["invoices"]
    }
    if when["allocate"] == "by_due_date_then_id":
        left = {number: {"open": told["open"]} for number, told in named.items()}
        balance = ledger.balance(ON)
        return {"invoices": left, "payment_open": rest.major(), "customer_balance": balance}
    if "credit_notes" in given:
        used = (euro(payment["amount"]) - rest).major()
        return {"invoices": named, "allocated_from_payment": used, "payment_open": rest.major()}
    return {"invoices": named, "payment_open": rest.major()}


def by_reference_in_two_runs(given, _when):
    ledger, later = Ledger(), given["then_invoice"]
    ledger.invoice("A", ON, given["invoices"][0]["total"])
    ledger.pay("P", ON, given["payments"][0]["amount"])
    first = ledger.apply("P", "A", ON)
    after_one = {**left_open(ledger, "A"), "payment_open": first.major()}
    ledger.invoice("B", ON, later["total"])
    second = ledger.apply("P", "B", ON)
    return {
        "after_run_1": after_one,
        "after_run_2": {"payment_open": second.major(), **left_open(ledger, "B")},
    }


def left_open(ledger, number):
    return {number: standing(ledger, number, None, ON)["open"]}


# ── statements ───────────────────────────────────────────────────────────────


def as_of_before_the_allocation(given, when):
    ledger, as_of = Ledger(), DAY(when["as_of"])
    for move in given["movements"]:
        enter = ledger.invoice if move["type"] == "invoice" else ledger.pay
        enter(move["id"], DAY(move["date"]), move["amount"])
    paid = given["movements"][1]["id"]
    for credit in ("P1", "P2"):
        ledger.apply(credit, paid, DAY("2019-05-10"))
    told = position(ledger.book, EURO, as_of)
    aged = age(open_items(ledger.book, as_of), as_of, "EUR", basis=Basis.INVOICE)
    named = {name: sum_.major() for name, sum_ in zip(aged.names, aged.amounts, strict=True)}
    held = {name: amount for name, amount in named.items() if amount != "0.00"}
    return {
        "closing_balance": told.balance.major(),
        "ageing": {**held, "unapplied": told.unapplied.major()},
    }


def batch_of_two(given, when):
    period, ledger = Period(*map(DAY, when["period"])), Ledger()
    for invoice in given["invoices"]:
        ledger.customer = invoice["customer"]
        ledger.invoice(f"I-{invoice['customer']}", DAY(invoice["date"]), invoice["total"])
    stated = {each.customer: compose(ledger.book, each, period) for each in ledger.book.accounts}
    first = stated["C1"]
    return {
        "statements": [customer for customer, said in stated.items() if said.lines],
        "C1": {
            "opening": Money(first.sums.opening_minor, "EUR").major(),
            "lines": len(first.lines),
            "running_balance_after_line_1": Money(first.lines[0].balance_minor, "EUR").major(),
            "closing": Money(first.sums.closing_minor, "EUR").major(),
        },
    }


def last_month(given, _when):
    period = month_period(last_closed_month(DAY(given["today"])))
    return {"start": str(period.from_on), "end": str(period.to_on)}


def cycles(_given, _when):
    return {"cycles": [cycle.value for cycle in Cycle]}


def totals(given, when):
    ledger, told = Ledger(), {}
    for number, move in enumerate(given["movements"]):
        enter = ledger.invoice if move["type"] == "invoice" else ledger.pay
        enter(f"D{number}", DAY(move["date"]), move["amount"])
    for from_on, to_on in when["periods"]:
        said = compose(ledger.book, Account("C1", "EUR"), Period(DAY(from_on), DAY(to_on)))
        told[f"{from_on}..{to_on}"] = {
            "opening": Money(said.sums.opening_minor, "EUR").major(),
            "debit": Money(sum(line.debit_minor for line in said.lines), "EUR").major(),
            "credit": Money(sum(line.credit_minor for line in said.lines), "EUR").major(),
            "closing": Money(said.sums.closing_minor, "EUR").major(),
            "lines": len(said.lines),
        }
    return told


BY_TOPIC = {
    **peer_credit.BY_TOPIC,
    **peer_dunning.BY_TOPIC,
    "payment_terms.due_date": due_dates,
    "payment_terms.amounts": shares,
    "payment_terms.validation": validity,
    "payment_terms.overdue_flag": overdue_flags,
    "payment_terms.override": due_dates,
    "early_discount": paid_in_time,
    "ageing.by_term": rows_by_part,
    "ageing.totals": outstanding,
    "ageing.tieout": bucket_sums,
    "allocation": oldest_first,
    "instalment_plan": instalments,
    "interest": interest,
    "overdue_flag": overdue_amount,
    "statement.batch": batch_of_two,
    "statement.period": last_month,
    "statement.totals": totals,
}
BY_ID = {
    **peer_credit.BY_ID,
    **peer_dunning.BY_ID,
    **peer_write_offs.BY_ID,
    "bucket-bigcapital": buckets((30, 60)),
    "bucket-erpnext": buckets((30, 60, 90, 120)),
    "bucket-idempiere": buckets((7, 30, 60)),
    "erpnext-ar-cn-standalone": standalone_credit_note,
    "erpnext-ar-cross-alloc": credit_note_for_another_invoice,
    "erpnext-ar-future-fx": future_in_currency,
    "erpnext-ar-future-over": future_too_much,
    "erpnext-ar-fx-reval": never_revalued,
    "erpnext-ar-partial-cn": rows_by_part,
    "erpnext-ars-advance": summary,
    "erpnext-ars-tieout": tied_out,
    "erpnext-epd-fx": no_conversion,
    "erpnext-epd-fx-loss": nothing_open,
    "erpnext-soa-schedule": cycles,
    "metasfresh-disc-10pct": granted_by_hand,
    "metasfresh-disc-full": granted_by_hand,
    "metasfresh-epd-once": granted_once,
    "metasfresh-pt-order-wins": first_terms,
    "oca-asof-546": as_of_before_the_allocation,
    "oca-mass-by-ref-partial": by_reference_in_two_runs,
    "odoo-epd-batch": paid_in_a_batch,
    "odoo-epd-mixed-fixedtax": offer_on_total,
    "tryton-pt-four-lines": due_parts,
    "tryton-pt-negative": due_parts,
}
