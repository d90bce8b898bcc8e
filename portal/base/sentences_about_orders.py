"""What a broken rule about orders, their release, rates and standings says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_ORDERS: dict[str, str] = {
    "import.undo_order_asked": N_(
        "Order %(order)s was asked about or changed since. Close it in a new file instead."
    ),
    "import.undo_rates": N_(
        "Exchange rates cannot be taken back. Import the right ones: they take their place."
    ),
    "order.amount_negative": N_("The amount is below zero. Write zero or more."),
    "order.currency_differs": N_("This order is in %(currency)s. Write the amount in it."),
    "order.customer_differs": N_("Order %(order)s is of another customer. Check its number."),
    "order.known_with_other_content": N_(
        "Order %(order)s is here already with other figures. Ask for it by its number."
    ),
    "order.not_open": N_("This order is closed or cancelled. Nothing is shipped of it any more."),
    "order.number_missing": N_("Write the order's number."),
    "order.number_unfit": N_(
        "This number cannot be kept. Write up to %(longest)s letters, digits and signs in one line."
    ),
    "order.unknown": N_(
        "There is no order %(order)s. Import it, or ask for the amount without an order."
    ),
    "rate.not_above_zero": N_("Write a rate above zero, for example 7.83."),
    "rate.same_currency": N_("Choose two different currencies."),
    "release.barred": N_(
        "No release lifts this: the order is refused. Lift the bar, or let the customer pay first."
    ),
    "release.day_over": N_("This day is over. Choose %(today)s or a later day."),
    "release.not_held": N_("This order is not held. Ask again whether it may be shipped."),
    "release.reason_missing": N_("Say why it may be shipped all the same."),
    "release.too_long": N_("A release holds until %(latest)s at most. Choose that day or earlier."),
    "release.waits": N_("A release of this order waits for a second person already."),
    "standing.day_over": N_("The last day is before the first. Choose a later day."),
    "standing.kind_unknown": N_("Choose one of the standings of the list."),
    "standing.lift_waits": N_("That this is lifted waits for a second person already."),
    "standing.over_already": N_("This does not hold any more."),
    "standing.reason_missing": N_("Say why."),
    "standing.set_already": N_("This holds for the customer already. End it first to change it."),
}
