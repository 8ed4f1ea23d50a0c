"""A certificate authority and a station's key, for the cases in which a certificate is asked for and signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


def signing_request(serial_number: str) -> str:
    """A PEM CSR of a new key, in the name of a station."""
    subject = x509.Name([_name("Conformance", NameOID.ORGANIZATION_NAME), _name(serial_number, NameOID.COMMON_NAME)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(_PEM).decode()


def signed(request: str) -> str:
    """The PEM certificate that an authority of its own makes of a CSR."""
    asked = x509.load_pem_x509_csr(request.encode())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(x509.Name([_name("Conformance CA", NameOID.COMMON_NAME)]))
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(_PEM).decode()


def _name(value: str, kind: x509.ObjectIdentifier) -> x509.NameAttribute[str]:
    return x509.NameAttribute(kind, value)
