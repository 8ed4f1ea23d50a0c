"""What is left open is looked at again every few minutes: payments that stand still, messages that got lost."""
