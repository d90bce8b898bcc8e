"""Bills and notes receivable: noted for a payment, watched until they are honoured."""
