"""Which broken rule a database constraint stands for, so that who loses a race is told politely."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal.core.errors import RuleBroken

#: A word of the database's message → the code of the rule; the first that matches.
RULES = {
    "agreement.customer_id": "act.already_done",
    "uq_agreement_standing": "act.already_done",
    "uq_sales_order_code": "act.already_done",
    "uq_contract_code": "act.already_done",
    "uq_bill_number": "act.already_done",
    "uq_customer_code": "act.already_done",
    "agreement.frozen": "agreement.not_in_this_state",
    "approval.kind, approval.subject": "approval.waiting",
    "uq_approval_waiting": "approval.waiting",
    "calendar_feed.user_id": "act.already_done",
    "uq_calendar_feed_standing": "act.already_done",
    "deemed.statement_id": "act.already_done",
    "pk_deemed": "act.already_done",
    "allocation.exceeds_part": "allocation.exceeds_part",
    "allocation.exceeds_credit": "allocation.exceeds_credit",
    "confirmation.statement_id": "statement.already_answered",
    "uq_confirmation_standing": "statement.already_answered",
    "signature.statement_id": "statement.not_in_this_state",
    "uq_signature_standing": "statement.not_in_this_state",
    "signature.idempotency_key": "act.already_done",
    "uq_signature_idempotency_key": "act.already_done",
    "passing.statement_id": "statement.with_approver",
    "uq_passing_standing": "statement.with_approver",
    "confirmation.idempotency_key": "statement.already_answered",
    "uq_confirmation_idempotency_key": "statement.already_answered",
    "user.email": "person.already_here",
    "uq_user_email": "person.already_here",
    "extension.idempotency_key": "act.already_done",
    "uq_extension_idempotency_key": "act.already_done",
    "promise.idempotency_key": "act.already_done",
    "uq_promise_idempotency_key": "act.already_done",
    "uq_collection_case_standing": "act.already_done",
    "collection_case.customer_id, collection_case.currency": "act.already_done",
    "case_event.idempotency_key": "act.already_done",
    "uq_case_event_idempotency_key": "act.already_done",
    "interest_charge.idempotency_key": "act.already_done",
    "uq_interest_charge_idempotency_key": "act.already_done",
    "interest_charge.customer_id, interest_charge.currency": "interest.waiting",
    "uq_interest_charge_waiting": "interest.waiting",
    "interest_waiver.idempotency_key": "act.already_done",
    "uq_interest_waiver_idempotency_key": "act.already_done",
    "outbox.key": "act.already_done",
    "uq_outbox_key": "act.already_done",
    "difference.statement_id": "difference.already_said",
    "uq_difference_statement_id_seq": "difference.already_said",
}


def broken_rule(error: IntegrityError) -> Exception:
    """The rule that the database refused to break; the error itself where it is a bug of ours."""
    message = str(error.orig)
    for word, code in RULES.items():
        if word in message:
            return RuleBroken(code)
    return error
