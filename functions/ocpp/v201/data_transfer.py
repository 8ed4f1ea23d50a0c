"""DataTransfer: what vendors say to each other; who is known stands in the registry."""

from functions.ocpp.data_transfer import transferred as decide

__all__ = ["decide"]
