"""The answer to DeleteCertificate: what was deleted leaves the inventory."""

from functions.ocpp.certificates import deleted as writes

__all__ = ["writes"]
