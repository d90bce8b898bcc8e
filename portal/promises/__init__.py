"""Promises to pay and instalment plans: the customer says when, payments tell whether it held."""
