"""OCPP 2.0.1: one file per action; `_result` files take a station's answers to our commands."""
