"""The driver's receipt, opened by the reference of the payment."""
