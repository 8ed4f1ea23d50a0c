"""SignCertificate (A02, A03): the CSR waits for whoever signs it."""

from functions.ocpp.certificates import requested as decide

__all__ = ["decide"]
