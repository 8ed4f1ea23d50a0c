"""The states of a payment session: one file a state of the state machine, each safe to run any number of times.

A state decides on what stands in the PAYMENT item and commits one transaction. Where somebody was there first (the
condition does not hold) it reads again and decides anew.
"""
