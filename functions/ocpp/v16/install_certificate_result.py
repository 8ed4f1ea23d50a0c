"""The answer to InstallCertificate: what was accepted is in the inventory."""

from functions.ocpp.certificates import installed as writes

__all__ = ["writes"]
