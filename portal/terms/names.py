"""What the states of a change of terms are called, and those who say how is paid."""

from __future__ import annotations

from portal.base.language import N_

#: state → its word and tone
STATES = {
    "draft": (N_("Draft"), "neutral"),
    "waiting": (N_("Waiting for approval"), "warn"),
    "approved": (N_("Approved"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Taken back"), "neutral"),
}
#: Who says how is paid.
SOURCES = {
    "invoice": N_("The invoice itself"),
    "contract": N_("The contract"),
    "customer": N_("The customer's own terms"),
    "grade": N_("The terms of the customer's grade"),
    "company": N_("The company's terms"),
    "none": N_("Nobody: nothing is agreed"),
}
