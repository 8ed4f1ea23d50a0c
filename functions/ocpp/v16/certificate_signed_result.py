"""The answer to CertificateSigned: the signing request that waited is settled."""

from functions.ocpp.certificates import signed as writes

__all__ = ["writes"]
