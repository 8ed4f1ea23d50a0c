"""OCPP 2.1: only what it adds to 2.0.1; one file per action, `_result` files take a station's answers to our commands."""
