"""OCPP-J without any I/O: frames, error codes, schema validation, metered values."""
