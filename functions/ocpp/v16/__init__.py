"""OCPP 1.6J: one file per action; `_result` files take a charger's answers to our commands."""
